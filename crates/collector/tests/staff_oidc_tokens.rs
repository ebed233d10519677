//! What a provider's answers must be before anybody is believed to be somebody.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail the test"
)]

mod http_fixture;
mod oidc_fixture;

use collector::oidc::{OidcError, Person, Provider};
use jiff::Timestamp;
use oidc_fixture::{CLIENT, Fake, PUBLIC, Pair, SUBJECT, Token, half_hash, impatient, provider};
use serde_json::{Value, json};

/// A whole sign-in, without pages.
async fn sign_in(fake: &Fake, provider: &Provider) -> Result<Person, OidcError> {
    let begun = provider.begin().await?;
    let there = oidc_fixture::Begun {
        address: begun.address.clone(),
        cookie: String::new(),
    };
    let back = fake.there_and_back(&there).await;
    let (_, query) = back.split_once('?').unwrap();
    let value = |wanted: &str| {
        form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value.into_owned())
    };
    assert!(begun.secrets.is_answered_by(&value("state").unwrap()));
    let code = value("code").unwrap();
    provider
        .finish(&begun.secrets, &code, value("iss").as_deref())
        .await
}

async fn untrusted(fake: &Fake, provider: &Provider) -> String {
    match sign_in(fake, provider).await {
        Err(OidcError::Untrusted(why)) => why,
        other => panic!("{other:?}"),
    }
}

fn now() -> i64 {
    Timestamp::now().as_second()
}

#[tokio::test]
async fn every_usual_signature_is_checked_and_taken() {
    let fake = Fake::start().await;
    for (algorithm, pair) in [
        ("ES256", Pair::ec()),
        ("RS256", Pair::rsa()),
        ("PS256", Pair::rsa()),
        ("EdDSA", Pair::ed()),
    ] {
        let fresh = provider(fake.issuer(), impatient());
        fake.rotate(algorithm, algorithm, pair);
        let hash = half_hash(algorithm);
        fake.plan(|plan| {
            plan.twist = Some(Box::new(move |token| {
                token.claims["at_hash"] = json!(hash);
            }));
        });
        let person = sign_in(&fake, &fresh).await.unwrap();
        assert_eq!((person.subject.as_str(), person.email), (SUBJECT, None));

        fake.plan(|plan| plan.is_forged = true);
        let told = untrusted(&fake, &fresh).await;
        assert!(told.contains("signature"), "{algorithm}: {told}");
        fake.plan(|plan| plan.is_forged = false);
    }
}

/// A way in which a token is wrong, and a word of why it is refused.
type Wrong = (fn(&mut Token), &'static str);

#[tokio::test]
async fn a_token_that_is_wrong_in_one_thing_is_refused_for_that() {
    let fake = Fake::start().await;
    let provider = provider(fake.issuer(), impatient());
    let wrong: [Wrong; 23] = [
        (|token| token.claims["nonce"] = json!("another"), "nonce"),
        (|token| token.claims["nonce"] = Value::Null, "nonce"),
        (
            |token| token.claims["iss"] = json!("https://elsewhere.example/"),
            "iss",
        ),
        (|token| token.claims["iss"] = Value::Null, "cannot be read"),
        (
            |token| token.claims["iss"] = json!([token.claims["iss"]]),
            "cannot be read",
        ),
        (|token| token.claims["aud"] = json!("another"), "aud"),
        (|token| token.claims["aud"] = json!(["another"]), "aud"),
        (|token| token.claims["aud"] = json!([]), "aud"),
        (
            |token| token.claims["aud"] = json!([CLIENT, "another"]),
            "azp",
        ),
        (|token| token.claims["azp"] = json!("another"), "azp"),
        (|token| token.claims["exp"] = json!(now() - 120), "exp"),
        (|token| token.claims["exp"] = json!("never"), "the token"),
        (|token| token.claims["exp"] = Value::Null, "the token"),
        (|token| token.claims["nbf"] = json!(now() + 300), "nbf"),
        (|token| token.claims["iat"] = json!(now() + 300), "iat"),
        (|token| token.claims["iat"] = Value::Null, "cannot be read"),
        (|token| token.claims["sub"] = Value::Null, "the token"),
        (|token| token.claims["sub"] = json!(""), "sub"),
        (|token| token.claims["at_hash"] = json!("AAAA"), "at_hash"),
        (|token| token.header["alg"] = json!("none"), "not signed"),
        (|token| token.header["alg"] = json!("HS256"), "HS256"),
        (|token| token.header["alg"] = json!("ES384"), "ES384"),
        (
            |token| {
                token.header["crit"] = json!(["exp2"]);
                token.header["exp2"] = json!(1);
            },
            "the token",
        ),
    ];
    for (change, why) in wrong {
        fake.plan(|plan| plan.twist = Some(Box::new(change)));
        let told = untrusted(&fake, &provider).await;
        assert!(told.contains(why), "{told:?} does not say {why:?}");
    }
    // Clocks differ by a little.
    for fine in [
        (|token| token.claims["exp"] = json!(now() - 20)) as fn(&mut Token),
        |token| token.claims["iat"] = json!(now() + 20),
        |token| {
            token.claims["aud"] = json!([CLIENT, "another"]);
            token.claims["azp"] = json!(CLIENT);
        },
        |token| token.claims["aud"] = json!([CLIENT]),
    ] {
        fake.plan(|plan| plan.twist = Some(Box::new(fine)));
        sign_in(&fake, &provider).await.unwrap();
    }
}

#[tokio::test]
async fn keys_that_are_changed_are_found_but_not_more_than_once_a_minute() {
    let fake = Fake::start().await;
    let provider = provider(fake.issuer(), impatient());
    sign_in(&fake, &provider).await.unwrap();
    sign_in(&fake, &provider).await.unwrap();
    assert_eq!(
        fake.plan(|plan| (plan.documents, plan.key_sets)),
        (1, 1),
        "kept"
    );
    fake.rotate("second", "ES256", Pair::ec());
    sign_in(&fake, &provider).await.unwrap();
    assert_eq!(fake.plan(|plan| plan.key_sets), 2);
    fake.rotate("third", "ES256", Pair::ec());
    let told = untrusted(&fake, &provider).await;
    assert!(told.contains("no key"), "{told}");
    assert_eq!(fake.plan(|plan| plan.key_sets), 2);
}

#[tokio::test]
async fn a_key_is_taken_for_what_it_is_for() {
    let fake = Fake::start().await;
    let unfit: [fn(&mut Value); 5] = [
        |key| key["use"] = json!("enc"),
        |key| key["key_ops"] = json!(["encrypt"]),
        |key| key["alg"] = json!("ES384"),
        |key| key["crv"] = json!("P-384"),
        |key| key["kid"] = json!("another"),
    ];
    for change in unfit {
        let provider = provider(fake.issuer(), impatient());
        fake.plan(|plan| {
            let mut key = plan.pair.public(&plan.kid);
            change(&mut key);
            plan.published = Some(json!({"keys": [key]}));
        });
        untrusted(&fake, &provider).await;
    }
    // Two keys of one name, or of none: nobody guesses.
    for kid in ["first", ""] {
        let provider = provider(fake.issuer(), impatient());
        fake.plan(|plan| {
            let mut keys = [plan.pair.public("first"), Pair::ec().public("first")];
            if kid.is_empty() {
                for key in &mut keys {
                    key.as_object_mut().unwrap().remove("kid");
                }
                plan.twist = Some(Box::new(|token| {
                    token.header.as_object_mut().unwrap().remove("kid");
                }));
            }
            plan.published = Some(json!({"keys": keys}));
        });
        let told = untrusted(&fake, &provider).await;
        assert!(told.contains("several"), "{told}");
    }
    // One that is the only one of its kind needs no name.
    let provider = provider(fake.issuer(), impatient());
    fake.plan(|plan| {
        let key = plan.pair.public("whatever");
        plan.published = Some(json!({"keys": [Pair::ed().public("ed"), key]}));
    });
    sign_in(&fake, &provider).await.unwrap();
}

#[tokio::test]
async fn a_provider_that_is_not_the_one_that_was_set_up_is_not_asked() {
    let fake = Fake::start().await;
    for (document, why) in [
        (
            json!({"issuer": format!("{}/", fake.issuer())}),
            "calls itself",
        ),
        (
            json!({"token_endpoint": "http://sso.tinh.gov.vn/"}),
            "token_endpoint",
        ),
        (json!({"jwks_uri": "file:///etc/passwd"}), "jwks_uri"),
        (
            json!({"authorization_endpoint": "javascript:alert(1)"}),
            "authorization_endpoint",
        ),
        (json!({"token_endpoint": 7}), "no such JSON"),
        (json!({"padding": "x".repeat(300 * 1024)}), "longer than"),
    ] {
        let provider = provider(fake.issuer(), impatient());
        fake.plan(|plan| plan.document = document);
        let told = untrusted(&fake, &provider).await;
        assert!(told.contains(why), "{told}");
    }
}

#[tokio::test]
async fn the_browser_must_come_from_the_provider_that_it_went_to() {
    let fake = Fake::start().await;
    let own = fake.issuer().to_owned();
    let known = provider(fake.issuer(), impatient());
    for (named, is_fine) in [(own.as_str(), true), ("https://elsewhere.example/", false)] {
        fake.plan(|plan| plan.returned = vec![("iss".to_owned(), named.to_owned())]);
        assert_eq!(sign_in(&fake, &known).await.is_ok(), is_fine, "{named}");
    }
    // Who says that it always tells must tell.
    let strict = provider(fake.issuer(), impatient());
    fake.plan(|plan| {
        plan.returned.clear();
        plan.document = json!({"authorization_response_iss_parameter_supported": true});
    });
    assert!(untrusted(&fake, &strict).await.contains("iss"));
}

#[tokio::test]
async fn the_client_shows_itself_as_the_provider_wants_it_and_asks_for_what_there_is() {
    let fake = Fake::start().await;
    for (document, scope) in [
        (json!({}), "openid email"),
        (
            json!({"token_endpoint_auth_methods_supported": ["client_secret_post"],
                "scopes_supported": ["openid", "profile"]}),
            "openid",
        ),
        (
            json!({"token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
                "scopes_supported": ["openid", "email"]}),
            "openid email",
        ),
    ] {
        let provider = provider(fake.issuer(), impatient());
        fake.plan(|plan| plan.document = document);
        sign_in(&fake, &provider).await.unwrap();
        assert_eq!(fake.plan(|plan| plan.scopes.pop()).unwrap(), scope);
    }
}

#[tokio::test]
async fn a_wrong_secret_is_a_refusal_that_does_not_tell_it() {
    let fake = Fake::start().await;
    let settings = collector::oidc::ProviderSettings::new(
        fake.issuer(),
        CLIENT,
        "khong-phai-mat-khau",
        None,
        PUBLIC,
    );
    let wrong = Provider::new(settings.unwrap()).unwrap();
    match sign_in(&fake, &wrong).await {
        Err(OidcError::Refused(why)) => {
            assert!(why.contains("invalid_client") && !why.contains("khong-phai"));
        }
        other => panic!("{other:?}"),
    }
    assert!(!format!("{wrong:?}").contains("khong-phai"));
}
