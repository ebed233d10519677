//! Change against an earlier period.

use serde::Serialize;
use survey::method::Method;

use crate::confidence::Confidence;
use crate::difference::{Difference, NotComparable, difference};
use crate::estimate::Estimate;

/// With what a figure was measured.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Instrument {
    /// Id of the form.
    pub form: String,
    /// Its version.
    pub form_version: u16,
    /// How the figure is computed.
    pub method: Method,
}

/// A figure of one period.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Period {
    /// With what it was measured.
    pub instrument: Instrument,
    /// The figure, without finite-population correction; weighted or not, but both periods alike.
    pub estimate: Estimate,
}

/// How much higher `now` is than `before`: verdict "higher" means that it rose. The tested difference is that of the
/// two periods as they are; many comparisons at once need a stricter confidence than each alone.
///
/// # Errors
///
/// [`NotComparable`], above all when form, form version or method changed in between: there is no trend across that.
pub fn change(
    now: &Period,
    before: &Period,
    confidence: Confidence,
) -> Result<Difference, NotComparable> {
    if now.instrument != before.instrument {
        let name = |instrument: &Instrument| {
            let Instrument {
                form,
                form_version,
                method,
            } = instrument;
            format!("{form} version {form_version} by {}", method.id())
        };
        return Err(NotComparable::Instruments {
            first: name(&now.instrument),
            second: name(&before.instrument),
        });
    }
    difference(&now.estimate, &before.estimate, confidence)
}
