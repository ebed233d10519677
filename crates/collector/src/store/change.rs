//! What people in charge change: accounts, keys, kiosks, portals. Each is made together with the entry that says who did it.

use jiff::Timestamp;

use super::{DeviceSettings, Enrolment, Identity, Key, Session, Site, SiteKey, User};

/// A change of access; each has a method of [`super::Store`] that says what it does.
#[derive(Clone, Debug)]
pub enum Change {
    /// [`super::Store::add_key`], but false when the name is taken.
    AddKey(Box<Key>),
    /// [`super::Store::remove_key`]
    RemoveKey(String),
    /// [`super::Store::set_device`]
    SetDevice(String, Box<DeviceSettings>),
    /// [`super::Store::add_enrolment`], but false when the name is taken.
    AddEnrolment(Box<Enrolment>),
    /// [`super::Store::add_site`]
    AddSite(Site),
    /// [`super::Store::set_site`]
    SetSite(Site),
    /// [`super::Store::rotate_site`]
    RotateSite {
        /// Name of the site.
        name: String,
        /// Its new key.
        key: SiteKey,
        /// When its earlier keys end.
        old_until: Timestamp,
    },
    /// [`super::Store::revoke_site`]
    RevokeSite(String, Timestamp),
    /// [`super::Store::put_user`]
    PutUser(User),
    /// [`super::Store::link`]
    Link(Identity),
    /// [`super::Store::unlink`]
    Unlink(String),
    /// [`super::Store::add_session`]
    AddSession(Session),
}
