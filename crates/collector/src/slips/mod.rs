//! A sheet of slips to print and cut: each invites one citizen to rate one dossier, and says nothing about anybody.

use askama::Template;
use jiff::Timestamp;
use survey::invite::Token;

use crate::qr::{self, QrError};
use crate::staff::words::{Language, SlipWords, Words, fill};
use crate::store::calendar::business_day;

/// One citizen's slip.
#[derive(Clone, Debug)]
pub struct Slip {
    /// Tells slips apart: whoever hands them out finds the dossier by it.
    pub number: u64,
    /// Name of the procedure, when it is known.
    pub procedure: Option<String>,
    /// The right to rate.
    pub token: Token,
    /// For a phone.
    pub link: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Why there is no sheet.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// A code could not be drawn.
    #[error(transparent)]
    Qr(#[from] QrError),
    /// The page could not be filled.
    #[error("the sheet of slips could not be written: {0}")]
    Page(#[from] askama::Error),
}

#[derive(Template)]
#[template(path = "slips.html")]
struct Sheet<'a> {
    lang: Language,
    words: &'a Words,
    demo: bool,
    slips: Vec<Drawn<'a>>,
}

struct Drawn<'a> {
    number: String,
    procedure: Option<&'a str>,
    /// An SVG element of ours.
    code: String,
    link: &'a str,
    digits: String,
    until: String,
}

/// The sheet as one HTML file that needs nothing else, in Vietnamese; `demo` marks it as made of synthetic data.
///
/// # Errors
/// See [`SheetError`].
pub fn sheet(slips: &[Slip], demo: bool) -> Result<String, SheetError> {
    let lang = Language::Vi;
    let words = lang.words();
    let drawn = slips.iter().map(|slip| drawn(slip, &words.slip));
    let sheet = Sheet {
        lang,
        words,
        demo,
        slips: drawn.collect::<Result<_, _>>()?,
    };
    Ok(sheet.render()?)
}

fn drawn<'a>(slip: &'a Slip, words: &SlipWords) -> Result<Drawn<'a>, QrError> {
    let day = business_day(slip.expires_at).strftime("%d/%m/%Y");
    Ok(Drawn {
        number: fill(&words.number, &[("number", &slip.number.to_string())]),
        procedure: slip.procedure.as_deref(),
        code: qr::svg(&slip.link)?,
        link: &slip.link,
        digits: grouped(&slip.token),
        until: fill(&words.until, &[("day", &day.to_string())]),
    })
}

/// The digits in fours, as people copy them.
fn grouped(token: &Token) -> String {
    let digits: Vec<char> = token.as_str().chars().collect();
    let groups: Vec<String> = digits.chunks(4).map(|four| four.iter().collect()).collect();
    groups.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_says_what_to_do_and_nothing_about_anybody() {
        let token: Token = "4017932588091746335261".parse().expect("a token");
        let slip = |number, procedure: Option<&str>| Slip {
            number,
            procedure: procedure.map(str::to_owned),
            link: format!("https://danhgia.example.vn/r/{token}"),
            token: token.clone(),
            // Already the next day in Viet Nam.
            expires_at: "2026-10-31T18:00:00Z".parse().expect("a time"),
        };
        let html = sheet(
            &[slip(2, Some("Đăng ký <biến động> đất đai")), slip(3, None)],
            true,
        )
        .expect("a sheet");
        for part in [
            "<html lang=\"vi\">",
            "Đăng ký &#60;biến động&#62; đất đai",
            "Ông/Bà",
            "4017 9325 8809 1746 3352 61",
            "https://danhgia.example.vn/r/4017932588091746335261",
            "01/11/2026",
            "Phiếu số 3",
            "@media print",
            "minh họa",
        ] {
            assert!(html.contains(part), "{part} is missing");
        }
        assert_eq!(html.matches("<svg").count(), 2);
        assert!(
            !html.contains("<script") && !html.contains("src="),
            "it needs nothing else"
        );
    }
}
