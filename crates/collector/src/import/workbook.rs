//! A workbook (.xlsx) as rows: its sheet, the row that names the columns, and what a cell says, as text.
//!
//! A workbook is a zip archive of XML parts and can only be read whole, so it is refused before it is unpacked when
//! that would take more memory than a table is worth. The cells are read one after the other and no row is made that the
//! sheet does not have, since a sheet of two cells may claim to have seventeen thousand million.

use std::fmt::Display;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{
    DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Style, Xlsx, XlsxCellReader,
};
use jiff::Unit;
use jiff::civil::{DateTime, Time};
use survey::response::Fault;
use zip::ZipArchive;

use super::mapping::{Mapping, fold};
use super::read::{Column, Emit, Heading, Layout, Row, header_places, shortened};
use super::{ImportError, Refused};

/// With so many bytes [`is_workbook`] can tell.
pub(super) const TOLD_WITHIN: u64 = 8;
/// What a zip archive begins with, and so every .xlsx.
const ARCHIVE: &[u8] = b"PK\x03\x04";
/// What an old .xls begins with, and an .xlsx that is locked with a password.
const COMPOUND: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

/// Largest workbook, in bytes; a full sheet packs to less.
const MAX_FILE: u64 = 128 << 20;
/// Most that a workbook may unpack to, in bytes: about a full sheet of dossiers.
const MAX_UNPACKED: u64 = 512 << 20;
/// Rows that spreadsheet programs know.
const MAX_ROWS: u64 = 1_048_576;
/// Columns that are looked at; those to the right of them are passed over.
const MAX_COLUMNS: u32 = 1_000;
/// Rows among which the header is looked for: below titles, and not below the table.
const HEADER_WITHIN: u64 = 100;
/// Longest text of a cell, in bytes. The cells of a sheet may share one text, so that without this bound a small
/// workbook could make large rows.
const MAX_CELL: usize = 4_096;
/// Most digits to which a number is filled up with zeros; no code has more.
const MAX_DIGITS: usize = 64;
/// From here on spreadsheet programs round a whole number: they keep 15 digits.
const ROUNDED: f64 = 1e15;

/// Does a file that begins like this hold a workbook, .xlsx or of the old kind?
pub fn is_workbook(start: &[u8]) -> bool {
    start.starts_with(ARCHIVE) || start.starts_with(COMPOUND)
}

/// Reads every row of the sheet that holds the table.
pub(super) fn rows(
    reader: impl Read,
    layout: Layout<'_>,
    emit: &mut Emit<'_>,
) -> Result<(), ImportError> {
    let bytes = whole(reader)?;
    fits(&bytes, MAX_UNPACKED)?;
    let mut book: Xlsx<Cursor<&[u8]>> =
        guarded(|| Xlsx::new(Cursor::new(bytes.as_slice()))).map_err(unreadable)?;
    let sheet = chosen(
        book.sheets_metadata(),
        layout.mapping.and_then(Mapping::sheet),
    )?;
    let cells = guarded(|| book.worksheet_cells_reader(&sheet)).map_err(unreadable)?;
    let mut lines = Lines {
        cells,
        waiting: None,
        ended: false,
    };
    let places = header(&mut lines, layout, &sheet)?;
    let broken = |told| ImportError::Read(io::Error::other::<String>(told));
    while let Some(line) = lines.read().map_err(broken)? {
        if line.is_blank() {
            continue; // spreadsheets leave such rows at the end
        }
        let row = line.row(&places, layout.columns);
        if !emit(row, bytes.len() as u64) {
            break;
        }
    }
    Ok(())
}

/// The file, where it is a workbook of the kind and the size that is read here.
fn whole(reader: impl Read) -> Result<Vec<u8>, ImportError> {
    let mut bytes = Vec::new();
    reader.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.starts_with(COMPOUND) {
        // calamine reads these, but every sheet at once and with room for each cell between the first and the last one.
        return Err(ImportError::Header(
            "the file is a workbook of the old kind (.xls), or locked with a password; save it as .xlsx without a password, \
             or as \"CSV UTF-8\""
                .to_owned(),
        ));
    }
    if bytes.len() as u64 > MAX_FILE {
        return Err(too_large(&format!("has more than {} MiB", MAX_FILE >> 20)));
    }
    Ok(bytes)
}

/// Refuses a workbook that would take more than `most` bytes of memory, by what its directory says. The archive's
/// reader holds each part to the size that is told there.
fn fits(bytes: &[u8], most: u64) -> Result<(), ImportError> {
    let mut archive = guarded(|| ZipArchive::new(Cursor::new(bytes))).map_err(unreadable)?;
    let mut unpacked = 0_u64;
    let mut texts = Vec::new();
    let mut styles = Vec::new();
    for at in 0..archive.len() {
        let part = archive
            .by_index_data(at)
            .map_err(|error| unreadable(error.to_string()))?;
        unpacked = unpacked.saturating_add(part.size());
        let name = String::from_utf8_lossy(part.name_raw()).to_ascii_lowercase();
        if name.ends_with("sharedstrings.xml") {
            texts.push(at);
        } else if name.ends_with("styles.xml") {
            styles.push(at);
        }
    }
    let refused = || too_large(&format!("would unpack to more than {} MiB", most >> 20));
    if unpacked > most {
        return Err(refused());
    }
    // Of these two parts calamine may keep more than they unpack to: room for as many texts as are claimed, and for
    // each style a copy of the names that it uses.
    let mut tags = |at| {
        guarded(|| -> io::Result<Tags> { Tags::of(archive.by_index(at)?) }).map_err(unreadable)
    };
    for at in texts {
        let tags = tags(at)?;
        if tags.claimed > tags.count {
            return Err(refused());
        }
    }
    for at in styles {
        let tags = tags(at)?;
        if tags.count.saturating_mul(tags.longest) > most {
            return Err(refused());
        }
    }
    Ok(())
}

/// How much a reader may keep of an XML part.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tags {
    /// How many there are.
    count: u64,
    /// Bytes of the longest, with the text before it.
    longest: u64,
    /// The greatest number of texts that one claims to hold.
    claimed: u64,
}

impl Tags {
    fn of(part: impl Read) -> io::Result<Self> {
        const CLAIM: &[u8] = b"uniqueCount";
        let mut part = BufReader::new(part);
        let mut tags = Self::default();
        let mut tag = Vec::new();
        while part.read_until(b'>', &mut tag)? > 0 {
            tags.count += 1;
            tags.longest = tags.longest.max(tag.len() as u64);
            for (at, found) in tag.windows(CLAIM.len()).enumerate() {
                if found == CLAIM {
                    let after = tag.iter().skip(at + CLAIM.len());
                    let claimed = after
                        .skip_while(|byte| !byte.is_ascii_digit())
                        .take_while(|byte| byte.is_ascii_digit())
                        .fold(0_u64, |number, byte| {
                            number
                                .saturating_mul(10)
                                .saturating_add(u64::from(*byte - b'0'))
                        });
                    tags.claimed = tags.claimed.max(claimed);
                }
            }
            tag.clear();
        }
        Ok(tags)
    }
}

/// What a reader of archives and workbooks gives, or why it gives nothing. Some of its sums overflow when the numbers in
/// a damaged workbook are large enough, which is an error like any other here.
fn guarded<T, E: Display>(read: impl FnOnce() -> Result<T, E>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(given) => given.map_err(|error| error.to_string().chars().take(200).collect()),
        Err(_) => Err("its numbers contradict each other".to_owned()),
    }
}

fn unreadable(told: String) -> ImportError {
    ImportError::Header(format!(
        "the workbook cannot be read ({told}); open it in a spreadsheet program and save it as .xlsx again, or as \"CSV UTF-8\""
    ))
}

fn too_large(what: &str) -> ImportError {
    ImportError::Header(format!(
        "the workbook {what}; save the sheet as \"CSV UTF-8\", which may be of any length"
    ))
}

/// The name of the sheet that holds the table: the one that is wanted, or the first that people see.
fn chosen(sheets: &[calamine::Sheet], wanted: Option<&str>) -> Result<String, ImportError> {
    let tables: Vec<&calamine::Sheet> = sheets
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet)
        .collect();
    let found = match wanted {
        Some(wanted) => {
            let exactly = tables.iter().find(|sheet| sheet.name == wanted);
            let nearly = || {
                let wanted = fold(wanted);
                tables.iter().find(|sheet| fold(&sheet.name) == wanted)
            };
            exactly.or_else(nearly)
        }
        None => {
            let mut shown = tables.iter();
            shown
                .find(|sheet| sheet.visible == SheetVisible::Visible)
                .or(tables.first())
        }
    };
    found.map(|sheet| sheet.name.clone()).ok_or_else(|| {
        let names: Vec<String> = tables
            .iter()
            .take(20)
            .map(|sheet| format!("{:?}", shortened(&sheet.name)))
            .collect();
        ImportError::Header(match wanted {
            Some(wanted) => format!(
                "the workbook has no sheet {wanted:?}, but {}; correct `sheet` in the mapping",
                names.join(", ")
            ),
            None => {
                "the workbook has no sheet of cells; save the table as .xlsx or as \"CSV UTF-8\""
                    .to_owned()
            }
        })
    })
}

/// Reads on to the row that names the columns; for each column of the sheet that is one of the table's, both numbers.
///
/// Official tables have titles above it, so it is the first row that names all that must be named.
fn header(
    lines: &mut Lines<'_, impl Read + Seek>,
    layout: Layout<'_>,
    sheet: &str,
) -> Result<Vec<(usize, usize)>, ImportError> {
    let wanted = layout.mapping.and_then(Mapping::header_row);
    let last = wanted.unwrap_or(HEADER_WITHIN);
    // What to say of the row that names the most columns, when none names all.
    let mut nearest: Option<(usize, ImportError)> = None;
    while let Some(line) = lines.read().map_err(unreadable)? {
        if line.number > last {
            break;
        }
        if line.is_blank() || wanted.is_some_and(|wanted| line.number < wanted) {
            continue;
        }
        let (columns, names) = line.names();
        let called = format!(
            "the header (row {} of the sheet {:?})",
            line.number,
            shortened(sheet)
        );
        let heading = Heading {
            called: &called,
            apart: "",
            beside: "its sheet or header_row",
        };
        match header_places(&names, &heading, layout) {
            Ok(places) => {
                let both = columns.into_iter().zip(places);
                return Ok(both
                    .filter_map(|(column, place)| Some((column, place?)))
                    .collect());
            }
            Err(error) => {
                let placed = layout.placed(&names);
                let is_nearer = match &nearest {
                    Some((most, _)) => placed > *most,
                    None => placed > 0 || wanted.is_some(),
                };
                if is_nearer {
                    nearest = Some((placed, error));
                }
            }
        }
    }
    Err(match (nearest, wanted) {
        (Some((_, error)), _) => error,
        (None, Some(wanted)) => ImportError::Header(format!(
            "row {wanted} of the sheet {:?} is empty; correct `header_row` in the mapping, or its sheet",
            shortened(sheet)
        )),
        (None, None) => ImportError::Header(format!(
            "none of the first {HEADER_WITHIN} rows of the sheet {:?} names the columns {}; write their names above the values, \
             or name sheet and columns in a mapping (docs/feed.md)",
            shortened(sheet),
            layout.needed().join(", ")
        )),
    })
}

/// A sheet, row by row.
struct Lines<'a, R: Read + Seek> {
    cells: XlsxCellReader<'a, R>,
    /// The first cell of the next row.
    waiting: Option<Found<'a>>,
    ended: bool,
}

/// A cell and where it stands.
struct Found<'a> {
    row: u64,
    column: usize,
    cell: Cell<'a>,
}

impl<'a, R: Read + Seek> Lines<'a, R> {
    /// The next row that has a cell, or what is wrong with the sheet.
    fn read(&mut self) -> Result<Option<Line<'a>>, String> {
        let mut line: Option<Line<'a>> = None;
        loop {
            let found = match self.waiting.take() {
                Some(found) => found,
                None => match self.cell()? {
                    Some(found) => found,
                    None => return Ok(line),
                },
            };
            let current = line.get_or_insert_with(|| Line {
                number: found.row,
                cells: Vec::new(),
            });
            if current.number != found.row {
                self.waiting = Some(found);
                return Ok(line);
            }
            if current.cells.len() <= found.column {
                current.cells.resize_with(found.column + 1, Cell::default);
            }
            if let Some(cell) = current.cells.get_mut(found.column) {
                *cell = found.cell;
            }
        }
    }

    /// The next cell that says something.
    fn cell(&mut self) -> Result<Option<Found<'a>>, String> {
        while !self.ended {
            let cells = &mut self.cells;
            let Some((cell, style)) = guarded(|| cells.next_cell_with_style_id())? else {
                self.ended = true;
                break;
            };
            let (row, column) = cell.get_position();
            let row = u64::from(row) + 1;
            if row > MAX_ROWS {
                return Err(format!(
                    "the sheet has a row {row}, and no sheet has more than {MAX_ROWS}"
                ));
            }
            if column < MAX_COLUMNS && *cell.get_value() != DataRef::Empty {
                let digits = self.cells.styles().get(style).map_or(0, digits);
                return Ok(Some(Found {
                    row,
                    column: column as usize,
                    cell: Cell {
                        value: cell.get_value().clone(),
                        digits,
                    },
                }));
            }
        }
        Ok(None)
    }
}

/// The digits that a number of this style is shown with at least: five for the format `00000`, as codes have it.
fn digits(style: &Style) -> usize {
    let format = style.number_format.as_ref();
    format
        .map(|format| format.format_code.as_str())
        .filter(|format| format.bytes().all(|byte| byte == b'0'))
        .map_or(0, |format| format.len().min(MAX_DIGITS))
}

/// A row of a sheet.
struct Line<'a> {
    /// Its number; the first row is 1.
    number: u64,
    /// Its cells from the first column on.
    cells: Vec<Cell<'a>>,
}

impl Line<'_> {
    fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| match &cell.value {
            DataRef::Empty => true,
            DataRef::String(text) => text.trim().is_empty(),
            DataRef::SharedString(text) => text.trim().is_empty(),
            _ => false,
        })
    }

    /// What stands in the row, if it is the one that names the columns: the number of each column that has a name, and
    /// the name.
    fn names(&self) -> (Vec<usize>, Vec<String>) {
        let cells = self.cells.iter().enumerate();
        cells
            .filter_map(|(column, cell)| Some((column, cell.text().ok()?.trim().to_owned())))
            .filter(|(_, name)| !name.is_empty())
            .unzip()
    }

    /// The row of the table, by the places that [`header`] gives.
    fn row(&self, places: &[(usize, usize)], columns: &[Column]) -> Result<Row, Refused> {
        let mut values = vec![String::new(); columns.len()];
        let mut faults = Vec::new();
        for (at, place) in places {
            let (Some(cell), Some(value), Some(column)) = (
                self.cells.get(*at),
                values.get_mut(*place),
                columns.get(*place),
            ) else {
                continue;
            };
            match cell.text() {
                Ok(text) => *value = text,
                Err(NoText { shown, code, told }) => {
                    *value = shown;
                    let name = format!("cell {}{}", letters(*at), self.number);
                    faults.push(Fault::new(column.name, code, format!("{name} {told}")));
                }
            }
        }
        let line = self.number;
        Row { line, values }.or_refused(faults)
    }
}

/// A cell of a sheet.
#[derive(Default)]
struct Cell<'a> {
    value: DataRef<'a>,
    /// The digits that a number is shown with at least.
    digits: usize,
}

/// Why a cell cannot be taken as text.
#[derive(Debug, PartialEq, Eq)]
struct NoText {
    /// What to keep of it for the file of refused lines.
    shown: String,
    code: &'static str,
    /// The rule and the mend, to be said of the cell.
    told: String,
}

impl NoText {
    fn new(shown: impl Into<String>, told: impl Into<String>) -> Self {
        Self {
            shown: shown.into(),
            code: "not-text",
            told: told.into(),
        }
    }
}

impl Cell<'_> {
    /// What the cell says, in the way in which a CSV file of the same table would.
    fn text(&self) -> Result<String, NoText> {
        match &self.value {
            DataRef::Empty => Ok(String::new()),
            DataRef::String(text) => bounded(text),
            DataRef::SharedString(text) => bounded(text),
            DataRef::Int(number) => Ok(self.filled_up(*number)),
            DataRef::Float(number) => self.number(*number),
            DataRef::DateTime(moment) => date(moment).ok_or_else(|| {
                NoText::new(
                    moment.to_string(),
                    "holds a time that is of no day; format it as a date, or write 2026-03-13 or 13/03/2026 10:56",
                )
            }),
            DataRef::DateTimeIso(text) => match text.parse::<DateTime>() {
                Ok(moment) => Ok(iso(moment)),
                Err(_) => bounded(text),
            },
            DataRef::DurationIso(text) => Err(NoText::new(
                shortened(text),
                "holds a length of time; format it as a date, or write 2026-03-13 or 13/03/2026 10:56",
            )),
            DataRef::Bool(truth) => Err(NoText::new(
                if *truth { "TRUE" } else { "FALSE" },
                "is true or false; format it as text and write the word that is meant",
            )),
            DataRef::Error(error) => Err(NoText {
                code: "cell-error",
                ..NoText::new(
                    error.to_string(),
                    format!("shows the error {error}; mend its formula, or write the value"),
                )
            }),
        }
    }

    fn number(&self, number: f64) -> Result<String, NoText> {
        let refused = |told: &str| Err(NoText::new(number.to_string(), told));
        // Neither holds for what is no number at all.
        if number.fract() != 0.0 {
            // As in JSON: 1.010 is kept as 1.01, which is the code of another procedure.
            refused(
                "is a number with decimals, whose last zeros a sheet does not keep; format it as text and write it again",
            )
        } else if number.abs() >= ROUNDED {
            refused(
                "is a number of more than 15 digits, of which a sheet keeps 15; format it as text and write it again",
            )
        } else {
            Ok(self.filled_up(number as i64))
        }
    }

    fn filled_up(&self, number: i64) -> String {
        format!("{number:0digits$}", digits = self.digits)
    }
}

fn bounded(text: &str) -> Result<String, NoText> {
    if text.len() <= MAX_CELL {
        return Ok(text.to_owned());
    }
    Err(NoText {
        code: "too-long",
        ..NoText::new(
            shortened(text),
            format!("holds more than {MAX_CELL} bytes of text; shorten it"),
        )
    })
}

/// The day, or the moment on the clock of the office: a sheet knows no time zones.
fn date(moment: &ExcelDateTime) -> Option<String> {
    if !moment.is_datetime() {
        return None;
    }
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    let at = DateTime::new(
        i16::try_from(year).ok()?,
        i8::try_from(month).ok()?,
        i8::try_from(day).ok()?,
        i8::try_from(hour).ok()?,
        i8::try_from(minute).ok()?,
        i8::try_from(second).ok()?,
        i32::from(milli) * 1_000_000,
    );
    // A sheet keeps a moment as a fraction of the day, and 10:56 may come out as a little less.
    Some(iso(at.ok()?.round(Unit::Second).ok()?))
}

/// A moment at midnight is a day alone: a sheet does not tell them apart, and a dossier is due until its day is over.
fn iso(moment: DateTime) -> String {
    if moment.time() == Time::midnight() {
        moment.date().to_string()
    } else {
        moment.to_string()
    }
}

/// The letters of a column: A for the first.
fn letters(column: usize) -> String {
    let mut left = column + 1;
    let mut letters = String::new();
    while left > 0 {
        left -= 1;
        letters.insert(0, char::from(b'A' + (left % 26) as u8));
        left /= 26;
    }
    letters
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType;
    use rust_xlsxwriter::Workbook;

    use super::*;

    fn told(result: Result<(), ImportError>) -> String {
        result.unwrap_err().to_string()
    }

    #[test]
    fn columns_have_the_letters_that_spreadsheets_show() {
        let names = [0, 25, 26, 51, 701, 702].map(letters);
        assert_eq!(names, ["A", "Z", "AA", "AZ", "ZZ", "AAA"]);
    }

    #[test]
    fn a_date_is_a_day_a_moment_of_the_day_or_nothing() {
        let on = |days: f64, kind| date(&ExcelDateTime::new(days, kind, false));
        let moment = |days| on(days, ExcelDateTimeType::DateTime);
        assert_eq!(moment(46_238.0).as_deref(), Some("2026-08-04"));
        let morning = 46_238.0 + (10.0 * 60.0 + 56.0) / 1_440.0;
        assert_eq!(moment(morning).as_deref(), Some("2026-08-04T10:56:00"));
        // Kept with fewer digits than the moment has.
        assert_eq!(
            moment(46_238.455_555).as_deref(),
            Some("2026-08-04T10:56:00")
        );
        // The day that only spreadsheets know.
        assert_eq!(moment(60.0), None);
        assert_eq!(on(0.5, ExcelDateTimeType::TimeDelta), None);
    }

    #[test]
    fn a_workbook_that_would_unpack_too_large_is_refused_by_its_directory() {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for row in 0..2_000 {
            sheet.write_number(row, 0, 1).unwrap();
        }
        let bytes = book.save_to_buffer().unwrap();
        assert!(bytes.len() < 50_000, "{} bytes", bytes.len());
        assert!(fits(&bytes, MAX_UNPACKED).is_ok());
        let told = told(fits(&bytes, 50_000));
        assert!(
            told.contains("unpack") && told.contains("CSV UTF-8"),
            "{told}"
        );
    }

    #[test]
    fn what_a_part_claims_is_counted() {
        let part =
            br#"<?xml version="1.0"?><sst count="3" uniqueCount = "099999999999"><si/></sst>"#;
        let tags = Tags::of(&part[..]).unwrap();
        assert_eq!((tags.count, tags.claimed), (4, 99_999_999_999));
        let none = Tags::of(&b"no tag at all"[..]).unwrap();
        assert_eq!((none.count, none.longest, none.claimed), (1, 13, 0));
    }

    #[test]
    fn what_a_reader_cannot_bear_is_an_error() {
        let given = guarded(|| -> io::Result<u8> { panic!("an overflow") });
        assert!(given.is_err());
    }
}
