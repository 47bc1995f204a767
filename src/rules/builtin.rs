//! The rule files in the binary. Generated: `tests/rules.rs` makes the list anew and
//! compares (`CREDREACH_BLESS=1 cargo test --test rules` writes it).

/// Path and text of each file, sorted.
#[rustfmt::skip]
pub const BUILTIN: &[(&str, &str)] = &[
];
