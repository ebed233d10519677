//! Progress on standard error: a bar on a terminal, a line every few seconds elsewhere.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};

/// How often a line is written where there is no terminal.
const PACE: Duration = Duration::from_secs(2);

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Bytes of a file.
    Bytes,
    /// Records.
    Records,
}

/// How far one long thing has come.
pub struct Meter {
    what: String,
    counted: Counted,
    total: Option<u64>,
    done: u64,
    bar: Option<ProgressBar>,
    started: Instant,
    told: Instant,
}

impl Meter {
    /// Begins; `total` is absent where it is not known beforehand.
    pub fn begin(what: impl Into<String>, counted: Counted, total: Option<u64>) -> Self {
        let what = what.into();
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
            let position = match counted {
                Counted::Bytes => "{bytes}/{total_bytes}",
                Counted::Records => "{human_pos}/{human_len}",
            };
            let template = format!("{{prefix}} {{bar:30}} {position} {{eta}} {{msg}}");
            if let Ok(style) = ProgressStyle::with_template(&template) {
                bar.set_style(style);
            }
            bar.set_prefix(what.clone());
            bar
        });
        let now = Instant::now();
        Self {
            what,
            counted,
            total,
            done: 0,
            bar,
            started: now,
            told: now,
        }
    }

    /// This much is done.
    pub fn at(&mut self, done: u64) {
        self.done = done;
        if let Some(bar) = &self.bar {
            bar.set_position(done);
        } else if self.told.elapsed() >= PACE {
            self.told = Instant::now();
            let of = self
                .total
                .map_or_else(String::new, |total| format!(" of {}", self.number(total)));
            eprintln!("{}: {}{of}", self.what, self.number(done));
        }
    }

    /// Writes a line above the bar.
    pub fn note(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| eprintln!("{line}")),
            None => eprintln!("{line}"),
        }
    }

    /// Ends, and says how long it took.
    pub fn end(self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        eprintln!(
            "{}: {} in {:.1} s",
            self.what,
            self.number(self.done),
            self.started.elapsed().as_secs_f64()
        );
    }

    fn number(&self, value: u64) -> String {
        match self.counted {
            Counted::Bytes => HumanBytes(value).to_string(),
            Counted::Records => HumanCount(value).to_string(),
        }
    }
}
