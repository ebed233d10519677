//! Dossier codes as keyed pseudonyms: the log can tell that two responses are about one dossier, and nobody without
//! the key file can tell which. Which key names which dossier is the matter of [`super::keys`].

use std::fmt;
use std::fs::OpenOptions;
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use survey::dossier::DossierCode;
use survey::response::Touchpoint;

use crate::store::terms::Term;
use crate::store::{Bucket, PeriodSecret, Pseudonym};

/// Name of the key file in the data folder.
pub const FILE: &str = "pseudonym.key";
const KEY_BYTES: usize = 32;

/// The key of a data folder, or one made of it for a year. Lose the folder's, and repeats of dossiers rated before can no
/// longer be recognised; back it up apart from the data.
#[derive(Clone)]
pub struct PseudonymKey([u8; KEY_BYTES]);

impl fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PseudonymKey(…)")
    }
}

/// Why there is no usable key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be made or read.
    #[error("the key file {path} cannot be used: {cause}", path = path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// Others may read it.
    #[error(
        "the key file {path} may be read by others (mode {mode:03o}); take that away with: chmod 600 {path}",
        path = path.display()
    )]
    Readable {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// Cut off, or another file.
    #[error(
        "the key file {path} holds {found} bytes instead of {KEY_BYTES}; put the right one back from a backup, since \
         with another key repeats are no longer recognised",
        path = path.display()
    )]
    WrongSize {
        /// The file.
        path: PathBuf,
        /// How many bytes it holds; what is beyond 33 is not counted.
        found: usize,
    },
    /// The system gives no random bytes.
    #[error("the system gives no random bytes for a new key: {0}")]
    NoRandomness(getrandom::Error),
}

impl PseudonymKey {
    /// The key in `folder`, made there (mode 0600) when there is none.
    ///
    /// # Errors
    ///
    /// See [`KeyError`]; each message says how to mend it.
    pub fn load_or_create(folder: &Path) -> Result<Self, KeyError> {
        let path = folder.join(FILE);
        match Self::create(&path) {
            Err(KeyError::Unusable { cause, .. })
                if cause.kind() == io::ErrorKind::AlreadyExists =>
            {
                Self::load(path)
            }
            made => made,
        }
    }

    /// A key from its bytes.
    pub fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
        Self(bytes)
    }

    /// A new key.
    ///
    /// # Errors
    ///
    /// [`KeyError::NoRandomness`].
    pub fn generate() -> Result<Self, KeyError> {
        random().map(Self)
    }

    fn create(path: &Path) -> Result<Self, KeyError> {
        let key = Self::generate()?;
        key.write(path)?;
        Ok(key)
    }

    /// Writes the key into a new file (mode 0600) and syncs it.
    ///
    /// # Errors
    ///
    /// [`KeyError::Unusable`], also when the file exists.
    pub fn write(&self, path: &Path) -> Result<(), KeyError> {
        // `create_new` is O_EXCL: of two processes that start at once, one makes the key and the other reads it.
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .and_then(|mut file| {
                file.write_all(&self.0)?;
                // A key that a power cut takes away would part new ratings from old ones.
                file.sync_all()
            })
            .map_err(|cause| KeyError::Unusable {
                path: path.to_owned(),
                cause,
            })
    }

    fn load(path: PathBuf) -> Result<Self, KeyError> {
        let (mode, key) = Self::read(path.clone())?;
        if mode & 0o077 != 0 {
            return Err(KeyError::Readable { path, mode });
        }
        Ok(key)
    }

    /// The key in a file that others may be able to read, such as one on a memory stick, whose file system knows no
    /// permissions.
    ///
    /// # Errors
    ///
    /// See [`KeyError`].
    pub fn read_copy(path: &Path) -> Result<Self, KeyError> {
        Self::read(path.to_owned()).map(|(_, key)| key)
    }

    /// The permissions of the file, and the key in it.
    fn read(path: PathBuf) -> Result<(u32, Self), KeyError> {
        let read = || -> io::Result<(u32, Vec<u8>)> {
            let file = OpenOptions::new().read(true).open(&path)?;
            let mode = file.metadata()?.mode() & 0o777;
            let mut bytes = Vec::new();
            file.take(KEY_BYTES as u64 + 1).read_to_end(&mut bytes)?;
            Ok((mode, bytes))
        };
        let (mode, bytes) = match read() {
            Ok(read) => read,
            Err(cause) => return Err(KeyError::Unusable { path, cause }),
        };
        match <[u8; KEY_BYTES]>::try_from(bytes.as_slice()) {
            Ok(bytes) => Ok((mode, Self(bytes))),
            Err(_) => Err(KeyError::WrongSize {
                path,
                found: bytes.len(),
            }),
        }
    }

    /// What a response to form `form` about this dossier at this touchpoint counts for.
    pub fn pseudonym(&self, code: &DossierCode, form: &str, touchpoint: Touchpoint) -> Pseudonym {
        let tag = self.tag(&[
            b"dossier",
            code.as_str().as_bytes(),
            form.as_bytes(),
            touchpoint.name().as_bytes(),
        ]);
        dated(code, tag)
    }

    /// The dossier that a citizen report is about. Without the key nobody can tell which, nor which rating is about the
    /// same.
    pub fn report_pseudonym(&self, code: &DossierCode) -> Pseudonym {
        dated(code, self.tag(&[b"report", code.as_str().as_bytes()]))
    }

    /// The key of a year: of this key and the secret of the year, so that neither gives it away alone.
    pub(super) fn of_year(&self, year: i16, secret: &PeriodSecret) -> Self {
        Self(self.hash(&[b"year", &year.to_be_bytes(), &secret.0]))
    }

    /// A mark of a response's content. Keyed: everything else in the log is known to whoever has the log, so a plain
    /// hash would give the dossier code away by trial.
    pub fn fingerprint(&self, content: &[u8]) -> [u8; 16] {
        self.tag(&[b"content", content])
    }

    /// Tells this key from others without giving it away; kept with a backup that does not hold the key.
    pub fn mark(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.tag(&[b"mark"]))
    }

    /// The first 16 bytes of the hash.
    pub(super) fn tag(&self, parts: &[&[u8]]) -> [u8; 16] {
        let mut tag = [0; 16];
        tag.copy_from_slice(&self.hash(parts)[..16]);
        tag
    }

    /// HMAC-SHA-256 over the parts, each led by its length, so that no two lists of parts are alike.
    fn hash(&self, parts: &[&[u8]]) -> [u8; 32] {
        // HMAC fills a key that is shorter than the hash's block with zeros (RFC 2104).
        let mut block = [0; 64];
        block[..KEY_BYTES].copy_from_slice(&self.0);
        let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// Bytes for a new key.
pub(super) fn random() -> Result<[u8; KEY_BYTES], KeyError> {
    let mut bytes = [0; KEY_BYTES];
    getrandom::fill(&mut bytes).map_err(KeyError::NoRandomness)?;
    Ok(bytes)
}

/// Where the dossier lies on disk, then the tag.
fn dated(code: &DossierCode, tag: [u8; 16]) -> Pseudonym {
    let mut bytes = [0; 20];
    let (prefix, rest) = bytes.split_at_mut(4);
    prefix.copy_from_slice(&Bucket::of(code).0);
    rest.copy_from_slice(&tag);
    Pseudonym(bytes)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn code(text: &str) -> DossierCode {
        DossierCode::parse(text).expect("a code")
    }

    /// Against a tag computed by another program:
    /// `printf '\0\0\0\0\0\0\0\7content\0\0\0\0\0\0\0\3abc' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0101…`
    #[test]
    fn a_fingerprint_is_hmac_sha_256() {
        let tag = PseudonymKey::from_bytes([1; 32]).fingerprint(b"abc");
        assert_eq!(
            data_encoding::HEXLOWER.encode(&tag),
            "eacc2b99c679fff058075ca30da0b7bd"
        );
    }

    #[test]
    fn the_key_is_made_once_for_the_owner_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let key = PseudonymKey::load_or_create(folder.path()).expect("a new key");
        let again = PseudonymKey::load_or_create(folder.path()).expect("the same key");
        assert_eq!(key.0, again.0);
        let file = folder.path().join(FILE);
        assert_eq!(
            std::fs::metadata(file).expect("the file").mode() & 0o777,
            0o600
        );
        let elsewhere = tempfile::tempdir().expect("a folder");
        let other = PseudonymKey::load_or_create(elsewhere.path()).expect("another key");
        assert_ne!(key.0, other.0);
    }

    #[test]
    fn a_key_that_others_may_read_or_that_was_cut_is_refused_with_the_mend() {
        let folder = tempfile::tempdir().expect("a folder");
        PseudonymKey::load_or_create(folder.path()).expect("a new key");
        let file = folder.path().join(FILE);
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o640)).expect("changed");
        let error = PseudonymKey::load_or_create(folder.path()).expect_err("readable by the group");
        assert!(error.to_string().contains("chmod 600"), "{error}");

        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).expect("changed");
        for size in [0, 31, 33, 64] {
            std::fs::write(&file, vec![1; size]).expect("written");
            let error = PseudonymKey::load_or_create(folder.path()).expect_err("of wrong size");
            assert!(error.to_string().contains("backup"), "{error}");
        }
    }

    #[test]
    fn a_pseudonym_depends_on_key_dossier_form_and_touchpoint() {
        let key = PseudonymKey::from_bytes([1; 32]);
        let dossier = code("H57.132-260804-0583");
        let base = key.pseudonym(&dossier, "f", Touchpoint::Result);
        assert_eq!(
            base,
            key.pseudonym(&code(" h57.132-260804-0583 "), "f", Touchpoint::Result)
        );
        let others = [
            PseudonymKey::from_bytes([2; 32]).pseudonym(&dossier, "f", Touchpoint::Result),
            key.pseudonym(&code("H57.132-260804-0584"), "f", Touchpoint::Result),
            key.pseudonym(&dossier, "g", Touchpoint::Result),
            key.pseudonym(&dossier, "f", Touchpoint::Receipt),
            key.report_pseudonym(&dossier),
        ];
        assert!(others.iter().all(|other| *other != base));
    }

    #[test]
    fn pseudonyms_of_one_day_lie_together() {
        let key = PseudonymKey::from_bytes([1; 32]);
        let of = |text| key.pseudonym(&code(text), "f", Touchpoint::Result).0;
        let (first, second) = (of("H57.132-260804-0583"), of("000.00.19.H08-260804-0001"));
        assert_eq!(first[..4], second[..4]);
        assert!(of("H57.132-260805-0001")[..4] > first[..4]);
        assert_eq!(of("HS 12345/XYZ")[..4], [0; 4], "no date is known");
    }

    #[test]
    fn the_key_does_not_show_in_debug_output() {
        let shown = format!("{:?}", PseudonymKey::from_bytes([171; 32]));
        assert!(
            !shown.contains("171") && !shown.to_lowercase().contains("ab"),
            "{shown}"
        );
    }
}
