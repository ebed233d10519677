//! From a cell of the index to the sums that everything here starts from.

use survey::cell::Cell;
use survey::form::Form;
use survey::method::{self, Method, MethodError, Scope};

use crate::cluster::ClusterSums;
use crate::estimate::Measure;

/// The sums that a figure of the index is made of, and what they measure: [`estimate`](crate::estimate::estimate) of
/// them is the figure of `survey::method::figure` before rounding, with the same interval.
///
/// # Errors
///
/// [`MethodError`] when form, cell, method and scope do not fit each other, and for `points18`, part of which comes from
/// records and not from a sample.
pub fn sums(
    form: &Form,
    cell: &Cell,
    method: Method,
    scope: Scope,
) -> Result<(ClusterSums, Measure), MethodError> {
    let (moments, span) = method::sums(form, cell, method, scope)?;
    Ok(match method {
        Method::Top2 => (ClusterSums::satisfied(&moments), Measure::Share),
        Method::Mean100 | Method::Points18 => {
            (ClusterSums::scores(&moments), Measure::Mean { span })
        }
    })
}
