//! Startup code in a file that is padded so that it does not come as a whole: it is still
//! looked at, up to a bound, and beyond that it is a problem.

#![allow(clippy::unwrap_used, reason = "a test that cannot plant its host has failed")]

use credreach::components::startup::SIZE_BYTES_MAX;
use credreach::detect::engine::Engine;
use credreach::error::ProblemCode;
use credreach::model::inventory::Inventory;
use credreach::model::startup::StartupSign;
use credreach::model::time::Moment;
use credreach::read::reader::WHOLE_BYTES_MAX;
use credreach::rules::{builtin_files, load};
use credreach::selftest::FakeHost;
use credreach::sweep::{Watch, sweep};

fn swept_with_padding(n_bytes: u64) -> Inventory {
    let host = FakeHost::new().unwrap();
    let path = "/root/.local/lib/python3.12/site-packages/a.pth";
    let padding = "#\n".repeat(usize::try_from(n_bytes / 2).unwrap());
    host.file(path, padding + "import os\n").unwrap();
    let rules = load(vec![builtin_files()]).unwrap();
    let config = host.config(Moment::new(1_800_000_000, 0)).unwrap();
    sweep(&config, &Engine::new(&rules), &Watch::default()).unwrap()
}

#[test]
fn padding_hides_no_line() {
    let inventory = swept_with_padding(WHOLE_BYTES_MAX + 2);
    let found: Vec<_> =
        inventory.startup.judged.iter().map(|one| (one.code.line, one.signs.as_slice())).collect();
    assert_eq!(found, [(Some(WHOLE_BYTES_MAX / 2 + 2), &[StartupSign::NoOwner][..])]);
    assert!(inventory.coverage.problems.is_empty());
}

#[test]
fn a_file_beyond_the_bound_is_a_problem() {
    let inventory = swept_with_padding(SIZE_BYTES_MAX + 2);
    let codes: Vec<ProblemCode> =
        inventory.coverage.problems.counts().map(|(code, _)| code).collect();
    assert_eq!(codes, [ProblemCode::TooBigToParse]);
    assert!(inventory.startup.judged.is_empty());
}
