//! Dossiers finished in a period by their kind, with the ratings that they got.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use statistics::weight::{Group, Margin};
use survey::cell::Cell;
use survey::form::Form;
use survey::response::Touchpoint;

use super::{DIMENSIONS, Obstacle, Silent, SilentKind, Weighting};
use crate::index::{IndexError, Question};
use crate::intake::Intake;
use crate::store::calendar::business_day;
use crate::store::terms::Term;
use crate::store::{Dimension, FinishedFilter, FormKey, WeighedQuery};
use crate::units::{Lineage, Segment, UnitsAs};

/// Code of the obstacle that categories or kinds without ratings are.
const NO_RATINGS: &str = "no-ratings-of-a-kind";
/// How many kinds without ratings a message names.
const NAMED: usize = 8;

/// One category for each of the dimensions; empty where the registers say nothing.
type Kind = [String; 4];

/// Closed dossiers and their ratings by kind.
pub(super) struct Kinds {
    by_kind: BTreeMap<Kind, Counted>,
    /// Closed dossiers of years whose key is destroyed: how they were rated is not known.
    pub not_known: u64,
}

struct Counted {
    closed: u64,
    cell: Cell,
}

/// The filters as dossiers have them; none when one is by what they do not have.
pub(super) fn filter(question: &Question<'_>) -> Option<FinishedFilter> {
    let mut filter = FinishedFilter::default();
    for (dimension, values) in &question.filters {
        match dimension {
            Dimension::Unit => filter.units = values.clone(),
            Dimension::Field => filter.fields = values.clone(),
            Dimension::Procedure => filter.procedures = values.clone(),
            _ => return None,
        }
    }
    Some(filter)
}

impl Kinds {
    /// No dossiers at all.
    pub const fn none() -> Self {
        Self {
            by_kind: BTreeMap::new(),
            not_known: 0,
        }
    }

    /// Counts the parts of the period in which no unit changes, and adds them up under the units that are asked for. Ratings
    /// of days after `rated_to` do not count.
    pub async fn of(
        intake: &Intake,
        form: &Form,
        (from, to): (Date, Date),
        filter: &FinishedFilter,
        (units, rated_to): (UnitsAs, Option<Date>),
    ) -> Result<Self, IndexError> {
        let mut kinds: BTreeMap<Kind, Counted> = BTreeMap::new();
        let mut not_known = 0;
        let today = business_day(Timestamp::now());
        let lineage = Lineage::load(&*intake.store, units, today).await?;
        let keys = Some(filter.units.as_slice()).filter(|keys| !keys.is_empty());
        let segments = match &lineage {
            Some(lineage) => lineage.segments(from, to, keys),
            None => vec![Segment {
                from,
                to,
                units: None,
            }],
        };
        for segment in segments {
            let mut query = WeighedQuery {
                form: FormKey::of(form),
                from: segment.from,
                to: segment.to,
                filter: filter.clone(),
                rated_to,
            };
            match segment.units {
                Some(codes) if codes.is_empty() => continue,
                Some(codes) => query.filter.units = codes,
                None => {}
            }
            // What ratings of a finished dossier count for: given with its result, else with its refusal.
            let namings = [Touchpoint::Result, Touchpoint::Refusal]
                .map(|touchpoint| intake.naming(&form.id, touchpoint));
            for (kind, weighed) in intake.store.weighed(query, namings.into()).await? {
                let unit = match &lineage {
                    Some(lineage) => lineage.key(&kind.unit, segment.from),
                    None => kind.unit,
                };
                let kind = [
                    unit,
                    kind.field.unwrap_or_default(),
                    kind.timeliness.name().to_owned(),
                    kind.filing_channel.unwrap_or_default(),
                ];
                let counted = kinds.entry(kind).or_insert_with(|| Counted {
                    closed: 0,
                    cell: Cell::empty(form),
                });
                counted.closed += weighed.closed;
                not_known += weighed.not_known;
                counted.cell.merge(&weighed.cell);
            }
        }
        Ok(Self {
            by_kind: kinds,
            not_known,
        })
    }

    pub fn closed(&self) -> u64 {
        self.by_kind.values().map(|counted| counted.closed).sum()
    }

    pub fn responses(&self) -> u64 {
        self.cells().map(|cell| cell.responses).sum()
    }

    /// Kinds that somebody rated: the others have closed dossiers and nothing to be weighed.
    fn rated(&self) -> impl Iterator<Item = (&Kind, &Cell)> {
        let all = self
            .by_kind
            .iter()
            .map(|(kind, counted)| (kind, &counted.cell));
        all.filter(|(_, cell)| cell.responses > 0)
    }

    /// The ratings of each kind, in the order of [`Kinds::groups`].
    pub fn cells(&self) -> impl Iterator<Item = &Cell> {
        self.rated().map(|(_, cell)| cell)
    }

    pub fn groups(&self) -> Vec<Group> {
        self.rated()
            .map(|(kind, cell)| Group {
                categories: kind.to_vec(),
                responses: cell.responses,
                base: 1.0,
            })
            .collect()
    }

    /// What the weights must add up to: one margin for each dimension, or a single one of all dimensions crossed.
    pub fn margins(&self, weighting: Weighting) -> Vec<Margin> {
        match weighting {
            Weighting::Raked => (0..DIMENSIONS.len())
                .map(|at| {
                    let of = self.margin(at);
                    Margin::of(
                        at,
                        of.into_iter()
                            .map(|(category, [closed, _])| (category.to_owned(), closed)),
                    )
                })
                .collect(),
            Weighting::PostStratified => vec![Margin::full(
                DIMENSIONS.len(),
                self.by_kind
                    .iter()
                    .map(|(kind, counted)| (kind.to_vec(), counted.closed)),
            )],
        }
    }

    /// Closed dossiers and ratings by the category of one dimension.
    fn margin(&self, at: usize) -> BTreeMap<&str, [u64; 2]> {
        let mut margin: BTreeMap<&str, [u64; 2]> = BTreeMap::new();
        for (kind, counted) in &self.by_kind {
            let category = kind.get(at).map_or("", String::as_str);
            let [closed, rated] = margin.entry(category).or_default();
            *closed += counted.closed;
            *rated += counted.cell.responses;
        }
        margin
    }

    /// Why no weights can be made, as far as it can be told before trying.
    pub fn obstacle(&self, weighting: Weighting) -> Option<Obstacle> {
        if self.closed() == 0 {
            return Some(Obstacle::new(
                "nothing-closed",
                "no finished dossiers are known for this choice; import or feed them, or choose another period",
            ));
        }
        if self.not_known > 0 {
            return Some(Obstacle::new(
                "year-forgotten",
                format!(
                    "the keys of the years of {} of these dossiers are destroyed, so how they were rated is not known; choose a later period",
                    self.not_known
                ),
            ));
        }
        if self.responses() == 0 {
            return Some(Obstacle::new(
                "nothing-rated",
                "none of the dossiers finished in the period was rated by this form",
            ));
        }
        match weighting {
            Weighting::Raked => self.silent_categories(),
            Weighting::PostStratified => self.silent_kinds(),
        }
    }

    /// Categories of single dimensions that nobody rated, if there are any.
    fn silent_categories(&self) -> Option<Obstacle> {
        let silent: Vec<Silent> = DIMENSIONS
            .into_iter()
            .enumerate()
            .flat_map(|(at, margin)| {
                let silent = self.margin(at).into_iter();
                silent
                    .filter(|(_, [_, rated])| *rated == 0)
                    .map(move |(category, [closed, _])| Silent {
                        margin,
                        category: category.to_owned(),
                        closed,
                    })
            })
            .collect();
        if silent.is_empty() {
            return None;
        }
        let named: Vec<String> = silent
            .iter()
            .map(|one| {
                format!(
                    "{} \"{}\" ({} closed)",
                    one.margin, one.category, one.closed
                )
            })
            .collect();
        let message = format!(
            "dossiers were closed and none was rated, so no weight can speak for them: {}; choose a longer period, or filter by what was rated",
            named.join(", ")
        );
        Some(Obstacle {
            silent,
            ..Obstacle::new(NO_RATINGS, message)
        })
    }

    /// Kinds that nobody rated, if there are any.
    fn silent_kinds(&self) -> Option<Obstacle> {
        let mut silent: Vec<(&Kind, u64)> = self
            .by_kind
            .iter()
            .filter(|(_, counted)| counted.cell.responses == 0)
            .map(|(kind, counted)| (kind, counted.closed))
            .collect();
        if silent.is_empty() {
            return None;
        }
        // There may be thousands: the message names those of most dossiers.
        silent.sort_by_key(|(_, closed)| Reverse(*closed));
        let mut named: Vec<String> = silent.iter().take(NAMED).copied().map(told).collect();
        let more = silent.len().saturating_sub(NAMED);
        if more > 0 {
            named.push(format!("and {more} more"));
        }
        let message = format!(
            "dossiers of these kinds were closed and none was rated, so no weight can speak for them: {}; use weights \"raked\", for which kinds are collapsed to one margin of each dimension, choose a longer period, or filter by what was rated",
            named.join(", ")
        );
        let silent_kinds = silent.into_iter().map(|(kind, closed)| {
            let [unit, field, timeliness, filing_channel] = kind.clone();
            SilentKind {
                unit,
                field,
                timeliness,
                filing_channel,
                closed,
            }
        });
        Some(Obstacle {
            silent_kinds: silent_kinds.collect(),
            ..Obstacle::new(NO_RATINGS, message)
        })
    }
}

/// A kind in words with its closed dossiers: `unit "H57.132" × field "Đất đai" × … (7 closed)`.
fn told((kind, closed): (&Kind, u64)) -> String {
    let categories = DIMENSIONS.into_iter().zip(kind);
    let named: Vec<String> = categories
        .map(|(dimension, category)| format!("{dimension} \"{category}\""))
        .collect();
    format!("{} ({closed} closed)", named.join(" × "))
}
