//! Points that whoever makes an evaluation types for the indicators that the records judge. They come along with the question and are
//! kept nowhere.

use std::collections::BTreeMap;

use survey::form::Form;
use survey::ratio::{Decimal, Ratio};

use super::{highest, number, typable};

/// What the names of the parameters begin with; the id of the item follows.
pub const PREFIX: &str = "records.";

/// What was typed, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// Points by id of the item, each from 0 to the most that the item can earn.
    pub points: BTreeMap<String, Decimal>,
    /// What are no such points, in the order of the form.
    pub wrong: Vec<WrongPoints>,
    /// Ids that were typed for and are no indicator that the records judge.
    pub unknown: Vec<String>,
}

/// Something that was typed for an indicator and is no number of points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongPoints {
    /// Id of the item.
    pub item: String,
    /// Number of the indicator on the printed form.
    pub number: String,
    /// Most points that it can earn.
    pub most: u8,
}

/// What the pairs of a query say about indicators: texts by id of the item. Empty fields count as absent, and the last of a name
/// holds.
pub fn entered(pairs: &[(String, String)]) -> BTreeMap<&str, &str> {
    pairs
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix(PREFIX)?, value.trim())))
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

impl Typed {
    /// Reads what was entered for the indicators of a form.
    pub fn read(form: &Form, entered: &BTreeMap<&str, &str>) -> Self {
        let mut typed = Self::default();
        for (at, item) in typable(form) {
            let Some(text) = entered.get(item.id.as_str()) else {
                continue;
            };
            let most = highest(form, item);
            match points(text, most) {
                Some(points) => {
                    typed.points.insert(item.id.clone(), points);
                }
                None => typed.wrong.push(WrongPoints {
                    item: item.id.clone(),
                    number: number(at, item),
                    most,
                }),
            }
        }
        let is_known = |id: &str| typable(form).any(|(_, item)| item.id == id);
        let unknown = entered.keys().filter(|id| !is_known(id));
        typed.unknown = unknown.map(|id| (*id).to_owned()).collect();
        typed
    }
}

/// Points as people type them, from 0 to the most; with a point or a comma.
fn points(typed: &str, most: u8) -> Option<Decimal> {
    let points: Decimal = typed.replace(',', ".").parse().ok()?;
    (points.ratio() <= Ratio::whole(most.into())).then_some(points)
}

#[cfg(test)]
mod tests {
    use survey::form::{load, shipped};

    use super::*;

    #[test]
    fn points_are_read_with_point_or_comma_up_to_the_highest() {
        for (typed, read) in [("0", "0"), ("1,5", "1.5"), ("1.50", "1.50"), ("2", "2")] {
            assert_eq!(
                points(typed, 2).map(|one| one.to_string()).as_deref(),
                Some(read)
            );
        }
        for typed in ["2,01", "-1", "hai", "1,5,0", ""] {
            assert_eq!(points(typed, 2), None, "{typed}");
        }
    }

    #[test]
    fn only_what_the_records_judge_is_typed() {
        let mut forms = shipped()
            .iter()
            .filter_map(|(name, text)| load(text, name).ok());
        let form = forms.find(|form| form.id == "one-stop-nine");
        let form = form.expect("a shipped form");
        let pairs: Vec<(String, String)> = [
            ("unit", "U"),
            ("records.total-time", " 1,5 "),
            ("records.agency-time", "3"),
            ("records.attitude", "2"),
            ("records.contacts", ""),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        let typed = Typed::read(&form, &entered(&pairs));
        let points: Vec<_> = typed.points.keys().collect();
        assert_eq!(points, ["total-time"]);
        let [wrong] = typed.wrong.as_slice() else {
            panic!("{typed:?}")
        };
        assert_eq!((wrong.number.as_str(), wrong.most), ("2", 2));
        assert_eq!(typed.unknown, ["attitude"]);
    }
}
