//! What the link opens.

use std::sync::Arc;

use survey::form::Form;

use crate::collector::{Client, Failure, Invite};
use crate::{browser, json};

/// What the collector writes into the page: an [`Invite`] as JSON, or `null` in a page that was kept on the device.
const INVITE: &str = "hl-door";
/// The form, where the build wrote it into the page beside its first question.
const FORM: &str = "hl-form";

/// The citizen's right to rate, and what it is about.
pub struct Door {
    /// The right itself.
    pub token: String,
    /// What it is about.
    pub invite: Invite,
    /// What is asked.
    pub form: Arc<Form>,
}

/// Why nobody can be asked; each is told to the citizen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Used, expired or never given out.
    Link,
    /// No line, no collector.
    Unreachable,
    /// The collector answered something else.
    Unreadable,
    /// The browser keeps nothing.
    Storage,
}

impl Trouble {
    /// Key of its words.
    pub fn key(self) -> &'static str {
        match self {
            Self::Link => "error.link",
            Self::Unreachable => "error.unreachable-phone",
            Self::Unreadable => "error.unreadable-phone",
            Self::Storage => "error.storage-phone",
        }
    }

    /// May it end without a person?
    pub fn may_pass(self) -> bool {
        matches!(self, Self::Unreachable | Self::Unreadable)
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Status {
                status: 404 | 410, ..
            }
            | Failure::Refused => Self::Link,
            Failure::Unreachable | Failure::Status { .. } => Self::Unreachable,
            Failure::Unreadable => Self::Unreadable,
        }
    }
}

impl Door {
    /// From the page where it has both, else from the collector.
    pub async fn open(client: &Client) -> Result<Self, Trouble> {
        let path = browser::window().location().pathname().unwrap_or_default();
        let token = token_in(&path).ok_or(Trouble::Link)?.to_owned();
        let invite = match browser::text_of(INVITE).and_then(|text| json::read::<Invite>(&text)) {
            Some(invite) => invite,
            None => json::read(&client.invite(&token).await?).ok_or(Trouble::Unreadable)?,
        };
        let fits = |form: &Form| form.id == invite.form && form.version == invite.form_version;
        let form = match browser::text_of(FORM)
            .and_then(|text| json::read(&text))
            .filter(fits)
        {
            Some(form) => form,
            None => {
                let text = client.form(&invite.form, invite.form_version).await?;
                json::read(&text).ok_or(Trouble::Unreadable)?
            }
        };
        Ok(Self {
            token,
            invite,
            form: Arc::new(form),
        })
    }
}

/// The token in a path like `/r/12345`.
fn token_in(path: &str) -> Option<&str> {
    path.strip_prefix("/r/")
        .map(|rest| rest.trim_end_matches('/'))
        .filter(|token| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::token_in;

    #[test]
    fn the_token_is_the_rest_of_the_path() {
        assert_eq!(
            token_in("/r/1234567890123456789012"),
            Some("1234567890123456789012")
        );
        assert_eq!(token_in("/r/12/"), Some("12"));
        for none in ["/r/", "/r//", "/kiosk", "/r/1/2", "/r/%20"] {
            assert_eq!(token_in(none), None, "{none}");
        }
    }
}
