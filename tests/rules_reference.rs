//! The reference of the rules: it is what its schema allows, and the tables in the docs are made
//! from it. `CREDREACH_BLESS=1 cargo test --test rules_reference` writes the tables anew.

#![allow(clippy::unwrap_used, reason = "a test that panics has done its work")]

use std::path::Path;

use credreach::model::rule_set::RuleSet;
use credreach::report::reference;
use credreach::rules::{builtin_files, load};
use serde_json::{Value, json};

fn rules() -> RuleSet {
    load(vec![builtin_files()]).unwrap()
}

fn document() -> Value {
    let mut out = Vec::new();
    reference::write_json(&rules(), &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

fn schema() -> jsonschema::Validator {
    let schema = include_str!("../docs/schema/rules-v1.json");
    jsonschema::draft202012::new(&serde_json::from_str(schema).unwrap()).unwrap()
}

#[test]
fn the_reference_is_what_the_schema_allows() {
    let (schema, document) = (schema(), document());
    let mistakes = schema.iter_errors(&document);
    let mistakes: Vec<String> =
        mistakes.map(|mistake| format!("{}: {mistake}", mistake.instance_path())).collect();
    assert!(mistakes.is_empty(), "{mistakes:#?}");
}

#[test]
fn a_stray_or_missing_field_is_refused() {
    let (schema, document) = (schema(), document());
    for pointer in ["", "/kinds/0", "/kinds/0/rotation", "/stores/0", "/harvests/0"] {
        let mut stray = document.clone();
        stray.pointer_mut(pointer).unwrap()["stray"] = json!(1);
        assert!(!schema.is_valid(&stray), "{pointer}");
        let fields = document.pointer(pointer).unwrap().as_object().unwrap();
        for field in fields.keys() {
            let mut spoilt = document.clone();
            spoilt.pointer_mut(pointer).unwrap().as_object_mut().unwrap().remove(field);
            assert!(!schema.is_valid(&spoilt), "{pointer}/{field}");
        }
    }
}

#[test]
fn the_reference_counts_what_the_rules_have() {
    let (rules, document) = (rules(), document());
    let kinds = document["kinds"].as_array().unwrap();
    assert_eq!(kinds.len(), rules.kinds.len());
    assert_eq!(document["stores"].as_array().unwrap().len(), rules.stores.len());
    let n_rules = kinds.iter().map(|kind| kind["rules"].as_array().unwrap().len());
    assert_eq!(n_rules.sum::<usize>(), rules.rules.len());
    let npm = kinds.iter().find(|kind| kind["id"] == "npm-token").unwrap();
    assert!(npm["n_incidents"].as_u64().unwrap() > 3);
    assert!(!npm["stores"].as_array().unwrap().is_empty());
}

fn check(name: &str, write: fn(&RuleSet, &mut dyn std::io::Write) -> std::io::Result<()>) {
    let mut out = Vec::new();
    write(&rules(), &mut out).unwrap();
    let made = String::from_utf8(out).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    if std::env::var_os("CREDREACH_BLESS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let stale = made.lines().zip(kept.lines()).find(|(new, old)| new != old);
    assert!(
        made == kept,
        "docs/{name} is stale: CREDREACH_BLESS=1 cargo test --test rules_reference\n{stale:#?}"
    );
}

#[test]
fn the_table_of_kinds_is_what_the_rules_say() {
    check("kinds.md", reference::write_kinds);
}

#[test]
fn the_table_of_stores_is_what_the_rules_say() {
    check("stores.md", reference::write_stores);
}

#[test]
fn no_cell_ends_its_row() {
    let mut out = Vec::new();
    reference::write_markdown(&rules(), &mut out).unwrap();
    let text = String::from_utf8(out).unwrap().replace("\\|", "");
    for row in text.lines().filter(|line| line.starts_with("| `")) {
        assert!(matches!(row.matches('|').count(), 7 | 8), "{row}");
    }
}
