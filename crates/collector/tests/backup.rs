//! A backup is whole and of one moment, and a restore brings back all of it or nothing.

#![allow(
    clippy::unwrap_used,
    reason = "a test whose ground cannot be laid fails"
)]

mod cli_fixture;

use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::time::Duration;

use cli_fixture::{
    DOSSIER, Server, command, enrol, fail, folder, index, rating, run, send, succeed, with_dossier,
    write,
};
use serde_json::{Value, json};
use uuid::Uuid;

/// Makes the database large enough for a copy to take a while.
fn fatten(data: &Path) {
    let database = rusqlite::Connection::open(data.join("hai-long.db")).unwrap();
    database
        .execute_batch(
            "CREATE TABLE fat (n INTEGER PRIMARY KEY, fat BLOB);
             WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 12)
             INSERT INTO fat SELECT n, randomblob(1 << 20) FROM n;",
        )
        .unwrap();
}

/// A data folder with a kiosk and its key, the pseudonym key, and ratings 0 to 49, of which 45 count.
async fn office(data: &Path) -> String {
    let key = enrol(data, "hall-1");
    let server = Server::start(data);
    let ratings: Vec<Value> = (0..50).map(rating).collect();
    server.send(&key, &ratings).await;
    server.stop();
    key
}

fn backup(data: &Path, to: &Path, more: &[&str]) -> PathBuf {
    let to = ["backup", "--to", to.to_str().unwrap()];
    succeed(data, &[&to[..], more].concat()).trim().into()
}

fn manifest(backup: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(backup.join("manifest.json")).unwrap()).unwrap()
}

fn restore<'a>(from: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    [&["restore", "--from", from.to_str().unwrap()], more].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_backed_up_under_load_and_restored_elsewhere_converges_when_kiosks_send_everything_again()
 {
    const WRITERS: u64 = 4;
    let (place, elsewhere) = (folder(), folder());
    let data = place.path().join("data");
    let key = enrol(&data, "hall-1");
    fatten(&data);
    let server = Server::start(&data);

    let acknowledged: Arc<Vec<AtomicU64>> = Arc::new((0..WRITERS).map(|_| 0.into()).collect());
    let all =
        |counts: &[AtomicU64]| -> Vec<u64> { counts.iter().map(|n| n.load(SeqCst)).collect() };
    let enough = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (address, key) = (server.address.clone(), key.clone());
            let (acknowledged, enough) = (Arc::clone(&acknowledged), Arc::clone(&enough));
            tokio::spawn(async move {
                let mut next = 0;
                while !enough.load(SeqCst) {
                    let ratings: Vec<Value> = (next..next + 10)
                        .map(|n| rating(writer * 10_000 + n))
                        .collect();
                    send(&address, &key, &ratings).await;
                    next += 10;
                    acknowledged[writer as usize].store(next, SeqCst);
                }
            })
        })
        .collect();
    let more_than = async |least: &[u64]| {
        let reached = async {
            while all(&acknowledged)
                .iter()
                .zip(least)
                .any(|(n, least)| n <= least)
            {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let limit = Duration::from_secs(60);
        tokio::time::timeout(limit, reached)
            .await
            .expect("the writers go on");
    };
    more_than(&[50; WRITERS as usize]).await;
    let before = all(&acknowledged);
    let copy = {
        let (data, to) = (data.clone(), place.path().join("backups"));
        tokio::task::spawn_blocking(move || backup(&data, &to, &[]))
            .await
            .unwrap()
    };
    let during = all(&acknowledged);
    more_than(&during).await;
    enough.store(true, SeqCst);
    for writer in writers {
        writer.await.unwrap();
    }
    let sent = all(&acknowledged);
    assert_ne!(before, during, "nobody wrote while the backup was taken");

    let target = elsewhere.path().join("data");
    let old_key = data.join("pseudonym.key");
    let in_use = fail(&data, &restore(&copy, &["--replace"]));
    assert!(in_use.contains("in use by a server"), "{in_use}");
    server.stop();
    succeed(
        &target,
        &restore(&copy, &["--key", old_key.to_str().unwrap()]),
    );
    let restored = manifest(&copy)["counts"]["responses"].as_u64().unwrap();
    assert!(restored >= before.iter().sum() && restored < sent.iter().sum());

    let server = Server::start(&target);
    for (writer, (&sent, &before)) in sent.iter().zip(&before).enumerate() {
        for first in (0..sent).step_by(10) {
            let ratings: Vec<Value> = (first..first + 10)
                .map(|n| rating(writer as u64 * 10_000 + n))
                .collect();
            for status in server.send(&key, &ratings).await {
                assert!(status == "duplicate" || (first >= before && status == "stored"));
            }
        }
    }
    server.stop();
    assert_eq!(index(&target), index(&data));
    assert_eq!(succeed(&target, &["verify"]), succeed(&data, &["verify"]));
}

#[tokio::test]
async fn a_backup_that_was_killed_is_refused_and_the_next_one_is_whole() {
    let place = folder();
    let (data, to) = (place.path().join("data"), place.path().join("backups"));
    office(&data).await;
    fatten(&data);
    let mut child = command(&data, &["backup", "--to", to.to_str().unwrap()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let half = loop {
        let begun = std::fs::read_dir(&to)
            .into_iter()
            .flatten()
            .flatten()
            .next();
        match begun {
            Some(entry) if entry.path().join("hai-long.db").exists() => break entry.path(),
            _ => std::thread::sleep(Duration::from_millis(1)),
        }
    };
    child.kill().unwrap();
    assert_eq!(child.wait().unwrap().signal(), Some(9));
    assert!(half.to_str().unwrap().ends_with(".partial"));
    let target = place.path().join("target");
    let refused = fail(&target, &restore(&half, &[]));
    assert!(refused.contains("broken off"), "{refused}");
    assert!(!target.exists());

    let whole = backup(&data, &place.path().join("others"), &["--with-key"]);
    succeed(&target, &restore(&whole, &[]));
    assert!(succeed(&target, &["verify"]).contains("50 responses, 5 of them repeats"));
}

#[tokio::test]
async fn a_changed_backup_a_missing_key_and_a_foreign_key_are_refused_and_nothing_is_touched() {
    let place = folder();
    let data = place.path().join("data");
    office(&data).await;
    let copy = backup(&data, &place.path().join("backups"), &[]);
    assert!(!copy.join("pseudonym.key").exists());
    let target = place.path().join("target");

    let no_key = fail(&target, &restore(&copy, &[]));
    assert!(
        no_key.contains("repeats") && no_key.contains("--key"),
        "{no_key}"
    );
    let foreign = write(
        place.path(),
        "foreign.key",
        "0123456789abcdef0123456789abcdef",
    );
    let wrong = fail(&target, &restore(&copy, &["--key", &foreign]));
    assert!(wrong.contains("is not the key"), "{wrong}");
    assert!(!target.exists());

    let database = copy.join("hai-long.db");
    let mut bytes = std::fs::read(&database).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&database, &bytes).unwrap();
    let changed = fail(&data, &restore(&copy, &["--replace"]));
    assert!(changed.contains("has changed"), "{changed}");
    assert!(succeed(&data, &["verify"]).contains("50 responses, 5 of them repeats"));
}

#[tokio::test]
async fn replacing_keeps_what_was_there_aside_and_uses_its_key() {
    let place = folder();
    let data = place.path().join("data");
    let key = office(&data).await;
    let copy = backup(&data, &place.path().join("backups"), &[]);
    let server = Server::start(&data);
    let later: Vec<Value> = (50..60).map(rating).collect();
    server.send(&key, &later).await;
    server.stop();

    let full = fail(&data, &restore(&copy, &[]));
    assert!(
        full.contains("not empty") && full.contains("--replace"),
        "{full}"
    );
    succeed(&data, &restore(&copy, &["--replace"]));
    assert!(succeed(&data, &["verify"]).contains("50 responses, 5 of them repeats"));
    let aside = std::fs::read_dir(&data)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| {
            path.file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .starts_with("replaced-")
        })
        .unwrap();
    assert!(succeed(&aside, &["verify"]).contains("60 responses, 6 of them repeats"));

    // With the key of the ratings, what is sent again is known.
    let server = Server::start(&data);
    let all: Vec<Value> = (0..50).map(rating).collect();
    assert_eq!(server.send(&key, &all).await, vec!["duplicate"; 50]);
}

#[tokio::test]
async fn a_backup_that_brings_a_destroyed_key_back_says_so() {
    let place = folder();
    let data = place.path().join("data");
    office(&data).await;
    let copy = backup(&data, &place.path().join("backups"), &[]);
    let database = rusqlite::Connection::open(data.join("hai-long.db")).unwrap();
    let destroyed = "UPDATE period SET state = 3, secret = NULL WHERE year = 2026";
    assert_eq!(database.execute(destroyed, []).unwrap(), 1);
    drop(database);
    let told = run(&data, &restore(&copy, &["--replace"]));
    assert_eq!(told.status.code(), Some(0));
    let told = cli_fixture::err(&told);
    assert!(told.contains("brings them back: 2026."), "{told}");
    assert!(succeed(&data, &["verify"]).contains("50 responses, 5 of them repeats"));
}

#[tokio::test]
async fn the_authoritys_own_forms_and_on_request_the_key_go_with_the_backup() {
    let place = folder();
    let data = place.path().join("data");
    office(&data).await;
    let own = include_str!("../../survey/forms/one-stop-quick.v1.json")
        .replace("\"id\": \"one-stop-quick\"", "\"id\": \"our-own\"");
    std::fs::create_dir(data.join("forms")).unwrap();
    write(&data.join("forms"), "our-own.json", &own);
    let copy = backup(&data, &place.path().join("backups"), &["--with-key"]);
    let mode = std::fs::metadata(copy.join("pseudonym.key"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let target = place.path().join("target");
    succeed(&target, &restore(&copy, &[]));
    assert_eq!(
        std::fs::read_to_string(target.join("forms/our-own.json")).unwrap(),
        own
    );
    let same = |name: &str| {
        std::fs::read(data.join(name)).unwrap() == std::fs::read(target.join(name)).unwrap()
    };
    assert!(same("pseudonym.key"));
}

#[tokio::test]
async fn an_invite_that_was_given_out_before_is_good_for_one_rating_after_a_restore() {
    let place = folder();
    let data = with_dossier(place.path());
    let link = succeed(&data, &["invite", "--dossier", DOSSIER]);
    let token = link.trim().rsplit('/').next().unwrap();
    let copy = backup(&data, &place.path().join("backups"), &["--with-key"]);
    let target = place.path().join("target");
    succeed(&target, &restore(&copy, &[]));

    let server = Server::start(&target);
    let mut statuses = Vec::new();
    for id in [Uuid::now_v7(), Uuid::now_v7()] {
        let rating = json!({
            "id": id, "form": "one-stop-quick", "form_version": 1, "invite": token, "touchpoint": "result",
            "channel": "phone", "answers": {"overall": 4}, "partial": true,
        });
        let answer = reqwest::Client::new()
            .post(format!("http://{}/api/v1/responses", server.address))
            .json(&json!({ "responses": [rating] }))
            .send()
            .await
            .unwrap();
        let answer: Value = answer.json().await.unwrap();
        statuses.push(answer["results"][0]["status"].clone());
    }
    assert_eq!(statuses, ["stored", "rejected"]);
}

#[tokio::test]
async fn a_folder_that_cannot_take_a_backup_is_told_with_the_mend() {
    let place = folder();
    let data = place.path().join("data");
    office(&data).await;
    let inside = data.join("backups");
    let told = fail(&data, &["backup", "--to", inside.to_str().unwrap()]);
    assert!(told.contains("another disk"), "{told}");
    let file = write(place.path(), "file", "");
    let told = fail(&data, &["backup", "--to", &file]);
    assert!(told.contains("cannot be made"), "{told}");
    let none = run(&place.path().join("none"), &["backup", "--to", &file]);
    assert_eq!(none.status.code(), Some(1));
}
