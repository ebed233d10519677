//! What the commands need from outside Cargo: the wasm target, a browser and its driver.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::npm;
use crate::step::{cargo, output, root, run};

/// The target that the widget is compiled for.
pub const WASM: &str = "wasm32-unknown-unknown";

/// Adds the wasm target to the toolchain of this checkout when it is missing.
pub fn ensure_wasm_target() -> Result<()> {
    // The linker's own file tells whether the target is there, for toolchains with and without rustup.
    let libdir = output(
        Command::new("rustc")
            .args(["--print", "target-libdir", "--target", WASM])
            .current_dir(root()),
    );
    if libdir.is_ok_and(|dir| PathBuf::from(dir).is_dir()) {
        return Ok(());
    }
    eprintln!("      adding the Rust target {WASM} (rustup)");
    run(Command::new("rustup")
        .args(["target", "add", WASM])
        .current_dir(root()))
}

/// Firefox's driver, which Debian does not package.
const GECKODRIVER: &str = "0.37.1";

/// Makes sure that the browsers, their drivers and what checks the pages in them are there.
pub fn ensure_browsers() -> Result<()> {
    ensure(&[
        ("chromium", "chromium"),
        ("chromedriver", "chromium-driver"),
        ("firefox-esr", "firefox-esr"),
    ])?;
    ensure_geckodriver()?;
    npm::install(&root().join("tests/axe"), &root().join("target/tools/axe"))
}

/// Builds Firefox's driver in `target/tools` when it is missing or of another version; it takes two minutes, once.
fn ensure_geckodriver() -> Result<()> {
    let tools = root().join("target/tools");
    let told = output(Command::new(tools.join("bin/geckodriver")).arg("--version"));
    let version = told
        .ok()
        .and_then(|told| told.split_whitespace().nth(1).map(str::to_owned));
    if version.as_deref() == Some(GECKODRIVER) {
        return Ok(());
    }
    eprintln!("      building geckodriver {GECKODRIVER}");
    run(cargo()
        .args(["install", "geckodriver", "--locked", "--force", "--quiet"])
        .args(["--version", GECKODRIVER, "--root"])
        .arg(tools))
}

/// Makes sure that programs are on the PATH, each given with Debian's package of it: installs those packages where it
/// may, else says what to do.
pub fn ensure(wanted: &[(&str, &str)]) -> Result<()> {
    let missing: Vec<_> = wanted.iter().filter(|(program, _)| !has(program)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let (programs, packages): (Vec<&str>, Vec<&str>) = missing.into_iter().copied().unzip();
    let (programs, packages) = (programs.join(", "), packages.join(" "));
    if !has("apt-get") {
        bail!("not on the PATH: {programs}; install what is missing and run this again");
    }
    let install =
        format!("apt-get update && apt-get install --yes --no-install-recommends {packages}");
    let may = output(Command::new("id").arg("-u")).is_ok_and(|id| id == "0");
    let sudo = has("sudo") && output(Command::new("sudo").args(["-n", "true"])).is_ok();
    eprintln!("      installing {packages} from Debian's packages");
    match (may, sudo) {
        (true, _) => run(Command::new("sh").args(["-c", &install])),
        (false, true) => run(Command::new("sudo").args(["-n", "sh", "-c", &install])),
        (false, false) => bail!(
            "not on the PATH: {programs}; this user may not install packages; run once as root:\n    {install}"
        ),
    }
}

/// Is there a program of this name on the PATH?
pub fn has(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
    })
}
