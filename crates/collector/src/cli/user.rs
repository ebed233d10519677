//! `hai-long user`: accounts of people, what they may do and which units they see.

use std::io::{BufRead, IsTerminal};

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use collector::auth;
use collector::store::{Change, Deed, Role, User as Account};
use jiff::Timestamp;

use super::access::name;
use super::audit::change;
use super::open::{Opened, open_existing, open_or_create};
use super::user_link::{self, LinkTo};
use super::{Outcome, table};
use crate::settings::Common;

/// Shortest password, in characters: what Argon2id and the limits on attempts make hopeless to guess.
const SHORTEST_PASSWORD: usize = 10;
/// What the audit log opens the names of people at the command line with.
const COMMAND_LINE: &str = "cli:";

const ROLES: &str = "\
Roles:
  admin      everything, the kiosks and the audit log too; sees all units
  analyst    reads figures and comments, works on citizen reports
  unit       reads figures, comments and citizen reports of its branch, changes nothing
  read-only  reads figures, comments and citizen reports, changes nothing

A branch is a unit with all units that were ever below it. An account with a branch sees nothing of other units, on no page and in
no file; without one it sees all. Changes end the account's sessions at once.";

const CREATE_EXAMPLES: &str = "\
The password is asked for, or read from standard input with --password-stdin; it is never an argument, where other
users of the machine could see it. With --no-password only the accounts of the authority open it ('user link').
Naming an account that exists replaces its password, role and branch, and leaves its links.

Examples:
  hai-long user create --name lan --role analyst
  hai-long user create --name xa-a --role unit --branch H57.132
  pass show hai-long/lan | hai-long user create --name lan --role analyst --password-stdin
  hai-long user create --name hoa --role analyst --no-password";

const LINK_EXAMPLES: &str = "\
Signing in by OpenID Connect makes no account: it opens the one that is linked here. Somebody without a link is shown issuer
and subject to pass on. By an e-mail address the first person opens it for whom the provider has verified the address; from
then on it is that person's, whatever becomes of the address. An account has one person at a provider, a person one account.

Examples:
  hai-long user link lan --issuer https://sso.tinh.gov.vn/realms/tinh --subject 3f0c2a7e-...
  hai-long user link lan --email lan@tinh.gov.vn    # issuer from HAI_LONG_OIDC_ISSUER or the settings file
  hai-long user unlink lan";

const SET_EXAMPLES: &str = "\
Examples:
  hai-long user set lan --role read-only
  hai-long user set lan --branch H57.132
  hai-long user set lan --branch all          # sees all units again";

/// Make, list and change accounts.
#[derive(Subcommand)]
#[command(after_help = ROLES)]
pub enum User {
    /// Make an account, or replace its password, role and branch
    #[command(after_help = CREATE_EXAMPLES, after_long_help = CREATE_EXAMPLES)]
    Create {
        /// Login name
        #[arg(long, value_parser = name)]
        name: String,
        /// What the account may do; "hai-long user --help" explains the roles
        #[arg(long)]
        role: UserRole,
        /// Code of the unit that it sees, with all below; needed for the role "unit" [default: all units]
        #[arg(long, value_name = "UNIT")]
        branch: Option<String>,
        #[command(flatten)]
        from: PasswordFrom,
    },
    /// List accounts: names, roles, branches, and since when they are disabled
    List,
    /// Change the role or the branch of an account
    #[command(after_help = SET_EXAMPLES)]
    Set {
        /// Login name
        name: String,
        /// What the account may do
        #[arg(long, required_unless_present = "branch")]
        role: Option<UserRole>,
        /// Code of the unit that it sees, with all below; "all" for all units
        #[arg(long, value_name = "UNIT")]
        branch: Option<String>,
    },
    /// Keep an account from signing in, and end its sessions
    Disable {
        /// Login name
        name: String,
    },
    /// Let a disabled account sign in again
    Enable {
        /// Login name
        name: String,
    },
    /// Let an account be opened by an account at the provider, too, and end its sessions
    #[command(after_help = LINK_EXAMPLES)]
    Link {
        /// Login name
        name: String,
        #[command(flatten)]
        to: LinkTo,
    },
    /// Take an account's links to providers away, and end its sessions
    Unlink {
        /// Login name
        name: String,
    },
    /// Give an account another password, or none, and end its sessions
    Password {
        /// Login name
        name: String,
        #[command(flatten)]
        from: PasswordFrom,
    },
}

/// Where the password comes from.
#[derive(Args)]
pub struct PasswordFrom {
    /// Read the password from the first line of standard input
    #[arg(long)]
    password_stdin: bool,
    /// No password: only an account at the provider opens it
    #[arg(long, conflicts_with = "password_stdin")]
    no_password: bool,
}

/// Roles of accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum UserRole {
    /// Everything
    Admin,
    /// Reads figures and comments, works on citizen reports
    Analyst,
    /// Reads about its branch, changes nothing
    Unit,
    /// Reads and changes nothing
    ReadOnly,
}

impl From<UserRole> for Role {
    fn from(role: UserRole) -> Self {
        match role {
            UserRole::Admin => Self::Admin,
            UserRole::Analyst => Self::Analyst,
            UserRole::Unit => Self::Unit,
            UserRole::ReadOnly => Self::ReadOnly,
        }
    }
}

impl User {
    pub async fn run(self, common: &Common) -> Result<Outcome> {
        match self {
            Self::Create {
                name,
                role,
                branch,
                from,
            } => {
                if name.starts_with(COMMAND_LINE) {
                    bail!(
                        "--name: names with {COMMAND_LINE:?} in front are those of the command line in the audit log; choose another"
                    );
                }
                let opened = open_or_create(&common.data)?;
                let mut account = Account {
                    name,
                    password_hash: String::new(),
                    role: role.into(),
                    branch,
                    disabled_at: None,
                };
                fits(&opened, &account).await?;
                account.password_hash = from.hash(&account.name).await?;
                let deed = match opened.store.user(&account.name).await? {
                    Some(_) => Deed::UserChange,
                    None => Deed::UserCreate,
                };
                let detail = format!("{}, {}", from.told(), told(&account));
                let name = account.name.clone();
                put(&opened, account, deed, &detail).await?;
                user_link::tell(&*opened.store, &name).await?;
            }
            Self::List => {
                let opened = open_existing(&common.data)?;
                let accounts = opened.store.users().await?;
                let links = opened.store.identities().await?;
                let rows = accounts.into_iter().map(|account| {
                    let linked = user_link::told_of(&links, &account.name);
                    let password = if account.password_hash.is_empty() {
                        "no"
                    } else {
                        "yes"
                    };
                    vec![
                        account.name,
                        auth::role_name(account.role).to_owned(),
                        account.branch.unwrap_or_else(|| "all".to_owned()),
                        account
                            .disabled_at
                            .map(|at| at.to_string())
                            .unwrap_or_default(),
                        password.to_owned(),
                        linked,
                    ]
                });
                let heading = [
                    "name",
                    "role",
                    "branch",
                    "disabled since",
                    "password",
                    "linked to",
                ];
                table::print(&heading, rows.collect(), 0..0)?;
            }
            Self::Set { name, role, branch } => {
                let (opened, mut account) = known(common, &name).await?;
                account.role = role.map_or(account.role, Role::from);
                match branch.as_deref() {
                    None => {}
                    Some("all") => account.branch = None,
                    Some(_) => account.branch = branch,
                }
                fits(&opened, &account).await?;
                let detail = told(&account);
                put(&opened, account, Deed::UserChange, &detail).await?;
            }
            Self::Disable { name } => {
                let (opened, mut account) = known(common, &name).await?;
                account.disabled_at = account.disabled_at.or_else(|| Some(Timestamp::now()));
                put(&opened, account, Deed::UserChange, "disabled").await?;
            }
            Self::Enable { name } => {
                let (opened, mut account) = known(common, &name).await?;
                account.disabled_at = None;
                put(&opened, account, Deed::UserChange, "enabled").await?;
            }
            Self::Link { name, to } => {
                let (opened, account) = known(common, &name).await?;
                to.link(&*opened.store, common, &account.name).await?;
            }
            Self::Unlink { name } => {
                let (opened, account) = known(common, &name).await?;
                let unlink = Change::Unlink(account.name);
                let deed = Deed::UserChange;
                if !change(&*opened.store, unlink, deed, &name, "unlinked").await? {
                    bail!("the account {name:?} is not linked; see \"hai-long user list\"");
                }
            }
            Self::Password { name, from } => {
                let (opened, mut account) = known(common, &name).await?;
                account.password_hash = from.hash(&name).await?;
                put(&opened, account, Deed::UserChange, from.told()).await?;
            }
        }
        Ok(Outcome::Done)
    }
}

fn told(account: &Account) -> String {
    format!(
        "role {}, branch {}",
        auth::role_name(account.role),
        account.branch.as_deref().unwrap_or("all")
    )
}

/// Refuses a branch that does not go with the role, or that there is no unit for.
async fn fits(opened: &Opened, account: &Account) -> Result<()> {
    match (account.role, &account.branch) {
        (Role::Unit, None) => bail!(
            "--branch: an account with the role \"unit\" needs the code of its unit; \"read-only\" sees all units"
        ),
        (Role::Admin, Some(_)) => bail!(
            "--branch: an administrator sees all units; leave it out, say \"all\", or choose another role"
        ),
        _ => {}
    }
    if let Some(branch) = &account.branch
        && !opened
            .store
            .units()
            .await?
            .iter()
            .any(|unit| unit.code == *branch)
    {
        bail!(
            "--branch: there is no unit {branch:?} in the table of units; import it first with \"hai-long import units\""
        );
    }
    Ok(())
}

async fn known(common: &Common, name: &str) -> Result<(Opened, Account)> {
    let opened = open_existing(&common.data)?;
    let Some(account) = opened.store.user(name).await? else {
        bail!("there is no account named {name:?}; see \"hai-long user list\"");
    };
    Ok((opened, account))
}

async fn put(opened: &Opened, account: Account, deed: Deed, detail: &str) -> Result<()> {
    let name = account.name.clone();
    change(
        &*opened.store,
        Change::PutUser(account),
        deed,
        &name,
        detail,
    )
    .await?;
    Ok(())
}

impl PasswordFrom {
    /// In the audit log.
    fn told(&self) -> &'static str {
        if self.no_password {
            "no password"
        } else {
            "password"
        }
    }

    /// The password's hash; empty for none.
    async fn hash(&self, name: &str) -> Result<String> {
        if self.no_password {
            return Ok(String::new());
        }
        let password = if self.password_stdin {
            first_line_of_input()?
        } else {
            asked_password(name)?
        };
        if password.chars().count() < SHORTEST_PASSWORD {
            bail!(
                "a password has at least {SHORTEST_PASSWORD} characters; a few words in a row are easy to keep in mind"
            );
        }
        Ok(tokio::task::spawn_blocking(move || auth::hash_password(&password)).await??)
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
