//! Who did what: entries of a log that only grows.

use jiff::Timestamp;

use super::terms::Term;

/// Longest text of an entry, in characters; longer ones are cut, since some come from outside.
const LONGEST: usize = 300;

/// What can be done that is written down. Reading figures is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Signed in at the staff pages.
    SignIn,
    /// Tried to, in vain, or too often.
    SignInRefused,
    /// Made a key for a program.
    KeyCreate,
    /// Removed one.
    KeyRemove,
    /// Made an account.
    UserCreate,
    /// Changed an account's password, role, branch or state.
    UserChange,
    /// Enrolled a kiosk by its key.
    DeviceCreate,
    /// Gave out a code that enrols a kiosk.
    DeviceCode,
    /// Changed what a kiosk is set up to do.
    DeviceSet,
    /// Removed a kiosk.
    DeviceRemove,
    /// Let a portal send.
    SiteCreate,
    /// Changed a portal.
    SiteSet,
    /// Gave a portal another key.
    SiteRotate,
    /// Ended a portal.
    SiteRevoke,
    /// Read what citizens wrote, on a page or in a file.
    CommentsRead,
    /// Opened a citizen report.
    ReportOpen,
    /// Moved one on, changed it or took that back.
    ReportChange,
    /// Gave out invites to those whom nobody asked, at the staff pages.
    InvitesGive,
    /// Changed how long something is kept, or on how many days it is announced.
    RetentionSet,
    /// Put destructions off.
    RetentionHold,
    /// Let them go on.
    RetentionRelease,
    /// Found that the clock leapt or was set back, or confirmed the date.
    RetentionClock,
    /// Announced a destruction.
    RetentionAnnounce,
    /// Destroyed texts.
    RetentionRun,
    /// Published tables.
    ReleaseMake,
    /// Took them from the public's sight.
    ReleaseWithdraw,
    /// Put them back.
    ReleaseRestore,
    /// Started the server with other rules than at its last start.
    RulesChange,
    /// Let the collector draw whom to invite.
    InviteDraw,
}

impl Term for Deed {
    const ALL: &'static [(Self, u8, &'static str)] = &[
        (Self::SignIn, 1, "sign-in"),
        (Self::SignInRefused, 2, "sign-in-refused"),
        (Self::KeyCreate, 3, "key-create"),
        (Self::KeyRemove, 4, "key-remove"),
        (Self::UserCreate, 5, "user-create"),
        (Self::UserChange, 6, "user-change"),
        (Self::DeviceCreate, 7, "device-create"),
        (Self::DeviceCode, 8, "device-code"),
        (Self::DeviceSet, 9, "device-set"),
        (Self::DeviceRemove, 10, "device-remove"),
        (Self::SiteCreate, 11, "site-create"),
        (Self::SiteSet, 12, "site-set"),
        (Self::SiteRotate, 13, "site-rotate"),
        (Self::SiteRevoke, 14, "site-revoke"),
        (Self::CommentsRead, 15, "comments-read"),
        (Self::ReportOpen, 16, "report-open"),
        (Self::ReportChange, 17, "report-change"),
        (Self::InvitesGive, 18, "invites-give"),
        (Self::RetentionSet, 30, "retention-set"),
        (Self::RetentionHold, 31, "retention-hold"),
        (Self::RetentionRelease, 32, "retention-release"),
        (Self::RetentionClock, 33, "retention-clock"),
        (Self::RetentionAnnounce, 34, "retention-announce"),
        (Self::RetentionRun, 35, "retention-run"),
        (Self::ReleaseMake, 40, "release-make"),
        (Self::ReleaseWithdraw, 41, "release-withdraw"),
        (Self::ReleaseRestore, 42, "release-restore"),
        (Self::RulesChange, 50, "rules-change"),
        (Self::InviteDraw, 60, "invite-draw"),
    ];
}

/// A thing that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// The account, `cli:<name>` for the command line, `key:<name>` for a program with this key, or empty for somebody unknown.
    pub who: String,
    /// What was done.
    pub what: Deed,
    /// The account, key, device, site, unit, form or rule that it was done to.
    pub about: String,
    /// What else a reader should know. Never a secret, never a citizen's words.
    pub detail: String,
}

impl Entry {
    /// An entry of now; texts are cut at 300 characters.
    pub fn now(who: &str, what: Deed, about: &str, detail: &str) -> Self {
        Self::at(Timestamp::now(), who, what, about, detail)
    }

    /// The same of another moment.
    pub fn at(at: Timestamp, who: &str, what: Deed, about: &str, detail: &str) -> Self {
        let cut = |text: &str| text.chars().take(LONGEST).collect();
        Self {
            at,
            who: cut(who),
            what,
            about: cut(about),
            detail: cut(detail),
        }
    }
}

/// Which entries, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only this person's, written as in [`Entry::who`].
    pub who: Option<String>,
    /// Only of this kind.
    pub what: Option<Deed>,
    /// Only those before the one with this number.
    pub before: Option<i64>,
    /// At most so many.
    pub most: u32,
}
