//! The command line: one binary, one subcommand for each thing that an administrator does.
//!
//! Standard output carries only what was asked for, so that it can be piped; progress, notices and errors go to
//! standard error. Exit codes: 0 done, 1 failed, 2 wrong usage.

mod access;
mod audit;
mod backup;
mod check_table;
mod coverage;
mod demo;
mod device;
mod export;
mod flag_rules;
mod flags;
mod import;
mod import_responses;
mod index;
mod invite;
mod invite_file;
mod invite_papers;
mod invite_unasked;
mod lock;
mod manifest;
mod open;
mod progress;
mod publish;
mod reports;
mod restore;
mod retention;
mod serve;
mod site;
mod table;
mod user;
mod user_link;
mod verify;

use std::io::IsTerminal;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::settings::{Common, CommonArgs, LogFormat};

const EXAMPLES: &str = "\
Examples:
  Try it with demonstration data, in a new folder:
    hai-long serve --demo --data ./try

  Set up an office: units, procedures, an account, a kiosk, then serve:
    hai-long import units units.csv --data /var/lib/hai-long
    hai-long import procedures procedures.csv --data /var/lib/hai-long
    hai-long user create --name lan --role analyst --data /var/lib/hai-long
    hai-long device create --name hall-1 --unit H57.132 --form one-stop-quick --data /var/lib/hai-long
    hai-long serve --listen 0.0.0.0:8080 --data /var/lib/hai-long

  Figures of a quarter by unit, and a check that they follow from the stored ratings:
    hai-long index --form one-stop-quick --by unit --from 2026-07-01 --to 2026-09-30
    hai-long verify

  A copy of everything, every night, and the way back:
    hai-long backup --data /var/lib/hai-long --to /mnt/backup
    hai-long restore --from /mnt/backup/hai-long-20260930T190000Z --data /var/lib/hai-long --key pseudonym.key

Settings: a flag wins over the environment (HAI_LONG_DATA, HAI_LONG_LISTEN, …), which wins over the file named by
--config, whose keys are the long names of the flags.

Every command but restore may run while the server runs on the same data folder. A running server takes at most 5 seconds to notice a
changed key, and shows imported units and procedures with the next request.

Exit codes: 0 done, 1 failed, 2 wrong usage.";

/// Citizen-satisfaction ratings for one-stop public service desks: collects them, keeps them, and shows what they add
/// up to.
#[derive(Parser)]
#[command(name = "hai-long", version, propagate_version = true, after_long_help = EXAMPLES, after_help = "More, with examples: hai-long --help")]
struct Cli {
    #[command(flatten)]
    common: CommonArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the kiosk, the staff pages and the API until interrupted
    Serve(serve::Serve),
    /// Import units, procedures or dossiers from CSV, .xlsx or JSON, or responses from a rescue file
    Import(import::Import),
    /// Give out links with which a citizen rates one dossier once: for one dossier or a file, with QR codes and slips
    Invite(invite::Invite),
    /// Print an index with its interval, coverage and everything else a reader needs to believe or doubt it
    Index(index::Index),
    /// Check a published table of counts and shares: does it add up, and does its headline follow from it?
    CheckTable(check_table::CheckTable),
    /// Tell how many ratings each rule flags as odd, and the index with and without them
    Flags(flags::Flags),
    /// Tell how many of those whose dossiers were finished were invited and rated, and whom nobody asked
    Coverage(coverage::Coverage),
    /// What the public is given: frozen tables of a month or quarter, protected together; list, make, show, withdraw, restore
    Publish(publish::Publish),
    /// Write ratings one by one to a file, for analysts
    #[command(subcommand)]
    Export(export::Export),
    /// Citizen reports (phản ánh, kiến nghị): list, add, import
    Reports(reports::Reports),
    /// Recompute every figure from the stored ratings and compare; fails on any difference
    Verify(verify::Verify),
    /// Tell who signed in, changed keys, accounts, kiosks or portals, or read comments
    Audit(audit::Audit),
    /// How long comments and texts of citizen reports are kept, and what is destroyed next: tell, set, put off
    Retention(retention::Retention),
    /// Copy everything into a folder, also while the server runs
    Backup(backup::Backup),
    /// Put a backup into a data folder that nothing uses
    Restore(restore::Restore),
    /// Load demonstration data into a new data folder
    Demo(demo::Demo),
    /// Keys for programs: make, list, remove
    #[command(subcommand)]
    Key(access::Key),
    /// Accounts for people at the staff pages: make, list, change, disable
    #[command(subcommand)]
    User(user::User),
    /// Kiosks: enrol, list, remove
    #[command(subcommand)]
    Device(device::Device),
    /// Portals whose pages may send ratings: make, list, change, rotate, revoke
    #[command(subcommand)]
    Site(site::Site),
}

/// How a command ended that did what it was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// All is well.
    Done,
    /// It found something that is not well, and has said so.
    Found,
}

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    match start(cli) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Found) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn start(cli: Cli) -> Result<Outcome> {
    let common = Common::resolve(&cli.common)?;
    let usual = if matches!(cli.command, Command::Serve(_)) {
        "info,refinery_core=warn"
    } else {
        "warn"
    };
    log_to_standard_error(&common, usual)?;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the system gave no threads")?
        .block_on(async {
            match cli.command {
                Command::Serve(command) => command.run(&common).await,
                Command::Import(command) => command.run(&common).await,
                Command::Invite(command) => command.run(&common).await,
                Command::Index(command) => command.run(&common).await,
                Command::CheckTable(command) => command.run(),
                Command::Flags(command) => command.run(&common).await,
                Command::Coverage(command) => command.run(&common).await,
                Command::Publish(command) => command.run(&common).await,
                Command::Export(command) => command.run(&common).await,
                Command::Reports(command) => command.run(&common).await,
                Command::Verify(command) => command.run(&common).await,
                Command::Audit(command) => command.run(&common).await,
                Command::Retention(command) => command.run(&common).await,
                Command::Backup(command) => command.run(&common).await,
                Command::Restore(command) => command.run(&common).await,
                Command::Demo(command) => command.run(&common).await,
                Command::Key(command) => command.run(&common).await,
                Command::User(command) => command.run(&common).await,
                Command::Device(command) => command.run(&common).await,
                Command::Site(command) => command.run(&common).await,
            }
        })
}

fn log_to_standard_error(common: &Common, usual: &str) -> Result<()> {
    let filter = common.log.as_deref().unwrap_or(usual);
    let filter = EnvFilter::try_new(filter).with_context(|| {
        format!("--log {filter:?} is no filter; write a level (error, warn, info, debug, trace) or \"info,collector=debug\"")
    })?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match common.log_format {
        LogFormat::Human => builder.init(),
        LogFormat::Json => builder.json().init(),
    }
    Ok(())
}
