//! Exact fractions, and the decimals that are printed of them.

use std::fmt;
use std::str::FromStr;

use num_rational::BigRational;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An exact fraction that is not negative; of any size, so that nothing is rounded before it is printed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ratio(BigRational);

impl Ratio {
    /// `numerator / denominator`; none over zero, so that a share of no answers cannot turn into a number.
    pub fn new(numerator: u128, denominator: u128) -> Option<Self> {
        (denominator > 0).then(|| Self(BigRational::new(numerator.into(), denominator.into())))
    }

    /// A whole number.
    pub fn whole(number: u128) -> Self {
        Self(BigRational::from_integer(number.into()))
    }

    /// Multiplied by a hundred: a share as per cent.
    pub fn percent(&self) -> Self {
        Self(&self.0 * BigRational::from_integer(100.into()))
    }

    /// Divided by a number of parts; none for no parts.
    pub fn over(&self, parts: u128) -> Option<Self> {
        Some(Self(&self.0 * Self::new(1, parts)?.0))
    }

    /// How far apart two fractions are.
    pub fn distance(&self, other: &Self) -> Self {
        let [low, high] = if self < other {
            [self, other]
        } else {
            [other, self]
        };
        Self(&high.0 - &low.0)
    }

    /// Rounded half up: the only rounding that figures of this product are printed with.
    ///
    /// `decimals` above [`Decimal::MAX_PLACES`] count as that. None for a fraction too large to print.
    pub fn round(&self, decimals: u8) -> Option<Decimal> {
        let half = BigRational::new(1.into(), 2.into());
        self.cut(decimals, half)
    }

    /// Cut off, not rounded: only to recognise published figures that were made that way.
    pub fn truncate(&self, decimals: u8) -> Option<Decimal> {
        self.cut(decimals, BigRational::from_integer(0.into()))
    }

    fn cut(&self, decimals: u8, add: BigRational) -> Option<Decimal> {
        let places = decimals.min(Decimal::MAX_PLACES);
        let scale = BigRational::from_integer(10u64.pow(places.into()).into());
        let units = (&self.0 * scale + add).floor().to_integer();
        Some(Decimal {
            units: u64::try_from(units).ok()?,
            places,
        })
    }
}

impl std::iter::Sum for Ratio {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::whole(0), |sum, part| Self(sum.0 + part.0))
    }
}

/// A number as printed, with its count of decimals: `50.6` and `50.60` are two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decimal {
    units: u64,
    places: u8,
}

impl Decimal {
    /// Most decimals that are printed or read.
    pub const MAX_PLACES: u8 = 9;

    /// How many decimals are printed.
    pub fn places(self) -> u8 {
        self.places
    }

    /// The nearest floating-point number, as long as it has at most 15 digits: for JSON and drawing, never for
    /// computing on.
    pub fn to_f64(self) -> f64 {
        self.units as f64 / 10u64.pow(self.places.into()) as f64
    }

    /// Is this how the fraction prints with as many decimals, rounded half up or cut off?
    pub fn is_of(self, ratio: &Ratio) -> bool {
        [ratio.round(self.places), ratio.truncate(self.places)].contains(&Some(self))
    }

    /// The number exactly.
    pub fn ratio(self) -> Ratio {
        let scale = 10u64.pow(self.places.into());
        Ratio(BigRational::new(self.units.into(), scale.into()))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = 10u64.pow(self.places.into());
        write!(f, "{}", self.units / scale)?;
        if self.places > 0 {
            let places = usize::from(self.places);
            write!(f, ".{:0places$}", self.units % scale)?;
        }
        Ok(())
    }
}

/// Text that is no decimal number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is no decimal number; write digits with at most one point and nine decimals, as in 48.94"
)]
pub struct NotDecimal(String);

impl FromStr for Decimal {
    type Err = NotDecimal;

    fn from_str(text: &str) -> Result<Self, NotDecimal> {
        let parse = || {
            let (whole, part) = text.split_once('.').unwrap_or((text, ""));
            let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
            let places = u8::try_from(part.len()).ok()?;
            let empty = whole.is_empty() || (part.is_empty() && text.contains('.'));
            if empty || !digits(whole) || !digits(part) || places > Self::MAX_PLACES {
                return None;
            }
            let units = format!("{whole}{part}").parse().ok()?;
            Some(Self { units, places })
        };
        parse().ok_or_else(|| NotDecimal(text.to_owned()))
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}
