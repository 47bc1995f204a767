//! Lists the files of `rules/` for `src/rules/builtin.rs`, so that a new rule is one new
//! file and nothing else.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() {
    println!("cargo::rerun-if-changed=rules");
    let folder = PathBuf::from(variable("CARGO_MANIFEST_DIR")).join("rules");
    let mut list = String::from("&[\n");
    for shelf in ["credentials", "stores", "harvests", "advisories"] {
        for name in toml_files(&folder.join(shelf)) {
            let path = folder.join(shelf).join(&name);
            writeln!(list, "    (\"rules/{shelf}/{name}\", include_str!({path:?})),")
                .expect("a string grows");
        }
    }
    list.push_str("]\n");
    let out = PathBuf::from(variable("OUT_DIR")).join("builtin.rs");
    std::fs::write(out, list).expect("cargo gives a folder that can be written to");
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("cargo sets {name}"))
}

/// Names in a folder, sorted.
fn toml_files(folder: &Path) -> Vec<String> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let entries = folder.read_dir().unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("a folder can be listed").file_name())
        .filter_map(|name| name.into_string().ok())
        .filter(|name| name.ends_with(".toml"))
        .collect();
    names.sort();
    names
}
