//! A provider of accounts on a real socket, with keys of its own, that does what a test says; and a browser that goes there and
//! back.

#![allow(dead_code, reason = "each test program uses its own part")]
#![allow(clippy::unwrap_used, reason = "a fixture that fails fails the test")]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response as Answer};
use axum::routing::{get, post};
use axum::{Json, Router};
use collector::oidc::{Patience, Provider, ProviderSettings};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use jiff::Timestamp;
use reqwest::Response;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256, RsaKeyPair, RsaPublicKeyComponents,
};
use ring::{digest, hmac};
use serde_json::{Value, json};

use super::http_fixture::Collector;

pub const CLIENT: &str = "hai-long";
/// With what a form and a header treat alike only when they are encoded.
pub const SECRET: &str = "s3cret:/+& %";
pub const SUBJECT: &str = "3f0c2a7e-1b1d-4c58-9d25-8f6f1b0a9c11";

/// A key pair of the provider.
pub enum Pair {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

impl Pair {
    /// The one key whose making takes long is a file; nothing but these tests believes it.
    pub fn rsa() -> Self {
        Self::Rsa(RsaKeyPair::from_pkcs8(include_bytes!("rsa-2048.pk8")).unwrap())
    }

    pub fn ec() -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let made = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        Self::Ec(EcdsaKeyPair::from_pkcs8(algorithm, made.as_ref(), &random).unwrap())
    }

    pub fn ed() -> Self {
        let made = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self::Ed(Ed25519KeyPair::from_pkcs8(made.as_ref()).unwrap())
    }

    /// The public half as a JWK.
    pub fn public(&self, kid: &str) -> Value {
        let coded = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        match self {
            Self::Rsa(pair) => {
                let RsaPublicKeyComponents::<Vec<u8>> { n, e } = pair.public().into();
                json!({"kty": "RSA", "kid": kid, "use": "sig", "n": coded(&n), "e": coded(&e)})
            }
            Self::Ec(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                json!({"kty": "EC", "crv": "P-256", "kid": kid, "x": coded(x), "y": coded(y)})
            }
            Self::Ed(pair) => {
                let x = pair.public_key().as_ref();
                json!({"kty": "OKP", "crv": "Ed25519", "kid": kid, "alg": "EdDSA", "x": coded(x)})
            }
        }
    }

    fn sign(&self, algorithm: &str, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                let padding: &'static dyn ring::signature::RsaEncoding = match algorithm {
                    "PS256" => &RSA_PSS_SHA256,
                    _ => &RSA_PKCS1_SHA256,
                };
                pair.sign(padding, &random, message, &mut signature)
                    .unwrap();
                signature
            }
            Self::Ec(pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Self::Ed(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }
}

/// An ID token before it is signed.
pub struct Token {
    pub header: Value,
    pub claims: Value,
}

/// Changes a token before it is signed.
pub type Twist = Box<dyn Fn(&mut Token) + Send>;

/// What a sign-in asked for.
struct Asked {
    nonce: String,
    challenge: String,
    redirect: String,
}

/// What the provider does, and what it was asked.
pub struct Plan {
    pub pair: Pair,
    pub kid: String,
    pub algorithm: String,
    /// What it publishes; `None` for the public half of `pair` alone.
    pub published: Option<Value>,
    /// Who signs in.
    pub person: Value,
    pub twist: Option<Twist>,
    /// Does somebody put another person into what it has signed?
    pub is_forged: bool,
    /// Put into the document of the provider.
    pub document: Value,
    /// Put into the address that the browser is sent back with.
    pub returned: Vec<(String, String)>,
    /// Does it take questions and never answer?
    pub is_silent: bool,
    pub documents: usize,
    pub key_sets: usize,
    pub exchanges: usize,
    pub scopes: Vec<String>,
    codes: HashMap<String, Asked>,
}

type Shared = Arc<Shop>;

struct Shop {
    issuer: String,
    plan: Mutex<Plan>,
}

/// A running provider; it ends with the test.
pub struct Fake {
    shop: Shared,
    client: reqwest::Client,
}

impl Fake {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
            .await
            .unwrap();
        let issuer = format!("http://{}/realms/tinh", listener.local_addr().unwrap());
        let plan = Plan {
            pair: Pair::ec(),
            kid: "first".to_owned(),
            algorithm: "ES256".to_owned(),
            published: None,
            person: json!({"sub": SUBJECT}),
            twist: None,
            is_forged: false,
            document: json!({}),
            returned: Vec::new(),
            is_silent: false,
            documents: 0,
            key_sets: 0,
            exchanges: 0,
            scopes: Vec::new(),
            codes: HashMap::new(),
        };
        let shop = Arc::new(Shop {
            issuer,
            plan: Mutex::new(plan),
        });
        let router = Router::new()
            .route(
                "/realms/tinh/.well-known/openid-configuration",
                get(document),
            )
            .route("/authorize", get(authorize))
            .route("/token", post(exchange))
            .route("/keys", get(keys))
            .with_state(Arc::clone(&shop));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            shop,
            client: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .unwrap(),
        }
    }

    pub fn issuer(&self) -> &str {
        &self.shop.issuer
    }

    /// Looks at what it does, or changes that.
    pub fn plan<T>(&self, work: impl FnOnce(&mut Plan) -> T) -> T {
        work(&mut self.shop.plan.lock().unwrap())
    }

    /// Signs with another key pair from now on.
    pub fn rotate(&self, kid: &str, algorithm: &str, pair: Pair) {
        self.plan(|plan| {
            plan.pair = pair;
            kid.clone_into(&mut plan.kid);
            algorithm.clone_into(&mut plan.algorithm);
        });
    }

    /// A collector whose officers may sign in by this provider.
    pub async fn collector(&self) -> Collector {
        let provider = provider(self.issuer(), Patience::default());
        Collector::start_with(|settings| settings.provider = Some(provider)).await
    }

    /// The way there and back: the address, below the collector, that the provider sends the browser to.
    pub async fn there_and_back(&self, begun: &Begun) -> String {
        let answer = self.client.get(&begun.address).send().await.unwrap();
        assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
        let back = location(&answer);
        back.strip_prefix(PUBLIC).unwrap().to_owned()
    }

    /// A whole sign-in of one browser; the collector's last answer.
    pub async fn sign_in(&self, collector: &Collector, query: &str) -> Response {
        let begun = begin(collector, query).await;
        let back = self.there_and_back(&begun).await;
        come_back(collector, &back, &begun.cookie).await
    }
}

/// What the collector calls itself; the browser of these tests knows better.
pub const PUBLIC: &str = "http://127.0.0.1:9";

/// The provider as the collector knows it.
pub fn provider(issuer: &str, patience: Patience) -> Arc<Provider> {
    let mut settings = ProviderSettings::new(issuer, CLIENT, SECRET, None, PUBLIC).unwrap();
    settings.patience = patience;
    Arc::new(Provider::new(settings).unwrap())
}

/// Gives up soon, and tries again at once.
pub fn impatient() -> Patience {
    Patience {
        each: Duration::from_millis(300),
        all: Duration::from_millis(600),
        rest: Duration::ZERO,
    }
}

/// A sign-in that a browser has begun.
pub struct Begun {
    /// Where the collector sends it.
    pub address: String,
    /// What it keeps.
    pub cookie: String,
}

pub async fn begin(collector: &Collector, query: &str) -> Begun {
    let answer = collector
        .get(&format!("/staff/oidc/start{query}"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
    let cookie = cookie(&answer, "hl_oidc").unwrap();
    Begun {
        address: location(&answer),
        cookie: cookie.split(';').next().unwrap().to_owned(),
    }
}

pub async fn come_back(collector: &Collector, to: &str, cookie: &str) -> Response {
    collector
        .get(to)
        .header(header::COOKIE, cookie)
        .send()
        .await
        .unwrap()
}

/// The whole `Set-Cookie` line of this name.
pub fn cookie(answer: &Response, name: &str) -> Option<String> {
    answer
        .headers()
        .get_all(header::SET_COOKIE)
        .iter()
        .map(|line| line.to_str().unwrap().to_owned())
        .find(|line| line.starts_with(&format!("{name}=")))
}

fn location(answer: &Response) -> String {
    answer.headers()[header::LOCATION]
        .to_str()
        .unwrap()
        .to_owned()
}

async fn document(State(shop): State<Shared>) -> Answer {
    let base = shop.issuer.trim_end_matches("/realms/tinh");
    let mut document = json!({
        "issuer": shop.issuer,
        "authorization_endpoint": format!("{base}/authorize"),
        "token_endpoint": format!("{base}/token"),
        "jwks_uri": format!("{base}/keys"),
    });
    let is_silent = {
        let mut plan = shop.plan.lock().unwrap();
        plan.documents += 1;
        merge(&mut document, &plan.document);
        plan.is_silent
    };
    if is_silent {
        std::future::pending::<()>().await;
    }
    Json(document).into_response()
}

fn merge(into: &mut Value, from: &Value) {
    for (name, value) in from.as_object().unwrap() {
        into[name] = value.clone();
    }
}

async fn keys(State(shop): State<Shared>) -> Json<Value> {
    let mut plan = shop.plan.lock().unwrap();
    plan.key_sets += 1;
    Json(match &plan.published {
        Some(published) => published.clone(),
        None => json!({"keys": [plan.pair.public(&plan.kid)]}),
    })
}

/// Where somebody types a password; here everybody comes in.
async fn authorize(
    State(shop): State<Shared>,
    Query(asked): Query<HashMap<String, String>>,
) -> Redirect {
    let mut plan = shop.plan.lock().unwrap();
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(asked[name], value);
    }
    plan.scopes.push(asked["scope"].clone());
    let code = format!("code-{}", plan.codes.len() + plan.exchanges + 1);
    plan.codes.insert(
        code.clone(),
        Asked {
            nonce: asked["nonce"].clone(),
            challenge: asked["code_challenge"].clone(),
            redirect: asked["redirect_uri"].clone(),
        },
    );
    let mut back = form_urlencoded::Serializer::new(String::new());
    back.append_pair("code", &code);
    back.append_pair("state", &asked["state"]);
    for (name, value) in &plan.returned {
        back.append_pair(name, value);
    }
    Redirect::to(&format!("{}?{}", asked["redirect_uri"], back.finish()))
}

async fn exchange(
    State(shop): State<Shared>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Answer {
    let mut plan = shop.plan.lock().unwrap();
    plan.exchanges += 1;
    let no =
        |status: StatusCode, error: &str| (status, Json(json!({"error": error}))).into_response();
    if !is_client(&headers, &form) {
        return no(StatusCode::UNAUTHORIZED, "invalid_client");
    }
    // A code is good once.
    let Some(asked) = plan.codes.remove(&form["code"]) else {
        return no(StatusCode::BAD_REQUEST, "invalid_grant");
    };
    let challenge = digest::digest(&digest::SHA256, form["code_verifier"].as_bytes());
    if form["grant_type"] != "authorization_code"
        || form["redirect_uri"] != asked.redirect
        || BASE64URL_NOPAD.encode(challenge.as_ref()) != asked.challenge
    {
        return no(StatusCode::BAD_REQUEST, "invalid_grant");
    }
    let now = Timestamp::now().as_second();
    let mut token = Token {
        header: json!({"alg": plan.algorithm, "kid": plan.kid, "typ": "JWT"}),
        claims: json!({
            "iss": shop.issuer, "aud": CLIENT, "nonce": asked.nonce, "iat": now, "exp": now + 300,
        }),
    };
    merge(&mut token.claims, &plan.person.clone());
    if let Some(twist) = &plan.twist {
        twist(&mut token);
    }
    Json(json!({
        "access_token": "access", "token_type": "Bearer", "id_token": signed(&plan, &token),
    }))
    .into_response()
}

/// In the header or in the form, and both parts encoded as in a form.
fn is_client(headers: &HeaderMap, form: &HashMap<String, String>) -> bool {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return form.get("client_id").is_some_and(|id| id == CLIENT)
            && form.get("client_secret").is_some_and(|own| own == SECRET);
    };
    let coded = value.to_str().unwrap().strip_prefix("Basic ").unwrap();
    let pair = String::from_utf8(BASE64.decode(coded.as_bytes()).unwrap()).unwrap();
    let (id, secret) = pair.split_once(':').unwrap();
    let decoded = |text: &str| {
        let pair = format!("x={text}");
        let (_, value) = form_urlencoded::parse(pair.as_bytes()).next().unwrap();
        value.into_owned()
    };
    decoded(id) == CLIENT && decoded(secret) == SECRET
}

fn signed(plan: &Plan, token: &Token) -> String {
    let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let head = part(&token.header);
    let message = format!("{head}.{}", part(&token.claims));
    let signature = match token.header["alg"].as_str().unwrap() {
        "none" => Vec::new(),
        // The old trick: the public key, which everybody has, as the shared secret.
        "HS256" => {
            let public = plan.pair.public("first").to_string();
            let key = hmac::Key::new(hmac::HMAC_SHA256, public.as_bytes());
            hmac::sign(&key, message.as_bytes()).as_ref().to_vec()
        }
        algorithm => plan.pair.sign(algorithm, message.as_bytes()),
    };
    let mut claims = token.claims.clone();
    if plan.is_forged {
        claims["sub"] = json!("somebody-else");
    }
    let signature = BASE64URL_NOPAD.encode(&signature);
    format!("{head}.{}.{signature}", part(&claims))
}

/// The claim that belongs to the access token of this provider.
pub fn half_hash(algorithm: &str) -> String {
    let by = match algorithm {
        "EdDSA" => &digest::SHA512,
        _ => &digest::SHA256,
    };
    let whole = digest::digest(by, b"access");
    BASE64URL_NOPAD.encode(&whole.as_ref()[..whole.as_ref().len() / 2])
}
