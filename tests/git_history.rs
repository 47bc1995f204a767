//! What lock files said once, and since when a file holds what it holds, out of repositories that the real git makes: loose, packed,
//! on branches, shallow. Without a `git` on the path these tests say so and pass.

#![allow(clippy::unwrap_used, reason = "a test that cannot plant its host has failed")]
#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

mod support;

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use credreach::forge::Forge;
use credreach::model::time::Moment;
use serde_json::Value;

/// A repository in a folder of its own.
struct Work {
    _folder: tempfile::TempDir,
    path: PathBuf,
    n_commits: u64,
}

/// The first commit's time; each later one is a day later.
const START: u64 = 1_774_350_123; // 2026-03-24T11:02:03Z
const DAY: u64 = 86_400;

fn lock(version: &str) -> String {
    format!("version = 1\n\n[[package]]\nname = \"litellm\"\nversion = \"{version}\"\n")
}

impl Work {
    /// `None` where there is no git.
    fn new() -> Option<Self> {
        if Command::new("git").arg("--version").output().is_err() {
            eprintln!("skipped: there is no git here");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap().join("app");
        std::fs::create_dir(&path).unwrap();
        let work = Self { _folder: folder, path, n_commits: 0 };
        work.git(&["init", "-q", "-b", "main"]);
        Some(work)
    }

    fn git(&self, arguments: &[&str]) {
        self.git_in(&self.path, arguments);
    }

    fn git_in(&self, folder: &Path, arguments: &[&str]) {
        let time = format!("{} +0200", START + self.n_commits.saturating_sub(1) * DAY);
        let mut git = Command::new("git");
        git.args(arguments)
            .current_dir(folder)
            .env_clear()
            .env("PATH", std::env::var("PATH").unwrap());
        git.envs([("HOME", "/nowhere"), ("GIT_CONFIG_NOSYSTEM", "1")]);
        for who in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{who}_NAME"), "Ana")
                .env(format!("GIT_{who}_EMAIL"), "ana@example");
            git.env(format!("GIT_{who}_DATE"), &time);
        }
        let output = git.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn commit(&mut self, path: &str, text: &str) {
        self.n_commits += 1;
        let file = self.path.join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", "a change"]);
    }

    fn sweep(&self) -> Value {
        sweep(&self.path)
    }
}

fn sweep(folder: &Path) -> Value {
    let output = support::credreach()
        .args(["sweep", "--format", "json", "--exit-zero"])
        .arg(folder)
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What is said of past lock files: path, from when, until when.
fn said(report: &Value) -> Vec<(String, String, Option<String>, String)> {
    let installs = report["infected_installs"].as_array().unwrap().iter();
    let mentions = installs.flat_map(|install| install["mentions"].as_array().unwrap());
    let past = mentions.filter(|mention| mention["source"] == "lockfile-history");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    past.map(|one| {
        let until = one["until"].as_object().map(|until| text(&until["at"]));
        let name = Path::new(one["path"].as_str().unwrap()).file_name().unwrap().to_owned();
        let name = name.to_str().unwrap().to_owned();
        (name, text(&one["at"]["at"]), until, text(&one["at"]["evidence"]))
    })
    .collect()
}

fn problems(report: &Value) -> Vec<&str> {
    let listed = report["coverage"]["problems"]["listed"].as_array().unwrap();
    let of_history = listed.iter().filter(|one| one["code"] == "components/git-history");
    of_history.map(|one| one["why"].as_str().unwrap()).collect()
}

#[test]
fn a_bad_version_that_came_and_went_is_told_with_both_commits() {
    let Some(mut work) = Work::new() else { return };
    work.commit("uv.lock", &lock("1.82.6"));
    work.commit("uv.lock", &lock("1.82.8"));
    work.commit("README.md", "nothing of interest");
    work.commit("uv.lock", &lock("1.83.0"));
    for packed in [false, true] {
        if packed {
            work.git(&["gc", "-q", "--aggressive", "--prune=now"]);
        }
        let report = work.sweep();
        let [(name, from, until, evidence)] = &said(&report)[..] else { panic!("{report:#}") };
        assert_eq!((name.as_str(), from.as_str()), ("uv.lock", "2026-03-25T11:02:03Z"));
        assert_eq!(until.as_deref(), Some("2026-03-27T11:02:03Z"), "packed: {packed}");
        assert!(evidence.contains(" on main, by its committer's clock"), "{evidence}");
        // Entries of a reflog that are older than 90 days end with the next `git gc`.
        let is_logged = evidence.contains("from 2026-03-25T11:02:03Z on, says the reflog");
        assert_eq!(is_logged, !packed, "{evidence}");
        assert_eq!(report["infected_installs"][0]["presence"], "lockfile-history");
        assert!(problems(&report).is_empty(), "{:?}", problems(&report));
        let reach = report["coverage"]["evidence"].as_array().unwrap();
        let reach = reach.iter().find(|one| one["family"] == "lock files in git history").unwrap();
        assert_eq!(reach["earliest"], "2026-03-24T11:02:03Z");
    }
}

#[test]
fn what_stands_on_another_branch_is_told_with_that_branch() {
    let Some(mut work) = Work::new() else { return };
    work.commit("srv/api/uv.lock", &lock("1.82.6"));
    work.git(&["checkout", "-q", "-b", "bump"]);
    work.commit("srv/api/uv.lock", &lock("1.82.8"));
    work.git(&["checkout", "-q", "main"]);
    let said = said(&work.sweep());
    let [(_, from, until, evidence)] = &said[..] else { panic!("{said:?}") };
    assert_eq!((from.as_str(), until), ("2026-03-25T11:02:03Z", &None));
    assert!(evidence.contains("it still stands on bump"), "{evidence}");
}

#[test]
fn a_branch_that_was_deleted_is_remembered_by_the_reflog() {
    let Some(mut work) = Work::new() else { return };
    work.commit("uv.lock", &lock("1.82.6"));
    work.git(&["checkout", "-q", "-b", "bump"]);
    work.commit("uv.lock", &lock("1.82.8"));
    work.git(&["checkout", "-q", "main"]);
    work.git(&["branch", "-q", "-D", "bump"]);
    let said = said(&work.sweep());
    let [(_, from, None, evidence)] = &said[..] else { panic!("{said:?}") };
    assert!(from == "2026-03-25T11:02:03Z" && evidence.contains(" of no branch"), "{evidence}");
}

#[test]
fn a_shallow_clone_is_whole_as_far_as_it_reaches_and_a_torn_one_is_a_problem() {
    let Some(mut work) = Work::new() else { return };
    work.commit("uv.lock", &lock("1.82.8"));
    work.commit("uv.lock", &lock("1.83.0"));
    let parent = work.path.parent().unwrap();
    let origin = format!("file://{}", work.path.display());
    work.git_in(parent, &["clone", "-q", "--depth", "1", &origin, "shallow"]);
    let report = sweep(&parent.join("shallow"));
    assert!(said(&report).is_empty() && problems(&report).is_empty(), "{report:#}");
    let objects = work.path.join(".git/objects");
    let folders = objects.read_dir().unwrap().map(|entry| entry.unwrap().path());
    let loose = folders.filter(|path| path.file_name().unwrap().len() == 2);
    loose.for_each(|folder| std::fs::remove_dir_all(folder).unwrap());
    assert!(problems(&work.sweep())[0].contains("some of its objects are not there"));
}

#[test]
fn objects_of_an_alternate_are_not_fetched_from_there() {
    let Some(mut work) = Work::new() else { return };
    work.commit("uv.lock", &lock("1.82.8"));
    work.commit("uv.lock", &lock("1.83.0"));
    let parent = work.path.parent().unwrap();
    work.git_in(parent, &["clone", "-q", "--shared", "app", "shared"]);
    let report = sweep(&parent.join("shared"));
    assert!(said(&report).is_empty());
    assert!(problems(&report).iter().any(|why| why.contains("lie elsewhere")), "{report:#}");
}

/// Longer than stamps may lie together without showing an order.
const APART: Duration = Duration::from_secs(4);

/// Why the owner of `.env` could have read it between two moments.
fn reasons(work: &Work, window: &str) -> String {
    let uid = work.path.metadata().unwrap().uid().to_string();
    let output = support::credreach()
        .args(["sweep", "--format", "json", "--exit-zero", "--as", &uid, "--window", window])
        .arg(&work.path)
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let locations = report["credentials"][0]["locations"].as_array().unwrap();
    let at = |location: &&Value| location["path"].as_str().unwrap().ends_with("/.env");
    locations.iter().find(at).unwrap()["exposures"][0]["reasons"].to_string()
}

#[test]
fn a_file_that_was_replaced_is_judged_by_the_objects_and_commits_that_have_its_content() {
    let Some(mut work) = Work::new() else { return };
    let token = Forge::new([9; 32]).checked_token("ghp_");
    let file = work.path.join("api/.env");
    work.commit("api/.env", &format!("GITHUB_TOKEN={token}\n"));
    std::thread::sleep(APART);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() as i64;
    let [start, end] = [now, now + 1].map(|seconds| Moment::new(seconds, 0));
    std::thread::sleep(APART);
    let copy = file.with_extension("new");
    std::fs::write(&copy, std::fs::read(&file).unwrap()).unwrap();
    std::fs::rename(copy, &file).unwrap();
    let by_object = reasons(&work, &format!("{start}..{end}"));
    assert!(by_object.contains("says the change time of"), "{by_object}");
    assert!(by_object.contains("/app/.git/objects/"), "{by_object}");
    let long = format!("2026-04-01..{end}");
    let by_reflog = reasons(&work, &long);
    assert!(by_reflog.contains("was here 2026-03-24T11:02:03Z"), "{by_reflog}");
    assert!(by_reflog.contains("if one believes the reflog of"), "{by_reflog}");
    work.git(&["reflog", "expire", "--expire=now", "--all"]);
    work.git(&["gc", "-q"]);
    let by_commit = reasons(&work, &long);
    assert!(by_commit.contains("if one believes the committer's clock of commit"), "{by_commit}");
    std::fs::write(&file, format!("GITHUB_TOKEN={token} # changed\n")).unwrap();
    let other_content = reasons(&work, &long);
    assert!(!other_content.contains("if one believes"), "{other_content}");
}

/// A secret that is gone from the work tree lies in an object, loose or packed, under the name
/// that its file had, whether or not a branch still leads there.
#[test]
fn a_secret_that_was_taken_out_is_found_in_the_objects() {
    let Some(mut work) = Work::new() else { return };
    let token = Forge::new([11; 32]).checked_token("ghp_");
    work.commit("deploy.cfg", &format!("token = {token}\n"));
    work.commit("deploy.cfg", "token = none\n");
    let places = |report: &Value| -> Vec<(String, String)> {
        let credentials = report["credentials"].as_array().unwrap().iter();
        let of_kind = credentials.filter(|one| one["kind"] == "github-pat");
        let locations = of_kind.flat_map(|one| one["locations"].as_array().unwrap());
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        locations.map(|one| (text(&one["path"]), text(&one["containers"][1]))).collect()
    };
    let loose = places(&work.sweep());
    assert_eq!(loose.len(), 1, "{loose:?}");
    assert!(loose[0].0.contains("/.git/objects/"), "{loose:?}");
    work.git(&["gc", "-q"]);
    let packed = places(&work.sweep());
    assert_eq!(packed.len(), 1, "{packed:?}");
    assert!(packed[0].0.ends_with(".pack"), "{packed:?}");
    assert_eq!(packed[0].1, "deploy.cfg");
}
