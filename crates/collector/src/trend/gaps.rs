//! Kiosk against phone within each unit.

use std::collections::HashMap;

use serde::Serialize;
use statistics::confidence::Confidence;
use statistics::estimate::Estimate;
use statistics::gap::{Channels, gaps as compare};
use statistics::methods::Technique;

use super::{Asking, Days, Difference, estimates};
use crate::index::{IndexCell, IndexError};

/// Kiosk less phone within each unit of which both figures may be shown.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct GapsAnswer {
    /// How the gaps are found and tested: `kiosk-phone-gap/1`.
    #[schema(value_type = String)]
    pub technique: Technique,
    /// In the order of their codes.
    pub units: Vec<UnitGap>,
    /// The weighted mean of the gaps; null where fewer than two units have one.
    pub together: Option<Difference>,
}

/// The gap of one unit.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct UnitGap {
    /// Key of the unit.
    pub unit: String,
    /// What was said at the kiosk.
    pub kiosk: IndexCell,
    /// What was said by phone.
    pub phone: IndexCell,
    /// Kiosk less phone; null where too few rated by either to tell how sure that is.
    pub gap: Option<Difference>,
    /// The kiosk is higher, and stays so when all units are tested at once: a sign of pressure at the desk, and no proof.
    pub pressure: bool,
}

pub(super) async fn gaps(
    asked: &Asking<'_>,
    (from, to): Days,
    decimals: u8,
) -> Result<Option<GapsAnswer>, IndexError> {
    let found = asked
        .measured(&["unit", "channel"], |request| {
            (request.from, request.to) = (Some(from), Some(to));
        })
        .await?;
    let known = estimates(&found);
    let mut by_phone: HashMap<&str, (&IndexCell, &Estimate)> = HashMap::new();
    let mut by_kiosk = Vec::new();
    for (cell, estimate) in found.answer.cells.iter().zip(&known) {
        let (Some(unit), Some(estimate)) = (cell.key.get("unit"), estimate) else {
            continue;
        };
        match cell.key.get("channel") {
            Some("kiosk") => by_kiosk.push((unit, (cell, estimate))),
            Some("phone") => {
                by_phone.insert(unit, (cell, estimate));
            }
            _ => {}
        }
    }
    let pairs: Vec<_> = by_kiosk
        .into_iter()
        .filter_map(|(unit, kiosk)| Some((unit, kiosk, *by_phone.get(unit)?)))
        .collect();
    let channels: Vec<Channels> = pairs
        .iter()
        .map(|(_, (_, kiosk), (_, phone))| Channels {
            kiosk: (*kiosk).clone(),
            phone: (*phone).clone(),
        })
        .collect();
    let Ok(compared) = compare(&channels, 0.0, Confidence::P95) else {
        return Ok(None);
    };
    let measured = compared.units.iter().flatten().count();
    let units: Vec<UnitGap> = pairs
        .into_iter()
        .zip(&compared.units)
        .map(|((unit, (kiosk, _), (phone, _)), found)| UnitGap {
            unit: unit.to_owned(),
            kiosk: kiosk.clone(),
            phone: phone.clone(),
            gap: found.map(|found| Difference::of(&found.gap, decimals)),
            pressure: found.is_some_and(|found| found.pressure),
        })
        .collect();
    Ok((!units.is_empty()).then(|| GapsAnswer {
        technique: Technique::KioskPhoneGap,
        units,
        together: compared
            .together
            .filter(|_| measured > 1)
            .map(|together| Difference::of(&together, decimals)),
    }))
}
