//! Names after a form of address: "chị Lan", "ÔNG NGUYỄN VĂN A".

use super::MASK;

/// Forms of address, with and without their marks, as people type them.
const ADDRESSES: [&str; 16] = [
    "ông", "bà", "anh", "chị", "cô", "chú", "em", "bác", "ong", "ba", "chi", "co", "chu", "bac",
    "chí", "c",
];
/// Forms of two words, by their second, which alone would be none.
const SECOND: [(&str, &str); 2] = [("chí", "đồng"), ("c", "đ")];
/// Two forms of address that stand together and are no name: "ông bà", "Anh Chị".
const PAIRS: [(&str, &str); 14] = [
    ("ông", "bà"),
    ("ông", "anh"),
    ("ong", "ba"),
    ("bà", "con"),
    ("bà", "chị"),
    ("anh", "chị"),
    ("anh", "chi"),
    ("anh", "em"),
    ("chị", "em"),
    ("cô", "chú"),
    ("cô", "bác"),
    ("chú", "bác"),
    ("co", "chu"),
    ("em", "xin"),
];
/// Places that look like a name, with the words after which they are one; after any word where none are named.
const PLACES: [(&str, &str, &[&str]); 7] = [
    ("bà", "rịa", &[]),
    ("bà", "nà", &[]),
    ("cô", "tô", &[]),
    ("bà", "đen", &["núi"]),
    ("ông", "đốc", &["sông"]),
    ("bà", "trưng", &["hai"]),
    ("bà", "triệu", &["đường", "phố", "ngõ", "hẻm", "số"]),
];
/// Middle names: whatever follows them is a name.
const MIDDLE: [&str; 2] = ["văn", "thị"];
/// Words that end a name where everything is in capitals. Elsewhere their capital makes them a name: people are called
/// Được, Cần and Hướng.
const NO_NAMES: [&str; 74] = [
    "và", "ở", "tại", "rất", "đã", "là", "có", "không", "được", "đến", "cho", "thì", "mà", "với",
    "làm", "nói", "đang", "sẽ", "bị", "của", "cần", "phải", "hãy", "xin", "nên", "khi", "nếu",
    "vì", "hay", "hoặc", "cũng", "chỉ", "vẫn", "ra", "vào", "đi", "về", "trong", "ngoài", "trên",
    "dưới", "ấy", "ta", "này", "kia", "đó", "nào", "ơi", "ạ", "nhé", "tôi", "mình", "chúng",
    "nhưng", "tuy", "sau", "trước", "quá", "thật", "còn", "đều", "luôn", "nhận", "hướng", "cán",
    "biết", "thấy", "hỏi", "gọi", "mời", "từ", "để", "theo", "lúc",
];
/// Longest name that is looked for, in words.
const LONGEST: usize = 6;

/// A word of letters, by where it stands.
struct Word {
    start: usize,
    end: usize,
    lower: String,
    /// It begins with a capital.
    capital: bool,
    /// It has nothing but capitals.
    capitals: bool,
}

/// The text with names masked; the form of address stays.
pub(super) fn masked(text: &str) -> String {
    let words = words(text);
    let gap = |at: usize| -> &str {
        let ends = words.get(at).zip(words.get(at + 1));
        ends.and_then(|(one, next)| text.get(one.end..next.start))
            .unwrap_or_default()
    };
    let mut kept = String::with_capacity(text.len());
    let mut copied = 0;
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let before = at.checked_sub(1).and_then(|before| words.get(before));
        let first = words.get(at + 1);
        let length = match first {
            Some(first) if addresses(word, before) && leads(gap(at)) => {
                // What is masked leads to no place: it is not there when the text is cleaned again.
                let lead = before.filter(|before| before.end > copied);
                length(&words, at + 1, (word, first), lead, gap)
            }
            _ => 0,
        };
        let ends = first.zip(words.get(at + length));
        if let Some((first, last)) = ends.filter(|_| length > 0) {
            kept.push_str(text.get(copied..first.start).unwrap_or_default());
            kept.push_str(MASK);
            copied = last.end;
        }
        at += length + 1;
    }
    kept.push_str(text.get(copied..).unwrap_or_default());
    kept
}

/// How many words from `start` on are a name; `lead` stands before the form of address.
fn length<'a>(
    words: &[Word],
    start: usize,
    (address, first): (&Word, &Word),
    lead: Option<&Word>,
    gap: impl Fn(usize) -> &'a str,
) -> usize {
    let pair = (address.lower.as_str(), first.lower.as_str());
    if PAIRS.contains(&pair) {
        return 0;
    }
    let mut length = 0;
    while let Some(word) = words.get(start + length).filter(|_| length < LONGEST) {
        let apart = length > 0 && !joins(gap(start + length - 1));
        if apart || !word.capital || ends_name(words, start + length) {
            break;
        }
        length += 1;
    }
    let is_place = PLACES.iter().any(|(one, other, leads)| {
        let leads_here = |lead: &Word| leads.contains(&lead.lower.as_str());
        pair == (*one, *other) && (leads.is_empty() || lead.is_some_and(leads_here))
    });
    if length == 1 && address.capital && is_place {
        0
    } else {
        length
    }
}

/// Does a name end before this word, because it is one of a sentence in capitals that no name has?
fn ends_name(words: &[Word], at: usize) -> bool {
    let around = at.checked_sub(1).and_then(|from| words.get(from..=at + 1));
    let Some([before, word, after]) = around else {
        return false;
    };
    [before, word, after].iter().all(|word| word.capitals)
        && !MIDDLE.contains(&before.lower.as_str())
        && NO_NAMES.contains(&word.lower.as_str())
}

fn addresses(word: &Word, before: Option<&Word>) -> bool {
    let lower = word.lower.as_str();
    match SECOND.iter().find(|(second, _)| *second == lower) {
        Some((_, first)) => before.is_some_and(|before| before.lower == *first),
        None => ADDRESSES.contains(&lower),
    }
}

/// May a name follow a form of address across this?
fn leads(gap: &str) -> bool {
    let fits = |c: char| matches!(c, ' ' | '\u{a0}' | ':' | '(' | '"' | '“' | '.' | '-');
    (1..=3).contains(&gap.chars().count()) && gap.chars().all(fits) && gap != ". "
}

/// May a name go on across this?
fn joins(gap: &str) -> bool {
    let space = |c: char| matches!(c, ' ' | '\u{a0}' | '-');
    gap == "." || ((1..=2).contains(&gap.chars().count()) && gap.chars().all(space))
}

fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    for (start, c) in text.char_indices() {
        // A mark that no letter took in stays with its letter.
        let of_word = c.is_alphabetic() || matches!(c, '\u{300}'..='\u{36f}');
        if !of_word {
            continue;
        }
        let end = start + c.len_utf8();
        match words.last_mut().filter(|word| word.end == start) {
            Some(word) => {
                word.end = end;
                word.lower.extend(c.to_lowercase());
                word.capitals &= !c.is_lowercase();
            }
            None => words.push(Word {
                start,
                end,
                lower: c.to_lowercase().collect(),
                capital: c.is_uppercase(),
                capitals: c.is_uppercase(),
            }),
        }
    }
    words
}
