//! Inviting those whom nobody asked, once each: the one way that the API and the staff pages share.

use survey::response::Fault;

use super::question::Question;
use super::unasked::{DrawTold, UnaskedRequest, list};
use super::{CoverageRequest, groups};
use crate::index::IndexError;
use crate::intake::Intake;
use crate::intake::invite::{Given, InviteError, Wish};
use crate::store::Entry;

/// Most invites that one action gives out.
pub const MAX_INVITED: usize = 500;

/// What one action gave out.
#[derive(Debug)]
pub struct Invited {
    /// Each dossier with its invite, or why it has none; in the order of the list.
    pub given: Vec<(String, Result<Given, Fault>)>,
    /// More are left.
    pub more: bool,
}

/// Why nobody was invited.
#[derive(Debug, thiserror::Error)]
pub enum UnaskedError {
    /// The question was at fault, or the store.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// No invite could be given out.
    #[error(transparent)]
    Invite(#[from] InviteError),
    /// The list begins with another dossier than whoever asks has seen.
    #[error("the list has changed since it was looked at; look at it again")]
    Changed,
}

/// Invites the first [`MAX_INVITED`] of a list, each for so many days. With `first`, only while the list begins with that
/// dossier: so a form that is sent twice invites nobody whom its reader did not mean. What `entry` makes of the number of
/// invites and of the draw, if there was one, is written down together with them.
///
/// # Errors
///
/// [`UnaskedError`]: nobody was invited.
pub async fn invite(
    intake: &Intake,
    request: UnaskedRequest,
    days: u16,
    first: Option<&str>,
    entry: impl FnOnce(usize, Option<&DrawTold>) -> Option<Entry>,
) -> Result<Invited, UnaskedError> {
    let question = Question::of(intake, request.of.clone()).await?;
    let _alone = intake.inviting.lock().await;
    let request = UnaskedRequest {
        limit: MAX_INVITED,
        ..request
    };
    let page = list(intake, request).await?;
    let begins = page.dossiers.first().map(|one| one.dossier.as_str());
    if first.is_some() && first != begins {
        return Err(UnaskedError::Changed);
    }
    let wishes: Vec<Wish> = page
        .dossiers
        .into_iter()
        .map(|unasked| Wish {
            dossier: unasked.dossier,
            touchpoint: question.first_touchpoint(),
            form: question.form.clone(),
            days,
        })
        .collect();
    let given = intake
        .invite_and_write(wishes.clone(), |count| entry(count, page.draw.as_ref()))
        .await?;
    let codes = wishes.into_iter().map(|wish| wish.dossier);
    Ok(Invited {
        given: codes.zip(given).collect(),
        more: page.next.is_some(),
    })
}

/// How many the list has, without looking each of them up: the store remembers.
///
/// # Errors
///
/// As [`super::answer`].
pub async fn count(intake: &Intake, of: CoverageRequest) -> Result<u64, IndexError> {
    let question = Question::of(intake, of).await?;
    let (groups, _) = groups(intake, &question).await?;
    Ok(groups.values().map(|covered| covered.unasked).sum())
}
