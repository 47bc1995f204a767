//! Reading without harm: nothing is written, no link is followed out of the root,
//! nothing but a regular file is opened, and access times are kept where the kernel
//! allows it. Believes no size it was told and does not look at what the bytes mean.

pub mod containers;
pub mod encoding;
pub mod git;
pub mod host_files;
pub mod inflate;
pub mod lifted;
pub mod lines;
pub mod map;
pub mod notebook;
pub mod open;
pub mod reader;
pub mod wide;
