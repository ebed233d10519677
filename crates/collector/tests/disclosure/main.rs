//! Attacks on everything that the demonstration publishes: no group of fewer respondents than the threshold can be found.
//!
//! The attacker reads releases as anybody does, over HTTP. He knows besides which of the smallest groups have anybody in them and
//! how many: more than any reader does. What he does with that is written here once more and shares no code with the
//! protection. `docs/disclosure.md` says what he tries, and what he does not.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod answers;
mod attack;
#[path = "../http_fixture/mod.rs"]
mod http_fixture;
mod people;
mod world;

use attack::Breach;
use serde_json::Value;
use world::World;

const THRESHOLD: u64 = 5;

/// Everything that is found in some tables of a period.
async fn breaches(world: &World, release: &Value, tables: &[Value]) -> Vec<Breach> {
    let people = people::knowledge(world, release, tables).await;
    let mut found = people.attacked(THRESHOLD);
    if let Some(answers) = answers::knowledge(world, release, tables).await {
        found.extend(answers.attacked(THRESHOLD));
    }
    found
}

#[tokio::test]
async fn no_small_group_is_found_in_what_the_demonstration_publishes() {
    let world = World::open(&world::WHOLE).await;
    let releases = world.releases().await;
    assert!(releases.len() >= 8, "{} releases", releases.len());
    let (mut shown, mut hidden, mut beside) = (0, 0, 0);
    for release in &releases {
        let tables = release["tables"].as_array().unwrap();
        for cell in tables
            .iter()
            .flat_map(|table| table["cells"].as_array().unwrap())
        {
            match cell["suppressed"].as_bool().unwrap() {
                true => hidden += 1,
                false => shown += 1,
            }
            beside +=
                u64::from(cell["flagged"].as_u64() > Some(0) && cell["without_flagged"].is_null());
        }
        let found = breaches(&world, release, tables).await;
        assert!(found.is_empty(), "{}: {found:#?}", release["id"]);
    }
    println!(
        "{} releases: {shown} figures shown, {hidden} hidden, {beside} without flagged hidden",
        releases.len()
    );
    assert!(shown > 200, "{shown} figures shown");
    assert!(hidden > 50, "{hidden} figures hidden");
    assert!(beside > 0);
}

/// The attacks work: tables that are protected one by one, as an analyst is given them, fall to them.
#[tokio::test]
async fn tables_that_are_protected_one_by_one_let_small_groups_be_found() {
    let world = World::open(&world::TENTH).await;
    let mut found = Vec::new();
    for release in world.releases().await {
        let mut tables = Vec::new();
        for table in release["tables"].as_array().unwrap() {
            tables.push(world.of_analyst(table).await);
        }
        found.extend(breaches(&world, &release, &tables).await);
    }
    let by = |how: &str| found.iter().filter(|breach| breach.how == how).count();
    println!(
        "{} found: {} by subtracting two figures, {} by a line, {} by elimination",
        found.len(),
        by("pair"),
        by("line"),
        by("elimination")
    );
    assert!(by("elimination") > 0, "the attack proves nothing");
}

/// What anybody is told by the index is what stands in the releases, and nothing else.
#[tokio::test]
async fn the_index_tells_anybody_what_is_published_and_no_other_figure() {
    let world = World::open(&world::TENTH).await;
    let releases = world.releases().await;
    let mut asked = 0;
    for release in &releases {
        for table in release["tables"].as_array().unwrap() {
            let path = world::path_of(table);
            let answer = world.collector.get(&path).send().await.unwrap();
            assert_eq!(answer.status(), 200, "{path}");
            assert_eq!(answer.json::<Value>().await.unwrap(), *table, "{path}");
            asked += 1;
        }
    }
    assert!(asked > 20);
    let (from, to) = (&releases[0]["period"]["from"], &releases[0]["period"]["to"]);
    let (from, to) = (from.as_str().unwrap(), to.as_str().unwrap());
    let form = releases[0]["form"].as_str().unwrap();
    for query in [
        format!("from={from}&to={to}&by=unit&channel=kiosk"),
        format!("from={from}&to={to}&by=unit,channel,field"),
        format!("from={from}&to={to}&by=month"),
        format!("from={from}&to={to}&by=unit&flagged=exclude"),
        format!("from={from}&to={to}&by=unit&units=as-is"),
        format!("from={from}&to={to}&by=unit&interval_of=process"),
        format!("from={from}&to=2021-01-15&by=unit"),
        "from=2020-07-02".to_owned(),
    ] {
        let answer = world
            .collector
            .get(&format!("/api/v1/index?form={form}&{query}"))
            .send()
            .await
            .unwrap();
        let told = http_fixture::problem(answer, 401, "not-published").await;
        assert!(
            told["detail"]
                .as_str()
                .unwrap()
                .contains("/api/v1/releases"),
            "{query}"
        );
    }
}
