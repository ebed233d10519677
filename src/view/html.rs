//! Elements as text: the first screen that the build writes into a page, before any code can run there. As HTML, and as
//! JSON for an element in somebody else's page, whose policy may forbid markup that a script has made.

use leptos::reactive::diagnostics::SpecialNonReactiveZone;

use super::{Child, El, Text, Value};

/// Elements that have no content and no closing tag.
const EMPTY: [&str; 2] = ["input", "br"];

impl El {
    /// The element as HTML. What follows signals is written as it is now; listeners and effects are left out.
    pub fn html(&self) -> String {
        // Read once on purpose.
        let _once = SpecialNonReactiveZone::enter();
        let mut html = String::new();
        self.write(&mut html);
        html
    }

    /// The same as JSON: `["tag", {"attribute": "value"}, child…]`, where a child is a text or another element.
    #[cfg(feature = "first-screens")]
    pub fn tree(&self) -> serde_json::Value {
        let _once = SpecialNonReactiveZone::enter();
        let mut attributes = serde_json::Map::new();
        for (name, value) in &self.0.attributes {
            if let Some(value) = value.now() {
                attributes.insert((*name).to_owned(), value.into_owned().into());
            }
        }
        let mut tree = vec![self.0.tag.into(), attributes.into()];
        for child in &self.0.children {
            match child {
                Child::Element(child) => tree.push(child.tree()),
                Child::Text(text) => tree.push(text.clone().into()),
                Child::LiveText(text) => tree.push(text().into()),
                Child::Live(make) => tree.extend(make().map(|child| child.tree())),
            }
        }
        tree.into()
    }

    fn write(&self, html: &mut String) {
        html.push('<');
        html.push_str(self.0.tag);
        for (name, value) in &self.0.attributes {
            if let Some(value) = value.now() {
                html.push(' ');
                html.push_str(name);
                html.push_str("=\"");
                escape(&value, html);
                html.push('"');
            }
        }
        html.push('>');
        if EMPTY.contains(&self.0.tag) {
            return;
        }
        for child in &self.0.children {
            match child {
                Child::Element(child) => child.write(html),
                Child::Text(text) => escape(text, html),
                Child::LiveText(text) => escape(&text(), html),
                Child::Live(make) => {
                    if let Some(child) = make() {
                        child.write(html);
                    }
                }
            }
        }
        html.push_str("</");
        html.push_str(self.0.tag);
        html.push('>');
    }
}

impl Value {
    /// As it is now; nothing where the attribute is left out.
    fn now(&self) -> Option<Text> {
        match self {
            Self::Fixed(value) => Some(value.clone()),
            Self::Live(value) => value(),
        }
    }
}

fn escape(text: &str, html: &mut String) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            c => html.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::view::el;

    #[test]
    fn an_element_is_written_with_what_it_holds_now() {
        let tile = el("label")
            .class("hl-tile")
            .attr_live("data-guard", || Some("on".into()))
            .child(el("input").attr("type", "radio").attr("disabled", ""))
            .text("Hài lòng ".to_owned())
            .text_live(|| "4/5".to_owned())
            .child_live(|| None)
            .child_live(|| Some(el("b").text("!".to_owned())));
        assert_eq!(
            tile.html(),
            "<label class=\"hl-tile\" data-guard=\"on\"><input type=\"radio\" disabled=\"\">Hài lòng 4/5<b>!</b></label>"
        );
    }

    #[test]
    fn no_text_becomes_markup() {
        let element = el("p")
            .attr("title", "\"><script>")
            .text("<script>&".to_owned());
        assert_eq!(
            element.html(),
            "<p title=\"&quot;&gt;&lt;script&gt;\">&lt;script&gt;&amp;</p>"
        );
    }
}
