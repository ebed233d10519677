//! Links of accounts to persons at a provider, at the command line, and the settings of that provider.

#![allow(
    clippy::unwrap_used,
    reason = "a test whose ground cannot be laid fails"
)]

mod cli_fixture;

use cli_fixture::{command, err, fail, folder, run, succeed, write};

const ISSUER: &str = "https://sso.tinh.gov.vn/realms/tinh";
const CREATE: [&str; 6] = [
    "user",
    "create",
    "--role",
    "analyst",
    "--no-password",
    "--name",
];

#[test]
fn an_account_is_linked_to_one_person_and_all_of_it_is_written_down() {
    let folder = folder();
    let data = folder.path().join("data");
    for name in ["lan", "minh"] {
        succeed(&data, &[&CREATE[..], &[name]].concat());
    }
    let link = |name: &'static str, mark: [&'static str; 2]| {
        [&["user", "link", name, "--issuer", ISSUER][..], &mark].concat()
    };
    succeed(&data, &link("lan", ["--email", "Lan@tinh.gov.vn"]));
    succeed(&data, &link("minh", ["--subject", "m-1"]));
    let list = || succeed(&data, &["user", "list"]);
    assert!(list().contains("lan@tinh.gov.vn at https://sso.tinh.gov.vn"));
    assert!(list().contains("nobody has signed in yet"));
    let taken = fail(&data, &link("lan", ["--subject", "l-1"]));
    assert!(taken.contains("user unlink lan"), "{taken}");
    succeed(&data, &["user", "unlink", "lan"]);
    let taken = fail(&data, &link("lan", ["--subject", "m-1"]));
    assert!(
        taken.contains("\"minh\"") && taken.contains("one account"),
        "{taken}"
    );
    succeed(&data, &link("lan", ["--subject", "l-1"]));
    assert!(fail(&data, &link("hoa", ["--subject", "h"])).contains("hai-long user list"));

    // Whoever gives the account to somebody else is told that the link is still there.
    let again = run(&data, &[&CREATE[..], &["lan"]].concat());
    assert_eq!(again.status.code(), Some(0));
    assert!(err(&again).contains("user unlink lan"), "{}", err(&again));
    succeed(&data, &["user", "unlink", "lan"]);
    assert!(fail(&data, &["user", "unlink", "lan"]).contains("not linked"));

    let log = succeed(&data, &["audit", "--format", "csv"]);
    for told in [
        "\"no password, role analyst, branch all\"",
        "linked to lan@tinh.gov.vn at https://sso.tinh.gov.vn/realms/tinh (nobody has signed in yet)",
        "linked to l-1 at https://sso.tinh.gov.vn/realms/tinh",
        "unlinked",
    ] {
        assert!(log.contains(told), "{told}\n{log}");
    }
}

#[test]
fn a_link_says_which_provider_and_which_person() {
    let folder = folder();
    let data = folder.path().join("data");
    succeed(&data, &[&CREATE[..], &["lan"]].concat());
    let refused = |arguments: &[&str]| {
        let output = run(&data, &[&["user", "link", "lan"][..], arguments].concat());
        assert_ne!(output.status.code(), Some(0));
        err(&output)
    };
    assert!(refused(&["--subject", "l-1"]).contains("HAI_LONG_OIDC_ISSUER"));
    assert!(refused(&["--issuer", ISSUER]).contains("--subject"));
    assert!(refused(&["--issuer", ISSUER, "--email", "lan"]).contains("e-mail address"));
    assert!(
        refused(&["--issuer", "http://sso.tinh.gov.vn", "--subject", "l"]).contains("https://")
    );
    // The provider of the settings file is the usual one.
    let file = write(
        folder.path(),
        "hai-long.toml",
        &format!("oidc-issuer = \"{ISSUER}\"\n"),
    );
    succeed(
        &data,
        &["user", "link", "lan", "--subject", "l-1", "--config", &file],
    );
    assert!(succeed(&data, &["user", "list"]).contains(ISSUER));
}

#[test]
fn a_server_does_not_start_with_half_a_provider() {
    let folder = folder();
    let data = folder.path().join("data");
    let serve = |arguments: &[&str], secret: Option<&str>| {
        let all = [&["serve", "--listen", "127.0.0.1:0"][..], arguments].concat();
        let mut command = command(&data, &all);
        if let Some(secret) = secret {
            command.env("HAI_LONG_OIDC_CLIENT_SECRET", secret);
        }
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        err(&output)
    };
    let whole = ["--oidc-issuer", ISSUER, "--oidc-client-id", "hai-long"];
    assert!(serve(&whole[..2], None).contains("oidc-client-id"));
    assert!(serve(&whole, None).contains("oidc-client-secret-file"));
    assert!(serve(&whole, Some("s")).contains("public-url"));
    let public = ["--public-url", "http://hailong.tinh.gov.vn"];
    let told = serve(&[&whole[..], &public].concat(), Some("khong-noi-ra"));
    assert!(
        told.contains("public-url: ") && told.contains("https://HOST"),
        "{told}"
    );
    assert!(!told.contains("khong-noi-ra"));
}
