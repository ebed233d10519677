//! What the demonstration publishes: every quarter of its year.

use jiff::civil::Date;

use crate::forms::FormBook;
use crate::publish::{self, Order, Period, PublishError, TableName, Terms};
use crate::store::{FormKey, Store};

/// The note that says that all of it is published.
const PUBLISHED_NOTE: &str = "demo-published";
/// In whose name.
const WHO: &str = "demo";

/// Which tables of which form.
const PUBLISHED: [(&str, &[&str]); 4] = [
    (
        "one-stop-quick",
        &[
            "unit",
            "field",
            "channel",
            "timeliness",
            "unit-field",
            "item",
        ],
    ),
    ("one-stop-nine", &["unit", "field", "item"]),
    ("three-level", &["unit", "channel"]),
    ("sipas-services-2023", &["unit", "factor", "item"]),
];

/// Publishes the demonstration's quarters, once; gives how many releases were made. Quarters of which a form has too few
/// respondents are left out.
///
/// # Errors
///
/// Those of [`publish::make`].
pub async fn publish(
    store: &dyn Store,
    forms: &FormBook,
    terms: &Terms,
) -> Result<usize, PublishError> {
    if store.note(PUBLISHED_NOTE).await?.is_some() {
        return Ok(0);
    }
    let mut made = 0;
    for (id, tables) in PUBLISHED {
        let Some(form) = forms.newest(id) else {
            continue;
        };
        let Some((first, last)) = store.span(&FormKey::of(form), None).await? else {
            continue;
        };
        for period in quarters(first, last) {
            let order = Order {
                form: id.to_owned(),
                form_version: Some(form.version),
                method: None,
                period,
                tables: tables
                    .iter()
                    .copied()
                    .filter_map(TableName::of_name)
                    .collect(),
            };
            match publish::make(store, forms, terms, &order, (WHO, None)).await {
                Ok(_) => made += 1,
                Err(PublishError::Request { code, .. })
                    if ["too-few-respondents", "period-not-over", "period-published"]
                        .contains(&code) => {}
                Err(error) => return Err(error),
            }
        }
    }
    store.set_note(PUBLISHED_NOTE, "yes").await?;
    Ok(made)
}

/// The quarters from that of one day to that of another.
fn quarters(first: Date, last: Date) -> impl Iterator<Item = Period> {
    let number = |day: Date| i32::from(day.year()) * 4 + i32::from(day.month() - 1) / 3;
    (number(first)..=number(last)).filter_map(|number| {
        let year = i16::try_from(number.div_euclid(4)).ok()?;
        let quarter = i8::try_from(number.rem_euclid(4)).ok()? + 1;
        Period::quarter(year, quarter)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quarters_go_over_the_end_of_a_year() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let names: Vec<String> = quarters(day("2020-09-30"), day("2021-04-01"))
            .map(Period::name)
            .collect();
        assert_eq!(names, ["2020-Q3", "2020-Q4", "2021-Q1", "2021-Q2"]);
    }

    #[test]
    fn every_table_is_on_the_menu() {
        let names = PUBLISHED.iter().flat_map(|(_, tables)| *tables);
        assert!(
            names
                .copied()
                .all(|name| TableName::of_name(name).is_some())
        );
    }
}
