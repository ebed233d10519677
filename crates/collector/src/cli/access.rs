//! `hai-long key` and `hai-long user`: who may do what.

use std::io::{BufRead, IsTerminal};

use anyhow::{Context, Result, bail};
use clap::{Subcommand, ValueEnum};
use collector::auth;
use collector::store::{DeviceSettings, Key as KeptKey, Role, Store, User as Account};
use jiff::Timestamp;

use super::open::{open_existing, open_or_create};
use super::{Outcome, table};
use crate::settings::Common;

/// Shortest password, in characters: what Argon2id and the limits on attempts make hopeless to guess.
const SHORTEST_PASSWORD: usize = 10;
/// Longest name of a key, an account or a device, in characters; what a response may name as its device.
const LONGEST_NAME: usize = 64;

const KEY_EXAMPLES: &str = "\
The key is printed alone on standard output, once: only its hash is kept. A lost key is removed and made anew.

Example:
  hai-long key create --role one-stop --name mot-cua-hue > one-stop.key";

const USER_EXAMPLES: &str = "\
The password is asked for, or read from standard input with --password-stdin; it is never an argument, where other
users of the machine could see it. Naming an account that exists replaces its password and role.

Examples:
  hai-long user create --name lan --role analyst
  pass show hai-long/lan | hai-long user create --name lan --role analyst --password-stdin";

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

/// Make accounts.
#[derive(Subcommand)]
pub enum User {
    /// Make an account, or replace its password and role
    #[command(after_help = USER_EXAMPLES)]
    Create {
        /// Login name
        #[arg(long, value_parser = name)]
        name: String,
        /// What the account may do
        #[arg(long)]
        role: UserRole,
        /// Read the password from the first line of standard input
        #[arg(long)]
        password_stdin: bool,
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

/// Roles of accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum UserRole {
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

impl From<UserRole> for Role {
    fn from(role: UserRole) -> Self {
        match role {
            UserRole::Analyst => Self::Analyst,
            UserRole::Admin => Self::Admin,
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
                if !opened.store.remove_key(&name).await? {
                    bail!("there is no key named {name:?}; see \"hai-long key list\"");
                }
            }
        }
        Ok(Outcome::Done)
    }
}

impl User {
    pub async fn run(self, common: &Common) -> Result<Outcome> {
        let Self::Create {
            name,
            role,
            password_stdin,
        } = self;
        let opened = open_or_create(&common.data)?;
        let password = if password_stdin {
            first_line_of_input()?
        } else {
            asked_password(&name)?
        };
        if password.chars().count() < SHORTEST_PASSWORD {
            bail!(
                "a password has at least {SHORTEST_PASSWORD} characters; a few words in a row are easy to keep in mind"
            );
        }
        let hash = tokio::task::spawn_blocking(move || auth::hash_password(&password)).await??;
        opened
            .store
            .put_user(Account {
                name,
                password_hash: hash,
                role: role.into(),
            })
            .await?;
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
    if store.keys().await?.iter().any(|key| key.name == name) {
        let of = if device.is_some() { "device" } else { "key" };
        bail!(
            "there is a key named {name:?} already; choose another name, or remove it with \"hai-long {of} remove {name}\""
        );
    }
    let secret = auth::new_secret(role)?;
    store
        .add_key(KeptKey {
            name,
            role,
            hash: auth::hash_secret(&secret),
            device,
            created_at: Timestamp::now(),
        })
        .await?;
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

fn first_line_of_input() -> Result<String> {
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .context("the password could not be read from standard input")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn asked_password(name: &str) -> Result<String> {
    if !std::io::stdin().is_terminal() {
        bail!(
            "there is no terminal to ask for the password; give it on standard input with --password-stdin"
        );
    }
    let first = rpassword::prompt_password(format!("Password for {name}: "))?;
    let second = rpassword::prompt_password("Again: ")?;
    if first != second {
        bail!("the two passwords differ; nothing was changed");
    }
    Ok(first)
}
