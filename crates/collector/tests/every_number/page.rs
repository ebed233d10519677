//! What stands on a page, read as plainly as a person reads it.

use super::desk::{Rows, number};

/// The text between two marks, without tags.
pub fn between(html: &str, before: &str, after: &str) -> Option<String> {
    let (_, rest) = html.split_once(before)?;
    let (inside, _) = rest.split_once(after)?;
    Some(text(inside))
}

/// Text without tags and character references.
fn text(html: &str) -> String {
    let mut plain = String::new();
    for part in html.split('<') {
        let after_tag = part.split_once('>').map_or(part, |(_, rest)| rest);
        plain.push_str(after_tag);
    }
    for (reference, character) in [
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#38;", "&"),
    ] {
        plain = plain.replace(reference, character);
    }
    plain.trim().to_owned()
}

/// A number as files write it: no thousands, no unit.
pub fn digits(text: &str) -> String {
    text.replace(',', "")
        .replace(['\u{a0}', '%'], "")
        .trim()
        .to_owned()
}

/// The value of a fact below the headline.
pub fn fact(page: &str, name: &str) -> Option<String> {
    let (_, rest) = page.split_once(&format!("<dt>{name}</dt>"))?;
    let (_, rest) = rest.split_once("<dd>")?;
    let (value, _) = rest.split_once('<')?;
    let value = digits(&text(value));
    Some(if value == "–" { String::new() } else { value })
}

/// The tables of a page of charts and tables, with their names.
pub fn tables(page: &str) -> Vec<(String, Rows)> {
    page.split("<section aria-labelledby=\"part-")
        .skip(1)
        .map(|section| {
            let (name, rest) = section.split_once('"').unwrap();
            let Some((_, table)) = rest.split_once("<tbody>") else {
                assert!(
                    rest.contains("There are no rows for this choice."),
                    "{name}"
                );
                return (name.to_owned(), Rows::new());
            };
            let (table, _) = table.split_once("</tbody>").unwrap();
            let rows = table.split("<tr>").skip(1).map(cells).collect();
            (name.to_owned(), rows)
        })
        .collect()
}

fn cells(row: &str) -> Vec<String> {
    row.split(['\n'])
        .collect::<String>()
        .split("<t")
        .skip(1)
        .map(|cell| {
            let (_, inside) = cell.split_once('>').unwrap();
            let end = inside
                .find("</td>")
                .or_else(|| inside.find("</th>"))
                .unwrap();
            text(&inside[..end])
        })
        .collect()
}

/// A bar of the report.
#[derive(Debug)]
pub struct Drawn {
    name: String,
    /// None where none is shown.
    pub value: Option<f64>,
    interval: Option<(f64, f64)>,
    n: String,
    coverage: String,
}

impl Drawn {
    /// Is it the row of the file?
    pub fn is(&self, row: &[String]) -> bool {
        let ends = number(&row[3]).zip(number(&row[4]));
        // The page prints one decimal of a coverage, the file two.
        let coverage = match (number(&self.coverage), number(&row[9])) {
            (Some(page), Some(file)) => (page - file).abs() <= 0.051,
            (page, file) => page == file,
        };
        // A group of responses that have no field is named on the page and has a dash in the file.
        let named = row[0] == "–" || self.name.ends_with(&row[0]);
        named
            && self.value == number(&row[2])
            && self.interval == ends
            && self.n == row[5]
            && coverage
    }
}

/// The bars of a part of the report.
pub fn report_rows(page: &str, part: &str) -> Vec<Drawn> {
    let Some((_, section)) = page.split_once(&format!("<section aria-labelledby=\"{part}\">"))
    else {
        return Vec::new();
    };
    let (section, _) = section.split_once("</section>").unwrap();
    section
        .split("<tbody role=\"rowgroup\">")
        .skip(1)
        .flat_map(|body| body.split("<tr role=\"row\">").skip(1))
        .filter(|row| row.contains("class=\"value\""))
        .map(|row| {
            let (_, heading) = row.split_once("class=\"name\">").unwrap();
            let (heading, _) = heading.split_once("</th>").unwrap();
            // The code stands small beside the name.
            let name = heading
                .split("<span class=\"code\">")
                .next()
                .unwrap_or(heading);
            let interval = between(row, "<span class=\"interval\">", "</span>");
            let ends = interval.as_deref().and_then(|text| text.split_once('–'));
            let last = |class: &str| {
                let cell = row
                    .split(&format!("class=\"{class}\"><span"))
                    .nth(1)
                    .unwrap_or_default();
                let (_, value) = cell.split_once("</span>").unwrap_or_default();
                digits(&text(value.split("</td>").next().unwrap_or_default()))
            };
            Drawn {
                name: text(name),
                value: between(row, "<b>", "</b>").and_then(|text| number(&digits(&text))),
                interval: ends.map(|(low, high)| (number(low).unwrap(), number(high).unwrap())),
                n: last("n"),
                coverage: last("coverage"),
            }
        })
        .collect()
}
