//! Secrets: bearer keys, session tokens and passwords, and what is kept of them.
//!
//! A key is 256 random bits, so a plain SHA-256 of it can be stored and looked up; a password is chosen by a person,
//! so it goes through Argon2id.

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use data_encoding::BASE32_NOPAD;
use sha2::{Digest, Sha256};

use crate::store::Role;

/// What opens every key, so that a leaked one is found by a search for it.
const PREFIX: &str = "hl";
/// Random bytes in a secret.
const SECRET_BYTES: usize = 32;
/// Memory in KiB, passes and lanes of one password hash: OWASP's smallest for Argon2id, since the collector may stand on
/// a small machine.
const ARGON2_COST: (u32, u32, u32) = (19 * 1024, 2, 1);

/// Why a secret could not be made.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes: {0}")]
    Random(#[from] getrandom::Error),
    /// The password could not be hashed.
    #[error("the password could not be hashed: {0}")]
    Password(String),
}

/// 256 random bits as 52 characters of base32, lower case: the value of a session cookie or of a form token.
pub fn new_token() -> Result<String, AuthError> {
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(BASE32_NOPAD.encode(&bytes).to_ascii_lowercase())
}

/// Eight random digits: a code that is typed once, soon. Not for keeping.
pub fn new_code() -> Result<String, AuthError> {
    const CODES: u32 = 100_000_000;
    loop {
        // Values past the last whole multiple would make some codes likelier.
        let random = getrandom::u32()?;
        if random < u32::MAX - u32::MAX % CODES {
            return Ok(format!("{:08}", random % CODES));
        }
    }
}

/// A new key `hl_<role>_<52 characters>`. Print it once, store only [`hash_secret`] of it.
pub fn new_secret(role: Role) -> Result<String, AuthError> {
    Ok(format!("{PREFIX}_{}_{}", role_name(role), new_token()?))
}

/// A new site key `site_<26 characters>`, 128 random bits. It stands in a portal's pages for everybody to read, so it is
/// no secret and does not look like one; it is long so that nobody meets another's by chance.
pub fn new_site_key() -> Result<String, AuthError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(format!(
        "site_{}",
        BASE32_NOPAD.encode(&bytes).to_ascii_lowercase()
    ))
}

/// SHA-256 of a key or token: what is stored and looked up.
pub fn hash_secret(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// The role as written in keys, on the command line and in documents.
pub const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Device => "device",
        Role::OneStop => "one-stop",
        Role::Analyst => "analyst",
        Role::Admin => "admin",
        Role::Unit => "unit",
        Role::ReadOnly => "read-only",
    }
}

/// Hashes a password with Argon2id and a random salt into PHC form. Takes tens of milliseconds of one core: call it
/// off the async threads.
pub fn hash_password(password: &str) -> Result<String, AuthError> {
    let hash: PasswordHash = hasher()?
        .hash_password(password.as_bytes())
        .map_err(|error| AuthError::Password(error.to_string()))?;
    Ok(hash.to_string())
}

/// Does the password belong to this PHC hash? False as well for a hash that cannot be read. As slow as hashing.
pub fn verify_password(password: &str, phc: &str) -> bool {
    PasswordHash::new(phc).is_ok_and(|hash| {
        Argon2::default()
            .verify_password(password.as_bytes(), &hash)
            .is_ok()
    })
}

/// Takes as long as [`verify_password`] with a hash made here: for names that have no account, so that the answer's
/// time does not tell which names have one.
pub fn verify_nobody(password: &str) {
    // A fixed salt does: the result is thrown away.
    if let Ok(hasher) = hasher() {
        let _ = hasher.hash_password_with_salt(password.as_bytes(), &[0; 16]);
    }
}

fn hasher() -> Result<Argon2<'static>, AuthError> {
    let (memory, passes, lanes) = ARGON2_COST;
    let params = Params::new(memory, passes, lanes, None)
        .map_err(|error| AuthError::Password(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_name_their_role_and_never_repeat() {
        let one = new_secret(Role::OneStop).unwrap();
        let other = new_secret(Role::OneStop).unwrap();
        assert!(one.starts_with("hl_one-stop_"));
        assert_eq!(one.len(), "hl_one-stop_".len() + 52);
        assert_ne!(one, other);
        assert_ne!(hash_secret(&one), hash_secret(&other));
    }

    #[test]
    fn passwords_verify_only_against_their_own_hash() {
        let hash = hash_password("Mật khẩu dài").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify_password("Mật khẩu dài", &hash));
        assert!(!verify_password("mật khẩu dài", &hash));
        assert!(!verify_password("Mật khẩu dài", "not a hash"));
        assert_ne!(hash, hash_password("Mật khẩu dài").unwrap());
    }
}
