//! Running processes of this machine: their environments are read, and the stores that
//! their variables move are found.

#![allow(clippy::unwrap_used, reason = "a test that cannot start its child has failed")]

mod support;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use credreach::discover::processes::running;
use credreach::forge::Forge;
use credreach::model::host::HostRoot;
use credreach::read::host_files::DiskFiles;

/// A child that waits, and ends with the test.
struct Waiting(Child);

impl Waiting {
    fn with(variable: &str, value: &str) -> Self {
        Self(Command::new("sleep").arg("60").env(variable, value).spawn().unwrap())
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_process_of_ours_shows_its_start_its_user_and_its_environment() {
    let child = Waiting::with("VIRTUAL_ENV", "/srv/some/venv");
    let files = DiskFiles::new(HostRoot::live());
    let running = running(&files, &BTreeSet::new());
    let mine = running.processes.iter().find(|process| process.pid == child.0.id()).unwrap();
    assert_eq!(mine.uid, rustix::process::geteuid().as_raw());
    assert_eq!(mine.invocation.searched, [Path::new("/srv/some/venv")]);
    assert_eq!(mine.invocation.folder, std::env::current_dir().ok());
    assert_eq!(mine.enclosure, None, "it shares our root folder");
    let started = mine.started.unwrap().seconds;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    assert!(started.abs_diff(now.as_secs().cast_signed()) < 120, "started {started}");
    let path = format!("/proc/{}/environ", child.0.id());
    assert!(running.environments.iter().any(|artifact| artifact.path == Path::new(&path)));
}

#[test]
fn a_variable_that_moves_a_store_is_followed() {
    let _child = Waiting::with("KUBECONFIG", "/srv/a/kube.yaml:relative:/srv/b/kube.yaml");
    let files = DiskFiles::new(HostRoot::live());
    let found = running(&files, &BTreeSet::from(["KUBECONFIG"])).variable_paths;
    let of = |path: &str| ("KUBECONFIG".to_owned(), path.into());
    assert!(found.contains(&of("/srv/a/kube.yaml")) && found.contains(&of("/srv/b/kube.yaml")));
    assert!(found.iter().all(|(_, path)| path.is_absolute()));
}

#[test]
fn a_secret_among_the_arguments_of_a_process_is_found_and_open_to_all() {
    let token = Forge::new([7; 32]).checked_token("npm_");
    let mut command = Command::new("sh");
    command.args(["-c", "read line", "--token", &token]).stdin(Stdio::piped());
    let child = Waiting(command.spawn().unwrap());
    // No file: what this machine holds is not the matter.
    let arguments = ["sweep", "--format", "json", "--exclude", "/*", "--exclude", "/**"];
    let output = support::credreach().args(arguments).output().unwrap();
    assert!(!String::from_utf8_lossy(&output.stdout).contains(&token), "it is not shown");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let path = format!("/proc/{}/cmdline", child.0.id());
    let credentials = report["credentials"].as_array().unwrap();
    let places = credentials.iter().flat_map(|one| one["locations"].as_array().unwrap());
    let n_places = places.filter(|place| place["path"] == path.as_str()).count();
    assert_eq!(n_places, 1);
    assert!(report["coverage"]["n_command_lines"].as_u64().unwrap() > 1);
}
