//! What a person needs to try the demonstration: an account, a kiosk, and codes to rate.

use std::collections::{BTreeMap, HashSet};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Demo, DemoError, ratings};
use crate::auth;
use crate::store::{DeviceSettings, Key, Role, Store, User};

/// Name of the file in the data folder.
const FILE: &str = "demo-credentials.json";
/// Name of the account.
const STAFF_USER: &str = "minhhoa";
/// Name of the kiosk's key.
const DEVICE: &str = "kiosk-minh-hoa";
/// How many codes are offered.
const EXAMPLES: usize = 5;

/// The account and the kiosk of the demonstration, in clear: they open nothing but synthetic data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// Login name at `/staff`.
    pub staff_user: String,
    /// Its password.
    pub staff_password: String,
    /// Key of the kiosk.
    pub device_key: String,
    /// Unit in whose hall the kiosk stands.
    pub kiosk_unit: String,
    /// Form that the kiosk shows.
    pub kiosk_form: String,
    /// Codes of finished dossiers of that unit that nobody has rated yet.
    pub example_dossiers: Vec<String>,
}

/// What the credentials are about, known before the data are loaded.
pub(super) struct Sample {
    unit: String,
    dossiers: Vec<String>,
}

impl Sample {
    /// The busiest commune, and its latest finished dossiers without a rating.
    pub(super) fn of(demo: &Demo) -> Result<Self, DemoError> {
        let communes: HashSet<&str> = demo
            .units
            .iter()
            .filter(|unit| matches!(unit.kind.as_str(), "ward" | "township" | "commune"))
            .map(|unit| unit.code.as_str())
            .collect();
        let mut received: BTreeMap<&str, usize> = BTreeMap::new();
        for dossier in &demo.dossiers {
            if communes.contains(dossier.unit.as_str()) {
                *received.entry(&dossier.unit).or_default() += 1;
            }
        }
        let unit = received
            .into_iter()
            .max_by_key(|&(unit, count)| (count, std::cmp::Reverse(unit)))
            .map(|(unit, _)| unit.to_owned())
            .ok_or_else(|| DemoError::Data("no commune has a dossier".to_owned()))?;
        let rated: HashSet<&str> = demo
            .ratings
            .iter()
            .filter_map(|rating| rating.dossier.as_deref())
            .collect();
        let dossiers = demo
            .dossiers
            .iter()
            .rev()
            .filter(|dossier| dossier.unit == unit && dossier.finished_at.is_some())
            .filter(|dossier| !rated.contains(dossier.code.as_str()))
            .take(EXAMPLES)
            .map(|dossier| dossier.code.clone())
            .collect();
        Ok(Self { unit, dossiers })
    }
}

impl Credentials {
    /// Where they are kept in a data folder.
    pub fn path(folder: &Path) -> PathBuf {
        folder.join(FILE)
    }

    /// Makes the account and the kiosk's key anew.
    pub(super) async fn create(store: &dyn Store, sample: Sample) -> Result<Self, DemoError> {
        let credentials = Self {
            staff_user: STAFF_USER.to_owned(),
            // Twenty characters of base32 are 100 random bits.
            staff_password: auth::new_token()?.chars().take(20).collect(),
            device_key: auth::new_secret(Role::Device)?,
            kiosk_unit: sample.unit,
            kiosk_form: ratings::KIOSK_FORM.to_owned(),
            example_dossiers: sample.dossiers,
        };
        let password = credentials.staff_password.clone();
        let password_hash =
            tokio::task::spawn_blocking(move || auth::hash_password(&password)).await??;
        store
            .put_user(User {
                name: credentials.staff_user.clone(),
                password_hash,
                role: Role::Analyst,
                branch: None,
                disabled_at: None,
            })
            .await?;
        // A run that was cut off may have left its key, whose secret nobody knows any more.
        store.remove_key(DEVICE).await?;
        store
            .add_key(Key {
                name: DEVICE.to_owned(),
                role: Role::Device,
                hash: auth::hash_secret(&credentials.device_key),
                device: Some(DeviceSettings {
                    unit: credentials.kiosk_unit.clone(),
                    form: credentials.kiosk_form.clone(),
                    ..DeviceSettings::default()
                }),
                created_at: jiff::Timestamp::now(),
            })
            .await?;
        Ok(credentials)
    }

    /// Reads them from a data folder; `None` when it has none.
    ///
    /// # Errors
    /// When the file cannot be read or is not what [`Credentials::write`] wrote.
    pub fn read(folder: &Path) -> Result<Option<Self>, DemoError> {
        let path = Self::path(folder);
        let at_path = |error| DemoError::Credentials {
            path: path.clone(),
            error,
        };
        match File::open(&path) {
            Ok(file) => serde_json::from_reader(std::io::BufReader::new(file))
                .map(Some)
                .map_err(|error| at_path(error.into())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(at_path(error)),
        }
    }

    /// Writes them into a data folder, readable by the owner alone.
    pub(super) fn write(&self, folder: &Path) -> Result<(), DemoError> {
        let path = Self::path(folder);
        let write = || {
            let mut options = OpenOptions::new();
            options.write(true).create(true).truncate(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(&path)?;
            file.write_all(&serde_json::to_vec_pretty(self)?)?;
            file.sync_all()
        };
        write().map_err(|error| DemoError::Credentials {
            path: path.clone(),
            error,
        })
    }
}
