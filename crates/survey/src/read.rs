//! Reading JSON in the widget, where serde's readers would be a quarter of the module (docs/DESIGN.md): the browser parses,
//! and what comes of it is looked at by name. Only for what the collector has checked or written itself: a value of the
//! wrong kind is an absent one, and a field that is not known is passed over.
//!
//! The collector reads with serde, which names every fault. `tests/read.rs` holds the two against each other.

use uuid::Uuid;

use crate::form::{Condition, Form, Item, Judge, Level, Reason, Reasons, Scale, ScaleKind};
use crate::heartbeat::Greeting;
use crate::kiosk::KioskSettings;
use crate::named::Named;
use crate::response::{Fault, Presentation, Receipt, Receipts, ScaleOrder, Status, Touchpoint};
use crate::text::Text;

/// A parsed JSON value.
pub trait Node: Sized {
    /// A field of an object; `None` when there is none, or it is null.
    fn field(&self, name: &str) -> Option<Self>;
    /// A string.
    fn text(&self) -> Option<String>;
    /// A number.
    fn number(&self) -> Option<f64>;
    /// True or false.
    fn truth(&self) -> Option<bool>;
    /// The elements of an array.
    fn list(&self) -> Option<Vec<Self>>;
    /// The fields of an object.
    fn entries(&self) -> Option<Vec<(String, Self)>>;

    /// A field as something that can be read.
    fn get<T: Read>(&self, name: &str) -> Option<T> {
        T::read(&self.field(name)?)
    }
}

/// What can be read from a JSON value; `None` when it is something else.
pub trait Read: Sized {
    /// Reads it.
    fn read(node: &impl Node) -> Option<Self>;
}

impl Read for String {
    fn read(node: &impl Node) -> Option<Self> {
        node.text()
    }
}

impl Read for bool {
    fn read(node: &impl Node) -> Option<Self> {
        node.truth()
    }
}

impl Read for f64 {
    fn read(node: &impl Node) -> Option<Self> {
        node.number()
    }
}

/// A whole number that fits; anything else is none.
fn whole(node: &impl Node, most: u16) -> Option<u16> {
    let number = node.number()?;
    (number.fract() == 0.0 && (0.0..=f64::from(most)).contains(&number)).then_some(number as u16)
}

impl Read for u8 {
    fn read(node: &impl Node) -> Option<Self> {
        whole(node, u8::MAX.into()).map(|number| number as Self)
    }
}

impl Read for u16 {
    fn read(node: &impl Node) -> Option<Self> {
        whole(node, Self::MAX)
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(node: &impl Node) -> Option<Self> {
        let mut all = Self::new();
        for node in node.list()? {
            all.push(T::read(&node)?);
        }
        Some(all)
    }
}

impl<T: Read> Read for Named<T> {
    fn read(node: &impl Node) -> Option<Self> {
        let mut map = Self::new();
        for (name, value) in node.entries()? {
            map.insert(name, T::read(&value)?);
        }
        Some(map)
    }
}

impl Read for Text {
    fn read(node: &impl Node) -> Option<Self> {
        Named::read(node).map(Self::from)
    }
}

/// An enumeration whose values have the names that serde gives them.
macro_rules! named {
    ($type:ty { $($name:literal => $value:ident),* $(,)? }) => {
        impl Read for $type {
            fn read(node: &impl Node) -> Option<Self> {
                match node.text()?.as_str() {
                    $($name => Some(Self::$value),)*
                    _ => None,
                }
            }
        }
    };
}

named!(ScaleOrder { "ascending" => Ascending, "descending" => Descending });
named!(Presentation { "faces" => Faces, "two-step" => TwoStep, "words" => Words });
named!(ScaleKind {
    "satisfaction" => Satisfaction, "points" => Points, "ordinal" => Ordinal, "choice" => Choice,
});
named!(Judge { "person" => Person, "records" => Records });
named!(Status { "stored" => Stored, "duplicate" => Duplicate, "rejected" => Rejected });
named!(Touchpoint {
    "receipt" => Receipt, "supplement" => Supplement, "refusal" => Refusal, "result" => Result,
});

impl Read for KioskSettings {
    fn read(node: &impl Node) -> Option<Self> {
        Some(Self {
            touchpoint: node.get("touchpoint"),
            scale_order: node.get("scale_order"),
            presentation: node.get("presentation"),
            languages: node.get("languages").unwrap_or_default(),
            idle_s: node.get("idle_s"),
            screen_inches: node.get("screen_inches"),
        })
    }
}

impl Read for Form {
    fn read(node: &impl Node) -> Option<Self> {
        Some(Self {
            id: node.get("id")?,
            version: node.get("version")?,
            scale_order: node.get("scale-order")?,
            order_fixed: node.get("order-fixed").unwrap_or_default(),
            scales: node.get("scales")?,
            items: node.get("items")?,
            reasons: node.get("reasons"),
        })
    }
}

impl Read for Scale {
    fn read(node: &impl Node) -> Option<Self> {
        Some(Self {
            kind: node.get("kind")?,
            levels: node.get("levels")?,
            not_applicable: node.get("not-applicable"),
        })
    }
}

impl Read for Level {
    fn read(node: &impl Node) -> Option<Self> {
        Some(Self {
            value: node.get("value")?,
            text: node.get("text")?,
            face: node.get("face"),
        })
    }
}

impl Read for Item {
    fn read(node: &impl Node) -> Option<Self> {
        Some(Self {
            id: node.get("id")?,
            text: node.get("text")?,
            scale: node.get("scale")?,
            judge: node.get("judge").unwrap_or_default(),
            required: node.get("required").unwrap_or_default(),
            off_by_default: node.get("off-by-default").unwrap_or_default(),
            when: node.get("when"),
        })
    }
}

impl Read for Condition {
    fn read(node: &impl Node) -> Option<Self> {
        Some(Self {
            item: node.get("item")?,
            is: node.get("is")?,
        })
    }
}

impl Read for Reasons {
    fn read(node: &impl Node) -> Option<Self> {
        Some(Self {
            text: node.get("text")?,
            at_or_below: node.get("at-or-below")?,
            item: node.get("item")?,
            options: node.get("options")?,
        })
    }
}

impl Read for Reason {
    fn read(node: &impl Node) -> Option<Self> {
        Some(Self {
            id: node.get("id")?,
            text: node.get("text")?,
        })
    }
}

impl Read for Receipts {
    fn read(node: &impl Node) -> Option<Self> {
        Some(Self {
            results: node.get("results")?,
        })
    }
}

impl Read for Receipt {
    fn read(node: &impl Node) -> Option<Self> {
        Some(Self {
            id: Uuid::try_parse(&node.get::<String>("id")?).ok()?,
            status: node.get("status")?,
            code: node.get("code"),
            faults: node.get("faults").unwrap_or_default(),
        })
    }
}

impl Read for Fault {
    fn read(node: &impl Node) -> Option<Self> {
        Some(Self {
            field: node.get("field")?,
            code: node.get("code")?,
            message: node.get("message")?,
        })
    }
}

impl Read for Greeting {
    fn read(node: &impl Node) -> Option<Self> {
        Some(Self {
            server_time: node.get("server_time")?,
            alarms: node.get("alarms")?,
        })
    }
}
