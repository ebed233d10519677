//! Debian's Chromium through its own driver, with a profile that a test may keep over restarts.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use thirtyfour::{ChromiumLikeCapabilities, DesiredCapabilities, WebDriver};

/// A browser window; closed with its driver when dropped.
pub struct Browser {
    driver_process: Child,
    /// The WebDriver session.
    pub page: WebDriver,
}

/// Width and height of a screen in CSS pixels.
pub type Size = (u32, u32);

impl Browser {
    /// Starts Chromium with its profile in this folder.
    pub async fn start(profile: &Path) -> Result<Self> {
        let mut driver_process = Command::new("chromedriver")
            .arg("--port=0")
            .process_group(0)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("chromedriver is missing: `cargo xtask test` installs it")?;
        let port = driver_port(&mut driver_process)?;
        let mut wishes = DesiredCapabilities::chrome();
        for flag in [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            "--lang=vi",
        ] {
            wishes.add_arg(flag)?;
        }
        wishes.add_arg(&format!("--user-data-dir={}", profile.display()))?;
        let page = WebDriver::new(format!("http://127.0.0.1:{port}"), wishes).await?;
        Ok(Self {
            driver_process,
            page,
        })
    }

    /// Gives the page a screen of this size, with touch.
    pub async fn resize(&self, (width, height): Size) -> Result<()> {
        self.tell(
            "Emulation.setDeviceMetricsOverride",
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false}),
        )
        .await?;
        self.tell(
            "Emulation.setTouchEmulationEnabled",
            json!({"enabled": true}),
        )
        .await?;
        Ok(())
    }

    /// Takes the line away, or gives it back.
    pub async fn offline(&self, offline: bool) -> Result<()> {
        self.tell("Network.enable", json!({})).await?;
        self.tell(
            "Network.emulateNetworkConditions",
            json!({"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}),
        )
        .await?;
        Ok(())
    }

    /// Sends a command of the Chrome DevTools Protocol.
    pub async fn tell(&self, command: &str, parameters: Value) -> Result<Value> {
        Ok(self.page.cdp().send_raw(command, parameters).await?)
    }

    /// The value of a JavaScript expression in the page.
    pub async fn eval(&self, expression: &str) -> Result<Value> {
        let value = self
            .page
            .execute(format!("return {expression}"), Vec::new())
            .await?;
        Ok(value.json().clone())
    }

    /// Saves what the screen shows as a PNG.
    pub async fn screenshot(&self, file: &Path) -> Result<()> {
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(file, self.page.screenshot_as_png().await?)?;
        Ok(())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver leads a process group with its Chromium in it; whatever a test leaves open goes at once.
        let group = format!("-{}", self.driver_process.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.driver_process.wait();
    }
}

/// Where pictures of screens go: `target/screenshots`.
pub fn pictures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots")
}

fn driver_port(process: &mut Child) -> Result<u16> {
    let lines = BufReader::new(process.stdout.take().context("no standard output")?).lines();
    for line in lines.map_while(Result::ok) {
        if let Some((_, rest)) = line.split_once("started successfully on port ") {
            return Ok(rest.trim_end_matches('.').parse()?);
        }
    }
    bail!("chromedriver ended before it told its port")
}
