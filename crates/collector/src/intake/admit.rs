//! One response: what is wrong with it, and, when nothing is, where it belongs. Pure; the registers are looked up
//! between [`judge`] and [`place`], for a whole batch at once.

use std::collections::HashMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use survey::answers::Packed;
use survey::dossier::{DossierCode, Style};
use survey::form::Form;
use survey::invite::Token;
use survey::response::{Channel, Fault, Response, Touchpoint};

use super::keys::Keys;
use super::{Flag, content, scrub};
use crate::forms::FormBook;
use crate::store::calendar::business_day;
use crate::store::{
    Admitted, Bucket, Circumstances, Dossier, Filed, FormKey, Invite, InviteHash, Provenance,
    Registers, Timeliness,
};

/// A device may be ahead of the collector by this much.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);
/// A device may have kept a response for this long.
const KEPT: SignedDuration = SignedDuration::from_hours(31 * 24);
/// No device ran before this day; a clock that says so has lost its battery.
const FIRST_YEAR: i16 = 2025;
/// Longest unit code, in characters.
const MAX_UNIT: usize = 64;
/// Longest language tag (RFC 5646, 4.4.1).
const MAX_LOCALE: usize = 35;
/// Greatest integer that every JSON reader holds exactly.
const MAX_NUMBER: u64 = (1 << 53) - 1;
/// Fewer milliseconds than this a question are too few to read it.
const READING_MS: u64 = 1_000;

/// Where and when responses arrive.
pub struct Desk<'a> {
    /// The unit in whose hall the device stands.
    pub unit: Option<&'a str>,
    /// The sender may tell of any time in the past.
    pub tells_the_past: bool,
    /// The sender has no key: an invite must be the right.
    pub needs_invite: bool,
    /// The sender is a portal's page, which anybody can open: it passes for no other door and makes up no unit.
    pub portal: bool,
    /// Now.
    pub received_at: Timestamp,
}

/// A response that has been looked at by itself.
pub struct Judged<'a> {
    /// The response.
    pub response: &'a Response,
    /// The form that it answers, when that is known.
    form: Option<&'a Form>,
    /// The dossier that it is about.
    pub code: Option<DossierCode>,
    /// The invite that it brings.
    pub token: Option<Token>,
    started_at: Option<Timestamp>,
    submitted_at: Option<Timestamp>,
    faults: Vec<Fault>,
}

/// Looks at a response by itself.
pub fn judge<'a>(forms: &'a FormBook, response: &'a Response) -> Judged<'a> {
    let mut faults = Vec::new();
    let form = match forms.get(&response.form, response.form_version) {
        Some(form) => {
            faults.extend(response.check(form));
            Some(form.as_ref())
        }
        None => {
            faults.push(unknown_form(forms, response));
            None
        }
    };
    // Version 7 lies in order of time and is what our devices make; version 4 is what others can make.
    if !matches!(response.id.get_version_num(), 4 | 7) {
        faults.push(Fault::new(
            "id",
            "bad-id",
            "the id must be a UUID of version 7 (or 4)",
        ));
    }
    let token = response.invite.as_deref().and_then(|text| {
        text.parse::<Token>()
            .map_err(|_| faults.push(unknown_invite()))
            .ok()
    });
    if response.invite.is_some() {
        for (field, named) in [("dossier", &response.dossier), ("unit", &response.unit)] {
            if named.is_some() {
                faults.push(Fault::new(
                    field,
                    "not-with-invite",
                    "the invite says which; leave this out",
                ));
            }
        }
    }
    let code = response.dossier.as_deref().and_then(|raw| {
        DossierCode::parse(raw)
            .map_err(|error| faults.push(Fault::new("dossier", "bad-dossier", error.to_string())))
            .ok()
    });
    if let Some(unit) = &response.unit {
        check_unit(unit, &mut faults);
    }
    if response
        .locale
        .as_ref()
        .is_some_and(|locale| locale.chars().count() > MAX_LOCALE)
    {
        faults.push(Fault::new(
            "locale",
            "too-long",
            format!("at most {MAX_LOCALE} characters"),
        ));
    }
    for (field, number) in [("seq", response.seq), ("elapsed_ms", response.elapsed_ms)] {
        if number.is_some_and(|number| number > MAX_NUMBER) {
            faults.push(Fault::new(
                field,
                "out-of-range",
                format!("at most {MAX_NUMBER}"),
            ));
        }
    }
    let mut time = |field, text: Option<&String>| {
        text.and_then(|text| {
            text.parse::<Timestamp>()
                .map_err(|_| {
                    faults.push(Fault::new(
                        field,
                        "bad-time",
                        "a time is written after RFC 3339 with its offset: 2026-08-04T09:30:00+07:00",
                    ));
                })
                .ok()
        })
    };
    let started_at = time("started_at", response.started_at.as_ref());
    let submitted_at = time("submitted_at", response.submitted_at.as_ref());
    Judged {
        response,
        form,
        code,
        token,
        started_at,
        submitted_at,
        faults,
    }
}

fn unknown_invite() -> Fault {
    Fault::new(
        "invite",
        "invite-unknown",
        "this collector has given out no such invite; look at its digits again",
    )
}

fn unknown_form(forms: &FormBook, response: &Response) -> Fault {
    let versions: Vec<String> = forms
        .iter()
        .filter(|form| form.id == response.form)
        .map(|form| form.version.to_string())
        .collect();
    if versions.is_empty() {
        return Fault::new(
            "form",
            "unknown-form",
            "this collector has no form of this id; GET /api/v1/forms lists those it has",
        );
    }
    Fault::new(
        "form_version",
        "unknown-form-version",
        format!("this form has version {}", versions.join(", ")),
    )
}

fn check_unit(unit: &str, faults: &mut Vec<Fault>) {
    let length = unit.chars().count();
    if length == 0 || length > MAX_UNIT || unit.chars().any(char::is_control) || unit.trim() != unit
    {
        faults.push(Fault::new(
            "unit",
            "bad-unit",
            format!("a unit code has 1 to {MAX_UNIT} characters, no control characters and no space around it"),
        ));
    }
}

/// Puts a response where it belongs; all its faults when it cannot be admitted.
pub fn place(
    judged: Judged<'_>,
    registers: &Registers,
    invites: &HashMap<InviteHash, Invite>,
    desk: &Desk<'_>,
    keys: &Keys,
) -> Result<Admitted, Vec<Fault>> {
    let Judged {
        response,
        form,
        code,
        token,
        started_at,
        submitted_at,
        mut faults,
    } = judged;
    let hash = token.as_ref().map(|token| keys.folder().invite(token));
    let invite = hash.and_then(|hash| invites.get(&hash));
    match invite {
        Some(invite) => {
            let told = Told {
                submitted_at,
                clock_offset_ms: response.clock_offset_ms,
            };
            faults.extend(invite.fault(response, told.corrected(), desk.received_at));
        }
        None if token.is_some() => faults.push(unknown_invite()),
        None if desk.needs_invite && response.invite.is_none() => faults.push(Fault::new(
            "invite",
            "required",
            "without a key, a response needs an invite",
        )),
        None => {}
    }
    if desk.portal && response.channel != Channel::Portal {
        faults.push(Fault::new(
            "channel",
            "wrong-channel",
            "a portal's page sends the channel \"portal\"",
        ));
    }
    let filed = code
        .as_ref()
        .and_then(|code| registers.dossiers.get(code.as_str()));
    let dossier = filed.map(|filed| &filed.dossier);
    // A portal stands in no hall, and a dossier may be rated there before it has been fed: its code names the unit.
    let in_code = code
        .as_ref()
        .filter(|_| desk.portal)
        .and_then(DossierCode::unit_code)
        .filter(|unit| registers.units.contains(*unit));
    // The register knows best; then the hall in which the device stands, so that no desk can write for another.
    let unit = invite
        .map(|invite| invite.unit.as_str())
        .or(dossier.map(|dossier| dossier.unit.as_str()))
        .or(in_code)
        .or(desk.unit)
        .or(response.unit.as_deref());
    if unit.is_none() && response.invite.is_none() {
        faults.push(Fault::new(
            "unit",
            "required",
            "the unit follows from neither dossier nor device; send its code",
        ));
    }
    let from_page = desk.portal && invite.is_none() && dossier.is_none() && desk.unit.is_none();
    if from_page && unit.is_some_and(|unit| !registers.units.contains(unit)) {
        faults.push(Fault::new(
            "unit",
            "unknown-unit",
            "this collector has no such unit; look at its code in the page, or import the table of units",
        ));
    }
    let (Some(form), Some(unit), true) = (form, unit, faults.is_empty()) else {
        return Err(faults);
    };
    let told = Told {
        submitted_at,
        clock_offset_ms: response.clock_offset_ms,
    };
    let (day, clock_is_odd) = told.business_day(desk);
    let flags = [
        (
            Flag::UnknownStyle,
            code.as_ref()
                .is_some_and(|code| code.style() == Style::Unknown),
        ),
        (Flag::UnknownDossier, code.is_some() && dossier.is_none()),
        (
            Flag::UnfinishedDossier,
            says_finished(response.touchpoint)
                && dossier.is_some_and(|dossier| dossier.finished_at.is_none()),
        ),
        (
            Flag::UnknownUnit,
            invite.is_none() && !registers.units.contains(unit),
        ),
        (Flag::ClockSkew, clock_is_odd),
        (Flag::TooFast, is_too_fast(response)),
        (
            Flag::OtherUnit,
            response.unit.as_deref().is_some_and(|named| named != unit),
        ),
    ];
    let bucket = match invite {
        Some(invite) => Some(invite.pseudonym.bucket()),
        None => code.as_ref().map(Bucket::of),
    };
    Ok(Admitted {
        id: response.id,
        revision: response.revision,
        fingerprint: content::mark(keys, bucket, response),
        form: FormKey::of(form),
        unit: unit.to_owned(),
        procedure: match invite {
            Some(invite) => invite.procedure.clone(),
            None => dossier.map(|dossier| dossier.procedure.clone()),
        },
        field: match invite {
            Some(invite) => invite.field.clone(),
            None => filed.and_then(|Filed { field, .. }| field.clone()),
        },
        timeliness: match invite {
            Some(invite) => invite.timeliness,
            None => dossier.map_or(Timeliness::Unknown, Dossier::timeliness),
        },
        touchpoint: response.touchpoint,
        channel: response.channel,
        provenance: match (invite, dossier) {
            (Some(_), _) => Provenance::Invited,
            (None, Some(_)) => Provenance::Dossier,
            (None, None) => Provenance::Unit,
        },
        pseudonym: match invite {
            Some(invite) => Some(invite.pseudonym),
            None => code
                .as_ref()
                .and_then(|code| keys.pseudonym(code, &form.id, response.touchpoint)),
        },
        forgotten: bucket.filter(|bucket| !keys.knows(*bucket)),
        invite: invite.map(|invite| invite.hash),
        day,
        received_at: desk.received_at,
        answers: Packed::of(form, &response.answers),
        flags: flags.into_iter().filter(|(_, raised)| *raised).fold(
            invite.map_or(0, |invite| invite.flags),
            |bits, (flag, _)| bits | flag as u32,
        ),
        assisted: response.assisted,
        partial: response.partial,
        reasons: response.reasons.clone(),
        comment: response.comment.as_deref().and_then(scrub::comment),
        circumstances: Circumstances {
            locale: response.locale.clone(),
            scale_order: response.scale_order,
            presentation: response.presentation,
            audio: response.audio,
            device: response.device.clone(),
            boot: response.boot.clone(),
            seq: response.seq,
            started_at,
            submitted_at,
            elapsed_ms: response.elapsed_ms,
            clock_offset_ms: response.clock_offset_ms,
        },
    })
}

pub(super) fn says_finished(touchpoint: Touchpoint) -> bool {
    matches!(touchpoint, Touchpoint::Result | Touchpoint::Refusal)
}

fn is_too_fast(response: &Response) -> bool {
    let questions = response.answers.len() as u64;
    response
        .elapsed_ms
        .is_some_and(|elapsed| elapsed < questions.saturating_mul(READING_MS))
}

/// What a device told about the time.
struct Told {
    submitted_at: Option<Timestamp>,
    clock_offset_ms: Option<i64>,
}

impl Told {
    /// When the device says that it was given, by the clock of the server.
    fn corrected(&self) -> Option<Timestamp> {
        let offset = SignedDuration::from_millis(self.clock_offset_ms.unwrap_or(0));
        self.submitted_at?.checked_add(offset).ok()
    }

    /// The day that the response counts for, and whether the device's clock looks odd. The corrected time of the
    /// device when it can be true, else the day of receipt.
    fn business_day(&self, desk: &Desk<'_>) -> (Date, bool) {
        let receipt = business_day(desk.received_at);
        let Some(submitted) = self.submitted_at else {
            return (receipt, false);
        };
        let offset = SignedDuration::from_millis(self.clock_offset_ms.unwrap_or(0));
        let skewed = offset.abs() > AHEAD
            || (!desk.tells_the_past && business_day(submitted).year() < FIRST_YEAR);
        let corrected = self.corrected().filter(|moment| {
            let age = desk.received_at.duration_since(*moment);
            age >= -AHEAD && (desk.tells_the_past || age <= KEPT)
        });
        match corrected {
            Some(moment) => (business_day(moment), skewed),
            None => (receipt, true),
        }
    }
}
