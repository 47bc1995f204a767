//! No built-in rule is greedy: in text such as packages are made of, none is tried more often than
//! the bound says. Hits are counted, no time is measured, so that every machine says the same.

#![allow(clippy::unwrap_used, reason = "a test that panics has done its work")]

use credreach::cost::measure;
use credreach::detect::engine::Engine;
use credreach::model::cost::{Cost, WINDOWS_PER_MB_MAX};
use credreach::model::rule::Form;
use credreach::model::rule_set::RuleSet;
use credreach::rules::{PathLists, builtin_files, files, load};

#[path = "../benches/support/corpus.rs"]
mod corpus;

const TEXT_BYTES: usize = 1 << 20;

/// What every rule costs on some texts.
fn cost(rules: &RuleSet, texts: &[&str]) -> Cost {
    let folder = tempfile::tempdir().unwrap();
    for (number, text) in texts.iter().enumerate() {
        std::fs::write(folder.path().join(number.to_string()), text).unwrap();
    }
    measure(&Engine::new(rules), folder.path(), &|| 0).unwrap()
}

/// Rules that are tried too often. What is recognised by the name that it is given to is looked
/// for in every `token`, and pays for that with no pattern.
fn greedy(rules: &RuleSet, cost: &Cost) -> Vec<String> {
    let tried = rules.rules.iter().zip(&cost.rules);
    let tried = tried.filter(|(rule, own)| rule.form != Form::Assigned && cost.is_greedy(own));
    let named = tried.map(|(rule, own)| {
        format!("{}: {:.0} a MB", rules.kind(rule.kind).id, cost.per_mb(own.n_windows))
    });
    named.collect()
}

/// Bytes as base64 has them, as hexadecimal has them, and minified code.
fn packed(n_bytes: usize) -> [String; 3] {
    let mut state = 7_u64;
    let mut next = move || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize
    };
    let mut of = |alphabet: &[u8]| -> String {
        (0..n_bytes).map(|_| char::from(alphabet[next() % alphabet.len()])).collect()
    };
    [
        of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"),
        of(b"0123456789abcdef"),
        of(b"abcdefghijklmnopqrstuvwxyz(){};,.=!&|?:"),
    ]
}

#[test]
fn no_built_in_rule_is_greedy() {
    let rules = load(vec![builtin_files()]).unwrap();
    let [base64, hexadecimal, minified] = packed(TEXT_BYTES / 4);
    let source = corpus::corpus(TEXT_BYTES, 3);
    let cost = cost(&rules, &[&source, &base64, &hexadecimal, &minified]);
    assert!(cost.n_bytes > TEXT_BYTES as u64 && cost.n_files == 4 && cost.n_unread == 0);
    let greedy = greedy(&rules, &cost);
    assert!(greedy.is_empty(), "more than {WINDOWS_PER_MB_MAX} a MB: {greedy:#?}");
}

#[test]
fn a_rule_with_a_keyword_of_every_day_is_greedy() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("g.toml");
    std::fs::write(&path, "[[rules]]\nid = 'a'\nregex = 'self[0-9]{20}'\n").unwrap();
    let rules = load(vec![files(&path, PathLists::Off).unwrap()]).unwrap();
    let cost = cost(&rules, &[&corpus::corpus(TEXT_BYTES, 3)]);
    assert_eq!(greedy(&rules, &cost).len(), 1);
    let hits: u64 = cost.keywords.iter().map(|keyword| keyword.n_hits).sum();
    assert_eq!(hits, cost.rules[0].n_windows);
    assert_eq!(cost.rules[0].n_candidates, 0);
}
