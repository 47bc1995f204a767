//! A whole sweep over a planted home of a few thousand files, by one and by two threads.
//! Beside it the same files just walked and read: what the system itself takes.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use credreach::config::{Config, SIZE_BYTES_MAX_DEFAULT};
use credreach::detect::engine::Engine;
use credreach::model::host::HostRoot;
use credreach::model::inventory::Task;
use credreach::model::manifest::Process;
use credreach::model::secret::{KeyOrigin, SecretKey};
use credreach::model::time::Moment;
use credreach::rules::{builtin_files, load};
use credreach::sweep::{Watch, sweep};
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use ignore::{WalkBuilder, WalkState};
use tempfile::TempDir;

#[path = "support/corpus.rs"]
mod corpus;

const HOME: &str = "home/ana";
const N_FOLDERS: usize = 80;
const N_FILES_EACH: usize = 50;
/// Sizes go round: most files are small, some are not.
const SIZES: [usize; 5] = [600, 2_000, 6_000, 18_000, 60_000];
const THREADS: [usize; 2] = [1, 2];

fn main() {
    divan::main();
}

/// A host image, and the bytes in its home.
struct Host {
    folder: TempDir,
    n_bytes: usize,
}

fn plant() -> Host {
    let folder = TempDir::new().expect("a temporary folder can be made");
    let root = folder.path();
    write(&root.join("etc/passwd"), "ana:x:1000:1000::/home/ana:/bin/bash\n");
    let mut n_bytes = 0;
    for number in 0..N_FOLDERS * N_FILES_EACH {
        let text = corpus::corpus(SIZES[number % SIZES.len()], number as u64);
        let name = format!("{HOME}/project{}/file{number}.py", number % N_FOLDERS);
        write(&root.join(name), &text);
        n_bytes += text.len();
    }
    Host { folder, n_bytes }
}

fn write(path: &Path, text: &str) {
    let folder = path.parent().expect("every planted file has a folder");
    fs::create_dir_all(folder).expect("folders can be made");
    fs::write(path, text).expect("there is room for it");
}

fn config(root: &Path, n_threads: usize) -> Config {
    Config {
        task: Task::Sweep,
        root: HostRoot::image(root.canonicalize().expect("it was just planted")),
        paths: vec![Path::new("/").join(HOME)],
        excluded: Vec::new(),
        n_threads,
        key: SecretKey { bytes: [7; 32], origin: KeyOrigin::Random },
        home: None,
        now: Moment::new(1_800_000_000, 0),
        uid: 0,
        size_bytes_max: SIZE_BYTES_MAX_DEFAULT,
        opens_archives: true,
        advisories: Vec::new(),
        question: None,
        confidence_min: None,
        honors_allow: false,
        explain: None,
        process: Process::default(),
    }
}

#[divan::bench(args = THREADS, sample_count = 10, sample_size = 1)]
fn swept(bencher: Bencher<'_, '_>, n_threads: usize) {
    let host = plant();
    let rules = load(vec![builtin_files()]).expect("the built-in rules are whole");
    let engine = Engine::new(&rules);
    let config = config(host.folder.path(), n_threads);
    bencher
        .counter(BytesCount::new(host.n_bytes))
        .counter(ItemsCount::new(N_FOLDERS * N_FILES_EACH))
        .bench_local(|| {
            let inventory = sweep(&config, &engine, &Watch::default()).expect("it can be swept");
            assert_eq!(inventory.coverage.n_bytes_read, host.n_bytes as u64);
        });
}

#[divan::bench(args = THREADS, sample_count = 10, sample_size = 1)]
fn just_read(bencher: Bencher<'_, '_>, n_threads: usize) {
    let host = plant();
    let home = host.folder.path().join(HOME);
    bencher
        .counter(BytesCount::new(host.n_bytes))
        .counter(ItemsCount::new(N_FOLDERS * N_FILES_EACH))
        .bench_local(|| read_all(&home, n_threads));
}

fn read_all(folder: &Path, n_threads: usize) {
    let walk = WalkBuilder::new(folder).standard_filters(false).threads(n_threads).build_parallel();
    walk.run(|| {
        let mut buffer = Vec::new();
        Box::new(move |entry| {
            let entry = entry.expect("what was planted can be listed");
            if entry.file_type().is_some_and(|kind| kind.is_file()) {
                buffer.clear();
                let mut file = File::open(entry.path()).expect("what was planted can be opened");
                file.read_to_end(&mut buffer).expect("what was planted can be read");
            }
            WalkState::Continue
        })
    });
}
