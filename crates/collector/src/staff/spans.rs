//! Spans of time as people say them: "3 phút trước", "2 years".

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::numbers::{day, whole};
use super::words::{Language, fill};
use crate::store::calendar::{ZONE, business_day};

/// A span in its largest whole unit, at least one minute; the sign does not matter.
pub(super) fn span(language: Language, span: SignedDuration) -> String {
    let words = &language.words().time;
    let minutes = (span.unsigned_abs().as_secs() / 60).max(1);
    let (count, one, many) = match minutes {
        ..60 => (minutes, &words.minute, &words.minutes),
        60..1440 => (minutes / 60, &words.hour, &words.hours),
        1440..525_600 => (minutes / 1440, &words.day, &words.days),
        525_600.. => (minutes / 525_600, &words.year, &words.years),
    };
    let text = if count == 1 { one } else { many };
    fill(text, &[("n", &whole(language, count))])
}

/// How long ago something was.
pub(super) fn ago(language: Language, since: SignedDuration) -> String {
    let words = &language.words().time;
    if since < SignedDuration::from_mins(1) {
        return words.now.clone();
    }
    fill(&words.ago, &[("span", &span(language, since))])
}

/// A time of today, as clocks in Viet Nam show it: `14:05`.
pub(super) fn clock_time(moment: Timestamp) -> String {
    let time = TimeZone::fixed(ZONE).to_datetime(moment).time();
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// Day and time in Việt Nam.
pub(super) fn moment(at: Timestamp, lang: Language) -> String {
    format!("{} {}", day(lang, business_day(at)), clock_time(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_their_largest_unit() {
        let told = |language, seconds| ago(language, SignedDuration::from_secs(seconds));
        assert_eq!(told(Language::Vi, 59), "vừa xong");
        assert_eq!(told(Language::Vi, 180), "3 phút trước");
        assert_eq!(told(Language::En, 60), "1 minute ago");
        assert_eq!(told(Language::En, 3599), "59 minutes ago");
        assert_eq!(told(Language::Vi, 3600), "1 giờ trước");
        assert_eq!(told(Language::En, 2 * 86_400), "2 days ago");
        assert_eq!(told(Language::En, 56 * 365 * 86_400), "56 years ago");
        assert_eq!(
            told(Language::Vi, -10),
            "vừa xong",
            "the clock was set back"
        );
        assert_eq!(
            span(Language::En, SignedDuration::from_hours(-3)),
            "3 hours"
        );
    }
}
