//! Days in a query.

use jiff::civil::Date;

use crate::http::problem::Problem;

/// A day of the query: `YYYY-MM-DD` and nothing else.
pub(super) fn day(name: &'static str, text: Option<String>) -> Result<Option<Date>, Problem> {
    text.map(|text| {
        text.parse::<Date>()
            .ok()
            .filter(|_| text.len() == 10)
            .ok_or_else(|| {
                Problem::bad_request("wrong-date", "give a day as YYYY-MM-DD").field(name)
            })
    })
    .transpose()
}

/// First and last day of a period, `from` and `to`.
pub(super) fn days(
    from: Option<String>,
    to: Option<String>,
) -> Result<(Option<Date>, Option<Date>), Problem> {
    let (from, to) = (day("from", from)?, day("to", to)?);
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        let told = format!("the first day, {from}, must not come after the last, {to}");
        return Err(Problem::bad_request("wrong-period", told).field("from"));
    }
    Ok((from, to))
}
