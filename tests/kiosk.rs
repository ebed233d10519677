//! The journey at the kiosk.
