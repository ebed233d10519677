//! `/staff/publish`: what the public will see of a month or quarter, published, withdrawn and put back. For those who see
//! all units and may change something.

use std::sync::Arc;

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use survey::form::Form as Questionnaire;

use super::asked::Asked;
use super::citizen_report_form::{bad_form, must_be_ours};
use super::desk::Officer;
use super::figures::Choice;
use super::numbers::{day, whole};
use super::pages::{Publish, PublishPreview, PublishRelease, render};
use super::public::shown::{Given, shown};
use super::public::{Names, Past, history, period, table, title};
use super::sheet::{Block, Line, Sheet, Table, Value};
use super::sheet_page;
use super::spans::moment;
use super::words::{Language, fill};
use crate::http::{App, Problem};
use crate::index::DEMO_NOTE;
use crate::publish::{
    self, MENU, Order, Period, PeriodKind, Preview, PublishError, ReleaseHead, TableName,
};
use crate::store::FormKey;
use crate::store::calendar::{business_day, first_of_month, month_number};

const PATH: &str = "/staff/publish";

impl Officer {
    /// May this account show figures to everybody, and take them back?
    fn publishes(&self) -> bool {
        self.may_change() && self.scope.is_all()
    }
}

/// What the page or one of its forms was asked, beside [`Asked`].
#[derive(Clone, Debug, Default)]
struct Wish {
    csrf: String,
    lang: String,
    /// publish | withdraw | restore
    action: String,
    /// `id:version` of a form.
    form: String,
    period: String,
    method: String,
    tables: Vec<TableName>,
    /// Of the preview that was looked at.
    seal: String,
    /// Id of a release.
    id: String,
    /// Present: the box is ticked.
    sure: bool,
    /// What was done a moment ago: made | withdrawn | restored.
    said: String,
}

impl Wish {
    fn of(pairs: Vec<(String, String)>) -> Self {
        let mut wish = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "csrf" => wish.csrf = value,
                "lang" => wish.lang = value,
                "action" => wish.action = value,
                "form" => wish.form = value,
                "period" => wish.period = value,
                "method" => wish.method = value,
                "tables" => wish.tables.extend(TableName::of_name(&value)),
                "seal" => wish.seal = value,
                "id" => wish.id = value,
                "sure" => wish.sure = true,
                "said" => wish.said = value,
                _ => {}
            }
        }
        wish
    }

    /// The order that is wished for; none while no period is chosen, or one that there cannot be.
    fn order(&self, form: &Questionnaire) -> Option<Order> {
        let period: Period = self.period.parse().ok()?;
        Some(Order {
            form: form.id.clone(),
            form_version: Some(form.version),
            method: Some(self.method.clone()).filter(|method| !method.is_empty()),
            period,
            tables: self.tables.clone(),
        })
    }
}

/// `GET /staff/publish`
pub(super) async fn page(
    State(app): State<Arc<App>>,
    officer: Officer,
    asked: Asked,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let lang = asked.lang();
    if !officer.publishes() {
        let message = lang.words().publish.not_allowed.clone();
        return Ok(officer.refused(&app, lang, message).await);
    }
    let wish = Wish::of(pairs);
    filled(&app, &officer, &asked, &wish, None).await
}

/// `POST /staff/publish`
pub(super) async fn act(
    State(app): State<Arc<App>>,
    parts: Parts,
    officer: Officer,
    mut asked: Asked,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Problem> {
    let Form(pairs) = form.map_err(|rejected| bad_form(&rejected))?;
    let wish = Wish::of(pairs);
    let lang = Language::of(&wish.lang);
    asked.lang = Some(lang.tag().to_owned());
    asked.form = Some(wish.form.clone());
    must_be_ours(&parts, &officer, &wish.csrf)?;
    let words = &lang.words().publish;
    if !officer.publishes() {
        let message = words.not_allowed.clone();
        return Ok(officer.refused(&app, lang, message).await);
    }
    if !wish.sure {
        let page = filled(
            &app,
            &officer,
            &asked,
            &wish,
            Some(words.must_confirm.clone()),
        )
        .await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let (store, who) = (app.store.as_ref(), &officer.user.name);
    let done = match wish.action.as_str() {
        "publish" => {
            let form = asked.form(&app).await?;
            let Some(order) = form.and_then(|form| wish.order(&form)) else {
                return Err(Problem::bad_request(
                    "bad-form",
                    "send a form as id:version and a period as 2026-07 or 2026-Q3",
                )
                .field("period"));
            };
            let by = (who.as_str(), Some(wish.seal.as_str()));
            let made = publish::make(store, &app.forms, &app.publish_terms(), &order, by).await;
            made.map(|made| ("made", made.release.head.id))
        }
        "withdraw" => publish::withdraw(store, &wish.id, who)
            .await
            .map(|()| ("withdrawn", wish.id.clone())),
        "restore" => publish::restore(store, &wish.id, who)
            .await
            .map(|()| ("restored", wish.id.clone())),
        _ => {
            let mend = "send action publish, withdraw or restore";
            return Err(Problem::bad_request("bad-form", mend).field("action"));
        }
    };
    match done {
        Ok((said, id)) => {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.extend_pairs([("lang", lang.tag()), ("said", said), ("id", &id)]);
            Ok(Redirect::to(&format!("{PATH}?{}", query.finish())).into_response())
        }
        Err(error) => {
            let again = match &error {
                PublishError::Request { code, .. } if *code == "figures-changed" => wish,
                _ => Wish::default(),
            };
            let message = fault(error, lang)?;
            let page = filled(&app, &officer, &asked, &again, Some(message)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// What is wrong with a wish, in the reader's language.
fn fault(error: PublishError, lang: Language) -> Result<String, Problem> {
    let code = match error {
        PublishError::Request { code, .. } => code,
        PublishError::Index(crate::index::IndexError::Request { .. }) => "other",
        PublishError::Index(crate::index::IndexError::Store(error))
        | PublishError::Store(error) => return Err(error.into()),
    };
    let faults = &lang.words().publish.faults;
    let told = faults.get(code).or_else(|| faults.get("other"));
    Ok(told.cloned().unwrap_or_default())
}

async fn filled(
    app: &App,
    officer: &Officer,
    asked: &Asked,
    wish: &Wish,
    wrong: Option<String>,
) -> Result<Response, Problem> {
    let lang = asked.lang();
    let store = app.store.as_ref();
    let heads = publish::releases(store, true).await?;
    let sheet = sheet(app, &heads, lang);
    if let Some(file) = sheet_page::file(asked, &sheet)? {
        return Ok(file);
    }
    let form = asked.form(app).await?;
    let periods = match &form {
        Some(form) => periods(app, form, &heads).await?,
        None => Vec::new(),
    };
    let mut wrong = wrong;
    let mut preview = None;
    if let Some(form) = &form
        && let Some(order) = wish.order(form)
    {
        match publish::preview(store, &app.forms, &app.publish_terms(), &order).await {
            Ok(made) => preview = Some(previewed(app, form, made, &heads, lang).await?),
            Err(error) => {
                let message = fault(error, lang)?;
                wrong.get_or_insert(message);
            }
        }
    }
    let has_factors = form.as_ref().is_some_and(|form| !form.factors.is_empty());
    let method = asked_method(wish, form.as_deref());
    let option = |value: &str, text: String, chosen: bool| Choice {
        value: value.to_owned(),
        text,
        chosen,
    };
    let of_kind = |kind: PeriodKind| -> Vec<Choice> {
        let fitting = periods.iter().filter(|period| period.kind() == kind);
        fitting
            .map(|one| {
                let name = one.name();
                option(&name, period(lang, *one), name == wish.period)
            })
            .collect()
    };
    Ok(render(&Publish {
        lang,
        words: lang.words(),
        demo: store.note(DEMO_NOTE).await?.is_some(),
        user: &officer.user.name,
        csrf: &officer.csrf,
        said: said(wish, &heads, lang),
        wrong,
        forms: asked.choices(app, form.as_deref()).forms,
        form: form
            .as_ref()
            .map_or_else(String::new, |form| format!("{}:{}", form.id, form.version)),
        months: of_kind(PeriodKind::Month),
        quarters: of_kind(PeriodKind::Quarter),
        methods: form
            .iter()
            .flat_map(|form| &form.index.methods)
            .map(|one| {
                let label = one.words().label.get(lang.tag()).to_owned();
                option(one.id(), label, Some(one.id()) == method.as_deref())
            })
            .collect(),
        tables: MENU
            .into_iter()
            .filter(|one| *one != TableName::WHOLE)
            // Without factors there is nothing to cut by them.
            .filter(|one| has_factors || !one.by().contains(&"factor"))
            .map(|one| {
                // What a first look should have: the units and the questions.
                let usual = wish.period.is_empty() && matches!(one.name(), "unit" | "item");
                let chosen = usual || wish.tables.contains(&one);
                option(one.name(), table(lang, one), chosen)
            })
            .collect(),
        preview,
        releases: heads
            .iter()
            .map(|head| PublishRelease {
                id: head.id.clone(),
                title: named(app, head, lang),
                withdrawn: head.withdrawn_at.is_some(),
            })
            .collect(),
        exports: sheet
            .blocks
            .iter()
            .map(|block| sheet_page::links(asked, PATH, block.table.id))
            .collect(),
        sheet,
    }))
}

/// The method that is marked: the one wished for, else the form's first.
fn asked_method(wish: &Wish, form: Option<&Questionnaire>) -> Option<String> {
    if !wish.method.is_empty() {
        return Some(wish.method.clone());
    }
    let first = form?.index.methods.first()?;
    Some(first.id().to_owned())
}

/// What the public would see, with the counts of what is hidden.
async fn previewed(
    app: &App,
    form: &Questionnaire,
    made: Preview,
    heads: &[ReleaseHead],
    lang: Language,
) -> Result<PublishPreview, Problem> {
    let store = app.store.as_ref();
    let words = &lang.words().publish;
    let public: Vec<ReleaseHead> = heads
        .iter()
        .filter(|head| head.withdrawn_at.is_none())
        .cloned()
        .collect();
    let release = &made.release;
    let mut past = history(app, &public, &release.head).await?;
    past.push(Arc::new(Past::of(release)));
    past.sort_by_key(|past| past.from());
    let (units, procedures) = (store.units().await?, store.procedures().await?);
    let shown = shown(&Given {
        release,
        names: Names {
            lang,
            form,
            units: &units,
            procedures: &procedures,
        },
        past: &past,
        all: true,
        published: false,
    });
    let sum = |count: fn(&publish::Hidden) -> u64| made.hidden.iter().map(count).sum::<u64>();
    let (hidden, all) = (
        whole(lang, sum(|one| one.few + one.beside)),
        whole(lang, sum(|one| one.figures)),
    );
    Ok(PublishPreview {
        title: fill(
            &words.preview_title,
            &[("period", &period(lang, release.head.period))],
        ),
        hidden: fill(&words.hidden, &[("hidden", &hidden), ("all", &all)]),
        counts: Table {
            id: "hidden",
            caption: lang.words().public.hidden.clone(),
            columns: [
                &words.table,
                &words.groups,
                &words.few,
                &words.beside,
                &words.without_flagged,
            ]
            .map(Clone::clone)
            .into(),
            rows: made
                .hidden
                .iter()
                .map(|one| {
                    let mut values = vec![Value::Text(table(lang, one.table))];
                    let counts = [one.figures, one.few, one.beside, one.without_flagged];
                    values.extend(counts.map(Value::Count));
                    Line { link: None, values }
                })
                .collect(),
        },
        period: release.head.period.name(),
        method: release.head.method.id().to_owned(),
        seal: made.seal()?,
        tables: release
            .head
            .table_names
            .iter()
            .map(|name| name.name())
            .collect(),
        shown,
    })
}

/// Months and quarters of this form that may be published, the newest first.
async fn periods(
    app: &App,
    form: &Questionnaire,
    heads: &[ReleaseHead],
) -> Result<Vec<Period>, Problem> {
    let terms = app.publish_terms();
    // The last day that may be shown; without a delay, the last that is over.
    let yesterday = || business_day(terms.now).yesterday().ok();
    let last = terms.delay.last_day(terms.now).or_else(yesterday);
    let span = app.store.span(&FormKey::of(form), last).await?;
    let Some(((from, to), last)) = span.zip(last) else {
        return Ok(Vec::new());
    };
    let mut periods = Vec::new();
    for number in month_number(from)..=month_number(to) {
        let Some(first) = first_of_month(number) else {
            continue;
        };
        periods.extend(Period::month(first.year(), first.month()));
        let last_of_quarter = first.month() % 3 == 0 || number == month_number(to);
        if last_of_quarter {
            periods.extend(Period::quarter(first.year(), (first.month() + 2) / 3));
        }
    }
    periods.retain(|period| {
        let mut made = heads.iter().filter(|head| head.form == form.id);
        period.to() <= last && !made.any(|head| head.period.overlaps(*period))
    });
    periods.reverse();
    Ok(periods)
}

/// What was done a moment ago, in words.
fn said(wish: &Wish, heads: &[ReleaseHead], lang: Language) -> Option<String> {
    let words = &lang.words().publish;
    let head = heads.iter().find(|head| head.id == wish.id)?;
    let text = match wish.said.as_str() {
        "made" => &words.done,
        "withdrawn" => &words.withdrawn_done,
        "restored" => &words.restored_done,
        _ => return None,
    };
    Some(fill(text, &[("period", &period(lang, head.period))]))
}

/// A release with its form.
fn named(app: &App, head: &ReleaseHead, lang: Language) -> String {
    format!("{} · {}", form_title(app, head, lang), title(lang, head))
}

fn form_title(app: &App, head: &ReleaseHead, lang: Language) -> String {
    app.forms.get(&head.form, head.form_version).map_or_else(
        || head.form.clone(),
        |form| form.title.get(lang.tag()).to_owned(),
    )
}

/// All releases, also those that were withdrawn.
fn sheet(app: &App, heads: &[ReleaseHead], lang: Language) -> Sheet {
    let words = lang.words();
    let publish = &words.publish;
    let rows = heads.iter().map(|head| {
        let state = head.withdrawn_at.map_or_else(
            || publish.on.clone(),
            |at| fill(&publish.off, &[("when", &moment(at, lang))]),
        );
        let names: Vec<String> = head
            .table_names
            .iter()
            .map(|name| table(lang, *name))
            .collect();
        Line {
            link: head.withdrawn_at.is_none().then(|| {
                let mut query = form_urlencoded::Serializer::new(String::new());
                query.extend_pairs([("release", head.id.as_str()), ("lang", lang.tag())]);
                format!("/public?{}", query.finish())
            }),
            values: vec![
                // Together, so that no two links are called alike.
                Value::Text(format!(
                    "{}, {}",
                    period(lang, head.period),
                    form_title(app, head, lang)
                )),
                Value::Count(head.form_version.into()),
                Value::text(head.method.words().label.get(lang.tag())),
                Value::Text(moment(head.made_at, lang)),
                Value::Text(state),
                Value::Text(names.join("; ")),
                Value::text(head.id.as_str()),
            ],
        }
    });
    let rows = rows.collect();
    Sheet {
        title: publish.title.clone(),
        label: day(lang, business_day(Timestamp::now())),
        labels: Vec::new(),
        blocks: vec![Block {
            title: publish.releases.clone(),
            labels: None,
            notes: vec![publish.releases_note.clone()],
            chart: None,
            table: Table {
                id: "releases",
                caption: publish.releases.clone(),
                columns: [
                    format!("{}, {}", publish.period, publish.form),
                    words.report.version.clone(),
                    publish.method.clone(),
                    publish.made.clone(),
                    publish.state.clone(),
                    publish.tables.clone(),
                    publish.id.clone(),
                ]
                .into(),
                rows,
            },
        }],
        about: Vec::new(),
    }
}
