//! From rule files to a checked [`RuleSet`](crate::model::rule::RuleSet), or to the list of *all*
//! their mistakes. Compiles no pattern and tries no example: that is `proof.rs`.

mod briefing;
mod builtin;
mod check;
mod file;
mod load;
mod rotation;
mod schema;
mod stores;

pub use file::RuleFile;
pub use load::{builtin_files, folder_files, load};
