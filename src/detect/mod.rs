//! Bytes to candidates: rules by keyword and window, stores by their format. Pure;
//! believes nothing and reads no file.

pub mod engine;
pub mod pattern;
pub mod prefilter;
