//! Links of accounts to persons at providers: `hai-long user link`.

use anyhow::{Context, Result, bail};
use clap::Args;
use collector::oidc;
use collector::store::{Change, Deed, Identity, Mark, Store};
use jiff::Timestamp;

use super::audit::change;
use crate::settings::Common;

/// Whom an account is linked to.
#[derive(Args)]
pub struct LinkTo {
    /// The provider's address, to the letter as it writes itself [default: oidc-issuer in the settings file]
    #[arg(long, env = "HAI_LONG_OIDC_ISSUER", value_name = "URL")]
    issuer: Option<String>,
    /// The person's subject at the provider, as the page of a refused sign-in shows it
    #[arg(long, value_parser = oidc::subject, conflicts_with = "email", required_unless_present = "email")]
    subject: Option<String>,
    /// The person's e-mail address, which the provider must have verified
    #[arg(long, value_name = "ADDRESS", value_parser = oidc::mail_address)]
    email: Option<String>,
}

impl LinkTo {
    /// Links the account of this name, and writes it down.
    pub async fn link(self, store: &dyn Store, common: &Common, user: &str) -> Result<()> {
        let issuer = self
            .issuer
            .or_else(|| common.oidc_issuer().map(str::to_owned))
            .context(
                "--issuer: name the provider's address, or set HAI_LONG_OIDC_ISSUER or oidc-issuer in the settings file",
            )?;
        oidc::issuer(&issuer)?;
        let mark = match (self.subject, self.email) {
            (Some(subject), _) => Mark::Subject(subject),
            (None, Some(email)) => Mark::Email(email),
            (None, None) => bail!("say --subject or --email"),
        };
        let identity = Identity {
            user: user.to_owned(),
            issuer,
            mark,
            linked_at: Timestamp::now(),
        };
        let detail = format!("linked to {}", told(&identity));
        let link = Change::Link(identity.clone());
        if !change(store, link, Deed::UserChange, user, &detail).await? {
            let links = store.identities().await?;
            let holder = links.into_iter().find(|link| {
                link.issuer == identity.issuer
                    && (link.user == identity.user || link.mark == identity.mark)
            });
            match holder {
                Some(link) if link.user == identity.user => bail!(
                    "the account {user:?} is linked to {} already; take that away first with \"hai-long user unlink {user}\"",
                    told(&link)
                ),
                Some(link) => bail!(
                    "this person has the account {:?} already; a person has one account",
                    link.user
                ),
                None => bail!("the link could not be made; try again"),
            }
        }
        Ok(())
    }
}

/// Tells, on standard error, by what else the account can be opened: whoever sets a password may think of somebody new.
pub async fn tell(store: &dyn Store, user: &str) -> Result<()> {
    let linked = told_of(&store.identities().await?, user);
    if !linked.is_empty() {
        eprintln!(
            "The account stays linked to {linked}; \"hai-long user unlink {user}\" ends that."
        );
    }
    Ok(())
}

/// The links of this account, in words.
pub fn told_of(links: &[Identity], user: &str) -> String {
    let own = links.iter().filter(|link| link.user == user).map(told);
    own.collect::<Vec<_>>().join("; ")
}

fn told(identity: &Identity) -> String {
    match &identity.mark {
        Mark::Subject(subject) => format!("{subject} at {}", identity.issuer),
        Mark::Email(email) => format!("{email} at {} (nobody has signed in yet)", identity.issuer),
    }
}
