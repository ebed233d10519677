//! What the collector keeps, behind one interface; [`sqlite`] is the first engine, PostgreSQL will be the second.
//!
//! The response log is the only source of truth; every count is a pure function of (log, form version).

pub mod anonymous;
mod audit;
pub mod calendar;
mod change;
mod coverage;
mod due;
mod error;
mod examined;
mod feed;
mod identity;
mod judged;
pub mod period;
mod retention;
mod site;
pub mod sqlite;
pub mod terms;
mod units;
mod weighed;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;
use statistics::flag::Rules;
use survey::answers::Packed;
use survey::kiosk::KioskSettings;
use survey::response::{Channel, Presentation, ScaleOrder, Touchpoint};
use uuid::Uuid;

pub use audit::{AuditFilter, Deed, Entry};
pub use change::Change;
pub use coverage::{Bucket, CoverageQuery, Covered, FinishedBy, Namer, Naming};
pub use due::{AgainstDue, DueQuery};
pub use error::{Outage, StoreError};
pub use examined::Examined;
pub use feed::{Asked, Fed, FinishedFilter, FinishedSpan, Kept, StatusChange};
pub use identity::{Identity, Mark};
pub use judged::{Judge, JudgedKind, JudgedQuery, Judging};
pub use period::{Period, PeriodSecret, Periods};
pub use retention::{RetentionChange, RetentionTick};
pub use site::{Site, SiteKey};
pub use units::{ToldChange, UnitChange};
pub use weighed::{Weighed, WeighedKind, WeighedQuery};

use crate::in_force::InForce;
use crate::publish::{Release, ReleaseHead};
use crate::pulse::{Beat, Device, Pulse};
use crate::reports::{Event, NewReport, Report, ReportFilter};
use crate::retention::{Matter, State};

/// Id and version of a form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FormKey {
    /// Form id.
    pub id: String,
    /// Form version.
    pub version: u16,
}

impl FormKey {
    /// The key of this form.
    pub fn of(form: &survey::form::Form) -> Self {
        Self {
            id: form.id.clone(),
            version: form.version,
        }
    }
}

/// How a rating is tied to a dossier: how far it can be trusted to be one person's one rating.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Provenance {
    /// By the citizen's single-use token.
    Invited = 1,
    /// A known dossier, on an enrolled device.
    Dossier = 2,
    /// No dossier, or one that the collector does not know.
    Unit = 3,
}

/// Was the dossier finished by its due date when it was rated?
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Timeliness {
    /// No dossier, or one without dates.
    Unknown = 0,
    /// Finished on or before the due date.
    OnTime = 1,
    /// Finished after it.
    Late = 2,
    /// Not finished yet.
    Pending = 3,
}

impl Timeliness {
    /// On time by the day: receipts name an hour, but a result that is there on the day is there on time.
    pub fn of(finished: Option<Timestamp>, due: Option<Timestamp>) -> Self {
        match (finished, due) {
            (None, _) => Self::Pending,
            (Some(_), None) => Self::Unknown,
            (Some(finished), Some(due))
                if calendar::business_day(finished) <= calendar::business_day(due) =>
            {
                Self::OnTime
            }
            (Some(_), Some(_)) => Self::Late,
        }
    }
}

/// A pseudonym of (dossier, form, touchpoint): date of the dossier code first, so that one day's keys lie together
/// on disk, then 16 bytes of HMAC-SHA-256. Never reversible without the key file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pseudonym(pub [u8; 20]);

impl Pseudonym {
    /// Where its dossier lies.
    pub fn bucket(&self) -> Bucket {
        let [a, b, c, d, ..] = self.0;
        Bucket([a, b, c, d])
    }
}

/// 16 bytes of HMAC-SHA-256 of an invite's token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InviteHash(pub [u8; 16]);

/// A citizen's right to rate one dossier once, with everything that its response will be placed by. It holds a pseudonym
/// and no code, since it will name the response that used it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invite {
    /// What is kept of the token.
    pub hash: InviteHash,
    /// The form that is asked.
    pub form: FormKey,
    /// The moment that is rated.
    pub touchpoint: Touchpoint,
    /// What the response will count for.
    pub pseudonym: Pseudonym,
    /// Receiving unit.
    pub unit: String,
    /// Procedure code.
    pub procedure: Option<String>,
    /// Field of the procedure, when known.
    pub field: Option<String>,
    /// Whether the dossier was on time when the invite was given out.
    pub timeliness: Timeliness,
    /// What looked odd then: bits of [`crate::intake::Flag`].
    pub flags: u32,
    /// When it ends.
    pub expires_at: Timestamp,
    /// The response that has used it up.
    pub used_by: Option<Uuid>,
}

/// A response that the intake has checked and placed: ready for the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Admitted {
    /// The id from the device.
    pub id: Uuid,
    /// How often the device had saved it. Part of the fingerprinted content too; told apart so that revisions have an
    /// order.
    pub revision: u32,
    /// 16 bytes of HMAC-SHA-256 over the canonical content: tells a repeat from a reused id. Keyed, since a plain hash
    /// would let whoever has the log find the dossier code by trial.
    pub fingerprint: [u8; 16],
    /// The form answered.
    pub form: FormKey,
    /// Receiving unit.
    pub unit: String,
    /// Procedure, when the dossier is known.
    pub procedure: Option<String>,
    /// Field of the procedure, when known.
    pub field: Option<String>,
    /// Whether the dossier was on time.
    pub timeliness: Timeliness,
    /// Moment of the procedure.
    pub touchpoint: Touchpoint,
    /// Door.
    pub channel: Channel,
    /// How it is tied to a dossier.
    pub provenance: Provenance,
    /// Which (dossier, form, touchpoint) it counts for; none without a dossier.
    pub pseudonym: Option<Pseudonym>,
    /// It is about a dossier of this bucket, whose year has lost its key. Without a pseudonym, what it repeats cannot be known
    /// then, and it is kept without counting. Marks of content of that year cannot be compared.
    pub forgotten: Option<Bucket>,
    /// The invite that it uses up.
    pub invite: Option<InviteHash>,
    /// The business day (Asia/Ho_Chi_Minh) that it counts for.
    pub day: Date,
    /// When the collector received it.
    pub received_at: Timestamp,
    /// The answers.
    pub answers: Packed,
    /// Why it looks odd: bits of [`crate::intake::Flag`].
    pub flags: u32,
    /// Somebody helped.
    pub assisted: bool,
    /// The person left before the end.
    pub partial: bool,
    /// Reasons ticked.
    pub reasons: Vec<String>,
    /// Free text, scrubbed of ID and phone numbers.
    pub comment: Option<String>,
    /// What the device told about itself and the moment.
    pub circumstances: Circumstances,
}

/// How and where a response was given; kept for measurement research, never shown for one response.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Circumstances {
    /// Language of the screen.
    pub locale: Option<String>,
    /// Order of the levels.
    pub scale_order: Option<ScaleOrder>,
    /// How the levels were drawn.
    pub presentation: Option<Presentation>,
    /// The screens were read aloud.
    pub audio: bool,
    /// Device name.
    pub device: Option<String>,
    /// Run of the device.
    pub boot: Option<String>,
    /// Number on the device.
    pub seq: Option<u64>,
    /// Device clock at the start.
    pub started_at: Option<Timestamp>,
    /// Device clock at the end.
    pub submitted_at: Option<Timestamp>,
    /// Monotonic duration.
    pub elapsed_ms: Option<u64>,
    /// Server minus device clock.
    pub clock_offset_ms: Option<i64>,
}

/// What the store did with an admitted response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// On disk, alone or in the place of an earlier revision; `counted` is false when another response already counts
    /// for this dossier, form and touchpoint, or when whether one does cannot be known.
    Stored {
        /// Does it enter the index?
        counted: bool,
    },
    /// The same id with the same content, or with a later revision of it, was on disk already.
    Duplicate,
    /// The id is taken by content that this does not complete; nothing was written. A response completes a stored
    /// partial one of a smaller revision with the same form version, dossier, touchpoint, channel and device.
    IdReused,
    /// Another response has used its invite; nothing was written.
    InviteUsed,
}

/// An organisation unit in a span of time; a code may come back with another meaning, so the key is (code, valid_from).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Agency code, e.g. `H57.132` or `000.00.19.H10`.
    pub code: String,
    /// Name for people.
    pub name: String,
    /// province | department | district | commune | ward | town | one-stop …: free text from the table.
    pub kind: String,
    /// Code of the unit above.
    pub parent: Option<String>,
    /// First day of validity, if known.
    pub valid_from: Option<Date>,
    /// Last day of validity, if over.
    pub valid_to: Option<Date>,
}

impl Unit {
    /// What a code meant on this day: of the spans that hold it, the one that began last. A code comes back with another
    /// meaning, so a name of a day belongs to that day.
    pub fn on<'a>(units: &'a [Self], code: &str, day: Date) -> Option<&'a Self> {
        units
            .iter()
            .filter(|unit| unit.code == code)
            .filter(|unit| unit.valid_from.is_none_or(|from| from <= day))
            .filter(|unit| unit.valid_to.is_none_or(|to| day <= to))
            .max_by_key(|unit| unit.valid_from)
    }

    /// The codes from this unit up to the top as they stood on this day, the unit itself first. Ends where the tables
    /// know no further, or would go round.
    pub fn line_on<'a>(units: &'a [Self], code: &str, day: Date) -> Vec<&'a Self> {
        let mut line: Vec<&Self> = Vec::new();
        let mut next = Self::on(units, code, day);
        while let Some(unit) = next.filter(|unit| line.iter().all(|below| below.code != unit.code))
        {
            line.push(unit);
            let above = unit.parent.as_deref();
            next = above.and_then(|above| Self::on(units, above, day));
        }
        line
    }

    /// Codes of this unit and of all that were below it on any day, directly or not; the unit itself even when unknown.
    pub fn branch(units: &[Self], top: &str) -> BTreeSet<String> {
        let mut below: HashMap<&str, Vec<&str>> = HashMap::new();
        for unit in units {
            if let Some(parent) = &unit.parent {
                below.entry(parent).or_default().push(&unit.code);
            }
        }
        let mut branch = BTreeSet::new();
        let mut next = vec![top];
        while let Some(code) = next.pop() {
            if branch.insert(code.to_owned()) {
                next.extend(below.get(code).into_iter().flatten());
            }
        }
        branch
    }

    /// The name that a unit's code has had since last: codes come back with other meanings.
    pub fn newest_name(units: &[Self], code: &str) -> Option<String> {
        units
            .iter()
            .filter(|unit| unit.code == code)
            .max_by_key(|unit| unit.valid_from)
            .map(|unit| unit.name.clone())
    }
}

/// An administrative procedure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Procedure {
    /// Procedure code, e.g. `1.011441`.
    pub code: String,
    /// Name for people.
    pub name: String,
    /// Field (lĩnh vực).
    pub field: String,
}

/// A dossier as the one-stop software tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dossier {
    /// Normalised code.
    pub code: String,
    /// Procedure code.
    pub procedure: String,
    /// Receiving unit.
    pub unit: String,
    /// Handling authority, if another.
    pub authority: Option<String>,
    /// desk | online | post.
    pub filing_channel: Option<String>,
    /// When it was received.
    pub received_at: Option<Timestamp>,
    /// When it is due.
    pub due_at: Option<Timestamp>,
    /// When it was finished.
    pub finished_at: Option<Timestamp>,
    /// granted | refused | withdrawn.
    pub outcome: Option<String>,
}

impl Dossier {
    /// Was it finished by its due date?
    pub fn timeliness(&self) -> Timeliness {
        Timeliness::of(self.finished_at, self.due_at)
    }
}

/// A dossier with what the register of procedures adds to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filed {
    /// The dossier.
    pub dossier: Dossier,
    /// Field of its procedure, when the procedure is known.
    pub field: Option<String>,
}

/// What the registers say about the dossiers and units that were looked up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registers {
    /// Known dossiers by code.
    pub dossiers: HashMap<String, Filed>,
    /// Codes of known units, those of the dossiers among them.
    pub units: HashSet<String>,
    /// Years as they stand.
    pub periods: Periods,
}

/// What may be counted by; `Item` and `Factor` are cuts inside a cell and not listed here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// Receiving unit.
    Unit,
    /// Field of the procedure.
    Field,
    /// Procedure.
    Procedure,
    /// Door.
    Channel,
    /// Moment.
    Touchpoint,
    /// Month of the business day, `2026-07`.
    Month,
    /// On time, late, pending, unknown.
    Timeliness,
    /// invited | dossier | unit.
    Provenance,
}

impl Dimension {
    /// Do finished dossiers have it too? They have no channel of rating, touchpoint or provenance, and their
    /// timeliness at the end is not that at the moment of rating.
    pub fn is_of_dossiers(self) -> bool {
        matches!(
            self,
            Self::Unit | Self::Field | Self::Procedure | Self::Month
        )
    }
}

/// Which responses to count, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellQuery {
    /// The form; versions are never pooled.
    pub form: FormKey,
    /// First business day, inclusive.
    pub from: Date,
    /// Last business day, inclusive.
    pub to: Date,
    /// Grouping, in the order of the answer's key.
    pub by: Vec<Dimension>,
    /// Allowed values by dimension; a dimension that is absent is not filtered.
    pub filters: Vec<(Dimension, Vec<String>)>,
}

/// Whose words to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaidQuery {
    /// The form; versions are never pooled.
    pub form: FormKey,
    /// First business day, inclusive.
    pub from: Date,
    /// Last business day, inclusive.
    pub to: Date,
    /// Only of this unit.
    pub unit: Option<String>,
    /// Only what was received before this moment.
    pub received_before: Timestamp,
}

/// One group's values, in the order of [`CellQuery::by`]; `None` where a response has no value (no dossier: no field).
pub type GroupKey = Vec<Option<String>>;

/// A difference between what is kept and what the log says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which roll-up and cell, or which other part of the database.
    pub place: String,
    /// What is kept there.
    pub kept: String,
    /// What the log says.
    pub recomputed: String,
}

/// What `verify` found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verification {
    /// Responses in the log, counted and repeats.
    pub responses: u64,
    /// Of these, repeats, which count nowhere.
    pub repeats: u64,
    /// Of the repeats, those of dossiers whose year has lost its key: whether they are repeats cannot be known.
    pub forgotten: u64,
    /// Roll-up cells compared.
    pub cells: u64,
    /// Every difference found (none: all is equal to the last unit).
    pub differences: Vec<Difference>,
}

/// Role of a key (design §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A kiosk: may send responses.
    Device,
    /// One-stop software: may feed dossiers.
    OneStop,
    /// May read index and coverage.
    Analyst,
    /// Everything.
    Admin,
    /// An account that reads about one branch of the units. For people only.
    Unit,
    /// An account that reads and changes nothing. For people only.
    ReadOnly,
}

/// A key as kept: the secret itself is shown once and never stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// Name given by the administrator; unique.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    /// For devices: what the kiosk shows and whose ratings it takes.
    pub device: Option<DeviceSettings>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a kiosk is set up to do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeviceSettings {
    /// Unit in whose hall it stands.
    pub unit: String,
    /// Form id that it shows (the newest version).
    pub form: String,
    /// What else the authority has chosen for it.
    pub kiosk: KioskSettings,
}

impl DeviceSettings {
    /// In one line, for the audit log.
    pub fn in_words(&self) -> String {
        let kiosk = serde_json::to_string(&self.kiosk).unwrap_or_default();
        format!("unit {}, form {}, {kiosk}", self.unit, self.form)
    }
}

/// A kiosk that waits to be enrolled: whoever types its code there gets its key.
#[derive(Clone, Debug, PartialEq)]
pub struct Enrolment {
    /// SHA-256 of the code.
    pub code: [u8; 32],
    /// Name of the key to be made; an enrolled device of this name gets another key and keeps its place.
    pub name: String,
    /// What the kiosk is set up to do.
    pub device: DeviceSettings,
    /// When the code ends.
    pub expires_at: Timestamp,
}

/// A staff account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Login name; unique.
    pub name: String,
    /// Argon2id hash in PHC form; empty for an account that no password opens.
    pub password_hash: String,
    /// What the account may do.
    pub role: Role,
    /// Code of the unit on top of what it sees; none for all units.
    pub branch: Option<String>,
    /// Since when it may not sign in.
    pub disabled_at: Option<Timestamp>,
}

/// A signed-in browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the cookie's value.
    pub hash: [u8; 32],
    /// Whose it is.
    pub user: String,
    /// Token that forms must carry.
    pub csrf: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// The one interface of every storage engine.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Appends to the log in one durable group; answers only when the disk has it. One answer per response, in order.
    async fn append(&self, responses: Vec<Admitted>) -> Result<Vec<Appended>, StoreError>;

    /// Counts responses that enter the index, from roll-ups where they suffice, else from the log; the two agree.
    async fn cells(
        &self,
        query: CellQuery,
    ) -> Result<Vec<(GroupKey, survey::cell::Cell)>, StoreError>;
    /// The same with what the rules of flags say of the same responses, all in one snapshot.
    async fn examined(&self, query: CellQuery) -> Result<Vec<(GroupKey, Examined)>, StoreError>;
    /// Asks the rules of flags about the log ahead, the newest month first, so that the first who asks for figures need
    /// not wait for it. Takes seconds to a minute; what is asked meanwhile is answered as ever.
    async fn look_ahead(&self) -> Result<(), StoreError>;
    /// The rules that flag responses.
    fn rules(&self) -> Arc<Rules>;
    /// Dossiers finished in the period, grouped alike; by unit, field, procedure and month, and empty when grouped or
    /// filtered by anything else, which dossiers do not have.
    async fn closed(&self, query: CellQuery) -> Result<Vec<(GroupKey, u64)>, StoreError>;
    /// First and last business day with a response to this form, of those up to `upto`.
    async fn span(
        &self,
        form: &FormKey,
        upto: Option<Date>,
    ) -> Result<Option<(Date, Date)>, StoreError>;
    /// What an export of this form's counted responses up to this day holds now, and how coarsely each is told.
    async fn export_plan(
        &self,
        form: &FormKey,
        threshold: u64,
        upto: Option<Date>,
    ) -> Result<anonymous::Plan, StoreError>;
    /// The responses of a plan from this place on, at most `count` of its rows.
    async fn export_page(
        &self,
        plan: &Arc<anonymous::Plan>,
        from: usize,
        count: usize,
    ) -> Result<Vec<anonymous::Exported>, StoreError>;
    /// Checks the file, brings the roll-ups up to date, recomputes every one from the log and compares. Responses that
    /// arrive meanwhile are read, but enter the comparison of the next call.
    async fn verify(&self) -> Result<Verification, StoreError>;
    /// Can it read, and could it write last time? After a failure it tries from time to time whether the cause is gone,
    /// so that asking again and again ends with the truth.
    async fn health(&self) -> Result<(), StoreError>;
    /// A note kept beside the data, such as "demo".
    async fn note(&self, name: &str) -> Result<Option<String>, StoreError>;
    /// Sets such a note.
    async fn set_note(&self, name: &str, value: &str) -> Result<(), StoreError>;
    /// Notes the rules that figures are made by from now on and writes down, in the name of `who`, what differs from those noted
    /// before, both or neither; gives what it wrote down.
    async fn note_rules(&self, rules: InForce, who: &str) -> Result<Vec<Entry>, StoreError>;

    /// Adds or changes units; returns how many were new.
    async fn upsert_units(&self, units: Vec<Unit>) -> Result<u64, StoreError>;
    /// Adds or changes procedures; returns how many were new.
    async fn upsert_procedures(&self, procedures: Vec<Procedure>) -> Result<u64, StoreError>;
    /// Adds or changes dossiers; returns how many were new. Written in chunks: after an error the first ones may be
    /// there, and repeating the call is safe.
    async fn upsert_dossiers(&self, dossiers: Vec<Dossier>) -> Result<u64, StoreError>;
    /// Takes lines of a feed in any order: what is older than what is kept changes nothing. One answer each, in order.
    /// Written in chunks as above.
    async fn feed_dossiers(&self, lines: Vec<Fed>) -> Result<Vec<Kept>, StoreError>;
    /// First and last business day on which a dossier was finished.
    async fn finished_span(&self) -> Result<FinishedSpan, StoreError>;
    /// Dossiers finished on this business day that pass, by code.
    async fn finished_on(
        &self,
        day: Date,
        filter: &FinishedFilter,
    ) -> Result<Vec<Filed>, StoreError>;
    /// Counts finished dossiers and how many of their citizens were asked, in one snapshot, sorted by group. `namings` name a
    /// dossier at each of the query's touchpoints, in their order.
    async fn coverage(
        &self,
        query: CoverageQuery,
        namings: Vec<Naming>,
    ) -> Result<Vec<(GroupKey, Covered)>, StoreError>;
    /// Finished dossiers with their ratings by kind, in one snapshot, sorted. Each is looked for by the names that `namings` give
    /// it, in their order: the first that a response counts for.
    async fn weighed(
        &self,
        query: WeighedQuery,
        namings: Vec<Naming>,
    ) -> Result<Vec<(WeighedKind, Weighed)>, StoreError>;
    /// Counts finished dossiers by what was said against them, in one snapshot, sorted.
    async fn judged(
        &self,
        query: JudgedQuery,
        judging: Judging,
    ) -> Result<Vec<(JudgedKind, u64)>, StoreError>;
    /// Counts finished dossiers by whether they were finished before, on or after the day on which they were due.
    async fn against_due(&self, query: DueQuery) -> Result<AgainstDue, StoreError>;
    /// Whether the citizens behind these pseudonyms were asked; one answer each, in order.
    async fn asked(&self, pseudonyms: Vec<Pseudonym>) -> Result<Vec<Asked>, StoreError>;
    /// All units.
    async fn units(&self) -> Result<Vec<Unit>, StoreError>;
    /// Has any code several meanings?
    async fn has_reused_unit_codes(&self) -> Result<bool, StoreError>;
    /// Adds what became of units, or takes it back; returns how many were new.
    async fn tell_unit_changes(&self, changes: Vec<ToldChange>) -> Result<u64, StoreError>;
    /// What became of units, by unit and day.
    async fn unit_changes(&self) -> Result<Vec<UnitChange>, StoreError>;
    /// All procedures.
    async fn procedures(&self) -> Result<Vec<Procedure>, StoreError>;
    /// One dossier by normalised code.
    async fn dossier(&self, code: &str) -> Result<Option<Dossier>, StoreError>;
    /// What was told of the way of this dossier, the first step first.
    async fn dossier_statuses(&self, code: &str) -> Result<Vec<StatusChange>, StoreError>;
    /// What the registers say about these dossiers (normalised codes) and units, in one read.
    async fn look_up(
        &self,
        dossiers: Vec<String>,
        units: Vec<String>,
    ) -> Result<Registers, StoreError>;
    /// Years of dossier codes as they stand.
    async fn periods(&self) -> Result<Periods, StoreError>;
    /// Sees to it that these years stand in the store, before anything of them is stored: with the secret that is offered,
    /// unless something of the year is stored already, under the folder's key. What stands stays. Gives all years.
    async fn begin_periods(&self, offered: Vec<(i16, PeriodSecret)>)
    -> Result<Periods, StoreError>;
    /// Gives invites out, all of them or none, together with the entry that says so.
    async fn add_invites(
        &self,
        invites: Vec<Invite>,
        entry: Option<Entry>,
    ) -> Result<(), StoreError>;
    /// The invite with this hash.
    async fn invite(&self, hash: InviteHash) -> Result<Option<Invite>, StoreError>;
    /// How much is kept.
    async fn totals(&self) -> Result<Totals, StoreError>;

    /// Makes a change and writes down who did, both or neither; nothing is written down when it gives false. Without an entry
    /// where nobody in charge has done it: the methods below that make one change each.
    async fn change(&self, change: Change, entry: Option<Entry>) -> Result<bool, StoreError>;
    /// Adds a key; [`StoreError::NameTaken`] unless the name is new.
    async fn add_key(&self, key: Key) -> Result<(), StoreError> {
        let name = key.name.clone();
        let added = self.change(Change::AddKey(Box::new(key)), None).await?;
        added.then_some(()).ok_or(StoreError::NameTaken(name))
    }
    /// The key with this hash.
    async fn key(&self, hash: &[u8; 32]) -> Result<Option<Key>, StoreError>;
    /// All keys.
    async fn keys(&self) -> Result<Vec<Key>, StoreError>;
    /// Removes a key; false when there was none of this name.
    async fn remove_key(&self, name: &str) -> Result<bool, StoreError> {
        self.change(Change::RemoveKey(name.to_owned()), None).await
    }
    /// What the device of this name is set up to do.
    async fn device(&self, name: &str) -> Result<Option<DeviceSettings>, StoreError>;
    /// Changes what the device of this name is set up to do; false when there is none.
    async fn set_device(&self, name: &str, device: DeviceSettings) -> Result<bool, StoreError> {
        let change = Change::SetDevice(name.to_owned(), Box::new(device));
        self.change(change, None).await
    }
    /// Lets a kiosk be enrolled by a code, in place of an earlier code for the same name; [`StoreError::NameTaken`] when
    /// the name is that of a key of another kind.
    async fn add_enrolment(&self, enrolment: Enrolment) -> Result<(), StoreError> {
        let name = enrolment.name.clone();
        let change = Change::AddEnrolment(Box::new(enrolment));
        let added = self.change(change, None).await?;
        added.then_some(()).ok_or(StoreError::NameTaken(name))
    }
    /// Uses up the code that is alive at `now`, and makes or replaces its device's key by one with the hash `key`; its name,
    /// or `None` for a code that is unknown, used or over.
    async fn enrol(
        &self,
        code: &[u8; 32],
        key: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<String>, StoreError>;
    /// Adds a site; false when the name is taken, by a revoked one too.
    async fn add_site(&self, site: Site) -> Result<bool, StoreError> {
        self.change(Change::AddSite(site), None).await
    }
    /// All sites, the revoked ones too.
    async fn sites(&self) -> Result<Vec<Site>, StoreError>;
    /// The site that this key is or was one of.
    async fn site_of_key(&self, key: &str) -> Result<Option<Site>, StoreError>;
    /// Does a site that is not revoked allow this origin?
    async fn allows_origin(&self, origin: &str) -> Result<bool, StoreError>;
    /// Changes origins, unit and form of the site of this name; false when there is none that is not revoked.
    async fn set_site(&self, site: Site) -> Result<bool, StoreError> {
        self.change(Change::SetSite(site), None).await
    }
    /// Gives a site another key; its earlier ones end at `old_until`. False when there is none that is not revoked.
    async fn rotate_site(
        &self,
        name: &str,
        key: SiteKey,
        old_until: Timestamp,
    ) -> Result<bool, StoreError> {
        let name = name.to_owned();
        let change = Change::RotateSite {
            name,
            key,
            old_until,
        };
        self.change(change, None).await
    }
    /// Ends a site; false when there is none that is not revoked.
    async fn revoke_site(&self, name: &str, at: Timestamp) -> Result<bool, StoreError> {
        self.change(Change::RevokeSite(name.to_owned(), at), None)
            .await
    }
    /// Keeps what a device tells about itself beside what its earlier heartbeats told; returns both.
    async fn put_heartbeat(&self, device: &str, beat: Beat) -> Result<Pulse, StoreError>;
    /// Every device key with its last heartbeat, by name.
    async fn devices(&self) -> Result<Vec<Device>, StoreError>;
    /// Writes down who did what; it can never be changed.
    async fn audit(&self, entry: Entry) -> Result<(), StoreError>;
    /// What was written down, with numbers, the newest first.
    async fn audited(&self, filter: AuditFilter) -> Result<Vec<(i64, Entry)>, StoreError>;
    /// Adds or replaces an account; its sessions end.
    async fn put_user(&self, user: User) -> Result<(), StoreError> {
        self.change(Change::PutUser(user), None).await?;
        Ok(())
    }
    /// The account of this name.
    async fn user(&self, name: &str) -> Result<Option<User>, StoreError>;
    /// All accounts, by name.
    async fn users(&self) -> Result<Vec<User>, StoreError>;
    /// Links an account to its person at a provider; its sessions end. False, and nothing is linked, when the account has a
    /// person there or the person has an account.
    async fn link(&self, identity: Identity) -> Result<bool, StoreError> {
        self.change(Change::Link(identity), None).await
    }
    /// Takes every link of an account away; its sessions end. False when there was none.
    async fn unlink(&self, user: &str) -> Result<bool, StoreError> {
        self.change(Change::Unlink(user.to_owned()), None).await
    }
    /// All links, by account.
    async fn identities(&self) -> Result<Vec<Identity>, StoreError>;
    /// The account of this person at this provider.
    async fn user_of_subject(
        &self,
        issuer: &str,
        subject: &str,
    ) -> Result<Option<User>, StoreError>;
    /// Puts the subject in the place of an e-mail address that an account is linked by, for good, writes that down, and gives the
    /// account's name; `None` when no account waits for the address (lower case), or the subject has one already.
    async fn bind_email(
        &self,
        issuer: &str,
        email: &str,
        subject: &str,
    ) -> Result<Option<String>, StoreError>;
    /// Opens a session.
    async fn add_session(&self, session: Session) -> Result<(), StoreError> {
        self.change(Change::AddSession(session), None).await?;
        Ok(())
    }
    /// The session with this hash, if it has not expired at `now`.
    async fn session(&self, hash: &[u8; 32], now: Timestamp)
    -> Result<Option<Session>, StoreError>;
    /// Closes a session.
    async fn remove_session(&self, hash: &[u8; 32]) -> Result<(), StoreError>;

    /// Opens a citizen report in the name of `by`, and writes that down; returns its number.
    async fn open_report(
        &self,
        report: NewReport,
        by: &str,
        at: Timestamp,
    ) -> Result<i64, StoreError>;
    /// Adds an event to a report whose last one is of this version, and writes down who did; false when another came first, or
    /// there is no such report.
    async fn step_report(&self, id: i64, version: i64, event: Event) -> Result<bool, StoreError>;
    /// Takes lines of a feed in the name of `by`; one answer each, in order. What is kept under an outside id is changed,
    /// and an answer is never taken away.
    async fn feed_reports(
        &self,
        lines: Vec<NewReport>,
        by: &str,
        at: Timestamp,
    ) -> Result<Vec<Kept>, StoreError>;
    /// Citizen reports, the newest first.
    async fn reports(&self, filter: ReportFilter) -> Result<Vec<Report>, StoreError>;
    /// Numbers of the citizen reports that were opened once more after an answer, unless that step was taken back.
    async fn reopened_reports(&self, filter: ReportFilter) -> Result<BTreeSet<i64>, StoreError>;
    /// A citizen report with all its events, the oldest first.
    async fn report(&self, id: i64) -> Result<Option<(Report, Vec<Event>)>, StoreError>;
    /// The counted response of each of these pseudonyms, unless it is of a day after `upto`; one answer each, in order.
    async fn answers(
        &self,
        pseudonyms: Vec<Pseudonym>,
        upto: Option<Date>,
    ) -> Result<Vec<Option<(FormKey, Packed)>>, StoreError>;
    /// Dossiers that are not finished and were due between these moments, both inclusive.
    async fn open_dossiers(&self, from: Timestamp, to: Timestamp)
    -> Result<Vec<Filed>, StoreError>;

    /// Rules, announcements and amounts of what is destroyed when its time is over.
    async fn retention(&self) -> Result<State, StoreError>;
    /// Changes a rule and writes down who did, together.
    async fn change_retention(
        &self,
        change: RetentionChange,
        entry: Entry,
    ) -> Result<(), StoreError>;
    /// Notes what a check found; false when another check came first, and nothing is noted.
    async fn tick_retention(&self, tick: RetentionTick) -> Result<bool, StoreError>;
    /// Destroys the texts of a month (`calendar`), or the key of the year that ends with it, in one transaction, if at `at`
    /// nothing stands against it in that very transaction; gives how many. [`Self::finish_destructions`] tells it as done.
    async fn destroy(
        &self,
        matter: Matter,
        month: i32,
        by: &str,
        at: Timestamp,
    ) -> Result<Option<u64>, StoreError>;
    /// Takes what was destroyed out of the bytes on disk and then writes it into the audit log; false when somebody reads
    /// the database and it must be tried again. Without anything to finish it does nothing.
    async fn finish_destructions(&self) -> Result<bool, StoreError>;

    /// Adds a release and writes down who made it, together; gives the release of the same form that shares days with it
    /// instead, be it withdrawn, if there is one, and adds nothing.
    async fn add_release(
        &self,
        release: Release,
        entry: Entry,
    ) -> Result<Option<ReleaseHead>, StoreError>;
    /// All releases, the withdrawn ones too.
    async fn releases(&self) -> Result<Vec<ReleaseHead>, StoreError>;
    /// A release with its tables.
    async fn release(&self, id: &str) -> Result<Option<Release>, StoreError>;
    /// Withdraws a release since `at`, or puts it back without, and writes down who did; false when there is none of this id,
    /// or it is so already.
    async fn withdraw_release(
        &self,
        id: &str,
        at: Option<Timestamp>,
        entry: Entry,
    ) -> Result<bool, StoreError>;

    /// What citizens wrote and ticked, all of it: [`crate::comments::show`] says what of it may be read.
    async fn said(&self, query: SaidQuery) -> Result<Vec<crate::comments::Group>, StoreError>;
}

/// How much is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Units.
    pub units: u64,
    /// Procedures.
    pub procedures: u64,
    /// Dossiers.
    pub dossiers: u64,
    /// Responses in the log, counted and repeats.
    pub responses: u64,
}
