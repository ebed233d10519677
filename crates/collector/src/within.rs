//! A unit with all that stands below it, as a filter by units: the total of a district, also of one that is no more.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;

use crate::index::IndexError;
use crate::store::calendar::business_day;
use crate::store::{Store, Unit};
use crate::units::{UnitsAs, under, unit_of_key};

/// Keys of the unit of this key and of all that stood below it on any day of the period; of today when units are counted
/// as-is. None when the table of units does not have it.
pub fn keys(
    units: &[Unit],
    key: &str,
    counted: UnitsAs,
    (from, to): (Option<Date>, Option<Date>),
) -> Option<BTreeSet<String>> {
    let top = unit_of_key(units, key)?;
    Some(match counted {
        UnitsAs::Was => under(units, top, from, to),
        UnitsAs::Is => {
            let today = Some(business_day(Timestamp::now()));
            under(units, top, today, today)
        }
    })
}

/// Puts them into the filters of a question.
///
/// # Errors
///
/// [`IndexError::Request`] when the unit is not known, when it was none in the period, or when units are filtered by already.
pub async fn narrow(
    store: &dyn Store,
    within: Option<&str>,
    counted: UnitsAs,
    days: (Option<Date>, Option<Date>),
    filters: &mut BTreeMap<String, Vec<String>>,
) -> Result<(), IndexError> {
    let Some(key) = within else {
        return Ok(());
    };
    if filters.contains_key("unit") {
        return Err(IndexError::request(
            "within",
            "two-filters",
            "give unit, or within for a unit with all below it; not both",
        ));
    }
    let units = store.units().await?;
    let found = keys(&units, key, counted, days).unwrap_or_default();
    if found.is_empty() {
        return Err(IndexError::request(
            "within",
            "unknown-unit",
            format!(
                "the table of units has no {key:?} in this period; for one that is no more, ask for units=as-was and a period in \
                 which it was"
            ),
        ));
    }
    filters.insert("unit".to_owned(), found.into_iter().collect());
    Ok(())
}
