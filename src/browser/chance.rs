//! Chance from the browser's own source.

use uuid::Uuid;

/// A UUIDv7 of the device's clock. Its 74 random bits alone make it unique: the clock may be wrong, and nothing is
/// ordered by it.
pub fn new_id() -> Uuid {
    // Every browser since 2013 has a strong source of chance; a weak one is better than the clock alone.
    let mut random = [(); 10].map(|()| (chance() * 256.0) as u8);
    if let Ok(source) = super::window().crypto() {
        let _ = source.get_random_values_with_u8_array(&mut random);
    }
    uuid::Builder::from_unix_timestamp_millis(super::wall_ms() as u64, &random).into_uuid()
}

/// A number from 0 to 1.
pub fn chance() -> f64 {
    js_sys::Math::random()
}
