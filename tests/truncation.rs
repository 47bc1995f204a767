//! A file that shrinks while it is mapped is a problem of that file, never the end of the
//! sweep.

#![allow(clippy::unwrap_used, reason = "a test that cannot plant its host has failed")]

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Once;

use credreach::detect::engine::Engine;
use credreach::detect::prefilter::{AhoCorasickPrefilter, Hit, Prefilter};
use credreach::error::ProblemCode;
use credreach::model::time::Moment;
use credreach::read::map::Mapping;
use credreach::read::reader::MAPPED_BYTES_MIN;
use credreach::rules::{builtin_files, load};
use credreach::selftest::FakeHost;
use credreach::sweep::{Watch, sweep};

/// Set for the child of the first test.
const VARIABLE: &str = "CREDREACH_TRUNCATE";

#[test]
fn a_mapping_survives_another_process_that_truncates_the_file() {
    if let Some(path) = std::env::var_os(VARIABLE) {
        return truncate(Path::new(&path));
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mapped");
    let file = File::create_new(&path).unwrap();
    file.set_len(32 << 20).unwrap();
    let mapping = Mapping::new(&File::open(&path).unwrap(), 32 << 20).unwrap();
    let name = "a_mapping_survives_another_process_that_truncates_the_file";
    let mut child = Command::new(std::env::current_exe().unwrap());
    let child = child.args(["--exact", name]).env(VARIABLE, &path).status().unwrap();
    assert!(child.success());
    assert!(mapping.iter().all(|byte| *byte == 0));
    assert!(mapping.is_torn());
}

fn truncate(path: &Path) {
    OpenOptions::new().write(true).open(path).unwrap().set_len(100).unwrap();
}

/// A prefilter that truncates a file when the first piece of it is looked at.
struct Truncating {
    inner: AhoCorasickPrefilter,
    path: PathBuf,
    once: Once,
}

impl Prefilter for Truncating {
    fn hits(&self, haystack: &[u8], on_hit: &mut dyn FnMut(Hit)) {
        if haystack.len() > 1 << 20 {
            self.once.call_once(|| truncate(&self.path));
        }
        self.inner.hits(haystack, on_hit);
    }
}

#[test]
fn a_sweep_goes_on_after_a_mapped_file_was_cut_short() {
    let host = FakeHost::new().unwrap();
    host.file("/srv/after/config", "nothing of interest\n").unwrap();
    host.file("/srv/big", "x").unwrap();
    let path = host.real("/srv/big");
    let big = OpenOptions::new().write(true).open(&path).unwrap();
    big.set_len(MAPPED_BYTES_MIN + (8 << 20)).unwrap();
    let rules = load(vec![builtin_files()]).unwrap();
    let engine = Engine::with_prefilter(&rules, |keywords| {
        let inner = AhoCorasickPrefilter::new(keywords);
        Box::new(Truncating { inner, path: path.clone(), once: Once::new() })
    });
    // Later than anything was written, so that the file counts as quiet.
    let config = host.config(Moment::new(4_000_000_000, 0)).unwrap();
    let inventory = sweep(&config, &engine, &Watch::default()).unwrap();
    let changed: HashSet<&Path> = inventory
        .coverage
        .problems
        .listed()
        .filter(|problem| problem.code == ProblemCode::Changed)
        .map(|problem| problem.path.as_path())
        .collect();
    assert_eq!(changed, HashSet::from([Path::new("/srv/big")]));
    assert!(inventory.coverage.n_files_read >= 2);
}
