//! The figure weighted to the dossiers that were closed: unit × field × timeliness × filing channel.
//!
//! A response holds a pseudonym and no dossier, so each dossier finished in the period is looked for by the pseudonym that
//! the intake's key gives it, and the store remembers what it found as long as nothing has changed. What kind it is of comes from
//! the registers, how it was rated from the log. Only ratings of these dossiers, with their result or refusal, can be weighed; the
//! unweighted figure beside the weighted one is of the same ratings, and so not always the figure of all that came in during the
//! period.

mod kinds;

use serde::Serialize;
use statistics::cluster::ClusterSums;
use statistics::confidence::Confidence;
use statistics::estimate::{Estimate, Measure};
use statistics::interval::Population;
use statistics::methods::Technique;
use statistics::weight::{Group, Margin, SideBySide, Trim, WeightError, Weights, weigh};

use self::kinds::Kinds;
use crate::delay;
use crate::forms::USUAL_FORM;
use crate::index::{self, Flagged, IndexError, IndexRequest, Question};
use crate::intake::Intake;
use crate::rounding::rounded;
use crate::store::{FinishedFilter, FormKey};
use crate::units::UnitsAs;

/// What responses are weighed by, in the order of the categories of a kind.
pub const DIMENSIONS: [&str; 4] = ["unit", "field", "timeliness", "filing_channel"];

/// How weights are made from the dossiers that were closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weighting {
    /// Until they add up to the closed dossiers by each dimension alone: every category must have ratings.
    Raked,
    /// Closed dossiers over ratings of each kind, all dimensions crossed: every kind must have ratings.
    PostStratified,
}

impl Weighting {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::Raked, Self::PostStratified];

    /// The method, with the version and the words that stand beside its figures.
    pub const fn technique(self) -> Technique {
        match self {
            Self::Raked => Technique::Raked,
            Self::PostStratified => Technique::PostStratified,
        }
    }

    /// Its name in questions: that of the method, without a version.
    pub fn name(self) -> &'static str {
        self.technique().id()
    }

    /// The one of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// The weighted figure, or why there is none.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Weighted {
    /// How weights were made: `raked/1` or `post-stratified/1`.
    #[schema(value_type = String)]
    pub method: Technique,
    /// What they hold: the sums by each of these dimensions alone (`raked`), or by all of them crossed (`post-stratified`).
    pub margins: [&'static str; 4],
    /// Dossiers finished in the period.
    pub closed: u64,
    /// Their ratings that were weighed; null when suppressed or not known.
    pub responses: Option<u64>,
    /// Both figures; null when suppressed or not possible.
    pub figures: Option<Figures>,
    /// Why there are none, if not for too few ratings.
    pub obstacle: Option<Obstacle>,
    /// Too few ratings.
    pub suppressed: bool,
}

/// The same ratings, unweighted and weighted.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Figures {
    /// Each rating alike.
    pub unweighted: Sure,
    /// Each by its weight.
    pub weighted: Sure,
    /// As many ratings of equal weight would be as sure (Kish).
    pub effective_responses: f64,
    /// Ratings over effective ratings: by how much unequal weights widen the variance; at least 1.
    pub design_effect: f64,
    /// The largest weight as a multiple of the mean.
    pub largest_weight: f64,
    /// Bounds of the weights as multiples of the mean; null where they could not be kept together with the margins, and weights
    /// are as the margins want them.
    pub bounds: Option<[f64; 2]>,
    /// Ratings whose weight lay outside the bounds; null without bounds.
    pub trimmed: Option<u64>,
}

/// A figure with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Sure {
    /// In per cent, rounded half up to the form's decimals.
    pub value: f64,
    /// 95 % interval for the dossiers closed in the period, with finite-population correction; null where it cannot be given.
    pub interval: Option<[f64; 2]>,
}

/// Why ratings could not be weighed.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Obstacle {
    /// `held-back`, `nothing-closed`, `year-forgotten`, `nothing-rated`, `no-ratings-of-a-kind` or `no-weights`.
    pub code: &'static str,
    /// What is wrong, and what to do.
    pub message: String,
    /// Categories of which dossiers were closed and none was rated: what `raked` cannot do without.
    pub silent: Vec<Silent>,
    /// Kinds of which dossiers were closed and none was rated, those of most dossiers first: what `post-stratified` cannot do
    /// without.
    pub silent_kinds: Vec<SilentKind>,
}

impl Obstacle {
    /// One that lies in no category or kind.
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            silent: Vec::new(),
            silent_kinds: Vec::new(),
        }
    }
}

/// A category of a margin that nobody rated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Silent {
    /// Which margin.
    pub margin: &'static str,
    /// Its category; empty where the registers say nothing.
    pub category: String,
    /// Dossiers closed.
    pub closed: u64,
}

/// A kind of dossiers that nobody rated; its categories are empty where the registers say nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SilentKind {
    /// Receiving unit.
    pub unit: String,
    /// Field of the procedure.
    pub field: String,
    /// Finished by the due date or after it.
    pub timeliness: String,
    /// How they were filed.
    pub filing_channel: String,
    /// Dossiers closed.
    pub closed: u64,
}

/// Weighs the ratings of the dossiers finished in the period of the request, by its filters. Figures of fewer than `threshold`
/// respondents are suppressed.
///
/// # Errors
///
/// [`IndexError::Request`] when the request is one that cannot be weighed: in groups, with filters that dossiers do not have,
/// without flagged responses, or by `points18`.
pub async fn answer(
    intake: &Intake,
    threshold: u64,
    request: &IndexRequest,
    weighting: Weighting,
) -> Result<Weighted, IndexError> {
    let question = Question::of(&intake.forms, request)?;
    let refuse =
        |field: &str, message: &str| Err(IndexError::request(field, "cannot-weigh", message));
    let [cut] = question.cuts.as_slice() else {
        return refuse(
            "by",
            "weights are of one figure; leave out by and use filters",
        );
    };
    if !question.axes.is_empty() {
        return refuse(
            "by",
            "weights are of one figure; leave out by and use filters",
        );
    }
    if request.flagged == Flagged::Exclude {
        return refuse(
            "flagged",
            "weights are of all ratings; ask for one of weights and flagged=exclude",
        );
    }
    let Some(filter) = kinds::filter(&question) else {
        return refuse(
            "weights",
            "weights need dossiers with the same filters; filter by unit, field or procedure alone",
        );
    };
    let form = FormKey::of(question.form);
    let period = index::period(intake.store.as_ref(), &form, request).await?;
    let shown = delay::shown(period, request.shown_to);
    let kinds = match shown {
        Some(period) => {
            let how = (request.units, request.shown_to);
            Kinds::of(intake, question.form, period, &filter, how).await?
        }
        None => Kinds::none(),
    };
    let none = |obstacle: Option<Obstacle>, suppressed: bool| Weighted {
        method: weighting.technique(),
        margins: DIMENSIONS,
        closed: kinds.closed(),
        responses: (!suppressed && kinds.not_known == 0).then(|| kinds.responses()),
        figures: None,
        obstacle,
        suppressed,
    };
    if let (None, Some(last)) = (shown, request.shown_to) {
        let obstacle = Obstacle::new("held-back", delay::told(last));
        return Ok(none(Some(obstacle), false));
    }
    if let Some(obstacle) = kinds.obstacle(weighting) {
        // How many ratings there are is told where there are none, too: nobody has rated.
        let few = (1..threshold).contains(&kinds.responses());
        return Ok(none(Some(obstacle), few));
    }
    let sums: Result<Vec<(ClusterSums, Measure)>, _> = kinds
        .cells()
        .map(|cell| statistics::index::sums(question.form, cell, question.method, cut.scope()))
        .collect();
    let Ok(sums) = sums else {
        return refuse(
            "method",
            "this figure is no ratio of sums; choose top2 or mean100, and a factor or item where the form gives its factors weights",
        );
    };
    let people: u64 = sums.iter().map(|(sums, _)| sums.clusters).sum();
    if people < threshold {
        return Ok(none(None, true));
    }
    let Some((_, measure)) = sums.first().copied() else {
        return Ok(none(None, true));
    };
    let sums: Vec<ClusterSums> = sums.into_iter().map(|(sums, _)| sums).collect();
    let (groups, margins) = (kinds.groups(), kinds.margins(weighting));
    // Thousands of groups may take a while: not on a thread that others wait for.
    let weighed = tokio::task::spawn_blocking(move || weighed(&groups, &margins, &sums, measure))
        .await
        .map_err(|error| {
            IndexError::Store(crate::store::StoreError::Engine(format!(
                "weighing was broken off: {error}"
            )))
        })?;
    Ok(match weighed {
        Ok((weights, bounds, both)) => Weighted {
            figures: Some(figures(
                &weights,
                bounds,
                &both,
                question.form.index.decimals,
            )),
            ..none(None, false)
        },
        Err(error) => none(Some(Obstacle::new("no-weights", error.to_string())), false),
    })
}

/// Looks for the ratings of the usual form ahead, so that the first to ask for weights need not wait for all dossiers.
///
/// # Errors
///
/// The store's.
pub async fn warm(intake: &Intake) -> Result<(), IndexError> {
    let (Some(form), Some(period)) = (
        intake.forms.newest(USUAL_FORM),
        intake.store.finished_span().await?,
    ) else {
        return Ok(());
    };
    let how = (UnitsAs::default(), None);
    Kinds::of(intake, form, period, &FinishedFilter::default(), how).await?;
    Ok(())
}

type Weighed = (Weights, Option<Trim>, SideBySide);

/// Weights within the usual bounds, or without bounds where these cannot be kept. Those of post-stratification leave bounds
/// nothing to choose: all ratings of a kind weigh the same and add up to its dossiers, so they are within by themselves or not.
fn weighed(
    groups: &[Group],
    margins: &[Margin],
    sums: &[ClusterSums],
    measure: Measure,
) -> Result<Weighed, WeightError> {
    let dimensions = DIMENSIONS.map(str::to_owned);
    let trim = Trim::default();
    let (weights, bounds) = match weigh(&dimensions, groups, margins, Some(trim)) {
        Err(WeightError::CannotTrim { .. }) => (weigh(&dimensions, groups, margins, None)?, None),
        weights => (weights?, Some(trim)),
    };
    let population = Population::Closed(weights.closed());
    let both = weights.estimate(sums, measure, population, Confidence::P95)?;
    Ok((weights, bounds, both))
}

fn figures(weights: &Weights, bounds: Option<Trim>, both: &SideBySide, decimals: u8) -> Figures {
    let [unweighted, weighted] = both.both().map(|estimate| sure(estimate, decimals));
    Figures {
        unweighted,
        weighted,
        effective_responses: rounded(both.effective_responses(), 1),
        design_effect: rounded(weights.design_effect(), 2),
        largest_weight: rounded(weights.largest(), 2),
        bounds: bounds.map(|trim| [trim.lower, trim.upper]),
        trimmed: bounds.map(|_| both.trimmed()),
    }
}

fn sure(estimate: &Estimate, decimals: u8) -> Sure {
    let shown = |share: f64| rounded(share * 100.0, decimals);
    Sure {
        value: shown(estimate.value),
        interval: estimate
            .interval
            .map(|interval| [shown(interval.low), shown(interval.high)]),
    }
}
