//! The nouns of a sweep. The ground floor: nothing here reads a file, matches a
//! pattern, knows a report format or a command-line flag.

pub mod access;
pub mod access_list;
pub mod advisory;
pub mod artifact;
pub mod authority;
pub mod broker;
pub mod candidate;
pub mod clock;
pub mod component;
pub mod container;
pub mod coverage;
pub mod expiry;
pub mod explanation;
pub mod exposure;
pub mod finding;
pub mod harvest;
pub mod host;
pub mod inventory;
pub mod launch;
pub mod layer;
pub mod location;
pub mod path_pattern;
pub mod plan;
pub mod principal;
pub mod provenance;
pub mod reach;
pub mod reason;
pub mod rule;
pub mod rule_set;
pub mod secret;
pub mod segment;
pub mod startup;
pub mod store;
pub mod time;
pub mod what_if;
