//! The pages' templates and what they are filled with.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::citizen_report::Told;
use super::citizen_report_form::Fields as ReportFields;
use super::comments::{Offered, Pages, Said};
use super::device_form::{Code, Fields};
use super::devices::Row;
use super::figures::{Choice, Choices, Headline, Section};
use super::public::shown::Shown;
use super::sheet::{Block, Chart, Sheet, Table};
use super::words::{Language, LinkOver, Words};
use crate::http::Problem;

/// `GET /`: the doors.
#[derive(Template)]
#[template(path = "landing.html")]
pub(crate) struct Landing<'a> {
    pub(crate) lang: Language,
    pub(crate) words: &'a Words,
    pub(crate) demo: bool,
}

/// Instead of `/kiosk` when its files are missing.
#[derive(Template)]
#[template(path = "not_built.html")]
pub(crate) struct NotBuilt<'a> {
    pub(crate) lang: Language,
    pub(crate) words: &'a Words,
    pub(crate) demo: bool,
}

/// Instead of `/r/{token}` when the link opens nothing any more.
#[derive(Template)]
#[template(path = "link_over.html")]
pub(crate) struct LinkOverPage<'a> {
    pub(crate) lang: Language,
    pub(crate) words: &'a Words,
    pub(crate) demo: bool,
    /// What to say, in each language.
    pub(crate) said: [(Language, &'a LinkOver); 2],
}

/// `GET /staff/login`
#[derive(Template)]
#[template(path = "login.html")]
pub(super) struct Login<'a> {
    pub(super) lang: Language,
    pub(super) words: &'a Words,
    pub(super) demo: bool,
    pub(super) name: &'a str,
    pub(super) next: &'a str,
    pub(super) message: Option<String>,
    pub(super) stranger: Option<Stranger>,
    /// Text and address of the button that leads to the provider of accounts.
    pub(super) provider: Option<(String, String)>,
}

/// Somebody at the provider who has no account here.
pub(super) struct Stranger {
    pub(super) issuer: String,
    pub(super) subject: String,
}

/// `GET /staff/oidc/callback`
#[derive(Template)]
#[template(path = "signed_in.html")]
pub(super) struct SignedIn<'a> {
    pub(super) lang: Language,
    pub(super) words: &'a Words,
    pub(super) demo: bool,
    /// The page to go to.
    pub(super) target: String,
}

/// Instead of a page that the account may not see.
#[derive(Template)]
#[template(path = "refused.html")]
pub(super) struct Refused<'a> {
    pub(super) lang: Language,
    pub(super) words: &'a Words,
    pub(super) demo: bool,
    pub(super) user: &'a str,
    pub(super) csrf: &'a str,
    pub(super) title: &'a str,
    pub(super) message: String,
}

/// `GET /staff`
#[derive(Template)]
#[template(path = "report.html")]
pub(super) struct Report<'a> {
    pub(super) lang: Language,
    pub(super) words: &'a Words,
    pub(super) demo: bool,
    pub(super) user: &'a str,
    pub(super) csrf: &'a str,
    pub(super) choices: Choices,
    /// The page's own address, and those of its neighbours with the same choice.
    pub(super) action: &'static str,
    pub(super) report: String,
    pub(super) units: String,
    pub(super) trend: String,
    /// Links to printed reports.
    pub(super) prints: Vec<Choice>,
    /// The way down from all units to here.
    pub(super) crumbs: Vec<Choice>,
    /// The same page for the unit with all that stand below it, when some do.
    pub(super) with_below: Option<String>,
    /// None when the choice has no answer.
    pub(super) body: Option<Body>,
}

/// `GET /staff/units` and `GET /staff/trend`
#[derive(Template)]
#[template(path = "figures.html")]
pub(super) struct Figures<'a> {
    pub(super) lang: Language,
    pub(super) words: &'a Words,
    pub(super) demo: bool,
    pub(super) user: &'a str,
    pub(super) csrf: &'a str,
    pub(super) choices: Choices,
    /// The page's own address, and those of its neighbours with the same choice.
    pub(super) action: &'static str,
    pub(super) report: String,
    pub(super) units: String,
    pub(super) trend: String,
    /// Links to printed reports.
    pub(super) prints: Vec<Choice>,
    /// Links to files, for each block.
    pub(super) exports: Vec<Vec<Choice>>,
    /// None when the choice has no answer.
    pub(super) sheet: Option<Sheet>,
}

/// `GET /staff/comments`
#[derive(Template)]
#[template(path = "comments.html")]
pub(super) struct Comments<'a> {
    pub(super) lang: Language,
    pub(super) words: &'a Words,
    pub(super) demo: bool,
    pub(super) user: &'a str,
    pub(super) csrf: &'a str,
    pub(super) choices: Choices,
    /// The page's own address, and those of its neighbours with the same choice.
    pub(super) action: &'static str,
    pub(super) report: String,
    pub(super) units: String,
    pub(super) trend: String,
    /// Links to printed reports.
    pub(super) prints: Vec<Choice>,
    pub(super) offered: Offered,
    /// Links to files, for each block.
    pub(super) exports: Vec<Vec<Choice>>,
    /// None when the choice has no answer.
    pub(super) sheet: Option<Sheet>,
    /// What is not shown, in words.
    pub(super) hidden: Option<String>,
    pub(super) said: Vec<Said>,
    pub(super) pages: Pages,
}

/// `GET /staff/reports`
#[derive(Template)]
#[template(path = "citizen_reports.html")]
pub(super) struct CitizenReports<'a> {
    pub(super) lang: Language,
    pub(super) words: &'a Words,
    pub(super) demo: bool,
    pub(super) user: &'a str,
    pub(super) csrf: &'a str,
    /// May this officer open reports and move them on?
    pub(super) may_change: bool,
    pub(super) choices: Choices,
    /// The page's own address, and those of its neighbours with the same choice.
    pub(super) action: &'static str,
    pub(super) report: String,
    pub(super) units: String,
    pub(super) trend: String,
    /// Links to printed reports.
    pub(super) prints: Vec<Choice>,
    pub(super) states: Vec<Choice>,
    /// Only overdue ones?
    pub(super) overdue: bool,
    pub(super) unit: &'a str,
    pub(super) unit_codes: Vec<(String, String)>,
    /// Links to files, for each block.
    pub(super) exports: Vec<Vec<Choice>>,
    /// None when the choice has no answer.
    pub(super) sheet: Option<Sheet>,
    /// That not all rows are shown.
    pub(super) cut: Option<String>,
}

/// `GET /staff/reports/new`
#[derive(Template)]
#[template(path = "citizen_report_form.html")]
pub(super) struct CitizenReportForm<'a> {
    pub(super) lang: Language,
    pub(super) words: &'a Words,
    pub(super) demo: bool,
    pub(super) user: &'a str,
    pub(super) csrf: &'a str,
    pub(super) sources: Vec<Choice>,
    pub(super) unit_codes: Vec<(String, String)>,
    /// Working days until an answer is due.
    pub(super) days: u16,
    /// Longest text, in characters.
    pub(super) longest: usize,
    pub(super) fields: ReportFields,
    /// The field that is wrong, and how to mend it.
    pub(super) wrong: Option<(&'static str, String)>,
}

impl CitizenReportForm<'_> {
    /// Is this field wrong?
    fn is_wrong(&self, field: &str) -> bool {
        self.wrong
            .as_ref()
            .is_some_and(|(wrong, _)| *wrong == field)
    }
}

/// `GET /staff/reports/one`
#[derive(Template)]
#[template(path = "citizen_report.html")]
pub(super) struct CitizenReport<'a> {
    pub(super) lang: Language,
    pub(super) words: &'a Words,
    pub(super) demo: bool,
    pub(super) user: &'a str,
    pub(super) csrf: &'a str,
    /// May this officer open reports and move them on?
    pub(super) may_change: bool,
    pub(super) unit_codes: Vec<(String, String)>,
    pub(super) told: Told,
    /// The field that is wrong, or what does not fit, and how to mend it.
    pub(super) wrong: Option<(&'static str, String)>,
}

impl CitizenReport<'_> {
    /// Is this field wrong?
    fn is_wrong(&self, field: &str) -> bool {
        self.wrong
            .as_ref()
            .is_some_and(|(wrong, _)| *wrong == field)
    }
}

/// `GET /staff/qd766`
#[derive(Template)]
#[template(path = "qd766.html")]
pub(super) struct Qd766<'a> {
    pub(super) lang: Language,
    pub(super) words: &'a Words,
    pub(super) demo: bool,
    pub(super) user: &'a str,
    pub(super) csrf: &'a str,
    pub(super) choices: Choices,
    /// The page's own address, and those of its neighbours with the same choice.
    pub(super) action: &'static str,
    pub(super) report: String,
    pub(super) units: String,
    pub(super) trend: String,
    /// Links to printed reports.
    pub(super) prints: Vec<Choice>,
    pub(super) unit: &'a str,
    pub(super) unit_codes: Vec<(String, String)>,
    /// Links to files, for each block.
    pub(super) exports: Vec<Vec<Choice>>,
    /// None when the choice has no answer.
    pub(super) sheet: Option<Sheet>,
}

/// `GET /staff/audit`
#[derive(Template)]
#[template(path = "audit.html")]
pub(super) struct Audit<'a> {
    pub(super) lang: Language,
    pub(super) words: &'a Words,
    pub(super) demo: bool,
    pub(super) user: &'a str,
    pub(super) csrf: &'a str,
    /// Whose entries only.
    pub(super) who: &'a str,
    pub(super) kinds: Vec<Choice>,
    pub(super) languages: Vec<Choice>,
    pub(super) older: Option<String>,
    pub(super) newest: Option<String>,
    /// Links to files, for each block.
    pub(super) exports: Vec<Vec<Choice>>,
    pub(super) sheet: Sheet,
}

/// `/staff/retention`
#[derive(Template)]
#[template(path = "retention.html")]
pub(super) struct Retention<'a> {
    pub(super) lang: Language,
    pub(super) words: &'a Words,
    pub(super) demo: bool,
    pub(super) user: &'a str,
    pub(super) csrf: &'a str,
    /// What must be read before anything else.
    pub(super) notes: Vec<String>,
    /// The clock leapt: what happened, and the words of the button.
    pub(super) clock: Option<(String, String)>,
    pub(super) rules: Vec<RetentionRule>,
    /// The matter whose reason is wrong, and what is wrong.
    pub(super) wrong: Option<(String, String)>,
    /// Links to files, for each block.
    pub(super) exports: Vec<Vec<Choice>>,
    pub(super) sheet: Sheet,
}

impl Retention<'_> {
    /// Is the reason of this matter wrong?
    fn is_wrong(&self, matter: &str) -> bool {
        self.wrong
            .as_ref()
            .is_some_and(|(wrong, _)| wrong == matter)
    }
}

/// A rule that can be put off.
pub(super) struct RetentionRule {
    /// Its name in forms.
    pub(super) matter: &'static str,
    /// Its name for people.
    pub(super) name: String,
    pub(super) held: bool,
}

/// `/staff/publish`
#[derive(Template)]
#[template(path = "publish.html")]
pub(super) struct Publish<'a> {
    pub(super) lang: Language,
    pub(super) words: &'a Words,
    pub(super) demo: bool,
    pub(super) user: &'a str,
    pub(super) csrf: &'a str,
    /// What was done a moment ago.
    pub(super) said: Option<String>,
    /// What is wrong, and how to mend it.
    pub(super) wrong: Option<String>,
    pub(super) forms: Vec<Choice>,
    /// The chosen one, as `id:version`.
    pub(super) form: String,
    pub(super) months: Vec<Choice>,
    pub(super) quarters: Vec<Choice>,
    pub(super) methods: Vec<Choice>,
    pub(super) tables: Vec<Choice>,
    pub(super) preview: Option<PublishPreview>,
    pub(super) releases: Vec<PublishRelease>,
    /// Links to files, for each block.
    pub(super) exports: Vec<Vec<Choice>>,
    pub(super) sheet: Sheet,
}

/// What the public would see.
pub(super) struct PublishPreview {
    pub(super) title: String,
    /// How much is hidden, in words and by table.
    pub(super) hidden: String,
    pub(super) counts: Table,
    /// What was chosen, for the form that publishes it.
    pub(super) period: String,
    pub(super) method: String,
    pub(super) seal: String,
    pub(super) tables: Vec<&'static str>,
    pub(super) shown: Shown,
}

/// A release that can be withdrawn or put back.
pub(super) struct PublishRelease {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) withdrawn: bool,
}

/// `GET /staff/devices`
#[derive(Template)]
#[template(path = "devices.html")]
pub(super) struct Devices<'a> {
    pub(super) lang: Language,
    pub(super) words: &'a Words,
    pub(super) demo: bool,
    pub(super) user: &'a str,
    pub(super) csrf: &'a str,
    /// May this officer enrol kiosks and set them up?
    pub(super) administers: bool,
    /// What to say of all together.
    pub(super) summary: String,
    pub(super) rows: Vec<Row>,
}

/// `GET /staff/devices/edit`
#[derive(Template)]
#[template(path = "device_form.html")]
pub(super) struct DeviceForm<'a> {
    pub(super) lang: Language,
    pub(super) words: &'a Words,
    pub(super) demo: bool,
    pub(super) user: &'a str,
    pub(super) csrf: &'a str,
    /// Is it enrolled?
    pub(super) known: bool,
    /// Codes and names to choose from.
    pub(super) units: Vec<(String, String)>,
    /// Ids and titles to choose from.
    pub(super) forms: Vec<(String, String)>,
    pub(super) fields: Fields,
    /// The field that is wrong, and how to mend it.
    pub(super) wrong: Option<(String, String)>,
    pub(super) code: Option<Code>,
}

impl DeviceForm<'_> {
    /// Is this field wrong?
    fn is_wrong(&self, field: &str) -> bool {
        self.wrong.as_ref().is_some_and(|(wrong, _)| wrong == field)
    }
}

/// The figures of a report and their labels.
pub(super) struct Body {
    pub(super) headline: Headline,
    /// None where nothing is told of it.
    pub(super) trend: Option<Overview>,
    pub(super) weighted: WeightedPart,
    pub(super) sections: Vec<Section>,
    pub(super) about: Vec<String>,
    pub(super) source: Source,
    /// The same as tables, for files.
    pub(super) sheet: Sheet,
    /// Caption of each table with links to its files.
    pub(super) files: Vec<(String, Vec<Choice>)>,
}

/// The trend in short.
pub(super) struct Overview {
    /// The change against the period before, in sentences.
    pub(super) change: Vec<String>,
    /// Months, with what the drawing is of.
    pub(super) months: Option<(Chart, String)>,
}

/// The weighted figure.
pub(super) enum WeightedPart {
    /// Link to it.
    Link(String),
    /// It was asked for.
    Block(Block),
    /// The choice has none.
    Cannot,
}

/// Where a form's questions come from, and what about them is not confirmed.
pub(super) struct Source {
    pub(super) basis: String,
    pub(super) confidence: String,
    pub(super) unverified: Vec<String>,
}

/// A filled page; never kept by the browser or a proxy, since it may show what only this officer may see.
pub(crate) fn render(page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => {
            let mut response = Html(html).into_response();
            response
                .headers_mut()
                .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Err(error) => {
            tracing::error!(%error, "a page could not be filled");
            (StatusCode::INTERNAL_SERVER_ERROR, Problem::internal()).into_response()
        }
    }
}
