//! The formats for other programs, read back by parsers of others: names that want to be a
//! formula, a link or a tag stay text, and what a format promises to be it is.

#![allow(clippy::unwrap_used, reason = "a test that panics has done its work")]
#![allow(clippy::print_stderr, reason = "a check that was left out is told of")]

use std::path::PathBuf;

use credreach::report::{Format, Look, Verbosity, write};
use credreach::view::Report;
use credreach::{error, model};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};
use serde_json::{Value, json};

use crate::model::inventory::Inventory;

#[path = "support/inventories.rs"]
mod inventories;

/// Names somebody may have given to a file, a user or a profile to be more than a name.
const NAMES: [&str; 18] = [
    "=cmd|'/c calc'!A0",
    "x;=HYPERLINK(1)",
    "@all",
    "+1",
    "\"=1+1",
    "\u{ff1d}1+1",
    "<img src=x onerror=alert(1)>",
    "<!-- ",
    "[x](javascript:alert(1))",
    "![x](https://evil.example/a.png)",
    "https://evil.example/?a=b",
    "www.evil.example",
    "a`b``c```d",
    "a|b|c",
    "\n# heading\n- [ ] done\n",
    "``` \n</code>",
    "{0} {{1}} [x]",
    "*a* _b_ ~~c~~ &amp; \\",
];

/// A report in which every name that a host can choose is one of those above.
fn hostile(name: &str) -> Report {
    let mut inventory = inventories::every_state();
    let hostile = inventories::hostile();
    inventory.credentials.extend(hostile.credentials);
    inventory.coverage.problems = hostile.coverage.problems;
    let path = || PathBuf::from(format!("/home/ana/{name}"));
    inventory.run.host = name.into();
    inventory.principals.users.iter_mut().for_each(|user| user.name = name.into());
    for credential in &mut inventory.credentials {
        credential.identity.account = Some(name.into());
        credential.identity.key_id = Some(name.into());
        for place in &mut credential.places {
            place.location.path.push(name.trim_start_matches('/'));
        }
        credential.places[0].location.containers = vec![name.into()];
    }
    for install in &mut inventory.installs {
        let package = install.component.as_mut().unwrap();
        (package.name, package.version, package.path) = (name.into(), name.into(), path());
        install.runners.iter_mut().for_each(|runner| runner.evidence = name.into());
        install.provenance.changes.iter_mut().for_each(|change| change.path = path());
        install.sightings.iter_mut().for_each(|sighting| sighting.path = path());
    }
    inventory.startup.judged.iter_mut().for_each(|judged| {
        judged.code.path.push("x");
        judged.package = Some(name.into());
    });
    inventory.brokers.iter_mut().for_each(|one| one.broker.path = path());
    inventory.clock.doubts.push(name.into());
    inventory.coverage.guards.push(name.into());
    report(&inventory)
}

fn report(inventory: &Inventory) -> Report {
    Report::new(inventory, &inventories::rules())
}

fn reports() -> Vec<Report> {
    inventories::all().iter().map(report).chain(NAMES.map(hostile)).collect()
}

fn written(format: Format, report: &Report) -> String {
    let look = Look { colour: true, width: 80, verbosity: Verbosity::Verbose };
    let mut out = Vec::new();
    write(format, report, &look, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_table_has_a_row_for_each_place_and_ends_with_its_status() {
    for report in reports() {
        let text = written(Format::Csv, &report);
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
        let mut table = csv::Reader::from_reader(text.as_bytes());
        let heading = table.headers().unwrap().clone();
        let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
        let n_places: usize = report.credentials.iter().map(|one| one.locations.len()).sum();
        let n_rows = rows.iter().filter(|row| &row[0] == "credential").count();
        assert_eq!(n_rows, n_places);
        let kind = heading.iter().position(|name| name == "kind").unwrap();
        let last = rows.last().unwrap();
        assert_eq!([&last[0], &last[kind]], ["summary", report.status.as_str()]);
    }
}

#[test]
fn the_columns_of_a_table_stay_where_they_are() {
    let text = written(Format::Csv, &report(&inventories::empty()));
    let heading = text.lines().next().unwrap().replace('"', "");
    let first = "record,host,rank,phase,verdict,asked,kind,title,issuer,key_id,account,path,line,";
    assert!(heading.starts_with(first), "{heading}");
}

#[test]
fn no_cell_of_a_table_is_a_formula_or_holds_a_control_character() {
    for report in reports() {
        let text = written(Format::Csv, &report);
        let mut table = csv::Reader::from_reader(text.as_bytes());
        for row in table.records().map(Result::unwrap) {
            for cell in row.iter().flat_map(|cell| cell.split(';')) {
                assert!(!cell.chars().any(char::is_control), "{cell}");
                let bare = cell.trim_start_matches(|it: char| it == '"' || it.is_whitespace());
                assert!(!bare.starts_with(['=', '+', '-', '@', '\u{ff1d}']), "{cell}");
            }
        }
    }
}

#[test]
fn a_checklist_holds_no_markup_that_came_from_a_name() {
    for report in reports() {
        let text = written(Format::Markdown, &report);
        let is_control = |it: char| it.is_control() && it != '\n';
        assert!(!text.contains(is_control), "{text}");
        let mut n_top_headings = 0;
        let mut is_code_block = false;
        for event in Parser::new_ext(&text, Options::all()) {
            match event {
                Event::Start(Tag::Heading { level: pulldown_cmark::HeadingLevel::H1, .. }) => {
                    n_top_headings += 1;
                }
                Event::Start(Tag::CodeBlock(kind)) => {
                    assert!(matches!(kind, CodeBlockKind::Fenced(_)), "{text}");
                    is_code_block = true;
                }
                Event::End(pulldown_cmark::TagEnd::CodeBlock) => is_code_block = false,
                Event::Start(tag) => assert!(is_ours(&tag), "{tag:?} in\n{text}"),
                Event::Text(plain) if !is_code_block => assert_tame(&plain, &text),
                Event::Html(html) | Event::InlineHtml(html) => panic!("{html} in\n{text}"),
                Event::InlineMath(math) | Event::DisplayMath(math) => panic!("{math} in\n{text}"),
                _ => {}
            }
        }
        assert_eq!(n_top_headings, 1, "{text}");
    }
}

/// Whether the checklist itself makes such things.
const fn is_ours(tag: &Tag) -> bool {
    matches!(tag, Tag::Paragraph | Tag::Heading { .. } | Tag::List(None) | Tag::Item | Tag::Strong)
}

/// Forges look into text for links, names of users and numbers of issues.
fn assert_tame(plain: &str, text: &str) {
    for mark in ["@", "#", "://", "www.", "evil.example"] {
        assert!(!plain.contains(mark), "{mark} of {plain:?} in\n{text}");
    }
}

#[test]
fn every_credential_of_a_checklist_is_in_it_under_its_rank() {
    for report in reports() {
        let text = written(Format::Markdown, &report);
        for credential in &report.credentials {
            let lead = format!("**{}. ", credential.rank);
            assert_eq!(text.matches(&lead).count(), 1, "{lead} in\n{text}");
        }
    }
}

#[test]
fn a_log_has_what_sarif_asks_for_and_nothing_it_does_not_know() {
    let validator = jsonschema::draft7::new(&sarif_as_we_use_it()).unwrap();
    for report in reports() {
        assert_valid(&validator, &written(Format::Sarif, &report));
    }
}

#[test]
fn a_log_holds_no_snippet_and_no_address_that_is_none() {
    for report in reports() {
        let text = written(Format::Sarif, &report);
        assert!(!text.contains("\"snippet\""));
        let log: Value = serde_json::from_str(&text).unwrap();
        for uri in strings_of("uri", &log) {
            let is_known = |it: char| it.is_ascii_alphanumeric() || "-._~/%:".contains(it);
            assert!(uri.chars().all(is_known), "{uri}");
        }
        for text in strings_of("text", &log) {
            assert!(!text.chars().any(|it| it.is_control() && it != '\n'), "{text}");
            assert!(!text.replace("\\[", "").contains('['), "{text}");
        }
    }
}

/// The schema of OASIS is not ours to give away: whoever has it names it in a variable.
#[test]
fn a_log_is_valid_by_the_schema_of_oasis() {
    const VARIABLE: &str = "CREDREACH_SARIF_SCHEMA";
    let Some(path) = std::env::var_os(VARIABLE) else {
        eprintln!("skipped: a_log_is_valid_by_the_schema_of_oasis: {VARIABLE} is not set");
        return;
    };
    let schema = std::fs::read(&path).unwrap();
    let schema: Value = serde_json::from_slice(&schema).unwrap();
    let validator = jsonschema::draft7::new(&schema).unwrap();
    let reports = reports();
    reports.iter().for_each(|one| assert_valid(&validator, &written(Format::Sarif, one)));
    eprintln!("{} logs are valid by {}", reports.len(), path.to_string_lossy());
}

fn assert_valid(validator: &jsonschema::Validator, log: &str) {
    let log: Value = serde_json::from_str(log).unwrap();
    let mistakes: Vec<String> = validator
        .iter_errors(&log)
        .map(|mistake| format!("{}: {mistake}", mistake.instance_path()))
        .collect();
    assert!(mistakes.is_empty(), "{mistakes:#?}");
}

/// All strings under a name, however deep.
fn strings_of<'v>(name: &str, value: &'v Value) -> Vec<&'v str> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, field)| match field {
                Value::String(text) if key == name => vec![text.as_str()],
                other => strings_of(name, other),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(|item| strings_of(name, item)).collect(),
        _ => Vec::new(),
    }
}

/// The objects of SARIF 2.1.0 that a log of ours is made of, with what must be in them.
fn sarif_as_we_use_it() -> Value {
    let message = object(&["text"], json!({"text": {"type": "string", "minLength": 1}}));
    let level = json!({"enum": ["none", "note", "warning", "error"]});
    let artifact = object(
        &["uri", "uriBaseId"],
        json!({"uri": {"type": "string"}, "uriBaseId": {"const": "HOST"}}),
    );
    let region = object(
        &["startLine"],
        json!({"startLine": {"type": "integer", "minimum": 1}, "properties": {}}),
    );
    let physical =
        object(&["artifactLocation"], json!({"artifactLocation": artifact, "region": region}));
    let logical = object(&[], json!({"fullyQualifiedName": {}, "properties": {}}));
    let location = object(
        &["physicalLocation"],
        json!({"physicalLocation": physical, "logicalLocations": list(&logical)}),
    );
    let descriptor = object(
        &["id", "shortDescription"],
        json!({"id": {"type": "string"}, "shortDescription": message, "help": message, "properties": {}}),
    );
    let suppression = object(
        &["kind", "status", "justification"],
        json!({
            "kind": {"enum": ["external", "inSource"]},
            "status": {"const": "accepted"},
            "justification": {"type": "string", "minLength": 1},
        }),
    );
    let result = object(
        &["ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints"],
        json!({
            "ruleId": {"type": "string"},
            "ruleIndex": {"type": "integer", "minimum": 0},
            "level": level,
            "message": message,
            "locations": list(&location),
            "relatedLocations": list(&location),
            "partialFingerprints": {"additionalProperties": {"type": "string"}},
            "suppressions": list(&suppression),
            "properties": {},
        }),
    );
    let notification = object(
        &["level", "message"],
        json!({
            "level": level,
            "message": message,
            "descriptor": object(&["id"], json!({"id": {"type": "string"}})),
            "locations": list(&location),
        }),
    );
    let invocation = object(
        &["executionSuccessful", "exitCode", "toolExecutionNotifications"],
        json!({
            "executionSuccessful": {"type": "boolean"},
            "exitCode": {"type": "integer"},
            "startTimeUtc": {"type": "string"},
            "machine": {"type": "string"},
            "toolExecutionNotifications": list(&notification),
        }),
    );
    let driver = object(
        &["name", "version", "rules"],
        json!({
            "name": {"const": "credreach"},
            "version": {"type": "string"},
            "rules": list(&descriptor),
            "notifications": list(&descriptor),
        }),
    );
    let base = object(&["uri"], json!({"uri": {"pattern": "^file:///.*"}, "description": message}));
    let run = object(
        &["tool", "invocations", "results"],
        json!({
            "tool": object(&["driver"], json!({"driver": driver})),
            "automationDetails": object(&["id"], json!({"id": {"type": "string"}})),
            "originalUriBaseIds": object(&["HOST"], json!({"HOST": base})),
            "invocations": list(&invocation),
            "results": list(&result),
            "properties": {},
        }),
    );
    object(
        &["version", "runs"],
        json!({"$schema": {}, "version": {"const": "2.1.0"}, "runs": list(&run)}),
    )
}

fn object(required: &[&str], properties: Value) -> Value {
    json!({
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": false,
    })
}

fn list(items: &Value) -> Value {
    json!({"type": "array", "items": items})
}
