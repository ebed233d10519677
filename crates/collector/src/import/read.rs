//! From bytes to rows: the formats, told apart, with the line on which each row begins. Workbooks are read by
//! [`workbook`].

use std::cell::Cell;
use std::fmt;
use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};
use std::rc::Rc;

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::Value;
use survey::response::Fault;

use super::mapping::Mapping;
use super::{Format, ImportError, Refused, workbook};

/// Longest line of a JSON-lines file, in bytes; a record of ours has a few hundred.
const MAX_LINE: u64 = 1 << 20;
/// Columns that the file of refused lines has and that are passed over, so that it can be imported again once mended.
const PASSED_OVER: [&str; 2] = ["_line", "_errors"];

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name in the header.
    pub name: &'static str,
    /// The header of CSV or of a sheet must have it.
    pub required: bool,
}

impl Column {
    /// A column that every file has.
    pub(super) const fn required(name: &'static str) -> Self {
        Self {
            name,
            required: true,
        }
    }

    /// A column that a file may leave out.
    pub(super) const fn optional(name: &'static str) -> Self {
        Self {
            name,
            required: false,
        }
    }
}

/// One record as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Line on which it begins, in a workbook its row; the first one is 1.
    pub line: u64,
    /// One value for each column of the table, in the table's order; empty where the record says nothing.
    pub values: Vec<String>,
}

/// Takes a row, or what was wrong with it, and the bytes read so far; answers whether to go on.
pub(super) type Emit<'a> = dyn FnMut(Result<Row, Refused>, u64) -> bool + 'a;

/// The columns of a table, and how a foreign file names them.
#[derive(Clone, Copy)]
pub(super) struct Layout<'a> {
    /// Our columns.
    pub columns: &'a [Column],
    /// How they are found in the file; by their own names when absent.
    pub mapping: Option<&'a Mapping>,
}

/// Where a column of the file goes.
enum Place {
    /// Into our column of this number.
    Column(usize),
    /// Nowhere.
    PassedOver,
    /// There is no such column.
    Unknown,
}

impl Layout<'_> {
    fn place(&self, name: &str, equal: impl Fn(&str, &str) -> bool) -> Place {
        let at = |ours: &str| {
            let place = self
                .columns
                .iter()
                .position(|column| equal(column.name, ours));
            place.map(Place::Column)
        };
        let own = || match self.mapping {
            None => at(name),
            Some(mapping) => at(name).filter(|place| match place {
                Place::Column(at) => self.columns.get(*at).is_some_and(|column| {
                    mapping.shown(column.name).is_none() && !mapping.fills(column.name)
                }),
                _ => false,
            }),
        };
        let mapped = self
            .mapping
            .and_then(|mapping| mapping.ours(name))
            .and_then(at);
        mapped
            .or_else(own)
            .unwrap_or(if self.mapping.is_some() || PASSED_OVER.contains(&name) {
                Place::PassedOver
            } else {
                Place::Unknown
            })
    }

    /// Must a header name this column?
    fn needs(&self, column: &Column) -> bool {
        let filled = self
            .mapping
            .is_some_and(|mapping| mapping.fills(column.name));
        (column.required || self.shown(column).is_some()) && !filled
    }

    /// What the mapping says that the file calls this column.
    fn shown(&self, column: &Column) -> Option<&str> {
        self.mapping.and_then(|mapping| mapping.shown(column.name))
    }

    /// The columns that a header must name, in the words of the file.
    pub(super) fn needed(&self) -> Vec<&str> {
        let needed = self.columns.iter().filter(|column| self.needs(column));
        needed
            .map(|column| self.shown(column).unwrap_or(column.name))
            .collect()
    }

    /// How many of these names are those of a column.
    pub(super) fn placed(&self, names: &[String]) -> usize {
        let places = names
            .iter()
            .map(|name| self.place(name, str::eq_ignore_ascii_case));
        places
            .filter(|place| matches!(place, Place::Column(_)))
            .count()
    }

    /// The row in our words.
    fn translated(&self, row: Result<Row, Refused>) -> Result<Row, Refused> {
        match (row, self.mapping) {
            (Ok(mut row), Some(mapping)) => {
                let faults = mapping.apply(&mut row, self.columns);
                row.or_refused(faults)
            }
            (row, _) => row,
        }
    }
}

/// Reads every row of a file.
pub(super) fn rows(
    reader: impl Read,
    format: Option<Format>,
    columns: Layout<'_>,
    emit: &mut Emit<'_>,
) -> Result<(), ImportError> {
    let emit: &mut Emit<'_> = &mut |row, bytes| emit(columns.translated(row), bytes);
    let mut source = Source::new(reader)?;
    let first = source.first_byte()?;
    let format = format.unwrap_or(match first {
        _ if source.is_workbook => Format::Xlsx,
        Some(b'[') => Format::Json,
        Some(b'{') => Format::Ndjson,
        _ => Format::Csv,
    });
    match (format, first) {
        (_, None) => Err(ImportError::Header("the file is empty".to_owned())),
        (Format::Csv, _) => csv_rows(source, columns, emit),
        (Format::Xlsx, _) => workbook::rows(source, columns, emit),
        (Format::Json, Some(b'[')) => json_rows(source, columns, emit),
        (Format::Json, _) => Err(ImportError::Header(
            "a JSON file holds one array of objects and begins with \"[\"; for one object a line name the format ndjson"
                .to_owned(),
        )),
        (Format::Ndjson, _) => ndjson_rows(source, columns, emit),
    }
}

fn csv_rows<R: Read>(
    mut source: Source<R>,
    columns: Layout<'_>,
    emit: &mut Emit<'_>,
) -> Result<(), ImportError> {
    let counts = source.counts.clone();
    let header_row = columns.mapping.and_then(Mapping::header_row);
    if let Some(wanted) = header_row {
        while counts.line() < wanted && source.skip_until(b'\n')? > 0 {}
    }
    let lines_above = counts.newlines.get();
    let mut header = Vec::new();
    (&mut source)
        .take(MAX_LINE)
        .read_until(b'\n', &mut header)?;
    let count = |wanted: u8| header.iter().filter(|&&byte| byte == wanted).count();
    let separator = match columns.mapping.and_then(Mapping::delimiter) {
        Some(delimiter) => delimiter,
        None if count(b';') > count(b',') => b';',
        None => b',',
    };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .flexible(true)
        .from_reader(Cursor::new(header).chain(source));
    let names: Vec<String> = reader
        .byte_headers()
        .map_err(csv_error)?
        .iter()
        .map(|name| String::from_utf8_lossy(name.trim_ascii()).into_owned())
        .collect();
    let called = match header_row {
        Some(row) => format!("line {row}"),
        None => "the first line".to_owned(),
    };
    let heading = Heading {
        called: &called,
        apart: ", separated by \",\" or \";\"",
        beside: "its delimiter",
    };
    let places = header_places(&names, &heading, columns)?;
    let mut record = csv::ByteRecord::new();
    while reader.read_byte_record(&mut record).map_err(csv_error)? {
        if record.iter().all(|field| field.trim_ascii().is_empty()) {
            continue; // spreadsheets leave such lines at the end
        }
        let line = lines_above + record.position().map_or(0, csv::Position::line);
        if !emit(
            csv_row(&record, line, &places, columns.columns),
            counts.bytes.get(),
        ) {
            break;
        }
    }
    Ok(())
}

/// How messages speak of the row that names the columns.
pub(super) struct Heading<'a> {
    /// The row itself.
    pub called: &'a str,
    /// How its names are told from each other.
    pub apart: &'a str,
    /// What of a mapping may be wrong, beside `[columns]`.
    pub beside: &'a str,
}

/// For each name of the header, the column of the table that it fills; `None` for one that is passed over.
pub(super) fn header_places(
    names: &[String],
    heading: &Heading<'_>,
    layout: Layout<'_>,
) -> Result<Vec<Option<usize>>, ImportError> {
    let columns = layout.columns;
    let Heading {
        called,
        apart,
        beside,
    } = heading;
    let wrong = |told: String| {
        let ours: Vec<_> = columns.iter().map(|column| column.name).collect();
        ImportError::Header(format!(
            "{told}; {called} names the columns {} in any order{apart}",
            ours.join(", ")
        ))
    };
    let mut places = Vec::new();
    for name in names {
        let place = match layout.place(name, str::eq_ignore_ascii_case) {
            Place::Column(at) => Some(at),
            Place::PassedOver => None,
            Place::Unknown => {
                return Err(wrong(format!("there is no column {:?}", shortened(name))));
            }
        };
        if place.is_some() && places.contains(&place) {
            return Err(wrong(format!(
                "the column {:?} is there twice",
                shortened(name)
            )));
        }
        places.push(place);
    }
    for (at, column) in columns.iter().enumerate() {
        if layout.needs(column) && !places.contains(&Some(at)) {
            return Err(match layout.shown(column) {
                Some(theirs) => ImportError::Header(format!(
                    "the mapping finds {} in the column {theirs:?}, which {called} does not name; correct [columns] of the \
                     mapping, or {beside}",
                    column.name
                )),
                None => wrong(format!("the column {:?} is missing", column.name)),
            });
        }
    }
    Ok(places)
}

fn csv_row(
    record: &csv::ByteRecord,
    line: u64,
    places: &[Option<usize>],
    columns: &[Column],
) -> Result<Row, Refused> {
    let mut values = vec![String::new(); columns.len()];
    let mut faults = Vec::new();
    if record.len() != places.len() {
        faults.push(Fault::new(
            "",
            "wrong-length",
            format!(
                "{} fields where the header names {}; put quotes around a value that holds the separator or a quote",
                record.len(),
                places.len()
            ),
        ));
    }
    for (field, place) in record.iter().zip(places) {
        let Some((value, column)) =
            place.and_then(|at| Some((values.get_mut(at)?, columns.get(at)?)))
        else {
            continue;
        };
        match std::str::from_utf8(field) {
            Ok(text) => *value = text.to_owned(),
            Err(_) => {
                *value = String::from_utf8_lossy(field).into_owned();
                faults.push(Fault::new(
                    column.name,
                    "not-utf-8",
                    "this is not UTF-8; save the file as \"CSV UTF-8\"",
                ));
            }
        }
    }
    Row { line, values }.or_refused(faults)
}

fn csv_error(error: csv::Error) -> ImportError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => ImportError::Read(error),
        other => ImportError::Read(io::Error::other(format!("{other:?}"))),
    }
}

fn ndjson_rows<R: Read>(
    mut source: Source<R>,
    columns: Layout<'_>,
    emit: &mut Emit<'_>,
) -> Result<(), ImportError> {
    let counts = source.counts.clone();
    let mut text = Vec::new();
    loop {
        let line = counts.line();
        text.clear();
        if (&mut source).take(MAX_LINE).read_until(b'\n', &mut text)? == 0 {
            return Ok(());
        }
        let whole = text.ends_with(b"\n") || (text.len() as u64) < MAX_LINE;
        if !whole {
            source.skip_until(b'\n')?;
        }
        if text.trim_ascii().is_empty() {
            continue;
        }
        let row = if whole {
            let mut json = serde_json::Deserializer::from_slice(&text);
            let read = Object {
                columns,
                line: &|| line,
            }
            .deserialize(&mut json)
            .and_then(|row| json.end().map(|()| row));
            read.unwrap_or_else(|error| Err(syntax(line, &error)))
        } else {
            Err(Refused::whole(
                line,
                "too-long",
                format!(
                    "a line has at most {MAX_LINE} bytes; put each object on a line of its own"
                ),
            ))
        };
        if !emit(row, counts.bytes.get()) {
            return Ok(());
        }
    }
}

fn json_rows<R: Read>(
    source: Source<R>,
    columns: Layout<'_>,
    emit: &mut Emit<'_>,
) -> Result<(), ImportError> {
    let counts = source.counts.clone();
    let mut stopped = false;
    let mut json = serde_json::Deserializer::from_reader(source);
    let read = (&mut json)
        .deserialize_seq(Array {
            columns,
            counts: &counts,
            stopped: &mut stopped,
            emit,
        })
        .and_then(|()| json.end());
    match read {
        Err(_) if stopped => Ok(()),
        Err(error) if error.is_io() => Err(ImportError::Read(error.into())),
        Err(error) => {
            let mut refused = syntax(error.line() as u64, &error);
            for fault in &mut refused.faults {
                fault
                    .message
                    .push_str("; nothing after this place was read");
            }
            emit(Err(refused), counts.bytes.get());
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

fn syntax(line: u64, error: &serde_json::Error) -> Refused {
    Refused::whole(line, "not-json", format!("not JSON: {error}"))
}

/// An array of records, handed on one by one.
struct Array<'a, 'e> {
    columns: Layout<'a>,
    counts: &'a Counts,
    stopped: &'a mut bool,
    emit: &'a mut Emit<'e>,
}

impl<'de> Visitor<'de> for Array<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let line = || self.counts.line();
        while let Some(row) = seq.next_element_seed(Object {
            columns: self.columns,
            line: &line,
        })? {
            if !(self.emit)(row, self.counts.bytes.get()) {
                *self.stopped = true;
                return Err(A::Error::custom("nobody listens"));
            }
        }
        Ok(())
    }
}

/// One record; whatever is wrong with it apart from its syntax leaves the reader behind it.
#[derive(Clone, Copy)]
struct Object<'a> {
    columns: Layout<'a>,
    line: &'a dyn Fn() -> u64,
}

impl Object<'_> {
    fn no_object<E>(self, what: &str) -> Result<Result<Row, Refused>, E> {
        Ok(Err(Refused::whole(
            (self.line)(),
            "not-an-object",
            format!("{what} where an object belongs; write {{\"code\": …}}"),
        )))
    }
}

impl<'de> DeserializeSeed<'de> for Object<'_> {
    type Value = Result<Row, Refused>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = Result<Row, Refused>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let line = (self.line)();
        let columns = self.columns.columns;
        let mut values = vec![String::new(); columns.len()];
        let mut seen = vec![false; columns.len()];
        let mut faults = Vec::new();
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            let at = match self.columns.place(&name, |one, other| one == other) {
                Place::Column(at) => at,
                Place::PassedOver => continue,
                Place::Unknown => {
                    let names: Vec<_> = columns.iter().map(|column| column.name).collect();
                    faults.push(Fault::new(
                        shortened(&name),
                        "unknown-column",
                        format!("this table has the columns {}", names.join(", ")),
                    ));
                    continue;
                }
            };
            let (Some(slot), Some(seen)) = (values.get_mut(at), seen.get_mut(at)) else {
                continue;
            };
            if std::mem::replace(seen, true) {
                faults.push(Fault::new(name, "repeated", "name each column once"));
                continue;
            }
            match value {
                Value::String(text) => *slot = text,
                Value::Null => {}
                other => {
                    faults.push(Fault::new(
                        name,
                        "not-text",
                        "a value is text or null; put it in quotes (a code without them may lose its zeros)",
                    ));
                    *slot = other.to_string();
                }
            }
        }
        Ok(Row { line, values }.or_refused(faults))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let refused = self.no_object("an array");
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        refused
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        self.no_object("a text")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        self.no_object("true or false")
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        self.no_object("a number")
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        self.no_object("a number")
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        self.no_object("a number")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        self.no_object("null")
    }
}

impl Row {
    /// The row, unless something is wrong with it.
    pub(super) fn or_refused(self, faults: Vec<Fault>) -> Result<Self, Refused> {
        if faults.is_empty() {
            Ok(self)
        } else {
            Err(Refused {
                line: self.line,
                faults,
                values: self.values,
            })
        }
    }
}

impl Refused {
    /// A record that could not be taken apart.
    fn whole(line: u64, code: &str, message: String) -> Self {
        Self {
            line,
            faults: vec![Fault::new("", code, message)],
            values: Vec::new(),
        }
    }
}

/// A foreign name, cut to what fits in a message.
pub(super) fn shortened(name: &str) -> String {
    name.chars().take(60).collect()
}

/// How far a file has been read.
#[derive(Debug, Default)]
struct Counts {
    bytes: Cell<u64>,
    newlines: Cell<u64>,
}

impl Counts {
    /// The line of the next byte.
    fn line(&self) -> u64 {
        self.newlines.get() + 1
    }
}

/// The file without its byte order mark, counted while it is read.
struct Source<R> {
    inner: BufReader<Chain<Cursor<Vec<u8>>, R>>,
    counts: Rc<Counts>,
    /// It begins as a workbook does.
    is_workbook: bool,
}

impl<R: Read> Source<R> {
    fn new(mut reader: R) -> Result<Self, ImportError> {
        let mut start = Vec::new();
        reader
            .by_ref()
            .take(workbook::TOLD_WITHIN)
            .read_to_end(&mut start)?;
        if start.starts_with(&[0xFF, 0xFE]) || start.starts_with(&[0xFE, 0xFF]) {
            return Err(ImportError::Header(
                "the file is UTF-16; save it as \"CSV UTF-8\" or as UTF-8 JSON".to_owned(),
            ));
        }
        if start.starts_with(&[0xEF, 0xBB, 0xBF]) {
            start.drain(..3);
        }
        Ok(Self {
            is_workbook: workbook::is_workbook(&start),
            inner: BufReader::with_capacity(1 << 16, Cursor::new(start).chain(reader)),
            counts: Rc::default(),
        })
    }

    /// The first byte that is no white space, which is passed over; the byte itself stays.
    fn first_byte(&mut self) -> io::Result<Option<u8>> {
        loop {
            let buffer = self.fill_buf()?;
            let Some(&first) = buffer.first() else {
                return Ok(None);
            };
            if !first.is_ascii_whitespace() {
                return Ok(Some(first));
            }
            self.consume(1);
        }
    }
}

impl<R: Read> BufRead for Source<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        let passed = self.inner.buffer().get(..amount).unwrap_or_default();
        let newlines = passed.iter().filter(|&&byte| byte == b'\n').count() as u64;
        let counts = &self.counts;
        counts.newlines.set(counts.newlines.get() + newlines);
        counts.bytes.set(counts.bytes.get() + amount as u64);
        self.inner.consume(amount);
    }
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(into)?;
        self.consume(count);
        Ok(count)
    }
}
