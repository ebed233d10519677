//! Debian's Chromium and Firefox through their own drivers, with a profile that a test may keep over restarts.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use thirtyfour::{ChromiumLikeCapabilities, DesiredCapabilities, WebDriver};

use crate::processes::kill_descendants;
use crate::wait::PATIENCE;

/// A browser window; closed with its driver when dropped.
pub struct Browser {
    driver: Driver,
    /// The WebDriver session.
    pub page: WebDriver,
}

/// A browser's driver; it and all that it has started are killed when it is dropped.
struct Driver {
    process: Child,
    port: u16,
}

/// Width and height of a screen in CSS pixels.
pub type Size = (u32, u32);

impl Browser {
    /// Starts Chromium with its profile in this folder.
    pub async fn start(profile: &Path) -> Result<Self> {
        Self::start_in(profile, &[]).await
    }

    /// The same, with these variables more in its environment.
    pub async fn start_in(
        profile: &Path,
        environment: &[(&'static str, OsString)],
    ) -> Result<Self> {
        let mut command = Command::new("chromedriver");
        command
            .arg("--port=0")
            .envs(environment.iter().map(|(name, value)| (name, value)));
        let driver = Driver::start(&mut command, "started successfully on port ")
            .context("chromedriver is missing: `cargo xtask test` installs it")?;
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
        let page = WebDriver::new(driver.address(), wishes).await?;
        Ok(Self { driver, page })
    }

    /// Starts Firefox with its profile in this folder. It knows no Chrome DevTools Protocol: what is told by
    /// [`Browser::tell`] fails.
    pub async fn firefox(profile: &Path) -> Result<Self> {
        // A second port, for a protocol that is not used, would otherwise be the same for all.
        let mut command = Command::new(tools().join("geckodriver"));
        command.args(["--port=0", "--websocket-port=0"]);
        let driver = Driver::start(&mut command, "Listening on 127.0.0.1:")
            .context("geckodriver is missing: `cargo xtask test` builds it")?;
        let mut wishes = DesiredCapabilities::firefox();
        wishes.set_firefox_binary("firefox-esr")?;
        for argument in ["-headless", "-profile"] {
            wishes.add_arg(argument)?;
        }
        wishes.add_arg(&profile.display().to_string())?;
        let page = WebDriver::new(driver.address(), wishes).await?;
        page.set_window_rect(0, 0, 1366, 900).await?;
        Ok(Self { driver, page })
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

    /// The value that a script in the page calls `done` with.
    pub async fn ask(&self, script: &str) -> Result<Value> {
        let script = format!("const done = arguments[arguments.length - 1]; {script}");
        let answer = self.page.execute_async(script, Vec::new()).await?;
        Ok(answer.json().clone())
    }

    /// Runs a script before those of every page that this window opens from now on.
    pub async fn before_scripts(&self, script: &str) -> Result<()> {
        self.tell(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({"source": script}),
        )
        .await?;
        Ok(())
    }

    /// SIGKILL to every process of the browser at once, as when the power goes: nothing is flushed, nothing is told.
    pub fn kill(mut self) -> Result<()> {
        self.driver.kill()
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
        // Chromium leads a session of its own, so only its driver can end it: told so here, without the runtime that
        // may be gone, while the client's own farewell would wait two minutes for it. Errors mean that it is gone.
        let _ = self.page.clone().leak();
        let _ = self.driver.end(&self.page.session_id().to_string());
    }
}

/// How often a driver is started before it is given up.
const STARTS: usize = 4;

impl Driver {
    /// Starts it, once more if it ends at once: chromedriver lets the system choose a port for IPv4 and must then find the same
    /// one free for IPv6, which beside other tests it sometimes is not.
    fn start(command: &mut Command, words: &str) -> Result<Self> {
        let mut tries = 1..STARTS;
        loop {
            match Self::start_once(command, words) {
                Err(_) if tries.next().is_some() => {}
                done => return done,
            }
        }
    }

    /// Starts it, and waits until it has told its port behind these words.
    fn start_once(command: &mut Command, words: &str) -> Result<Self> {
        let process = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut driver = Self { process, port: 0 };
        let output = driver.process.stdout.take().context("no standard output")?;
        let mut lines = BufReader::new(output).lines();
        for line in lines.by_ref().map_while(Result::ok) {
            if let Some((_, rest)) = line.split_once(words) {
                driver.port = rest.trim_end_matches('.').parse()?;
                // A driver that goes on talking may not meet a pipe that nobody reads.
                std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
                return Ok(driver);
            }
        }
        bail!("the driver ended before it told its port")
    }

    fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Ends a WebDriver session and waits until the driver has done so.
    fn end(&self, session: &str) -> std::io::Result<()> {
        let mut line = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        line.set_read_timeout(Some(PATIENCE))?;
        write!(
            line,
            "DELETE /session/{session} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\r\n",
            self.port
        )?;
        line.read_exact(&mut [0; 12]) // "HTTP/1.1 200"
    }

    fn kill(&mut self) -> Result<()> {
        kill_descendants(self.process.id())?;
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // A test that ends has no more use for it; errors mean that it is gone already.
        let _ = self.kill();
    }
}

/// Where pictures of screens go: `target/screenshots`.
pub fn pictures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots")
}

/// Where `cargo xtask test` puts programs that Debian does not package.
fn tools() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools/bin")
}
