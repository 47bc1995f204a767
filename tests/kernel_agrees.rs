//! What exposure says of modes, access lists, capabilities, hard links, bind mounts and
//! environments is what the kernel does: random trees and processes, threads that take on random
//! users, groups and capabilities and open every file. Needs root; without it the tests say by
//! name that they were skipped.

#![allow(clippy::unwrap_used, reason = "a test that cannot build its trees has failed")]
#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::io::Read;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use credreach::discover::chains::Chains;
use credreach::discover::mounts::Mounts;
use credreach::discover::namespaces::{id_of, views};
use credreach::exposure::{Reader, may_read};
use credreach::model::access::AccessFacts;
use credreach::model::access_list::{ATTRIBUTE, AccessList, Entry, Whose};
use credreach::model::artifact::{ArtifactKind, Inode};
use credreach::model::authority::Capabilities;
use credreach::model::exposure::Truth;
use credreach::model::finding::Location;
use credreach::model::host::HostRoot;
use credreach::model::location::{Place, Span};
use credreach::model::principal::Namespace;
use credreach::read::host_files::DiskFiles;
use rustix::fs::{XattrFlags, setxattr};
use rustix::mount::{MountPropagationFlags, UnmountFlags, mount_bind, mount_change, unmount};
use rustix::process::{Gid, Uid};
use rustix::thread::{
    CapabilitySet, CapabilitySets, UnshareFlags, set_capabilities, set_keep_capabilities,
    set_thread_groups, set_thread_res_gid, set_thread_res_uid,
};

/// Each makes trees and people of its own.
const SEEDS: [u64; 3] = [0x9e37_79b9_7f4a_7c15, 0x0123_4567_89ab_cdef, 20_261_123];
const TREES_OF_SEED: usize = 50;
const FILES_OF_TREE: usize = 50;
const READERS_OF_TREE: usize = 16;
/// Few ids, so that owners, members and named entries meet often.
const IDS: u32 = 6;
const FIRST_ID: u32 = 61_100;
/// Processes whose environments are read.
const N_PROCESSES: usize = 40;
const N_READERS: usize = 150;

/// Numbers that are the same on every run (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 32) as u32 % sides
    }

    fn id(&mut self) -> u32 {
        FIRST_ID + self.roll(IDS)
    }
}

/// One who tries to open files.
struct Person {
    uid: u32,
    gids: Vec<u32>,
    capabilities: CapabilitySet,
}

impl Person {
    fn reader<'p>(&self, gids: &'p [u32]) -> Reader<'p> {
        let capabilities = match self.capabilities {
            all if all == CapabilitySet::all() => Capabilities::ALL,
            some => Capabilities(some.bits()),
        };
        Reader { uid: self.uid, gids, capabilities }
    }

    fn as_text(&self) -> String {
        format!("uid {} of groups {:?} with {:?}", self.uid, self.gids, self.capabilities)
    }
}

/// A planted file: all its paths.
type Names = Vec<PathBuf>;

#[test]
fn every_file_opens_for_whom_the_model_says() {
    if !is_root("every_file_opens_for_whom_the_model_says") {
        return;
    }
    let mut n = Tally::default();
    for seed in SEEDS {
        let mut dice = Dice(seed);
        for _ in 0..TREES_OF_SEED {
            let folder = open_folder();
            let files = plant(folder.path(), &mut dice, &mut n);
            let of = |names: &Names| facts(ArtifactKind::File, names, &Mounts::default());
            compare_all(&files, of, &mut dice, &mut n);
        }
    }
    n.print("files, by all their names");
    assert!(n.compared >= 100_000 && n.linked > 0);
}

#[test]
fn every_bind_mount_is_a_way_as_the_kernel_has_it() {
    const NAME: &str = "every_bind_mount_is_a_way_as_the_kernel_has_it";
    if !is_root(NAME) {
        return;
    }
    // Namespaces belong to a thread: this one and what it starts live in their own.
    let thread = std::thread::spawn(|| {
        if let Err(error) = own_mounts() {
            eprintln!("skipped: {NAME} needs a mount namespace of its own: {error}");
            return;
        }
        let mut n = Tally::default();
        for seed in SEEDS {
            let mut dice = Dice(seed);
            for _ in 0..10 {
                bind_and_compare(&mut dice, &mut n);
            }
        }
        n.print("files, by bind mounts");
        assert!(n.compared >= 40_000 && n.bound > 0);
    });
    thread.join().unwrap();
}

#[allow(deprecated, reason = "of what is shared with other threads only the mounts are left")]
fn own_mounts() -> rustix::io::Result<()> {
    rustix::thread::unshare(UnshareFlags::NEWNS)?;
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)
}

/// Shows random folders and files of a tree at open places, some of them covered again.
fn bind_and_compare(dice: &mut Dice, n: &mut Tally) {
    let folder = open_folder();
    let mut files = plant(folder.path(), dice, n);
    let mut points = Vec::new();
    for number in 0..6 {
        let chosen = files[dice.roll(FILES_OF_TREE as u32) as usize][0].clone();
        let is_file = dice.roll(2) == 0;
        let source = if is_file { chosen.as_path() } else { chosen.parent().unwrap() };
        // A bind of the whole tree would hold its own mount points.
        if source == folder.path() {
            continue;
        }
        let point = folder.path().join(format!("point{number}"));
        if is_file {
            fs::write(&point, "").unwrap()
        } else {
            fs::create_dir(&point).unwrap()
        }
        mount_bind(source, &point).unwrap();
        let is_covered = !is_file && dice.roll(4) == 0;
        if is_covered {
            let cover = folder.path().join(format!("cover{number}"));
            fs::create_dir(&cover).unwrap();
            mount_bind(&cover, &point).unwrap();
        } else {
            for names in &mut files {
                let below = names.iter().filter_map(|name| name.strip_prefix(source).ok());
                let below: Vec<PathBuf> = below.map(|below| points_to(&point, below)).collect();
                n.bound += below.len();
                names.extend(below);
            }
        }
        points.push((point, if is_covered { 2 } else { 1 }));
    }
    let own = Path::new("/proc/thread-self");
    let mounts = Mounts::of_process(&host(), own);
    let met = |names: &Names| names[..n_met(names)].to_vec();
    compare_all(&files, |names| facts(ArtifactKind::File, &met(names), &mounts), dice, n);
    // The same as seen from the namespace of the process, which knows nothing of these mounts.
    let outside = Mounts::of(&host());
    let id = id_of(&host(), own).unwrap();
    let pid = rustix::thread::gettid().as_raw_pid().cast_unsigned();
    let views = views(&host(), std::iter::once(Namespace { id, pid }));
    let seen = |names: &Names| {
        Chains::new(&host(), &outside, &views)
            .of(&location(ArtifactKind::File, &met(names)), 0)
            .seen_from(id)
    };
    compare_all(&files, seen, dice, n);
    for (point, n_mounts) in points.iter().rev() {
        (0..*n_mounts).for_each(|_| unmount(point, UnmountFlags::DETACH).unwrap());
    }
}

fn points_to(point: &Path, below: &Path) -> PathBuf {
    if below.as_os_str().is_empty() { point.to_owned() } else { point.join(below) }
}

#[test]
fn every_environment_opens_for_whom_the_model_says() {
    if !is_root("every_environment_opens_for_whom_the_model_says") {
        return;
    }
    let mut dice = Dice(SEEDS[0]);
    let mut n = Tally::default();
    let mut processes: Vec<Child> = (0..N_PROCESSES).map(|_| sleeper(&mut dice)).collect();
    let paths: Vec<PathBuf> =
        processes.iter().map(|one| format!("/proc/{}/environ", one.id()).into()).collect();
    let facts: Vec<AccessFacts> = paths
        .iter()
        .map(|path| {
            facts(ArtifactKind::Environment, std::slice::from_ref(path), &Mounts::default())
        })
        .collect();
    for _ in 0..N_READERS {
        let mut person = person(&mut dice);
        // Who looks into processes without reading every file gets there by other doors.
        person.capabilities.remove(CapabilitySet::SYS_PTRACE);
        if dice.roll(4) == 0 {
            person.capabilities |= CapabilitySet::SYS_PTRACE | CapabilitySet::DAC_READ_SEARCH;
        }
        let opened = as_person(&person, || paths.iter().map(|path| reads(path)).collect());
        for (facts, opened) in facts.iter().zip::<Vec<bool>>(opened) {
            // Further groups count only for whoever takes them on.
            let (truth, _) = may_read(person.reader(&person.gids[..1]), facts);
            let path = facts.path().display();
            assert_eq!(truth == Truth::Yes, opened, "{path}: {}", person.as_text());
            n.compared += 1;
            n.opened += usize::from(opened);
        }
    }
    for process in &mut processes {
        process.kill().unwrap();
        process.wait().unwrap();
    }
    n.print("environments");
    assert!(n.opened > 0 && n.opened < n.compared);
}

/// A process of a random user and group.
fn sleeper(dice: &mut Dice) -> Child {
    let mut command = Command::new("/bin/sleep");
    command.arg("600").uid(dice.id()).gid(dice.id()).env_clear().env("KEY", "x");
    // Exec is done when the pipe is closed, which spawning waits for.
    command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap()
}

fn reads(path: &Path) -> bool {
    File::open(path).and_then(|mut file| file.read(&mut [0; 16])).is_ok()
}

fn is_root(test: &str) -> bool {
    let is_root = rustix::process::geteuid().is_root();
    if !is_root {
        eprintln!("skipped: {test} needs root");
    }
    is_root
}

/// What was compared.
#[derive(Default)]
struct Tally {
    compared: usize,
    opened: usize,
    lists: usize,
    linked: usize,
    bound: usize,
    capable: usize,
}

impl Tally {
    fn print(&self, what: &str) {
        let Self { compared, opened, lists, linked, bound, capable } = self;
        eprintln!(
            "{what}: {compared} comparisons ({opened} opened, {capable} with capabilities), \
             {lists} access lists, {linked} hard links, {bound} files bound elsewhere, \
             seeds {SEEDS:x?}: no disagreement"
        );
    }
}

fn open_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    folder
}

/// Has random people open all files, and the model say what comes of it.
fn compare_all(
    files: &[Names],
    of: impl Fn(&Names) -> AccessFacts,
    dice: &mut Dice,
    n: &mut Tally,
) {
    let facts: Vec<AccessFacts> = files.iter().map(of).collect();
    for _ in 0..READERS_OF_TREE {
        let person = person(dice);
        let opened = as_person(&person, || {
            let opens = |names: &Names| names.iter().any(|name| File::open(name).is_ok());
            files.iter().map(opens).collect()
        });
        n.capable += if person.capabilities.is_empty() { 0 } else { files.len() };
        for (facts, opened) in facts.iter().zip::<Vec<bool>>(opened) {
            compare(&person, facts, opened);
            n.compared += 1;
            n.opened += usize::from(opened);
        }
    }
}

/// The names that a sweep of the tree meets; those that mounts show it has to find itself.
fn n_met(names: &Names) -> usize {
    let is_bound = |name: &&PathBuf| name.components().any(|part| is_point(part.as_os_str()));
    names.iter().filter(|name| !is_bound(name)).count()
}

fn is_point(name: &std::ffi::OsStr) -> bool {
    name.to_str().is_some_and(|name| name.starts_with("point"))
}

/// An owner may set the bits, so there the model says yes whatever they are.
fn compare(person: &Person, facts: &AccessFacts, opened: bool) {
    let (truth, reasons) = may_read(person.reader(&person.gids), facts);
    let owns = |inode: &Inode| inode.uid == person.uid;
    let folders = facts.ways.iter().flat_map(|way| &way.folders);
    let folders = folders.filter_map(|(_, facts)| facts.as_ref());
    let owns_some = owns(&facts.target.inode) || folders.map(|facts| &facts.inode).any(owns);
    let agrees = match truth {
        Truth::Yes => opened || owns_some,
        Truth::No => !opened,
        Truth::Unknown | Truth::Likely => false,
    };
    let why: Vec<String> = reasons.iter().map(ToString::to_string).collect();
    let (path, why) = (facts.path().display(), why.join("; "));
    assert!(agrees, "{} opened {path}: {opened}; the model: {why}", person.as_text());
}

/// Files in folders of random owners, modes and lists.
fn plant(root: &Path, dice: &mut Dice, n: &mut Tally) -> Vec<Names> {
    let mut files = Vec::new();
    for number in 0..FILES_OF_TREE {
        let mut folder = root.to_owned();
        for _ in 0..dice.roll(3) {
            folder.push(format!("f{}", dice.roll(3)));
            if !folder.exists() {
                fs::create_dir(&folder).unwrap();
                // Most folders let most people through, so that files decide, too.
                let mode = [0o755, 0o711, 0o750, 0o705, dice.roll(0o1000)];
                settle(&folder, mode[dice.roll(5) as usize], dice, n);
            }
        }
        let file = folder.join(format!("file{number}"));
        fs::write(&file, "x").unwrap();
        let mode = dice.roll(0o1000);
        settle(&file, mode, dice, n);
        let mut names = vec![file];
        if dice.roll(5) == 0 {
            let outside = root.join(format!("name{number}"));
            fs::hard_link(&names[0], &outside).unwrap();
            names.push(outside);
            n.linked += 1;
        }
        files.push(names);
    }
    files
}

/// Gives something an owner, a group, a mode and perhaps a list.
fn settle(path: &Path, mode: u32, dice: &mut Dice, n: &mut Tally) {
    chown(path, Some(dice.id()), Some(dice.id())).unwrap();
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    if dice.roll(2) == 0 {
        return;
    }
    let mut entries = vec![Entry { of: Whose::Owner, rights: mode >> 6 & 7 }];
    let mut named = |kind: fn(u32) -> Whose, before: &mut Vec<Entry>| {
        for id in 0..IDS {
            if dice.roll(3) == 0 {
                before.push(Entry { of: kind(FIRST_ID + id), rights: dice.roll(8) });
            }
        }
    };
    named(Whose::User, &mut entries);
    entries.push(Entry { of: Whose::OwningGroup, rights: mode >> 3 & 7 });
    named(Whose::Group, &mut entries);
    entries.push(Entry { of: Whose::Mask, rights: dice.roll(8) });
    entries.push(Entry { of: Whose::Others, rights: mode & 7 });
    let attribute = AccessList { entries }.to_attribute();
    // A file system without lists is tested without them.
    n.lists += usize::from(setxattr(path, ATTRIBUTE, &attribute, XattrFlags::empty()).is_ok());
}

/// Mostly a plain user; now and then one with capabilities, or root with some or none.
fn person(dice: &mut Dice) -> Person {
    let n_groups = dice.roll(4);
    let uid = if dice.roll(8) == 0 { 0 } else { dice.id() };
    let capabilities = match dice.roll(8) {
        0 => CapabilitySet::DAC_READ_SEARCH,
        1 => CapabilitySet::DAC_OVERRIDE,
        2 => CapabilitySet::SETUID | CapabilitySet::NET_RAW,
        _ => CapabilitySet::empty(),
    };
    Person { uid, gids: (0..=n_groups).map(|_| dice.id()).collect(), capabilities }
}

/// What the kernel lets one do: ids belong to a thread, so one thread takes them on.
fn as_person<T: Send>(person: &Person, deed: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let groups: Vec<Gid> = person.gids.iter().map(|gid| Gid::from_raw(*gid)).collect();
            let (uid, gid) = (Uid::from_raw(person.uid), groups[0]);
            set_thread_groups(&groups).unwrap();
            set_thread_res_gid(gid, gid, gid).unwrap();
            set_keep_capabilities(true).unwrap();
            set_thread_res_uid(uid, uid, uid).unwrap();
            let held = person.capabilities;
            let inheritable = CapabilitySet::empty();
            let sets = CapabilitySets { effective: held, permitted: held, inheritable };
            set_capabilities(None, sets).unwrap();
            deed()
        });
        thread.join().unwrap()
    })
}

fn host() -> DiskFiles {
    DiskFiles::new(HostRoot::live())
}

fn facts(kind: ArtifactKind, names: &[PathBuf], mounts: &Mounts) -> AccessFacts {
    Chains::new(&host(), mounts, &BTreeMap::new()).of(&location(kind, names), 0)
}

fn location(kind: ArtifactKind, names: &[PathBuf]) -> Location {
    let stat = fs::symlink_metadata(&names[0]).unwrap();
    let span = Span { start: 0, end: 0 };
    Location {
        path: names[0].clone(),
        kind,
        other_names: names[1..].to_vec(),
        variable: None,
        content: None,
        place: Place { span, line: 1, column: 1 },
        containers: Vec::new(),
        store: None,
        inode: Inode::from_stat(&stat),
    }
}
