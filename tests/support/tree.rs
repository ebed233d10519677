//! What a screen reader gets of a screen, as text that people can read and compare.

use std::collections::HashMap;
use std::fmt::Write;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::browser::Browser;

/// States that are told, in this order.
const STATES: [&str; 10] = [
    "level", "checked", "pressed", "disabled", "required", "invalid", "modal", "live", "focused",
    "hidden",
];
/// Roles of boxes that say nothing by themselves.
const MUTE: [&str; 3] = ["generic", "none", "InlineTextBox"];

/// The accessibility tree of the page, a line for each thing that is there to be heard: its role, its name, its
/// description and its states. Things that are ignored are left out, and so is text that is its parent's name.
pub async fn tree(browser: &Browser) -> Result<String> {
    browser.tell("Accessibility.enable", json!({})).await?;
    let found = browser
        .tell("Accessibility.getFullAXTree", json!({}))
        .await?;
    let nodes = found["nodes"].as_array().context("nodes")?;
    let nodes: HashMap<&str, &Value> = nodes
        .iter()
        .filter_map(|node| Some((node["nodeId"].as_str()?, node)))
        .collect();
    let root = nodes
        .values()
        .find(|node| node["parentId"].is_null())
        .context("a root")?;
    let mut text = String::new();
    tell(root, &nodes, 0, "", &mut text)?;
    Ok(text)
}

fn tell(
    node: &Value,
    nodes: &HashMap<&str, &Value>,
    depth: usize,
    above: &str,
    text: &mut String,
) -> Result<()> {
    let role = node["role"]["value"].as_str().unwrap_or_default();
    let name = node["name"]["value"].as_str().unwrap_or_default();
    let silent = node["ignored"] == true
        || (MUTE.contains(&role) && name.is_empty())
        || role == "InlineTextBox"
        || (role == "StaticText" && (name == above || name.trim().is_empty()));
    let (depth, above) = if silent {
        (depth, above)
    } else {
        write!(text, "{:1$}{role}", "", depth * 2)?;
        if !name.is_empty() {
            write!(text, " \"{name}\"")?;
        }
        if let Some(note) = node["description"]["value"].as_str()
            && !note.is_empty()
        {
            write!(text, " ({note})")?;
        }
        for state in STATES {
            write!(text, "{}", told(node, state))?;
        }
        text.push('\n');
        (depth + 1, name)
    };
    for child in node["childIds"].as_array().into_iter().flatten() {
        if let Some(child) = child.as_str().and_then(|id| nodes.get(id)) {
            tell(child, nodes, depth, above, text)?;
        }
    }
    Ok(())
}

/// ` state` or ` state=value`; nothing where it is not so.
fn told(node: &Value, state: &str) -> String {
    let properties = node["properties"].as_array();
    let found = properties
        .into_iter()
        .flatten()
        .find(|property| property["name"] == state)
        .map(|property| &property["value"]["value"]);
    match found {
        None | Some(Value::Null | Value::Bool(false)) => String::new(),
        Some(Value::Bool(true)) => format!(" {state}"),
        // Of a button that can be pressed it is told whether it is; of a box that can be ticked, too.
        Some(Value::String(value)) => match (state, value.as_str()) {
            ("pressed" | "checked", "true") => format!(" {state}"),
            ("pressed" | "checked", _) => format!(" not-{state}"),
            ("invalid", "false") | ("live", "off") => String::new(),
            _ => format!(" {state}={value}"),
        },
        Some(value) => format!(" {state}={value}"),
    }
}
