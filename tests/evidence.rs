//! A report that was changed, cut off or put together anew does not pass for what was written,
//! and no report is written over or through anything.

#![allow(clippy::unwrap_used, reason = "a test that cannot write its report has failed")]

mod support;

use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;

use credreach::report::{Format, Look, Verbosity, write};
use credreach::saved::{Mistake, Verified, verify};
use credreach::view::Report;
use credreach::{error, model};

use crate::support::credreach;

#[path = "support/inventories.rs"]
#[allow(dead_code, reason = "one of them will do")]
mod inventories;

fn written(format: Format) -> String {
    let report = Report::new(&inventories::every_state(), &inventories::rules());
    let look = Look { colour: false, width: 80, verbosity: Verbosity::Normal };
    let mut out = Vec::new();
    write(format, &report, &look, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn verified(text: &str) -> Verified {
    verify(text.as_bytes()).unwrap()
}

/// A text with one line changed, taken out or put in.
fn with_line<R>(text: &str, change: impl FnOnce(&mut Vec<&str>) -> R) -> String {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    change(&mut lines);
    lines.concat()
}

/// What `credreach verify` says of a file, and its exit code.
fn told(text: &str) -> (String, i32) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("report"), text).unwrap();
    let output = credreach().args(["verify", "report"]).current_dir(&folder).output().unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (said, output.status.code().unwrap())
}

#[test]
fn a_stream_that_was_written_is_intact() {
    let text = written(Format::Ndjson);
    let Verified::Intact { n_lines, value } = verified(&text) else { panic!("not intact") };
    assert_eq!(n_lines as usize, text.lines().count());
    assert!(text.ends_with(&format!(",\"chain\":\"{value}\"}}\n")));
    assert_eq!(verified(text.trim_end()), verified(&text), "the last newline is nothing");
}

#[test]
fn a_byte_that_was_changed_is_found_in_its_line() {
    let text = written(Format::Ndjson);
    let mut line = 1;
    for at in 0..text.len() {
        if text.as_bytes()[at] == b'\n' {
            line += 1;
        } else if at % 61 == 0 || text.as_bytes()[at..].starts_with(b"chain") {
            let mut changed = text.clone().into_bytes();
            changed[at] ^= 1;
            let found = verify(changed.as_slice());
            // Of the first lines, so much may be gone that it is no report, or not chained.
            let is_found = matches!(&found, Ok(Verified::Broken { line: found }) if *found == line)
                || line == 1 && matches!(&found, Ok(Verified::Unchained) | Err(_));
            assert!(is_found, "byte {at} of line {line}: {found:?}");
        }
    }
}

#[test]
fn a_line_that_is_missing_doubled_moved_or_added_is_found() {
    let text = written(Format::Ndjson);
    let last = text.lines().count();
    let check = |expected: usize, change: fn(&mut Vec<&str>)| {
        let changed = with_line(&text, change);
        assert_eq!(verified(&changed), Verified::Broken { line: expected as u64 });
    };
    check(3, |lines| _ = lines.remove(2));
    check(4, |lines| lines.insert(3, lines[2]));
    check(2, |lines| lines.swap(1, 2));
    check(1, |lines| _ = lines.remove(0));
    check(last + 1, |lines| lines.push("{\"record\":\"credential\"}\n"));
    check(last + 1, |lines| lines.push(lines[0]));
    check(2, |lines| lines[1] = "{\"record\":\"credential\"}\n");
}

#[test]
fn a_stream_that_was_cut_is_good_as_far_as_it_goes() {
    let text = written(Format::Ndjson);
    let cut = with_line(&text, |lines| lines.pop().map(str::len));
    let n_lines = cut.lines().count() as u64;
    assert!(matches!(verified(&cut), Verified::CutOff { n_lines: n, .. } if n == n_lines));
    let in_a_line = &text[..text.len() - 20];
    assert!(matches!(verified(in_a_line), Verified::CutOff { n_lines: n, .. } if n == n_lines));
}

#[test]
fn a_stream_without_a_chain_and_a_document_are_called_so() {
    let unchained = |line: &str| format!("{}}}\n", &line[..line.len() - 76]);
    let earlier: String = written(Format::Ndjson).lines().map(unchained).collect();
    assert_eq!(verified(&earlier), Verified::Unchained);
    let document = written(Format::Json);
    assert_eq!(verified(&document), Verified::Unchained);
    let cut = &document[..document.len() / 2];
    assert!(matches!(verify(cut.as_bytes()), Err(Mistake::CutOff { .. })));
}

#[test]
fn the_exit_code_says_what_was_found() {
    let text = written(Format::Ndjson);
    let check = |text: &str, code: i32, start: &str| {
        let (said, found) = told(text);
        assert_eq!(found, code, "{said}");
        assert!(said.starts_with(start), "{said}");
    };
    check(&text, 0, "INTACT: ");
    check(&text.replacen("plaintext", "encrypted", 1), 1, "CHANGED: line ");
    check(&with_line(&text, |lines| lines.pop().map(str::len)), 1, "CUT OFF after line ");
    check(&written(Format::Json), 3, "NO CHAIN");
    check(&written(Format::Json)[..2000], 1, "CHANGED: it is cut off in line ");
    check("no report", 2, "error: cannot read the report: report: this is no JSON");
    check(&written(Format::Json).replacen("1.0", "2.0", 1), 2, "error: cannot read the report");
}

#[test]
fn stock_python_comes_to_the_same_value() {
    let folder = tempfile::tempdir().unwrap();
    let docs = include_str!("../docs/evidence.md");
    let script = docs.split("```python\n").nth(1).unwrap().split("```").next().unwrap();
    let text = written(Format::Ndjson);
    std::fs::write(folder.path().join("report"), &text).unwrap();
    let mut python = std::process::Command::new("python3");
    let Ok(output) = python.args(["-c", script, "report"]).current_dir(&folder).output() else {
        return;
    };
    let Verified::Intact { value, .. } = verified(&text) else { panic!("not intact") };
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), value);
}

#[test]
fn a_report_goes_into_a_new_file_of_its_owner_and_never_through_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("saved"), written(Format::Json)).unwrap();
    std::fs::write(at("there"), "kept").unwrap();
    symlink("there", at("link")).unwrap();
    symlink("nowhere", at("dangling")).unwrap();
    symlink(".", at("folder")).unwrap();
    let save_to = |name: &str| {
        let arguments = ["report", "saved", "--format", "ndjson", "--output", name];
        credreach().args(arguments).current_dir(&folder).output().unwrap()
    };
    for taken in ["there", "link", "dangling", "saved"] {
        let output = save_to(taken);
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("it exists already"), "{said}");
    }
    assert_eq!(std::fs::read_to_string(at("there")).unwrap(), "kept");
    assert!(!at("nowhere").exists(), "written through a link");
    assert_eq!(save_to("new").status.code(), Some(0));
    let mode = Path::new(&at("new")).metadata().unwrap().mode();
    assert_eq!(mode & 0o7777, 0o600);
}
