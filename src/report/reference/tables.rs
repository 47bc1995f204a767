//! The reference as tables for a reader. A cell never ends its row.

use std::io;

use crate::model::rule_set::RuleSet;
use crate::report::reference::view::{KindRow, Reference, StoreRow};

/// Said above each table: who mends it by hand mends it in vain.
const MADE: &str = "Made from `rules/` by `CREDREACH_BLESS=1 cargo test --test rules_reference`; \
                    `credreach rules list --format json` has the rest.";

/// Writes every kind, a row each.
pub fn write_kinds(rules: &RuleSet, out: &mut dyn io::Write) -> io::Result<()> {
    let kinds = Reference::new(rules).kinds;
    writeln!(out, "# Kinds of credentials\n\n{MADE}\n")?;
    writeln!(
        out,
        "Vetted: offline checks that a candidate must pass beside its shape; `store` where only \
         the field of a store tells it.\nImpact: 5 opens most. Lifetime: the longest that the \
         issuer gives. First: what rotation begins with.\n"
    )?;
    writeln!(out, "| kind | what | issuer | vetted | impact | lifetime | first |")?;
    writeln!(out, "|---|---|---|---|---|---|---|")?;
    for kind in &kinds {
        let KindRow { id, title, issuer, impact, lifetime_max, rotation, .. } = kind;
        let (title, issuer, vetted) = (cell(title), cell(issuer), vetted(kind));
        let (lifetime, first) = (lifetime_max.as_deref().unwrap_or(""), rotation.first);
        writeln!(
            out,
            "| `{id}` | {title} | {issuer} | {vetted} | {impact} | {lifetime} | {first} |"
        )?;
    }
    writeln!(out, "\n{} kinds.", kinds.len())
}

/// What speaks for a candidate of a kind: the checks of its rules, or their least entropy.
fn vetted(kind: &KindRow<'_>) -> String {
    let mut words: Vec<String> = Vec::new();
    for rule in &kind.rules {
        words.extend(rule.checks.iter().map(|check| (*check).to_owned()));
        if rule.checks.is_empty() {
            words.push(rule.entropy_min.map_or("shape".into(), |min| format!("entropy {min}")));
        }
    }
    if kind.rules.is_empty() {
        words.push("store".into());
    }
    words.sort();
    words.dedup();
    words.join(", ")
}

/// Writes every store, a row each.
pub fn write_stores(rules: &RuleSet, out: &mut dyn io::Write) -> io::Result<()> {
    let stores = Reference::new(rules).stores;
    writeln!(out, "# Stores\n\n{MADE}\n")?;
    writeln!(
        out,
        "`~/` is any home, `**/` any folder. Moved by: variables that name another place.\n"
    )?;
    writeln!(out, "| store | what | paths | format | moved by | holds |")?;
    writeln!(out, "|---|---|---|---|---|---|")?;
    for StoreRow { id, title, format, paths, env, kinds } in &stores {
        let (title, paths, env, kinds) = (cell(title), codes(paths), codes(env), codes(kinds));
        writeln!(out, "| `{id}` | {title} | {paths} | {format} | {env} | {kinds} |")?;
    }
    writeln!(out, "\n{} stores.", stores.len())
}

fn cell(text: &str) -> String {
    text.replace(['\n', '\r'], " ").replace('|', "\\|")
}

fn codes(texts: &[impl AsRef<str>]) -> String {
    let codes = texts.iter().map(|text| format!("`{}`", cell(text.as_ref())));
    codes.collect::<Vec<_>>().join(" ")
}
