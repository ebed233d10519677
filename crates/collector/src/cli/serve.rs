//! `hai-long serve`: the server, until it is told to stop.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use collector::coverage;
use collector::http::{self, App, Settings};
use collector::in_force::InForce;
use collector::oidc::Provider;
use collector::retention;
use collector::store::Store;
use collector::weighted;
use jiff::Timestamp;
use tokio::net::TcpListener;

use super::audit::person;
use super::open::{Opened, open_or_create_with};
use super::{Outcome, demo, flag_rules};
use crate::settings::{Common, FigureArgs, OidcArgs, ReportArgs, ServerArgs};

/// A start is busy enough: kiosks send what they hold.
const RETENTION_FIRST: Duration = Duration::from_secs(60);
/// A day that has begun is seen within the hour, and so is a destruction that a reader stood in the way of.
const RETENTION_EVERY: Duration = Duration::from_secs(3600);

const EXAMPLES: &str = "\
SIGINT (Ctrl-C) and SIGTERM end it: requests that are under way are finished first, and nothing that was acknowledged is
lost in any case.

Examples:
  hai-long serve --demo --data ./try
  hai-long serve --listen 0.0.0.0:8080 --data /var/lib/hai-long --web /usr/share/hai-long
  hai-long serve --config /etc/hai-long.toml --log-format json";

/// Serve until interrupted.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Serve {
    #[command(flatten)]
    server: ServerArgs,
    #[command(flatten)]
    figures: FigureArgs,
    #[command(flatten)]
    reports: ReportArgs,
    #[command(flatten)]
    oidc: OidcArgs,
    /// Load demonstration data first when the data folder is new, and print the credentials
    #[arg(long)]
    demo: bool,
}

impl Serve {
    pub async fn run(self, common: &Common) -> Result<Outcome> {
        let server = common.server(&self.server);
        let qd766_points = common.qd766_points(&self.reports)?;
        let provider = common
            .provider(&self.oidc, server.public_url.as_deref())?
            .map(Provider::new)
            .transpose()
            .context("the provider of accounts cannot be asked over TLS")?;
        let rules = flag_rules::rules(common)?;
        // Before the long loading, so that a taken port is told at once.
        let listener = TcpListener::bind(server.listen).await.with_context(|| {
            format!(
                "cannot listen on {}; choose another with --listen",
                server.listen
            )
        })?;
        let address = listener.local_addr()?;
        let opened = open_or_create_with(&common.data, rules)?;
        let credentials = if self.demo {
            Some(demo::load(&opened, common, &self.figures).await?)
        } else {
            None
        };
        if !server.web.join("index.html").is_file() {
            tracing::warn!(
                folder = %server.web.display(),
                "no built web files here, so there is no kiosk page; build them with \"cargo xtask build\" or name the folder with --web"
            );
        }
        let settings = Settings {
            web_dir: server.web,
            has_public_url: server.public_url.is_some(),
            public_url: server
                .public_url
                .unwrap_or_else(|| format!("http://{address}")),
            threshold: common.threshold(&self.figures),
            delay: common.delay(&self.figures),
            due: common.due(&self.reports),
            qd766_points,
            secure_cookies: server.secure_cookies,
            provider: provider.map(Arc::new),
            trusted_proxies: server.trusted_proxies,
            ..Settings::default()
        };
        note_rules(&opened, &settings).await?;
        let intake = opened.intake(&common.data).await?;
        let warmed = Arc::clone(&intake);
        let app = App::new(opened.store, opened.forms, intake, settings)
            .context("a form cannot be published")?;
        let stop = stop_signal()?;
        tell(&format!(
            "Hài Lòng serves {}\n  http://{address}/         start page\n  http://{address}/kiosk    kiosk\n  http://{address}/staff    staff pages",
            common.data.display()
        ));
        if let Some(credentials) = credentials {
            tell(&demo::told(&credentials));
            tell(&format!(
                "  open the kiosk as http://{address}/kiosk#key={}",
                credentials.device_key
            ));
            if let Some(link) = demo::link(&app, &credentials).await? {
                tell(&format!("  a citizen's link, good for one rating: {link}"));
            }
        }
        // The first question about coverage or weights looks for every finished dossier, the first about figures asks the rules of
        // flags about every response; later ones about what has changed.
        tokio::spawn(async move {
            if let Err(error) = coverage::warm(&warmed).await {
                tracing::warn!(%error, "coverage could not be counted ahead");
            }
            if let Err(error) = weighted::warm(&warmed).await {
                tracing::warn!(%error, "ratings could not be looked for ahead");
            }
            if let Err(error) = warmed.store.look_ahead().await {
                tracing::warn!(%error, "the rules of flags could not be asked ahead");
            }
        });
        let watched = Arc::clone(&app.store);
        let watch = tokio::spawn(async move { keep_retention(&*watched).await });
        http::serve(listener, app, stop).await;
        watch.abort();
        let _ = watch.await;
        tracing::info!("stopped");
        Ok(Outcome::Done)
    }
}

/// Notes the rules that figures are made by, and what of them was changed since the last start. Without that there is no start:
/// figures by other rules must not be shown before the log says so.
async fn note_rules(opened: &Opened, settings: &Settings) -> Result<()> {
    let rules = InForce::of(
        settings.threshold,
        settings.delay,
        &settings.due,
        settings.qd766_points,
        &opened.store.rules(),
        &opened.forms,
    )?;
    let changed = opened.store.note_rules(rules, &person()).await;
    for entry in changed.context("the rules of figures cannot be noted")? {
        tracing::info!(about = entry.about, detail = entry.detail, "rules");
    }
    Ok(())
}

/// Checks what is to be announced and destroyed, every hour. Never ends.
async fn keep_retention(store: &dyn Store) {
    tokio::time::sleep(RETENTION_FIRST).await;
    loop {
        match retention::check(store, "server", Timestamp::now()).await {
            Ok(checked) if checked == retention::Checked::default() => {}
            Ok(checked) => tracing::info!(?checked, "retention"),
            Err(error) => {
                tracing::warn!(%error, "retention could not be checked; the next hour tries again")
            }
        }
        tokio::time::sleep(RETENTION_EVERY).await;
    }
}

/// Tells whoever started the server. A server goes on when nobody reads what it says.
fn tell(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// Resolves when the process is asked to stop.
fn stop_signal() -> Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
        .context("cannot wait for SIGTERM")?;
    Ok(async move {
        #[cfg(unix)]
        let terminated = terminate.recv();
        #[cfg(not(unix))]
        let terminated = std::future::pending::<Option<()>>();
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminated => {}
        }
        tracing::info!("stopping: requests that are under way are finished first");
    })
}
