//! Reading 200,000 records of somebody else's catalogue, from a folder of files and from
//! one zip: what `--advisories` adds to a sweep. The records are made here.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;

use credreach::advisories::read;
use credreach::components::normal_name;
use divan::Bencher;
use divan::counter::ItemsCount;
use tempfile::TempDir;
use zip::write::SimpleFileOptions;

const N_RECORDS: usize = 200_000;
/// The collections that are published lie in folders of their packages; this many a folder
/// keeps the making short.
const N_RECORDS_A_FOLDER: usize = 1_000;

fn main() {
    divan::main();
}

/// A record in one of the shapes that are published: every version, a list, a range, an
/// ordinary vulnerability; with details as long as they mostly are.
fn record(number: usize) -> String {
    let ecosystem = if number.is_multiple_of(5) { "PyPI" } else { "npm" };
    let affected = match number % 4 {
        0 => r#""ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]"#.to_owned(),
        1 => format!(r#""versions": ["1.0.{number}", "1.0.{}"]"#, number + 1),
        2 => r#""ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "1.0.0"}, {"fixed": "2.0.0"}]}]"#
            .to_owned(),
        _ => r#""versions": ["99.9.9"], "database_specific": {"cwes": [{"cweId": "CWE-506"}]}"#.to_owned(),
    };
    let id = if number.is_multiple_of(50) { "GHSA" } else { "MAL-2026" };
    let details = "The package was found to hold code that sends what it reads away. ".repeat(18);
    format!(
        r#"{{"schema_version": "1.7.4", "id": "{id}-{number}", "published": "2026-01-01T00:00:00Z",
        "modified": "2026-01-02T00:00:00Z", "summary": "Malicious code in made-up-{number} ({ecosystem})",
        "details": "{details}", "references": [{{"type": "WEB", "url": "https://made.example/{number}"}}],
        "affected": [{{"package": {{"ecosystem": "{ecosystem}", "name": "made-up-{number}"}}, {affected}}}]}}"#
    )
}

fn folder(root: &Path) {
    for number in 0..N_RECORDS {
        let folder = root.join(format!("{:03}", number / N_RECORDS_A_FOLDER));
        if number.is_multiple_of(N_RECORDS_A_FOLDER) {
            fs::create_dir(&folder).expect("a folder can be made");
        }
        fs::write(folder.join(format!("{number}.json")), record(number)).expect("there is room");
    }
}

fn zip(path: &Path) {
    let file = fs::File::create(path).expect("a file can be made");
    let mut zip = zip::ZipWriter::new(BufWriter::new(file));
    for number in 0..N_RECORDS {
        let name = format!("{number}.json");
        zip.start_file(name, SimpleFileOptions::default()).expect("a zip takes members");
        zip.write_all(record(number).as_bytes()).expect("there is room");
    }
    zip.finish().expect("there is room");
}

fn check(bencher: Bencher<'_, '_>, path: &Path) {
    let paths = [path.to_owned()];
    bencher.counter(ItemsCount::new(N_RECORDS)).bench_local(|| {
        let library = read(&paths, normal_name).expect("it can be read");
        assert!(library.problems.is_empty());
    });
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn of_a_folder(bencher: Bencher<'_, '_>) {
    let planted = TempDir::new().expect("a temporary folder can be made");
    folder(planted.path());
    check(bencher, planted.path());
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn of_a_zip(bencher: Bencher<'_, '_>) {
    let planted = TempDir::new().expect("a temporary folder can be made");
    let path = planted.path().join("all.zip");
    zip(&path);
    check(bencher, &path);
}
