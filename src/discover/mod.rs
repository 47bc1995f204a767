//! What there is to sweep: users, mounts, processes, roots, and the files below them.
//! Looks at names and `stat` only; opens nothing but a few files of `/etc` and `/proc`.

pub mod chains;
mod invocations;
pub mod mounts;
pub mod principals;
pub mod processes;
pub mod roots;
pub mod walk;
