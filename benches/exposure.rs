//! What it costs to judge: the same sweep of 10,000 findings, without a question and with one
//! about five users. The difference is the judging.

use std::fs;
use std::path::Path;

use credreach::config::{Config, SIZE_BYTES_MAX_DEFAULT};
use credreach::detect::engine::Engine;
use credreach::forge::Forge;
use credreach::model::host::HostRoot;
use credreach::model::inventory::Task;
use credreach::model::manifest::Process;
use credreach::model::secret::{KeyOrigin, SecretKey};
use credreach::model::time::{Moment, Window};
use credreach::model::what_if::Question;
use credreach::rules::{builtin_files, load};
use credreach::sweep::{Watch, sweep};
use divan::Bencher;
use divan::counter::ItemsCount;
use tempfile::TempDir;

#[path = "support/corpus.rs"]
mod corpus;

const N_FILES: usize = 2_000;
const FINDINGS_OF_FILE: usize = 5;
/// What a file holds beside its findings: about the mean of a home.
const FILE_BYTES: usize = 16_000;
const USERS: [&str; 5] = ["root", "ana", "bob", "dora", "eve"];

fn main() {
    divan::main();
}

fn plant() -> TempDir {
    let folder = TempDir::new().expect("a temporary folder can be made");
    let passwd: Vec<String> = USERS
        .iter()
        .enumerate()
        .map(|(n, name)| format!("{name}:x:{0}:{0}::/home/{name}:/bin/sh\n", n * 1000))
        .collect();
    write(&folder.path().join("etc/passwd"), &passwd.concat());
    let mut forge = Forge::new([3; 32]);
    for number in 0..N_FILES {
        let mut text = corpus::corpus(FILE_BYTES, number as u64);
        for _ in 0..FINDINGS_OF_FILE {
            text += &format!("\nGITHUB_TOKEN={}", forge.checked_token(concat!("gh", "p_")));
        }
        let name = format!("home/ana/project{}/src/file{number}.py", number % 40);
        write(&folder.path().join(name), &text);
    }
    folder
}

fn write(path: &Path, text: &str) {
    let folder = path.parent().expect("every planted file has a folder");
    fs::create_dir_all(folder).expect("folders can be made");
    fs::write(path, text).expect("there is room for it");
}

fn question() -> Question {
    Question {
        users: USERS.map(String::from).into(),
        window: Window { start: Moment::new(1_700_000_000, 0), end: Moment::new(1_800_000_000, 0) },
        advisory: None,
    }
}

fn config(root: &Path, question: Option<Question>) -> Config {
    Config {
        task: Task::Sweep,
        root: HostRoot::image(root.canonicalize().expect("it was just planted")),
        paths: vec!["/home".into()],
        excluded: Vec::new(),
        n_threads: 1,
        key: SecretKey { bytes: [7; 32], origin: KeyOrigin::Random },
        home: None,
        now: Moment::new(1_800_000_000, 0),
        uid: 0,
        size_bytes_max: SIZE_BYTES_MAX_DEFAULT,
        advisories: Vec::new(),
        question,
        confidence_min: None,
        opens_archives: true,
        honors_allow: false,
        explain: None,
        process: Process::default(),
    }
}

#[divan::bench(args = [false, true], sample_count = 15, sample_size = 1)]
fn swept_with_five_users_judged(bencher: Bencher<'_, '_>, is_asked: bool) {
    let host = plant();
    let rules = load(vec![builtin_files()]).expect("the built-in rules are whole");
    let engine = Engine::new(&rules);
    let config = config(host.path(), is_asked.then(question));
    bencher.counter(ItemsCount::new(N_FILES * FINDINGS_OF_FILE)).bench_local(|| {
        let inventory = sweep(&config, &engine, &Watch::default()).expect("it can be swept");
        assert_eq!(inventory.credentials.len(), N_FILES * FINDINGS_OF_FILE);
    });
}
