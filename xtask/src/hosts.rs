//! Pages of other frameworks for the tests: the package as `npm pack` makes it, installed into a project and bundled there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::step::{output, root};
use crate::{npm, package};

/// Where the tests find `out/*.js` and what they load.
fn folder() -> PathBuf {
    root().join("target/tools/hosts")
}

/// Builds the package and the pages' scripts, and has TypeScript hold the types against a sample.
pub fn build() -> Result<()> {
    let (source, work) = (root().join("tests/hosts"), folder());
    npm::install(&source, &work)?;
    let package = package::write()?;
    let packed = output(
        Command::new("npm")
            .args(["pack", "--silent", "--ignore-scripts", "--pack-destination"])
            .arg(&work)
            .arg(&package),
    )?;
    let packed = work.join(packed.trim());
    // Laid where npm would lay it; npm itself would touch what is locked.
    let installed = work.join("node_modules/hai-long");
    if installed.exists() {
        fs::remove_dir_all(&installed)?;
    }
    fs::create_dir_all(&installed)?;
    output(
        Command::new("tar")
            .arg("-xzf")
            .arg(&packed)
            .args(["--strip-components=1", "-C"])
            .arg(&installed),
    )?;
    copy(&source, &work, |name| {
        [".js", ".ts"].iter().any(|end| name.ends_with(end))
    })?;
    let node = |program: &str| {
        let mut command = Command::new("node");
        command.arg(work.join("node_modules").join(program));
        command.current_dir(&work);
        command
    };
    output(
        node("typescript/bin/tsc")
            .args([
                "--noEmit", "--strict", "--target", "es2022", "--module", "nodenext",
            ])
            .args([
                "--lib",
                "es2022,dom,dom.iterable",
                "--skipLibCheck",
                "false",
                "types.ts",
            ]),
    )?;
    output(node("@rollup/wasm-node/dist/bin/rollup").args(["--silent", "-c"]))?;
    // Bundlers that know these files take them along; here they are copied, as the guide says.
    copy(&installed, &work.join("out"), |name| {
        name.ends_with(".wasm") || name.ends_with(".css")
    })?;
    fs::copy(
        work.join("node_modules/jquery/dist/jquery.js"),
        work.join("out/jquery.js"),
    )?;
    Ok(())
}

/// Copies the files whose names are wanted.
fn copy(from: &Path, to: &Path, wanted: impl Fn(&str) -> bool) -> Result<()> {
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_file() && wanted(&name) {
            fs::copy(&path, to.join(name))?;
        }
    }
    Ok(())
}
