//! What the forms that come with the product promise.

#![cfg(feature = "server")]

use survey::form::{Form, Item, Judge, Role, ScaleKind, load, shipped};

fn form(id: &str) -> Form {
    shipped()
        .iter()
        .filter_map(|(file, json)| load(json, file).ok())
        .find(|form| form.id == id)
        .expect("a shipped form of this id")
}

fn vi(item: &Item) -> &str {
    item.text.exact("vi").expect("Vietnamese")
}

fn levels<'a>(form: &'a Form, item: &str) -> Vec<&'a str> {
    let item = form.item(item).expect("the item");
    let scale = form.scale_of(item).expect("its scale");
    scale
        .levels
        .iter()
        .map(|level| level.text.get("vi"))
        .collect()
}

const FIVE: [&str; 5] = [
    "Rất không hài lòng",
    "Không hài lòng",
    "Bình thường",
    "Hài lòng",
    "Rất hài lòng",
];

#[test]
fn every_shipped_form_loads_and_bears_its_name() {
    for (file, json) in shipped() {
        let form = load(json, file).unwrap_or_else(|faults| panic!("{faults:#?}"));
        assert_eq!(*file, format!("{}.v{}.json", form.id, form.version));
        assert_eq!(form.schema.as_deref(), Some("./form.schema.json"));
        assert!(form.languages.iter().any(|lang| lang.as_str() == "en"));
    }
}

#[test]
fn every_form_file_in_the_folder_ships() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("forms");
    let mut on_disk: Vec<String> = std::fs::read_dir(folder)
        .expect("the forms folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .filter(|name| name != "form.schema.json")
        .collect();
    let mut in_binary: Vec<&str> = shipped().iter().map(|(file, _)| *file).collect();
    on_disk.sort();
    in_binary.sort_unstable();
    assert_eq!(in_binary, on_disk);
}

#[test]
fn no_form_asks_who_the_person_is() {
    for (file, json) in shipped() {
        let form = load(json, file).expect("loads");
        for item in &form.items {
            let words = vi(item).to_lowercase();
            for forbidden in [
                "họ tên",
                "họ và tên",
                "số điện thoại",
                "email",
                "e-mail",
                "địa chỉ",
                "căn cước",
            ] {
                assert!(!words.contains(forbidden), "{file}: {}", item.id);
            }
            assert!(
                item.role != Role::Demographic || !item.required,
                "{file}: {}",
                item.id
            );
        }
    }
}

#[test]
fn the_quick_form_asks_for_overall_satisfaction_first() {
    let quick = form("one-stop-quick");
    let ids: Vec<&str> = quick.items.iter().map(|item| item.id.as_str()).collect();
    assert_eq!(
        ids,
        ["overall", "timeliness", "attitude", "guidance", "procedure"]
    );
    assert_eq!(
        vi(&quick.items[0]),
        "Ông/Bà có hài lòng với việc giải quyết hồ sơ này không?"
    );
    assert_eq!(levels(&quick, "overall"), FIVE);
    assert_eq!(quick.index.headline, ["overall"]);
    let reasons = quick.reasons.as_ref().expect("reasons");
    assert_eq!((reasons.item.as_str(), reasons.at_or_below), ("overall", 2));
    assert_eq!(quick.comment.expect("a comment").max_chars, 1200);
}

#[test]
fn the_sipas_form_has_nineteen_items_in_five_factors() {
    let sipas = form("sipas-services-2023");
    let ratings: Vec<&Item> = sipas
        .items
        .iter()
        .filter(|item| item.role == Role::Rating)
        .collect();
    let numbers: Vec<String> = (15..=33).map(|number: u32| number.to_string()).collect();
    let printed: Vec<String> = ratings
        .iter()
        .filter_map(|item| item.number.clone())
        .collect();
    assert_eq!(printed, numbers);
    let per_factor: Vec<usize> = sipas
        .factors
        .iter()
        .map(|factor| {
            ratings
                .iter()
                .filter(|item| item.factor.as_ref() == Some(&factor.id))
                .count()
        })
        .collect();
    assert_eq!(per_factor, [4, 4, 5, 3, 3]);
    assert!(sipas.order_fixed, "the order of the columns is prescribed");
    assert_eq!(levels(&sipas, "courtesy"), FIVE);
    assert_eq!(
        vi(ratings[8]),
        "Công chức có thái độ giao tiếp lịch sự, tôn trọng đối với người dân."
    );
    assert_eq!(
        vi(ratings[5]),
        "Thành phần hồ sơ người dân phải nộp là đúng quy định"
    );
}

#[test]
fn only_people_who_gave_feedback_rate_how_it_was_handled() {
    let sipas = form("sipas-services-2023");
    let mut answers = survey::answers::Answers::new();
    let feedback: Vec<&Item> = sipas
        .items
        .iter()
        .filter(|item| item.factor.as_deref() == Some("feedback"))
        .collect();
    assert_eq!(feedback.len(), 3);
    for (said, asked) in [(None, false), (Some(0), false), (Some(1), true)] {
        answers.clear();
        answers.extend(said.map(|level| {
            (
                "gave-feedback".into(),
                survey::answers::Answer::Level(level),
            )
        }));
        for item in &feedback {
            assert_eq!(
                sipas.applies(item, &answers, &[]),
                asked,
                "{} after {said:?}",
                item.id
            );
        }
    }
}

#[test]
fn ethnicity_is_off_unless_switched_on() {
    let sipas = form("sipas-services-2023");
    let ethnicity = sipas.item("ethnicity").expect("the item");
    let nothing = survey::answers::Answers::new();
    assert!(!sipas.applies(ethnicity, &nothing, &[]));
    assert!(sipas.applies(ethnicity, &nothing, &["ethnicity".to_owned()]));
}

#[test]
fn the_nine_indicators_are_judged_by_who_can() {
    let nine = form("one-stop-nine");
    assert_eq!(nine.items.len(), 9);
    for item in &nine.items {
        let by_records = matches!(item.number.as_deref(), Some("1" | "2"));
        assert_eq!(item.judge == Judge::Records, by_records, "{}", item.id);
        let scale = nine.scale_of(item).expect("its scale");
        assert_eq!(scale.kind, ScaleKind::Points);
        assert!(
            scale.levels.iter().map(|level| level.value).eq([0, 1, 2]),
            "{}",
            item.id
        );
    }
    let grades: Vec<(&str, u16)> = nine
        .index
        .bands
        .iter()
        .map(|band| (band.text.get("vi"), band.from))
        .collect();
    assert_eq!(
        grades,
        [
            ("Xuất sắc", 15),
            ("Tốt", 12),
            ("Khá", 9),
            ("Trung bình", 6),
            ("Yếu", 0)
        ]
    );
    assert!(
        nine.source
            .unverified
            .iter()
            .any(|open| open.get("en").contains("5 to 9"))
    );
}

#[test]
fn the_portals_twelve_criteria_say_that_their_scale_is_unverified() {
    let hue = form("hue-portal-12");
    assert_eq!(hue.items.len(), 12);
    assert_eq!(
        vi(&hue.items[2]),
        "Mức độ đúng hạn trong xử lý, trả kết quả"
    );
    assert!(
        hue.source
            .unverified
            .iter()
            .any(|open| open.get("en").contains("scale"))
    );
}

#[test]
fn the_three_levels_have_no_neutral_one() {
    assert_eq!(
        levels(&form("three-level"), "overall"),
        ["Không hài lòng", "Hài lòng", "Rất hài lòng"]
    );
}
