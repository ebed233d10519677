//! Chance from the browser's own source.

use uuid::Uuid;

/// A UUIDv7 of the device's clock: ids made on one device sort by time.
pub fn new_id() -> Uuid {
    let mut random = [0; 10];
    // Every browser since 2013 has a source of chance; without one the time still tells two ids of one device apart.
    if let Ok(source) = super::window().crypto() {
        let _ = source.get_random_values_with_u8_array(&mut random);
    }
    uuid::Builder::from_unix_timestamp_millis(js_sys::Date::now() as u64, &random).into_uuid()
}

/// A number from 0 to 1.
pub fn chance() -> f64 {
    js_sys::Math::random()
}
