//! Lock files that are too large to come as a whole: they are still asked for the packages
//! that they name, up to a bound, and beyond that they are a problem.

#![allow(clippy::unwrap_used, reason = "a test that cannot plant its host has failed")]

use credreach::components::mentions::SIZE_BYTES_MAX;
use credreach::detect::engine::Engine;
use credreach::error::ProblemCode;
use credreach::model::component::{MentionSource, Presence};
use credreach::model::inventory::Inventory;
use credreach::model::time::Moment;
use credreach::read::reader::WHOLE_BYTES_MAX;
use credreach::rules::{builtin_files, load};
use credreach::selftest::FakeHost;
use credreach::sweep::{Watch, sweep};

fn swept(host: &FakeHost) -> Inventory {
    let rules = load(vec![builtin_files()]).unwrap();
    let config = host.config(Moment::new(1_800_000_000, 0)).unwrap();
    sweep(&config, &Engine::new(&rules), &Watch::default()).unwrap()
}

#[test]
fn a_lock_file_that_comes_in_pieces_is_read_for_its_packages() {
    let host = FakeHost::new().unwrap();
    let mut text = String::new();
    while text.len() as u64 <= WHOLE_BYTES_MAX {
        text += "[[package]]\nname = \"harmless\"\nversion = \"1.0.0\"\n";
    }
    text += "[[package]]\nname = \"litellm\"\nversion = \"1.82.8\"\n";
    host.file("/root/shop/uv.lock", text).unwrap();
    let inventory = swept(&host);
    let presences: Vec<Presence> = inventory.installs.iter().map(|one| one.presence()).collect();
    assert_eq!(presences, [Presence::Mentioned(MentionSource::Lockfile)]);
    assert!(inventory.coverage.problems.is_empty());
}

#[test]
fn a_lock_file_beyond_the_bound_is_a_problem() {
    let host = FakeHost::new().unwrap();
    host.file("/root/shop/uv.lock", "").unwrap();
    let file = std::fs::File::options().write(true).open(host.real("/root/shop/uv.lock")).unwrap();
    file.set_len(SIZE_BYTES_MAX + 1).unwrap();
    let inventory = swept(&host);
    let codes: Vec<ProblemCode> =
        inventory.coverage.problems.counts().map(|(code, _)| code).collect();
    assert_eq!(codes, [ProblemCode::ComponentsTooBig]);
}
