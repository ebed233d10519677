//! `forms/form.schema.json` is what editors and authors of forms see; it must say what the program reads.
//!
//! After a change to the types: `UPDATE_SCHEMA=1 cargo test -p hai-long-survey --features schema --test schema`

use std::path::Path;

use serde_json::Value;

fn on_disk() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("forms/form.schema.json")
}

#[test]
fn the_file_is_what_the_types_say() {
    let made = survey::form::json_schema();
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        let text = serde_json::to_string_pretty(&made).expect("a schema is JSON");
        std::fs::write(on_disk(), text + "\n").expect("the forms folder is writable");
    }
    let kept = std::fs::read_to_string(on_disk()).expect("forms/form.schema.json is there");
    let kept: Value = serde_json::from_str(&kept).expect("forms/form.schema.json is JSON");
    assert!(
        kept == made,
        "forms/form.schema.json is out of date; write it anew with \
         UPDATE_SCHEMA=1 cargo test -p hai-long-survey --features schema --test schema"
    );
}

#[test]
fn every_shipped_form_fits_the_schema() {
    let schema = jsonschema::validator_for(&survey::form::json_schema()).expect("a valid schema");
    for (file, json) in survey::form::shipped() {
        let form: Value = serde_json::from_str(json).expect("JSON");
        let errors: Vec<String> = schema
            .iter_errors(&form)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{file}: {errors:#?}");
    }
}

#[test]
fn the_schema_refuses_what_the_program_cannot_read() {
    let schema = jsonschema::validator_for(&survey::form::json_schema()).expect("a valid schema");
    let (_, json) = survey::form::shipped()[0];
    let form: Value = serde_json::from_str(json).expect("JSON");
    type Break = (&'static str, fn(&mut Value));
    let breaks: [Break; 4] = [
        ("unknown field", |form| form["button"] = "submit".into()),
        ("no instrument", |form| {
            form.as_object_mut()
                .expect("an object")
                .remove("instrument");
        }),
        ("unknown role", |form| {
            form["items"][0]["role"] = "vote".into()
        }),
        ("level out of range", |form| {
            form["scales"]["satisfaction-5"]["levels"][0]["value"] = 300.into();
        }),
    ];
    for (what, change) in breaks {
        let mut broken = form.clone();
        change(&mut broken);
        assert!(!schema.is_valid(&broken), "{what}");
        assert!(
            survey::form::load(&broken.to_string(), "broken.json").is_err(),
            "{what}"
        );
    }
}
