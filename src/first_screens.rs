//! Writes the static first screens: reads `{"languages":[{"lang","name"}],"forms":[JSON text]}` from standard
//! input, and prints
//! `{"kiosk":HTML,"phone":[{"form","version","html","json"}],"portal":{"form","tree"}}`. Run by the build, which puts them into the pages.

use std::io::{Read, stdin};
use std::process::ExitCode;

use hai_long::first::Screens;
use hai_long::words::Language;
use serde::Deserialize;

#[derive(Deserialize)]
struct Wanted {
    languages: Vec<Language>,
    /// Forms of the authority, beside the shipped ones.
    #[serde(default)]
    forms: Vec<String>,
}

fn main() -> ExitCode {
    let mut text = String::new();
    let wanted = stdin()
        .read_to_string(&mut text)
        .map_err(|fault| fault.to_string())
        .and_then(|_| serde_json::from_str(&text).map_err(|fault| fault.to_string()));
    let screens = wanted.and_then(|Wanted { languages, forms }| Screens::of(&languages, &forms));
    match screens {
        Ok(screens) => {
            println!("{screens}");
            ExitCode::SUCCESS
        }
        Err(fault) => {
            eprintln!("error: the first screens cannot be written: {fault}");
            ExitCode::FAILURE
        }
    }
}
