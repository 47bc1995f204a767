//! Large and wide files: spans and lines are those of the file, however it was read, and
//! what could not be parsed in it is told.

#![allow(clippy::unwrap_used, reason = "a test that cannot plant its host has failed")]

use credreach::detect::engine::Engine;
use credreach::error::ProblemCode;
use credreach::forge::Forge;
use credreach::model::inventory::Inventory;
use credreach::model::time::Moment;
use credreach::read::reader::{MAPPED_BYTES_MIN, WHOLE_BYTES_MAX};
use credreach::rules::{builtin_files, load};
use credreach::selftest::FakeHost;
use credreach::sweep::{Watch, sweep};

const LINE: &str = "an ordinary line of a log, without anything of interest in it\n";

fn inventory(host: &FakeHost) -> Inventory {
    let rules = load(vec![builtin_files()]).unwrap();
    // Later than anything was written, so that large files count as quiet.
    let config = host.config(Moment::new(4_000_000_000, 0)).unwrap();
    sweep(&config, &Engine::new(&rules), &Watch::default()).unwrap()
}

/// Plants a token in a text of some size, half way, and looks where it is found.
fn check(size_bytes: u64) {
    let token = Forge::new([5; 32]).checked_token("ghp_");
    let n_before = size_bytes / 2 / LINE.len() as u64;
    let before = LINE.repeat(usize::try_from(n_before).unwrap());
    let host = FakeHost::new().unwrap();
    host.file("/srv/app.log", format!("{before}  key {token}\n{before}")).unwrap();
    let inventory = inventory(&host);
    let places: Vec<_> = inventory.credentials.iter().flat_map(|one| &one.places).collect();
    assert_eq!(places.len(), 1, "{size_bytes} bytes");
    let place = places[0].location.place;
    let start = before.len() as u64 + 6;
    assert_eq!((place.span.start, place.span.end), (start, start + token.len() as u64));
    assert_eq!((place.line, place.column), (n_before + 1, 7), "{size_bytes} bytes");
    assert!(inventory.coverage.is_complete());
}

#[test]
fn a_secret_has_the_same_place_read_whole_in_chunks_or_mapped() {
    check(WHOLE_BYTES_MAX / 2);
    check(WHOLE_BYTES_MAX * 2);
    check(MAPPED_BYTES_MIN + (1 << 20));
}

#[test]
fn a_wide_text_gives_spans_of_its_own_bytes() {
    let token = Forge::new([6; 32]).checked_token("ghp_");
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let file = [vec![0xFF, 0xFE], wide(&format!("\u{E9}\r\nkey={token}\r\n"))].concat();
    let host = FakeHost::new().unwrap();
    host.file("/srv/settings.txt", &file).unwrap();
    let inventory = inventory(&host);
    let place = inventory.credentials[0].places[0].location.place;
    let bytes = &file[place.span.start as usize..place.span.end as usize];
    assert_eq!(bytes, wide(&token));
    assert_eq!(place.line, 2);
}

#[test]
fn what_is_too_big_to_be_parsed_is_told() {
    let host = FakeHost::new().unwrap();
    let lines = usize::try_from(WHOLE_BYTES_MAX).unwrap() / LINE.len() + 1000;
    host.file("/root/.bash_history", LINE.repeat(lines)).unwrap();
    host.file("/srv/plain.txt", LINE.repeat(lines)).unwrap();
    let problems = inventory(&host).coverage.problems;
    let told: Vec<_> = problems
        .listed()
        .map(|problem| (problem.code, problem.path.to_str().unwrap().to_owned()))
        .collect();
    let of = |path: &str| (ProblemCode::TooBigToParse, path.to_owned());
    // Nor can it be told where its user went with which key.
    let unclear = (ProblemCode::OpeningUnclear, "/root/.bash_history".to_owned());
    assert_eq!(told, [of("/root/.bash_history"), unclear]);
}
