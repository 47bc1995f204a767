//! What is packed in archives is found as if it lay unpacked, and archives that were made to
//! do harm are lines in the report.

#![allow(clippy::unwrap_used, reason = "a test that cannot plant its host has failed")]

mod support;

#[path = "support/archives.rs"]
mod archives;

use std::collections::BTreeSet;

use archives::*;
use credreach::detect::engine::Engine;
use credreach::error::ProblemCode;
use credreach::forge::Forge;
use credreach::model::inventory::Inventory;
use credreach::model::secret::SecretId;
use credreach::model::time::Moment;
use credreach::rules::{builtin_files, load};
use credreach::selftest::FakeHost;
use credreach::sweep::{Watch, sweep};

fn inventory_with(host: &FakeHost, opens_archives: bool) -> Inventory {
    let rules = load(vec![builtin_files()]).unwrap();
    let mut config = host.config(Moment::new(4_000_000_000, 0)).unwrap();
    config.opens_archives = opens_archives;
    sweep(&config, &Engine::new(&rules), &Watch::default()).unwrap()
}

fn inventory(host: &FakeHost) -> Inventory {
    inventory_with(host, true)
}

fn token() -> String {
    Forge::new([5; 32]).checked_token("ghp_")
}

/// `path > member:line:column` of all places, in order.
fn places(inventory: &Inventory) -> Vec<String> {
    let places = inventory.credentials.iter().flat_map(|one| &one.places);
    let shown = places.map(|place| {
        let location = &place.location;
        let names = [vec![location.path.display().to_string()], location.containers.clone()];
        format!("{}:{}:{}", names.concat().join(" > "), location.place.line, location.place.column)
    });
    let mut shown: Vec<String> = shown.collect();
    shown.sort();
    shown
}

fn problems(inventory: &Inventory) -> Vec<(ProblemCode, String)> {
    let listed = inventory.coverage.problems.listed();
    listed.map(|problem| (problem.code, problem.why.clone())).collect()
}

/// Plants one file, and tells the places of secrets and the problems.
fn check(path: &str, bytes: &[u8], expected: &[&str], codes: &[ProblemCode]) -> Vec<String> {
    let host = FakeHost::new().unwrap();
    host.file(path, bytes).unwrap();
    let inventory = inventory(&host);
    assert_eq!(places(&inventory), expected, "{path}");
    let problems = problems(&inventory);
    assert_eq!(problems.iter().map(|(code, _)| *code).collect::<Vec<_>>(), codes, "{problems:?}");
    problems.into_iter().map(|(_, why)| why).collect()
}

#[test]
fn secrets_are_found_in_archives_of_all_formats() {
    let text = format!("\n  key {}\n", token());
    let files: [(&str, &[u8]); 2] = [("notes.txt", b"nothing"), ("srv/app.log", text.as_bytes())];
    let tar = tar(&files);
    for (name, packed) in [
        ("f.zip", zip(&files)),
        ("f.tar", tar.clone()),
        ("f.tar.gz", gzip(&tar)),
        ("f.tbz2", bzip2(&tar)),
        ("f.tar.xz", xz(&tar)),
        ("f.tar.zst", zstd(&tar)),
    ] {
        let path = format!("/srv/{name}");
        check(&path, &packed, &[&format!("{path} > srv/app.log:2:7")], &[]);
    }
    check("/srv/app.log.gz", &gzip(text.as_bytes()), &["/srv/app.log.gz > app.log:2:7"], &[]);
}

#[test]
fn an_image_archive_comes_out_by_itself_and_stores_in_it_are_parsed() {
    let password = Forge::new([6; 32]).alphanumeric(24);
    let netrc = format!("machine git.example.org login ana password {password}\n");
    let layer = tar(&[("home/ana/.netrc", netrc.as_bytes())]);
    let image = tar(&[("manifest.json", b"[]"), ("blobs/sha256/0a", &gzip(&layer))]);
    let host = FakeHost::new().unwrap();
    host.file("/srv/image.tar", &image).unwrap();
    let inventory = inventory(&host);
    let location = &inventory.credentials[0].places[0].location;
    assert_eq!(location.containers, ["blobs/sha256/0a", "home/ana/.netrc"]);
    assert!(location.store.is_some());
    assert_eq!(problems(&inventory), []);
}

#[test]
fn a_packed_tree_gives_the_same_secrets_as_the_tree() {
    let mut forge = Forge::new([7; 32]);
    let aws = format!(
        "[default]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
        forge.aws_key_id(),
        forge.alphanumeric(40)
    );
    let netrc = format!("machine a.example login b password {}\n", forge.alphanumeric(20));
    let env = format!("GITHUB_TOKEN={}\n", forge.checked_token("ghp_"));
    let wide: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain(env.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let big = format!("{}{env}", "a line of a log\n".repeat(400_000));
    let files: Vec<(&str, &[u8])> = vec![
        ("home/ana/.aws/credentials", aws.as_bytes()),
        ("home/ana/.netrc", netrc.as_bytes()),
        ("srv/app/.env", env.as_bytes()),
        ("srv/app/wide.txt", &wide),
        ("srv/app/big.log", big.as_bytes()),
    ];
    let ids = |inventory: &Inventory| -> BTreeSet<SecretId> {
        inventory.credentials.iter().map(|one| one.identity.secret_id).collect()
    };
    let plain = FakeHost::new().unwrap();
    files.iter().for_each(|(name, bytes)| plain.file(&format!("/{name}"), bytes).unwrap());
    let expected = inventory(&plain);
    assert!(expected.credentials.len() >= 3);
    for packed in [zip(&files), gzip(&tar(&files)), zip(&[("in.tar.xz", &xz(&tar(&files)))])] {
        let host = FakeHost::new().unwrap();
        host.file("/srv/backup", &packed).unwrap();
        let found = inventory(&host);
        assert_eq!(ids(&found), ids(&expected));
        assert_eq!(problems(&found), []);
    }
}

#[test]
fn two_gigabytes_of_zeros_end_by_their_growth() {
    // Once packed, zeros shrink to a thousandth; twice, to next to nothing.
    let bomb = gzip(&gzip(&vec![0; 128 << 20]).repeat(16));
    let text = token();
    let archive = tar(&[("a", text.as_bytes()), ("bomb.gz", &bomb), ("b", text.as_bytes())]);
    let why = check("/srv/f", &archive, &["/srv/f > a:1:1"], &[ProblemCode::ContainerOverBudget]);
    assert_eq!(why, ["it grows more than a thousandfold"]);
}

#[test]
fn what_cannot_be_unpacked_is_one_problem_each_and_the_rest_is_seen() {
    use ProblemCode::{ContainerBroken, ContainerEncrypted, ContainerUnopened};
    let text = token();
    let files: [(&str, &[u8]); 2] = [("a", text.as_bytes()), ("b", &[b'x'; 3000])];
    let encrypted = encrypted_zip(&files);
    let why = check("/srv/f.zip", &encrypted, &[], &[ContainerEncrypted]);
    assert_eq!(why, ["a: it takes a password, and 1 more"]);
    let cut = &tar(&files)[..2000];
    check("/srv/f.tar", cut, &["/srv/f.tar > a:1:1"], &[ContainerBroken]);
    let lines = format!("{text}\n{}", "x y z 0 1 2 3\n".repeat(3000));
    let cut = gzip(lines.as_bytes());
    let cut = &cut[..cut.len() - 12];
    check("/srv/f.gz", cut, &["/srv/f.gz > f:1:1"], &[ContainerBroken]);
    let sevenzip = [b"7z\xBC\xAF\x27\x1C".as_slice(), text.as_bytes()].concat();
    check("/srv/f.7z", &sevenzip, &["/srv/f.7z:1:7"], &[ContainerUnopened]);
    let broken = [b"PK\x03\x04 ".as_slice(), text.as_bytes()].concat();
    check("/srv/g.zip", &broken, &["/srv/g.zip:1:6"], &[ContainerBroken]);
}

#[test]
fn archives_without_end_and_names_that_attack_are_bounded() {
    let text = token();
    let mut nested = zip(&[("t", text.as_bytes())]);
    for _ in 0..9 {
        nested = zip(&[("t", text.as_bytes()), ("again.zip", &nested)]);
    }
    let names = |depth: usize| format!("/srv/f{}:1:1", " > again.zip".repeat(depth) + " > t");
    let mut expected: Vec<String> = (0..4).map(names).collect();
    expected.sort();
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    check("/srv/f", &nested, &expected, &[ProblemCode::ContainerOverBudget]);
    let long = "x".repeat(60_000);
    let attack = zip(&[("../../../etc/\u{1b}[31mpasswd\0", text.as_bytes()), (&long, b"")]);
    let host = FakeHost::new().unwrap();
    host.file("/srv/f.zip", &attack).unwrap();
    for format in ["terminal", "json", "sarif", "markdown", "csv", "html"] {
        let root = host.root().display().to_string();
        let said = support::run(["sweep", "--root", &root, "--format", format, "-v", "/srv"]);
        assert!(!said.stdout.is_empty(), "{format}");
        assert!(!said.stdout.contains(&0x1b), "{format}");
    }
}

#[test]
fn archives_may_be_left_unopened_and_are_counted_then() {
    let host = FakeHost::new().unwrap();
    host.file("/srv/f.tar.gz", gzip(&tar(&[("a", token().as_bytes())]))).unwrap();
    let inventory = inventory_with(&host, false);
    assert!(inventory.credentials.is_empty() && inventory.coverage.is_complete());
    let skipped: Vec<_> =
        inventory.coverage.skipped.iter().map(|(skip, n)| (skip.code(), *n)).collect();
    assert!(skipped.contains(&("archive", 1)), "{skipped:?}");
}

#[test]
fn big_archives_are_read_in_place() {
    let text = format!("\n{}", token());
    let noise: Vec<u8> =
        (0..9_000_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let files: [(&str, &[u8]); 3] =
        [("a", text.as_bytes()), ("noise", &noise), ("b", text.as_bytes())];
    let expected = ["/srv/f > a:2:1", "/srv/f > b:2:1"];
    check("/srv/f", &stored_zip(&files), &expected, &[]);
    check("/srv/f", &tar(&files), &expected, &[]);
    let noise = noise.repeat(8);
    let files: [(&str, &[u8]); 2] = [("noise", &noise), ("b", text.as_bytes())];
    check("/srv/f", &stored_zip(&files), &["/srv/f > b:2:1"], &[]);
}
