//! The signatures of tokens, checked by `ring`, which the TLS below the client brings: no second library for the same keys.

use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result};
use jsonwebtoken::signature::{Error, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind, EncodingKey};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
    RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};

/// Makes [`jsonwebtoken`] check signatures by `ring`. Only the first call counts.
pub fn install() {
    static PROVIDER: CryptoProvider = CryptoProvider {
        signer_factory: no_signer,
        verifier_factory: verifier,
        key_utils: KeyUtils::new_unimplemented(),
    };
    let _ = PROVIDER.install_default();
}

/// We never sign a token.
fn no_signer(_: &Algorithm, _: &EncodingKey) -> Result<Box<dyn JwtSigner>> {
    Err(ErrorKind::InvalidAlgorithm.into())
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    let key = match (algorithm, key.kind()) {
        (Algorithm::RS256, DecodingKeyKind::RsaModulusExponent { n, e }) => {
            rsa(&RSA_PKCS1_2048_8192_SHA256, n, e)
        }
        (Algorithm::PS256, DecodingKeyKind::RsaModulusExponent { n, e }) => {
            rsa(&RSA_PSS_2048_8192_SHA256, n, e)
        }
        (Algorithm::ES256, DecodingKeyKind::SecretOrDer(point)) => {
            plain(&ECDSA_P256_SHA256_FIXED, point)
        }
        (Algorithm::EdDSA, DecodingKeyKind::SecretOrDer(point)) => plain(&ED25519, point),
        _ => return Err(ErrorKind::InvalidAlgorithm.into()),
    };
    Ok(Box::new(Check {
        algorithm: *algorithm,
        key,
    }))
}

enum Key {
    Rsa(&'static RsaParameters, RsaPublicKeyComponents<Vec<u8>>),
    Plain(UnparsedPublicKey<Vec<u8>>),
}

fn rsa(parameters: &'static RsaParameters, n: &[u8], e: &[u8]) -> Key {
    let (n, e) = (n.to_vec(), e.to_vec());
    Key::Rsa(parameters, RsaPublicKeyComponents { n, e })
}

fn plain(algorithm: &'static dyn VerificationAlgorithm, point: &[u8]) -> Key {
    Key::Plain(UnparsedPublicKey::new(algorithm, point.to_vec()))
}

struct Check {
    algorithm: Algorithm,
    key: Key,
}

impl Verifier<Vec<u8>> for Check {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), Error> {
        match &self.key {
            Key::Rsa(parameters, key) => key.verify(parameters, message, signature),
            Key::Plain(key) => key.verify(message, signature),
        }
        .map_err(|_| Error::new())
    }
}

impl JwtVerifier for Check {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}
