//! Logs that logrotate has compressed are read like the others, and are no unopened
//! containers then.

#![allow(clippy::unwrap_used, reason = "a test that cannot plant its host has failed")]

mod support;

use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

fn gzipped(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// Codes of problems, and mentions as `source version at`.
fn sweep(folder: &Path) -> (Vec<String>, Vec<String>, Value) {
    let output = support::credreach()
        .args(["sweep", "--format", "json", "--exit-zero"])
        .arg(folder)
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let codes = report["coverage"]["problems"]["listed"].as_array().unwrap().iter();
    let codes = codes.map(|one| one["code"].as_str().unwrap().to_owned()).collect();
    let installs = report["infected_installs"].as_array().unwrap().iter();
    let mentions = installs.flat_map(|install| install["mentions"].as_array().unwrap());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let line = |one: &Value| {
        format!("{} {} {}", text(&one["source"]), text(&one["version"]), text(&one["at"]["at"]))
    };
    (codes, mentions.map(line).collect(), report)
}

#[test]
fn a_compressed_log_tells_of_installs_and_how_far_back_it_reaches() {
    let folder = tempfile::tempdir().unwrap();
    let log = "2026-01-02 03:04:05 startup archives unpack\n2026-03-24 11:02:03 status installed \
               python3-litellm:all 1.82.8-1\n2026-03-25 08:00:00 remove python3-litellm:all \
               1.82.8-1 <none>\n";
    std::fs::write(folder.path().join("dpkg.log.2.gz"), gzipped(log)).unwrap();
    let (codes, mentions, report) = sweep(folder.path());
    assert!(codes.is_empty(), "{codes:?}");
    assert_eq!(mentions, ["log 1.82.8 2026-03-24T11:02:03Z"]);
    assert_eq!(report["infected_installs"][0]["removed"]["at"], "2026-03-25T08:00:00Z");
    let reach = &report["coverage"]["evidence"][0];
    assert_eq!(reach["family"], "distribution logs");
    assert_eq!(reach["earliest"], "2026-01-02T03:04:05Z");
}

#[test]
fn of_a_broken_one_what_came_out_counts_and_other_archives_name_no_packages() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    let whole = gzipped("2026-03-24 11:02:03 status installed python3-litellm:all 1.82.8-1\n");
    file("dpkg.log.2.gz", &whole[..whole.len() - 10]);
    file("dpkg.log.3.gz", &gzipped(&" ".repeat(20 << 20)));
    file("notes.gz", &gzipped("2026-03-24 11:02:03 status installed python3-litellm:all 1.82.8\n"));
    let (mut codes, mentions, _) = sweep(folder.path());
    codes.sort();
    let expected = ["components/too-big", "container/broken"];
    assert_eq!(codes, expected);
    assert_eq!(mentions, ["log 1.82.8 2026-03-24T11:02:03Z"]);
}
