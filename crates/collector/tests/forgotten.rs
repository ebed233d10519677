//! When the key of a year is destroyed, who was rated is not known, what needs to know says so, and nothing is lost.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod periods_fixture;

use collector::coverage::{self, CoverageRequest, UnaskedRequest};
use collector::index::IndexRequest;
use collector::intake::invite::Found;
use collector::qd766;
use collector::store::{Dossier, Store};
use collector::weighted::{self, Weighting};
use periods_fixture::store_fixture::{day, moment};
use periods_fixture::{
    asked, code, counted, dossier, folder_key, forget, intake_on, office, parsed, pass, rating,
    send, stored, wish,
};
use rusqlite::Connection;
use serde_json::json;
use survey::response::{Status, Touchpoint};

#[tokio::test]
async fn what_needs_the_key_says_not_known_and_later_years_are_known() {
    let (_folder, store, intake) = office().await;
    asked(&store, &intake).await;
    let later: Vec<String> = (0..3).map(|n| format!("H57.132-270101-{n:04}")).collect();
    let dossiers = later.iter().map(|code| Dossier {
        finished_at: Some(moment("2027-02-01T03:00:00Z")),
        due_at: Some(moment("2027-02-10T03:00:00Z")),
        ..dossier(code)
    });
    store.upsert_dossiers(dossiers.collect()).await.unwrap();
    let in_february = json!({"submitted_at": "2027-02-02T03:00:00Z"});
    let then = intake_on(&store, "2027-02-03T03:00:00Z");
    stored(&then, rating(100, &later[0], in_february)).await;
    forget(&store).await;

    let asked = |from: &str, to: &str| CoverageRequest {
        form: Some("t".into()),
        from: Some(day(from)),
        to: Some(day(to)),
        by: vec!["month".into()],
        ..CoverageRequest::default()
    };
    let answer = coverage::answer(&intake, 1, asked("2026-07-01", "2027-02-28"))
        .await
        .unwrap();
    let cells: Vec<_> = answer
        .cells
        .iter()
        .map(|cell| (cell.closed, cell.not_known, cell.rated))
        .collect();
    assert_eq!(cells, [(20, 20, None), (3, 0, Some(1))]);
    assert_eq!((answer.total.rated, answer.total.not_known), (None, 20));
    let unasked = UnaskedRequest {
        of: asked("2026-07-01", "2027-02-28"),
        limit: 100,
        ..UnaskedRequest::default()
    };
    let unasked = coverage::list(&intake, unasked).await.unwrap();
    let codes: Vec<&str> = unasked
        .dossiers
        .iter()
        .map(|one| one.dossier.as_str())
        .collect();
    assert_eq!(codes.len(), 2, "{codes:?}");
    assert!(
        codes
            .iter()
            .all(|code| later.iter().any(|later| later == code))
    );

    let ratios = async |from: &str, to: &str| {
        let request = qd766::Request {
            form: Some("t".into()),
            from: Some(day(from)),
            to: Some(day(to)),
            ..qd766::Request::default()
        };
        let answer = qd766::answer(&intake, 1, Some([6.0, 6.0, 6.0]), request)
            .await
            .unwrap();
        let ratio = answer.total.ratios[2].clone();
        (
            ratio.value,
            ratio.counted,
            ratio.of,
            ratio.not_known,
            answer.total.points,
        )
    };
    assert_eq!(
        ratios("2026-07-01", "2026-07-31").await,
        (None, None, 20, 20, None)
    );
    let (value, counted, of, not_known, _) = ratios("2027-02-01", "2027-02-28").await;
    assert_eq!(
        (value, counted, of, not_known),
        (Some(100.0), Some(3), 3, 0)
    );

    let weighed = async |from: &str, to: &str| {
        let request = IndexRequest {
            form: "t".into(),
            from: Some(day(from)),
            to: Some(day(to)),
            ..IndexRequest::default()
        };
        let weighted = weighted::answer(&intake, 1, &request, Weighting::Raked)
            .await
            .unwrap();
        (
            weighted.obstacle.map(|obstacle| obstacle.code),
            weighted.responses,
        )
    };
    assert_eq!(
        weighed("2026-07-01", "2026-07-31").await,
        (Some("year-forgotten"), None)
    );
    assert_eq!(weighed("2027-02-01", "2027-02-28").await, (None, Some(1)));
}

#[tokio::test]
async fn what_comes_late_is_kept_without_counting_and_sent_again_it_is_a_duplicate() {
    let (_folder, store, intake) = office().await;
    let over = asked(&store, &intake).await;
    let may = intake_on(&store, "2027-06-01T03:00:00Z");
    let given = may
        .invite(vec![wish(&code(12))])
        .await
        .unwrap()
        .remove(0)
        .unwrap();
    let partial = json!({"partial": true, "revision": 1});
    stored(&intake, rating(50, &code(8), partial.clone())).await;
    forget(&store).await;
    let before = counted(&store).await;

    // Stored before: the same, an earlier revision, a later one that completes it.
    assert_eq!(
        send(&intake, rating(0, &code(0), json!({}))).await.status,
        Status::Duplicate
    );
    assert_eq!(
        send(&intake, rating(50, &code(8), partial)).await.status,
        Status::Duplicate
    );
    let whole = json!({"revision": 2, "answers": {"overall": 1}});
    stored(&intake, rating(50, &code(8), whole.clone())).await;
    assert_eq!(
        send(&intake, rating(50, &code(8), whole)).await.status,
        Status::Duplicate
    );
    assert_eq!(counted(&store).await, before);
    // Another id, of a dossier of another year: refused as ever.
    let reused = send(&intake, rating(0, "H57.132-270101-0001", json!({}))).await;
    assert_eq!(reused.code.as_deref(), Some("id-reused"));

    // New: of a dossier that was rated, and of one that was not.
    for (n, dossier) in [(60, code(0)), (61, code(9))] {
        stored(
            &intake,
            rating(n, &dossier, json!({"partial": true, "revision": 1})),
        )
        .await;
        let whole = json!({"revision": 2, "answers": {"overall": 1}});
        stored(&intake, rating(n, &dossier, whole.clone())).await;
        assert_eq!(
            send(&intake, rating(n, &dossier, whole)).await.status,
            Status::Duplicate
        );
    }
    assert_eq!(counted(&store).await, before);
    let verified = store.verify().await.unwrap();
    assert_eq!((verified.differences, verified.forgotten), (Vec::new(), 2));

    // The feed goes on; no new invite is given out, and the one that was is good for one rating that counts.
    assert_eq!(
        store
            .upsert_dossiers(vec![dossier(&code(99))])
            .await
            .unwrap(),
        1
    );
    let refused = intake
        .invite(vec![wish(&code(10))])
        .await
        .unwrap()
        .remove(0)
        .unwrap_err();
    assert_eq!(
        (refused.field.as_ref(), refused.code.as_ref()),
        ("dossier", "year-forgotten")
    );
    let by_invite =
        json!({"invite": given.token.as_str(), "unit": null, "dossier": null, "channel": "phone"});
    stored(&intake, rating(70, "", by_invite.clone())).await;
    assert_eq!(counted(&store).await, before + 1);
    let same = send(&intake, rating(70, "", by_invite.clone())).await;
    assert_eq!(same.status, Status::Duplicate);
    let again = send(&intake, rating(71, "", by_invite)).await;
    assert_eq!(again.code.as_deref(), Some("invite-used"));
    // Links whose time is over tell nobody any more who has rated; the other one follows when its time is over.
    assert!(matches!(
        intake.find_invite(&over.token).await.unwrap(),
        Found::Unknown
    ));
    pass(
        &store,
        "2028-01-02T03:00:00Z",
        "2028-06-01T03:00:00Z",
        24 * 24,
    )
    .await;
    assert!(matches!(
        intake.find_invite(&given.token).await.unwrap(),
        Found::Used
    ));
    pass(&store, "2028-06-08T03:00:00Z", "2028-06-09T03:00:00Z", 24).await;
    assert!(matches!(
        intake.find_invite(&given.token).await.unwrap(),
        Found::Unknown
    ));
    assert_eq!(counted(&store).await, before + 1);
    // A citizen report is kept without its dossier.
    assert_eq!(
        intake.report_pseudonym(&parsed(&code(7))).await.unwrap(),
        None
    );
    assert_eq!(store.verify().await.unwrap().differences, []);
}

/// Who has the folder's key and the log, and tries every code, must not find the one that a response named: neither by its
/// pseudonym nor by the mark of its content.
#[tokio::test]
async fn neither_pseudonym_nor_mark_of_content_gives_a_code_away_by_trial() {
    let (folder, store, intake) = office().await;
    let early = rating(1, &code(1), json!({}));
    stored(&intake, early.clone()).await;
    forget(&store).await;
    let late = rating(2, &code(2), json!({}));
    stored(&intake, late.clone()).await;
    let database = Connection::open(folder.path().join("hai-long.db")).unwrap();
    let mut statement = database
        .prepare("SELECT fingerprint, pseudonym FROM response ORDER BY row")
        .unwrap();
    let rows: Vec<([u8; 16], Option<[u8; 20]>)> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(rows[1].1, None);
    for ((fingerprint, pseudonym), response) in rows.iter().zip([early, late]) {
        let content = serde_json::to_value(&response).unwrap().to_string();
        assert_ne!(*fingerprint, folder_key().fingerprint(content.as_bytes()));
        let code = parsed(response.dossier.as_deref().unwrap());
        let of = folder_key().pseudonym(&code, "t", Touchpoint::Result);
        assert_ne!(*pseudonym, Some(of.0));
    }
}
