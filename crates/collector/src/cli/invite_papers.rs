//! What is printed of invites: QR codes in a folder, a sheet of slips. Only their owner may read them: each is a right.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use collector::intake::invite::Given;
use collector::qr;
use collector::slips::{self, Slip};
use collector::store::Store;

/// Where the papers go, made before anything is given out.
pub struct Papers {
    codes: Option<PathBuf>,
    sheet: Option<(PathBuf, File)>,
    slips: Vec<Slip>,
    procedures: HashMap<String, String>,
    demo: bool,
}

impl Papers {
    /// Makes folder and file; refuses those that hold something.
    pub async fn prepare(
        codes: Option<PathBuf>,
        sheet: Option<PathBuf>,
        store: &dyn Store,
    ) -> Result<Self> {
        if let Some(folder) = &codes {
            let cannot = || format!("--qr-dir: {} cannot be used", folder.display());
            fs::create_dir_all(folder).with_context(cannot)?;
            ensure!(
                fs::read_dir(folder).with_context(cannot)?.next().is_none(),
                "--qr-dir: {} is not empty; name a new folder, so that the codes of two days do not get mixed up",
                folder.display()
            );
        }
        let sheet = match sheet {
            Some(path) => {
                let file = create(&path).with_context(|| {
                    format!(
                        "--slips: {} cannot be made; name a new file",
                        path.display()
                    )
                })?;
                Some((path, file))
            }
            None => None,
        };
        let mut procedures = HashMap::new();
        if sheet.is_some() {
            let known = store.procedures().await?;
            procedures.extend(known.into_iter().map(|one| (one.code, one.name)));
        }
        Ok(Self {
            codes,
            sheet,
            slips: Vec::new(),
            procedures,
            demo: store.note("demo").await?.is_some(),
        })
    }

    /// Draws an invite that was given out.
    pub fn add(&mut self, number: u64, given: &Given, link: &str) -> Result<()> {
        if let Some(folder) = &self.codes {
            write(
                &folder.join(format!("{number:05}.svg")),
                qr::svg(link)?.as_bytes(),
            )?;
            write(&folder.join(format!("{number:05}.png")), &qr::png(link)?)?;
        }
        if self.sheet.is_some() {
            self.slips.push(Slip {
                number,
                procedure: self.procedures.get(&given.procedure).cloned(),
                token: given.token.clone(),
                link: link.to_owned(),
                expires_at: given.expires_at,
            });
        }
        Ok(())
    }

    /// Writes the sheet.
    pub fn finish(self) -> Result<()> {
        let Some((path, mut file)) = self.sheet else {
            return Ok(());
        };
        let html = slips::sheet(&self.slips, self.demo)?;
        file.write_all(html.as_bytes())
            .and_then(|()| file.sync_all())
            .with_context(|| format!("{} could not be written", path.display()))
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    create(path)
        .and_then(|mut file| file.write_all(bytes))
        .with_context(|| format!("{} could not be written", path.display()))
}

/// A new file that its owner alone may read.
fn create(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
