//! What several tests need: the binary in a clean environment, and a search for secrets
//! in what it says.

#![allow(dead_code, reason = "each test uses its own part of this file")]

use std::collections::HashSet;
use std::path::Path;
use std::process::{Command, Output};

/// So many bytes of a secret in a row are a leak.
pub const LEAK_BYTES: usize = 8;

/// The binary, with nothing of the caller's environment but the search path.
pub fn credreach() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_credreach"));
    command.env_clear().env("HOME", "/nonexistent").env("NO_COLOR", "1");
    command
}

/// Runs the binary on arguments.
pub fn run<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Output {
    credreach().args(arguments).output().expect("the binary was built for this test")
}

/// Everything that was said, cut into all its pieces of [`LEAK_BYTES`].
pub struct Said<'o> {
    pieces: HashSet<&'o [u8]>,
}

impl<'o> Said<'o> {
    /// Cuts an output.
    pub fn new(output: &'o [u8]) -> Self {
        Self { pieces: output.windows(LEAK_BYTES).collect() }
    }

    /// Whether any eight bytes of a secret were said. `fixed` is the vendor's prefix, which
    /// may be shown.
    pub fn leaks(&self, secret: &str, fixed: &str) -> bool {
        let body = secret.strip_prefix(fixed).unwrap_or(secret);
        body.as_bytes().windows(LEAK_BYTES).any(|piece| self.pieces.contains(piece))
    }
}

/// Reads a text that a test expects on a screen, or writes it if tests are to be blessed.
pub fn expected(path: &Path, found: &str) -> String {
    if std::env::var_os("CREDREACH_BLESS").is_some() {
        std::fs::write(path, found).expect("the case's folder can be written to");
    }
    std::fs::read_to_string(path).unwrap_or_default()
}
