//! `hai-long invite --unasked`: an invite for every finished dossier that nobody was asked about, or for those drawn.

use std::collections::BTreeMap;

use anyhow::Result;
use clap::Args;
use collector::coverage::draw::{Draw, Take};
use collector::coverage::{self, CoverageRequest, UnaskedRequest};
use collector::http::Settings;
use collector::import::invites::Asked;
use collector::intake::Intake;
use collector::intake::invite::Wish;
use collector::store::terms::Term;
use jiff::civil::Date;
use survey::response::Touchpoint;

use super::audit::person;
use super::invite_papers::Papers;
use super::{Outcome, invite_file};

/// Which dossiers, and how many of them.
#[derive(Args)]
pub struct UnaskedArgs {
    /// Invite the citizens of all finished dossiers that were neither invited nor rated
    #[arg(long, conflicts_with_all = ["dossier", "file"])]
    pub unasked: bool,
    /// First day of finishing, as 2026-07-01 [default: the first there is]
    #[arg(long, requires = "unasked")]
    from: Option<Date>,
    /// Last day of finishing [default: the last there is]
    #[arg(long, requires = "unasked")]
    to: Option<Date>,
    /// Only of this receiving unit; may be repeated
    #[arg(long, requires = "unasked")]
    unit: Vec<String>,
    /// Let the collector draw whom to invite, by this published seed; with --draw or --draw-share
    #[arg(long, requires = "unasked")]
    seed: Option<String>,
    /// Draw so many of all finished dossiers
    #[arg(long, requires = "seed", value_name = "COUNT")]
    draw: Option<usize>,
    /// Draw about this share of them, as 0.1
    #[arg(long, requires = "seed", value_name = "SHARE", conflicts_with = "draw")]
    draw_share: Option<f64>,
}

/// Gives the invites out; one line of CSV each, as for a file. Without a touchpoint, who was asked at any that ends a dossier is
/// left out.
pub async fn run(
    which: UnaskedArgs,
    touchpoint: Option<Touchpoint>,
    wish: &dyn Fn(String) -> Wish,
    intake: &Intake,
    settings: &Settings,
    papers: Papers,
) -> Result<Outcome> {
    let take = match (&which.seed, which.draw, which.draw_share) {
        (None, ..) => None,
        (Some(_), Some(number), _) => Some(Take::Number(number)),
        (Some(_), None, Some(share)) => Some(Take::Share(share)),
        (Some(_), None, None) => anyhow::bail!("--seed: say how many with --draw or --draw-share"),
    };
    let draw = take
        .map(|take| Draw::new(which.seed.as_deref().unwrap_or_default(), take))
        .transpose()
        .map_err(|(field, told)| anyhow::anyhow!("the draw's {field}: {told}"))?;
    let like = wish(String::new());
    let mut filters = BTreeMap::new();
    if !which.unit.is_empty() {
        filters.insert("unit".to_owned(), which.unit);
    }
    let request = UnaskedRequest {
        of: CoverageRequest {
            form: Some(like.form),
            touchpoint: touchpoint.map(|one| one.name().to_owned()),
            from: which.from,
            to: which.to,
            filters,
            ..CoverageRequest::default()
        },
        draw,
        after: None,
        limit: usize::MAX,
    };
    let page = coverage::list(intake, request).await?;
    if let Some((drawn, of)) = page.drawn {
        eprintln!(
            "drawn {drawn} of {of} finished dossiers; those that were asked already are not invited again"
        );
    }
    let draw = page.draw.map(|draw| draw.entry(&person()));
    if let Some(draw) = draw.clone().filter(|_| page.dossiers.is_empty()) {
        intake.invite_drawn(Vec::new(), draw).await?;
    }
    let lines = page.dossiers.into_iter().zip(1..).map(|(unasked, line)| {
        let wish = wish(unasked.dossier.clone());
        let asked = Asked {
            line,
            dossier: unasked.dossier,
            touchpoint: None,
            form: None,
        };
        Ok((asked, wish))
    });
    invite_file::serve(lines.collect(), draw, intake, settings, papers).await
}
