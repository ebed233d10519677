//! Every shipped form as a plain page.

use std::collections::BTreeSet;

use survey::form::{load, shipped};
use survey::response::Touchpoint;

use super::*;

fn opened(form: &Form) -> Opened {
    Opened {
        form: form.id.clone(),
        form_version: form.version,
        unit: "H57.132".into(),
        unit_name: Some("Xã A".into()),
        procedure_name: Some("Đăng ký <b>".into()),
        touchpoint: Touchpoint::Result,
        scale_order: None,
        demo: true,
        server_time: jiff::Timestamp::now(),
    }
}

fn html(form: &Form, lang: &str, wrong: &Wrong) -> String {
    let (opened, entered) = (opened(form), Entered::nothing(lang, jiff::Timestamp::now()));
    let page = Page::of(form, &opened, "4017932588091746335261", &entered, wrong);
    page.render().expect("a page")
}

#[test]
fn every_shipped_form_is_asked_whole_in_its_languages() {
    for (name, text) in shipped() {
        let form = load(text, name).expect("a shipped form");
        for lang in &form.languages {
            let html = html(&form, lang.as_str(), &Wrong::Nothing);
            let spoken = words().chosen(&form, lang.as_str());
            assert!(
                html.contains(&format!("<html lang=\"{spoken}\">")),
                "{name} in {lang}"
            );
            for item in entered::asked(&form) {
                let group = format!("name=\"a.{}\"", item.id);
                let scale = form.scale_of(item).expect("a scale");
                let ways = scale.levels.len()
                    + usize::from(scale.not_applicable.is_some())
                    + usize::from(!item.required);
                assert_eq!(html.matches(&group).count(), ways, "{name} {}", item.id);
            }
            let asked = entered::asked(&form).count() + usize::from(form.reasons.is_some());
            assert_eq!(html.matches("<legend>").count(), asked, "{name}");
            assert!(
                !html.contains(" style=")
                    && !html.contains("<script")
                    && !html.contains("javascript:"),
                "{name}"
            );
            assert!(html.contains("Đăng ký &#60;b&#62;"), "{name}");
        }
    }
}

#[test]
fn what_is_wrong_leads_to_its_place() {
    let (name, text) = shipped()[0];
    let form = load(text, name).expect("a shipped form");
    let id = entered::asked(&form).next().expect("an item").id.clone();
    let fields = Wrong::Fields {
        items: vec![id],
        comment: form.comment.is_some(),
    };
    let html = html(&form, "vi", &fields);
    let places: Vec<&str> = html
        .split("<a href=\"#")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert!(!places.is_empty());
    for place in places {
        assert!(html.contains(&format!("id=\"{place}\"")), "{place}");
    }
    let ids: Vec<&str> = html
        .split(" id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    let different: BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(different.len(), ids.len(), "{ids:?}");
}
