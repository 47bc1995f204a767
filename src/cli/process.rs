//! What this process is: for the manifest of the report. Asks the kernel, and starts nothing.

use std::fs::File;
use std::io::Read;

use sha2::{Digest, Sha256};

use credreach::model::manifest::Process;

/// The commit that whoever built this said it is of.
const COMMIT: Option<&str> = option_env!("CREDREACH_COMMIT");

/// So much of the program is read at a time.
const BUFFER_BYTES: usize = 1 << 20;

/// What this process is.
pub fn process() -> Process {
    let arguments = std::env::args_os().map(|typed| typed.to_string_lossy().into_owned());
    Process {
        commit: COMMIT.filter(|commit| !commit.is_empty()).map(ToOwned::to_owned),
        program_sha256: program_sha256(),
        arguments: arguments.collect(),
        uid: rustix::process::getuid().as_raw(),
        capabilities: capabilities(),
        kernel: line_of("/proc/sys/kernel/osrelease"),
        boot_id: line_of("/proc/sys/kernel/random/boot_id"),
    }
}

/// Of the file that runs, also if another one has its name by now.
fn program_sha256() -> Option<String> {
    let mut program = File::open("/proc/self/exe").ok()?;
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; BUFFER_BYTES]);
    loop {
        match program.read(&mut buffer).ok()? {
            0 => break,
            n_bytes => hash.update(&buffer[..n_bytes]),
        }
    }
    Some(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn capabilities() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let mask = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    mask.map(|mask| mask.trim().to_owned())
}

fn line_of(path: &str) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}
