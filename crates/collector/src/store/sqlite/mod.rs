//! The embedded engine: one SQLite file, one writer thread, one for short look-ups, a few readers for figures.
//!
//! What is promised: an answer to a write means that the disk has it (WAL, `synchronous=FULL`, group commit); each
//! read sees one snapshot; every figure can be recomputed from the log.

mod access;
mod audit;
pub mod backup;
mod buckets;
mod change;
mod connection;
mod count;
mod covered;
mod due;
mod enrolments;
mod examine;
mod export;
mod failure;
mod feed;
mod finished;
mod health;
mod heartbeat;
mod identities;
mod in_force;
mod invites;
mod judged;
mod log;
mod lookups;
mod names;
mod periods;
mod places;
mod queue;
mod registers;
mod releases;
mod reports;
mod retention;
mod revision;
mod rollup;
mod said;
mod sites;
mod sql;
#[cfg(test)]
mod tests;
mod verify;
mod weighed;
mod writer;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::Connection;
use statistics::flag::Rules;
use survey::answers::Packed;
use survey::cell::Cell;

use self::connection::Readers;
use self::count::Sources;
use self::examine::Examiner;
use self::health::{Diagnosis, Health};
use self::lookups::Lookups;
use self::names::Texts;
use self::writer::Writer;
use super::{
    Admitted, AgainstDue, Appended, Asked, AuditFilter, CellQuery, Change, CoverageQuery, Covered,
    Deed, DeviceSettings, Dossier, DueQuery, Entry, Examined, Fed, Filed, FinishedFilter,
    FinishedSpan, FormKey, GroupKey, Identity, Invite, InviteHash, JudgedKind, JudgedQuery,
    Judging, Kept, Key, Naming, PeriodSecret, Periods, Procedure, Pseudonym, Registers,
    RetentionChange, RetentionTick, SaidQuery, Session, Site, StatusChange, Store, StoreError,
    ToldChange, Totals, Unit, UnitChange, User, Verification, Weighed, WeighedKind, WeighedQuery,
};
use crate::comments::Group;
use crate::forms::FormBook;
use crate::in_force::InForce;
use crate::publish::{Release, ReleaseHead};
use crate::pulse::{Beat, Device, Pulse};
use crate::reports::{Event, NewReport, Report, ReportFilter};
use crate::retention::{Matter, State};
use crate::store::anonymous::{Exported, Plan};

/// Register lines that one transaction writes, so that ratings never wait long behind an import.
const CHUNK: usize = 5_000;

/// Codes that are looked up at once on the thread that everybody waits for; more take a reader of their own.
const FEW: usize = 16;

/// The store in a data folder.
pub struct SqliteStore {
    writer: Writer,
    readers: Arc<Readers>,
    lookups: Lookups,
    forms: Arc<FormBook>,
    texts: Arc<Texts>,
    covered: Arc<tokio::sync::Mutex<covered::Cache>>,
    weighed: Arc<tokio::sync::Mutex<weighed::Cache>>,
    judged: Arc<tokio::sync::Mutex<judged::Cache>>,
    examiner: Arc<Examiner>,
    health: Arc<Health>,
}

impl SqliteStore {
    /// Opens the store in `folder`, making both when they do not exist, and brings the schema up to date.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] when the folder cannot be used, [`StoreError::Damaged`] when its file is damaged,
    /// [`StoreError::Engine`] when SQLite is too old; [`StoreError::Corrupt`] when another version made it, or when the
    /// log holds answers to a form that `forms` does not know, or that was changed under the same version.
    pub fn open(folder: &Path, forms: Arc<FormBook>) -> Result<Self, StoreError> {
        let path = connection::create(folder)?;
        let first = connection::writer(&path)?;
        names::forms_by_id(&first, &forms)?;
        buckets::place(&first)?;
        drop(first);
        let health = Arc::new(Health::default());
        let readers = Readers::new(path.clone(), Arc::clone(&health));
        Ok(Self {
            writer: Writer::start(
                path,
                Arc::clone(&forms),
                Arc::clone(&health),
                queue::WAITING,
            )?,
            lookups: Lookups::start(Arc::clone(&readers))?,
            readers,
            forms,
            texts: Arc::default(),
            covered: Arc::default(),
            weighed: Arc::default(),
            judged: Arc::default(),
            examiner: Arc::new(Examiner::new(Arc::new(Rules::shipped().clone()))),
            health,
        })
    }

    /// With the rules of an authority instead of those that come with the program.
    #[must_use]
    pub fn with_rules(self, rules: Arc<Rules>) -> Self {
        Self {
            examiner: Arc::new(Examiner::new(rules)),
            ..self
        }
    }

    /// Takes nothing new, writes what waits, and brings the roll-ups up to date. Blocks until done; dropping the
    /// store does the same.
    pub fn close(&self) {
        self.writer.close();
    }

    /// Throws the roll-ups away and counts the log anew. Figures stay right meanwhile, but slow.
    pub async fn rebuild(&self) -> Result<(), StoreError> {
        self.write(|connection| {
            rollup::clear(connection)?;
            buckets::mend(connection)
        })
        .await?;
        self.catch_up().await
    }

    /// Brings the roll-ups level with the log.
    async fn catch_up(&self) -> Result<(), StoreError> {
        loop {
            let progress = self
                .writer
                .run(1, |scope| rollup::advance(scope.connection, scope.forms))
                .await?;
            if progress == rollup::Progress::Complete {
                return Ok(());
            }
        }
    }

    async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        self.writer.run(1, |scope| work(scope.connection)).await
    }

    async fn count(
        &self,
        query: CellQuery,
        sources: Sources,
    ) -> Result<Vec<(GroupKey, Cell)>, StoreError> {
        let forms = Arc::clone(&self.forms);
        let texts = Arc::clone(&self.texts);
        self.readers
            .run(move |connection| count::cells(connection, &forms, &texts, &query, sources))
            .await
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn append(&self, responses: Vec<Admitted>) -> Result<Vec<Appended>, StoreError> {
        self.writer
            .run(responses.len(), move |scope| {
                responses
                    .iter()
                    .map(|response| log::append(scope, response))
                    .collect()
            })
            .await
    }

    async fn cells(&self, query: CellQuery) -> Result<Vec<(GroupKey, Cell)>, StoreError> {
        self.count(query, Sources::Fastest).await
    }

    async fn examined(&self, query: CellQuery) -> Result<Vec<(GroupKey, Examined)>, StoreError> {
        let forms = Arc::clone(&self.forms);
        let texts = Arc::clone(&self.texts);
        let examiner = Arc::clone(&self.examiner);
        self.readers
            .run(move |connection| examine::examined(connection, &forms, &texts, &examiner, &query))
            .await
    }

    async fn look_ahead(&self) -> Result<(), StoreError> {
        for form in self.forms.iter() {
            let form = FormKey::of(form);
            let months = self
                .readers
                .run(move |connection| examine::months_back(connection, &form))
                .await?;
            for (form, days) in months {
                let examiner = Arc::clone(&self.examiner);
                if examiner.is_full() {
                    return Ok(());
                }
                // A month at a time, so that others get their turn with the readers.
                self.readers
                    .run(move |connection| examiner.look_at(connection, form, days))
                    .await?;
            }
        }
        Ok(())
    }

    fn rules(&self) -> Arc<Rules> {
        Arc::clone(self.examiner.rules())
    }

    async fn closed(&self, query: CellQuery) -> Result<Vec<(GroupKey, u64)>, StoreError> {
        let texts = Arc::clone(&self.texts);
        self.readers
            .run(move |connection| finished::closed(connection, &texts, &query))
            .await
    }

    async fn span(
        &self,
        form: &FormKey,
        upto: Option<Date>,
    ) -> Result<Option<(Date, Date)>, StoreError> {
        let form = form.clone();
        self.readers
            .run(move |connection| count::span(connection, &form, upto))
            .await
    }

    async fn export_plan(
        &self,
        form: &FormKey,
        threshold: u64,
        upto: Option<Date>,
    ) -> Result<Plan, StoreError> {
        let form = form.clone();
        self.readers
            .run(move |connection| export::plan(connection, &form, threshold, upto))
            .await
    }

    async fn export_page(
        &self,
        plan: &Arc<Plan>,
        from: usize,
        count: usize,
    ) -> Result<Vec<Exported>, StoreError> {
        let (plan, texts) = (Arc::clone(plan), Arc::clone(&self.texts));
        self.readers
            .run(move |connection| export::page(connection, &texts, &plan, from, count))
            .await
    }

    async fn verify(&self) -> Result<Verification, StoreError> {
        let differences = self.readers.run(verify::file).await?;
        if !differences.is_empty() {
            // Nothing that is read from such a file proves anything.
            return Ok(Verification {
                differences,
                ..Verification::default()
            });
        }
        self.catch_up().await?;
        let forms = Arc::clone(&self.forms);
        self.readers
            .run(move |connection| verify::figures(connection, &forms))
            .await
    }

    async fn health(&self) -> Result<(), StoreError> {
        if !self.writer.is_alive() || !self.lookups.is_alive() {
            return Err(StoreError::closed());
        }
        match self.health.diagnosis() {
            Diagnosis::Well => {}
            Diagnosis::Failing(cause) => return Err(cause),
            Diagnosis::TryToWrite => {
                self.write(|connection| {
                    connection.prepare_cached(sql::TRY_TO_WRITE)?.execute([])?;
                    Ok(())
                })
                .await?;
            }
            Diagnosis::TryToRead(cause) => {
                // May take longer than the caller can wait; what it finds is told to the next one.
                let (readers, health) = (Arc::clone(&self.readers), Arc::clone(&self.health));
                tokio::spawn(async move {
                    if readers.run(verify::read_all).await.is_ok() {
                        health.read_all();
                    }
                });
                return Err(cause);
            }
        }
        self.readers
            .run(|connection| Ok(connection.query_row(sql::ALIVE, [], |_| Ok(()))?))
            .await
    }

    async fn note(&self, name: &str) -> Result<Option<String>, StoreError> {
        let name = name.to_owned();
        self.lookups
            .run(move |connection| access::note(connection, &name))
            .await
    }

    async fn set_note(&self, name: &str, value: &str) -> Result<(), StoreError> {
        let row = (name.to_owned(), value.to_owned());
        self.write(move |connection| {
            connection.prepare_cached(sql::SET_NOTE)?.execute(row)?;
            Ok(())
        })
        .await
    }

    async fn note_rules(&self, rules: InForce, who: &str) -> Result<Vec<Entry>, StoreError> {
        let who = who.to_owned();
        self.write(move |connection| in_force::note(connection, &rules, &who, Timestamp::now()))
            .await
    }

    async fn upsert_units(&self, units: Vec<Unit>) -> Result<u64, StoreError> {
        self.writer
            .run(units.len(), move |scope| {
                registers::upsert_units(scope.connection, &units)
            })
            .await
    }

    async fn upsert_procedures(&self, procedures: Vec<Procedure>) -> Result<u64, StoreError> {
        self.writer
            .run(procedures.len(), move |scope| {
                registers::upsert_procedures(scope.connection, &procedures)
            })
            .await
    }

    async fn upsert_dossiers(&self, mut dossiers: Vec<Dossier>) -> Result<u64, StoreError> {
        let mut added = 0;
        while !dossiers.is_empty() {
            let rest = dossiers.split_off(dossiers.len().min(CHUNK));
            let chunk = std::mem::replace(&mut dossiers, rest);
            added += self
                .writer
                .run(chunk.len(), move |scope| feed::upsert(scope, &chunk))
                .await?;
        }
        Ok(added)
    }

    async fn feed_dossiers(&self, mut lines: Vec<Fed>) -> Result<Vec<Kept>, StoreError> {
        let mut answers = Vec::with_capacity(lines.len());
        while !lines.is_empty() {
            let rest = lines.split_off(lines.len().min(CHUNK));
            let chunk = std::mem::replace(&mut lines, rest);
            let written = self
                .writer
                .run(chunk.len(), move |scope| feed::feed(scope, &chunk))
                .await?;
            answers.extend(written);
        }
        Ok(answers)
    }

    async fn finished_span(&self) -> Result<FinishedSpan, StoreError> {
        self.readers.run(feed::span).await
    }

    async fn finished_on(
        &self,
        day: Date,
        filter: &FinishedFilter,
    ) -> Result<Vec<Filed>, StoreError> {
        let filter = filter.clone();
        self.readers
            .run(move |connection| feed::finished_on(connection, day, &filter))
            .await
    }

    async fn coverage(
        &self,
        query: CoverageQuery,
        namings: Vec<Naming>,
    ) -> Result<Vec<(GroupKey, Covered)>, StoreError> {
        // One at a time, and before a reader is taken: who waits for what another counts keeps no reader from others.
        let mut cache = Arc::clone(&self.covered).lock_owned().await;
        let texts = Arc::clone(&self.texts);
        self.readers
            .run(move |connection| cache.count(connection, &texts, &query, &namings))
            .await
    }

    async fn weighed(
        &self,
        query: WeighedQuery,
        namings: Vec<Naming>,
    ) -> Result<Vec<(WeighedKind, Weighed)>, StoreError> {
        // One at a time, as coverage.
        let mut cache = Arc::clone(&self.weighed).lock_owned().await;
        let (forms, texts) = (Arc::clone(&self.forms), Arc::clone(&self.texts));
        self.readers
            .run(move |connection| cache.count(connection, &forms, &texts, &query, &namings))
            .await
    }

    async fn judged(
        &self,
        query: JudgedQuery,
        judging: Judging,
    ) -> Result<Vec<(JudgedKind, u64)>, StoreError> {
        // One at a time, as coverage.
        let mut cache = Arc::clone(&self.judged).lock_owned().await;
        let texts = Arc::clone(&self.texts);
        self.readers
            .run(move |connection| cache.count(connection, &texts, &query, &judging))
            .await
    }

    async fn against_due(&self, query: DueQuery) -> Result<AgainstDue, StoreError> {
        let texts = Arc::clone(&self.texts);
        self.readers
            .run(move |connection| due::against_due(connection, &texts, &query))
            .await
    }

    async fn asked(&self, pseudonyms: Vec<Pseudonym>) -> Result<Vec<Asked>, StoreError> {
        self.readers
            .run(move |connection| feed::asked(connection, &pseudonyms))
            .await
    }

    async fn units(&self) -> Result<Vec<Unit>, StoreError> {
        self.readers.run(registers::units).await
    }

    async fn has_reused_unit_codes(&self) -> Result<bool, StoreError> {
        self.readers.run(registers::has_reused_unit_codes).await
    }

    async fn tell_unit_changes(&self, changes: Vec<ToldChange>) -> Result<u64, StoreError> {
        self.writer
            .run(changes.len(), move |scope| {
                registers::tell_unit_changes(scope.connection, &changes)
            })
            .await
    }

    async fn unit_changes(&self) -> Result<Vec<UnitChange>, StoreError> {
        self.readers.run(registers::unit_changes).await
    }

    async fn procedures(&self) -> Result<Vec<Procedure>, StoreError> {
        self.readers.run(registers::procedures).await
    }

    async fn dossier(&self, code: &str) -> Result<Option<Dossier>, StoreError> {
        let code = code.to_owned();
        self.lookups
            .run(move |connection| registers::dossier(connection, &code))
            .await
    }

    async fn dossier_statuses(&self, code: &str) -> Result<Vec<StatusChange>, StoreError> {
        let code = code.to_owned();
        self.lookups
            .run(move |connection| registers::dossier_statuses(connection, &code))
            .await
    }

    async fn look_up(
        &self,
        dossiers: Vec<String>,
        units: Vec<String>,
    ) -> Result<Registers, StoreError> {
        let many = dossiers.len() + units.len() > FEW;
        let work = move |connection: &Connection| registers::look_up(connection, &dossiers, &units);
        if many {
            self.readers.run(work).await
        } else {
            self.lookups.run(work).await
        }
    }

    async fn periods(&self) -> Result<Periods, StoreError> {
        self.lookups.run(periods::all).await
    }

    async fn begin_periods(
        &self,
        offered: Vec<(i16, PeriodSecret)>,
    ) -> Result<Periods, StoreError> {
        self.write(move |connection| periods::begin(connection, &offered))
            .await
    }

    async fn add_invites(
        &self,
        invites: Vec<Invite>,
        entry: Option<Entry>,
    ) -> Result<(), StoreError> {
        self.writer
            .run(invites.len().max(1), move |scope| {
                invites::add(scope.connection, &invites, entry.as_ref())
            })
            .await
    }

    async fn invite(&self, hash: InviteHash) -> Result<Option<Invite>, StoreError> {
        self.lookups
            .run(move |connection| invites::get(connection, hash))
            .await
    }

    async fn totals(&self) -> Result<Totals, StoreError> {
        self.readers.run(registers::totals).await
    }

    async fn change(&self, change: Change, entry: Option<Entry>) -> Result<bool, StoreError> {
        self.write(move |connection| change::make(connection, &change, entry.as_ref()))
            .await
    }

    async fn key(&self, hash: &[u8; 32]) -> Result<Option<Key>, StoreError> {
        let hash = *hash;
        self.lookups
            .run(move |connection| access::key(connection, &hash))
            .await
    }

    async fn keys(&self) -> Result<Vec<Key>, StoreError> {
        self.readers.run(access::keys).await
    }

    async fn device(&self, name: &str) -> Result<Option<DeviceSettings>, StoreError> {
        let name = name.to_owned();
        self.lookups
            .run(move |connection| enrolments::get(connection, &name))
            .await
    }

    async fn enrol(
        &self,
        code: &[u8; 32],
        key: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        let (code, key) = (*code, *key);
        self.write(move |connection| enrolments::redeem(connection, &code, &key, now))
            .await
    }

    async fn sites(&self) -> Result<Vec<Site>, StoreError> {
        self.readers.run(sites::all).await
    }

    async fn site_of_key(&self, key: &str) -> Result<Option<Site>, StoreError> {
        let key = key.to_owned();
        self.lookups
            .run(move |connection| sites::of_key(connection, &key))
            .await
    }

    async fn allows_origin(&self, origin: &str) -> Result<bool, StoreError> {
        let origin = origin.to_owned();
        self.lookups
            .run(move |connection| sites::allows_origin(connection, &origin))
            .await
    }

    async fn put_heartbeat(&self, device: &str, beat: Beat) -> Result<Pulse, StoreError> {
        let device = device.to_owned();
        self.write(move |connection| heartbeat::put(connection, &device, beat))
            .await
    }

    async fn devices(&self) -> Result<Vec<Device>, StoreError> {
        self.readers.run(heartbeat::devices).await
    }

    async fn audit(&self, entry: Entry) -> Result<(), StoreError> {
        self.write(move |connection| audit::add(connection, &entry))
            .await
    }

    async fn audited(&self, filter: AuditFilter) -> Result<Vec<(i64, Entry)>, StoreError> {
        self.readers
            .run(move |connection| audit::entries(connection, &filter))
            .await
    }

    async fn user(&self, name: &str) -> Result<Option<User>, StoreError> {
        let name = name.to_owned();
        self.lookups
            .run(move |connection| access::user(connection, &name))
            .await
    }

    async fn users(&self) -> Result<Vec<User>, StoreError> {
        self.readers.run(access::users).await
    }

    async fn identities(&self) -> Result<Vec<Identity>, StoreError> {
        self.readers.run(identities::all).await
    }

    async fn user_of_subject(
        &self,
        issuer: &str,
        subject: &str,
    ) -> Result<Option<User>, StoreError> {
        let (issuer, subject) = (issuer.to_owned(), subject.to_owned());
        self.lookups
            .run(move |connection| identities::user(connection, &issuer, &subject))
            .await
    }

    async fn bind_email(
        &self,
        issuer: &str,
        email: &str,
        subject: &str,
    ) -> Result<Option<String>, StoreError> {
        let [issuer, email, subject] = [issuer, email, subject].map(str::to_owned);
        self.write(move |connection| identities::bind(connection, &issuer, &email, &subject))
            .await
    }

    async fn session(
        &self,
        hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<Session>, StoreError> {
        let hash = *hash;
        self.lookups
            .run(move |connection| access::session(connection, &hash, now))
            .await
    }

    async fn remove_session(&self, hash: &[u8; 32]) -> Result<(), StoreError> {
        let hash = *hash;
        self.write(move |connection| {
            connection
                .prepare_cached(sql::REMOVE_SESSION)?
                .execute([hash])?;
            Ok(())
        })
        .await
    }

    async fn open_report(
        &self,
        report: NewReport,
        by: &str,
        at: Timestamp,
    ) -> Result<i64, StoreError> {
        let by = by.to_owned();
        self.write(move |connection| {
            let id = reports::open(connection, &report, &by, at)?;
            let (unit, number) = (&report.standing.unit, id.to_string());
            audit::add(
                connection,
                &Entry::at(at, &by, Deed::ReportOpen, unit, &number),
            )?;
            Ok(id)
        })
        .await
    }

    async fn step_report(&self, id: i64, version: i64, event: Event) -> Result<bool, StoreError> {
        self.write(move |connection| reports::step(connection, id, version, &event))
            .await
    }

    async fn feed_reports(
        &self,
        mut lines: Vec<NewReport>,
        by: &str,
        at: Timestamp,
    ) -> Result<Vec<Kept>, StoreError> {
        let mut answers = Vec::with_capacity(lines.len());
        while !lines.is_empty() {
            let rest = lines.split_off(lines.len().min(CHUNK));
            let chunk = std::mem::replace(&mut lines, rest);
            let by = by.to_owned();
            let written = self
                .writer
                .run(chunk.len(), move |scope| {
                    reports::feed(scope.connection, &chunk, &by, at)
                })
                .await?;
            answers.extend(written);
        }
        Ok(answers)
    }

    async fn reports(&self, filter: ReportFilter) -> Result<Vec<Report>, StoreError> {
        self.readers
            .run(move |connection| reports::list(connection, &filter))
            .await
    }

    async fn reopened_reports(&self, filter: ReportFilter) -> Result<BTreeSet<i64>, StoreError> {
        self.readers
            .run(move |connection| reports::reopened(connection, &filter))
            .await
    }

    async fn report(&self, id: i64) -> Result<Option<(Report, Vec<Event>)>, StoreError> {
        self.readers
            .run(move |connection| reports::one(connection, id))
            .await
    }

    async fn answers(
        &self,
        pseudonyms: Vec<Pseudonym>,
        upto: Option<Date>,
    ) -> Result<Vec<Option<(FormKey, Packed)>>, StoreError> {
        self.readers
            .run(move |connection| reports::answers(connection, &pseudonyms, upto))
            .await
    }

    async fn open_dossiers(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Filed>, StoreError> {
        self.readers
            .run(move |connection| reports::open_dossiers(connection, from, to))
            .await
    }

    async fn retention(&self) -> Result<State, StoreError> {
        self.readers.run(retention::state).await
    }

    async fn change_retention(
        &self,
        change: RetentionChange,
        entry: Entry,
    ) -> Result<(), StoreError> {
        self.write(move |connection| retention::change(connection, &change, &entry))
            .await
    }

    async fn tick_retention(&self, tick: RetentionTick) -> Result<bool, StoreError> {
        self.write(move |connection| retention::tick(connection, &tick))
            .await
    }

    async fn destroy(
        &self,
        matter: Matter,
        month: i32,
        by: &str,
        at: Timestamp,
    ) -> Result<Option<u64>, StoreError> {
        let by = by.to_owned();
        self.write(move |connection| retention::destroy(connection, matter, month, &by, at))
            .await
    }

    async fn finish_destructions(&self) -> Result<bool, StoreError> {
        if !self.readers.run(retention::has_unfinished).await? {
            return Ok(true);
        }
        let path = self.readers.path().to_owned();
        let cut = tokio::task::spawn_blocking(move || retention::cut_log(&path))
            .await
            .map_err(|error| StoreError::Engine(format!("a checkpoint was broken off: {error}")))?;
        if !cut? {
            return Ok(false);
        }
        self.write(retention::finish).await?;
        Ok(true)
    }

    async fn add_release(
        &self,
        release: Release,
        entry: Entry,
    ) -> Result<Option<ReleaseHead>, StoreError> {
        self.write(move |connection| releases::add(connection, &release, &entry))
            .await
    }

    async fn releases(&self) -> Result<Vec<ReleaseHead>, StoreError> {
        self.readers.run(releases::list).await
    }

    async fn release(&self, id: &str) -> Result<Option<Release>, StoreError> {
        let id = id.to_owned();
        self.readers
            .run(move |connection| releases::one(connection, &id))
            .await
    }

    async fn withdraw_release(
        &self,
        id: &str,
        at: Option<Timestamp>,
        entry: Entry,
    ) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.write(move |connection| releases::withdraw(connection, &id, at, &entry))
            .await
    }

    async fn said(&self, query: SaidQuery) -> Result<Vec<Group>, StoreError> {
        let texts = Arc::clone(&self.texts);
        self.readers
            .run(move |connection| said::groups(connection, &texts, &query))
            .await
    }
}
