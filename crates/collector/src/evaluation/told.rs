//! What an evaluation tells.

use serde::Serialize;
use survey::text::Text;

use crate::index::IndexAnswer;

/// The answer of `GET /api/v1/evaluation`.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct EvaluationAnswer {
    /// The nine indicators, in the order of the form.
    pub indicators: Vec<EvaluationIndicator>,
    /// Most points that all of them together can earn.
    pub most: u64,
    /// Sum of the indicators' exact points, rounded half up to the form's decimals; null while one of them has none.
    pub total: Option<f64>,
    /// Id of the grade, a band of the form: that of the exact sum before rounding, lower bounds inclusive. Null without a total. The
    /// bounds are not verified.
    pub grade: Option<String>,
    /// Numbers of the indicators without points.
    pub lacking: Vec<String>,
    /// Why there is neither a total nor a grade; null when there are.
    pub no_grade: Option<String>,
    /// What of it is not verified.
    pub unverified: Vec<String>,
    /// The second half: shares of the levels of satisfaction; null where no form of three levels is known.
    pub satisfaction: Option<EvaluationSatisfaction>,
    /// The index by indicator, of which the citizens' part is: form, days, units, flags, threshold, and for each of their indicators
    /// the answers and how many were left out.
    pub index: IndexAnswer,
}

/// One indicator.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct EvaluationIndicator {
    /// Id of the item.
    pub item: String,
    /// Number on the printed form.
    pub number: String,
    /// Its name, by language.
    pub text: Text,
    /// Where its points come from.
    pub source: PointsSource,
    /// Its points, 0 to `most`, rounded half up to the form's decimals; null when suppressed or not known.
    pub points: Option<f64>,
    /// Most points that it can earn.
    pub most: u8,
    /// Points of all answers, or of all dossiers, together; null when suppressed, typed or not known.
    pub numerator: Option<u64>,
    /// Of how many answers or dossiers; null when the numerator is.
    pub denominator: Option<u64>,
    /// What the register of dossiers proposes, be it taken or not; null where it proposes nothing.
    pub proposal: Option<EvaluationProposal>,
    /// Too few respondents, or the indicator would reveal one that has too few.
    pub suppressed: bool,
}

/// Where the points of an indicator come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PointsSource {
    /// The mean of the citizens' answers.
    People,
    /// The register of dossiers proposes them; not verified.
    Proposed,
    /// Whoever asks has typed them.
    Typed,
    /// The records judge it, and nothing was typed or can be proposed.
    Unknown,
}

/// Points that the register of dossiers proposes: 2 for each dossier that was finished before its due day, 1 on it, 0 after it,
/// and their mean. Not verified.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct EvaluationProposal {
    /// Mean points, 0 to 2, rounded half up to the form's decimals.
    pub points: f64,
    /// Points of all these dossiers together.
    pub numerator: u64,
    /// Dossiers finished in the period that had a due day; at least one.
    pub denominator: u64,
    /// Of these, finished before the due day.
    pub before_due: u64,
    /// Of these, finished on the due day.
    pub on_due: u64,
    /// Of these, finished after the due day.
    pub after_due: u64,
    /// Dossiers finished in the period without a due day: in neither of the two.
    pub without_due: u64,
}

/// Shares of the levels of satisfaction.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct EvaluationSatisfaction {
    /// Id of the question.
    pub item: String,
    /// The levels, in the order of the form; none when suppressed or when nobody has answered.
    pub levels: Vec<EvaluationLevel>,
    /// Answers at all levels together; null when there are no levels.
    pub answers: Option<u64>,
    /// What the printed shares add up to: each is rounded on its own, so it may be something else than 100. Null when there are
    /// no levels.
    pub sum: Option<f64>,
    /// Asked and not answered; null when suppressed or when nobody was asked.
    pub missing: Option<u64>,
    /// Too few respondents.
    pub suppressed: bool,
    /// The index of the same answers: form, days, threshold.
    pub index: IndexAnswer,
}

/// Answers at one level.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct EvaluationLevel {
    /// Value of the level in the form.
    pub value: u8,
    /// Its name, by language.
    pub text: Text,
    /// Answers at this level.
    pub count: u64,
    /// Their share of all answers, in per cent, rounded half up to the form's decimals.
    pub share: f64,
}
