//! Running processes of the live host, as far as this user may look at them. Reads
//! `/proc` only, sends nothing, and never attaches to a process.

use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::error::{Problem, ProblemCode};
use crate::model::artifact::{Artifact, ArtifactKind};
use crate::model::host::HostFiles;
use crate::model::principal::Process;
use crate::model::time::Moment;

/// Command lines and environments are cut off here by the kernel's own limits.
const PROC_BYTES_MAX: u64 = 4 << 20;
/// `CLK_TCK` on every Linux there is.
const TICKS_PER_SECOND: i64 = 100;

/// All processes, by pid.
pub fn processes(files: &dyn HostFiles) -> Vec<Process> {
    let boot = boot_seconds(files);
    pids(files).into_iter().filter_map(|pid| process(files, pid, boot)).collect()
}

/// The environments of all processes, as artifacts; a problem for each that is closed.
pub fn environments(files: &dyn HostFiles, processes: &[Process]) -> (Vec<Artifact>, Vec<Problem>) {
    let mut artifacts = Vec::new();
    let mut problems = Vec::new();
    for process in processes {
        let path = PathBuf::from(format!("/proc/{}/environ", process.pid));
        // Asking for the first byte tells whether the kernel lets us; stat does not.
        match (files.inode(&path), files.read(&path, PROC_BYTES_MAX)) {
            (Ok(inode), Ok(bytes)) if !bytes.is_empty() => {
                artifacts.push(Artifact { path, inode, kind: ArtifactKind::Environment });
            }
            (_, Err(error)) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                problems.push(Problem::new(ProblemCode::PermissionDenied, path, ""));
            }
            // Kernel threads have none; a process that ended took its own with it.
            _ => {}
        }
    }
    (artifacts, problems)
}

/// The absolute paths that a variable holds in the environment of any process, with the
/// process that has it. Several paths are joined by colons, as in KUBECONFIG.
pub fn variable_paths(
    files: &dyn HostFiles,
    processes: &[Process],
    names: &BTreeSet<&str>,
) -> BTreeSet<(String, PathBuf)> {
    let mut found = BTreeSet::new();
    for process in processes {
        let path = PathBuf::from(format!("/proc/{}/environ", process.pid));
        let environment = files.read(&path, PROC_BYTES_MAX).unwrap_or_default();
        for entry in environment.split(|byte| *byte == 0) {
            let Some(equals) = entry.iter().position(|byte| *byte == b'=') else { continue };
            let Ok(name) = std::str::from_utf8(&entry[..equals]) else { continue };
            if !names.contains(name) {
                continue;
            }
            let paths = entry[equals + 1..].split(|byte| *byte == b':').map(self::path);
            found.extend(
                paths.filter(|path| path.is_absolute()).map(|path| (name.to_owned(), path)),
            );
        }
    }
    found
}

fn pids(files: &dyn HostFiles) -> Vec<u32> {
    let names = files.names(Path::new("/proc")).unwrap_or_default();
    let mut pids: Vec<u32> = names.iter().filter_map(|name| name.to_str()?.parse().ok()).collect();
    pids.sort_unstable();
    pids
}

fn process(files: &dyn HostFiles, pid: u32, boot: Option<i64>) -> Option<Process> {
    let folder = PathBuf::from(format!("/proc/{pid}"));
    let uid = files.inode(&folder).ok()?.uid;
    let read = |name: &str| files.read(&folder.join(name), PROC_BYTES_MAX).unwrap_or_default();
    let environment = read("environ");
    let variable = |name: &[u8]| {
        let found = environment.split(|byte| *byte == 0).find_map(|entry| entry.strip_prefix(name));
        found.filter(|value| !value.is_empty()).map(path)
    };
    let command_line = read("cmdline");
    let argument_0 = command_line.split(|byte| *byte == 0).next().unwrap_or_default();
    Some(Process {
        pid,
        uid,
        executable: files.link_target(&folder.join("exe")).ok(),
        argument_0: argument_0.contains(&b'/').then(|| path(argument_0)),
        environment_root: variable(b"VIRTUAL_ENV=").or_else(|| variable(b"CONDA_PREFIX=")),
        started: started(&read("stat"), boot),
    })
}

fn path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

/// Field 22 of `stat`, counted after the command's closing bracket, since the command
/// itself may hold blanks and brackets.
fn started(stat: &[u8], boot: Option<i64>) -> Option<Moment> {
    let after = stat.iter().rposition(|byte| *byte == b')')? + 1;
    let words = String::from_utf8_lossy(&stat[after..]).into_owned();
    let ticks: i64 = words.split_ascii_whitespace().nth(19)?.parse().ok()?;
    Some(Moment::new(boot?.checked_add(ticks / TICKS_PER_SECOND)?, 0))
}

fn boot_seconds(files: &dyn HostFiles) -> Option<i64> {
    let stat = files.read(Path::new("/proc/stat"), PROC_BYTES_MAX).ok()?;
    let stat = String::from_utf8_lossy(&stat).into_owned();
    stat.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_is_found_behind_a_hostile_command_name() {
        let stat = b"7 (a) b) (c) S 1 7 7 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 1234 0 0";
        assert_eq!(started(stat, Some(1000)), Some(Moment::new(1012, 0)));
        assert_eq!(started(b"", Some(1000)), None);
        assert_eq!(started(b"7 (a) S 1", Some(1000)), None);
    }
}
