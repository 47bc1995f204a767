//! All that the rules know, as a reference: one document for a program, tables for a reader.
//! Tells nothing about a host, and shows no example.

mod tables;
mod view;

use std::io;

use crate::model::rule_set::RuleSet;
use crate::report::reference::view::Reference;

pub use tables::{write_kinds, write_stores};

/// Writes all as one JSON document, `docs/schema/rules-v1.json`.
pub fn write_json(rules: &RuleSet, out: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &Reference::new(rules))?;
    out.write_all(b"\n")
}

/// Writes the tables of kinds and of stores, `docs/kinds.md` and `docs/stores.md`.
pub fn write_markdown(rules: &RuleSet, out: &mut dyn io::Write) -> io::Result<()> {
    write_kinds(rules, out)?;
    out.write_all(b"\n")?;
    write_stores(rules, out)
}
