//! Citizen reports (phản ánh, kiến nghị): opened from a comment, by hand or by a feed; assigned, answered, reopened.
//!
//! A report is what its last event says. Events are only added, also to take a step back, so that who did what stays
//! known. `due` says by when an answer is due, `counts` how many were in time.

pub mod counts;
pub mod due;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::store::Pseudonym;

/// How far a report is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Nobody has it yet.
    New,
    /// Somebody has.
    Assigned,
    /// It was answered.
    Answered,
}

/// What the citizen said about the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Nothing that we know of.
    #[default]
    Unknown,
    /// Satisfied.
    Satisfied,
    /// "Không hài lòng".
    NotSatisfied,
    /// There is a complaint about the answer.
    Complaint,
}

/// Where a report came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A comment of a rating.
    Comment,
    /// A telephone line.
    Hotline,
    /// The authority's own portal.
    Portal,
    /// The National Public Service Portal.
    NationalPortal,
    /// Another way.
    Other,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The report was opened.
    Opened,
    /// It was given to somebody.
    Assigned,
    /// It was answered.
    Answered,
    /// The citizen said something about the answer.
    Judged,
    /// It was opened once more.
    Reopened,
    /// Unit, due date or competence were changed.
    Changed,
    /// The step before was taken back.
    Undone,
    /// A feed said something new.
    Fed,
}

/// How a report stands: what events change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Unit that must answer.
    pub unit: String,
    /// When the answer is due.
    pub due_at: Timestamp,
    /// Is it this authority's business?
    pub within_competence: bool,
    /// How far it is.
    pub state: State,
    /// Who has it.
    pub assignee: Option<String>,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
    /// What the citizen said about the answer.
    pub outcome: Outcome,
}

/// A report that is to be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReport {
    /// Its id in the system that it is fed from.
    pub outside_id: Option<String>,
    /// Where it came from.
    pub source: Source,
    /// What it says, cleaned.
    pub text: String,
    /// The dossier that it is about ([`crate::intake::Intake::report_pseudonym`]).
    pub dossier: Option<Pseudonym>,
    /// When it came.
    pub received_at: Timestamp,
    /// How it stands.
    pub standing: Standing,
}

/// A report as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Its number here.
    pub id: i64,
    /// What it was opened with, and how it stands.
    pub report: NewReport,
    /// Grows with each event; who acts on another one has not seen the last.
    pub version: i64,
}

/// A thing that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub by: String,
    /// What.
    pub step: Step,
    /// Why, in words, cleaned.
    pub note: Option<String>,
    /// How the report stood after it.
    pub standing: Standing,
}

/// Which reports to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReportFilter {
    /// Received on this business day or later.
    pub from: Option<jiff::civil::Date>,
    /// Received on this business day or earlier.
    pub to: Option<jiff::civil::Date>,
}

/// What an officer does to a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Gives it to somebody.
    Assign(String),
    /// Answers it at a moment.
    Answer(Timestamp, Outcome),
    /// Notes what the citizen said about the answer.
    Judge(Outcome),
    /// Opens it once more; what was said about the answer is no longer true.
    Reopen,
    /// Says who must answer by when.
    Change {
        /// The unit.
        unit: String,
        /// When the answer is due.
        due_at: Timestamp,
        /// Is it this authority's business?
        within_competence: bool,
    },
    /// Takes the last step back.
    Undo,
}

/// Why an action does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// It was answered already.
    #[error("the report was answered; open it once more first")]
    Answered,
    /// It was not answered yet.
    #[error("the report was not answered yet; answer it first")]
    NotAnswered,
    /// There is no step that can be taken back.
    #[error("the last step cannot be taken back")]
    NothingToUndo,
}

impl Action {
    /// What the action is called afterwards, and how the report stands then. `history` holds all its events, the oldest
    /// first.
    ///
    /// # Errors
    ///
    /// [`Misfit`] when the report does not stand so that this can be done.
    pub fn apply(self, history: &[Event]) -> Result<(Step, Standing), Misfit> {
        let (last, before) = match history {
            [.., before, last] => (last, Some(before)),
            [last] => (last, None),
            [] => return Err(Misfit::NothingToUndo),
        };
        let mut standing = last.standing.clone();
        let answered = standing.state == State::Answered;
        let step = match self {
            Self::Assign(_) | Self::Answer(..) if answered => return Err(Misfit::Answered),
            Self::Judge(_) | Self::Reopen if !answered => return Err(Misfit::NotAnswered),
            Self::Assign(to) => {
                standing.assignee = Some(to);
                standing.state = State::Assigned;
                Step::Assigned
            }
            Self::Answer(at, outcome) => {
                standing.state = State::Answered;
                standing.answered_at = Some(at);
                standing.outcome = outcome;
                Step::Answered
            }
            Self::Judge(outcome) => {
                standing.outcome = outcome;
                Step::Judged
            }
            Self::Reopen => {
                standing.state = match standing.assignee {
                    Some(_) => State::Assigned,
                    None => State::New,
                };
                standing.answered_at = None;
                standing.outcome = Outcome::Unknown;
                Step::Reopened
            }
            Self::Change {
                unit,
                due_at,
                within_competence,
            } => {
                standing.unit = unit;
                standing.due_at = due_at;
                standing.within_competence = within_competence;
                Step::Changed
            }
            Self::Undo => {
                standing = before
                    .filter(|_| last.can_be_undone())
                    .ok_or(Misfit::NothingToUndo)?
                    .standing
                    .clone();
                Step::Undone
            }
        };
        Ok((step, standing))
    }
}

impl Event {
    /// Can this, as the last event, be taken back? What a feed says is taken back there.
    pub fn can_be_undone(&self) -> bool {
        !matches!(self.step, Step::Opened | Step::Undone | Step::Fed)
    }
}

impl Standing {
    /// A report that nobody has yet.
    pub fn new(unit: String, due_at: Timestamp, within_competence: bool) -> Self {
        Self {
            unit,
            due_at,
            within_competence,
            state: State::New,
            assignee: None,
            answered_at: None,
            outcome: Outcome::Unknown,
        }
    }

    /// Was it answered late, or is it not answered although that is due?
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.answered_at.unwrap_or(now) > self.due_at
    }

    /// Can it be said yet whether it was in time: it was answered, or the time is over?
    pub fn is_decided(&self, now: Timestamp) -> bool {
        self.answered_at.is_some() || self.is_overdue(now)
    }

    /// How this stands after a feed has told of it. A line that knows of no answer takes none away, nor what the citizen
    /// said about it.
    #[must_use]
    pub fn fed(&self, told: &Self) -> Self {
        let answered_at = told.answered_at.or(self.answered_at);
        Self {
            unit: told.unit.clone(),
            due_at: told.due_at,
            within_competence: told.within_competence,
            state: match (answered_at, &self.assignee) {
                (Some(_), _) => State::Answered,
                (None, Some(_)) => State::Assigned,
                (None, None) => State::New,
            },
            assignee: self.assignee.clone(),
            answered_at,
            outcome: match told.outcome {
                Outcome::Unknown => self.outcome,
                said => said,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a moment")
    }

    fn standing() -> Standing {
        Standing::new("A".into(), at("2026-07-15T16:59:59Z"), true)
    }

    fn event(step: Step, standing: Standing) -> Event {
        Event {
            at: at("2026-07-01T03:00:00Z"),
            by: "lan".into(),
            step,
            note: None,
            standing,
        }
    }

    /// A history after these actions, each of which must fit.
    fn after(actions: Vec<Action>) -> Vec<Event> {
        let mut history = vec![event(Step::Opened, standing())];
        for action in actions {
            let (step, standing) = action.apply(&history).expect("fits");
            history.push(event(step, standing));
        }
        history
    }

    fn answer() -> Action {
        Action::Answer(at("2026-07-10T03:00:00Z"), Outcome::Complaint)
    }

    #[test]
    fn a_report_goes_from_new_to_answered_and_back() {
        let history = after(vec![Action::Assign("hoa".into()), answer()]);
        let last = &history[2].standing;
        assert_eq!(last.state, State::Answered);
        assert_eq!(last.assignee.as_deref(), Some("hoa"));
        let (step, reopened) = Action::Reopen.apply(&history).expect("fits");
        assert_eq!((step, reopened.state), (Step::Reopened, State::Assigned));
        assert_eq!(
            (reopened.answered_at, reopened.outcome),
            (None, Outcome::Unknown)
        );
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let new = after(Vec::new());
        assert_eq!(Action::Reopen.apply(&new), Err(Misfit::NotAnswered));
        assert_eq!(
            Action::Judge(Outcome::Satisfied).apply(&new),
            Err(Misfit::NotAnswered)
        );
        assert_eq!(Action::Undo.apply(&new), Err(Misfit::NothingToUndo));
        let answered = after(vec![answer()]);
        assert_eq!(
            Action::Assign("x".into()).apply(&answered),
            Err(Misfit::Answered)
        );
        assert_eq!(answer().apply(&answered), Err(Misfit::Answered));
    }

    #[test]
    fn a_step_is_taken_back_once() {
        let history = after(vec![Action::Assign("hoa".into()), answer(), Action::Undo]);
        assert_eq!(history[3].standing, history[1].standing);
        assert_eq!(Action::Undo.apply(&history), Err(Misfit::NothingToUndo));
    }

    #[test]
    fn late_is_after_the_due_moment_and_an_open_report_is_undecided_until_then() {
        let due = standing().due_at;
        let answered = |answered_at| Standing {
            answered_at: Some(answered_at),
            ..standing()
        };
        let second = jiff::SignedDuration::from_secs(1);
        let later = due + second * 1000;
        assert!(!answered(due).is_overdue(later));
        assert!(answered(due + second).is_overdue(later));
        assert!(!standing().is_decided(due));
        assert!(standing().is_decided(due + second) && standing().is_overdue(due + second));
    }

    #[test]
    fn a_line_without_an_answer_takes_none_away() {
        let answered = Standing {
            state: State::Answered,
            answered_at: Some(at("2026-07-10T03:00:00Z")),
            outcome: Outcome::NotSatisfied,
            ..standing()
        };
        assert_eq!(answered.fed(&standing()), answered);
        let told = Standing {
            unit: "B".into(),
            outcome: Outcome::Satisfied,
            ..answered.clone()
        };
        let fed = standing().fed(&told);
        assert_eq!(
            (fed.state, fed.outcome),
            (State::Answered, Outcome::Satisfied)
        );
        assert_eq!(fed.unit, "B");
    }
}
