//! The tables of a release: counted once, protected together, written as answers of the index.

use jiff::Timestamp;
use survey::method::Method;

use super::assembly::{self, Table};
use super::{Order, Preview, PublishError, Release, ReleaseHead, TableName, Terms};
use crate::forms::FormBook;
use crate::index::together::Together;
use crate::index::{DEMO_NOTE, IndexError, IndexRequest, Labels, Question, suppress, table};
use crate::store::{Dimension, FormKey, Store, StoreError};

/// Counts and protects what is ordered.
pub(super) async fn make(
    store: &dyn Store,
    forms: &FormBook,
    terms: &Terms,
    order: &Order,
) -> Result<Preview, PublishError> {
    let names = order.tables();
    let requests: Vec<IndexRequest> = names.iter().map(|name| request(order, *name)).collect();
    let mut dimensions: Vec<Dimension> = Vec::new();
    let mut asked: Option<(FormKey, Method)> = None;
    for request in &requests {
        let question = question(forms, request)?;
        dimensions.extend(question.dimensions());
        asked = Some((FormKey::of(question.form), question.method));
    }
    dimensions.sort_unstable();
    dimensions.dedup();
    let Some((form, method)) = asked else {
        return Err(PublishError::request(
            "tables",
            "required",
            format!("name a table: {}", TableName::names()),
        ));
    };
    let days = (order.period.from(), order.period.to());
    let together = Together::count(store, &form, days, dimensions).await?;
    let labels = Labels {
        days,
        threshold: terms.threshold,
        flag_rules: store.rules().version,
        demo: store.note(DEMO_NOTE).await?.is_some(),
    };
    let head = ReleaseHead {
        id: format!("{}-{}-{}", form.id, form.version, order.period),
        form: form.id,
        form_version: form.version,
        method,
        period: order.period,
        threshold: terms.threshold,
        made_at: in_milliseconds(terms.now),
        withdrawn_at: None,
        table_names: names,
    };
    // Seconds of one processor: not on a thread that others wait for.
    let forms = forms.clone();
    let made =
        tokio::task::spawn_blocking(move || build(&forms, head, &requests, labels, &together));
    made.await.map_err(|error| {
        StoreError::Engine(format!("protecting a release was broken off: {error}"))
    })?
}

/// As the store keeps times, so that what was just made equals what is read back.
fn in_milliseconds(moment: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(moment.as_millisecond()).unwrap_or(moment)
}

fn request(order: &Order, name: TableName) -> IndexRequest {
    IndexRequest {
        form: order.form.clone(),
        form_version: order.form_version,
        method: order.method.clone(),
        from: Some(order.period.from()),
        to: Some(order.period.to()),
        by: name.by().iter().map(|by| (*by).to_owned()).collect(),
        ..IndexRequest::default()
    }
}

/// What is wrong with a question is told in the words of the order.
fn question<'a>(forms: &'a FormBook, request: &IndexRequest) -> Result<Question<'a>, PublishError> {
    Question::of(forms, request).map_err(|error| match error {
        IndexError::Request {
            field,
            code,
            message,
        } => match field.as_str() {
            "by" => PublishError::request(
                "tables",
                code,
                format!("{}: {message}", request.by.join("-")),
            ),
            "form_version" => PublishError::request("form_version", code, message),
            "method" => PublishError::request("method", code, message),
            _ => PublishError::request("form", code, message),
        },
        IndexError::Store(error) => error.into(),
    })
}

fn build(
    forms: &FormBook,
    head: ReleaseHead,
    requests: &[IndexRequest],
    labels: Labels,
    together: &Together,
) -> Result<Preview, PublishError> {
    let mut tables = Vec::new();
    for (name, request) in head.table_names.iter().zip(requests) {
        let question = question(forms, request)?;
        let mut rows = together.rows(&question, request)?;
        suppress::apply(&mut rows, labels.threshold);
        tables.push(Table {
            name: *name,
            question,
            rows,
        });
    }
    let whole = tables.iter().find(|table| table.name == TableName::WHOLE);
    let respondents = whole
        .and_then(|table| table.rows.first())
        .map_or(0, |row| row.figure.respondents);
    if respondents < labels.threshold {
        return Err(PublishError::request(
            "period",
            "too-few-respondents",
            format!(
                "{} has fewer than {} respondents to form {} version {}, so nothing could be shown; choose a longer period, or another form version",
                head.period, labels.threshold, head.form, head.form_version
            ),
        ));
    }
    let hidden = assembly::protect(&mut tables, together, labels.threshold)?;
    let answers = tables.into_iter().zip(requests);
    let tables = answers
        .map(|(one, request)| table(&one.question, request, labels, one.rows))
        .collect();
    Ok(Preview {
        release: Release { head, tables },
        hidden,
    })
}
