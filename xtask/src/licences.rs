//! Licences of all dependencies against the list in `deny.toml`, so that the check needs no tool to be installed.
//! Where `cargo deny` is at hand it reads the same file and also knows the advisories.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use spdx::{Expression, Licensee};

use crate::step::{cargo, output, root};

#[derive(Deserialize)]
struct Deny {
    licenses: Licenses,
}

#[derive(Deserialize)]
struct Licenses {
    allow: Vec<String>,
    #[serde(default)]
    clarify: Vec<Clarification>,
}

#[derive(Deserialize)]
struct Clarification {
    #[serde(rename = "crate")]
    name: String,
    expression: String,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
}

/// Fails with a list of the dependencies whose licence is not allowed.
pub fn check() -> Result<()> {
    let deny: Deny =
        toml::from_str(&fs::read_to_string(root().join("deny.toml"))?).context("deny.toml")?;
    let allowed = deny
        .licenses
        .allow
        .iter()
        .map(|id| {
            Licensee::parse(id)
                .with_context(|| format!("deny.toml, licenses.allow: {id:?} is no SPDX licence"))
        })
        .collect::<Result<Vec<_>>>()?;
    let clarified: BTreeMap<&str, &str> = deny
        .licenses
        .clarify
        .iter()
        .map(|clarification| {
            (
                clarification.name.as_str(),
                clarification.expression.as_str(),
            )
        })
        .collect();
    let metadata: Metadata = serde_json::from_str(&output(cargo().args([
        "metadata",
        "--format-version",
        "1",
        "--locked",
    ]))?)?;
    let mut refused = Vec::new();
    for package in &metadata.packages {
        let licence = clarified
            .get(package.name.as_str())
            .copied()
            .or(package.license.as_deref())
            .unwrap_or("");
        let fits = Expression::parse_mode(licence, spdx::ParseMode::LAX).is_ok_and(|expression| {
            expression.evaluate(|need| allowed.iter().any(|have| have.satisfies(need)))
        });
        if !fits {
            refused.push(format!(
                "  {} {}: {licence:?}",
                package.name, package.version
            ));
        }
    }
    if !refused.is_empty() {
        bail!(
            "licences that deny.toml does not allow:\n{}",
            refused.join("\n")
        );
    }
    eprintln!(
        "      {} packages, all allowed by deny.toml",
        metadata.packages.len()
    );
    Ok(())
}
