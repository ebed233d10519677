//! `hai-long device`: kiosks.

use anyhow::{Result, bail};
use clap::Subcommand;
use collector::store::{DeviceSettings, Role};

use super::access::{add_key, name};
use super::open::{open_existing, open_or_create};
use super::{Outcome, table};
use crate::settings::{Common, ServerArgs};

const EXAMPLES: &str = "\
The kiosk's key is printed alone on standard output, once; the address to open on the kiosk, with the key in it, goes to
standard error. The kiosk keeps the key, so the address is opened once.

Example:
  hai-long device create --name hall-1 --unit H57.132 --form one-stop-quick";

/// Enrol, list and remove kiosks.
#[derive(Subcommand)]
pub enum Device {
    /// Enrol a kiosk and print its key
    #[command(after_help = EXAMPLES)]
    Create {
        /// A name that tells where it stands
        #[arg(long, value_parser = name)]
        name: String,
        /// Code of the unit in whose hall it stands
        #[arg(long)]
        unit: String,
        /// Id of the form that it shows
        #[arg(long)]
        form: String,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// List kiosks
    List,
    /// Remove a kiosk: its ratings are refused from then on
    Remove {
        /// Its name
        name: String,
    },
}

impl Device {
    pub async fn run(self, common: &Common) -> Result<Outcome> {
        match self {
            Self::Create {
                name,
                unit,
                form,
                server,
            } => {
                let opened = open_or_create(&common.data)?;
                if opened.forms.newest(&form).is_none() {
                    let mut ids: Vec<&str> =
                        opened.forms.iter().map(|form| form.id.as_str()).collect();
                    ids.dedup();
                    bail!("there is no form {form:?}; use one of {}", ids.join(", "));
                }
                if !opened
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
                let settings = DeviceSettings { unit, form };
                let secret = add_key(&*opened.store, name, Role::Device, Some(settings)).await?;
                table::line(&secret)?;
                eprintln!(
                    "Open this once on the kiosk:  http://{}/kiosk#key={secret}",
                    common.server(&server).listen
                );
            }
            Self::List => {
                let opened = open_existing(&common.data)?;
                let rows = opened.store.keys().await?.into_iter().filter_map(|key| {
                    let device = key.device?;
                    Some(vec![
                        key.name,
                        device.unit,
                        device.form,
                        key.created_at.to_string(),
                    ])
                });
                table::print(&["name", "unit", "form", "made at"], rows.collect(), 0..0)?;
            }
            Self::Remove { name } => {
                let opened = open_existing(&common.data)?;
                let keys = opened.store.keys().await?;
                let is_device =
                    |key: &collector::store::Key| key.name == name && key.device.is_some();
                if !keys.iter().any(is_device) || !opened.store.remove_key(&name).await? {
                    bail!("there is no kiosk named {name:?}; see \"hai-long device list\"");
                }
            }
        }
        Ok(Outcome::Done)
    }
}
