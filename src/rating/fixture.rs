//! A small form for tests: a required rating, an optional one, and a question that hangs on another.

use std::sync::Arc;

use survey::form::Form;
use survey::response::{Channel, Response, ScaleOrder, Touchpoint};
use uuid::Uuid;

use super::draft::{Draft, Stamps};
use super::journey::Journey;

pub(crate) fn form() -> Arc<Form> {
    let form = serde_json::from_str(
        r#"{
        "id": "fixture", "version": 3, "instrument": "csat", "title": {"vi": "form"},
        "source": {"basis": {"vi": "test"}, "confidence": "own"},
        "languages": ["vi"], "scale-order": "ascending",
        "scales": {
            "five": {"kind": "satisfaction", "levels": [
                {"value": 1, "text": {"vi": "1"}}, {"value": 2, "text": {"vi": "2"}}, {"value": 3, "text": {"vi": "3"}},
                {"value": 4, "text": {"vi": "4"}}, {"value": 5, "text": {"vi": "5"}}]},
            "yes-no": {"kind": "choice", "levels": [{"value": 1, "text": {"vi": "yes"}}, {"value": 2, "text": {"vi": "no"}}]}
        },
        "items": [
            {"id": "overall", "text": {"vi": "?"}, "scale": "five", "role": "rating", "required": true},
            {"id": "attitude", "text": {"vi": "?"}, "scale": "five", "role": "rating"},
            {"id": "days", "text": {"vi": "?"}, "scale": "five", "role": "rating", "judge": "records", "required": true},
            {"id": "feedback", "text": {"vi": "?"}, "scale": "yes-no", "role": "experience"},
            {"id": "heard", "text": {"vi": "?"}, "scale": "five", "role": "rating", "when": {"item": "feedback", "is": [1]}}
        ],
        "reasons": {"text": {"vi": "?"}, "at-or-below": 2, "item": "overall",
            "options": [{"id": "slow", "text": {"vi": "s"}}, {"id": "rude", "text": {"vi": "r"}}]},
        "index": {"methods": ["top2"], "decimals": 2}
    }"#,
    );
    Arc::new(form.expect("the form of the tests"))
}

pub(crate) fn journey() -> Journey {
    Journey::new(form(), Vec::new())
}

pub(crate) fn response(journey: &Journey, partial: bool) -> Response {
    let draft = Draft {
        dossier: Some("H57.132-260804-0583".to_owned()),
        invite: None,
        touchpoint: Touchpoint::Result,
        channel: Channel::Kiosk,
        locale: "vi".to_owned(),
        scale_order: ScaleOrder::Ascending,
        two_step: false,
    };
    let stamps = Stamps {
        id: Uuid::from_u128(7),
        started_at: "2026-08-04T02:00:00.000Z".to_owned(),
        submitted_at: "2026-08-04T02:00:14.200Z".to_owned(),
        elapsed_ms: 14_200,
    };
    draft.response(journey, stamps, partial)
}
