//! `hai-long key`: what programs may do.

use anyhow::{Result, bail};
use clap::{Subcommand, ValueEnum};
use collector::auth;
use collector::store::{Change, Deed, DeviceSettings, Key as KeptKey, Role, Store};
use jiff::Timestamp;

use super::audit::change;
use super::open::{open_existing, open_or_create};
use super::{Outcome, table};
use crate::settings::Common;

/// Longest name of a key, an account or a device, in characters; what a response may name as its device.
const LONGEST_NAME: usize = 64;

const KEY_EXAMPLES: &str = "\
The key is printed alone on standard output, once: only its hash is kept. A lost key is removed and made anew.

Example:
  hai-long key create --role one-stop --name mot-cua-hue > one-stop.key";

/// Make, list and remove keys.
#[derive(Subcommand)]
pub enum Key {
    /// Make a key and print it
    #[command(after_help = KEY_EXAMPLES)]
    Create {
        /// What it may do
        #[arg(long)]
        role: KeyRole,
        /// A name that tells whose it is
        #[arg(long, value_parser = name)]
        name: String,
    },
    /// List keys: names, roles, dates
    List,
    /// Remove a key: whoever holds it is refused from then on
    Remove {
        /// Its name
        name: String,
    },
}

/// Roles of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum KeyRole {
    /// May send ratings; for a kiosk with a unit and a form use "device create"
    Device,
    /// May feed dossiers
    OneStop,
    /// May read figures
    Analyst,
    /// May do everything
    Admin,
}

impl From<KeyRole> for Role {
    fn from(role: KeyRole) -> Self {
        match role {
            KeyRole::Device => Self::Device,
            KeyRole::OneStop => Self::OneStop,
            KeyRole::Analyst => Self::Analyst,
            KeyRole::Admin => Self::Admin,
        }
    }
}

impl Key {
    pub async fn run(self, common: &Common) -> Result<Outcome> {
        match self {
            Self::Create { role, name } => {
                let opened = open_or_create(&common.data)?;
                let secret = add_key(&*opened.store, name, role.into(), None).await?;
                table::line(&secret)?;
            }
            Self::List => {
                let opened = open_existing(&common.data)?;
                let keys = opened.store.keys().await?;
                let rows = keys.into_iter().map(|key| {
                    let role = auth::role_name(key.role).to_owned();
                    vec![key.name, role, key.created_at.to_string()]
                });
                table::print(&["name", "role", "made at"], rows.collect(), 0..0)?;
            }
            Self::Remove { name } => {
                let opened = open_existing(&common.data)?;
                let removal = Change::RemoveKey(name.clone());
                if !change(&*opened.store, removal, Deed::KeyRemove, &name, "").await? {
                    bail!("there is no key named {name:?}; see \"hai-long key list\"");
                }
            }
        }
        Ok(Outcome::Done)
    }
}

/// Makes a key, keeps its hash, and gives the secret.
pub async fn add_key(
    store: &dyn Store,
    name: String,
    role: Role,
    device: Option<DeviceSettings>,
) -> Result<String> {
    let of = if device.is_some() { "device" } else { "key" };
    let secret = auth::new_secret(role)?;
    let (deed, about) = (
        if device.is_some() {
            Deed::DeviceCreate
        } else {
            Deed::KeyCreate
        },
        name.clone(),
    );
    let detail = device.as_ref().map_or_else(
        || auth::role_name(role).to_owned(),
        DeviceSettings::in_words,
    );
    let key = Change::AddKey(Box::new(KeptKey {
        name,
        role,
        hash: auth::hash_secret(&secret),
        device,
        created_at: Timestamp::now(),
    }));
    if !change(store, key, deed, &about, &detail).await? {
        bail!(
            "there is a key named {about:?} already; choose another name, or remove it with \"hai-long {of} remove {about}\""
        );
    }
    Ok(secret)
}

/// A name for people: 1 to 64 characters, none of them white space at the ends or a control character.
pub fn name(raw: &str) -> Result<String, String> {
    let length = raw.chars().count();
    if (1..=LONGEST_NAME).contains(&length)
        && raw.trim() == raw
        && !raw.chars().any(char::is_control)
    {
        Ok(raw.to_owned())
    } else {
        Err(format!(
            "a name has 1 to {LONGEST_NAME} characters, without spaces at the ends"
        ))
    }
}
