//! Agents of this machine: a real one is found by its socket and by the kernel's table, and
//! nobody connects to it.

#![allow(clippy::unwrap_used, reason = "a test that cannot start its agent has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use credreach::discover::brokers::{brokers, variables};
use credreach::discover::processes::running;
use credreach::model::broker::{Broker, BrokerKind, Gives, Serves};
use credreach::model::host::HostRoot;
use credreach::model::principal::Principals;
use credreach::read::host_files::DiskFiles;
use tempfile::TempDir;

/// Longer than an agent takes to open its socket.
const PATIENCE: u32 = 500;

/// A folder where OpenSSH keeps sockets of agents.
fn folder() -> TempDir {
    tempfile::Builder::new().prefix("ssh-").tempdir_in("/tmp").unwrap()
}

fn found_at(path: &Path) -> Option<Broker> {
    let files = DiskFiles::new(HostRoot::live());
    let names: BTreeSet<&str> = variables().collect();
    let running = running(&files, &names);
    let (brokers, _) = brokers(&files, &Principals::default(), &running, &[]);
    brokers.into_iter().find(|broker| broker.path == path)
}

/// An agent that ends with the test, without tidying up.
struct Agent(Child);

impl Agent {
    /// `None` where there is no such program.
    fn at(path: &Path) -> Option<Self> {
        let mut command = Command::new("ssh-agent");
        command.arg("-D").arg("-a").arg(path).stdout(Stdio::null()).stderr(Stdio::null());
        let agent = match command.spawn() {
            Err(error) if error.kind() == ErrorKind::NotFound => return None,
            child => Self(child.unwrap()),
        };
        let is_open = (0..PATIENCE).any(|_| {
            sleep(Duration::from_millis(10));
            path.exists()
        });
        assert!(is_open, "the agent opened no socket");
        Some(agent)
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_real_agent_is_found_and_told_from_the_socket_of_a_dead_one() {
    let folder = folder();
    let path: PathBuf = folder.path().join("agent.1");
    let Some(agent) = Agent::at(&path) else {
        let _ = writeln!(std::io::stderr(), "skipped: there is no ssh-agent on this machine");
        return;
    };
    let alive = found_at(&path).unwrap();
    assert_eq!((alive.kind, alive.gives), (BrokerKind::SshAgent, Gives::Use));
    assert_eq!(alive.serves, Serves::User(rustix::process::geteuid().as_raw()));
    assert_eq!(alive.doubt, None, "the kernel says that it listens");
    drop(agent);
    let dead = found_at(&path).unwrap();
    assert!(dead.doubt.unwrap().starts_with("nothing listens on it now"));
    assert_eq!(dead.since, alive.since);
}

#[test]
fn nobody_connects_to_an_agent() {
    let folder = folder();
    let path = folder.path().join("agent.2");
    let listener = UnixListener::bind(&path).unwrap();
    listener.set_nonblocking(true).unwrap();
    assert!(found_at(&path).is_some());
    assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
    fs::remove_file(&path).unwrap();
    assert_eq!(found_at(&path), None);
}
