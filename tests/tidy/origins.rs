//! Nothing in the repository says where it was built or where its crates were fetched.

use std::path::PathBuf;
use std::process::Command;

use crate::complaint::{Complaint, line_of, none, repository, text_of};

/// Texts that name a build machine or a registry, in two pieces each: whole, they would
/// be found here.
const TRACES: &[(&str, &str)] = &[
    ("index.", "crates.io/"),
    ("static.", "crates.io"),
    ("registry.", "npmjs."),
    ("registry.", "yarnpkg."),
    ("pypi", ".org"),
    ("python", "hosted.org"),
    ("proxy.", "golang.org"),
    ("index.", "rubygems.org"),
    ("repo.maven", ".apache.org"),
    (".cargo/", "registry/src"),
    (".rustup/", "toolchains"),
    ("/wo", "rk/"),
    ("/__", "w/"),
    ("/home/", "runner/"),
    ("/github/", "workspace"),
];

/// The only place that a locked crate may say it comes from.
const CRATES_SOURCE: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Every file under version control; without one, every file.
fn tracked() -> Vec<String> {
    if !repository().join(".git").exists() {
        return packaged();
    }
    let listed = Command::new("git")
        .args(["-c", "safe.directory=*", "ls-files", "-z"])
        .current_dir(repository())
        .output()
        .unwrap_or_else(|error| panic!("git cannot be run: {error}"));
    assert!(listed.status.success(), "git: {}", String::from_utf8_lossy(&listed.stderr));
    let names = String::from_utf8(listed.stdout).expect("names are plain");
    names.split_terminator('\0').map(str::to_owned).collect()
}

fn packaged() -> Vec<String> {
    let is_ours = |entry: &walkdir::DirEntry| entry.file_name() != "target";
    let files = walkdir::WalkDir::new(repository()).into_iter().filter_entry(is_ours);
    files
        .map(|entry| entry.expect("the package can be listed"))
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.path().strip_prefix(repository()).map(PathBuf::from))
        .map(|path| path.expect("it lies there").to_str().expect("names are plain").to_owned())
        .collect()
}

#[test]
fn no_file_names_a_build_machine_or_a_registry() {
    let check = |file: &String| -> Vec<Complaint> {
        let path = repository().join(file);
        // A file that was deleted and not committed yet, or a link to a folder.
        let Ok(bytes) = std::fs::read(path) else { return Vec::new() };
        let text = String::from_utf8_lossy(&bytes);
        let traces = TRACES.iter().map(|(head, tail)| format!("{head}{tail}"));
        traces
            .filter_map(|trace| Some((text.find(&trace)?, trace)))
            .map(|(at, trace)| Complaint::new(file, line_of(&text, at), format!("names `{trace}`")))
            .collect()
    };
    none(tracked().iter().flat_map(check).collect());
}

#[test]
fn every_locked_crate_comes_from_the_public_index() {
    let lock = text_of("Cargo.lock");
    let lines = lock.lines().enumerate();
    let sources = lines.filter_map(|(index, line)| Some((index, line.strip_prefix("source = ")?)));
    let strange = sources.filter(|(_, source)| source.trim_matches('"') != CRATES_SOURCE);
    let complain = |(index, source): (usize, &str)| {
        Complaint::new("Cargo.lock", index + 1, format!("comes from {source}"))
    };
    none(strange.map(complain).collect());
}
