//! What the rules of flags say of a choice of responses: how many each rule flags, never which.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use statistics::flag::{Rule, Rules};
use survey::form::Form;

use crate::coverage;
use crate::forms::FormBook;
use crate::index::{self, IndexAnswer, IndexCell, IndexError, IndexRequest, Question};
use crate::rounding::{rounded, share};
use crate::store::Store;

/// The answer of `GET /api/v1/flags`. A flag is a reason to look and no proof; flagged responses count.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct FlagsAnswer {
    /// Version of the rules.
    pub rules_version: u16,
    /// The rules, in the order of the counts.
    pub rules: Vec<RuleTold>,
    /// All responses of the choice together.
    pub whole: FlagTable,
    /// The same, one step down.
    pub groups: FlagTable,
}

/// A rule with its reason and what would explain a flag innocently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RuleTold {
    /// Its id.
    pub id: String,
    /// Its name, by language: `vi`, `en`.
    pub label: BTreeMap<&'static str, String>,
    /// What it looks for, with its thresholds.
    pub looks_for: BTreeMap<&'static str, String>,
    /// What would explain it innocently.
    pub innocent: BTreeMap<&'static str, String>,
}

impl RuleTold {
    /// What is told of a rule.
    pub fn of(rule: &Rule) -> Self {
        let told =
            |text: &dyn Fn(&str) -> String| ["vi", "en"].map(|lang| (lang, text(lang))).into();
        Self {
            id: rule.id.clone(),
            label: told(&|lang| rule.label.get(lang).to_owned()),
            looks_for: told(&|lang| rule.describe(lang)),
            innocent: told(&|lang| rule.innocent.get(lang).to_owned()),
        }
    }
}

/// Groups with their flags.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct FlagTable {
    /// One for each cell of the index, in its order; null where a group is not shown.
    pub counts: Vec<Option<GroupFlags>>,
    /// The index of the groups, with and without flagged responses.
    pub index: IndexAnswer,
}

/// Flags of one group.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct GroupFlags {
    /// Responses that count.
    pub responses: u64,
    /// Those that any rule flags.
    pub flagged: u64,
    /// Their share, 0 to 1.
    pub share: Option<f64>,
    /// The figure without them; null where the two figures together would tell how few people rated.
    pub without_flagged: Option<f64>,
    /// By how much it is higher than the figure with them.
    pub difference: Option<f64>,
    /// How many each rule flags, in the order of the rules.
    pub raised: Vec<RuleCount>,
}

/// What one rule flags of a group.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct RuleCount {
    /// Id of the rule.
    pub rule: String,
    /// Responses; null where they are too few to be told, or would tell such a number.
    pub count: Option<u64>,
    /// Their share of the group's, 0 to 1.
    pub share: Option<f64>,
}

/// One step down from what a choice is narrowed to: unit, field, procedure.
pub fn step_down(is_narrowed: impl Fn(&str) -> bool) -> &'static str {
    if is_narrowed("field") || is_narrowed("procedure") {
        "procedure"
    } else if is_narrowed("unit") {
        "field"
    } else {
        "unit"
    }
}

/// Counts flags of the whole choice, and of the groups that the request asks for.
///
/// # Errors
///
/// As [`index::answer`].
pub async fn answer(
    store: &dyn Store,
    forms: &FormBook,
    threshold: u64,
    request: IndexRequest,
) -> Result<FlagsAnswer, IndexError> {
    let form = Question::of(forms, &request)?.form;
    let whole = IndexRequest {
        by: Vec::new(),
        ..request.clone()
    };
    let whole = report(store, forms, threshold, whole).await?;
    let groups = report(store, forms, threshold, request).await?;
    Ok(FlagsAnswer {
        rules_version: whole.rules.version,
        rules: whole.rules.rules.iter().map(RuleTold::of).collect(),
        whole: FlagTable::of(whole, form),
        groups: FlagTable::of(groups, form),
    })
}

impl FlagTable {
    fn of(report: FlagReport, form: &Form) -> Self {
        let cells = report.answer.cells.iter().zip(report.counts);
        let counts = cells
            .map(|(cell, counts)| {
                GroupFlags::of(cell, &counts?, &report.rules, form.index.decimals)
            })
            .collect();
        Self {
            counts,
            index: report.answer,
        }
    }
}

impl GroupFlags {
    fn of(cell: &IndexCell, counts: &FlagCounts, rules: &Rules, decimals: u8) -> Option<Self> {
        let of_responses = |part: u64| share(part, counts.responses);
        let without_flagged = cell.value_without_flagged();
        let raised = rules.rules.iter().zip(&counts.raised);
        let flagged = cell.flagged?;
        Some(Self {
            responses: counts.responses,
            flagged,
            share: of_responses(flagged),
            without_flagged,
            difference: without_flagged
                .zip(cell.value)
                .map(|(without, with)| rounded(without - with, decimals)),
            raised: raised
                .map(|(rule, count)| RuleCount {
                    rule: rule.id.clone(),
                    count: *count,
                    share: count.and_then(of_responses),
                })
                .collect(),
        })
    }
}

/// Counts of flags beside the index of the same groups.
#[derive(Clone, Debug, PartialEq)]
pub struct FlagReport {
    /// The rules.
    pub rules: Arc<Rules>,
    /// The index of the groups, with and without what is flagged.
    pub answer: IndexAnswer,
    /// For each cell of the answer, in the same order; none of a suppressed one.
    pub counts: Vec<Option<FlagCounts>>,
}

/// Counts of flags in one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlagCounts {
    /// Responses that count.
    pub responses: u64,
    /// How many of them each rule flags, in the order of the rules; none where they are too few to be told, or would tell
    /// such a number.
    pub raised: Vec<Option<u64>>,
}

/// Counts flags by what the request asks for. Numbers from 1 to below `threshold` are not told, nor the next smallest of
/// the same rule where they would follow from the total.
///
/// # Errors
///
/// As [`index::answer`].
pub async fn report(
    store: &dyn Store,
    forms: &FormBook,
    threshold: u64,
    request: IndexRequest,
) -> Result<FlagReport, IndexError> {
    let rules = store.rules();
    let measured = index::measured(store, forms, threshold, request).await?;
    let mut counts: Vec<Option<FlagCounts>> = measured
        .responses
        .iter()
        .map(|responses| {
            Some(FlagCounts {
                responses: (*responses)?,
                raised: Vec::with_capacity(rules.rules.len()),
            })
        })
        .collect();
    for rule in 0..rules.rules.len() {
        let raised: Vec<u64> = measured
            .raised
            .iter()
            .flatten()
            .map(|raised| raised.get(rule).copied().unwrap_or(0))
            .collect();
        let hidden = coverage::hidden(&raised, threshold);
        let shown = raised.into_iter().zip(hidden);
        for (counts, (raised, hidden)) in counts.iter_mut().flatten().zip(shown) {
            counts.raised.push((!hidden).then_some(raised));
        }
    }
    Ok(FlagReport {
        rules,
        answer: measured.answer,
        counts,
    })
}
