//! Giving out invites, and what the link of one opens.

use jiff::{SignedDuration, Timestamp};
use survey::dossier::DossierCode;
use survey::invite::Token;
use survey::response::{Fault, Touchpoint};

use super::admit::says_finished;
use super::pseudonym::PseudonymKey;
use super::{Flag, Intake, keys};
use crate::store::{Entry, FormKey, Invite, StoreError};

/// How long an invite lasts unless said otherwise, in days.
pub const DAYS: u16 = 60;
/// How long one may last, in days.
pub const MAX_DAYS: u16 = 365;
/// What was answered in time may come later: a phone may be without a line for so long.
pub(crate) const GRACE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// An invite to be given out.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The dossier code as the one-stop software writes it.
    pub dossier: String,
    /// Which moment is to be rated.
    pub touchpoint: Touchpoint,
    /// The form; its newest version is taken.
    pub form: String,
    /// How many days it lasts, 1 to [`MAX_DAYS`].
    pub days: u16,
}

/// An invite that was given out. The token is told once and kept by nobody but the citizen.
#[derive(Clone, Debug)]
pub struct Given {
    /// The right to rate.
    pub token: Token,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Code of the dossier's procedure.
    pub procedure: String,
}

/// Why invites could not be given out.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// The store did not keep them: none was given out.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The system gives no random bytes.
    #[error("the system gives no random bytes for a token: {0}")]
    NoRandomness(getrandom::Error),
}

/// What became of a token.
#[derive(Clone, Debug)]
pub enum Found {
    /// It opens this.
    Open(Invite),
    /// A response has used it up.
    Used,
    /// Its time is over.
    Expired,
    /// It was never given out.
    Unknown,
}

/// The entry of a draw that says how many it has invited: first, since the end of a long entry is cut off.
pub(crate) fn with_count(draw: &Entry, count: usize) -> Entry {
    let told = format!("invited {count}; {}", draw.detail);
    Entry::at(draw.at, &draw.who, draw.what, &draw.about, &told)
}

impl Intake {
    /// Gives out an invite for each wish that has no fault, all of them or none; one answer each, in order.
    ///
    /// # Errors
    ///
    /// [`InviteError`]: nothing was given out.
    pub async fn invite(
        &self,
        wishes: Vec<Wish>,
    ) -> Result<Vec<Result<Given, Fault>>, InviteError> {
        self.invite_and_write(wishes, |_| None).await
    }

    /// The same for those who were drawn: the entry is written down together with the invites and tells how many there are, be it
    /// none.
    ///
    /// # Errors
    ///
    /// [`InviteError`]: nothing was given out, and nothing written down.
    pub async fn invite_drawn(
        &self,
        wishes: Vec<Wish>,
        draw: Entry,
    ) -> Result<Vec<Result<Given, Fault>>, InviteError> {
        self.invite_and_write(wishes, |count| Some(with_count(&draw, count)))
            .await
    }

    /// The same, and writes down together with the invites what `entry` makes of their number.
    ///
    /// # Errors
    ///
    /// [`InviteError`]: nothing was given out.
    pub async fn invite_and_write(
        &self,
        wishes: Vec<Wish>,
        entry: impl FnOnce(usize) -> Option<Entry>,
    ) -> Result<Vec<Result<Given, Fault>>, InviteError> {
        let codes: Vec<Result<DossierCode, Fault>> = wishes
            .iter()
            .map(|wish| {
                DossierCode::parse(&wish.dossier)
                    .map_err(|error| Fault::new("dossier", "bad-dossier", error.to_string()))
            })
            .collect();
        let known = codes
            .iter()
            .flatten()
            .map(|code| code.as_str().to_owned())
            .collect();
        let mut registers = self.store.look_up(known, Vec::new()).await?;
        let periods = std::mem::take(&mut registers.periods);
        let years = keys::years(codes.iter().flatten());
        let keys = self.keys_to_store(periods, years).await?;
        let now = (self.clock)();
        let mut invites = Vec::new();
        let mut answers = Vec::with_capacity(wishes.len());
        for (wish, code) in wishes.iter().zip(codes) {
            let answer = code.and_then(|code| {
                let form = self.forms.newest(&wish.form).ok_or_else(|| {
                    Fault::new(
                        "form",
                        "unknown-form",
                        "this collector has no form of this id; GET /api/v1/forms lists those it has",
                    )
                })?;
                if !(1..=MAX_DAYS).contains(&wish.days) {
                    return Err(Fault::new(
                        "expires_in_days",
                        "out-of-range",
                        format!("1 to {MAX_DAYS} days"),
                    ));
                }
                let filed = registers.dossiers.get(code.as_str()).ok_or_else(|| {
                    Fault::new(
                        "dossier",
                        "unknown-dossier",
                        "the collector has no such dossier; feed it first, so that its unit is known",
                    )
                })?;
                let unfinished =
                    says_finished(wish.touchpoint) && filed.dossier.finished_at.is_none();
                let expires_at = now
                    .checked_add(SignedDuration::from_hours(24 * i64::from(wish.days)))
                    .unwrap_or(now);
                let pseudonym = keys
                    .pseudonym(&code, &form.id, wish.touchpoint)
                    .ok_or_else(forgotten)?;
                Ok((pseudonym, FormKey::of(form), filed, unfinished, expires_at))
            });
            match answer {
                Err(fault) => answers.push(Err(fault)),
                Ok((pseudonym, form, filed, unfinished, expires_at)) => {
                    let token = new_token().map_err(InviteError::NoRandomness)?;
                    invites.push(Invite {
                        hash: self.key.invite(&token),
                        pseudonym,
                        form,
                        touchpoint: wish.touchpoint,
                        unit: filed.dossier.unit.clone(),
                        procedure: Some(filed.dossier.procedure.clone()),
                        field: filed.field.clone(),
                        timeliness: filed.dossier.timeliness(),
                        flags: if unfinished {
                            Flag::UnfinishedDossier as u32
                        } else {
                            0
                        },
                        expires_at,
                        used_by: None,
                    });
                    answers.push(Ok(Given {
                        token,
                        expires_at,
                        procedure: filed.dossier.procedure.clone(),
                    }));
                }
            }
        }
        let entry = entry(invites.len());
        if !invites.is_empty() || entry.is_some() {
            self.store.add_invites(invites, entry).await?;
        }
        Ok(answers)
    }

    /// What a token opens now. Looking uses nothing up.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub async fn find_invite(&self, token: &Token) -> Result<Found, StoreError> {
        let found = self.store.invite(self.key.invite(token)).await?;
        Ok(match found {
            None => Found::Unknown,
            Some(invite) if invite.used_by.is_some() => Found::Used,
            Some(invite) if invite.expires_at < (self.clock)() => Found::Expired,
            Some(invite) => Found::Open(invite),
        })
    }
}

impl Invite {
    /// Why a response may not use this invite, received at `now` and given at `submitted_at` by the clock of the
    /// server as far as the device told; nothing when it may, or when it has done so already.
    pub(super) fn fault(
        &self,
        response: &survey::response::Response,
        submitted_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Option<Fault> {
        if self.used_by.is_some_and(|id| id != response.id) {
            return Some(used());
        }
        let last = self.expires_at.checked_add(GRACE);
        let too_late = last.is_ok_and(|last| last < now);
        // Who does not say when it was given sends it now.
        let given = submitted_at.unwrap_or(now);
        let late = self.expires_at < now && (too_late || self.expires_at < given);
        if late && self.used_by.is_none() {
            return Some(Fault::new(
                "invite",
                "invite-expired",
                "the time of this invite is over; ask the office for another",
            ));
        }
        let fits = self.form.id == response.form
            && self.form.version == response.form_version
            && self.touchpoint == response.touchpoint;
        (!fits).then(|| {
            Fault::new(
                "invite",
                "invite-mismatch",
                "this invite was given out for another form or touchpoint; GET /api/v1/invites/{token} tells which",
            )
        })
    }
}

/// The fault of a response that comes with a right which another one has used.
pub(super) fn used() -> Fault {
    Fault::new(
        "invite",
        "invite-used",
        "another response has used this invite; it is good for one",
    )
}

/// The fault of a wish for an invite to a dossier that no rating can be told to be about any more.
fn forgotten() -> Fault {
    Fault::new(
        "dossier",
        "year-forgotten",
        "the key of the year in this code is destroyed, so whether the dossier was rated is not known; invite for dossiers of later years",
    )
}

fn new_token() -> Result<Token, getrandom::Error> {
    loop {
        let mut bytes = [0; 64];
        getrandom::fill(&mut bytes)?;
        // Fails about never: of 64 bytes, more than 44 would have to be passed over.
        if let Some(token) = Token::from_random(&bytes) {
            return Ok(token);
        }
    }
}

impl PseudonymKey {
    /// What is kept of a token.
    pub(crate) fn invite(&self, token: &Token) -> crate::store::InviteHash {
        crate::store::InviteHash(self.tag(&[b"invite", token.as_str().as_bytes()]))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use survey::response::Response;
    use uuid::Uuid;

    use super::*;
    use crate::store::{InviteHash, Pseudonym, Timeliness};

    const EXPIRES: &str = "2026-08-31T10:00:00Z";

    fn invite(used_by: Option<Uuid>) -> Invite {
        Invite {
            hash: InviteHash([0; 16]),
            form: FormKey {
                id: "t".into(),
                version: 1,
            },
            touchpoint: Touchpoint::Result,
            pseudonym: Pseudonym([0; 20]),
            unit: "H57.132".into(),
            procedure: None,
            field: None,
            timeliness: Timeliness::OnTime,
            flags: 0,
            expires_at: EXPIRES.parse().unwrap(),
            used_by,
        }
    }

    fn response() -> Response {
        serde_json::from_value(json!({
            "id": Uuid::nil(), "form": "t", "form_version": 1, "touchpoint": "result", "channel": "phone",
            "answers": {"overall": 4},
        }))
        .unwrap()
    }

    /// What is said of a response, given and received so many hours after the end.
    fn said(used_by: Option<Uuid>, given: Option<i64>, received: i64) -> Option<&'static str> {
        let after = |hours| {
            let end: Timestamp = EXPIRES.parse().unwrap();
            end.checked_add(SignedDuration::from_hours(hours)).unwrap()
        };
        let fault = invite(used_by).fault(&response(), given.map(after), after(received));
        fault.map(|fault| match fault.code.as_ref() {
            "invite-expired" => "expired",
            _ => "other",
        })
    }

    #[test]
    fn after_the_end_only_what_was_given_before_it_is_taken_and_for_a_week() {
        assert_eq!(said(None, Some(-2), -1), None);
        assert_eq!(said(None, Some(-1), 1), None);
        assert_eq!(said(None, Some(-1), 7 * 24), None);
        assert_eq!(said(None, Some(-1), 7 * 24 + 1), Some("expired"));
        assert_eq!(said(None, Some(1), 2), Some("expired"));
        assert_eq!(said(None, None, 1), Some("expired"));
        // A device whose clock runs ahead loses nothing while the invite lasts.
        assert_eq!(said(None, Some(1), -1), None);
    }

    #[test]
    fn what_has_begun_in_time_may_be_completed_later() {
        assert_eq!(said(Some(Uuid::nil()), Some(300), 300), None);
        assert_eq!(said(Some(Uuid::max()), Some(-1), -1), Some("other"));
    }
}
