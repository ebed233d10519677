//! Reading JSON: in the browser with its own parser and [`survey::read`], which is a quarter of serde's size; in tests
//! outside a browser with serde. `crates/survey/tests/read.rs` holds the two against each other.

#[cfg(not(target_arch = "wasm32"))]
pub use outside::read;
#[cfg(target_arch = "wasm32")]
pub use within::read;

#[cfg(not(target_arch = "wasm32"))]
mod outside {
    use serde::de::DeserializeOwned;

    /// Reads a text; `None` when it is something else.
    pub fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
        serde_json::from_str(text).ok()
    }
}

#[cfg(target_arch = "wasm32")]
mod within {
    use js_sys::{Array, JSON, Object, Reflect};
    use survey::read::{Node, Read};
    use wasm_bindgen::{JsCast, JsValue};

    /// Reads a text; `None` when it is something else.
    pub fn read<T: Read>(text: &str) -> Option<T> {
        T::read(&Parsed(JSON::parse(text).ok()?))
    }

    /// What the browser's parser made.
    struct Parsed(JsValue);

    impl Node for Parsed {
        #[inline(never)]
        fn field(&self, name: &str) -> Option<Self> {
            let value = Reflect::get(&self.0, &name.into()).ok()?;
            (!value.is_null() && !value.is_undefined()).then_some(Self(value))
        }

        #[inline(never)]
        fn text(&self) -> Option<String> {
            self.0.as_string()
        }

        fn number(&self) -> Option<f64> {
            self.0.as_f64()
        }

        fn truth(&self) -> Option<bool> {
            self.0.as_bool()
        }

        #[inline(never)]
        fn list(&self) -> Option<Vec<Self>> {
            let list: &Array = self.0.dyn_ref()?;
            Some(list.iter().map(Self).collect())
        }

        #[inline(never)]
        fn entries(&self) -> Option<Vec<(String, Self)>> {
            let object: &Object = self.0.dyn_ref()?;
            let mut entries = Vec::new();
            for pair in Object::entries(object).iter() {
                let pair: Array = pair.unchecked_into();
                entries.push((pair.get(0).as_string()?, Self(pair.get(1))));
            }
            Some(entries)
        }
    }
}
