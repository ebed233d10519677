//! Every method that a shipped form declares can be computed from it.

use std::fs;
use std::path::Path;

use survey::form::{Form, Judge, Role, ScaleKind, load};
use survey::method::{Method, Scope, figure};

use crate::forms::{NOT_ASKED, count};

fn shipped() -> Vec<Form> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("forms");
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.ends_with("form.schema.json"))
        .map(|path| load(&fs::read_to_string(&path).unwrap(), &path.to_string_lossy()).unwrap())
        .collect()
}

/// The best answer to every question that a person is asked.
fn best(form: &Form) -> Vec<u8> {
    form.items
        .iter()
        .map(|item| match item.judge {
            Judge::Records => NOT_ASKED,
            Judge::Person => {
                let levels = &form.scale_of(item).unwrap().levels;
                levels.iter().map(|level| level.value).max().unwrap()
            }
        })
        .collect()
}

#[test]
fn the_best_answers_give_the_best_figure_in_every_scope() {
    let forms = shipped();
    assert!(!forms.is_empty());
    for form in forms {
        let cell = count(&form, &[best(&form), best(&form)]);
        let ratings = form.items.iter().enumerate().filter(|(_, item)| {
            let kind = form.scale_of(item).unwrap().kind;
            item.role == Role::Rating
                && item.judge == Judge::Person
                && matches!(kind, ScaleKind::Satisfaction | ScaleKind::Points)
        });
        let scopes: Vec<_> = (0..form.factors.len())
            .map(Scope::Factor)
            .chain(ratings.map(|(at, _)| Scope::Item(at)))
            .chain([Scope::Headline])
            .collect();
        for &method in &form.index.methods {
            for &scope in &scopes {
                let name = format!("{} {} {scope:?}", form.id, method.id());
                let figure = figure(&form, &cell, method, scope).expect(&name);
                assert!(figure.n > 0, "{name}");
                let expected = match (method, scope) {
                    (Method::Top2 | Method::Mean100, _) => Some(100.0),
                    (Method::Points18, Scope::Headline) => None, // two indicators come from the records
                    (Method::Points18, _) => Some(2.0),
                };
                assert_eq!(figure.value, expected, "{name}");
            }
        }
    }
}
