//! A collector on a real socket with a throw-away store, one key of each role and one account.

#![allow(dead_code, reason = "each test program uses its own part")]
#![allow(clippy::unwrap_used, reason = "a fixture that fails fails the test")]

#[path = "../store_fixture/mod.rs"]
pub mod store_fixture;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use collector::auth;
use collector::delay::Delay;
use collector::forms::FormBook;
use collector::http::{App, Settings, serve};
use collector::intake::Intake;
use collector::intake::pseudonym::PseudonymKey;
use collector::store::sqlite::SqliteStore;
use collector::store::{DeviceSettings, Key, Role, Store, Unit, User};
use jiff::Timestamp;
use reqwest::{Client, RequestBuilder, Response, StatusCode, header, redirect};
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::oneshot;

/// Name and password of the account.
pub const OFFICER: (&str, &str) = ("can.bo", "Mật khẩu của cán bộ");

/// A running collector; it stops when dropped.
pub struct Collector {
    pub address: SocketAddr,
    pub store: Arc<dyn Store>,
    pub folder: TempDir,
    pub stop: Option<oneshot::Sender<()>>,
    pub done: tokio::task::JoinHandle<()>,
    client: Client,
    keys: Vec<(Role, String)>,
}

/// Every role.
pub const ROLES: [Role; 4] = [Role::Device, Role::OneStop, Role::Analyst, Role::Admin];

impl Collector {
    /// With the shipped settings, and no delay of figures.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// With settings of the test's own.
    pub async fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::start_on(store_fixture::forms(), change).await
    }

    /// With these forms.
    pub async fn start_on(forms: Arc<FormBook>, change: impl FnOnce(&mut Settings)) -> Self {
        let collector = Self::start_with_nothing(forms, change).await;
        let unit = Unit {
            code: "000.00.19.H10".into(),
            name: "Bộ phận Một cửa".into(),
            kind: "one-stop".into(),
            parent: None,
            valid_from: None,
            valid_to: None,
        };
        collector.store.upsert_units(vec![unit]).await.unwrap();
        collector
    }

    /// With these forms and no unit.
    pub async fn start_empty(forms: Arc<FormBook>) -> Self {
        Self::start_with_nothing(forms, |_| {}).await
    }

    async fn start_with_nothing(forms: Arc<FormBook>, change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path(), Arc::clone(&forms)).unwrap();
        let store: Arc<dyn Store> = Arc::new(store);
        let mut keys = Vec::new();
        for role in ROLES {
            let secret = auth::new_secret(role).unwrap();
            let key = Key {
                name: auth::role_name(role).to_owned(),
                role,
                hash: auth::hash_secret(&secret),
                device: (role == Role::Device).then(|| DeviceSettings {
                    unit: "000.00.19.H10".into(),
                    form: "t".into(),
                    ..DeviceSettings::default()
                }),
                created_at: Timestamp::now(),
            };
            store.add_key(key).await.unwrap();
            keys.push((role, secret));
        }
        let mut settings = Settings {
            web_dir: folder.path().join("dist"),
            // What a test sends it reads at once.
            delay: Delay::NONE,
            ..Settings::default()
        };
        change(&mut settings);
        let intake = Intake::new(
            Arc::clone(&forms),
            Arc::clone(&store),
            PseudonymKey::from_bytes([1; 32]),
        );
        let app = App::new(Arc::clone(&store), forms, Arc::new(intake), settings).unwrap();
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
            .await
            .unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let done = tokio::spawn(serve(listener, app, async {
            let _ = stopped.await;
        }));
        Self {
            address,
            store,
            folder,
            stop: Some(stop),
            done,
            client: Client::builder()
                .redirect(redirect::Policy::none())
                .timeout(Duration::from_secs(30))
                .build()
                .unwrap(),
            keys,
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(self.url(path))
    }

    pub fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(self.url(path))
    }

    pub fn request(&self, method: reqwest::Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.url(path))
    }

    /// The secret of the key with this role.
    pub fn key(&self, role: Role) -> &str {
        &self.keys.iter().find(|(one, _)| *one == role).unwrap().1
    }

    /// Sends a body to the responses route as the device.
    pub async fn send(&self, body: impl Into<reqwest::Body>) -> Response {
        self.post("/api/v1/responses")
            .bearer_auth(self.key(Role::Device))
            .header(header::CONTENT_TYPE, "application/json")
            .body(body)
            .send()
            .await
            .unwrap()
    }

    /// Makes the account and signs in; returns the cookie to send.
    pub async fn sign_in(&self, role: Role) -> String {
        self.add_officer(role).await;
        let answer = self.try_sign_in(OFFICER.0, OFFICER.1).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        session_cookie(&answer)
    }

    pub async fn add_officer(&self, role: Role) {
        let user = User {
            name: OFFICER.0.into(),
            password_hash: auth::hash_password(OFFICER.1).unwrap(),
            role,
            branch: None,
            disabled_at: None,
        };
        self.store.put_user(user).await.unwrap();
    }

    pub async fn try_sign_in(&self, name: &str, password: &str) -> Response {
        self.post("/staff/login")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form(&[("name", name), ("password", password)]))
            .send()
            .await
            .unwrap()
    }
}

/// `name=value` of the session cookie that an answer sets.
pub fn session_cookie(answer: &Response) -> String {
    let set = answer.headers()[header::SET_COOKIE].to_str().unwrap();
    set.split(';').next().unwrap().to_owned()
}

/// The body of an HTML form.
pub fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// The problem that an answer carries, with everything that a problem must have.
pub async fn problem(answer: Response, status: u16, code: &str) -> Value {
    assert_eq!(answer.status(), status);
    assert_eq!(
        answer.headers()[header::CONTENT_TYPE],
        "application/problem+json"
    );
    let problem: Value = answer.json().await.unwrap();
    assert_eq!(problem["code"], code, "{problem}");
    assert_eq!(problem["status"], status);
    assert_eq!(problem["type"], format!("urn:hai-long:problem:{code}"));
    assert!(!problem["title"].as_str().unwrap().is_empty());
    assert!(!problem["detail"].as_str().unwrap().is_empty());
    problem
}
