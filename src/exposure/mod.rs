//! Could that code have read it, then? Pure functions over collected facts. The rules
//! and what is not modelled yet are in `docs/exposure.md`.

mod access;
mod verdict;

pub use access::{Reader, may_read};
pub use verdict::judge;
