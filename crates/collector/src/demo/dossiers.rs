//! The dossiers of the demonstration: exactly the totals of the report, dealt to units, days and procedures.

use std::cmp::Reverse;

use super::calendar::{Calendar, Minute};
use super::catalogue::{Catalogue, CatalogueEntry, Desk, desk};
use super::random::{Dice, share};
use super::{DemoError, Figures};
use crate::store::{Dossier, Unit};

/// What became of a dossier by the day of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    OnTime,
    Late,
    /// Not finished, and due after the report.
    Pending,
    /// Not finished, and due before it.
    Overdue,
}

/// A dossier with what the ratings depend on.
pub(super) struct Dealt {
    pub dossier: Dossier,
    /// Place of its unit in the list of units.
    pub unit: usize,
    pub state: State,
    /// When it was finished, if it was.
    pub finished: Option<Minute>,
    pub refused: bool,
}

/// A dossier while it is being dealt.
struct Draft {
    unit: usize,
    received: Minute,
    procedure: usize,
    due: Minute,
    state: State,
}

/// Deals all dossiers, in the order of unit and code.
pub(super) fn deal(
    units: &[Unit],
    catalogue: &Catalogue,
    calendar: &Calendar,
    figures: &Figures,
) -> Result<Vec<Dealt>, DemoError> {
    let mut drafts = receive(units, catalogue, calendar, figures);
    set_states(&mut drafts, catalogue, calendar, figures)?;
    finish(&drafts, units, catalogue, calendar)
}

/// How much each unit is asked for: a few busy ones, a long tail of quiet ones.
fn demand(units: &[Unit], dice: &mut Dice) -> Vec<u64> {
    let mut communes: Vec<usize> = (0..units.len())
        .filter(|&at| units.get(at).and_then(desk) == Some(Desk::Commune))
        .collect();
    dice.shuffle(&mut communes);
    // Towns before the countryside, otherwise by lot.
    communes.sort_by_key(|&at| units.get(at).is_none_or(|unit| unit.kind == "commune"));
    let mut weights: Vec<u64> = units
        .iter()
        .map(|unit| match desk(unit) {
            Some(Desk::Centre) => 240_000,
            Some(Desk::District) => 50_000 + dice.below(30_000) as u64,
            _ => 0,
        })
        .collect();
    for (rank, at) in (0..).zip(communes) {
        if let Some(weight) = weights.get_mut(at) {
            *weight = 500_000 / (rank + 15);
        }
    }
    weights
}

fn receive(
    units: &[Unit],
    catalogue: &Catalogue,
    calendar: &Calendar,
    figures: &Figures,
) -> Vec<Draft> {
    let mut dice = Dice::stream(1);
    let quotas = share(figures.received(), &demand(units, &mut dice));
    let mut drafts = Vec::with_capacity(figures.received());
    for (at, (unit, quota)) in units.iter().zip(quotas).enumerate() {
        let Some(desk) = desk(unit) else { continue };
        let first = drafts.len();
        for _ in 0..quota {
            let received = calendar.receipt(&mut dice);
            let Some(procedure) = catalogue.draw(desk, &mut dice) else {
                continue;
            };
            let working_days = catalogue
                .entries
                .get(procedure)
                .map_or(0, |entry| entry.working_days);
            drafts.push(Draft {
                unit: at,
                received,
                procedure,
                due: calendar.due(received, working_days),
                state: State::OnTime,
            });
        }
        if let Some(of_unit) = drafts.get_mut(first..) {
            of_unit.sort_by_key(|draft| draft.received);
        }
    }
    drafts
}

/// Marks exactly as many dossiers as the report says as pending, overdue and late.
fn set_states(
    drafts: &mut [Draft],
    catalogue: &Catalogue,
    calendar: &Calendar,
    figures: &Figures,
) -> Result<(), DemoError> {
    let mut dice = Dice::stream(2);
    let report = calendar.report();
    let late_weight = |draft: &Draft| {
        catalogue
            .entries
            .get(draft.procedure)
            .map_or(0, |entry: &CatalogueEntry| entry.late_weight)
    };

    // Pending: by lot among twice as many whose due date is the latest, so that recent and slow ones prevail.
    let mut order: Vec<usize> = (0..drafts.len()).collect();
    order.sort_by_key(|&at| Reverse(drafts.get(at).map(|draft| draft.due)));
    let mut latest: Vec<usize> = order.iter().copied().take(2 * figures.pending).collect();
    dice.shuffle(&mut latest);
    let mut left = figures.pending;
    for at in latest {
        let Some(draft) = drafts.get_mut(at).filter(|_| left > 0) else {
            break;
        };
        draft.state = State::Pending;
        if draft.due <= report {
            // Supplements were asked for: the desk has given a new date.
            let days = dice.between(1, 10);
            draft.due = calendar.later(report, usize::try_from(days).unwrap_or(1), &mut dice);
        }
        left -= 1;
    }
    if left > 0 {
        return Err(DemoError::Data("too few dossiers to be pending".to_owned()));
    }

    // Late and overdue: by lot, weighed by field; the second round takes anybody if the first has found too few.
    dice.shuffle(&mut order);
    let one_day = 24 * 60;
    for (state, wanted, due_after, due_before) in [
        (
            State::Overdue,
            figures.overdue,
            report.plus(-60 * one_day),
            report.plus(-one_day),
        ),
        (
            State::Late,
            figures.late,
            Minute(0),
            report.plus(-7 * one_day),
        ),
    ] {
        let mut left = wanted;
        for strict in [true, false] {
            for &at in &order {
                let Some(draft) = drafts.get_mut(at).filter(|_| left > 0) else {
                    break;
                };
                let fits = draft.state == State::OnTime
                    && draft.due > due_after
                    && draft.due < due_before
                    && (!strict || dice.chance(late_weight(draft) * 5));
                if fits {
                    draft.state = state;
                    left -= 1;
                }
            }
        }
        if left > 0 {
            return Err(DemoError::Data(format!("too few dossiers to be {state:?}")));
        }
    }
    Ok(())
}

/// Gives every draft its code, end and outcome.
fn finish(
    drafts: &[Draft],
    units: &[Unit],
    catalogue: &Catalogue,
    calendar: &Calendar,
) -> Result<Vec<Dealt>, DemoError> {
    let mut dice = Dice::stream(3);
    let mut dealt = Vec::with_capacity(drafts.len());
    let mut number = 0_u32;
    let mut last = None;
    for draft in drafts {
        let (Some(unit), Some(entry)) = (
            units.get(draft.unit),
            catalogue.entries.get(draft.procedure),
        ) else {
            continue;
        };
        let day = calendar.date(draft.received);
        number = if last == Some((draft.unit, day)) {
            number + 1
        } else {
            1
        };
        last = Some((draft.unit, day));
        if number > 9_999 {
            return Err(DemoError::Data(format!(
                "more than 9,999 dossiers of {} on {day}",
                unit.code
            )));
        }
        let finished = end(draft, entry, calendar, &mut dice);
        let outcome = match dice.below(1000) {
            0..=14 => "refused",
            15..=24 => "withdrawn",
            _ => "granted",
        };
        // Land files that a commune takes in are decided by the district above it.
        let linked = desk(unit) == Some(Desk::Commune) && entry.procedure.field == "Đất đai";
        dealt.push(Dealt {
            unit: draft.unit,
            state: draft.state,
            finished,
            refused: finished.is_some() && outcome == "refused",
            dossier: Dossier {
                code: format!(
                    "{}-{:02}{:02}{:02}-{number:04}",
                    unit.code,
                    day.year() % 100,
                    day.month(),
                    day.day()
                ),
                procedure: entry.procedure.code.clone(),
                unit: unit.code.clone(),
                authority: linked.then(|| unit.parent.clone()).flatten(),
                filing_channel: Some(filing_channel(&mut dice).to_owned()),
                received_at: Some(calendar.timestamp(draft.received)),
                due_at: Some(calendar.timestamp(draft.due)),
                finished_at: finished.map(|minute| calendar.timestamp(minute)),
                outcome: finished.map(|_| outcome.to_owned()),
            },
        });
    }
    Ok(dealt)
}

/// When it was finished: within the limit, mostly towards its end; or up to fifteen working days after it.
fn end(
    draft: &Draft,
    entry: &CatalogueEntry,
    calendar: &Calendar,
    dice: &mut Dice,
) -> Option<Minute> {
    let before_report = calendar.report().plus(-7 * 60);
    match draft.state {
        State::Pending | State::Overdue => None,
        State::OnTime => {
            let limit = entry.working_days;
            let days = limit / 3 + dice.below(limit - limit / 3 + 1);
            let soonest = draft.received.plus(dice.between(10, 60));
            let planned = calendar.later(draft.received, days, dice);
            Some(planned.max(soonest).min(draft.due).min(before_report))
        }
        State::Late => {
            let days = 1 + dice.below(15).min(dice.below(15));
            let planned = calendar.later(draft.due, days, dice);
            Some(planned.min(before_report))
        }
    }
}

fn filing_channel(dice: &mut Dice) -> &'static str {
    match dice.below(1000) {
        0..=7 => "post",
        8..=189 => "online",
        _ => "desk",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashSet};

    use super::super::catalogue::{Catalogue, Level, units};
    use super::*;
    use crate::store::calendar::{ZONE, business_day};
    use jiff::civil::date;
    use survey::dossier::{DossierCode, Style};

    fn report() -> Vec<Dealt> {
        deal(
            &units().unwrap(),
            &Catalogue::load().unwrap(),
            &Calendar::new(),
            &Figures::REPORT,
        )
        .unwrap()
    }

    #[test]
    fn every_figure_of_the_report_is_met_to_the_last_unit() {
        let report_day = date(2021, 6, 22).at(0, 0, 0, 0);
        let report_day = ZONE.to_timestamp(report_day).unwrap();
        let dossiers: Vec<Dossier> = report().into_iter().map(|dealt| dealt.dossier).collect();
        assert_eq!(dossiers.len(), 201_196);
        let finished: Vec<&Dossier> = dossiers
            .iter()
            .filter(|d| d.finished_at.is_some())
            .collect();
        assert_eq!(finished.len(), 199_602);
        assert!(finished.iter().all(|d| d.finished_at < Some(report_day)));
        assert!(finished.iter().all(|d| d.finished_at >= d.received_at));
        let late = finished.iter().filter(|d| d.finished_at > d.due_at).count();
        assert_eq!((finished.len() - late, late), (198_488, 1_114));
        let pending = || dossiers.iter().filter(|d| d.finished_at.is_none());
        assert_eq!(
            pending().filter(|d| d.due_at > Some(report_day)).count(),
            1_533
        );
        assert_eq!(
            pending().filter(|d| d.due_at <= Some(report_day)).count(),
            61
        );
    }

    #[test]
    fn codes_are_unique_of_the_old_style_and_dated_on_the_day_of_receipt() {
        let dealt = report();
        let codes: HashSet<&str> = dealt
            .iter()
            .map(|dealt| dealt.dossier.code.as_str())
            .collect();
        assert_eq!(codes.len(), dealt.len());
        for Dealt { dossier, .. } in &dealt {
            let code = DossierCode::parse(&dossier.code).unwrap();
            assert_eq!(code.style(), Style::Circular2018);
            assert_eq!(code.as_str(), dossier.code);
            assert_eq!(code.unit_code(), Some(dossier.unit.as_str()));
            let received = business_day(dossier.received_at.unwrap());
            assert_eq!(code.date(), Some(received));
            assert!((date(2020, 6, 16)..=date(2021, 6, 15)).contains(&received));
        }
    }

    #[test]
    fn units_and_procedures_are_as_many_as_the_report_names() {
        let units = units().unwrap();
        let count = |kinds: &[&str]| units.iter().filter(|u| kinds.contains(&&*u.kind)).count();
        assert_eq!(count(&["city", "town", "district"]), 11);
        assert_eq!(count(&["ward", "township", "commune"]), 111);
        assert_eq!(
            (count(&["province"]), count(&["one-stop"]), units.len()),
            (1, 1, 124)
        );
        let codes: HashSet<&str> = units.iter().map(|unit| unit.code.as_str()).collect();
        assert_eq!(codes.len(), units.len());
        for unit in &units {
            assert!(
                unit.parent
                    .as_deref()
                    .is_none_or(|parent| codes.contains(parent))
            );
        }
        let catalogue = Catalogue::load().unwrap();
        let mut levels: BTreeMap<Level, usize> = BTreeMap::new();
        for entry in &catalogue.entries {
            *levels.entry(entry.level).or_default() += 1;
        }
        assert_eq!(
            levels.into_values().collect::<Vec<_>>(),
            [1_343, 252, 94, 80]
        );
        let codes: HashSet<&str> = catalogue
            .entries
            .iter()
            .map(|entry| entry.procedure.code.as_str())
            .collect();
        assert_eq!(codes.len(), 1_769);
    }
}
