//! The API's own description: well-formed, complete, and true.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod http_fixture;

use std::collections::BTreeSet;

use collector::store::Role;
use http_fixture::Collector;
use serde_json::Value;

async fn document() -> (Collector, Value) {
    let collector = Collector::start().await;
    let answer = collector.get("/api/v1/openapi.json").send().await.unwrap();
    let document = answer.json().await.unwrap();
    (collector, document)
}

#[tokio::test]
async fn it_lists_every_route_and_reads_as_openapi_3_1() {
    let (_collector, document) = document().await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    let paths: BTreeSet<&str> = document["paths"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        paths,
        BTreeSet::from([
            "/api/v1/coverage",
            "/api/v1/coverage/unasked",
            "/api/v1/device",
            "/api/v1/device/dossier",
            "/api/v1/device/enrol",
            "/api/v1/device/events",
            "/api/v1/device/presented",
            "/api/v1/devices/{id}/present",
            "/api/v1/dossiers",
            "/api/v1/dossiers/look-up",
            "/api/v1/evaluation",
            "/api/v1/flags",
            "/api/v1/forms",
            "/api/v1/forms/{id}",
            "/api/v1/heartbeat",
            "/api/v1/index",
            "/api/v1/invites",
            "/api/v1/invites/{token}",
            "/api/v1/openapi.json",
            "/api/v1/qd766",
            "/api/v1/ranks",
            "/api/v1/reasons",
            "/api/v1/releases",
            "/api/v1/releases/{id}",
            "/api/v1/reports",
            "/api/v1/responses",
            "/api/v1/sites/{key}",
            "/api/v1/trend",
            "/healthz",
            "/metrics",
            "/readyz",
        ])
    );
    serde_json::from_value::<utoipa::openapi::OpenApi>(document).unwrap();
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(map) => {
                for (name, value) in map {
                    match value {
                        Value::String(target) if name == "$ref" => found.push(target),
                        _ => references(value, found),
                    }
                }
            }
            Value::Array(values) => values.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let (_collector, document) = document().await;
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(!found.is_empty());
    for target in found {
        let pointer = target
            .strip_prefix('#')
            .expect("a reference inside the document");
        assert!(document.pointer(pointer).is_some(), "{target}");
    }
}

/// Names in JSON are texts, whatever the types behind them are called.
#[tokio::test]
async fn the_names_of_every_map_are_texts() {
    fn names<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
        match value {
            Value::Object(map) => {
                found.extend(map.get("propertyNames"));
                map.values().for_each(|value| names(value, found));
            }
            Value::Array(values) => values.iter().for_each(|value| names(value, found)),
            _ => {}
        }
    }
    let (_collector, document) = document().await;
    let mut found = Vec::new();
    names(&document, &mut found);
    assert!(found.len() > 5, "{} maps", found.len());
    for name in found {
        assert_eq!(name["type"], "string", "{name}");
    }
}

#[tokio::test]
async fn every_operation_tells_how_it_fails() {
    let (_collector, document) = document().await;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let responses = operation["responses"].as_object().unwrap();
            let mut expected = vec!["200", "400", "408", "429", "500", "503"];
            if operation.get("security").is_some() {
                expected.extend(["401", "403"]);
            }
            if operation.get("requestBody").is_some() {
                expected.extend(["413", "415"]);
            }
            for status in expected {
                assert!(responses.contains_key(status), "{method} {path} {status}");
            }
            for (status, response) in responses {
                let is_problem = response.pointer("/content/application~1problem+json/schema/$ref");
                assert_eq!(
                    is_problem.is_some(),
                    status.starts_with(['4', '5']),
                    "{method} {path} {status}"
                );
            }
            assert!(!operation["operationId"].as_str().unwrap().is_empty());
        }
    }
}

#[tokio::test]
async fn what_needs_a_key_says_so() {
    let (collector, document) = document().await;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let method = method.to_uppercase().parse().unwrap();
            let answer = collector
                .request(method, &path.replace("{id}", "t"))
                .send()
                .await
                .unwrap();
            // An alternative that asks for nothing: what is sent may bring its own right.
            let needs_key = operation["security"].as_array().is_some_and(|ways| {
                ways.iter()
                    .all(|way| way.as_object().is_some_and(|way| !way.is_empty()))
            });
            assert_eq!(needs_key, answer.status() == 401, "{path}");
        }
    }
}

#[tokio::test]
async fn every_documented_parameter_of_the_index_is_read() {
    let (collector, document) = document().await;
    let parameters = document["paths"]["/api/v1/index"]["get"]["parameters"]
        .as_array()
        .unwrap();
    for parameter in parameters {
        let name = parameter["name"].as_str().unwrap();
        let answer = collector
            .get(&format!("/api/v1/index?{name}=x"))
            .bearer_auth(collector.key(Role::Analyst))
            .send()
            .await
            .unwrap();
        let fault: Value = answer.json().await.unwrap();
        assert_ne!(fault["code"], "unknown-parameter", "{name}");
    }
    assert_eq!(parameters.len(), 21);
}
