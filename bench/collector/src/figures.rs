//! The figures' file; `README.md` tells what each field means.

use serde::Serialize;

use crate::spread::Spread;

/// Everything that one run measured.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    pub schema: u32,
    pub date: String,
    pub quick: bool,
    pub machine: Machine,
    pub versions: Versions,
    pub rounds: usize,
    pub slot_seconds: f64,
    pub disk: Disk,
    pub throughput: Vec<Throughput>,
    pub memory: Held,
    pub start_up: Vec<StartUp>,
    pub import: Import,
    pub index: Vec<Index>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Machine {
    pub cpu: String,
    pub cores: usize,
    pub memory_mb: u64,
    pub kernel: String,
    pub load_before: f64,
    pub load_after: f64,
}

#[derive(Serialize)]
pub struct Versions {
    pub ours: String,
    pub rustc: String,
    pub sqlite: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Disk {
    pub fsync_per_second: Spread,
    pub fdatasync_per_second: Spread,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Throughput {
    pub clients: u64,
    pub batch: u64,
    pub collector: Spread,
    pub p50_ms: Spread,
    pub p95_ms: Spread,
    pub json_handler: Spread,
    pub bare_handler: Spread,
    pub sqlite: Spread,
    pub ratios: Ratios,
}

/// The collector's figure divided by the limit's, round by round.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ratios {
    pub json_handler: Spread,
    pub bare_handler: Spread,
    pub sqlite: Spread,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Held {
    pub rest_mb: Spread,
    pub load_peak_mb: Spread,
}

#[derive(Serialize)]
pub struct StartUp {
    pub responses: u64,
    pub ms: Spread,
}

#[derive(Serialize)]
pub struct Import {
    pub dossiers: u64,
    pub seconds: Spread,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Index {
    pub responses: u64,
    pub units: u64,
    pub items: u64,
    pub database_mb: f64,
    pub load_seconds: f64,
    pub growth: Vec<Growth>,
    pub queries: Vec<Query>,
    pub log_scan_ms: Spread,
    /// All units with flags, when the log of the quarter has to be read for the rules first.
    pub rules_first_ms: f64,
    /// The same again.
    pub rules_again_ms: Spread,
    pub file_check_seconds: f64,
    pub verify_seconds: f64,
    pub rest_mb: f64,
    pub peak_mb: f64,
}

/// A tenth of a load.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Growth {
    pub responses: u64,
    pub per_second: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Query {
    pub name: &'static str,
    pub store_ms: Spread,
    pub http_ms: Spread,
    pub bytes: usize,
}
