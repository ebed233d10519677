//! The wall clock, moved by as much as the test orders; time-outs and durations use the monotonic clock and stay right.

use libc::{c_int, c_long, clockid_t, time_t, timespec, timeval};

use crate::{fault, system};

/// libc's `clock_gettime`.
///
/// # Safety
///
/// As libc's: `time` must be writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clock_gettime(clock: clockid_t, time: *mut timespec) -> c_int {
    // SAFETY: the caller vouches for the place.
    let result = unsafe { system::clock(clock, time) };
    if result == 0
        && matches!(clock, libc::CLOCK_REALTIME | libc::CLOCK_REALTIME_COARSE)
        && !time.is_null()
    {
        // SAFETY: the kernel has just written to it.
        unsafe { (*time).tv_sec = (*time).tv_sec.saturating_add(fault::clock_ahead()) };
    }
    result as c_int
}

fn now() -> timespec {
    let mut time = timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the place is ours.
    unsafe { clock_gettime(libc::CLOCK_REALTIME, &raw mut time) };
    time
}

/// libc's `gettimeofday`.
///
/// # Safety
///
/// As libc's: `time` must be writable or null. The time zone, obsolete, is not told.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gettimeofday(time: *mut timeval, _zone: *mut libc::c_void) -> c_int {
    let now = now();
    if !time.is_null() {
        // SAFETY: not null, and the caller vouches for the place.
        unsafe {
            (*time).tv_sec = now.tv_sec;
            (*time).tv_usec = now.tv_nsec / 1000;
        }
    }
    0
}

/// libc's `time`.
///
/// # Safety
///
/// As libc's: `place` must be writable or null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn time(place: *mut time_t) -> time_t {
    let seconds: c_long = now().tv_sec;
    if !place.is_null() {
        // SAFETY: not null, and the caller vouches for the place.
        unsafe { *place = seconds };
    }
    seconds
}
