//! Retention: rules, announcements, and the destruction of free text and of keys of years.
//!
//! A destruction is one transaction; SQLite overwrites what it frees (`secure_delete`). Afterwards the write-ahead log,
//! which still holds what was destroyed, is cut to nothing, and only then is the destruction told as done. Whoever is killed in
//! between leaves a run that is not finished, and the next check cuts the log again.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use rusqlite::{Connection, ToSql, params};

use super::registers::moment;
use super::{audit, connection, periods, sql};
use crate::reports::State as Progress;
use crate::retention::{
    Amount, Clock, Hold, Matter, Notice, Rule, Run, State, span, year_of_month,
};
use crate::store::terms::Term;
use crate::store::{Deed, Entry, RetentionChange, RetentionTick, StoreError, calendar};

/// How long a reader is waited for before the log is cut.
const PATIENCE: Duration = Duration::from_millis(500);

/// Everything that decides what is destroyed. Goes through all comments.
pub fn state(connection: &Connection) -> Result<State, StoreError> {
    state_with(connection, amounts(connection)?)
}

fn state_with(connection: &Connection, amounts: Vec<Amount>) -> Result<State, StoreError> {
    let (notice_days, last, doubt) = connection
        .prepare_cached(sql::RETENTION)?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let newest: Option<i64> = connection
        .prepare_cached(sql::NEWEST_RESPONSE)?
        .query_row([], |row| row.get(0))?;
    Ok(State {
        rules: rules(connection)?,
        notice_days,
        clock: Clock {
            last: optional_day(last)?,
            doubt_from: optional_day(doubt)?,
        },
        newest: newest.map(moment).transpose()?.map(calendar::business_day),
        notices: notices(connection)?,
        amounts,
        runs: runs(connection)?,
    })
}

fn rules(connection: &Connection) -> Result<Vec<Rule>, StoreError> {
    let usual = |(matter, ..): &(Matter, u8, &str)| Rule {
        matter: *matter,
        months: matter.usual_months(),
        hold: None,
    };
    let mut all: Vec<Rule> = Matter::ALL.iter().map(usual).collect();
    let mut statement = connection.prepare_cached(sql::RETENTION_RULES)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let matter = matter(row.get(0)?)?;
        let by: Option<String> = row.get(2)?;
        let reason: Option<String> = row.get(3)?;
        let at: Option<i64> = row.get(4)?;
        if let Some(rule) = all.iter_mut().find(|rule| rule.matter == matter) {
            rule.months = row.get(1)?;
            rule.hold = match (by, at) {
                (Some(by), Some(at)) => Some(Hold {
                    by,
                    reason: reason.unwrap_or_default(),
                    at: moment(at)?,
                }),
                _ => None,
            };
        }
    }
    Ok(all)
}

fn notices(connection: &Connection) -> Result<Vec<Notice>, StoreError> {
    let mut statement = connection.prepare_cached(sql::RETENTION_NOTICES)?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(Notice {
            matter: matter(row.get(0)?)?,
            month: row.get(1)?,
            announced: day(row.get(2)?)?,
            witnessed: row.get(3)?,
        });
    }
    Ok(all)
}

fn amounts(connection: &Connection) -> Result<Vec<Amount>, StoreError> {
    let zone = calendar::ZONE.seconds();
    let answered = Progress::Answered.number();
    let statements: [(Matter, &str, &[&dyn ToSql]); 3] = [
        (Matter::Comments, sql::COMMENTS_BY_MONTH, &[&zone]),
        (
            Matter::Reports,
            sql::REPORT_TEXTS_BY_MONTH,
            &[&zone, &answered],
        ),
        (Matter::Keys, sql::PERIOD_KEYS_BY_MONTH, &[]),
    ];
    let mut all = Vec::new();
    for (matter, statement, parameters) in statements {
        let mut statement = connection.prepare_cached(statement)?;
        let mut rows = statement.query(parameters)?;
        while let Some(row) = rows.next()? {
            all.push(Amount {
                matter,
                month: row.get(0)?,
                count: row.get::<_, i64>(1)?.unsigned_abs(),
            });
        }
    }
    Ok(all)
}

fn runs(connection: &Connection) -> Result<Vec<Run>, StoreError> {
    let mut statement = connection.prepare_cached(sql::RETENTION_RUNS)?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(Run {
            at: moment(row.get(0)?)?,
            by: row.get(1)?,
            matter: matter(row.get(2)?)?,
            month: row.get(3)?,
            count: row.get::<_, i64>(4)?.unsigned_abs(),
            finished: row.get(5)?,
        });
    }
    Ok(all)
}

/// Changes a rule, with the entries that tell of it.
pub fn change(
    connection: &Connection,
    change: &RetentionChange,
    entry: &Entry,
) -> Result<(), StoreError> {
    let run = |statement, parameters: &[&dyn ToSql]| {
        connection.prepare_cached(statement)?.execute(parameters)
    };
    match change {
        RetentionChange::Months(matter, months) => {
            run(sql::SET_RETENTION_RULE, params![matter.number(), months])?;
            run(sql::FORGET_NOTICES_OF, params![matter.number()])?;
        }
        RetentionChange::NoticeDays(days) => {
            run(sql::SET_NOTICE_DAYS, params![days])?;
        }
        RetentionChange::Hold(matter, hold) => {
            run(
                sql::HOLD_RETENTION,
                params![
                    matter.number(),
                    matter.usual_months(),
                    hold.by,
                    hold.reason,
                    hold.at.as_millisecond()
                ],
            )?;
        }
        RetentionChange::Release(matter) => {
            run(sql::RELEASE_RETENTION, params![matter.number()])?;
            run(sql::FORGET_NOTICES_OF, params![matter.number()])?;
        }
        RetentionChange::ClockIsRight => {
            run(sql::BELIEVE_CLOCK, params![])?;
        }
    }
    audit::add(connection, entry)
}

/// Notes what a check found; false when another check came first.
pub fn tick(connection: &Connection, tick: &RetentionTick) -> Result<bool, StoreError> {
    let number = |day: Option<Date>| day.map(calendar::day_number);
    let moved = connection.prepare_cached(sql::TICK_RETENTION)?.execute((
        number(tick.before.last),
        number(tick.before.doubt_from),
        number(tick.after.last),
        number(tick.after.doubt_from),
    ))?;
    if moved == 0 {
        return Ok(false);
    }
    if tick.forgets {
        connection
            .prepare_cached(sql::FORGET_NOTICES)?
            .execute([])?;
    }
    if tick.witnesses {
        connection
            .prepare_cached(sql::WITNESS_NOTICES)?
            .execute([])?;
    }
    // A clock that is doubted must not end a citizen's right to rate.
    let midnight = calendar::ZONE.to_timestamp(tick.today.to_datetime(Time::midnight()));
    if tick.witnesses
        && tick.after.doubt_from.is_none()
        && let Ok(at) = midnight
    {
        periods::tidy(connection, at)?;
    }
    for (matter, month) in &tick.announce {
        connection.prepare_cached(sql::ADD_NOTICE)?.execute((
            matter.number(),
            month,
            calendar::day_number(tick.today),
        ))?;
    }
    for entry in &tick.entries {
        audit::add(connection, entry)?;
    }
    Ok(true)
}

/// Destroys the texts of a month, or the key of the year that ends with it, if nothing stands against it in this transaction; gives how many.
pub fn destroy(
    connection: &Connection,
    matter: Matter,
    month: i32,
    by: &str,
    at: Timestamp,
) -> Result<Option<u64>, StoreError> {
    // Not counted again: ratings wait behind this transaction.
    let asked = Amount {
        matter,
        month,
        count: 0,
    };
    let plan = state_with(connection, vec![asked])?.plan(calendar::business_day(at));
    let may = plan.iter().any(|planned| planned.obstacle.is_none());
    let Some((from, before)) = span(month).filter(|_| may) else {
        return Ok(None);
    };
    let (from, before) = (from.as_millisecond(), before.as_millisecond());
    let run = |statement, parameters: &[&dyn ToSql]| {
        connection.prepare_cached(statement)?.execute(parameters)
    };
    let count = match matter {
        Matter::Comments => run(sql::DESTROY_COMMENTS, params![from, before])?,
        Matter::Reports => run(
            sql::DESTROY_REPORT_TEXTS,
            params![from, before, Progress::Answered.number()],
        )?,
        Matter::Keys => match year_of_month(month) {
            Some(year) => usize::from(periods::destroy(connection, year, at)?),
            None => 0,
        },
    };
    connection
        .prepare_cached(sql::ADD_RETENTION_RUN)?
        .execute((
            at.as_millisecond(),
            by,
            matter.number(),
            month,
            i64::try_from(count).unwrap_or(i64::MAX),
        ))?;
    connection
        .prepare_cached(sql::REMOVE_NOTICE)?
        .execute((matter.number(), month))?;
    Ok(Some(count as u64))
}

/// Are there destructions that were not told as done?
pub fn has_unfinished(connection: &Connection) -> Result<bool, StoreError> {
    Ok(connection
        .prepare_cached(sql::HAS_UNFINISHED_RUNS)?
        .query_row([], |row| row.get(0))?)
}

/// Writes the log into the database and cuts it to nothing; false when a reader stood in the way.
pub fn cut_log(path: &Path) -> Result<bool, StoreError> {
    let connection = connection::writer(path)?;
    // Ratings wait meanwhile.
    connection.busy_timeout(PATIENCE)?;
    let busy: i64 = connection.query_row(sql::CHECKPOINT, [], |row| row.get(0))?;
    Ok(busy == 0)
}

/// Tells all destructions as done, in the audit log, too.
pub fn finish(connection: &Connection) -> Result<(), StoreError> {
    for run in runs(connection)?.iter().rev().filter(|run| !run.finished) {
        let detail = run.detail();
        let entry = Entry::now(&run.by, Deed::RetentionRun, run.matter.name(), &detail);
        audit::add(connection, &entry)?;
    }
    connection.prepare_cached(sql::FINISH_RUNS)?.execute([])?;
    Ok(())
}

fn matter(number: i64) -> Result<Matter, StoreError> {
    Matter::of_number(number)
        .ok_or_else(|| StoreError::Corrupt(format!("a rule of retention for matter {number}")))
}

fn day(number: i32) -> Result<Date, StoreError> {
    calendar::day_of_number(number)
        .ok_or_else(|| StoreError::Corrupt(format!("a day of retention with number {number}")))
}

fn optional_day(number: Option<i32>) -> Result<Option<Date>, StoreError> {
    number.map(day).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes of the database and of its log.
    fn bytes(path: &Path) -> Vec<u8> {
        let mut bytes = std::fs::read(path).unwrap();
        let log = path.with_extension("db-wal");
        bytes.extend(std::fs::read(log).unwrap_or_default());
        bytes
    }

    #[test]
    fn the_migration_keeps_every_comment_and_leaves_nothing_of_those_that_were_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(connection::FILE);
        let mut earlier = Connection::open(&path).unwrap();
        connection::migrate_to(&mut earlier, 16).unwrap();
        earlier.execute_batch("PRAGMA secure_delete = OFF").unwrap();
        let long = "thay ".repeat(3_000);
        for row in 1..300 {
            let text = format!("XYZZY {row} {}", if row % 7 == 0 { &long } else { "" });
            let add = "INSERT INTO comment (row, text) VALUES (?1, ?2)";
            earlier.execute(add, (row, text)).unwrap();
        }
        let replaced =
            "DELETE FROM comment WHERE row % 2 = 0; UPDATE comment SET text = 'kept ' || row";
        earlier.execute_batch(replaced).unwrap();
        drop(earlier);
        let holds = |what: &[u8]| bytes(&path).windows(what.len()).any(|part| part == what);
        assert!(
            holds(b"XYZZY") && holds(b"thay thay"),
            "else this proves nothing"
        );

        connection::create(folder.path()).unwrap();
        assert!(cut_log(&path).unwrap());
        assert!(!holds(b"XYZZY") && !holds(b"thay thay"));
        let after = connection::reader(&path).unwrap();
        let read = "SELECT count(*), min(text = 'kept ' || row) FROM comment";
        let kept: (i64, bool) = after
            .query_row(read, [], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        assert_eq!(kept, (150, true));
    }
}
