//! Citizens at home: dossiers that are finished, and a link for each.

use std::fmt::Write;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::collector::{Collector, Data};
use crate::hall::{SERVE, UNIT};

/// What the procedure is called.
pub const PROCEDURE: &str = "Đăng ký biến động đất đai";
/// What the unit is called.
pub const UNIT_NAME: &str = "Xã Tiến Hưng";

/// A collector that knows some finished dossiers.
pub struct Homes {
    /// The collector's data folder.
    pub data: Data,
    /// The collector.
    pub collector: Collector,
    key: String,
    dossiers: Vec<String>,
}

/// Tells the collector of finished dossiers.
pub fn file(data: &Data, codes: &[String]) -> Result<()> {
    data.import(
        "procedures",
        &format!("code,name,field\n1.011441,{PROCEDURE},Đất đai\n"),
    )?;
    let mut table =
        "code,procedure,unit,authority,filing_channel,received_at,due_at,finished_at,outcome\n"
            .to_owned();
    for code in codes {
        writeln!(
            table,
            "{code},1.011441,{UNIT},,desk,2026-08-04 08:10,2026-08-20 17:00,2026-08-19 10:00,granted"
        )?;
    }
    data.import("dossiers", &table)?;
    Ok(())
}

impl Homes {
    /// With so many dossiers.
    pub fn build(dossiers: usize) -> Result<Self> {
        let data = Data::new()?;
        data.import(
            "units",
            &format!("code,name,kind,parent,valid_from,valid_to\n{UNIT},{UNIT_NAME},commune,,,\n"),
        )?;
        let codes: Vec<String> = (1..=dossiers)
            .map(|number| format!("{UNIT}-260804-{number:04}"))
            .collect();
        file(&data, &codes)?;
        let key = data.hai_long(&["key", "create", "--role", "one-stop", "--name", "mot-cua"])?;
        let collector = Collector::start(&data, &SERVE)?;
        Ok(Self {
            data,
            collector,
            key,
            dossiers: codes,
        })
    }

    /// A link for each dossier.
    pub async fn links(&self) -> Result<Vec<String>> {
        let mut links = Vec::new();
        for some in self.dossiers.chunks(500) {
            let wishes: Vec<Value> = some.iter().map(|code| json!({"dossier": code})).collect();
            let answer = reqwest::Client::new()
                .post(format!("{}/api/v1/invites", self.collector.address))
                .bearer_auth(&self.key)
                .json(&json!({ "invites": wishes }))
                .send()
                .await?;
            ensure!(answer.status().is_success(), "{}", answer.status());
            let answer: Value = answer.json().await?;
            for result in answer["results"].as_array().context("results")? {
                links.push(
                    result["link"]
                        .as_str()
                        .with_context(|| result.to_string())?
                        .to_owned(),
                );
            }
        }
        Ok(links)
    }
}
