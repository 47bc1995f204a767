//! uv links the files of a package from its cache into every environment that has it. A
//! sweep that meets only some of these names says that there are others.

#![allow(clippy::unwrap_used, reason = "a test that cannot plant its host has failed")]

mod support;

use std::path::Path;

use serde_json::Value;

const METADATA: &str = "Metadata-Version: 2.1\nName: litellm\nVersion: 1.82.8\n\n";

fn unmet(folders: &[&Path]) -> Vec<(String, u64)> {
    let output = support::credreach()
        .args(["sweep", "--format", "json", "--exit-zero"])
        .args(folders)
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let installs = report["infected_installs"].as_array().unwrap().iter();
    let line = |install: &Value| {
        (
            install["presence"].as_str().unwrap().to_owned(),
            install["n_unmet_names"].as_u64().unwrap(),
        )
    };
    installs.map(line).collect()
}

#[test]
fn names_out_of_scope_are_counted_and_those_in_scope_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    let cache = folder.join("cache/uv");
    let unpacked = cache.join("archive-v0/Zx0/litellm-1.82.8.dist-info");
    std::fs::create_dir_all(&unpacked).unwrap();
    std::fs::write(unpacked.join("METADATA"), METADATA).unwrap();
    let venvs = ["one", "two"].map(|name| folder.join(name));
    for venv in &venvs {
        let installed = venv.join("lib/python3.12/site-packages/litellm-1.82.8.dist-info");
        std::fs::create_dir_all(&installed).unwrap();
        std::fs::hard_link(unpacked.join("METADATA"), installed.join("METADATA")).unwrap();
    }
    let named = |presence: &str, n_unmet| (presence.to_owned(), n_unmet);
    assert_eq!(unmet(&[&cache]), [named("cache", 2)]);
    assert_eq!(unmet(&[&venvs[0]]), [named("installed", 2)]);
    assert_eq!(unmet(&[&venvs[0], &venvs[1]]), [named("installed", 1), named("installed", 1)]);
    assert_eq!(unmet(&[&folder]), [named("installed", 0), named("installed", 0)]);
}
