//! What became of units.

use jiff::civil::Date;

/// Which unit stands in whose place from a day on: renamed, merged into it, or split, when a unit has several of one day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnitChange {
    /// Code of the old unit, in the meaning that it had the day before.
    pub unit: String,
    /// Code of the new unit, in the meaning that it has on the day.
    pub successor: String,
    /// The first day of the new one.
    pub from: Date,
}

/// A line of the table of changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToldChange {
    /// The unit has this successor.
    Is(UnitChange),
    /// What was told before about the unit and this day is not so.
    IsNot {
        /// Code of the old unit.
        unit: String,
        /// The day.
        from: Date,
    },
}
