//! Files of gitleaks and Betterleaks as rules: what is obeyed, what is not and is told.

#![allow(clippy::unwrap_used, reason = "a test that panics has done its work")]

use std::path::Path;

use credreach::detect::engine::{Engine, Window};
use credreach::error::Error;
use credreach::model::rule::Confidence;
use credreach::model::rule_set::RuleSet;
use credreach::model::secret::{KeyOrigin, SecretKey};
use credreach::model::segment::Segment;
use credreach::proof::prove;
use credreach::rules::{PathLists, files, load};
use credreach::vet::vet;

const VALUE: &str = "q8Rz1LmV0tYc5Wd3Kx7H";

/// The rules of some files, of which the last is named.
fn taken(texts: &[(&str, &str)], path_lists: PathLists) -> Result<RuleSet, String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in texts {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let (name, _) = texts.last().unwrap();
    let said = |error: Error| {
        let text = error.to_string();
        text.replace(&format!("{}/", folder.path().display()), "")
    };
    let layer = files(&folder.path().join(name), path_lists).map_err(said)?;
    let rules = load(vec![layer]).map_err(said)?;
    assert_eq!(prove(&rules), []);
    Ok(rules)
}

fn rules(text: &str) -> RuleSet {
    taken(&[("g.toml", text)], PathLists::Off).unwrap()
}

/// What is believed in a text: kind and bytes.
fn found(rules: &RuleSet, path: &str, text: &str) -> Vec<(String, String)> {
    let engine = Engine::new(rules);
    let key = SecretKey { bytes: [0; 32], origin: KeyOrigin::Random };
    let mut found = Vec::new();
    let segment = Segment::whole(text.as_bytes()).at(Path::new(path));
    engine.scan(&segment, &mut Window::default(), &mut |candidate| {
        if vet(rules, &key, &candidate).is_ok() {
            let bytes = &text[candidate.span.start as usize..candidate.span.end as usize];
            found.push((rules.kind(candidate.kind).id.clone(), bytes.to_owned()));
        }
    });
    found.dedup();
    found
}

fn check(rules: &RuleSet, text: &str, expected: &[&str]) {
    let secrets: Vec<String> = found(rules, "/srv/x", text).into_iter().map(|(_, it)| it).collect();
    assert_eq!(secrets, expected, "{text}");
}

/// Codes and subjects of what is told.
fn told(rules: &RuleSet) -> Vec<(&'static str, &str)> {
    rules.remarks.iter().map(|one| (one.code, one.subject.as_str())).collect()
}

#[test]
fn a_rule_of_gitleaks_is_a_kind_with_a_rule() {
    let rules = rules(
        r#"
title = "mine"
[[rules]]
id = "acme-token"
description = "Found an Acme token, which opens everything."
regex = '''(?i)acme[_-]key\s*[:=]\s*["']?([a-z0-9]{20})\b'''
keywords = ["acme"]
entropy = 3
tags = ["key"]
"#,
    );
    let kind = &rules.kinds[0];
    assert_eq!(
        (kind.id.as_str(), kind.title.as_str()),
        ("gitleaks/acme-token", "Found an Acme token")
    );
    assert!(kind.is_foreign && !kind.rotation.steps.is_empty());
    assert_eq!(rules.rules[0].keywords, ["acme-key", "acme_key"]);
    assert_eq!(rules.rules[0].origin.line, 6);
    check(&rules, &format!("ACME_KEY = '{VALUE}'"), &[VALUE]);
    check(&rules, "acme_key = aaaaaaaaaabbbbbbbbbb", &[]);
    assert_eq!(told(&rules), [("foreign/window", "acme-token")]);
}

#[test]
fn the_group_is_the_one_that_is_named_or_the_first_that_is_not_empty() {
    let with = |group: &str| {
        rules(&format!("[[rules]]\nid = 'a'\nregex = '(acme)-(x)?([a-z0-9A-Z]{{20}})'\n{group}"))
    };
    let text = format!("acme-{VALUE}");
    check(&with("secretGroup = 3"), &text, &[VALUE]);
    check(&with(""), &text, &["acme"]);
    let rules = rules("[[rules]]\nid = 'a'\nregex = 'acme-(?:(x{5})|([0-9A-Za-z]{20}))'\n");
    check(&rules, &text, &[VALUE]);
    let whole = self::rules("[[rules]]\nid = 'a'\nregex = 'acme-[0-9A-Za-z]{20}'\n");
    check(&whole, &text, &[&text]);
}

#[test]
fn a_rule_for_some_paths_is_tried_in_those_alone() {
    let rules = rules("[[rules]]\nid = 'a'\nregex = 'acme-[0-9A-Za-z]{20}'\npath = '\\.conf$'\n");
    let text = format!("acme-{VALUE}");
    assert_eq!(found(&rules, "/etc/a.conf", &text).len(), 1);
    assert_eq!(found(&rules, "/etc/a.txt", &text), []);
}

#[test]
fn allow_lists_are_obeyed_but_for_their_paths() {
    let text = r#"
[[allowlists]]
targetRules = ["a"]
stopwords = ["STOPPED"]
[[allowlists]]
paths = ['\.lock$']
[[rules]]
id = "a"
regex = '''acme-([0-9A-Za-z]{20,30})'''
[[rules.allowlists]]
regexTarget = "line"
regexes = ['''^import ''']
[[rules.allowlists]]
condition = "AND"
regexes = ['''^K''']
stopwords = ["both"]
[[rules.allowlists]]
condition = "AND"
regexes = ['''^q8''']
paths = ['\.lock$']
"#;
    let rules = rules(text);
    check(&rules, &format!("acme-{VALUE}"), &[VALUE]);
    check(&rules, &format!("acme-{VALUE}Stopped"), &[]);
    check(&rules, &format!("import x\nimport acme-{VALUE}"), &[]);
    check(&rules, &format!("import x\nacme-{VALUE}"), &[VALUE]);
    let (one, both) = (format!("K{VALUE}"), format!("K{VALUE}Both"));
    check(&rules, &format!("acme-{one} acme-{both}"), &[&one]);
    assert_eq!(found(&rules, "/srv/a.lock", &format!("acme-{VALUE}")).len(), 1);
    assert_eq!(told(&rules).iter().filter(|(code, _)| *code == "foreign/path-list").count(), 2);
    let obeyed = taken(&[("g.toml", text)], PathLists::Obeyed).unwrap();
    assert_eq!(found(&obeyed, "/srv/a.lock", &format!("acme-{VALUE}")), []);
    assert_ne!(obeyed.digest, rules.digest);
}

#[test]
fn of_a_rule_of_betterleaks_the_numbers_and_lists_count_and_no_program() {
    let rules = rules(
        r#"
title = "betterleaks config"
filter = 'containsAny(finding["secret"], ["stopped"])'
[[rules]]
id = "a"
regex = '''acme-(?P<name>x)?([0-9A-Za-z]{20,30})'''
valueGroup = 2
confidence = "high"
validate = 'http.get("https://registry.example")'
filter = '''
entropy(finding["secret"]) <= 3.5 // not that little
|| tokenRatio(finding["secret"]) >= 2.5
|| matchesAny(finding["match"], [`-K`])
'''
[[rules]]
id = "part"
regex = "acme-id-[0-9]{9}"
skipReport = true
[[rules]]
id = "pair"
regex = "acme-pair-([0-9A-Za-z]{20})"
components = [{ id = "part", within = "8L" }]
"#,
    );
    let ids: Vec<&str> = rules.kinds.iter().map(|kind| kind.id.as_str()).collect();
    assert_eq!(ids, ["betterleaks/a", "betterleaks/pair"]);
    check(&rules, &format!("acme-{VALUE}"), &[VALUE]);
    check(&rules, &format!("acme-{VALUE}Stopped acme-K{VALUE} acme-aaaaaaaaaabbbbbbbbbb"), &[]);
    assert_eq!(rules.rules[0].confidence, Confidence::Medium);
    assert_eq!(rules.rules[1].confidence, Confidence::Low);
    let expected = ["foreign/filter", "foreign/program", "foreign/part", "foreign/needs"];
    assert_eq!(told(&rules).into_iter().map(|(code, _)| code).collect::<Vec<_>>(), expected);
}

#[test]
fn a_rule_that_would_be_tried_everywhere_is_left_out_and_told() {
    let rules = rules(
        "[[rules]]\nid = 'a'\nregex = '[0-9a-f]{32}'\nkeywords = ['acme']\n\
         [[rules]]\nid = 'b'\npath = '\\.p12$'\n\
         [[rules]]\nid = 'c'\nregex = 'acme-[a-z0-9]{20}'\n",
    );
    assert_eq!(rules.kinds.len(), 1);
    assert_eq!(told(&rules), [("foreign/refused", "a"), ("foreign/refused", "b")]);
}

#[test]
fn a_file_builds_on_the_one_that_it_extends() {
    let base = "[[rules]]\nid = 'a'\ndescription = 'One'\nregex = 'acme-[0-9A-Za-z]{20}'\n\
                [[rules]]\nid = 'b'\nregex = 'bcme-[0-9A-Za-z]{20}'\n";
    let over = "[extend]\npath = 'base.toml'\ndisabledRules = ['b', 'z']\n\
                [[rules]]\nid = 'a'\nentropy = 4.9\n";
    let rules = taken(&[("base.toml", base), ("over.toml", over)], PathLists::Off).unwrap();
    assert_eq!(rules.kinds.iter().map(|kind| kind.title.as_str()).collect::<Vec<_>>(), ["One"]);
    check(&rules, &format!("acme-{VALUE}"), &[]);
    assert_eq!(told(&rules), [("foreign/disabled", "z")]);
}

#[test]
fn the_default_rules_of_gitleaks_are_not_here_and_that_is_told() {
    let text = "[extend]\nuseDefault = true\ndisabledRules = ['b']\nurl = 'x'\nother = 1\n";
    let codes: Vec<&str> = told(&rules(text)).into_iter().map(|(code, _)| code).collect();
    assert_eq!(codes, ["foreign/extend-url", "foreign/extend-default", "foreign/unknown-key"]);
}

#[test]
fn every_mistake_is_told_at_once_with_its_line() {
    let text = "[[rules]]
regex = 'acme'
[[rules]]
id = 'b'
regex = 'acme(?=x)'
[[rules]]
id = 'a'
regex = 'acme'
secretGroup = 2
entropy = 'x'
[[rules.allowlists]]
condition = 'XOR'
regexes = ['a']
[[rules.allowlists]]
regexTarget = 'file'
regexes = ['a']
[[rules.allowlists]]
[[rules.allowlists]]
regexes = ['(']
[[rules]]
id = 'c'
regex = 'acme'
[[rules]]
id = 'c'
regex = 'acme'
";
    let said = taken(&[("g.toml", text)], PathLists::Off).unwrap_err();
    for part in [
        "9 mistakes",
        "g.toml:1: a rule has no id",
        "g.toml:5: `b`: its `regex` looks around",
        "g.toml:8: `a`: has no group 2",
        "g.toml:10: `a`: `entropy` is not a number",
        "g.toml:11: `a`: `condition` is neither AND nor OR",
        "g.toml:14: `a`: `regexTarget` is none of secret, match and line",
        "g.toml:17: `a`: is empty",
        "g.toml:19: `a`: a regular expression has a group that is not closed",
        "g.toml:23: `c` stands twice",
    ] {
        assert!(said.contains(part), "{part}\n{said}");
    }
}

#[test]
fn what_is_no_such_file_is_refused() {
    let refused = |text: &str| taken(&[("g.toml", text)], PathLists::Off).unwrap_err();
    assert!(refused("[[rules").contains("[foreign/toml]"));
    assert!(refused("rules = 3").contains("[foreign/toml]"));
    assert!(refused("").contains("[foreign/no-rule]"));
    let circle = "[extend]\npath = 'g.toml'\n";
    assert!(refused(circle).contains("[rule/file]"));
    assert!(refused("[extend]\npath = 'gone.toml'\n").contains("[rule/file]"));
}
