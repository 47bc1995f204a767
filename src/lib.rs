//! credreach: which credentials on this host could a malicious package have read,
//! and what to rotate first.
//!
//! The house has four floors (`docs/architecture.md`): the ground ([`model`], [`mod@view`],
//! [`error`] and [`forge`]), columns that know only the ground, the beam ([`sweep`](mod@sweep),
//! [`proof`] and [`selftest`](mod@selftest)) that knows the order of the stages, and the
//! roof (`main.rs`), which parses and renders.

pub mod advisories;
pub mod components;
pub mod config;
pub mod cost;
pub mod detect;
pub mod discover;
pub mod error;
pub mod exposure;
pub mod forge;
pub mod inventory;
pub mod model;
pub mod proof;
pub mod read;
pub mod report;
pub mod rules;
pub mod saved;
pub mod selftest;
pub mod suppress;
pub mod sweep;
pub mod vet;
pub mod view;
