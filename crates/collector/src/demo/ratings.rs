//! The synthetic ratings: people who are milder or sterner than others, at offices that are better or worse.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use survey::answers::{Answer, Answers, NotApplicable};
use survey::form::{Form, Item, Role, ScaleKind};
use survey::response::{Channel, Presentation, Response, Touchpoint};

use super::calendar::{Calendar, Minute};
use super::catalogue::{Catalogue, Desk, desk};
use super::dossiers::{Dealt, State};
use super::random::{Dice, share};
use super::{DemoError, Figures};
use crate::forms::FormBook;
use crate::store::Unit;
use crate::store::calendar::ZONE;

const COMMENTS: &str = include_str!("../../demo/comments.json");
/// The form that the kiosks show.
pub(super) const KIOSK_FORM: &str = "one-stop-quick";
/// Communes so quiet that their figures are suppressed.
const QUIET_COMMUNES: usize = 4;

/// Where the others of the shipped forms are handed out, and how many come back.
const SIDE_FORMS: [Side; 3] = [
    Side {
        form: "one-stop-nine",
        count: 600,
        channel: Channel::Paper,
        with_dossier: true,
    },
    Side {
        form: "three-level",
        count: 500,
        channel: Channel::Kiosk,
        with_dossier: true,
    },
    Side {
        form: "sipas-services-2023",
        count: 300,
        channel: Channel::Paper,
        with_dossier: false,
    },
];

struct Side {
    form: &'static str,
    count: usize,
    channel: Channel,
    with_dossier: bool,
}

#[derive(Deserialize)]
struct Comments {
    low: Vec<String>,
    high: Vec<String>,
}

/// A rating with the moment at which it was finished.
struct Given {
    at: Timestamp,
    response: Response,
}

/// Everything that ratings are drawn from.
struct Draw<'a> {
    dealt: &'a [Dealt],
    calendar: &'a Calendar,
    /// How prone to be late a procedure is.
    strain: BTreeMap<&'a str, i64>,
    /// How good each unit is.
    unit_mood: Vec<i64>,
    comments: Comments,
    dice: Dice,
}

/// All ratings in the order in which they were given.
pub(super) fn draw(
    units: &[Unit],
    dealt: &[Dealt],
    catalogue: &Catalogue,
    calendar: &Calendar,
    forms: &FormBook,
    figures: &Figures,
) -> Result<Vec<Response>, DemoError> {
    let comments = serde_json::from_str(COMMENTS).map_err(|e| DemoError::Data(e.to_string()))?;
    let newest = |id: &'static str| forms.newest(id).ok_or(DemoError::NoForm(id));
    let mut dice = Dice::stream(4);
    let mut draw = Draw {
        dealt,
        calendar,
        strain: catalogue
            .entries
            .iter()
            .map(|entry| (entry.procedure.code.as_str(), entry.late_weight as i64))
            .collect(),
        unit_mood: units.iter().map(|_| dice.between(-45, 45)).collect(),
        comments,
        dice,
    };
    let mut given = draw.quick(units, newest(KIOSK_FORM)?);
    for side in SIDE_FORMS {
        let ratings = draw.side(units, newest(side.form)?, &side, figures);
        given.extend(ratings);
    }
    given.sort_by_key(|given| (given.at, given.response.id));
    number_devices(&mut given);
    Ok(given.into_iter().map(|given| given.response).collect())
}

impl<'a> Draw<'a> {
    /// The short form: kiosks in every hall, and a few answers from home.
    fn quick(&mut self, units: &[Unit], form: &Form) -> Vec<Given> {
        let mut closed: Vec<Vec<&'a Dealt>> = units.iter().map(|_| Vec::new()).collect();
        for dealt in self.dealt.iter().filter(|dealt| dealt.finished.is_some()) {
            if let Some(list) = closed.get_mut(dealt.unit) {
                list.push(dealt);
            }
        }
        let mut quiet: Vec<usize> = (0..units.len())
            .filter(|&at| units.get(at).and_then(desk) == Some(Desk::Commune))
            .collect();
        quiet.sort_by_key(|&at| closed.get(at).map_or(0, Vec::len));
        quiet.truncate(QUIET_COMMUNES);
        let mut given = Vec::new();
        for (at, closed) in closed.iter().enumerate() {
            let permille = self.dice.between(50, 400) as usize;
            let wanted = match quiet.iter().position(|&quiet| quiet == at) {
                Some(rank) => rank + 1,
                None => closed.len() * permille / 1000,
            };
            for dealt in self.choose(closed, wanted) {
                let channel = match self.dice.below(100) {
                    0..=91 => Channel::Kiosk,
                    92..=94 => Channel::Portal,
                    95..=98 => Channel::Phone,
                    _ => Channel::Paper,
                };
                given.push(self.rating(form, channel, dealt, true));
            }
        }
        given
    }

    /// Another form at districts and the centre.
    fn side(&mut self, units: &[Unit], form: &Form, side: &Side, figures: &Figures) -> Vec<Given> {
        let closed: Vec<&'a Dealt> = self
            .dealt
            .iter()
            .filter(|dealt| {
                let here = units.get(dealt.unit).and_then(desk);
                dealt.finished.is_some() && matches!(here, Some(Desk::Centre | Desk::District))
            })
            .collect();
        let count = share(
            side.count,
            &[
                figures.received() as u64,
                (Figures::REPORT.received() - figures.received()) as u64,
            ],
        );
        self.choose(&closed, count.first().copied().unwrap_or(0))
            .into_iter()
            .map(|dealt| self.rating(form, side.channel, dealt, side.with_dossier))
            .collect()
    }

    /// So many of them by lot, in their order (Knuth, volume 2, algorithm S).
    fn choose(&mut self, from: &[&'a Dealt], wanted: usize) -> Vec<&'a Dealt> {
        let mut chosen = Vec::with_capacity(wanted);
        for (at, dealt) in from.iter().enumerate() {
            if self.dice.below(from.len() - at) < wanted.saturating_sub(chosen.len()) {
                chosen.push(*dealt);
            }
        }
        chosen
    }

    fn rating(
        &mut self,
        form: &Form,
        channel: Channel,
        dealt: &'a Dealt,
        with_dossier: bool,
    ) -> Given {
        let hurried = self.dice.chance(4);
        let partial = !hurried && self.dice.chance(15);
        let mood = self.mood(dealt);
        let (answers, asked) = self.answers(form, mood, hurried, partial);
        let reasons = self.reasons(form, &answers);
        let comment = self.comment(form, mood, channel);
        let elapsed_ms = if hurried {
            self.dice.between(150, 600) * asked
        } else {
            self.dice.between(2_500, 9_000) * asked
        };
        let at = self.moment(dealt, channel);
        let started = at - jiff::SignedDuration::from_millis(elapsed_ms);
        let on_screen = channel != Channel::Paper;
        let random = self.dice.ten_bytes();
        let millis = u64::try_from(at.as_millisecond()).unwrap_or(0);
        let touchpoint = if dealt.refused {
            Touchpoint::Refusal
        } else {
            Touchpoint::Result
        };
        let response = Response {
            id: uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid(),
            revision: 0,
            form: form.id.clone(),
            form_version: form.version,
            dossier: with_dossier.then(|| dealt.dossier.code.clone()),
            invite: None,
            unit: Some(dealt.dossier.unit.clone()),
            touchpoint,
            channel,
            answers,
            reasons,
            comment,
            locale: Some(if self.dice.chance(5) { "en" } else { "vi" }.to_owned()),
            scale_order: Some(form.scale_order),
            presentation: Some(if on_screen {
                Presentation::Faces
            } else {
                Presentation::Words
            }),
            audio: false,
            assisted: channel == Channel::Kiosk && self.dice.chance(50),
            partial,
            device: (channel == Channel::Kiosk).then(|| format!("minh-hoa-{}", dealt.dossier.unit)),
            boot: None,
            seq: None,
            started_at: on_screen.then(|| rfc3339(started)),
            submitted_at: Some(rfc3339(at)),
            elapsed_ms: on_screen.then(|| u64::try_from(elapsed_ms).unwrap_or(0)),
            clock_offset_ms: on_screen.then_some(0),
        };
        Given { at, response }
    }

    /// What this person thinks of it all: the office, the strain of the procedure, how it ended, and their own nature.
    fn mood(&mut self, dealt: &Dealt) -> i64 {
        let procedure = dealt.dossier.procedure.as_str();
        let strain = self.strain.get(procedure).copied().unwrap_or(0);
        let late = if dealt.state == State::Late { -110 } else { 0 };
        let refused = if dealt.refused { -110 } else { 0 };
        let office = self.unit_mood.get(dealt.unit).copied().unwrap_or(0);
        55 + office - 4 * strain + late + refused + self.dice.bell(85)
    }

    /// Answers to what is asked, and how many questions that were.
    fn answers(&mut self, form: &Form, mood: i64, hurried: bool, partial: bool) -> (Answers, i64) {
        let mut answers = Answers::new();
        let mut asked = 0;
        for item in &form.items {
            if !form.applies(item, &answers, &[]) {
                continue;
            }
            asked += 1;
            if partial && asked > 1 {
                break;
            }
            // Who answers nothing sends nothing: the first question is never skipped.
            let skipped = match item.role {
                _ if asked == 1 => false,
                Role::Demographic => self.dice.chance(250),
                _ => !hurried && !item.required && self.dice.chance(40),
            };
            // Some questions are liked less than others, by everybody: a fixed pattern over the form.
            let mood = mood + (asked * 37) % 50 - 25 + if hurried { 0 } else { self.dice.bell(35) };
            if !skipped && let Some(answer) = self.answer(form, item, mood) {
                answers.insert(item.id.clone(), answer);
            }
        }
        (answers, asked)
    }

    fn answer(&mut self, form: &Form, item: &Item, mood: i64) -> Option<Answer> {
        let scale = form.scale_of(item)?;
        let level = match scale.kind {
            ScaleKind::Satisfaction | ScaleKind::Points => {
                if scale.not_applicable.is_some() && self.dice.chance(30) {
                    return Some(Answer::NotApplicable(NotApplicable::Na));
                }
                // Five steps with the neutral one narrow, stretched over the levels that the scale has.
                let step = [-300, -190, -70, 120]
                    .iter()
                    .filter(|&&cut| mood >= cut)
                    .count();
                scale
                    .levels
                    .get(step * (scale.levels.len().saturating_sub(1)) / 4)
            }
            ScaleKind::Ordinal | ScaleKind::Choice => self.dice.pick(&scale.levels),
        };
        level.map(|level| Answer::Level(level.value))
    }

    fn reasons(&mut self, form: &Form, answers: &Answers) -> Vec<String> {
        let Some(offered) = form.offers_reasons(answers) else {
            return Vec::new();
        };
        let mut options: Vec<&str> = offered
            .options
            .iter()
            .map(|option| option.id.as_str())
            .collect();
        self.dice.shuffle(&mut options);
        let ticked = self.dice.below(3);
        options
            .into_iter()
            .take(ticked)
            .map(str::to_owned)
            .collect()
    }

    fn comment(&mut self, form: &Form, mood: i64, channel: Channel) -> Option<String> {
        form.comment.as_ref()?;
        let (texts, permille) = if mood < -70 {
            (&self.comments.low, 60)
        } else {
            (&self.comments.high, 12)
        };
        let writes = self.dice.chance(if channel == Channel::Kiosk {
            permille
        } else {
            4 * permille
        });
        self.dice.pick(texts).filter(|_| writes).cloned()
    }

    /// At the kiosk when the result is picked up, that day or one of the next; from home some hours later.
    fn moment(&mut self, dealt: &Dealt, channel: Channel) -> Timestamp {
        let finished = dealt.finished.unwrap_or(Minute(0));
        let minute = match channel {
            Channel::Kiosk if self.dice.chance(600) => finished.plus(self.dice.between(2, 25)),
            Channel::Kiosk | Channel::Paper => {
                let days = self.dice.between(1, 3) as usize;
                self.calendar.later(finished, days, &mut self.dice)
            }
            Channel::Portal | Channel::Phone => finished.plus(self.dice.between(30, 3 * 24 * 60)),
        };
        let seconds = self.dice.between(0, 59);
        self.calendar.timestamp(minute) + jiff::SignedDuration::from_secs(seconds)
    }
}

/// Numbers the responses of each device in the order in which it took them.
fn number_devices(given: &mut [Given]) {
    let mut last: BTreeMap<String, u64> = BTreeMap::new();
    for Given { response, .. } in given {
        if let Some(device) = &response.device {
            let seq = last.entry(device.clone()).or_default();
            *seq += 1;
            response.seq = Some(*seq);
            response.boot = Some("minh-hoa".to_owned());
        }
    }
}

fn rfc3339(at: Timestamp) -> String {
    at.display_with_offset(ZONE).to_string()
}
