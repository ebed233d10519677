//! What is to be published, and whether it may be.

use jiff::SignedDuration;
use jiff::tz::TimeZone;

use super::{MENU, Period, PublishError, ReleaseHead, TableName, Terms};
use crate::forms::FormBook;
use crate::store::Store;
use crate::store::calendar::ZONE;

/// A release that somebody wants made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Form id.
    pub form: String,
    /// Form version; the newest when absent.
    pub form_version: Option<u16>,
    /// Method id; the form's first when absent.
    pub method: Option<String>,
    /// The days.
    pub period: Period,
    /// Tables; the whole, and the groups whose items or factors are asked for, come with them.
    pub tables: Vec<TableName>,
}

impl Order {
    /// The tables that are made, each once and in the order of the menu.
    pub fn tables(&self) -> Vec<TableName> {
        MENU.into_iter()
            .filter(|one| {
                *one == TableName::WHOLE
                    || self.tables.contains(one)
                    || self.tables.iter().any(|asked| asked.of_groups() == *one)
            })
            .collect()
    }
}

/// May a release of this period be made now?
pub(super) async fn check(
    store: &dyn Store,
    forms: &FormBook,
    terms: &Terms,
    order: &Order,
) -> Result<(), PublishError> {
    if forms.newest(&order.form).is_none() {
        let mut ids: Vec<&str> = forms.iter().map(|form| form.id.as_str()).collect();
        ids.dedup();
        return Err(PublishError::request(
            "form",
            "unknown-form",
            format!("there is no such form; choose one of: {}", ids.join(", ")),
        ));
    }
    let delay = SignedDuration::from_hours(terms.delay.hours().into());
    let end = order.period.end();
    let earliest = end.and_then(|end| end.checked_add(delay).ok());
    if earliest.is_none_or(|earliest| terms.now < earliest) {
        let when = earliest.map_or_else(String::new, |earliest| {
            let local = TimeZone::fixed(ZONE).to_datetime(earliest);
            format!(
                "; it can be published from {} on",
                local.strftime("%Y-%m-%d %H:%M")
            )
        });
        return Err(PublishError::request(
            "period",
            "period-not-over",
            format!("{} is not over{when}", order.period),
        ));
    }
    let made = store.releases().await?;
    let earlier = made
        .iter()
        .find(|head| head.form == order.form && head.period.overlaps(order.period));
    match earlier {
        Some(earlier) => Err(overlaps(order, earlier)),
        None => Ok(()),
    }
}

/// The problem of days that were published once.
pub(super) fn overlaps(order: &Order, earlier: &ReleaseHead) -> PublishError {
    let mend = if earlier.period == order.period && earlier.withdrawn_at.is_some() {
        "put that one back with `hai-long publish restore`"
    } else {
        "choose a period without days that were published"
    };
    PublishError::request(
        "period",
        "period-published",
        format!(
            "days of {} were published as {}; published again with other figures, the difference would tell of few people: {mend}",
            order.period, earlier.id
        ),
    )
}
