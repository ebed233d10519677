//! A collector with the demonstration data, an officer who looks at it, and a program that asks its API.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::num::NonZeroU32;
use std::sync::Arc;

use calamine::{Data, Reader, Xlsx};
use collector::demo::{Demo, Figures};
use collector::forms::FormBook;
use collector::intake::pseudonym::PseudonymKey;
use collector::intake::{Intake, Sender};
use collector::store::Role;
use reqwest::{StatusCode, header};
use serde_json::{Value, json};
use survey::form::{load, shipped};
use survey::response::{Batch, Response, Status};

use super::http_fixture::Collector;

/// A table: rows of texts, numbers with a decimal point.
pub type Rows = Vec<Vec<String>>;

pub struct Desk {
    pub collector: Collector,
    /// The unit with the most ratings.
    pub busy_unit: String,
    cookie: String,
}

impl Desk {
    /// With one dossier in twenty of the demonstration.
    pub async fn open() -> Self {
        let forms: Arc<FormBook> = Arc::new(
            shipped()
                .iter()
                .map(|(name, text)| load(text, name).unwrap())
                .collect(),
        );
        let collector = Collector::start_on(Arc::clone(&forms), |settings| {
            for rate in [&mut settings.rates.public, &mut settings.rates.key] {
                rate.per_minute = NonZeroU32::MAX;
                rate.burst = NonZeroU32::MAX;
            }
        })
        .await;
        let demo = Demo::generate(&forms, &Figures::REPORT.one_in(20)).unwrap();
        let store = &collector.store;
        store.upsert_units(demo.units).await.unwrap();
        store.upsert_procedures(demo.procedures).await.unwrap();
        store.upsert_dossiers(demo.dossiers).await.unwrap();
        let key = PseudonymKey::from_bytes([1; 32]);
        let intake = Intake::new(Arc::clone(&forms), Arc::clone(store), key);
        for ratings in demo.ratings.chunks(Batch::MAX) {
            let receipts = intake
                .receive(ratings.to_vec(), &Sender::Operator)
                .await
                .unwrap();
            assert!(
                receipts
                    .iter()
                    .all(|receipt| receipt.status == Status::Stored)
            );
        }
        let mut desk = Self {
            cookie: collector.sign_in(Role::Analyst).await,
            collector,
            busy_unit: String::new(),
        };
        let units = desk.api("form=one-stop-quick&by=unit").await;
        let mut cells: Vec<&Value> = units["cells"].as_array().unwrap().iter().collect();
        cells.sort_by_key(|cell| std::cmp::Reverse(cell["n"].as_u64()));
        let code = |cell: &Value| cell["key"]["unit"].as_str().unwrap().to_owned();
        desk.busy_unit = code(cells[0]);
        // So small a demonstration has too few ratings from home for a gap; one unit alone would be hidden to protect others.
        for (at, cell) in (0u128..).zip(&cells[..4]) {
            let unit = code(cell);
            let ratings = (0..40).map(|n| from_home(40 * at + n, &unit)).collect();
            intake.receive(ratings, &Sender::Operator).await.unwrap();
        }
        desk
    }

    async fn bytes(&self, path: &str) -> Vec<u8> {
        let request = self
            .collector
            .get(path)
            .header(header::COOKIE, &self.cookie);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.bytes().await.unwrap().to_vec()
    }

    pub async fn text(&self, path: &str) -> String {
        String::from_utf8(self.bytes(path).await).unwrap()
    }

    /// The index, as the API tells it.
    pub async fn api(&self, query: &str) -> Value {
        self.told("index", query).await
    }

    /// A form as it is served.
    pub async fn form(&self, id: &str) -> Value {
        let answer = self.collector.get(&format!("/api/v1/forms/{id}"));
        answer.send().await.unwrap().json().await.unwrap()
    }

    /// What a route of the API answers.
    pub async fn told(&self, route: &str, query: &str) -> Value {
        let request = self.collector.get(&format!("/api/v1/{route}?{query}"));
        let answer = request
            .bearer_auth(self.collector.key(Role::Analyst))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{route}?{query}");
        answer.json().await.unwrap()
    }

    /// The field with the most ratings of a unit, as it stands in an address.
    pub async fn busy_field(&self, unit: &str) -> String {
        let fields = self
            .api(&format!("form=one-stop-quick&unit={unit}&by=field"))
            .await;
        let cells = fields["cells"].as_array().unwrap().iter();
        let busiest = cells
            .filter(|cell| cell["key"]["field"].is_string())
            .max_by_key(|cell| cell["n"].as_u64())
            .unwrap();
        form_urlencoded::byte_serialize(busiest["key"]["field"].as_str().unwrap().as_bytes())
            .collect()
    }

    /// The same with intervals that may be compared, as pages that compare have them.
    pub async fn compared(&self, query: &str) -> Value {
        self.api(&format!("{query}&interval_of=process")).await
    }

    /// Every table of a page by its name, from the XLSX file; both CSV files of each hold the same.
    pub async fn files(&self, path: &str) -> BTreeMap<String, Rows> {
        let book = self.bytes(&format!("{path}&export=xlsx")).await;
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(book)).unwrap();
        let mut tables = BTreeMap::new();
        for name in book.sheet_names() {
            if name == "about" {
                continue;
            }
            let sheet = book.worksheet_range(&name).unwrap();
            let points = rows(
                &self.text(&format!("{path}&export=csv&table={name}")).await,
                b',',
            );
            let commas = rows(
                &self
                    .text(&format!("{path}&export=csv-comma&table={name}"))
                    .await,
                b';',
            );
            assert_eq!(sheet.height(), points.len() + 1, "{path} {name}");
            assert_eq!(points.len(), commas.len(), "{path} {name}");
            for (at, (point, comma)) in points.iter().zip(&commas).enumerate() {
                for column in 0..sheet.width() {
                    let told = &point[column];
                    let cell = sheet.get((at + 1, column)).unwrap_or(&Data::Empty);
                    match cell {
                        Data::Empty => assert_eq!(told, "", "{path} {name}"),
                        Data::String(text) => assert_eq!(told, text, "{path} {name}"),
                        cell => {
                            let cell = calamine::DataType::as_f64(cell);
                            assert_eq!(number(told), cell, "{path} {name} {point:?}");
                        }
                    }
                    let in_commas = if number(told).is_some() {
                        comma[column].replace(',', ".")
                    } else {
                        comma[column].clone()
                    };
                    assert_eq!(*told, in_commas, "{path} {name}");
                }
            }
            tables.insert(name, points);
        }
        assert!(!tables.is_empty(), "{path}");
        tables
    }
}

/// A rating by phone, towards the end of the demonstration; whoever is not satisfied says why.
fn from_home(n: u128, unit: &str) -> Response {
    let level = 1 + n % 5;
    let reasons = match (level, n % 3) {
        (3.., _) => Vec::new(),
        (_, 0) => vec!["slow", "attitude"],
        (_, 1) => vec!["slow"],
        _ => vec!["several-trips"],
    };
    serde_json::from_value(json!({
        "id": uuid::Uuid::from_u128(0x019a_0000_0000_7000_8000_0000_0000_0000 + n),
        "form": "one-stop-quick", "form_version": 1, "unit": unit, "touchpoint": "result", "channel": "phone",
        "answers": {"overall": level}, "reasons": reasons, "partial": false, "submitted_at": "2021-06-20T09:00:00+07:00",
    }))
    .unwrap()
}

/// The rows of a CSV file below its heading.
fn rows(file: &str, delimiter: u8) -> Rows {
    csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .from_reader(file.strip_prefix('\u{feff}').unwrap().as_bytes())
        .records()
        .map(|row| row.unwrap().iter().map(str::to_owned).collect())
        .collect()
}

pub fn number(text: &str) -> Option<f64> {
    text.parse().ok()
}

/// The coverage of the API as files print it: per cent with two decimals.
pub fn coverage(cell: &Value) -> Option<f64> {
    let share = cell["coverage"].as_f64()?;
    Some(number(&format!("{:.2}", (share * 10_000.0).round() / 100.0)).unwrap())
}

/// How far a printed difference may be from that of two printed figures: each of the three is off by half a digit.
pub fn tolerance(printed: &str) -> f64 {
    let decimals = printed.split_once('.').map_or(0, |(_, part)| part.len());
    1.5 / 10f64.powi(decimals.try_into().unwrap()) + 1e-9
}

/// The figure without flagged responses: that of all where none is flagged.
fn without_flagged(cell: &Value) -> Option<f64> {
    match (&cell["without_flagged"], cell["flagged"].as_u64()) {
        (Value::Null, Some(0)) => cell["value"].as_f64(),
        (without, _) => without["value"].as_f64(),
    }
}

/// Each row holds what the API's cell of its key holds, and there is no other; `more` are the columns of the flagged
/// responses, of the figure without them and of what does not apply. Gives the number of figures compared.
pub fn compare(
    rows: &[Vec<String>],
    answer: &Value,
    key: impl Fn(&Value) -> &Value,
    more: [usize; 3],
) -> usize {
    let cells = answer["cells"].as_array().unwrap();
    assert_eq!(rows.len(), cells.len());
    let mut figures = 0;
    for cell in cells {
        let code = key(cell).as_str().unwrap_or_default();
        let row = rows.iter().find(|row| row[1] == code).unwrap();
        for (at, told) in [
            (2, cell["value"].as_f64()),
            (3, cell["interval"][0].as_f64()),
            (4, cell["interval"][1].as_f64()),
            (5, cell["n"].as_f64()),
            (6, cell["respondents"].as_f64()),
            (7, cell["missing"].as_f64()),
            (8, cell["closed"].as_f64()),
            (9, coverage(cell)),
            (more[0], cell["flagged"].as_f64()),
            (more[1], without_flagged(cell)),
            (more[2], cell["not_applicable"].as_f64()),
        ] {
            assert_eq!(number(&row[at]), told, "{code} column {at}: {row:?} {cell}");
            assert_eq!(row[at].is_empty(), told.is_none());
            figures += usize::from(told.is_some());
        }
    }
    figures
}

/// The tables of the page hold what the files hold, as people read it.
pub fn same(page: &[(String, Rows)], files: &BTreeMap<String, Rows>, path: &str) {
    assert_eq!(page.len(), files.len(), "{path}");
    for (name, shown) in page {
        let file = &files[name];
        assert_eq!(shown.len(), file.len(), "{path} {name}");
        for (shown, told) in shown.iter().zip(file) {
            for (shown, told) in shown.iter().zip(told) {
                let same = match told.as_str() {
                    "" => ["–", ""].contains(&shown.as_str()),
                    told => shown == told || shown.replace(',', "") == told,
                };
                assert!(
                    same,
                    "{path} {name}: {shown:?} on the page, {told:?} in the file"
                );
            }
        }
    }
}
