//! The response as the survey knows it; the device's name, run and number are stamped on when it is kept.

use survey::form::ScaleKind;
use survey::response::{Channel, Presentation, Response, ScaleOrder, Touchpoint};
use uuid::Uuid;

use super::journey::Journey;

/// What stays the same from the first question to the last.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The dossier that is rated, if it is known.
    pub dossier: Option<String>,
    /// The right to rate that the person brought.
    pub invite: Option<String>,
    /// At which moment of the procedure.
    pub touchpoint: Touchpoint,
    /// Through which door.
    pub channel: Channel,
    /// Language tag of the screen.
    pub locale: String,
    /// Order in which the levels stand.
    pub scale_order: ScaleOrder,
    /// Levels with faces are asked in two steps.
    pub two_step: bool,
}

/// What clocks and chance add.
#[derive(Clone, Debug)]
pub struct Stamps {
    /// Made when the first answer is given; the same for every version of this response.
    pub id: Uuid,
    /// When the first question was shown, RFC 3339.
    pub started_at: String,
    /// Now, RFC 3339.
    pub submitted_at: String,
    /// Milliseconds since the first question was shown, by a clock that does not jump.
    pub elapsed_ms: u64,
}

impl Draft {
    /// The response with the answers so far.
    pub fn response(&self, journey: &Journey, stamps: Stamps, partial: bool) -> Response {
        let form = journey.form();
        let faces = form.scales.values().any(|scale| {
            scale.kind == ScaleKind::Satisfaction
                && scale.levels.iter().any(|level| level.face.is_some())
        });
        Response {
            id: stamps.id,
            revision: 0,
            form: form.id.clone(),
            form_version: form.version,
            dossier: self.dossier.clone(),
            invite: self.invite.clone(),
            unit: None,
            touchpoint: self.touchpoint,
            channel: self.channel,
            answers: journey.answers().clone(),
            reasons: journey.reasons().to_vec(),
            comment: None,
            locale: Some(self.locale.clone()),
            scale_order: Some(self.scale_order),
            presentation: Some(match (faces, self.two_step) {
                (true, true) => Presentation::TwoStep,
                (true, false) => Presentation::Faces,
                (false, _) => Presentation::Words,
            }),
            audio: false,
            assisted: false,
            partial,
            device: None,
            boot: None,
            seq: None,
            started_at: Some(stamps.started_at),
            submitted_at: Some(stamps.submitted_at),
            elapsed_ms: Some(stamps.elapsed_ms),
            clock_offset_ms: None,
        }
    }
}
