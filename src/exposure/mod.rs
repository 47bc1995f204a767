//! Could that code have read it, then? Pure functions over collected facts. The rules
//! and what is not modelled are in `docs/exposure.md`.

mod access;
mod aim;
mod broker;
mod case;
mod content;
mod explain;
mod reads;
mod state;
mod then;
mod verdict;

pub use access::{Reader, may_read};
pub use aim::Targets;
pub use broker::judge_broker;
pub use case::{Case, SecretFacts};
pub use explain::passage;
pub use verdict::judge;
