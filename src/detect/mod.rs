//! Bytes to candidates: rules by keyword and window, stores by their format. Pure;
//! believes nothing and reads no file.

pub mod allow;
mod assignments;
pub mod decode;
pub mod encodings;
pub mod engine;
mod entries;
pub mod exceptions;
pub mod fields;
pub mod formats;
mod lead;
mod names;
pub mod pattern;
pub mod prefilter;
pub mod stores;
pub mod tree;
