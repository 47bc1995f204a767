//! credreach: which credentials on this host could a malicious package have read,
//! and what to rotate first.
//!
//! The house has four floors (`docs/architecture.md`): the ground ([`model`] and
//! [`error`]), columns that know only the ground, the beam ([`sweep`](mod@sweep)) that
//! knows the order of the stages, and the roof (`main.rs`), which parses and renders.

pub mod components;
pub mod config;
pub mod detect;
pub mod discover;
pub mod error;
pub mod exposure;
pub mod inventory;
pub mod model;
pub mod read;
pub mod rules;
