//! A saved report is the report: read back, it gives the same bytes in every format; cut off,
//! edited or of another layout it is refused, and nothing of it is quoted.

#![allow(clippy::unwrap_used, reason = "a test that cannot write its report has failed")]

use credreach::report::{Format, Look, Verbosity, write};
use credreach::saved::{Mistake, read_records, read_report};
use credreach::view::{Record, Report};
use credreach::{error, model};

#[path = "support/inventories.rs"]
mod inventories;

fn reports() -> Vec<Report> {
    let rules = inventories::rules();
    inventories::all().map(|inventory| Report::new(&inventory, &rules)).into()
}

fn written(format: Format, report: &Report) -> String {
    let look = Look { colour: true, width: 80, verbosity: Verbosity::Verbose };
    let mut out = Vec::new();
    write(format, report, &look, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn infected() -> Report {
    Report::new(&inventories::infected(), &inventories::rules())
}

/// What is wrong with a text.
fn mistake(text: &str) -> Mistake {
    read_report(text.as_bytes()).unwrap_err()
}

#[test]
fn a_saved_report_gives_the_same_bytes_in_every_format() {
    for report in reports() {
        for saved in [Format::Json, Format::Ndjson] {
            let (read, notes) = read_report(written(saved, &report).as_bytes()).unwrap();
            assert_eq!(notes, credreach::saved::Notes::default());
            for (name, format) in Format::ALL {
                assert!(written(format, &read) == written(format, &report), "{name}");
            }
        }
    }
}

#[test]
fn both_formats_hold_the_same_records() {
    for report in reports() {
        let records = |format| {
            let mut names = Vec::new();
            let mut note = |record: Record| {
                names.push(serde_json::to_string(&record).unwrap());
                Ok(())
            };
            read_records(written(format, &report).as_bytes(), &mut note).unwrap();
            names.sort();
            names
        };
        assert_eq!(records(Format::Json), records(Format::Ndjson));
    }
}

#[test]
fn a_report_that_is_cut_off_is_refused_wherever_that_is() {
    for format in [Format::Json, Format::Ndjson] {
        let whole = written(format, &infected());
        let n_bytes = whole.trim_end().len();
        for end in (0..n_bytes).step_by(97).chain([n_bytes - 1]) {
            let end = (0..=end).rev().find(|end| whole.is_char_boundary(*end)).unwrap();
            let mistake = mistake(&whole[..end]);
            let is_told =
                matches!(mistake, Mistake::CutOff { .. } | Mistake::NoEnd | Mistake::NoReport);
            assert!(is_told, "{end} bytes: {mistake}");
        }
    }
}

#[test]
fn a_report_without_one_of_its_credentials_is_refused() {
    let whole = written(Format::Ndjson, &infected());
    let mut lines: Vec<&str> = whole.lines().collect();
    let credential = lines.iter().position(|line| line.contains("\"credential\"")).unwrap();
    lines.remove(credential);
    assert!(matches!(mistake(&lines.join("\n")), Mistake::Miscounted { .. }));
}

#[test]
fn another_layout_is_named_and_a_later_one_of_the_same_is_noted() {
    for format in [Format::Json, Format::Ndjson] {
        let text = written(format, &infected());
        let with = |version: &str| text.replacen("1.0", version, 1);
        assert_eq!(mistake(&with("2.0")), Mistake::Newer { major: 2 });
        assert_eq!(mistake(&with("one")), Mistake::NoReport);
        let (_, notes) = read_report(with("1.7").as_bytes()).unwrap();
        assert_eq!(notes.later_minor, Some(7));
    }
}

#[test]
fn what_is_no_report_is_refused_and_never_quoted() {
    let token = ["gh", "p_", "thisMustNotBeSaid"].concat();
    for text in ["", "[]", "null", "{}", "{\"a\": 1}", "\u{0}", "{\"record\":\"summary\"}"] {
        mistake(text);
    }
    let report = written(Format::Json, &infected());
    let edited = report.replacen("\"plaintext\"", &format!("\"{token}\""), 1);
    let said = mistake(&edited).to_string();
    assert!(said.starts_with("line ") && !said.contains(&token), "{said}");
}

#[test]
fn records_that_nobody_knows_are_counted() {
    let text = written(Format::Ndjson, &infected());
    let (first, rest) = text.split_once('\n').unwrap();
    let later = format!("{first}\n{{\"record\":\"forecast\",\"rain\":true}}\n{rest}");
    let (_, notes) = read_report(later.as_bytes()).unwrap();
    assert_eq!(notes.n_unknown_records, 1);
}
