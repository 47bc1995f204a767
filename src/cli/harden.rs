//! Makes this process a poor place to steal from: no core dump of it holds anything.

use rustix::process::{Resource, Rlimit, setrlimit};

/// Turns core dumps off, and empties those that a handler would take in spite of the
/// limit. The process stays readable to itself: its own environment is part of a sweep.
pub fn harden() {
    credreach::sweep::hush_panics();
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    let _ = setrlimit(Resource::Core, none);
    // A core_pattern that pipes to a program ignores the limit, but not this filter.
    let _ = std::fs::write("/proc/self/coredump_filter", "0");
}
