//! What exposure says of modes and access lists is what the kernel does: random trees, owners,
//! modes and lists, threads that take on random users and groups and open every file. Needs
//! root; without it the test says by name that it was skipped.

#![allow(clippy::unwrap_used, reason = "a test that cannot build its trees has failed")]
#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};

use credreach::discover::chains::Chains;
use credreach::exposure::{Reader, may_read};
use credreach::model::access::AccessFacts;
use credreach::model::access_list::{ATTRIBUTE, AccessList, Entry, Whose};
use credreach::model::artifact::{ArtifactKind, Inode};
use credreach::model::exposure::Truth;
use credreach::model::finding::Location;
use credreach::model::host::HostRoot;
use credreach::model::location::{Place, Span};
use credreach::read::host_files::DiskFiles;
use rustix::fs::{XattrFlags, setxattr};
use rustix::process::{Gid, Uid};
use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};

const N_TREES: usize = 100;
const FILES_OF_TREE: usize = 50;
const READERS_OF_TREE: usize = 16;
/// Few ids, so that owners, members and named entries meet often.
const IDS: u32 = 6;
const FIRST_ID: u32 = 61_100;

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
}

#[test]
fn every_file_opens_for_whom_the_model_says() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: every_file_opens_for_whom_the_model_says needs root");
        return;
    }
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let (mut n_compared, mut n_lists) = (0, 0);
    for tree in 0..N_TREES {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        let files = plant(folder.path(), &mut dice, &mut n_lists);
        let facts: Vec<AccessFacts> = files.iter().map(|file| facts(file)).collect();
        for _ in 0..READERS_OF_TREE {
            let person = person(&mut dice);
            let opened = open_as(&person, &files);
            for (facts, opened) in facts.iter().zip(opened) {
                compare(tree, &person, facts, opened);
                n_compared += 1;
            }
        }
    }
    if n_lists == 0 {
        eprintln!("skipped: access lists, which this file system does not have");
    }
    assert!(n_compared >= 50_000);
}

/// An owner may set the bits, so there the model says yes whatever they are.
fn compare(tree: usize, person: &Person, facts: &AccessFacts, opened: bool) {
    let (truth, reasons) = may_read(Reader::user(person.uid, &person.gids), facts);
    let owns = |inode: &Inode| inode.uid == person.uid;
    let folders = facts.ways[0].folders.iter().filter_map(|(_, facts)| facts.as_ref());
    let owns_some = owns(&facts.target.inode) || folders.map(|facts| &facts.inode).any(owns);
    let agrees = match truth {
        Truth::Yes => opened || owns_some,
        Truth::No => !opened,
        Truth::Unknown | Truth::Likely => false,
    };
    let why: Vec<String> = reasons.iter().map(ToString::to_string).collect();
    assert!(
        agrees,
        "tree {tree}: uid {} of groups {:?} opened {}: {opened}; the model: {}",
        person.uid,
        person.gids,
        facts.path().display(),
        why.join("; ")
    );
}

/// Files in folders of random owners, modes and lists.
fn plant(root: &Path, dice: &mut Dice, n_lists: &mut usize) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for number in 0..FILES_OF_TREE {
        let mut folder = root.to_owned();
        for _ in 0..dice.roll(3) {
            folder.push(format!("f{}", dice.roll(3)));
            if !folder.exists() {
                fs::create_dir(&folder).unwrap();
                // Most folders let most people through, so that files decide, too.
                let mode = [0o755, 0o711, 0o750, 0o705, dice.roll(0o1000)];
                settle(&folder, mode[dice.roll(5) as usize], dice, n_lists);
            }
        }
        let file = folder.join(format!("file{number}"));
        fs::write(&file, "x").unwrap();
        let mode = dice.roll(0o1000);
        settle(&file, mode, dice, n_lists);
        files.push(file);
    }
    files
}

/// Gives something an owner, a group, a mode and perhaps a list.
fn settle(path: &Path, mode: u32, dice: &mut Dice, n_lists: &mut usize) {
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
    *n_lists += usize::from(setxattr(path, ATTRIBUTE, &attribute, XattrFlags::empty()).is_ok());
}

fn person(dice: &mut Dice) -> Person {
    let n_groups = dice.roll(4);
    Person { uid: dice.id(), gids: (0..=n_groups).map(|_| dice.id()).collect() }
}

/// What the kernel lets one open: ids belong to a thread, so one thread takes them on.
fn open_as(person: &Person, files: &[PathBuf]) -> Vec<bool> {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let groups: Vec<Gid> = person.gids.iter().map(|gid| Gid::from_raw(*gid)).collect();
            let (uid, gid) = (Uid::from_raw(person.uid), groups[0]);
            set_thread_groups(&groups).unwrap();
            set_thread_res_gid(gid, gid, gid).unwrap();
            set_thread_res_uid(uid, uid, uid).unwrap();
            files.iter().map(|file| File::open(file).is_ok()).collect()
        });
        thread.join().unwrap()
    })
}

fn facts(path: &Path) -> AccessFacts {
    let files = DiskFiles::new(HostRoot::live());
    let stat = fs::symlink_metadata(path).unwrap();
    let span = Span { start: 0, end: 0 };
    let location = Location {
        path: path.to_owned(),
        kind: ArtifactKind::File,
        other_names: Vec::new(),
        variable: None,
        place: Place { span, line: 1, column: 1 },
        containers: Vec::new(),
        store: None,
        inode: Inode::from_stat(&stat),
    };
    Chains::new(&files).of(&location, 0)
}
