//! An [`El`] as a view of Leptos.

use leptos::attr::Attribute;
use leptos::attr::any_attribute::AnyAttribute;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::view::add_attr::AddAnyAttr;
use leptos::tachys::view::{Mountable, Position, PositionState, Render, RenderHtml};
use web_sys::{Element, Node};

use super::El;
use super::dom::Mounted;

/// The place of an [`El`] in a page.
pub struct ElState(Option<Mounted>);

impl Render for El {
    type State = ElState;

    fn build(self) -> ElState {
        ElState(self.mounted())
    }

    fn rebuild(self, state: &mut ElState) {
        let fresh = self.mounted();
        if let (Some(old), Some(fresh)) = (&state.0, &fresh) {
            // Refused only for an element that stands nowhere, and then there is nothing to replace.
            let _ = old.element().replace_with_with_node_1(fresh.element());
        }
        state.0 = fresh;
    }
}

impl Mountable for ElState {
    fn unmount(&mut self) {
        if let Some(mounted) = &self.0 {
            mounted.element().remove();
        }
    }

    fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
        if let Some(mounted) = &self.0 {
            // Refused only for a marker that stands elsewhere.
            let _ = parent.insert_before(mounted.element(), marker);
        }
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        let Some(mounted) = &self.0 else { return false };
        let Some(parent) = mounted.element().parent_element() else {
            return false;
        };
        child.mount(&parent, Some(mounted.element()));
        true
    }

    fn elements(&self) -> Vec<Element> {
        self.0
            .iter()
            .map(|mounted| mounted.element().clone())
            .collect()
    }
}

/// Attributes that are spread on a component come to nothing: an [`El`] says itself what it is.
impl AddAnyAttr for El {
    type Output<A: Attribute> = Self;

    fn add_any_attr<A: Attribute>(self, _attribute: A) -> Self {
        self
    }
}

impl RenderHtml for El {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }

    fn to_html_with_buf(
        self,
        html: &mut String,
        position: &mut Position,
        _escape: bool,
        _mark_branches: bool,
        _extra_attributes: Vec<AnyAttribute>,
    ) {
        html.push_str(&self.html());
        *position = Position::NextChild;
    }

    /// Static markup is not adopted but replaced: it looks the same, and what was chosen in it is taken over by
    /// [`crate::first`].
    fn hydrate<const FROM_SERVER: bool>(
        self,
        cursor: &Cursor,
        _position: &PositionState,
    ) -> ElState {
        let state = self.build();
        if let (Some(mounted), Ok(old)) = (
            &state.0,
            wasm_bindgen::JsCast::dyn_into::<Element>(cursor.current().clone()),
        ) {
            let _ = old.replace_with_with_node_1(mounted.element());
        }
        state
    }

    fn into_owned(self) -> Self {
        self
    }
}
