//! `hai-long site`: portals whose pages may send ratings.

use anyhow::{Result, bail};
use clap::Subcommand;
use collector::site::{self, OVERLAP_DAYS};
use collector::store::{Change, Deed, Site as Kept, SiteKey};
use jiff::Timestamp;

use super::access::name;
use super::audit::{change, person};
use super::open::{Opened, open_existing, open_or_create};
use super::{Outcome, table};
use crate::settings::Common;

const CREATE_EXAMPLES: &str = "\
A portal's page shows the widget with the site's key, which is printed alone on standard output. The key is no secret:
everybody can read it in the page. It is good only from pages of the origins named here, so name each address that citizens
see in their browser, with https:// and without a path.

Ratings are placed at the unit of their dossier, or at the one in its code while the dossier has not been fed yet. --unit is
where ratings go that neither places: the portal's own office. Without it they are refused unless they name their unit.

Examples:
  hai-long site create --name dvc-hue --origins https://dichvucong.hue.gov.vn --unit 000.00.19.H57
  hai-long site create --name xa-a --origins https://xa-a.gov.vn,https://www.xa-a.gov.vn --unit H57.132";

const ROTATE_EXAMPLES: &str = "\
Prints another key. The keys before it stay good for --overlap-days, so that pages can be changed one after the other; a
browser may keep a rating for days before it can send it, so leave them time. With 0 they end at once.

Examples:
  hai-long site rotate dvc-hue
  hai-long site rotate dvc-hue --overlap-days 0       # the key is misused";

const SET_EXAMPLES: &str = "\
Takes effect with the next request. A browser may keep an allowance for ten minutes.

Examples:
  hai-long site set dvc-hue --add-origins https://beta.dichvucong.hue.gov.vn
  hai-long site set dvc-hue --origins https://dichvucong.hue.gov.vn --unit default";

/// Let portals send ratings: make, list, change, rotate and revoke their keys.
#[derive(Subcommand)]
pub enum Site {
    /// Let a portal send ratings, and print its key
    #[command(after_help = CREATE_EXAMPLES)]
    Create {
        /// A name that tells which portal it is
        #[arg(long, value_parser = name)]
        name: String,
        /// Origins of its pages, separated by commas
        #[arg(long, required = true, value_delimiter = ',', value_parser = site::origin, value_name = "ORIGINS")]
        origins: Vec<String>,
        /// Code of the unit of ratings that no dossier places
        #[arg(long)]
        unit: Option<String>,
        /// Id of the form that its pages ask, where they name none [default: one-stop-quick]
        #[arg(long)]
        form: Option<String>,
    },
    /// List portals with their keys and origins
    List,
    /// Change the origins or the unit of a portal
    #[command(after_help = SET_EXAMPLES)]
    Set {
        /// Its name
        name: String,
        /// Origins of its pages, in place of those there are
        #[arg(long, value_delimiter = ',', value_parser = site::origin, value_name = "ORIGINS")]
        origins: Vec<String>,
        /// Origins beside those there are
        #[arg(long, value_delimiter = ',', value_parser = site::origin, value_name = "ORIGINS")]
        add_origins: Vec<String>,
        /// Code of the unit of ratings that no dossier places; "default" for none
        #[arg(long)]
        unit: Option<String>,
        /// Id of the form that its pages ask, where they name none; "default" for the usual one
        #[arg(long)]
        form: Option<String>,
    },
    /// Give a portal another key; the old one stays good for a while
    #[command(after_help = ROTATE_EXAMPLES)]
    Rotate {
        /// Its name
        name: String,
        /// For how many days the keys before it stay good
        #[arg(long, default_value_t = OVERLAP_DAYS, value_name = "DAYS")]
        overlap_days: u16,
    },
    /// End a portal: what its pages send is refused from then on
    Revoke {
        /// Its name
        name: String,
    },
}

impl Site {
    pub async fn run(self, common: &Common) -> Result<Outcome> {
        match self {
            Self::Create {
                name,
                origins,
                unit,
                form,
            } => {
                let opened = open_or_create(&common.data)?;
                check(&opened, unit.as_deref(), form.as_deref()).await?;
                if unit.is_none() {
                    eprintln!(
                        "note: without --unit, ratings that no dossier places are refused; see \"hai-long site create --help\""
                    );
                }
                let who = person();
                let made = site::create(&*opened.store, &name, origins, unit, form, &who).await?;
                let Some(key) = made else {
                    bail!(
                        "there is or was a site named {name:?}; choose another name, or see \"hai-long site list\""
                    );
                };
                table::line(&key)?;
            }
            Self::List => {
                let opened = open_existing(&common.data)?;
                let sites = opened.store.sites().await?;
                let rows = sites.iter().flat_map(rows).collect();
                table::print(
                    &["name", "key", "state", "unit", "form", "origins"],
                    rows,
                    0..0,
                )?;
            }
            Self::Set {
                name,
                origins,
                add_origins,
                unit,
                form,
            } => {
                let opened = open_existing(&common.data)?;
                let Some(mut site) = live(&opened, &name).await? else {
                    bail!(unknown(&name));
                };
                if !origins.is_empty() {
                    site.origins = origins;
                }
                site.origins.extend(add_origins);
                site.unit = over(site.unit, unit);
                site.form = over(site.form, form);
                check(&opened, site.unit.as_deref(), site.form.as_deref()).await?;
                let detail = format!(
                    "unit {}, form {}, {}",
                    site.unit.as_deref().unwrap_or("-"),
                    site.form.as_deref().unwrap_or("-"),
                    site.origins.join(" ")
                );
                let set = Change::SetSite(site);
                if !change(&*opened.store, set, Deed::SiteSet, &name, &detail).await? {
                    bail!(unknown(&name));
                }
            }
            Self::Rotate { name, overlap_days } => {
                let opened = open_existing(&common.data)?;
                let rotated = site::rotate(&*opened.store, &name, overlap_days, &person()).await?;
                let Some((key, until)) = rotated else {
                    bail!(unknown(&name));
                };
                table::line(&key)?;
                eprintln!("The keys before it are good until {until}.");
            }
            Self::Revoke { name } => {
                let opened = open_existing(&common.data)?;
                let end = Change::RevokeSite(name.clone(), Timestamp::now());
                if !change(&*opened.store, end, Deed::SiteRevoke, &name, "").await? {
                    bail!(unknown(&name));
                }
            }
        }
        Ok(Outcome::Done)
    }
}

async fn live(opened: &Opened, name: &str) -> Result<Option<Kept>> {
    let sites = opened.store.sites().await?;
    Ok(sites
        .into_iter()
        .find(|site| site.name == name && site.revoked_at.is_none()))
}

fn unknown(name: &str) -> String {
    format!("there is no site named {name:?}, or it is revoked; see \"hai-long site list\"")
}

/// One row for each key.
fn rows(site: &Kept) -> Vec<Vec<String>> {
    let now = Timestamp::now();
    let state = |key: &SiteKey| match (site.ended(&key.key, now), key.expires_at) {
        (Some(ended), _) if site.revoked_at == Some(ended) => format!("revoked {ended}"),
        (Some(ended), _) => format!("ended {ended}"),
        (None, Some(until)) => format!("good until {until}"),
        (None, None) => "in use".to_owned(),
    };
    site.keys
        .iter()
        .map(|key| {
            vec![
                site.name.clone(),
                key.key.clone(),
                state(key),
                site.unit.clone().unwrap_or_default(),
                site.form.clone().unwrap_or_default(),
                site.origins.join(" "),
            ]
        })
        .collect()
}

/// What was there, unless something was given; "default" takes it back.
fn over(before: Option<String>, given: Option<String>) -> Option<String> {
    match given.as_deref() {
        None => before,
        Some("default") => None,
        Some(_) => given,
    }
}

/// Refuses an unknown form, and warns of a unit that is not known yet.
async fn check(opened: &Opened, unit: Option<&str>, form: Option<&str>) -> Result<()> {
    if let Some(form) = form
        && opened.forms.newest(form).is_none()
    {
        let mut ids: Vec<&str> = opened.forms.iter().map(|form| form.id.as_str()).collect();
        ids.dedup();
        bail!("there is no form {form:?}; use one of {}", ids.join(", "));
    }
    if let Some(unit) = unit
        && !opened
            .store
            .units()
            .await?
            .iter()
            .any(|known| known.code == unit)
    {
        eprintln!(
            "warning: the unit {unit:?} is not in the table of units; its ratings are marked until it is imported"
        );
    }
    Ok(())
}
