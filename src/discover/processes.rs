//! Running processes of the live host, as far as this user may look at them; each is read
//! once. Reads `/proc` only, sends nothing, and never attaches to a process. Keeps no argument
//! and no value of a variable but paths: they may hold secrets.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::discover::invocations::script;
use crate::discover::namespaces::id_of;
use crate::discover::visibility::visibility;
use crate::error::{Problem, ProblemCode};
use crate::model::access::NamespaceId;
use crate::model::artifact::{Artifact, ArtifactKind, Inode, Visibility};
use crate::model::authority::Capabilities;
use crate::model::container::Enclosure;
use crate::model::host::HostFiles;
use crate::model::launch::{Invocation, is_python};
use crate::model::principal::{Namespace, Process};
use crate::model::time::{FileTimes, Moment};

/// Command lines and environments are cut off here by the kernel's own limits, and what a
/// process has mapped by ours.
const PROC_BYTES_MAX: u64 = 4 << 20;
/// `CLK_TCK` on every Linux there is.
const TICKS_PER_SECOND: i64 = 100;
/// More mapped files of packages are not kept of one process.
const MAPPED_MAX: usize = 256;
/// The map of user ids of a process that lives in the host's own user namespace.
const ALL_IDS: [&str; 3] = ["0", "0", "4294967295"];

/// What was learned of the running processes.
#[derive(Default)]
pub struct Running {
    /// All of them, by pid.
    pub processes: Vec<Process>,
    /// The environments that can be read.
    pub environments: Vec<Artifact>,
    /// The command lines that can be read.
    pub command_lines: Vec<Artifact>,
    /// The absolute paths that the variables asked for hold in any environment. Several are
    /// joined by colons, as in KUBECONFIG.
    pub variable_paths: BTreeSet<(String, PathBuf)>,
    /// A problem for each environment that is closed.
    pub problems: Vec<Problem>,
}

/// Looks at every process, and in its environment for variables of these names.
pub fn running(files: &dyn HostFiles, names: &BTreeSet<&str>) -> Running {
    let boot = boot_seconds(files);
    let host_root = root_of(files, Path::new("/"));
    let own = id_of(files, Path::new("/proc/self"));
    let visibility = visibility(files);
    let mut first_pids = BTreeMap::new();
    let mut running = Running::default();
    for pid in pids(files) {
        let look =
            Look { files, folder: PathBuf::from(format!("/proc/{pid}")), boot, host_root, own };
        running.command_lines.extend(look.command_line(visibility));
        let environment = look.environment(&mut running);
        let paths = variable_paths(&environment, |name| names.contains(name));
        running.variable_paths.extend(paths);
        let variables = variables_set(&environment, names);
        let process = look.process(pid, &environment);
        let mut process = process.map(|process| Process { variables, ..process });
        // One process is enough to look at a namespace by.
        for namespace in process.iter_mut().flat_map(|process| &mut process.namespace) {
            namespace.pid = *first_pids.entry(namespace.id).or_insert(pid);
        }
        running.processes.extend(process);
    }
    running
}

fn pids(files: &dyn HostFiles) -> Vec<u32> {
    let names = files.names(Path::new("/proc")).unwrap_or_default();
    let mut pids: Vec<u32> = names.iter().filter_map(|name| name.to_str()?.parse().ok()).collect();
    pids.sort_unstable();
    pids
}

/// Which of the names are set, whatever to.
fn variables_set(environment: &[u8], names: &BTreeSet<&str>) -> Vec<String> {
    let entries = environment.split(|byte| *byte == 0);
    let set = entries.filter_map(|entry| {
        let name = entry.split(|byte| *byte == b'=').next()?;
        names.get(std::str::from_utf8(name).ok()?)
    });
    set.map(|name| (*name).to_owned()).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The absolute paths in variables whose name is wanted.
fn variable_paths(
    environment: &[u8],
    is_wanted: impl Fn(&str) -> bool,
) -> BTreeSet<(String, PathBuf)> {
    let mut found = BTreeSet::new();
    for entry in environment.split(|byte| *byte == 0) {
        let Some(equals) = entry.iter().position(|byte| *byte == b'=') else { continue };
        let Ok(name) = std::str::from_utf8(&entry[..equals]) else { continue };
        if !is_wanted(name) {
            continue;
        }
        let paths = entry[equals + 1..].split(|byte| *byte == b':').map(path);
        found.extend(paths.filter(|path| path.is_absolute()).map(|path| (name.to_owned(), path)));
    }
    found
}

/// Device and number of the folder that a process calls `/`.
type RootId = Option<(u64, u64)>;

fn root_of(files: &dyn HostFiles, folder: &Path) -> RootId {
    // The dot makes the kernel follow the link, which no path of ours could.
    let inode = files.inode_no_follow(&folder.join(".")).ok()?;
    Some((inode.device, inode.number))
}

/// The look at one process.
struct Look<'f> {
    files: &'f dyn HostFiles,
    folder: PathBuf,
    boot: Option<i64>,
    host_root: RootId,
    /// The mount namespace of the sweep.
    own: Option<NamespaceId>,
}

impl Look<'_> {
    fn read(&self, name: &str) -> Vec<u8> {
        self.files.read(&self.folder.join(name), PROC_BYTES_MAX).unwrap_or_default()
    }

    fn link(&self, name: &str) -> Option<PathBuf> {
        let target = self.files.link_target(&self.folder.join(name)).ok()?;
        Some(path(without_deleted(target.as_os_str().as_bytes())))
    }

    /// The bytes of its environment, and into the list that there is one or that it is closed.
    fn environment(&self, running: &mut Running) -> Vec<u8> {
        let path = self.folder.join("environ");
        match (self.files.inode(&path), self.files.read(&path, PROC_BYTES_MAX)) {
            (Ok(inode), Ok(bytes)) if !bytes.is_empty() => {
                running.environments.push(self.artifact(path, inode, ArtifactKind::Environment));
                bytes
            }
            (_, Err(error)) if error.kind() == io::ErrorKind::PermissionDenied => {
                running.problems.push(Problem::new(ProblemCode::PermissionDenied, path, ""));
                Vec::new()
            }
            // Kernel threads have none; a process that ended took its own with it.
            _ => Vec::new(),
        }
    }

    /// Its arguments, if it has any: kernel threads have none.
    fn command_line(&self, visibility: Visibility) -> Option<Artifact> {
        let path = self.folder.join("cmdline");
        let inode = self.files.inode(&path).ok()?;
        let has_some = !self.read("cmdline").is_empty();
        let kind = ArtifactKind::CommandLine(visibility);
        has_some.then(|| self.artifact(path, inode, kind))
    }

    /// A file of the kernel is as old as the look at it; what it shows is as old as the process.
    fn artifact(&self, path: PathBuf, mut inode: Inode, kind: ArtifactKind) -> Artifact {
        if let Some(at) = started(&self.read("stat"), self.boot) {
            inode.times = FileTimes { accessed: at, modified: at, changed: at, born: Some(at) };
        }
        Artifact { path, inode, kind }
    }

    fn process(&self, pid: u32, environment: &[u8]) -> Option<Process> {
        let uid = self.files.inode(&self.folder).ok()?.uid;
        let status = String::from_utf8_lossy(&self.read("status")).into_owned();
        let cgroup = String::from_utf8_lossy(&self.read("cgroup")).into_owned();
        Some(Process {
            pid,
            name: String::from_utf8_lossy(&self.read("comm")).trim_end().to_owned(),
            variables: Vec::new(),
            uid: number(&status, "Uid:", 1).unwrap_or(uid),
            gids: groups(&status),
            capabilities: self.capabilities(&status),
            invocation: self.invocation(environment),
            mapped: mapped(&self.read("maps")),
            namespace: self.namespace(pid),
            unit: unit(&cgroup),
            enclosure: container(&cgroup).or_else(|| self.other_root()),
            started: started(&self.read("stat"), self.boot),
        })
    }

    fn invocation(&self, environment: &[u8]) -> Invocation {
        let folder = self.link("cwd");
        let command_line = self.read("cmdline");
        let words: Vec<&[u8]> = command_line.split(|byte| *byte == 0).collect();
        let absolute = |word: &[u8]| Some(folder.as_ref()?.join(path(word)));
        let searched = |names: &[&str]| {
            let found = variable_paths(environment, |name| names.contains(&name));
            found.into_iter().map(|(_, path)| path).collect::<Vec<_>>()
        };
        let active = searched(&["VIRTUAL_ENV", "CONDA_PREFIX"]);
        let called = words.first().copied().unwrap_or_default();
        let program = match active.first() {
            _ if called.contains(&b'/') => absolute(called),
            // A bare name is looked for in the active environment first.
            Some(active) if is_python(&path(called)) => Some(active.join("bin").join(path(called))),
            _ => self.link("exe"),
        };
        let script = script(&words).and_then(absolute);
        Invocation {
            programs: program.into_iter().chain(script).collect(),
            searched: [active, searched(&["PYTHONPATH"])].concat(),
            packages: Vec::new(),
            folder,
        }
    }

    /// In a user namespace of its own a process holds power over that only.
    fn capabilities(&self, status: &str) -> Capabilities {
        let map = String::from_utf8_lossy(&self.read("uid_map")).into_owned();
        if !map.split_ascii_whitespace().eq(ALL_IDS) {
            return Capabilities::default();
        }
        let mask = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
        Capabilities(mask.and_then(|m| u64::from_str_radix(m.trim(), 16).ok()).unwrap_or(0))
    }

    /// Told only to root and to processes of the same user.
    fn namespace(&self, pid: u32) -> Option<Namespace> {
        let id = id_of(self.files, &self.folder)?;
        (self.own.is_some() && self.own != Some(id)).then_some(Namespace { id, pid })
    }

    /// A root folder that is not ours: what it names are other files. Asked of the kernel,
    /// which answers for our own processes and root only.
    fn other_root(&self) -> Option<Enclosure> {
        let root = root_of(self.files, &self.folder.join("root"));
        let differs = root.is_some() && self.host_root.is_some() && root != self.host_root;
        differs.then_some(Enclosure::OtherRoot)
    }
}

fn path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(bytes))
}

/// The kernel marks a file that was removed or replaced since.
fn without_deleted(target: &[u8]) -> &[u8] {
    target.strip_suffix(b" (deleted)").unwrap_or(target)
}

fn number(status: &str, field: &str, index: usize) -> Option<u32> {
    let values = status.lines().find_map(|line| line.strip_prefix(field))?;
    values.split_ascii_whitespace().nth(index)?.parse().ok()
}

fn groups(status: &str) -> Vec<u32> {
    let line = status.lines().find_map(|line| line.strip_prefix("Groups:")).unwrap_or_default();
    let further = line.split_ascii_whitespace().filter_map(|word| word.parse().ok());
    let all: BTreeSet<u32> = number(status, "Gid:", 1).into_iter().chain(further).collect();
    all.into_iter().collect()
}

/// Files of packages in a list of mappings: extension modules of Python and Node.js.
fn mapped(maps: &[u8]) -> Vec<PathBuf> {
    let lines = maps.split(|byte| *byte == b'\n');
    // Five fields before the path, none of which has a slash but some devices' none.
    let paths = lines.filter_map(|line| Some(&line[line.iter().position(|byte| *byte == b'/')?..]));
    let folders = ["/site-packages/", "/dist-packages/", "/node_modules/"];
    let of_package = |bytes: &&[u8]| {
        let text = String::from_utf8_lossy(bytes);
        folders.iter().any(|folder| text.contains(folder))
    };
    let mut found = BTreeSet::new();
    for bytes in paths.filter(of_package) {
        found.insert(path(without_deleted(bytes)));
        if found.len() >= MAPPED_MAX {
            break;
        }
    }
    found.into_iter().collect()
}

/// The innermost service of a control group.
fn unit(cgroup: &str) -> Option<String> {
    let names = cgroup.lines().flat_map(|line| line.rsplit('/'));
    let mut services = names.filter(|name| name.ends_with(".service"));
    services.find(|name| !name.starts_with("user@")).map(ToOwned::to_owned)
}

/// The container that a control group is named for: 64 hexadecimal digits with some prefix.
fn container(cgroup: &str) -> Option<Enclosure> {
    const ID_BYTES: usize = 64;
    let words = cgroup.split(|it: char| !it.is_ascii_hexdigit());
    let id = words.into_iter().find(|word| word.len() == ID_BYTES)?;
    Some(Enclosure::Container(id.to_owned()))
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

    #[test]
    fn only_mapped_files_of_packages_are_kept_and_each_once() {
        let maps = b"7f0-7f1 r--p 00000000 08:01 12 /usr/lib/libc.so.6\n\
            7f2-7f3 r-xp 00000000 08:01 13 /v/lib/python3.12/site-packages/a/_b.so\n\
            7f4-7f5 rw-p 00000000 08:01 13 /v/lib/python3.12/site-packages/a/_b.so (deleted)\n\
            7f6-7f7 rw-p 00000000 00:00 0 [heap]\n7f8";
        assert_eq!(mapped(maps), [Path::new("/v/lib/python3.12/site-packages/a/_b.so")]);
    }

    #[test]
    fn a_control_group_names_its_unit_and_its_container() {
        let id = "0123456789abcdef".repeat(4);
        let docker = format!("0::/system.slice/docker-{id}.scope\n");
        assert_eq!(container(&docker), Some(Enclosure::Container(id)));
        let user = "0::/user.slice/user@1000.service/app.slice/shop.service\n";
        assert_eq!((unit(user).as_deref(), container(user)), (Some("shop.service"), None));
        assert_eq!(unit("0::/user.slice/user@1000.service/session.slice\n"), None);
    }

    #[test]
    fn users_and_groups_are_the_effective_ones() {
        let status = "Name:\tx\nUid:\t1000\t0\t0\t0\nGid:\t5\t6\t6\t6\nGroups:\t9 7 \n";
        assert_eq!(number(status, "Uid:", 1), Some(0));
        assert_eq!(groups(status), [6, 7, 9]);
    }
}
