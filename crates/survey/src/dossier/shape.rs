//! What a cleaned text without spaces looks like. All rules are anchored at both ends: a rule that matches in the
//! middle cut `000.00.19.H08-200929-0001` to `00.19.H08` in the field, and every dossier of an agency became one.

use super::Style;

/// What the text is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Shape<'a> {
    /// A unit code, six digits and a number.
    Dossier {
        style: Style,
        date: &'a str,
        digits: usize,
    },
    /// `1.011441`, alone or with a unit code of the circular behind it.
    Procedure,
    /// A unit code alone.
    Unit,
    /// 9 or 12 digits.
    NationalId,
    /// None of these.
    Unknown,
}

pub(super) fn of(text: &str) -> Shape<'_> {
    if matches!(text.len(), 9 | 12) && is_digits(text) {
        return Shape::NationalId;
    }
    if is_procedure(text) {
        return Shape::Procedure;
    }
    if unit_style(text).is_some() || is_level1(text) {
        return Shape::Unit;
    }
    let Some((unit, date, number)) = parts(text) else {
        return Shape::Unknown;
    };
    match unit_style(unit) {
        Some(style) if date.len() == 6 && is_digits(date) && is_digits(number) => Shape::Dossier {
            style,
            date,
            digits: number.len(),
        },
        _ => Shape::Unknown,
    }
}

/// The three parts between two dashes.
pub(super) fn parts(text: &str) -> Option<(&str, &str, &str)> {
    let mut parts = text.split('-');
    let found = (parts.next()?, parts.next()?, parts.next()?);
    parts.next().is_none().then_some(found)
}

/// Has the number as many digits as the style wants? Otherwise how many it wants.
pub(super) fn number_fits(style: Style, digits: usize) -> Result<(), &'static str> {
    let (fits, expected) = match style {
        Style::Circular2018 => (digits == 4, "4"),
        Style::Newer => ((4..=6).contains(&digits), "4 to 6"),
        Style::Unknown => (true, "any"),
    };
    if fits { Ok(()) } else { Err(expected) }
}

/// Which style of dossier code begins with this unit code: `000.00.19.H08` (QCVN 102:2016/BTTTT) or `H57.132`.
fn unit_style(text: &str) -> Option<Style> {
    let groups: Vec<&str> = text.split('.').collect();
    match groups.as_slice() {
        [a, b, c, province]
            if is_digits(a)
                && a.len() == 3
                && [b, c].iter().all(|g| g.len() == 2 && is_digits(g))
                && is_level1(province) =>
        {
            Some(Style::Circular2018)
        }
        [province, rest @ ..]
            if is_level1(province)
                && (1..=3).contains(&rest.len())
                && rest
                    .iter()
                    .all(|g| matches!(g.len(), 2 | 3) && is_digits(g)) =>
        {
            Some(Style::Newer)
        }
        _ => None,
    }
}

/// `H57`: a ministry's or a province's code.
fn is_level1(group: &str) -> bool {
    let bytes = group.as_bytes();
    bytes.len() == 3 && bytes[0].is_ascii_uppercase() && is_digits(&group[1..])
}

fn is_procedure(text: &str) -> bool {
    let mut groups = text.splitn(3, '.');
    let (Some(kind), Some(number)) = (groups.next(), groups.next()) else {
        return false;
    };
    kind.len() == 1
        && is_digits(kind)
        && number.len() == 6
        && is_digits(number)
        && groups.next().is_none_or(|unit| unit_style(unit).is_some())
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}
