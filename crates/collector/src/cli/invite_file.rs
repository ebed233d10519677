//! `hai-long invite --file`: an invite for each line, and a line for each.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use collector::http::Settings;
use collector::import::invites::{self, Asked};
use collector::intake::Intake;
use collector::intake::invite::{Given, Wish};
use collector::store::Entry;
use collector::store::terms::Term;
use survey::response::Fault;

use super::Outcome;
use super::import::{joined, open_file};
use super::invite_papers::Papers;

/// Invites that are given out at once.
const BATCH: usize = 500;
const HEADING: [&str; 8] = [
    "line",
    "dossier",
    "touchpoint",
    "form",
    "token",
    "link",
    "expires_at",
    "error",
];

/// What was asked in a line, or what is wrong with it.
pub type Line = Result<(Asked, Wish), (u64, Vec<Fault>)>;

/// Gives out an invite for each line of the file; `wish` fills in what a line leaves open.
pub async fn run(
    file: &Path,
    wish: &dyn Fn(String) -> Wish,
    intake: &Intake,
    settings: &Settings,
    papers: Papers,
) -> Result<Outcome> {
    let (reader, _) = open_file(file)?;
    let lines = invites::read(reader).with_context(|| file.display().to_string())?;
    let lines: Vec<Line> = lines
        .into_iter()
        .map(|line| match line {
            Ok(asked) => {
                let mut wish = wish(asked.dossier.clone());
                wish.touchpoint = asked.touchpoint.unwrap_or(wish.touchpoint);
                wish.form = asked.form.clone().unwrap_or(wish.form);
                Ok((asked, wish))
            }
            Err(refused) => Err((refused.line, refused.faults)),
        })
        .collect();
    serve(lines, None, intake, settings, papers).await
}

/// Gives out an invite for each line; those of lines that were drawn together with the entry of the draw, one for each batch.
pub async fn serve(
    lines: Vec<Line>,
    draw: Option<Entry>,
    intake: &Intake,
    settings: &Settings,
    mut papers: Papers,
) -> Result<Outcome> {
    let mut table = csv::Writer::from_writer(std::io::stdout().lock());
    table.write_record(HEADING)?;
    let mut refused = 0;
    for batch in lines.chunks(BATCH) {
        let wishes = batch
            .iter()
            .flatten()
            .map(|(_, wish)| wish.clone())
            .collect();
        let given = match &draw {
            Some(draw) => intake.invite_drawn(wishes, draw.clone()).await,
            None => intake.invite(wishes).await,
        };
        let given = match given {
            Ok(given) => given,
            Err(error) => {
                // What was given out before is not lost with the rest.
                papers.finish()?;
                return Err(error).context("the lines that are not printed were not served");
            }
        };
        let mut given = given.into_iter();
        for line in batch {
            match line {
                Err((number, faults)) => {
                    refused += 1;
                    refuse(&mut table, *number, None, faults)?;
                }
                Ok((asked, wish)) => match given.next() {
                    Some(Ok(given)) => {
                        let link = settings.link(&given.token);
                        told(&mut table, asked, wish, &given, &link)?;
                        papers.add(asked.line, &given, &link)?;
                    }
                    Some(Err(fault)) => {
                        refused += 1;
                        refuse(&mut table, asked.line, Some(wish), &[fault])?;
                    }
                    None => anyhow::bail!("no answer about line {}", asked.line),
                },
            }
        }
        table.flush()?;
    }
    papers.finish()?;
    eprintln!("given out {}, refused {refused}", lines.len() - refused);
    Ok(if refused == 0 {
        Outcome::Done
    } else {
        Outcome::Found
    })
}

fn told<W: Write>(
    table: &mut csv::Writer<W>,
    asked: &Asked,
    wish: &Wish,
    given: &Given,
    link: &str,
) -> Result<()> {
    table.write_record([
        &asked.line.to_string(),
        &wish.dossier,
        wish.touchpoint.name(),
        &wish.form,
        given.token.as_str(),
        link,
        &given.expires_at.to_string(),
        "",
    ])?;
    Ok(())
}

fn refuse<W: Write>(
    table: &mut csv::Writer<W>,
    line: u64,
    wish: Option<&Wish>,
    faults: &[Fault],
) -> Result<()> {
    let (dossier, touchpoint, form) = wish.map_or(("", "", ""), |wish| {
        (
            wish.dossier.as_str(),
            wish.touchpoint.name(),
            wish.form.as_str(),
        )
    });
    table.write_record([
        &line.to_string(),
        dossier,
        touchpoint,
        form,
        "",
        "",
        "",
        &joined(faults),
    ])?;
    Ok(())
}
