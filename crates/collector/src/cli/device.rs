//! `hai-long device`: kiosks.

use anyhow::{Result, anyhow, bail};
use clap::{Args, Subcommand};
use collector::enrolment;
use collector::kiosk_settings::{self, Written};
use collector::store::{Change, Deed, DeviceSettings, Role, StoreError};
use survey::kiosk::KioskSettings;
use survey::response::Fault;

use super::access::{add_key, name};
use super::audit::{change, person};
use super::open::{Opened, open_existing, open_or_create};
use super::{Outcome, table};
use crate::settings::{Common, ServerArgs};

const CREATE_EXAMPLES: &str = "\
The kiosk's key is printed alone on standard output, once; the address to open on the kiosk, with the key in it, goes to
standard error. The kiosk keeps the key, so the address is opened once. Where nobody can type an address, use
\"device code\".

Example:
  hai-long device create --name hall-1 --unit H57.132 --form one-stop-quick";

const CODE_EXAMPLES: &str = "\
Open /kiosk on the machine and type the eight digits there within 15 minutes; the kiosk then has its key. For a name that
is enrolled already (a machine that has lost its key) unit, form and settings stay unless they are given.

Examples:
  hai-long device code --name hall-1 --unit H57.132 --form one-stop-quick --languages vi,km
  hai-long device code --name hall-1";

const SET_EXAMPLES: &str = "\
A running kiosk takes the change over within ten minutes, between two visits, and keeps it when it is offline. The word
\"default\" takes a choice back.

Examples:
  hai-long device set hall-1 --languages vi,en,km --idle 60
  hai-long device set hall-1 --screen-inches 21.5 --presentation two-step
  hai-long device set hall-1 --idle default";

/// Enrol, set up, list and remove kiosks.
#[derive(Subcommand)]
pub enum Device {
    /// Enrol a kiosk and print its key
    #[command(after_help = CREATE_EXAMPLES)]
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
        chosen: Chosen,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Print a code of eight digits that enrols a kiosk when it is typed there
    #[command(after_help = CODE_EXAMPLES)]
    Code {
        /// A name that tells where it stands
        #[arg(long, value_parser = name)]
        name: String,
        /// Code of the unit in whose hall it stands
        #[arg(long)]
        unit: Option<String>,
        /// Id of the form that it shows
        #[arg(long)]
        form: Option<String>,
        #[command(flatten)]
        chosen: Chosen,
    },
    /// Change what a kiosk is set up to do
    #[command(after_help = SET_EXAMPLES)]
    Set {
        /// Its name
        name: String,
        /// Code of the unit in whose hall it stands
        #[arg(long)]
        unit: Option<String>,
        /// Id of the form that it shows
        #[arg(long)]
        form: Option<String>,
        #[command(flatten)]
        chosen: Chosen,
    },
    /// List kiosks
    List,
    /// Remove a kiosk: its ratings are refused from then on
    Remove {
        /// Its name
        name: String,
    },
}

/// What may be chosen for a kiosk.
#[derive(Args, Default)]
pub struct Chosen {
    /// Languages to choose from, in this order [default: all that are served]
    #[arg(long, value_name = "TAGS")]
    languages: Option<String>,
    /// Seconds of quiet after which it asks whether somebody is there, 20 to 180 [default: 45]
    #[arg(long, value_name = "SECONDS")]
    idle: Option<String>,
    /// Diagonal of the screen, for sizes in millimetres [default: 100 pixels an inch]
    #[arg(long, value_name = "INCHES")]
    screen_inches: Option<String>,
    /// "faces" for all levels at once, "two-step" for three faces and then the strength [default: faces]
    #[arg(long, value_name = "WAY")]
    presentation: Option<String>,
    /// "ascending" (worst first) or "descending" [default: the form's]
    #[arg(long, value_name = "ORDER")]
    scale_order: Option<String>,
    /// The moment that is rated: receipt, supplement, refusal or result [default: result]
    #[arg(long, value_name = "MOMENT")]
    touchpoint: Option<String>,
}

impl Chosen {
    fn over(&self, settings: &KioskSettings) -> Result<KioskSettings> {
        let fields = [
            ("languages", &self.languages),
            ("idle_s", &self.idle),
            ("screen_inches", &self.screen_inches),
            ("presentation", &self.presentation),
            ("scale_order", &self.scale_order),
            ("touchpoint", &self.touchpoint),
        ];
        let written: Vec<Written<'_>> = fields
            .into_iter()
            .filter_map(|(field, text)| Some((field, text.as_deref()?)))
            .collect();
        kiosk_settings::changed(settings, &written).map_err(told)
    }
}

/// A fault by the name of its option.
fn told(fault: Fault) -> anyhow::Error {
    let option = fault.field.trim_end_matches("_s").replace('_', "-");
    anyhow!("--{option}: {}", fault.message)
}

impl Device {
    pub async fn run(self, common: &Common) -> Result<Outcome> {
        match self {
            Self::Create {
                name,
                unit,
                form,
                chosen,
                server,
            } => {
                let opened = open_or_create(&common.data)?;
                let kiosk = chosen.over(&KioskSettings::default())?;
                let settings = DeviceSettings { unit, form, kiosk };
                check(&opened, &settings).await?;
                let secret = add_key(&*opened.store, name, Role::Device, Some(settings)).await?;
                table::line(&secret)?;
                eprintln!(
                    "Open this once on the kiosk:  http://{}/kiosk#key={secret}",
                    common.server(&server).listen
                );
            }
            Self::Code {
                name,
                unit,
                form,
                chosen,
            } => {
                let opened = open_or_create(&common.data)?;
                let before = opened.store.device(&name).await?;
                if before.is_none() && (unit.is_none() || form.is_none()) {
                    bail!(
                        "there is no kiosk named {name:?} yet; say --unit and --form, too, to enrol it"
                    );
                }
                let settings = over(before.unwrap_or_default(), unit, form, &chosen)?;
                check(&opened, &settings).await?;
                let given = enrolment::open(&*opened.store, &name, settings, &person()).await;
                let given = given.map_err(|error| match error {
                    enrolment::EnrolmentError::Store(StoreError::NameTaken(name)) => anyhow!(
                        "there is a key named {name:?} that is no kiosk's; choose another name"
                    ),
                    error => error.into(),
                })?;
                table::line(&given.code)?;
                eprintln!(
                    "Open /kiosk on the machine and type these digits before {}.",
                    given.expires_at
                );
            }
            Self::Set {
                name,
                unit,
                form,
                chosen,
            } => {
                let opened = open_existing(&common.data)?;
                let Some(before) = opened.store.device(&name).await? else {
                    bail!(unknown(&name));
                };
                let settings = over(before, unit, form, &chosen)?;
                check(&opened, &settings).await?;
                let detail = settings.in_words();
                let set = Change::SetDevice(name.clone(), Box::new(settings));
                if !change(&*opened.store, set, Deed::DeviceSet, &name, &detail).await? {
                    bail!(unknown(&name));
                }
            }
            Self::List => {
                let opened = open_existing(&common.data)?;
                let mut rows = Vec::new();
                for key in opened.store.keys().await? {
                    if let Some(device) = key.device {
                        rows.push(vec![
                            key.name,
                            device.unit,
                            device.form,
                            key.created_at.to_string(),
                            serde_json::to_string(&device.kiosk)?,
                        ]);
                    }
                }
                table::print(&["name", "unit", "form", "made at", "chosen"], rows, 0..0)?;
            }
            Self::Remove { name } => {
                let opened = open_existing(&common.data)?;
                let known = opened.store.device(&name).await?.is_some();
                let removal = Change::RemoveKey(name.clone());
                if !known || !change(&*opened.store, removal, Deed::DeviceRemove, &name, "").await?
                {
                    bail!(unknown(&name));
                }
            }
        }
        Ok(Outcome::Done)
    }
}

fn unknown(name: &str) -> String {
    format!("there is no kiosk named {name:?}; see \"hai-long device list\"")
}

/// The settings with what was given in place of what was there.
fn over(
    before: DeviceSettings,
    unit: Option<String>,
    form: Option<String>,
    chosen: &Chosen,
) -> Result<DeviceSettings> {
    Ok(DeviceSettings {
        unit: unit.unwrap_or(before.unit),
        form: form.unwrap_or(before.form),
        kiosk: chosen.over(&before.kiosk)?,
    })
}

/// Refuses an unknown form, and warns of an unknown unit.
async fn check(opened: &Opened, settings: &DeviceSettings) -> Result<()> {
    let DeviceSettings { unit, form, .. } = settings;
    if opened.forms.newest(form).is_none() {
        let mut ids: Vec<&str> = opened.forms.iter().map(|form| form.id.as_str()).collect();
        ids.dedup();
        bail!("there is no form {form:?}; use one of {}", ids.join(", "));
    }
    let units = opened.store.units().await?;
    if !units.iter().any(|known| known.code == *unit) {
        eprintln!(
            "warning: the unit {unit:?} is not in the table of units; its ratings are marked until it is imported"
        );
    }
    Ok(())
}
