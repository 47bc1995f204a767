//! The report as SARIF 2.1.0 (OASIS), for code-scanning pages and pipelines: a result for each
//! place of a credential and for whatever else was found, gaps as notifications. Holds no snippet
//! of a file, and no claim of severity that the report does not make.

mod place;
mod result;
mod rule;

use std::io;

use serde::Serialize;
use serde_json::{Value, json};

use crate::error::ProblemCode;
use crate::report::sarif::place::{artifact, message, part};
use crate::report::sarif::result::Results;
use crate::report::sarif::rule::Rules;
use crate::view::{Problem, Report, Status};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The document.
#[derive(Serialize)]
struct Log<'r> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'r>; 1],
}

/// The one sweep of the document.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'r> {
    tool: Value,
    automation_details: Value,
    original_uri_base_ids: Value,
    invocations: [Value; 1],
    results: Results<'r>,
    properties: Value,
}

/// Writes the report.
pub fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let rules = Rules::of(report);
    let run = Run {
        tool: tool(report, &rules),
        automation_details: json!({"id": automation_id(report)}),
        original_uri_base_ids: json!({place::BASE: base(report.run.image.as_deref())}),
        invocations: [invocation(report)],
        results: Results { report, rules: &rules },
        properties: properties(report),
    };
    let log = Log { schema: SCHEMA, version: "2.1.0", runs: [run] };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    out.write_all(b"\n")
}

fn tool(report: &Report, rules: &Rules) -> Value {
    json!({"driver": {
        "name": report.tool.name,
        "version": report.tool.version,
        "rules": rules.descriptors(),
        "notifications": notification_descriptors(report),
    }})
}

/// What SARIF has no place for.
fn properties(report: &Report) -> Value {
    json!({
        "schema_version": report.schema_version,
        "status": report.status,
        "summary": report.summary,
        "plan": report.plan,
        "what_if": report.what_if,
        "rules_digest": report.run.rules_digest,
        "key": report.run.key,
    })
}

/// `credreach/sweep/web-3/2026-03-25T08%3A00%3A00Z`: runs over one host belong together.
fn automation_id(report: &Report) -> String {
    let run = &report.run;
    let parts = [&*report.tool.name, &*run.task, &run.host, &run.started];
    parts.map(part).join("/")
}

/// The root that all addresses are below.
fn base(image: Option<&str>) -> Value {
    let uri = image.map_or_else(|| "file:///".to_owned(), place::folder);
    json!({"uri": uri, "description": {"text": "Root of the swept host"}})
}

fn invocation(report: &Report) -> Value {
    let mut invocation = json!({
        "executionSuccessful": report.status != Status::Interrupted,
        "exitCode": report.summary.exit_code,
        "machine": report.run.host,
        "toolExecutionNotifications": notifications(report),
    });
    // A time beyond the calendar is none to SARIF.
    if report.run.started.len() == "2026-03-24T11:02:00Z".len() {
        invocation["startTimeUtc"] = json!(report.run.started);
    }
    invocation
}

/// What each code of trouble means.
fn notification_descriptors(report: &Report) -> Vec<Value> {
    let codes = report.coverage.problems.counts.iter();
    let descriptor = |(code, n): (&crate::view::Word, &u64)| {
        let meaning = ProblemCode::ALL.iter().find(|one| one.code() == *code);
        let meaning = meaning.map_or("it was not looked into", |one| one.sentence());
        json!({
            "id": code,
            "shortDescription": {"text": meaning},
            "properties": {"count": n},
        })
    };
    codes.map(descriptor).collect()
}

/// What was not looked into, and what makes the rest less sure.
fn notifications(report: &Report) -> Vec<Value> {
    let stopped = (report.status == Status::Interrupted)
        .then(|| notice("error", "The sweep was stopped before its end."));
    let problems = &report.coverage.problems;
    let n_unlisted = problems.unlisted;
    let unlisted = (n_unlisted > 0).then(|| {
        notice("warning", &format!("{n_unlisted} more are counted by their codes and not listed."))
    });
    let doubts = report.clock.doubts.iter().map(|doubt| notice("note", &format!("clock: {doubt}")));
    let guards = report.coverage.guards.iter().map(|guard| {
        notice(
            "note",
            &format!("{guard}: may refuse what modes allow; verdicts are an upper bound"),
        )
    });
    let listed = problems.listed.iter().map(problem);
    stopped.into_iter().chain(listed).chain(unlisted).chain(doubts).chain(guards).collect()
}

fn notice(level: &str, text: &str) -> Value {
    json!({"level": level, "message": {"text": message(text)}})
}

fn problem(problem: &Problem) -> Value {
    let why = if problem.why.is_empty() { &*problem.code } else { &*problem.why };
    json!({
        "level": "warning",
        "descriptor": {"id": problem.code},
        "message": {"text": message(why)},
        "locations": [{"physicalLocation": {"artifactLocation": artifact(&problem.path.0)}}],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::inventory::Inventory;
    use crate::report::inventories::{
        every_state, hostile, incomplete, infected, rules, traces_only,
    };
    use std::collections::BTreeSet;

    fn run(inventory: &Inventory) -> Value {
        let mut out = Vec::new();
        write(&Report::new(inventory, &rules()), &mut out).unwrap();
        let mut log: Value = serde_json::from_slice(&out).unwrap();
        log["runs"][0].take()
    }

    #[test]
    fn every_place_is_a_result_of_a_rule_that_is_there() {
        for inventory in [infected(), hostile(), every_state(), incomplete()] {
            let run = run(&inventory);
            let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
            let results = run["results"].as_array().unwrap();
            let n_places: usize = inventory.credentials.iter().map(|one| one.places.len()).sum();
            let is_of = |one: &&Value| one["ruleId"].as_str().unwrap().starts_with("credential/");
            assert_eq!(results.iter().filter(is_of).count(), n_places);
            for result in results {
                let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
                assert_eq!(rules[index]["id"], result["ruleId"]);
            }
        }
    }

    #[test]
    fn levels_follow_the_verdicts() {
        let run = run(&infected());
        let results = run["results"].as_array().unwrap().iter();
        let levels: BTreeSet<(String, String)> = results
            .map(|one| (one["properties"]["verdict"].to_string(), one["level"].to_string()))
            .collect();
        let expected = [
            ("null", "error"),
            ("exposed", "error"),
            ("likely", "error"),
            ("not-exposed", "note"),
            ("unknown", "warning"),
        ];
        let quoted = |text: &str| if text == "null" { text.into() } else { format!("\"{text}\"") };
        let expected: BTreeSet<(String, String)> =
            expected.iter().map(|(verdict, level)| (quoted(verdict), quoted(level))).collect();
        assert_eq!(levels, expected);
    }

    #[test]
    fn no_result_has_the_fingerprint_of_another() {
        for inventory in [infected(), hostile(), every_state()] {
            let run = run(&inventory);
            let results = run["results"].as_array().unwrap().iter();
            let print = |one: &Value| one["partialFingerprints"]["credreachPlace/v1"].to_string();
            let prints: Vec<String> = results.map(print).collect();
            assert_eq!(prints.iter().collect::<BTreeSet<_>>().len(), prints.len(), "{prints:?}");
        }
    }

    #[test]
    fn a_secret_id_of_a_random_key_is_no_fingerprint() {
        let mut inventory = infected();
        assert!(!run(&inventory).to_string().contains("credreachSecretId/v1"));
        inventory.run.key_origin = crate::model::secret::KeyOrigin::File;
        assert!(run(&inventory).to_string().contains("credreachSecretId/v1"));
    }

    #[test]
    fn gaps_are_notifications_and_an_interruption_is_no_success() {
        let invocation = &run(&incomplete())["invocations"][0];
        assert_eq!(invocation["toolExecutionNotifications"].as_array().unwrap().len(), 5);
        assert_eq!(invocation["executionSuccessful"], true);
        let invocation = &run(&traces_only())["invocations"][0];
        assert_eq!(invocation["toolExecutionNotifications"][0]["level"], "error");
        assert_eq!(invocation["executionSuccessful"], false);
    }
}
