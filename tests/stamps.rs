//! What time shows on a real file system: files and folders that are closed, opened, replaced,
//! copied and moved after the fact. Where no birth times are kept, what needs them is skipped.

#![allow(clippy::unwrap_used, reason = "a test that cannot plant its files has failed")]
#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::collections::BTreeMap;
use std::fs::{self, File, FileTimes, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use credreach::discover::chains::Chains;
use credreach::discover::mounts::Mounts;
use credreach::exposure::{Case, SecretFacts, judge};
use credreach::model::artifact::{ArtifactKind, Inode};
use credreach::model::clock::Clock;
use credreach::model::component::Runner;
use credreach::model::exposure::{Judgement, Proof, Verdict};
use credreach::model::finding::{Identity, Location};
use credreach::model::host::HostRoot;
use credreach::model::location::{Place, Span};
use credreach::model::principal::Certainty;
use credreach::model::rule::KindIndex;
use credreach::model::secret::SecretId;
use credreach::model::time::{Bounds, Moment, Window};
use credreach::read::host_files::DiskFiles;

/// Longer than the tick of any file system's stamps.
const TICK: Duration = Duration::from_millis(30);

/// A folder that everybody may enter, and the window in which code ran.
struct Host {
    folder: tempfile::TempDir,
    window: Window,
}

impl Host {
    /// Plants what was there before the window.
    fn before(plant: impl FnOnce(&Path)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        plant(folder.path());
        let start = later();
        Self { folder, window: Window { start, end: later() } }
    }

    /// Changes something after it.
    fn after(self, change: impl FnOnce(&Path)) -> Self {
        change(self.folder.path());
        self
    }

    /// The verdict on a file: on its owner's code, or on that of somebody else.
    fn judged(&self, name: &str, is_owner: bool) -> Judgement {
        let path = self.folder.path().canonicalize().unwrap().join(name);
        let stat = fs::symlink_metadata(&path).unwrap();
        let files = DiskFiles::new(HostRoot::live());
        let (mounts, elsewhere) = (Mounts::default(), BTreeMap::new());
        let mut facts = Chains::new(&files, &mounts, &elsewhere)
            .of(&location(path, Inode::from_stat(&stat)), 0);
        // What is above is not this test's.
        let within = self.folder.path().canonicalize().unwrap();
        facts.ways[0].folders.retain(|(path, _)| path.starts_with(&within));
        let identity = identity();
        let uid = if is_owner { stat.uid() } else { stat.uid() + 1 };
        judge(&Case {
            runner: &Runner::new(uid, Certainty::Observed, String::new()),
            gids: &[],
            bounds: Bounds { outer: self.window, certain: None },
            facts: &facts,
            secret: SecretFacts { identity: &identity, seen: None, said: None },
            clock: &Clock { doubt_seconds: 0, ..Clock::default() },
            brokers: &[],
        })
    }

    fn check(&self, name: &str, is_owner: bool, verdict: Verdict, proof: Option<Proof>) {
        let judgement = self.judged(name, is_owner);
        assert_eq!((judgement.verdict, judgement.proof), (verdict, proof), "{judgement:?}");
    }
}

fn location(path: PathBuf, inode: Inode) -> Location {
    Location {
        path,
        kind: ArtifactKind::File,
        other_names: Vec::new(),
        place: Place { span: Span { start: 0, end: 1 }, line: 1, column: 1 },
        containers: Vec::new(),
        store: None,
        variable: None,
        content: None,
        inode,
    }
}

fn identity() -> Identity {
    Identity::of(KindIndex(0), SecretId([0; 16]))
}

/// Now, apart from all that was stamped before and will be after.
fn later() -> Moment {
    std::thread::sleep(TICK);
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    std::thread::sleep(TICK);
    Moment::new(i64::try_from(since.as_secs()).unwrap(), since.subsec_nanos())
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn file(path: &Path, bits: u32) {
    fs::write(path, "stand-in").unwrap();
    mode(path, bits);
}

/// A public file in a folder of such a mode.
fn planted(bits: u32) -> impl FnOnce(&Path) {
    move |at: &Path| {
        fs::create_dir(at.join("app")).unwrap();
        file(&at.join("app/.env"), 0o644);
        mode(&at.join("app"), bits);
    }
}

/// Writes beside it and renames, as editors do.
fn replace(path: &Path) {
    let fresh = path.with_extension("new");
    file(&fresh, 0o644);
    fs::rename(&fresh, path).unwrap();
}

/// Sets the time of writing, as `touch -d`, `cp -p` and archivers do.
fn backdate(path: &Path) {
    let old = SystemTime::now() - Duration::from_secs(86_400);
    File::options()
        .write(true)
        .open(path)
        .unwrap()
        .set_times(FileTimes::new().set_modified(old))
        .unwrap();
}

fn has_birth_times() -> bool {
    let folder = tempfile::tempdir().unwrap();
    let has = folder.path().metadata().unwrap().created().is_ok();
    if !has {
        eprintln!("skipped: this file system keeps no birth times");
    }
    has
}

#[test]
fn what_nobody_changed_is_exposed_to_whom_it_is_open_and_to_nobody_else() {
    let host = Host::before(planted(0o755));
    host.check("app/.env", true, Verdict::Exposed, None);
    host.check("app/.env", false, Verdict::Exposed, None);
    let closed = Host::before(planted(0o700));
    closed.check("app/.env", true, Verdict::Exposed, None);
    closed.check("app/.env", false, Verdict::NotExposed, Some(Proof::Unchanged));
}

#[test]
fn a_file_closed_after_the_fact_is_unknown() {
    let host = Host::before(planted(0o755)).after(|at| mode(&at.join("app/.env"), 0o600));
    host.check("app/.env", false, Verdict::Unknown, None);
    // The same mode again: the kernel stamps it, and nobody knows what it was.
    let host =
        Host::before(|at| file(&at.join("key"), 0o600)).after(|at| mode(&at.join("key"), 0o600));
    host.check("key", false, Verdict::Unknown, None);
}

#[test]
fn a_folder_closed_after_the_fact_is_unknown() {
    let host = Host::before(planted(0o755)).after(|at| mode(&at.join("app"), 0o700));
    host.check("app/.env", false, Verdict::Unknown, None);
}

#[test]
fn a_busy_folder_stays_closed_in_grade_b() {
    let host = Host::before(planted(0o700)).after(|at| file(&at.join("app/other"), 0o644));
    host.check("app/.env", false, Verdict::NotExposed, Some(Proof::ByToday));
}

#[test]
fn what_was_opened_after_the_fact_is_likely_at_most() {
    let closed = |at: &Path| file(&at.join("key"), 0o600);
    let host = Host::before(closed).after(|at| mode(&at.join("key"), 0o644));
    host.check("key", false, Verdict::Likely, None);
    let host = Host::before(planted(0o700)).after(|at| mode(&at.join("app"), 0o755));
    host.check("app/.env", false, Verdict::Likely, None);
}

#[test]
fn a_file_that_was_replaced_after_the_fact_is_unknown() {
    if !has_birth_times() {
        return;
    }
    let host = Host::before(planted(0o755)).after(|at| replace(&at.join("app/.env")));
    host.check("app/.env", true, Verdict::Unknown, None);
}

#[test]
fn a_key_made_after_the_fact_with_its_folder_is_not_exposed() {
    if !has_birth_times() {
        return;
    }
    let host = Host::before(|_| ()).after(planted(0o755));
    host.check("app/.env", true, Verdict::NotExposed, Some(Proof::Unchanged));
}

#[test]
fn a_copy_with_its_old_time_may_have_been_here_before() {
    if !has_birth_times() {
        return;
    }
    let host =
        Host::before(|_| ()).after(planted(0o755)).after(|at| backdate(&at.join("app/.env")));
    host.check("app/.env", true, Verdict::Unknown, None);
}

#[test]
fn a_time_of_writing_that_was_set_back_makes_no_certainty() {
    let host = Host::before(planted(0o755)).after(|at| {
        fs::write(at.join("app/.env"), "other").unwrap();
        backdate(&at.join("app/.env"));
    });
    host.check("app/.env", true, Verdict::Likely, None);
}

#[test]
fn a_file_that_was_moved_here_is_likely_at_most() {
    let host = Host::before(|at| {
        planted(0o755)(at);
        file(&at.join("elsewhere"), 0o600);
    });
    let host = host.after(|at| fs::rename(at.join("elsewhere"), at.join("app/key")).unwrap());
    host.check("app/key", true, Verdict::Likely, None);
}
