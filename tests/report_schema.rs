//! The JSON report and the published schema agree, in both directions: what is written
//! is allowed, and what the schema does not name is refused.

#![allow(clippy::unwrap_used, reason = "a test that panics has done its work")]

use credreach::report::{Format, Look, Verbosity, write};
use credreach::view::Report;
use credreach::{error, model};
use serde_json::{Value, json};

#[path = "support/inventories.rs"]
mod inventories;

const SCHEMA: &str = include_str!("../docs/schema/report-v1.json");

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

fn reports() -> Vec<(&'static str, Report)> {
    let inventories = [
        ("empty", inventories::empty()),
        ("clean", inventories::clean()),
        ("incomplete", inventories::incomplete()),
        ("infected", inventories::infected()),
        ("hostile names", inventories::hostile()),
        ("traces only", inventories::traces_only()),
        ("every state", inventories::every_state()),
        ("mentioned", inventories::mentioned()),
    ];
    let rules = inventories::rules();
    inventories.map(|(name, inventory)| (name, Report::new(&inventory, &rules))).into()
}

fn written(format: Format, report: &Report) -> String {
    let look = Look { colour: false, width: 80, verbosity: Verbosity::Normal };
    let mut out = Vec::new();
    write(format, report, &look, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn document(report: &Report) -> Value {
    serde_json::from_str(&written(Format::Json, report)).unwrap()
}

/// A validator of one definition of the schema.
fn validator_of(definition: &str) -> jsonschema::Validator {
    let mut schema = schema();
    let definitions = schema["$defs"].take();
    let root = json!({ "$ref": format!("#/$defs/{definition}"), "$defs": definitions });
    jsonschema::draft202012::new(&root).unwrap()
}

#[test]
fn every_report_is_what_the_schema_allows() {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    for (name, report) in reports() {
        let document = document(&report);
        let mistakes: Vec<String> = validator
            .iter_errors(&document)
            .map(|mistake| format!("{}: {mistake}", mistake.instance_path()))
            .collect();
        assert!(mistakes.is_empty(), "{name}: {mistakes:#?}");
    }
}

#[test]
fn a_stray_field_is_refused_in_every_object() {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    let (_, report) = reports().swap_remove(4);
    let document = document(&report);
    let objects = objects_of(&document, String::new());
    assert!(objects.len() > 40, "only {} objects were tried", objects.len());
    for pointer in objects {
        let mut spoilt = document.clone();
        spoilt.pointer_mut(&pointer).unwrap()["stray"] = json!("field");
        assert!(!validator.is_valid(&spoilt), "a stray field at `{pointer}` was allowed");
    }
}

#[test]
fn a_missing_field_is_refused_unless_it_is_a_path_in_base64() {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    let (_, report) = reports().swap_remove(4);
    let document = document(&report);
    for pointer in objects_of(&document, String::new()) {
        if is_map(&pointer) {
            continue;
        }
        let fields = document.pointer(&pointer).unwrap().as_object().unwrap();
        for field in fields.keys() {
            let mut spoilt = document.clone();
            spoilt.pointer_mut(&pointer).unwrap().as_object_mut().unwrap().remove(field);
            assert_eq!(validator.is_valid(&spoilt), field == "path_base64", "{pointer}/{field}");
        }
    }
}

#[test]
fn a_record_of_a_stream_is_the_object_of_its_name() {
    for (name, report) in reports() {
        for line in written(Format::Ndjson, &report).lines() {
            let mut body: Value = serde_json::from_str(line).unwrap();
            let record = body.as_object_mut().unwrap().remove("record").unwrap();
            body.as_object_mut().unwrap().remove("chain").unwrap();
            match record.as_str().unwrap() {
                "run" => assert!(validator_of("run").is_valid(&body["run"]), "{name}"),
                "summary" => {
                    assert!(validator_of("summary").is_valid(&body["summary"]), "{name}");
                    assert!(validator_of("coverage").is_valid(&body["coverage"]), "{name}");
                }
                other => assert!(validator_of(other).is_valid(&body), "{name}: {other}"),
            }
        }
    }
}

#[test]
fn every_field_and_every_word_of_the_schema_is_explained() {
    let explained = include_str!("../docs/report-schema.md");
    let quoted = explained.split('`').skip(1).step_by(2);
    let named: Vec<&str> = quoted.flat_map(|quoted| quoted.split(['.', '['])).collect();
    let schema = schema();
    let words = objects_of(&schema, String::new()).into_iter().flat_map(|pointer| {
        let object = schema.pointer(&pointer).unwrap();
        let fields = object["properties"].as_object().into_iter().flat_map(|map| map.keys());
        let words = object["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
        fields.cloned().chain(words.map(str::to_owned)).collect::<Vec<_>>()
    });
    for word in words {
        assert!(named.contains(&word.as_str()), "docs/report-schema.md does not name `{word}`");
    }
}

/// Pointers to every object of a document.
fn objects_of(value: &Value, pointer: String) -> Vec<String> {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(key, child)| (key.clone(), child)).collect(),
        Value::Array(items) => {
            items.iter().enumerate().map(|(index, child)| (index.to_string(), child)).collect()
        }
        _ => return Vec::new(),
    };
    let inner =
        children.into_iter().flat_map(|(key, child)| objects_of(child, format!("{pointer}/{key}")));
    let itself = value.is_object().then(|| pointer.clone());
    itself.into_iter().chain(inner).collect()
}

/// Whether an object is a map whose keys are data.
fn is_map(pointer: &str) -> bool {
    ["/skipped", "/rejected", "/counts"].iter().any(|end| pointer.ends_with(end))
}
