//! One check: what is over is announced, and what has stood announced long enough is destroyed.

use jiff::Timestamp;

use super::{Matter, Tick};
use crate::store::calendar::business_day;
use crate::store::terms::Term;
use crate::store::{Deed, Entry, RetentionTick, Store, StoreError};

/// What a check did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Announced now.
    pub announced: Vec<(Matter, i32)>,
    /// Destroyed now: what, of which month, how many texts or keys.
    pub destroyed: Vec<(Matter, i32, u64)>,
    /// Something is gone from the tables and may still stand in the files, since somebody reads them; the next check
    /// tries again.
    pub unfinished: bool,
}

/// Checks, in the name of `who`. Any number of checks a day, and several at once, come to the same.
///
/// # Errors
///
/// Those of the store. What was destroyed before is destroyed.
pub async fn check(store: &dyn Store, who: &str, now: Timestamp) -> Result<Checked, StoreError> {
    let mut checked = Checked::default();
    // What an earlier check could not finish, or was killed in.
    store.finish_destructions().await?;
    let today = business_day(now);
    let state = store.retention().await?;
    let (clock, tick) = state.clock.tick(today, state.newest);
    let forgets = matches!(tick, Tick::Back | Tick::Leap);
    let mut after = state.clone();
    after.clock = clock;
    if forgets {
        after.notices.clear();
    }
    let announce = after.to_announce(today);
    let mut entries = Vec::new();
    if forgets {
        let last = state.clock.last.or(state.newest);
        let told = last.map(|last| last.to_string()).unwrap_or_default();
        let name = if tick == Tick::Back { "back" } else { "leap" };
        let detail = format!("{told} -> {today}; announcements begin anew");
        entries.push(Entry::now(who, Deed::RetentionClock, name, &detail));
    }
    entries.extend(announce.iter().map(|(matter, month)| {
        let of = matter.period_name(*month);
        Entry::now(who, Deed::RetentionAnnounce, matter.name(), &of)
    }));
    let ticked = store
        .tick_retention(RetentionTick {
            before: state.clock,
            after: clock,
            forgets,
            witnesses: tick == Tick::Later,
            today,
            announce: announce.clone(),
            entries,
        })
        .await?;
    if !ticked {
        // Another check came first and does the rest.
        return Ok(checked);
    }
    checked.announced = announce;
    let ready: Vec<_> = store.retention().await?.plan(today);
    for planned in ready.iter().filter(|planned| planned.obstacle.is_none()) {
        let (matter, month) = (planned.amount.matter, planned.amount.month);
        if let Some(count) = store.destroy(matter, month, who, now).await? {
            checked.destroyed.push((matter, month, count));
        }
    }
    checked.unfinished = !store.finish_destructions().await?;
    Ok(checked)
}
