//! What is set aside: it stays in the report, does not count, and never hides a copy.

#![allow(clippy::unwrap_used, reason = "a test that cannot plant its host has failed")]

mod support;

use std::path::{Path, PathBuf};

use credreach::forge::Forge;
use credreach::selftest::FakeHost;
use serde_json::Value;

/// A host with a token in two files and another one in a third.
struct Planted {
    host: FakeHost,
    folder: tempfile::TempDir,
}

const TWICE: &str = "/home/ana/app/.env";
const COPY: &str = "/home/ana/app/copy.env";
const ONCE: &str = "/home/ana/.git-credentials";

fn plant() -> Planted {
    let mut forge = Forge::new([3; 32]);
    let mut host = FakeHost::new().unwrap();
    host.user("ana", 1000, "/home/ana").unwrap();
    let token = forge.checked_token("ghp_");
    host.file(TWICE, format!("# a\nTOKEN={token}\n")).unwrap();
    host.file(COPY, format!("TOKEN={token}\n")).unwrap();
    let other = forge.checked_token("ghp_");
    host.file(ONCE, format!("https://u:{other}@git.example\n")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("key"), [9; 32]).unwrap();
    Planted { host, folder }
}

impl Planted {
    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Exit code and report of a sweep.
    fn sweep(&self, arguments: &[&str]) -> (i32, Value) {
        let (code, bytes) = self.sweep_to("json", arguments);
        (code, serde_json::from_slice(&bytes).unwrap_or_default())
    }

    fn sweep_to(&self, format: &str, arguments: &[&str]) -> (i32, Vec<u8>) {
        let key = self.folder.path().join("key");
        let mut command = support::credreach();
        command.args(["sweep", "--as-of", "2026-03-25T08:00:00Z", "--format", format]);
        command.arg("--root").arg(self.host.root()).arg("--key-file").arg(key);
        let output = command.args(arguments).output().unwrap();
        let said = if output.stdout.is_empty() { output.stderr } else { output.stdout };
        (output.status.code().unwrap(), said)
    }

    fn with_file(&self, flag: &str, text: &str) -> (i32, Value) {
        let path = self.file("entries", text);
        self.sweep(&[flag, path.to_str().unwrap()])
    }
}

fn entry(subject: &str, path: &str, expires: &str) -> String {
    format!(
        "[[suppress]]\n{subject}\npath = \"{path}\"\nreason = \"a fixture\"\nexpires = {expires}\n"
    )
}

/// The credential that stands at a path.
fn at<'r>(report: &'r Value, path: &str) -> &'r Value {
    let credentials = report["credentials"].as_array().unwrap();
    let is_there = |one: &&Value| {
        one["locations"].as_array().unwrap().iter().any(|place| place["path"] == path)
    };
    credentials.iter().find(is_there).unwrap()
}

#[test]
fn what_is_set_aside_comes_last_and_does_not_count() {
    let planted = plant();
    let (_, plain) = planted.sweep(&[]);
    let id = format!("secret_id = {}", at(&plain, ONCE)["secret_id"]);
    let (code, report) = planted.with_file("--suppress", &entry(&id, ONCE, "2027-01-01"));
    assert_eq!((code, &report["summary"]["n_suppressed"]), (1, &1.into()));
    let last = report["credentials"].as_array().unwrap().last().unwrap();
    assert_eq!(last["suppressed"]["reason"], "a fixture");
    assert_eq!((&last["phase"], &last["rank"]), (&"suppressed".into(), &2.into()));
    assert_eq!(report["coverage"]["unused_suppressions"], Value::Array(Vec::new()));
    let phases = report["plan"]["phases"].as_array().unwrap();
    assert_eq!(phases.last().unwrap()["first_rank"], 2);
    let all =
        [entry(&id, ONCE, "2027-01-01")].into_iter().chain([TWICE, COPY].map(|path| {
            entry(&format!("kind = {}", at(&plain, TWICE)["kind"]), path, "2027-01-01")
        }));
    let (code, report) = planted.with_file("--suppress", &all.collect::<String>());
    assert_eq!((code, &report["summary"]["exit_code"]), (0, &0.into()));
}

#[test]
fn a_copy_elsewhere_keeps_a_credential_in_the_list() {
    let planted = plant();
    let (_, plain) = planted.sweep(&[]);
    let id = format!("secret_id = {}", at(&plain, TWICE)["secret_id"]);
    let (_, report) = planted.with_file("--suppress", &entry(&id, TWICE, "2027-01-01"));
    let credential = at(&report, TWICE);
    assert_eq!(credential["suppressed"], Value::Null);
    assert_eq!(credential["locations"][0]["suppressed"]["by"], "secret-id");
    assert_eq!(credential["locations"][1]["suppressed"], Value::Null);
}

#[test]
fn what_does_nothing_is_told() {
    let planted = plant();
    let (_, plain) = planted.sweep(&[]);
    let id = format!("secret_id = {}", at(&plain, ONCE)["secret_id"]);
    let text = entry(&id, ONCE, "2026-03-25") + &entry(&id, "/elsewhere", "2027-01-01");
    let (_, report) = planted.with_file("--suppress", &text);
    let unused = &report["coverage"]["unused_suppressions"];
    assert_eq!([&unused[0]["why"], &unused[0]["line"]], [&Value::from("expired"), &1.into()]);
    assert_eq!([&unused[1]["why"], &unused[1]["line"]], [&Value::from("no-match"), &6.into()]);
    assert_eq!(at(&report, ONCE)["suppressed"], Value::Null);
    let (_, screen) = planted
        .sweep_to("terminal", &["--suppress", planted.file("entries", &text).to_str().unwrap()]);
    let screen = String::from_utf8(screen).unwrap();
    assert!(
        screen.contains("has expired and was not") && screen.contains("matches nothing"),
        "{screen}"
    );
}

#[test]
fn a_file_with_a_mistake_is_refused_and_not_quoted() {
    let planted = plant();
    let path = planted.file("entries", "[[suppress]]\nkey_id = \"hunter2\"\n");
    let (code, said) = planted.sweep_to("json", &["--suppress", path.to_str().unwrap()]);
    let said = String::from_utf8(said).unwrap();
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("line 1: it has no `reason`") && !said.contains("hunter2"), "{said}");
}

#[test]
fn entries_of_gitleaks_are_bound_to_file_and_line() {
    let planted = plant();
    let ignore = planted.host.real("/home/ana/app/.gitleaksignore");
    std::fs::write(&ignore, ".env:github-pat:2\ncopy.env:github-pat:9\n").unwrap();
    let (_, report) = planted.sweep(&["--suppress-gitleaks", ignore.to_str().unwrap()]);
    let credential = at(&report, TWICE);
    assert_eq!(credential["suppressed"], Value::Null, "the copy stands in line 1");
    let place = &credential["locations"][0]["suppressed"];
    assert_eq!([&place["by"], &place["expires"]], [&Value::from("place"), &Value::Null]);
    assert!(place["reason"].as_str().unwrap().contains("by place only"));
    assert_eq!(report["coverage"]["unused_suppressions"][0]["line"], 2);
}

#[test]
fn a_saved_report_is_marked_as_a_sweep_is() {
    let planted = plant();
    let (_, plain) = planted.sweep(&[]);
    let id = format!("secret_id = {}", at(&plain, ONCE)["secret_id"]);
    let entries = planted.file("entries", &entry(&id, ONCE, "2027-01-01"));
    let entries = entries.to_str().unwrap();
    let (_, swept) = planted.sweep_to("json", &["--suppress", entries]);
    let (_, bytes) = planted.sweep_to("json", &[]);
    let saved = planted.file("saved", &String::from_utf8(bytes).unwrap());
    let run = |arguments: &[&str]| {
        let mut command = support::credreach();
        command.arg("report").arg(&saved).args(arguments).output().unwrap()
    };
    let output = run(&["--format", "json", "--suppress", entries]);
    // How each was run differs, and nothing else.
    let without_manifest = |bytes: &[u8]| {
        let mut report: Value = serde_json::from_slice(bytes).unwrap();
        report["run"]["manifest"].take();
        report
    };
    assert_eq!(without_manifest(&output.stdout), without_manifest(&swept));
}

#[test]
fn what_the_baseline_does_not_have_is_new() {
    let planted = plant();
    let (_, bytes) = planted.sweep_to("ndjson", &[]);
    let baseline = planted.file("baseline", &String::from_utf8(bytes).unwrap());
    let token = Forge::new([4; 32]).checked_token("ghp_");
    planted.host.file("/home/ana/new.env", format!("TOKEN={token}\n")).unwrap();
    let flag = ["--baseline", baseline.to_str().unwrap()];
    let (code, report) = planted.sweep(&flag);
    assert_eq!(code, 1);
    assert_eq!(at(&report, ONCE)["known"], true);
    assert_eq!(at(&report, "/home/ana/new.env")["known"], false);
    std::fs::copy(planted.host.real(ONCE), planted.host.real("/home/ana/.git-credentials.bak"))
        .unwrap();
    let (_, report) = planted.sweep(&flag);
    assert_eq!(at(&report, ONCE)["known"], false, "it stands at a new place");
    std::fs::write(planted.folder.path().join("key"), [8; 32]).unwrap();
    let (code, said) = planted.sweep_to("json", &flag);
    assert_eq!(code, 2);
    assert!(String::from_utf8(said).unwrap().contains("another key"));
    assert!(Path::new(flag[1]).exists());
}

#[test]
fn comments_are_obeyed_only_when_asked_for_and_in_their_own_line() {
    let planted = plant();
    let mut forge = Forge::new([5; 32]);
    let allowed = forge.checked_token("ghp_");
    let other = forge.checked_token("ghp_");
    let text = format!("A={allowed} # gitleaks:allow\nB={other}\n");
    planted.host.file("/home/ana/inline.env", text).unwrap();
    let (_, plain) = planted.sweep(&[]);
    assert_eq!(plain["summary"]["n_suppressed"], 0);
    let (code, report) = planted.sweep(&["--honor-inline-allow"]);
    assert_eq!((code, &report["summary"]["n_suppressed"]), (1, &1.into()));
    assert_eq!(report["summary"]["n_credentials"], plain["summary"]["n_credentials"]);
    let last = report["credentials"].as_array().unwrap().last().unwrap();
    let expected = serde_json::json!(
        {"reason": "allow comment in line 1", "expires": null, "by": "comment"}
    );
    assert_eq!(last["suppressed"], expected);
    let filler = "#\n".repeat(3 << 20);
    let long = format!("{filler}C={} # credreach:allow\n", forge.checked_token("ghp_"));
    planted.host.file("/home/ana/long.env", long).unwrap();
    let (_, report) = planted.sweep(&["--honor-inline-allow"]);
    assert_eq!(report["summary"]["n_suppressed"], 2, "a file that is read in pieces");
}
