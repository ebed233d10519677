//! The binary as an administrator meets it: what goes to which stream, and the exit codes.

#![allow(
    clippy::unwrap_used,
    reason = "a test whose ground cannot be laid fails"
)]

mod cli_fixture;

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use cli_fixture::{
    DOSSIER, Server, command, enrol, err, fail, folder, out, rating, run, succeed, with_dossier,
    write,
};
use serde_json::Value;

#[test]
fn help_teaches_with_examples_and_names_every_command() {
    let folder = folder();
    let help = run(folder.path(), &["--help"]);
    assert_eq!(help.status.code(), Some(0));
    for word in [
        "serve",
        "import",
        "index",
        "flags",
        "verify",
        "demo",
        "key",
        "user",
        "device",
        "site",
        "invite",
        "reports",
        "audit",
        "backup",
        "restore",
        "Examples:",
        "HAI_LONG_DATA",
    ] {
        assert!(out(&help).contains(word), "{word} is missing");
    }
    let import = run(folder.path(), &["import", "--help"]);
    assert!(out(&import).contains("received_at") && out(&import).contains("13/03/2026 10:56"));
}

#[test]
fn wrong_usage_exits_2_and_a_missing_folder_exits_1_with_the_mend() {
    let folder = folder();
    assert_eq!(
        run(folder.path(), &["verify", "--nonsense"]).status.code(),
        Some(2)
    );
    assert_eq!(
        run(
            folder.path(),
            &["key", "create", "--role", "king", "--name", "x"]
        )
        .status
        .code(),
        Some(2)
    );
    let missing = run(&folder.path().join("none"), &["verify"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(err(&missing).contains("--data"), "{}", err(&missing));
    assert!(!folder.path().join("none").exists());
}

#[test]
fn key_create_prints_the_key_alone_and_keeps_only_its_hash() {
    let folder = folder();
    let data = folder.path().join("data");
    let made = run(
        &data,
        &["key", "create", "--role", "analyst", "--name", "report"],
    );
    assert_eq!(made.status.code(), Some(0), "{}", err(&made));
    let key = out(&made);
    assert_eq!(key.lines().count(), 1);
    assert!(key.starts_with("hl_analyst_") && key.ends_with('\n'));
    let list = out(&run(&data, &["key", "list"]));
    assert!(list.contains("report") && !list.contains(key.trim()));
    let again = run(
        &data,
        &["key", "create", "--role", "analyst", "--name", "report"],
    );
    assert_eq!(again.status.code(), Some(1));
    assert_eq!(out(&again), "");
    assert!(err(&again).contains("hai-long key remove report") || err(&again).contains("remove"));
    assert_eq!(
        run(&data, &["key", "remove", "report"]).status.code(),
        Some(0)
    );
    assert_eq!(
        run(&data, &["key", "remove", "report"]).status.code(),
        Some(1)
    );
}

#[test]
fn an_invite_is_a_link_alone_and_its_faults_name_the_option() {
    let folder = folder();
    let data = with_dossier(folder.path());
    let asked = ["invite", "--dossier", DOSSIER];
    let more = ["--public-url", "https://danhgia.example.vn/"];
    let given = run(&data, &[&asked[..], &more].concat());
    assert_eq!(given.status.code(), Some(0), "{}", err(&given));
    let link = out(&given);
    let token = link
        .strip_prefix("https://danhgia.example.vn/r/")
        .and_then(|rest| rest.strip_suffix('\n'))
        .unwrap();
    assert!(
        token.len() == 22 && token.bytes().all(|byte| byte.is_ascii_digit()),
        "{link}"
    );
    assert!(err(&given).contains("Good for one rating until"));

    let unknown = fail(&data, &["invite", "--dossier", "H57.132-260804-0584"]);
    assert!(unknown.contains("--dossier: "), "{unknown}");
    let short = fail(&data, &[&asked[..], &["--expires-in-days", "0"]].concat());
    assert!(short.contains("--expires-in-days: "), "{short}");
    let form = fail(&data, &[&asked[..], &["--form", "no-form"]].concat());
    assert!(form.contains("--form: "), "{form}");
}

#[cfg(unix)]
#[test]
fn a_new_data_folder_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let data = folder.path().join("data");
    run(&data, &["key", "create", "--role", "admin", "--name", "a"]);
    let mode = std::fs::metadata(&data).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn device_create_prints_the_key_on_one_stream_and_the_address_on_the_other() {
    let folder = folder();
    let data = folder.path().join("data");
    let create = [
        "device", "create", "--name", "hall-1", "--unit", "H57.132", "--form",
    ];
    let made = run(&data, &[&create[..], &["one-stop-quick"]].concat());
    assert_eq!(made.status.code(), Some(0), "{}", err(&made));
    let key = out(&made).trim().to_owned();
    assert!(key.starts_with("hl_device_"));
    assert!(err(&made).contains(&format!("/kiosk#key={key}")));
    let unknown = run(&data, &[&create[..], &["no-form"]].concat());
    assert_eq!(unknown.status.code(), Some(1));
    assert!(err(&unknown).contains("one-stop-quick"));
    assert!(out(&run(&data, &["device", "list"])).contains("H57.132"));
    assert_eq!(
        run(&data, &["device", "remove", "hall-1"]).status.code(),
        Some(0)
    );
}

#[test]
fn a_password_comes_from_standard_input_and_a_short_one_is_refused() {
    let folder = folder();
    let create = ["user", "create", "--name", "lan", "--role", "analyst"];
    let with = |password: &str, extra: &[&str]| {
        let mut child = command(folder.path(), &[&create[..], extra].concat())
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A child that asks no password may be gone before it is written.
        let _ = child.stdin.take().unwrap().write_all(password.as_bytes());
        child.wait_with_output().unwrap()
    };
    assert_eq!(
        with("một hai ba bốn\n", &["--password-stdin"])
            .status
            .code(),
        Some(0)
    );
    let short = with("ngắn\n", &["--password-stdin"]);
    assert_eq!(short.status.code(), Some(1));
    assert!(err(&short).contains("10 characters"));
    let unasked = with("một hai ba bốn\n", &[]);
    assert_eq!(unasked.status.code(), Some(1));
    assert!(err(&unasked).contains("--password-stdin"));
}

#[test]
fn refused_lines_are_told_and_their_file_can_be_mended_and_imported() {
    let folder = folder();
    let data = folder.path().join("data");
    let file = write(
        folder.path(),
        "units.csv",
        "code;name;kind;valid_to\nA;Xã A;commune;\nB;Xã B;commune;31/02/2026\n",
    );
    let refused = folder.path().join("refused.csv");
    let refused = refused.to_str().unwrap();
    let first = run(&data, &["import", "units", &file, "--errors", refused]);
    assert_eq!(first.status.code(), Some(1));
    assert_eq!(out(&first), "");
    let told = err(&first);
    assert!(
        told.contains("line 3: valid_to:") && told.contains("13/03/2026"),
        "{told}"
    );
    assert!(
        told.contains("read 2, new 1, replaced 0, refused 1"),
        "{told}"
    );
    let mended = std::fs::read_to_string(refused)
        .unwrap()
        .replace("31/02/2026", "28/02/2026");
    let mended = write(folder.path(), "mended.csv", &mended);
    let second = run(&data, &["import", "units", &mended]);
    assert_eq!(second.status.code(), Some(0), "{}", err(&second));
    assert!(err(&second).contains("new 1"));
    let dry = run(&data, &["import", "units", &file, "--dry-run"]);
    assert_eq!(dry.status.code(), Some(1));
    assert!(err(&dry).contains("nothing was imported"));
}

/// Runs a command with this on its standard input.
fn with_input(data: &std::path::Path, arguments: &[&str], input: &str) -> std::process::Output {
    use std::io::Write;
    let mut child = command(data, arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that refuses its options reads nothing.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

#[test]
fn accounts_have_a_role_and_a_branch_that_fit_and_can_be_disabled() {
    let folder = folder();
    let data = with_dossier(folder.path());
    let create = |role: &str, branch: &[&str]| {
        let fixed = [
            "user",
            "create",
            "--name",
            "lan",
            "--password-stdin",
            "--role",
            role,
        ];
        with_input(&data, &[&fixed[..], branch].concat(), "một mật khẩu dài\n")
    };
    for (role, branch, told) in [
        ("unit", &[][..], "needs the code of its unit"),
        ("unit", &["--branch", "H99"][..], "there is no unit \"H99\""),
        ("admin", &["--branch", "H57.132"][..], "sees all units"),
    ] {
        let refused = create(role, branch);
        assert_eq!(refused.status.code(), Some(1));
        assert!(err(&refused).contains(told), "{}", err(&refused));
    }
    let made = create("unit", &["--branch", "H57.132"]);
    assert_eq!(made.status.code(), Some(0), "{}", err(&made));
    let list = || succeed(&data, &["user", "list"]);
    assert!(list().contains("unit") && list().contains("H57.132"));
    let told = fail(&data, &["user", "set", "lan", "--branch", "all"]);
    assert!(told.contains("--branch"), "{told}");
    succeed(
        &data,
        &[
            "user",
            "set",
            "lan",
            "--role",
            "read-only",
            "--branch",
            "all",
        ],
    );
    assert!(list().contains("read-only") && !list().contains("H57.132"));
    succeed(&data, &["user", "disable", "lan"]);
    assert!(list().contains("Z"), "since when: {}", list());
    succeed(&data, &["user", "enable", "lan"]);
    let password = ["user", "password", "lan", "--password-stdin"];
    let changed = with_input(&data, &password, "ngắn\n");
    assert_eq!(changed.status.code(), Some(1));
    let changed = with_input(&data, &password, "một mật khẩu khác\n");
    assert_eq!(changed.status.code(), Some(0), "{}", err(&changed));
    assert!(fail(&data, &["user", "disable", "hoa"]).contains("hai-long user list"));
    let log = succeed(&data, &["audit", "--format", "csv"]);
    let told: Vec<&str> = log
        .lines()
        .skip(1)
        .map(|line| line.rsplit_once("lan,").unwrap().1)
        .collect();
    assert_eq!(
        told,
        [
            "password",
            "enabled",
            "disabled",
            "\"role read-only, branch all\"",
            "\"password, role unit, branch H57.132\"",
        ]
    );
}

#[test]
fn what_is_changed_at_the_command_line_is_told_by_audit_as_a_table_and_as_csv() {
    let folder = folder();
    let data = folder.path().join("data");
    let key = ["key", "create", "--role", "one-stop", "--name", "mot-cua"];
    let secret = succeed(&data, &key);
    enrol(&data, "may-1");
    succeed(&data, &["device", "set", "may-1", "--idle", "90"]);
    succeed(&data, &["device", "remove", "may-1"]);
    succeed(&data, &["key", "remove", "mot-cua"]);
    let file = succeed(&data, &["audit", "--format", "csv"]);
    let mut table = csv::Reader::from_reader(file.as_bytes());
    let heading = table.headers().unwrap().clone();
    assert_eq!(heading, ["at", "who", "what", "about", "detail"][..]);
    let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    let told: Vec<(&str, &str)> = rows.iter().map(|row| (&row[2], &row[3])).collect();
    assert_eq!(
        told,
        [
            ("key-remove", "mot-cua"),
            ("device-remove", "may-1"),
            ("device-set", "may-1"),
            ("device-create", "may-1"),
            ("key-create", "mot-cua"),
        ]
    );
    assert!(rows.iter().all(|row| row[1].starts_with("cli:")));
    assert!(!file.contains(secret.trim()), "never a secret");

    let one = ["audit", "--what", "device-set", "--most", "1"];
    let shown = succeed(&data, &one);
    assert!(shown.contains("\"idle_s\":90") && !shown.contains("key-create"));
    let told = fail(&data, &["audit", "--what", "nothing"]);
    assert!(
        told.contains("--what") && told.contains("key-create"),
        "{told}"
    );
}

#[test]
fn verify_exits_0_on_a_new_folder() {
    let folder = folder();
    let data = folder.path().join("data");
    run(&data, &["key", "create", "--role", "admin", "--name", "a"]);
    let verified = run(&data, &["verify"]);
    assert_eq!(verified.status.code(), Some(0), "{}", err(&verified));
    assert!(out(&verified).contains("0 responses"));
}

#[test]
fn a_settings_file_with_an_unknown_key_is_refused_by_name() {
    let folder = folder();
    let config = write(
        folder.path(),
        "hai-long.toml",
        "lissten = \"127.0.0.1:1\"\n",
    );
    let failed = run(folder.path(), &["verify", "--config", &config]);
    assert_eq!(failed.status.code(), Some(1));
    assert!(
        err(&failed).contains("lissten") && err(&failed).contains("listen"),
        "{}",
        err(&failed)
    );
}

#[cfg(unix)]
#[test]
fn serve_goes_on_when_nobody_reads_what_it_prints() {
    let folder = folder();
    // Free a moment ago, and unlikely to be taken by another program right now.
    let address = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .unwrap();
    let mut server = command(
        &folder.path().join("data"),
        &["serve", "--listen", &address.to_string()],
    )
    .stdout(Stdio::piped())
    .stderr(Stdio::piped())
    .spawn()
    .unwrap();
    drop(server.stdout.take());
    // It binds before it prints, so the answer to a request, not the connection, tells that it serves.
    let answers = || -> std::io::Result<String> {
        let mut stream = std::net::TcpStream::connect(address)?;
        stream
            .write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        std::io::read_to_string(stream)
    };
    let answer = loop {
        assert_eq!(server.try_wait().unwrap(), None, "it has ended");
        match answers() {
            Ok(answer) if !answer.is_empty() => break answer,
            _ => std::thread::sleep(std::time::Duration::from_millis(20)),
        }
    };
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[cfg(unix)]
#[test]
fn serve_prints_its_address_lets_other_commands_work_and_stops_when_told() {
    let folder = folder();
    let data = folder.path().join("data");
    let mut server = command(&data, &["serve", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let address = lines
        .by_ref()
        .map_while(Result::ok)
        .find_map(|line| {
            Some(
                line[line.find("127.0.0.1:")?..]
                    .split('/')
                    .next()?
                    .to_owned(),
            )
        })
        .unwrap();
    assert!(std::net::TcpStream::connect(&address).is_ok());
    let made = run(&data, &["key", "create", "--role", "admin", "--name", "a"]);
    assert_eq!(made.status.code(), Some(0), "{}", err(&made));
    let stopped = Command::new("kill")
        .arg(server.id().to_string())
        .status()
        .unwrap();
    assert!(stopped.success());
    assert_eq!(server.wait().unwrap().code(), Some(0));
}

#[test]
fn citizen_reports_are_fed_added_and_listed() {
    let folder = folder();
    let feed = write(
        folder.path(),
        "pakn.csv",
        "id,received_at,due_at,answered_at,unit,within_competence,outcome,dossier\n\
         PA-1,2026-07-01,2026-07-15,,H57.132,1,,H57.132-260804-0583\n\
         PA-2,2026-07-01,,2026-07-02,H57.132,0,satisfied,\n\
         PA-3,hôm qua,,,H57.132,,,\n",
    );
    let feed = feed.as_str();
    let import = run(folder.path(), &["reports", "import", feed]);
    assert_eq!(import.status.code(), Some(1), "one line was refused");
    let told = err(&import);
    assert!(
        told.contains("line 4: received_at")
            && told.contains("read 3, new 2, changed 0, unchanged 0, refused 1"),
        "{told}"
    );
    let again = run(folder.path(), &["reports", "import", feed]);
    assert!(
        err(&again).contains("new 0, changed 0, unchanged 2"),
        "{}",
        err(&again)
    );
    let added = run(
        folder.path(),
        &[
            "reports",
            "add",
            "--unit",
            "H57.132",
            "--source",
            "hotline",
            "--text",
            "chị Lan quát",
        ],
    );
    assert_eq!(out(&added).trim(), "3");
    let list = out(&run(folder.path(), &["reports", "list"]));
    assert!(
        list.contains("PA-1") && list.contains("PA-2") && list.contains("answered"),
        "{list}"
    );
    assert!(!list.contains("260804"), "the code is not kept");
    let overdue = out(&run(
        folder.path(),
        &["reports", "list", "--overdue", "--state", "new"],
    ));
    assert!(
        overdue.contains("PA-1") && !overdue.contains("PA-2"),
        "{overdue}"
    );
    let wrong = run(folder.path(), &["reports", "list", "--state", "lost"]);
    assert_eq!(wrong.status.code(), Some(2));
}

/// Runs `index` for the last days of August with further arguments.
fn index(data: &std::path::Path, more: &[&str]) -> std::process::Output {
    let period = ["index", "--from", "2026-08-25", "--to", "2026-08-31"];
    run(data, &[&period[..], more].concat())
}

/// Of 5 dossiers filed at the desk all are rated, 2 satisfied; of 15 filed online 4, 1 satisfied: 3/9 = 33.33 %, and weighted
/// (5·2/5 + 15·1/4)/20 = 28.75 %.
#[tokio::test]
async fn the_index_is_weighted_to_the_dossiers_or_it_is_said_why_not() {
    let folder = folder();
    let data = with_dossier(folder.path());
    let mut table = String::from(
        "code,procedure,unit,authority,filing_channel,received_at,due_at,finished_at,outcome\n",
    );
    for n in (0..9).chain(10..21) {
        let channel = if n < 5 { "desk" } else { "online" };
        table += &format!(
            "H57.132-260801-{n:04},1.011441,H57.132,,{channel},2026-08-01 08:10,2026-08-30 17:00,2026-08-28 10:00,granted\n"
        );
    }
    let file = write(folder.path(), "august.csv", &table);
    succeed(&data, &["import", "dossiers", &file]);
    let nothing = index(&data, &["--weights", "post-stratified"]);
    let said = "none of the dossiers finished in the period was rated";
    assert!(out(&nothing).contains(said), "{}", err(&nothing));

    let key = enrol(&data, "hall-1");
    let server = Server::start(&data);
    let ratings: Vec<Value> = (0..9).map(rating).collect();
    assert_eq!(server.send(&key, &ratings).await, ["stored"; 9]);
    server.stop();
    for weights in ["raked", "post-stratified"] {
        let told = index(&data, &["--weights", weights, "--json"]);
        let told: Value = serde_json::from_str(&out(&told)).unwrap();
        let weighted = &told["weighted"];
        assert_eq!(weighted["method"], format!("{weights}/1"), "{told}");
        let figures = &weighted["figures"];
        assert_eq!(figures["unweighted"]["value"], 33.33, "{told}");
        assert_eq!(figures["weighted"]["value"], 28.75, "{told}");
        let table = out(&index(&data, &["--weights", weights]));
        let method = format!("method {weights}/1");
        assert!(
            table.contains(&method) && table.contains("28.75"),
            "{table}"
        );
    }
    let plain = out(&index(&data, &[]));
    assert!(!plain.contains("weighted to"), "{plain}");

    let grouped = index(&data, &["--weights", "raked", "--by", "unit"]);
    assert_eq!(grouped.status.code(), Some(1));
    assert!(err(&grouped).contains("leave out by"), "{}", err(&grouped));
    let unknown = index(&data, &["--weights", "heavy"]);
    assert_eq!(unknown.status.code(), Some(2));
    let mend = "write raked or post-stratified";
    assert!(err(&unknown).contains(mend), "{}", err(&unknown));
}
