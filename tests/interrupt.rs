//! Ctrl-C writes what is known and says that it is partial.

#![allow(clippy::unwrap_used, reason = "a test that cannot plant its host has failed")]

mod support;

use std::process::Stdio;
use std::time::{Duration, Instant};

use credreach::forge::Forge;
use credreach::selftest::FakeHost;

use crate::support::credreach;

#[test]
fn an_interrupted_sweep_reports_what_it_has_and_exits_with_130() {
    let host = FakeHost::new().unwrap();
    let token = Forge::new([3; 32]).checked_token("ghp_");
    host.file("/etc/a.conf", format!("token = {token}\n")).unwrap();
    // Too big to be done soon, and sparse: it costs no disk.
    host.file("/srv/big", "x").unwrap();
    std::fs::File::options()
        .write(true)
        .open(host.real("/srv/big"))
        .unwrap()
        .set_len(3 << 30)
        .unwrap();
    let mut command = credreach();
    command.args(["sweep", "--threads", "1", "--root", host.root().to_str().unwrap()]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let pid = rustix::process::Pid::from_child(&child);
    std::thread::sleep(Duration::from_secs(2));
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let asked = Instant::now();
    let output = child.wait_with_output().unwrap();
    assert!(asked.elapsed() < Duration::from_secs(30), "it did not stop when it was asked to");
    let screen = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(130), "{screen}");
    assert!(screen.contains("stopped before its end"), "{screen}");
    assert!(screen.contains("/etc/a.conf:1"), "{screen}");
}
