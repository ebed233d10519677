//! Rights to rate at the command line: invites for a file, with their papers, and the keys of portals.

#![allow(
    clippy::unwrap_used,
    reason = "a test whose ground cannot be laid fails"
)]

mod cli_fixture;

use std::path::Path;

use cli_fixture::{
    DOSSIER, Server, enrol, err, fail, folder, out, run, succeed, with_dossier, write,
};
use serde_json::{Value, json};
use survey::invite::Token;
use uuid::Uuid;

const PUBLIC: [&str; 2] = ["--public-url", "https://danhgia.example.vn"];

fn rows(text: &str) -> Vec<Vec<String>> {
    csv::Reader::from_reader(text.as_bytes())
        .records()
        .map(|record| record.unwrap().iter().map(str::to_owned).collect())
        .collect()
}

#[test]
fn a_file_of_dossiers_gives_one_line_for_each_with_codes_and_slips() {
    let folder = folder();
    let data = with_dossier(folder.path());
    let text = format!(
        "dossier,touchpoint\n{DOSSIER},\nH57.132-260804-9999,\n{DOSSIER},receipt\n{DOSSIER},never\n"
    );
    let file = write(folder.path(), "today.csv", &text);
    let codes = folder.path().join("codes");
    let slips = folder.path().join("slips.html");
    let papers = [
        "--qr-dir",
        codes.to_str().unwrap(),
        "--slips",
        slips.to_str().unwrap(),
    ];
    let wanted = [&["invite", "--file", &file][..], &papers, &PUBLIC].concat();
    let done = run(&data, &wanted);
    assert_eq!(
        done.status.code(),
        Some(1),
        "two lines are faulty: {}",
        err(&done)
    );
    assert!(
        err(&done).contains("given out 2, refused 2"),
        "{}",
        err(&done)
    );

    let told = rows(&out(&done));
    let column = |at: usize| -> Vec<&str> { told.iter().map(|row| row[at].as_str()).collect() };
    assert_eq!(column(0), ["2", "3", "4", "5"]);
    assert_eq!(column(2)[..3], ["result", "result", "receipt"]);
    assert!(
        told[1][7].starts_with("dossier:") && told[3][7].starts_with("touchpoint:"),
        "{told:?}"
    );
    let sheet = std::fs::read_to_string(&slips).unwrap();
    assert_eq!(sheet.matches("<article>").count(), 2);
    assert!(
        sheet.contains("Đăng ký") && sheet.contains("Phiếu số 4"),
        "{sheet}"
    );
    assert!(
        !sheet.contains(DOSSIER),
        "the code would tell whose dossier it is"
    );
    for row in [&told[0], &told[2]] {
        let token: Token = row[4].parse().unwrap();
        assert_eq!(row[5], format!("https://danhgia.example.vn/r/{token}"));
        assert!(sheet.contains(&row[5]));
        for end in ["svg", "png"] {
            let code = codes.join(format!("{:0>5}.{end}", row[0]));
            assert!(code.metadata().unwrap().len() > 100);
            only_for_its_owner(&code);
        }
    }
    only_for_its_owner(&slips);

    // The papers of a day are not written over, and nothing is given out that cannot be written down.
    let again = fail(&data, &wanted);
    assert!(
        again.contains("--qr-dir") && again.contains("not empty"),
        "{again}"
    );
    let again = fail(
        &data,
        &[
            "invite",
            "--dossier",
            DOSSIER,
            "--slips",
            slips.to_str().unwrap(),
        ],
    );
    assert!(again.contains("--slips"), "{again}");
}

#[cfg(unix)]
fn only_for_its_owner(file: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let mode = file.metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "{}", file.display());
}

#[cfg(not(unix))]
fn only_for_its_owner(_: &Path) {}

#[test]
fn one_invite_prints_its_link_alone_and_may_have_a_slip_too() {
    let folder = folder();
    let data = with_dossier(folder.path());
    let slips = folder.path().join("one.html");
    let one = [
        "invite",
        "--dossier",
        DOSSIER,
        "--slips",
        slips.to_str().unwrap(),
    ];
    let link = succeed(&data, &[&one[..], &PUBLIC].concat());
    assert_eq!(link.lines().count(), 1);
    let sheet = std::fs::read_to_string(&slips).unwrap();
    assert!(sheet.contains(link.trim()), "{sheet}");

    let both = ["invite", "--dossier", DOSSIER, "--file", "today.csv"];
    assert_eq!(run(&data, &both).status.code(), Some(2));
    assert_eq!(run(&data, &["invite"]).status.code(), Some(2));
}

#[test]
fn json_lines_are_read_as_well() {
    let folder = folder();
    let data = with_dossier(folder.path());
    let line = format!("{{\"dossier\":\"{DOSSIER}\",\"form\":\"one-stop-nine\"}}\n");
    let file = write(folder.path(), "today.ndjson", &line);
    let told = rows(&succeed(&data, &["invite", "--file", &file]));
    assert_eq!((told.len(), told[0][3].as_str()), (1, "one-stop-nine"));
}

#[test]
fn a_portals_key_is_made_changed_rotated_and_ended() {
    let folder = folder();
    let data = folder.path().join("data");
    let create = [
        "site",
        "create",
        "--name",
        "dvc",
        "--origins",
        "https://DVC.example.vn/",
    ];
    let first = succeed(&data, &create);
    assert!(
        first.starts_with("site_") && first.lines().count() == 1,
        "{first}"
    );
    assert!(fail(&data, &create).contains("choose another name"));
    let wild = ["site", "create", "--name", "x", "--origins", "https://*.vn"];
    let told = run(&data, &wild);
    assert_eq!(told.status.code(), Some(2));
    assert!(err(&told).contains("name each host"), "{}", err(&told));

    succeed(
        &data,
        &[
            "site",
            "set",
            "dvc",
            "--add-origins",
            "https://beta.example.vn",
            "--unit",
            "U1",
            "--form",
            "one-stop-nine",
        ],
    );
    let unknown = fail(&data, &["site", "set", "dvc", "--form", "none"]);
    assert!(unknown.contains("use one of"), "{unknown}");
    let second = succeed(&data, &["site", "rotate", "dvc"]);
    let list = succeed(&data, &["site", "list"]);
    for part in [
        first.trim(),
        second.trim(),
        "in use",
        "good until",
        "https://dvc.example.vn",
        "https://beta.example.vn",
        "U1",
    ] {
        assert!(list.contains(part), "{part}: {list}");
    }
    succeed(&data, &["site", "rotate", "dvc", "--overlap-days", "0"]);
    assert_eq!(
        succeed(&data, &["site", "list"]).matches("ended").count(),
        2
    );
    succeed(&data, &["site", "revoke", "dvc"]);
    assert!(succeed(&data, &["site", "list"]).contains("revoked"));
    for gone in [
        &["site", "revoke", "dvc"][..],
        &["site", "rotate", "dvc"],
        &["site", "set", "dvc", "--unit", "U2"],
    ] {
        assert!(fail(&data, gone).contains("site list"), "{gone:?}");
    }
}

/// Each way in, and the index cut by how far each can be trusted to be one person's one rating.
#[tokio::test]
async fn the_index_is_cut_by_provenance_exactly() {
    let folder = folder();
    let data = with_dossier(folder.path());
    let kiosk = enrol(&data, "hall-1");
    let link = succeed(
        &data,
        &["invite", "--dossier", DOSSIER, "--touchpoint", "receipt"],
    );
    let token = link.trim().rsplit('/').next().unwrap().to_owned();
    let origin = "https://dvc.example.vn";
    let site = [
        "site",
        "create",
        "--name",
        "dvc",
        "--origins",
        origin,
        "--unit",
        "H57.132",
    ];
    let site = succeed(&data, &site).trim().to_owned();

    let server = Server::start(&data);
    let rating = |overall: u8, more: Value| {
        let mut rating = json!({
            "id": Uuid::now_v7(), "form": "one-stop-quick", "form_version": 1, "touchpoint": "result",
            "channel": "portal", "answers": {"overall": overall},
        });
        for (name, value) in more.as_object().unwrap() {
            rating[name] = value.clone();
        }
        rating
    };
    let at_the_kiosk = rating(5, json!({"dossier": DOSSIER, "channel": "kiosk"}));
    assert_eq!(server.send(&kiosk, &[at_the_kiosk]).await, ["stored"]);
    let without_key = async |body: Value| {
        let sent = reqwest::Client::new()
            .post(format!("http://{}/api/v1/responses", server.address))
            .header("Origin", origin)
            .json(&body)
            .send()
            .await;
        let answer: Value = sent.unwrap().json().await.unwrap();
        answer["results"][0]["status"].clone()
    };
    let invited = rating(
        1,
        json!({"invite": token, "touchpoint": "receipt", "channel": "phone"}),
    );
    assert_eq!(without_key(json!({"responses": [invited]})).await, "stored");
    for overall in [2, 4] {
        let by_unit = json!({"site": site, "responses": [rating(overall, json!({}))]});
        assert_eq!(without_key(by_unit).await, "stored");
    }
    server.stop();

    let index = |more: &[&str]| -> Value {
        let usual = ["index", "--threshold", "1", "--json"];
        serde_json::from_str(&succeed(&data, &[&usual[..], more].concat())).unwrap()
    };
    let told = |index: &Value| -> Vec<(String, u64, u64)> {
        let cell = |cell: &Value| {
            let provenance = cell["key"]["provenance"]
                .as_str()
                .unwrap_or("all")
                .to_owned();
            (
                provenance,
                cell["n"].as_u64().unwrap(),
                cell["satisfied"].as_u64().unwrap(),
            )
        };
        let mut cells: Vec<_> = index["cells"]
            .as_array()
            .unwrap()
            .iter()
            .map(cell)
            .collect();
        cells.sort();
        cells
    };
    let row = |name: &str, n, satisfied| (name.to_owned(), n, satisfied);
    assert_eq!(
        told(&index(&["--by", "provenance"])),
        [
            row("dossier", 1, 1),
            row("invited", 1, 0),
            row("unit", 2, 1)
        ]
    );
    assert_eq!(
        told(&index(&["--filter", "provenance=unit"])),
        [row("all", 2, 1)]
    );
    let two = index(&[
        "--filter",
        "provenance=unit",
        "--filter",
        "provenance=invited",
    ]);
    assert_eq!(told(&two), [row("all", 3, 1)]);
    // The roll-ups that this was read from follow from the stored ratings.
    succeed(&data, &["verify"]);
}
