//! A response as it travels from the device to the collector, and the check of it against its form.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[cfg(feature = "server")]
use crate::answers::Answer;
use crate::answers::Answers;
#[cfg(feature = "server")]
use crate::form::{Form, Judge};

/// One person's answers about one dossier at one moment: the body of `POST /api/v1/responses`, item of `responses`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
#[cfg_attr(feature = "server", serde(deny_unknown_fields))]
pub struct Response {
    /// UUIDv7 made on the device when the first answer is given: the idempotency key.
    pub id: Uuid,
    /// How often the device has saved this response, from 0: a later revision completes a partial one.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub revision: u32,
    /// Id of the form that was answered.
    pub form: String,
    /// Its version.
    pub form_version: u16,
    /// The dossier code as scanned or typed; absent when the person rated without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dossier: Option<String>,
    /// The citizen's single-use token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invite: Option<String>,
    /// Code of the unit that received the dossier; the device's unit is taken when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// At which moment of the procedure the form was handed out.
    pub touchpoint: Touchpoint,
    /// The door through which it came.
    pub channel: Channel,
    /// Answers by item id.
    #[serde(deserialize_with = "crate::unique::map")]
    pub answers: Answers,
    /// Ids of the reasons ticked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// Free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Language of the screen when it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// Order in which the levels were shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale_order: Option<ScaleOrder>,
    /// How the levels were drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presentation: Option<Presentation>,
    /// The screens were read aloud to the person, at least for a while. Left out when they were not, as older devices do.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub audio: bool,
    /// Somebody helped the person; counted and shown apart.
    #[serde(default)]
    pub assisted: bool,
    /// The person left before the end; the answers given still count.
    #[serde(default)]
    pub partial: bool,
    /// Name of the device, at most 64 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// Id of the device's run since it was switched on, at most 64 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boot: Option<String>,
    /// Number of the response on this device, rising by one: the order of truth when clocks jump.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// When the first question was shown, by the device's clock, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<String>,
    /// When the response was finished, by the device's clock, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitted_at: Option<String>,
    /// Milliseconds from the first question to the end, by a clock that does not jump.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elapsed_ms: Option<u64>,
    /// Server clock minus device clock at the last contact, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_offset_ms: Option<i64>,
}

fn is_zero(revision: &u32) -> bool {
    *revision == 0
}

/// The body of `POST /api/v1/responses`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
#[cfg_attr(feature = "server", serde(deny_unknown_fields))]
pub struct Batch {
    /// The site key of a portal page, which has no secret of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// 1 to [`Batch::MAX`] responses.
    #[cfg_attr(feature = "schema", schema(min_items = 1, max_items = 50))]
    pub responses: Vec<Response>,
}

impl Batch {
    /// Most responses in one request.
    pub const MAX: usize = 50;
}

/// What became of one response of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
pub struct Receipt {
    /// The id that was sent.
    pub id: Uuid,
    /// What became of it.
    pub status: Status,
    /// Why it was rejected, as a machine code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Why it was rejected, every fault with its field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
}

/// What became of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It is on the disk.
    Stored,
    /// It was on the disk already.
    Duplicate,
    /// It can never be stored as it is.
    Rejected,
}

/// The answer to a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
pub struct Receipts {
    /// One receipt for each response, in the order sent.
    pub results: Vec<Receipt>,
}

/// At which moment of the procedure a form is handed out (TT 01/2018, ch. III).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Touchpoint {
    /// With the receipt.
    Receipt,
    /// With a request to complete the file.
    Supplement,
    /// With a refusal slip.
    Refusal,
    /// With the result.
    Result,
}

/// The door through which a response came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// A touchscreen in the one-stop hall.
    Kiosk,
    /// The widget in a portal page.
    Portal,
    /// A citizen's own phone, by link or QR.
    Phone,
    /// A paper form, typed in.
    Paper,
}

/// In which order the levels stand on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ScaleOrder {
    /// Worst first: primacy does not flatter.
    Ascending,
    /// Best first.
    Descending,
}

/// How the levels were drawn; formats are never compared with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Presentation {
    /// Faces with words, all levels at once.
    Faces,
    /// Three faces first, then the strength.
    TwoStep,
    /// Words alone (paper, plain form).
    Words,
}

/// One thing that is wrong with a response, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, utoipa::ToSchema))]
pub struct Fault {
    /// The field at fault, as a path in the response: `answers.overall`.
    pub field: String,
    /// The rule, as a machine code: `wrong-level`.
    pub code: String,
    /// The rule and the mend in a plain sentence.
    pub message: String,
}

impl Fault {
    /// A fault of one field.
    pub fn new(field: impl Into<String>, code: &str, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            code: code.to_owned(),
            message: message.into(),
        }
    }
}

impl Response {
    /// Longest device name and boot id, in characters.
    pub const MAX_NAME: usize = 64;
}

#[cfg(feature = "server")]
impl Response {
    /// Checks the response against the form it names, one fault for each thing that is wrong; empty when all is well.
    /// The caller has looked the form up by id and version. Times and the dossier code are the intake's business.
    pub fn check(&self, form: &Form) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.answers.is_empty() {
            faults.push(Fault::new(
                "answers",
                "no-answers",
                "at least one item must be answered",
            ));
        }
        for (id, answer) in &self.answers {
            let field = format!("answers.{id}");
            let Some(item) = form.item(id) else {
                faults.push(Fault::new(
                    field,
                    "unknown-item",
                    format!(
                        "form {} version {} has no item of this id",
                        form.id, form.version
                    ),
                ));
                continue;
            };
            if item.judge == Judge::Records {
                faults.push(Fault::new(
                    field,
                    "not-asked",
                    "this indicator is read from the records, not answered",
                ));
                continue;
            }
            if !form.applies(item, &self.answers, std::slice::from_ref(id)) {
                faults.push(Fault::new(
                    field,
                    "not-applicable-here",
                    "this item is asked only after another answer, which the response does not hold",
                ));
                continue;
            }
            let Some(scale) = form.scale_of(item) else {
                continue;
            };
            match answer {
                Answer::Level(value) if scale.level(*value).is_none() => {
                    let allowed: Vec<String> = scale
                        .levels
                        .iter()
                        .map(|level| level.value.to_string())
                        .collect();
                    faults.push(Fault::new(
                        field,
                        "wrong-level",
                        format!(
                            "{value} is no level of scale {}; use one of {}",
                            item.scale,
                            allowed.join(", ")
                        ),
                    ));
                }
                Answer::NotApplicable(_) if scale.not_applicable.is_none() => {
                    faults.push(Fault::new(
                        field,
                        "wrong-level",
                        format!(
                            "scale {} does not offer \"na\"; send a level or leave the item out",
                            item.scale
                        ),
                    ))
                }
                _ => {}
            }
        }
        if !self.partial && !self.answers.is_empty() {
            for item in &form.items {
                if item.required
                    && form.applies(item, &self.answers, &[])
                    && !self.answers.contains_key(&item.id)
                {
                    faults.push(Fault::new(
                        format!("answers.{}", item.id),
                        "required",
                        "a complete response answers this item; send it, or mark the response partial",
                    ));
                }
            }
        }
        self.check_reasons(form, &mut faults);
        self.check_comment(form, &mut faults);
        for (field, value) in [("device", &self.device), ("boot", &self.boot)] {
            if value
                .as_ref()
                .is_some_and(|text| text.chars().count() > Self::MAX_NAME)
            {
                faults.push(Fault::new(
                    field,
                    "too-long",
                    format!("at most {} characters", Self::MAX_NAME),
                ));
            }
        }
        faults
    }

    fn check_reasons(&self, form: &Form, faults: &mut Vec<Fault>) {
        for (at, reason) in self.reasons.iter().enumerate() {
            let known = form
                .reasons
                .as_ref()
                .is_some_and(|r| r.options.iter().any(|option| option.id == *reason));
            if !known {
                faults.push(Fault::new(
                    format!("reasons.{at}"),
                    "unknown-reason",
                    format!(
                        "form {} version {} offers no reason {reason:?}",
                        form.id, form.version
                    ),
                ));
            } else if self.reasons[..at].contains(reason) {
                faults.push(Fault::new(
                    format!("reasons.{at}"),
                    "repeated",
                    "name each reason once",
                ));
            }
        }
    }

    fn check_comment(&self, form: &Form, faults: &mut Vec<Fault>) {
        let Some(comment) = &self.comment else { return };
        match &form.comment {
            None => faults.push(Fault::new(
                "comment",
                "not-asked",
                "this form takes no comment",
            )),
            Some(rule) if comment.chars().count() > usize::from(rule.max_chars) => {
                faults.push(Fault::new(
                    "comment",
                    "too-long",
                    format!("at most {} characters", rule.max_chars),
                ));
            }
            Some(_) => {}
        }
    }
}
