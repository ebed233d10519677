//! `cargo xtask package`: the element as a package for npm, in `dist/npm/`; and the tags to copy, with their hashes. What the
//! element can do is told once, in `src/portal/element.json`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::step::root;
use crate::{embed, web};

/// The end of the loader for pages: the package leaves to its user whether and when the element is registered.
const REGISTERED: &str = "\ndefine();\n";

/// Builds the web files and the package, and prints what an integrator copies.
pub fn make() -> Result<()> {
    web::build(None)?;
    let folder = write()?;
    let vouched = fs::read_to_string(
        root()
            .join("dist")
            .join(embed::FOLDER)
            .join("integrity.json"),
    )?;
    let vouched: Value = serde_json::from_str(&vouched)?;
    println!(
        "The package: {}\n\nFor pages, with a hash that browsers check:\n",
        folder.display()
    );
    for (file, hash) in vouched.as_object().into_iter().flatten() {
        let kind = if file.ends_with(".iife.js") {
            "defer"
        } else if file.ends_with(".js") {
            "type=\"module\""
        } else {
            continue;
        };
        let hash = hash.as_str().unwrap_or_default();
        println!(
            "<script {kind} src=\"https://COLLECTOR/{}/{file}\" integrity=\"{hash}\" crossorigin></script>",
            embed::FOLDER
        );
    }
    Ok(())
}

/// Writes the package from what [`web::build`] has left in `dist/`, and gives its folder.
pub fn write() -> Result<PathBuf> {
    let dist = root().join("dist");
    let from = dist.join(embed::FOLDER);
    let to = dist.join("npm");
    if to.exists() {
        fs::remove_dir_all(&to)?;
    }
    fs::create_dir_all(&to)?;
    let text = fs::read_to_string(root().join("src/portal/element.json"))?;
    let element: Value = serde_json::from_str(&text).context("src/portal/element.json")?;

    let loader = fs::read_to_string(from.join("hai-long.js"))?;
    ensure!(
        loader.contains(REGISTERED),
        "the loader does not end with define();"
    );
    fs::write(to.join("index.js"), loader.replace(REGISTERED, "\n"))?;
    fs::write(
        to.join("define.js"),
        "import { define } from \"./index.js\";\ndefine();\n",
    )?;
    for entry in fs::read_dir(&from)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name.starts_with("hai-long-") && (name.ends_with(".wasm") || name.ends_with(".css")) {
            fs::copy(&path, to.join(name))?;
        }
    }
    let write = |name: &str, value: &Value| -> Result<()> {
        let text = serde_json::to_string_pretty(value)?;
        fs::write(to.join(name), text + "\n").with_context(|| name.to_owned())
    };
    write("package.json", &package())?;
    write("custom-elements.json", &manifest(&element))?;
    write("html-data.json", &html_data(&element))?;
    fs::write(to.join("index.d.ts"), types(&element))?;
    fs::write(to.join("define.d.ts"), "import \"./index.js\";\n")?;
    fs::copy(root().join("src/portal/npm.md"), to.join("README.md"))?;
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        let file = root().join(licence);
        if file.exists() {
            fs::copy(&file, to.join(licence))?;
        }
    }
    Ok(to)
}

fn package() -> Value {
    json!({
        "name": "hai-long",
        "version": env!("CARGO_PKG_VERSION"),
        "description": "A survey of citizens about the handling of their dossiers, as a custom element",
        "license": env!("CARGO_PKG_LICENSE"),
        "type": "module",
        "main": "./index.js",
        "types": "./index.d.ts",
        "exports": {
            ".": { "types": "./index.d.ts", "default": "./index.js" },
            "./define": { "types": "./define.d.ts", "default": "./define.js" },
            "./custom-elements.json": "./custom-elements.json",
            "./html-data.json": "./html-data.json",
            "./*.wasm": "./*.wasm",
            "./*.css": "./*.css",
            "./package.json": "./package.json"
        },
        "sideEffects": ["./define.js"],
        "customElements": "custom-elements.json"
    })
}

/// The items of a list of the element.
fn all<'a>(element: &'a Value, list: &str) -> impl Iterator<Item = &'a Value> {
    element[list].as_array().into_iter().flatten()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

/// Custom Elements Manifest, schema 2.1.0.
fn manifest(element: &Value) -> Value {
    let typed = |value: &Value, name: &str| json!({ "text": text(value, name) });
    let attributes: Vec<Value> = all(element, "attributes")
        .map(|one| {
            let mut listed = json!({
                "name": one["name"], "type": typed(one, "type"), "description": one["description"],
                "fieldName": property(text(one, "name")),
            });
            if let Some(default) = one.get("default") {
                listed["default"] = default.clone();
            }
            listed
        })
        .collect();
    let events: Vec<Value> = all(element, "events")
        .map(|one| {
            json!({
                "name": one["name"], "description": one["description"],
                "type": { "text": format!("CustomEvent<{}>", text(one, "detail")) },
            })
        })
        .collect();
    let methods = all(element, "methods").map(
        |one| json!({ "kind": "method", "name": one["name"], "description": one["description"] }),
    );
    let fields = all(element, "attributes")
        .filter(|one| text(one, "type") != "boolean")
        .map(|one| {
            json!({
                "kind": "field", "name": property(text(one, "name")), "attribute": one["name"],
                "type": { "text": "string | null" }, "description": one["description"],
            })
        });
    let members: Vec<Value> = fields.chain(methods).collect();
    let class = element["class"].clone();
    let module = json!({ "name": class, "module": "index.js" });
    json!({
        "schemaVersion": "2.1.0",
        "modules": [{
            "kind": "javascript-module",
            "path": "index.js",
            "declarations": [{
                "kind": "class", "customElement": true, "name": class, "tagName": element["tag"],
                "description": element["description"], "superclass": { "name": "HTMLElement" },
                "attributes": attributes, "events": events, "members": members,
                "cssParts": element["parts"], "cssProperties": element["properties"],
                "slots": [{ "name": "", "description": "A link for pages without scripts; shown until the survey is." }],
            }],
            "exports": [
                { "kind": "js", "name": class, "declaration": module },
                { "kind": "custom-element-definition", "name": element["tag"], "declaration": module },
            ],
        }],
    })
}

/// Custom data for editors, format 1.1.
fn html_data(element: &Value) -> Value {
    let attributes: Vec<Value> = all(element, "attributes")
        .map(|one| {
            let values: Vec<Value> = text(one, "type")
                .split('|')
                .filter_map(|value| value.trim().strip_prefix('"')?.strip_suffix('"'))
                .map(|value| json!({ "name": value }))
                .collect();
            let mut listed = json!({ "name": one["name"], "description": one["description"] });
            if !values.is_empty() {
                listed["values"] = values.into();
            }
            listed
        })
        .collect();
    json!({
        "version": 1.1,
        "tags": [{ "name": element["tag"], "description": element["description"], "attributes": attributes }],
    })
}

/// `scale-order` as a script writes it.
fn property(attribute: &str) -> String {
    let mut words = attribute.split('-');
    let mut name = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(letters.as_str());
    }
    name
}

/// Types for TypeScript, the DOM's and JSX's.
fn types(element: &Value) -> String {
    let (class, tag) = (text(element, "class"), text(element, "tag"));
    let mut own = String::new();
    let mut markup = String::new();
    for one in all(element, "attributes") {
        let (name, kind, about) = (
            text(one, "name"),
            text(one, "type"),
            text(one, "description"),
        );
        if kind != "boolean" {
            own += &format!("  /** {about} */\n  {}: {kind} | null;\n", property(name));
        }
        markup += &format!("  /** {about} */\n  \"{name}\"?: {kind};\n");
    }
    for one in all(element, "methods") {
        own += &format!(
            "  /** {} */\n  {}({}): void;\n",
            text(one, "description"),
            text(one, "name"),
            text(one, "parameters")
        );
    }
    let events: String = all(element, "events")
        .map(|one| {
            format!(
                "  /** {} */\n  \"{}\": CustomEvent<{}>;\n",
                text(one, "description"),
                text(one, "name"),
                text(one, "detail")
            )
        })
        .collect();
    format!(
        "/** {about} */\nexport declare class {class} extends HTMLElement {{\n{own}\
         \x20 addEventListener<K extends keyof {class}Events>(type: K, listener: (event: {class}Events[K]) => void, options?: boolean | AddEventListenerOptions): void;\n\
         \x20 addEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;\n}}\n\n\
         export interface {class}Events {{\n{events}}}\n\n\
         export interface {class}Attributes {{\n{markup}}}\n\n\
         /** Registers the element, once. */\nexport declare function define(name?: string): void;\n\n\
         declare global {{\n  interface HTMLElementTagNameMap {{\n    \"{tag}\": {class};\n  }}\n  interface HTMLElementEventMap extends {class}Events {{}}\n\
         \x20 namespace JSX {{\n    interface IntrinsicElements {{\n      \"{tag}\": {class}Attributes & {{ [name: string]: unknown }};\n    }}\n  }}\n}}\n",
        about = text(element, "description"),
    )
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn element() -> Value {
        let text = fs::read_to_string(root().join("src/portal/element.json")).expect("the element");
        serde_json::from_str(&text).expect("JSON")
    }

    /// The names in a list of the source that is written as `const NAME = ["…", …];`.
    fn observed() -> Vec<String> {
        let source = fs::read_to_string(root().join("src/portal/element.js")).expect("the class");
        let (_, rest) = source.split_once("const OBSERVED = ").expect("the list");
        let (list, _) = rest.split_once(';').expect("its end");
        serde_json::from_str(list).expect("names")
    }

    #[test]
    fn what_is_told_of_the_element_is_what_it_has() {
        let element = element();
        let told: Vec<String> = all(&element, "attributes")
            .filter(|one| text(one, "type") != "boolean")
            .map(|one| text(one, "name").to_owned())
            .collect();
        assert_eq!(told, observed());
        let source = Path::new("src/portal");
        let sources: String = ["element.js", "mod.rs"]
            .map(|file| fs::read_to_string(root().join(source).join(file)).expect("a source"))
            .concat();
        for one in all(&element, "events") {
            let quoted = format!("\"{}\"", text(one, "name"));
            assert!(sources.contains(&quoted), "nothing tells {quoted}");
        }
        for one in all(&element, "methods") {
            let method = format!("  {}(", text(one, "name"));
            assert!(sources.contains(&method), "no method {method}");
        }
        let tokens = fs::read_to_string(root().join("style/10-tokens.css")).expect("tokens");
        for one in all(&element, "properties") {
            assert!(tokens.contains(&format!("{}:", text(one, "name"))), "{one}");
        }
    }

    #[test]
    fn attributes_are_properties_in_scripts() {
        assert_eq!(property("scale-order"), "scaleOrder");
        assert_eq!(property("site"), "site");
    }
}
