//! Which key names which dossier: the year in the date of the code has its own, so that it can be destroyed.
//!
//! ```text
//! no date in the code, or a year outside YEARS ─▶ the folder's key
//! a year that does not stand in the store      ─▶ the folder's key (for reading; who stores begins it first)
//! of which something was stored before V21     ─▶ the folder's key
//! any other ─▶ a key made of the folder's and the secret of the year ─▶ destroyed: no pseudonym
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use survey::dossier::DossierCode;
use survey::response::Touchpoint;

use super::pseudonym::PseudonymKey;
use crate::store::{Bucket, Period, PeriodSecret, Periods, Pseudonym, Store, StoreError};

/// The folder's key and those of the years that stand in the store, as they stood when they were read.
pub struct Keys {
    folder: PseudonymKey,
    periods: Periods,
    /// Made when first needed.
    years: BTreeMap<i16, OnceLock<PseudonymKey>>,
}

impl Keys {
    /// The keys of these years.
    pub fn new(folder: PseudonymKey, periods: Periods) -> Self {
        let years = periods.0.keys().map(|year| (*year, OnceLock::new()));
        Self {
            folder,
            years: years.collect(),
            periods,
        }
    }

    /// The key of the dossiers of a bucket; none when that of its year is destroyed.
    fn at(&self, bucket: Bucket) -> Option<&PseudonymKey> {
        let Some((year, period)) = bucket
            .year()
            .and_then(|year| Some((year, self.periods.0.get(&year)?)))
        else {
            return Some(&self.folder);
        };
        match period {
            Period::Folder => Some(&self.folder),
            Period::Own(secret) => {
                let made = self.years.get(&year)?;
                Some(made.get_or_init(|| self.folder.of_year(year, secret)))
            }
            Period::Destroyed => None,
        }
    }

    /// What a response to form `form` about this dossier at this touchpoint counts for; none when the key of its year is
    /// destroyed.
    pub fn pseudonym(
        &self,
        code: &DossierCode,
        form: &str,
        touchpoint: Touchpoint,
    ) -> Option<Pseudonym> {
        Some(self.at(Bucket::of(code))?.pseudonym(code, form, touchpoint))
    }

    /// How a citizen report names the dossier that it is about; none when the key of its year is destroyed.
    pub fn report_pseudonym(&self, code: &DossierCode) -> Option<Pseudonym> {
        Some(self.at(Bucket::of(code))?.report_pseudonym(code))
    }

    /// Is it known which dossiers of this bucket were rated?
    pub fn knows(&self, bucket: Bucket) -> bool {
        self.at(bucket).is_some()
    }

    /// The key that marks the content of a response about a dossier of this bucket. With one that stays, the mark would tell
    /// by trial which code or link the response named, long after the key of the year is gone: all else that it covers
    /// stands in the log. None: code and link must be left out.
    pub(super) fn of_content(&self, bucket: Option<Bucket>) -> Option<&PseudonymKey> {
        bucket.map_or(Some(&self.folder), |bucket| self.at(bucket))
    }

    /// The key of all that names no dossier.
    pub(super) fn folder(&self) -> &PseudonymKey {
        &self.folder
    }
}

/// The years of these dossiers that have keys of their own.
pub(super) fn years<'a>(codes: impl Iterator<Item = &'a DossierCode>) -> BTreeSet<i16> {
    codes.filter_map(|code| Bucket::of(code).year()).collect()
}

/// Begins those of these years that do not stand in the store, so that something can be stored of them.
pub(super) async fn begin(
    store: &dyn Store,
    known: Periods,
    years: BTreeSet<i16>,
) -> Result<Periods, StoreError> {
    let mut offered = Vec::new();
    for year in years {
        if !known.0.contains_key(&year) {
            let secret = super::pseudonym::random()
                .map_err(|error| StoreError::Engine(error.to_string()))?;
            offered.push((year, PeriodSecret(secret)));
        }
    }
    if offered.is_empty() {
        return Ok(known);
    }
    store.begin_periods(offered).await
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn folder() -> PseudonymKey {
        PseudonymKey::from_bytes([7; 32])
    }

    fn period() -> impl Strategy<Value = Period> {
        prop_oneof![
            Just(Period::Folder),
            any::<[u8; 32]>().prop_map(|secret| Period::Own(PeriodSecret(secret))),
            Just(Period::Destroyed),
        ]
    }

    fn named(keys: &Keys, code: &DossierCode) -> Option<Pseudonym> {
        keys.pseudonym(code, "f", Touchpoint::Result)
    }

    proptest! {
        /// The year in the code decides, and nothing else of it.
        #[test]
        fn a_dossier_is_named_by_the_key_of_its_year(
            periods in prop::collection::btree_map(2010_i16..=2099, period(), 0..40),
            (year, month, day, number) in (2000_i16..=2099, 1_u8..=12, 1_u8..=28, 0_u16..=9999),
        ) {
            let text = format!("H57.132-{:02}{month:02}{day:02}-{number:04}", year % 100);
            let code = DossierCode::parse(&text).expect("a code");
            let keys = Keys::new(folder(), Periods(periods.clone()));
            let expected = match periods.get(&year).filter(|_| year >= 2015) {
                None | Some(Period::Folder) => Some(folder()),
                Some(Period::Own(secret)) => Some(folder().of_year(year, secret)),
                Some(Period::Destroyed) => None,
            };
            let rating = expected.as_ref().map(|key| key.pseudonym(&code, "f", Touchpoint::Result));
            prop_assert_eq!(named(&keys, &code), rating);
            prop_assert_eq!(keys.report_pseudonym(&code), expected.as_ref().map(|key| key.report_pseudonym(&code)));
            prop_assert_eq!(keys.knows(Bucket::of(&code)), expected.is_some());
            if let Some(pseudonym) = rating {
                prop_assert_eq!(pseudonym.bucket(), Bucket::of(&code));
            }
        }

        /// Neither the folder's key nor the secret is enough, and no year's key is that of another.
        #[test]
        fn a_key_of_a_year_needs_folder_secret_and_year(
            secret in any::<[u8; 32]>(), other in any::<[u8; 32]>(), year in 2015_i16..=2098,
        ) {
            let code = DossierCode::parse("H57.132-260804-0583").expect("a code");
            let of = |key: &PseudonymKey| key.pseudonym(&code, "f", Touchpoint::Result);
            let own = of(&folder().of_year(year, &PeriodSecret(secret)));
            prop_assert_ne!(own, of(&folder()));
            prop_assert_ne!(own, of(&PseudonymKey::from_bytes(secret)));
            prop_assert_ne!(own, of(&folder().of_year(year + 1, &PeriodSecret(secret))));
            let foreign = PseudonymKey::from_bytes(other);
            prop_assert_ne!(own, of(&foreign.of_year(year, &PeriodSecret(secret))));
            if other != secret {
                prop_assert_ne!(own, of(&folder().of_year(year, &PeriodSecret(other))));
            }
        }
    }

    #[test]
    fn codes_without_a_date_stay_with_the_folder() {
        let years = (2000..=2099).map(|year| (year, Period::Destroyed));
        let keys = Keys::new(folder(), Periods(years.collect()));
        let code = DossierCode::parse("HS 12345/XYZ").expect("a code");
        let expected = folder().pseudonym(&code, "f", Touchpoint::Result);
        assert_eq!(named(&keys, &code), Some(expected));
    }

    #[test]
    fn a_secret_does_not_show_in_debug_output() {
        let shown = format!("{:?}", Period::Own(PeriodSecret([171; 32])));
        assert!(!shown.contains("171"), "{shown}");
    }
}
