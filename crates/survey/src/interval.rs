//! 95 % intervals.
