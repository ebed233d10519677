//! Two clocks: the one that people set and that jumps, and the one that only goes forward.

use wasm_bindgen::JsValue;

/// The device's date and time in UTC, RFC 3339 with milliseconds.
pub fn rfc3339_now() -> String {
    String::from(js_sys::Date::new_0().to_iso_string())
}

/// The device's date and time in milliseconds since 1970; jumps when people set the clock.
pub fn wall_ms() -> f64 {
    js_sys::Date::now()
}

/// Milliseconds since the page started, by a clock that does not jump.
pub fn monotonic_ms() -> f64 {
    super::window()
        .performance()
        .map_or(0.0, |clock| clock.now())
}

/// The collector's clock minus the device's, in milliseconds; `None` when `server_time` is no RFC 3339 time.
pub fn offset_of(server_time: &str) -> Option<i64> {
    let server = js_sys::Date::new(&JsValue::from_str(server_time)).get_time();
    server.is_finite().then(|| (server - wall_ms()) as i64)
}

/// A day by the calendar of Vietnam.
#[cfg(feature = "kiosk")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// 2026.
    pub year: u32,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub date: u32,
    /// Offices are closed.
    pub is_sunday: bool,
}

/// The day in Vietnam at a time in milliseconds since 1970, whatever time zone the device is set to. Vietnam's clocks are
/// seven hours ahead of UTC all year.
#[cfg(feature = "kiosk")]
pub fn day_of(wall_ms: f64) -> Day {
    const AHEAD_MS: f64 = 7.0 * 3_600_000.0;
    let date = js_sys::Date::new(&JsValue::from_f64(wall_ms + AHEAD_MS));
    Day {
        year: date.get_utc_full_year(),
        month: date.get_utc_month() + 1,
        date: date.get_utc_date(),
        is_sunday: date.get_utc_day() == 0,
    }
}

/// A time as people in Vietnam read it, whatever time zone the device is set to; the text itself if it is no RFC 3339
/// time.
pub fn told_time(rfc3339: &str, lang: &str) -> String {
    let date = js_sys::Date::new(&JsValue::from_str(rfc3339));
    let options = js_sys::Object::new();
    let zone = js_sys::Reflect::set(&options, &"timeZone".into(), &"Asia/Ho_Chi_Minh".into());
    if date.get_time().is_nan() || zone.is_err() {
        return rfc3339.to_owned();
    }
    date.to_locale_string(lang, &options).into()
}
