//! From rule files to a checked [`RuleSet`](crate::model::rule::RuleSet), or to the list of *all*
//! their mistakes. Compiles no pattern and tries no example: that is `proof.rs`.

mod advisory;
mod briefing;
mod builtin;
mod check;
mod file;
mod foreign;
mod load;
mod rotation;
mod schema;
mod stores;

pub use check::remarks;
pub use file::{PathLists, RuleFile};
pub use load::{builtin_files, files, folder_files, load};
