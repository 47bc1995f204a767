//! The rule files in the binary. `build.rs` makes the list.

/// Path and text of each file, sorted within its shelf.
pub const BUILTIN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/builtin.rs"));
