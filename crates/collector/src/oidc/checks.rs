//! What an ID token must be before anybody is believed to be somebody (OpenID Connect Core, 3.1.3.7).

use data_encoding::BASE64URL_NOPAD;
use jiff::Timestamp;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, decode, decode_header};
use serde::Deserialize;
use sha2::{Digest, Sha256, Sha512};
use subtle::ConstantTimeEq;

use super::{mail_address, quoted, subject};

/// Seconds by which the provider's clock and ours may differ.
const LEEWAY: u64 = 60;
/// Public keys only: with a shared secret, whoever reads the client's could make tokens, and "none" is signed by nobody.
const ALGORITHMS: [Algorithm; 4] = [
    Algorithm::RS256,
    Algorithm::PS256,
    Algorithm::ES256,
    Algorithm::EdDSA,
];

/// What a token must say.
pub struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    /// What this sign-in sent along.
    pub nonce: &'a str,
    /// What came with the token, if anything.
    pub access_token: Option<&'a str>,
}

/// Somebody at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The provider's name for the person, never another's.
    pub subject: String,
    /// The e-mail address in lower case, when the provider says that it has verified it.
    pub email: Option<String>,
}

/// Why a token is not believed.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Fetching the keys anew may help.
    #[error("no key of the provider fits the token")]
    UnknownKey,
    /// Nothing helps.
    #[error("{0}")]
    Wrong(String),
}

fn wrong(what: impl Into<String>) -> Fault {
    Fault::Wrong(what.into())
}

#[derive(Deserialize)]
struct Claims {
    /// Compared by the library, which takes several issuers, too.
    #[serde(rename = "iss")]
    _issuer: String,
    sub: String,
    aud: Audience,
    azp: Option<String>,
    iat: f64,
    nonce: Option<String>,
    at_hash: Option<String>,
    email: Option<serde_json::Value>,
    email_verified: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// Whose token this is, if everything about it is right.
///
/// # Errors
/// The first thing that is not right.
pub fn check(token: &str, keys: &[Jwk], expected: &Expected<'_>) -> Result<Person, Fault> {
    let header = decode_header(token)
        .map_err(|_| wrong("the token is not signed by an algorithm that is known"))?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(wrong(format!(
            "the token is signed by {:?}, which is not taken; set the client up for RS256, PS256, ES256 or EdDSA",
            header.alg
        )));
    }
    let mut validation = Validation::new(header.alg);
    validation.leeway = LEEWAY;
    validation.validate_nbf = true;
    validation.set_issuer(&[expected.issuer]);
    validation.set_audience(&[expected.client_id]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    let claims = decode::<Claims>(token, &key(keys, &header)?, &validation)
        .map_err(|error| wrong(told(error.kind())))?
        .claims;
    check_parties(&claims, expected.client_id)?;
    check_times(&claims)?;
    let same = |one: &str, other: &str| bool::from(one.as_bytes().ct_eq(other.as_bytes()));
    if !claims
        .nonce
        .as_deref()
        .is_some_and(|nonce| same(nonce, expected.nonce))
    {
        return Err(wrong("the token was not made for this sign-in (nonce)"));
    }
    if let (Some(hash), Some(access)) = (&claims.at_hash, expected.access_token)
        && !same(hash, &half_hash(header.alg, access))
    {
        return Err(wrong("the token belongs to another access token (at_hash)"));
    }
    let verified = claims.email_verified == Some(serde_json::Value::Bool(true));
    Ok(Person {
        subject: subject(&claims.sub).map_err(|mend| wrong(format!("the token's sub: {mend}")))?,
        email: claims
            .email
            .as_ref()
            .and_then(serde_json::Value::as_str)
            .filter(|_| verified)
            .and_then(|address| mail_address(address).ok()),
    })
}

/// For us, and for others only if it was us who asked for it.
fn check_parties(claims: &Claims, client_id: &str) -> Result<(), Fault> {
    let is_for_others = match &claims.aud {
        Audience::One(one) => one != client_id,
        Audience::Several(all) => all.iter().any(|one| one != client_id),
    };
    match claims.azp.as_deref() {
        Some(party) if party != client_id => Err(wrong(format!(
            "the token was made for {} (azp)",
            quoted(party)
        ))),
        None if is_for_others => Err(wrong(
            "the token is for others, too, and does not say who asked for it (aud without azp)",
        )),
        _ => Ok(()),
    }
}

fn check_times(claims: &Claims) -> Result<(), Fault> {
    let latest = Timestamp::now().as_second() as f64 + LEEWAY as f64;
    if claims.iat.is_finite() && claims.iat <= latest {
        return Ok(());
    }
    Err(wrong(
        "the token was made in time to come (iat); compare the clocks",
    ))
}

/// The key that the token says it is signed with; without a name, the only one of its kind.
fn key(keys: &[Jwk], header: &Header) -> Result<DecodingKey, Fault> {
    let mut fitting = keys.iter().filter(|key| {
        fits(key, header.alg) && (header.kid.is_none() || key.common.key_id == header.kid)
    });
    match (fitting.next(), fitting.next()) {
        (Some(key), None) => DecodingKey::from_jwk(key)
            .map_err(|_| wrong("the provider's key of this name is none that can be used")),
        (None, _) => Err(Fault::UnknownKey),
        (Some(_), Some(_)) => Err(wrong(
            "several keys of the provider fit the token, and nothing says which",
        )),
    }
}

/// Is it a key for signatures by this algorithm?
fn fits(key: &Jwk, algorithm: Algorithm) -> bool {
    let common = &key.common;
    let is_of_kind = match (&key.algorithm, algorithm) {
        (AlgorithmParameters::RSA(_), Algorithm::RS256 | Algorithm::PS256) => true,
        (AlgorithmParameters::EllipticCurve(curve), Algorithm::ES256) => {
            curve.curve == EllipticCurve::P256
        }
        (AlgorithmParameters::OctetKeyPair(pair), Algorithm::EdDSA) => {
            pair.curve == EllipticCurve::Ed25519
        }
        _ => false,
    };
    is_of_kind
        && matches!(common.public_key_use, None | Some(PublicKeyUse::Signature))
        && common
            .key_operations
            .as_ref()
            .is_none_or(|all| all.contains(&KeyOperations::Verify))
        && common
            .key_algorithm
            .is_none_or(|own| own.to_string() == format!("{algorithm:?}"))
}

/// The left half of the access token's hash, by the hash of the signature's algorithm (Core, 3.1.3.6). For Ed25519 that is
/// SHA-512 (RFC 8032).
fn half_hash(algorithm: Algorithm, access_token: &str) -> String {
    let bytes = access_token.as_bytes();
    if algorithm == Algorithm::EdDSA {
        BASE64URL_NOPAD.encode(&Sha512::digest(bytes)[..32])
    } else {
        BASE64URL_NOPAD.encode(&Sha256::digest(bytes)[..16])
    }
}

fn told(kind: &ErrorKind) -> String {
    match kind {
        ErrorKind::InvalidSignature => "the token's signature is wrong".to_owned(),
        ErrorKind::ExpiredSignature => "the token is over (exp); compare the clocks".to_owned(),
        ErrorKind::ImmatureSignature => {
            "the token is not good yet (nbf); compare the clocks".to_owned()
        }
        ErrorKind::InvalidIssuer => "the token is from another issuer (iss)".to_owned(),
        ErrorKind::InvalidAudience => "the token is for another client (aud)".to_owned(),
        ErrorKind::MissingRequiredClaim(claim) => format!("the token does not say {claim}"),
        ErrorKind::Json(error) => {
            format!("the token cannot be read: {}", quoted(&error.to_string()))
        }
        _ => "the token cannot be read".to_owned(),
    }
}
