//! Two reports side by side: each class of what became of a credential, and above all what may
//! not be claimed. Reports are written and read back, so both formats are under test.

#![allow(clippy::unwrap_used, reason = "a test that cannot write its report has failed")]

use std::path::Path;

use credreach::report::{Format, Look, Verbosity, comparison, receipt, write};
use credreach::saved::compare::{Hosts, Mismatch, Snapshot, compare};
use credreach::view::comparison::{Basis, Class, ComparedCredential, Comparison, CopyKind, Fate};
use credreach::view::{Credential, HostPath, Location, Problem, Report, Status};
use credreach::{error, model};

#[allow(dead_code, reason = "other tests use the rest of it")]
#[path = "support/inventories.rs"]
mod inventories;

const BEFORE: &str = "2026-03-25T08:00:00Z";
const AFTER: &str = "2026-03-26T08:00:00Z";

fn look() -> Look {
    Look { colour: false, width: 100, verbosity: Verbosity::Verbose }
}

/// A complete report of nothing, made with a key file.
fn report(started: &str) -> Report {
    let mut report = Report::new(&inventories::infected(), &inventories::rules());
    report.run.started = started.into();
    report.run.key.origin = "file".into();
    report.run.roots[0].path = HostPath("/home/ana".into());
    report.run.roots.truncate(1);
    report.status = Status::Complete;
    report.coverage.skipped.clear();
    report.coverage.problems.counts.clear();
    report.coverage.problems.listed.clear();
    report.clock.doubts.clear();
    report.credentials.clear();
    report.infected_installs.clear();
    report.summary.n_credentials = 0;
    report
}

/// A credential whose id is a letter.
fn credential(id: &str, paths: &[&str]) -> Credential {
    let report = Report::new(&inventories::infected(), &inventories::rules());
    let mut credential = report.credentials[0].clone();
    let location = credential.locations[0].clone();
    let at = |path: &&str| Location {
        path: HostPath(path.into()),
        other_names: Vec::new(),
        ..location.clone()
    };
    credential.locations = paths.iter().map(at).collect();
    credential.secret_id = id.repeat(32);
    credential.key_id = None;
    credential.expiry = None;
    credential.verdict = Some("exposed".into());
    credential
}

fn with(mut report: Report, credentials: Vec<Credential>) -> Report {
    report.summary.n_credentials = credentials.len();
    report.credentials = credentials;
    report
}

fn snapshot(report: &Report, format: Format) -> Snapshot {
    let mut out = Vec::new();
    write(format, report, &look(), &mut out).unwrap();
    Snapshot::read(Path::new("report"), out.as_slice()).unwrap().0
}

fn compared(before: &Report, after: &Report) -> Comparison {
    let [first, second] = [Format::Json, Format::Ndjson]
        .map(|format| {
            let (before, after) = (snapshot(before, Format::Json), snapshot(after, format));
            compare(&before, &after, Hosts::Same).unwrap()
        })
        .map(|comparison| (comparison.credentials.clone(), comparison));
    let as_json = |one: &[ComparedCredential]| serde_json::to_string(one).unwrap();
    assert_eq!(as_json(&first.0), as_json(&second.0), "both formats say the same");
    first.1
}

/// What became of one credential, and with which exit code.
fn check(before: &Report, after: &Report, class: Class, exit_code: u8) -> ComparedCredential {
    let comparison = compared(before, after);
    let credential = comparison.credentials[0].clone();
    assert_eq!(credential.class, class, "{}", credential.says);
    assert_eq!(comparison.summary.exit_code, exit_code);
    credential
}

fn env() -> Report {
    with(report(BEFORE), vec![credential("a", &["/home/ana/.env", "/home/ana/.env.bak"])])
}

#[test]
fn another_secret_in_every_place_is_a_rotation() {
    let paths = &["/home/ana/.env", "/home/ana/.env.bak"];
    let after = with(report(AFTER), vec![credential("b", paths)]);
    let credential = check(&env(), &after, Class::Rotated, 0);
    assert_eq!(credential.basis, Basis::SecretId);
    assert_eq!(credential.replaced_by[0].secret_id, "b".repeat(32));
    assert_eq!(compared(&env(), &after).credentials.len(), 1, "its successor is not new");
}

#[test]
fn the_old_secret_in_a_backup_is_a_rotation_in_part() {
    let new = credential("b", &["/home/ana/.env"]);
    let old = credential("a", &["/home/ana/.env.bak", "/home/ana/.bash_history"]);
    let after = with(report(AFTER), vec![new, old]);
    let credential = check(&env(), &after, Class::Partly, 1);
    let fates = credential.places.iter().map(|one| (one.fate, one.copy)).collect::<Vec<_>>();
    let expected = [
        (Fate::Replaced, None),
        (Fate::StillThere, Some(CopyKind::Backup)),
        (Fate::New, Some(CopyKind::History)),
    ];
    assert_eq!(fates, expected);
}

#[test]
fn the_same_secret_is_still_there_wherever_it_went() {
    let after = with(report(AFTER), vec![credential("a", &["/home/ana/moved"])]);
    let credential = check(&env(), &after, Class::StillThere, 1);
    let fates = credential.places.iter().map(|one| one.fate).collect::<Vec<_>>();
    assert_eq!(fates, [Fate::Gone, Fate::Gone, Fate::New]);
}

#[test]
fn what_was_read_again_and_not_found_is_gone() {
    check(&env(), &report(AFTER), Class::Gone, 0);
}

#[test]
fn what_was_not_read_again_is_never_gone() {
    let check_unseen = |spoil: &dyn Fn(&mut Report)| {
        let mut after = report(AFTER);
        spoil(&mut after);
        let credential = check(&env(), &after, Class::Unseen, 3);
        assert!(credential.places.iter().any(|one| one.why.is_some()));
    };
    check_unseen(&|after| after.status = Status::Interrupted);
    check_unseen(&|after| after.run.roots[0].path = HostPath("/srv".into()));
    check_unseen(&|after| after.run.roots.clear());
    check_unseen(&|after| after.run.explained = Some("/etc/x".into()));
    check_unseen(&|after| after.run.task = "audit".into());
    check_unseen(&|after| after.run.rules_digest = "other".into());
    check_unseen(&|after| {
        after.coverage.skipped.insert("excluded".into(), 1);
    });
    check_unseen(&|after| {
        after.coverage.skipped.insert("closed-home".into(), 1);
        after.run.uid = 4242;
    });
    for path in ["/home/ana/.env", "/home/ana", "/"] {
        check_unseen(&|after| problem(after, "read/permission-denied", path, 1));
    }
    check_unseen(&|after| problem(after, "read/permission-denied", "/a/first/one", 2));
}

/// One listed problem of so many.
fn problem(report: &mut Report, code: &'static str, path: &str, n: u64) {
    let problem = Problem {
        host: None,
        code: code.into(),
        path: HostPath(path.into()),
        why: "denied".into(),
    };
    report.status = Status::Incomplete;
    report.coverage.problems.counts.insert(code.into(), n);
    report.coverage.problems.listed.push(problem);
    report.coverage.problems.unlisted = n - 1;
}

#[test]
fn problems_elsewhere_do_not_hide_what_was_read() {
    let mut after = report(AFTER);
    problem(&mut after, "read/permission-denied", "/home/bob", 1);
    problem(&mut after, "components/malformed", "/home/ana", 1);
    check(&env(), &after, Class::Gone, 0);
}

#[test]
fn processes_have_other_numbers_and_must_have_been_looked_at() {
    let before = with(report(BEFORE), vec![credential("a", &["/proc/77/environ"])]);
    let mut after = report(AFTER);
    after.coverage.n_process_environments = 0;
    check(&before, &after, Class::Unseen, 3);
    after.coverage.n_process_environments = 5;
    after.run.image = None;
    check(&before, &after, Class::Gone, 0);
    problem(&mut after, "read/permission-denied", "/proc/9/environ", 1);
    check(&before, &after, Class::Unseen, 3);
}

#[test]
fn a_replaced_place_beside_one_that_was_not_read_is_no_rotation() {
    let mut after = with(report(AFTER), vec![credential("b", &["/home/ana/.env"])]);
    problem(&mut after, "read/permission-denied", "/home/ana/.env.bak", 1);
    check(&env(), &after, Class::Unseen, 3);
}

#[test]
fn what_ended_by_itself_needs_no_rotation() {
    let ending = |at: &str| {
        let mut old = credential("a", &["/home/ana/.env"]);
        let mut report = Report::new(&inventories::infected(), &inventories::rules());
        old.expiry = report.credentials.iter_mut().find_map(|one| one.expiry.take());
        let expiry = old.expiry.as_mut().unwrap();
        (expiry.at, expiry.is_renewable) = (Some(at.into()), false);
        old
    };
    let both =
        |at: &str| (with(report(BEFORE), vec![ending(at)]), with(report(AFTER), vec![ending(at)]));
    let (before, after) = both("2026-03-25T20:00:00Z");
    check(&before, &after, Class::Expired, 0);
    let (before, after) = both("2026-03-27T20:00:00Z");
    check(&before, &after, Class::StillThere, 1);
}

#[test]
fn what_was_out_of_reach_is_no_work_left() {
    let mut old = credential("a", &["/home/ana/.env"]);
    old.verdict = Some("not-exposed".into());
    let mut still = old.clone();
    still.verdict = None;
    let before = with(report(BEFORE), vec![old]);
    let after = with(report(AFTER), vec![still.clone()]);
    assert!(!check(&before, &after, Class::StillThere, 0).to_rotate);
    still.verdict = Some("exposed".into());
    let after = with(report(AFTER), vec![still]);
    assert!(check(&before, &after, Class::StillThere, 1).to_rotate);
    assert_eq!(compared(&before, &after).summary.n_verdicts_changed, 1);
}

#[test]
fn two_of_a_kind_in_one_file_are_told_apart() {
    let path = &["/home/ana/.aws/credentials"];
    let of = |id: &str, account: &str| {
        let mut one = credential(id, path);
        one.account = Some(account.into());
        one
    };
    let before = with(report(BEFORE), vec![of("a", "prod"), of("b", "test")]);
    let after = with(report(AFTER), vec![of("c", "prod"), of("b", "test")]);
    let comparison = compared(&before, &after);
    let classes = comparison.credentials.iter().map(|one| one.class).collect::<Vec<_>>();
    assert_eq!(classes, [Class::Rotated, Class::StillThere]);
    let after = with(report(AFTER), vec![of("c", "test"), of("d", "prod")]);
    let comparison = compared(&before, &after);
    let now = comparison.credentials.iter().map(|one| &one.replaced_by[0].secret_id[..1]);
    assert_eq!(now.collect::<Vec<_>>(), ["d", "c"]);
}

/// The same with random keys, whose ids say nothing.
fn without_key(mut report: Report, id: &str) -> Report {
    report.run.key.origin = "random".into();
    report.run.key.id = id.into();
    report
}

#[test]
fn without_a_common_key_public_names_tell() {
    let named = |id: &str, key_id: &str| {
        let mut one = credential(id, &["/home/ana/.aws/credentials"]);
        one.key_id = Some(key_id.into());
        one
    };
    let before = without_key(with(report(BEFORE), vec![named("a", "KEY1")]), "k1");
    let mut touched = named("z", "KEY1");
    touched.locations[0].times.changed = AFTER.into();
    let after = without_key(with(report(AFTER), vec![touched]), "k2");
    let credential = check(&before, &after, Class::StillThere, 1);
    assert_eq!(credential.basis, Basis::KeyId);
    let after = without_key(with(report(AFTER), vec![named("z", "KEY2")]), "k2");
    check(&before, &after, Class::Rotated, 0);
    assert!(compared(&before, &after).warnings[0].contains("no common --key-file"));
}

#[test]
fn without_a_common_key_a_nameless_secret_cannot_be_told_unless_its_file_is_untouched() {
    let before = without_key(env(), "k1");
    let mut touched = credential("z", &["/home/ana/.env", "/home/ana/.env.bak"]);
    let after = without_key(with(report(AFTER), vec![touched.clone()]), "k2");
    let credential = check(&before, &after, Class::StillThere, 1);
    assert_eq!(credential.basis, Basis::Place);
    touched.locations.iter_mut().for_each(|one| one.times.changed = AFTER.into());
    let after = without_key(with(report(AFTER), vec![touched.clone()]), "k2");
    check(&before, &after, Class::CannotTell, 3);
    check(&before, &without_key(report(AFTER), "k2"), Class::Gone, 0);
    touched.locations.iter_mut().for_each(|one| one.path = HostPath("/home/ana/moved".into()));
    let after = without_key(with(report(AFTER), vec![touched]), "k2");
    check(&before, &after, Class::CannotTell, 3);
}

#[test]
fn what_came_is_new_unless_the_first_report_did_not_list_all() {
    let after = with(report(AFTER), vec![credential("n", &["/home/ana/new"])]);
    check(&report(BEFORE), &after, Class::New, 0);
    let mut before = report(BEFORE);
    before.run.task = "audit".into();
    assert!(compared(&before, &after).credentials.is_empty());
}

#[test]
fn installs_are_gone_only_if_nothing_of_them_runs() {
    let infected = Report::new(&inventories::infected(), &inventories::rules());
    let mut before = report(BEFORE);
    before.infected_installs.clone_from(&infected.infected_installs);
    let mut after = report(AFTER);
    after.infected_installs.clone_from(&infected.infected_installs);
    assert_eq!(compared(&before, &after).summary.exit_code, 1);
    assert_eq!(compared(&before, &report(AFTER)).summary.exit_code, 0);
    let mut elsewhere = report(AFTER);
    elsewhere.run.roots.clear();
    assert_eq!(compared(&before, &elsewhere).summary.exit_code, 3);
}

#[test]
fn a_pair_that_is_none_is_refused() {
    let of = |report: &Report| snapshot(report, Format::Json);
    let (before, after) = (of(&env()), of(&report(AFTER)));
    let mismatch = |one, other| compare(one, other, Hosts::Same).unwrap_err();
    assert_eq!(mismatch(&before, &before), Mismatch::SameReport);
    assert!(matches!(mismatch(&after, &before), Mismatch::WrongOrder { .. }));
    let as_stream = snapshot(&env(), Format::Ndjson);
    assert!(matches!(mismatch(&before, &as_stream), Mismatch::WrongOrder { .. }));
    let mut renamed = report(AFTER);
    renamed.run.host = "web-4".into();
    let renamed = of(&renamed);
    assert!(matches!(mismatch(&before, &renamed), Mismatch::OtherHost { .. }));
    let comparison = compare(&before, &renamed, Hosts::Renamed).unwrap();
    assert!(comparison.warnings[0].contains("web-4"), "{}", comparison.warnings[0]);
}

#[test]
fn two_reports_in_one_file_are_refused() {
    let mut out = Vec::new();
    write(Format::Ndjson, &env(), &look(), &mut out).unwrap();
    let twice = out.repeat(2);
    assert!(Snapshot::read(Path::new("report"), twice.as_slice()).is_err());
}

#[test]
fn no_name_of_the_host_reaches_a_screen_or_a_receipt_unescaped() {
    let mut hostile = credential("a", &["/home/ana/\u{1b}[31m`<b>\n|x"]);
    hostile.title = "<script>*a*\u{202e}".into();
    hostile.account = Some("``` \u{1b}]0;".into());
    let before = with(report(BEFORE), vec![hostile.clone()]);
    let after = with(report(AFTER), vec![hostile]);
    let comparison = compared(&before, &after);
    let mut shown = Vec::new();
    comparison::write_terminal(&comparison, &look(), &mut shown).unwrap();
    receipt::write(&comparison, &mut shown).unwrap();
    let shown = String::from_utf8(shown).unwrap();
    assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{shown}");
    assert!(shown.contains(r"&lt;script\>\*a\*"), "{shown}");
    assert!(shown.contains(r"``/home/ana/\x1b[31m`<b>\n|x``"), "{shown}");
}

#[test]
fn the_document_is_what_its_schema_allows_and_every_word_is_explained() {
    let schema = include_str!("../docs/schema/comparison-v1.json");
    let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let infected = Report::new(&inventories::infected(), &inventories::rules());
    let mut after = with(report(AFTER), vec![credential("b", &["/home/ana/.env"])]);
    after.infected_installs.clone_from(&infected.infected_installs);
    let comparison = compared(&env(), &after);
    let mut out = Vec::new();
    comparison::write_json(&comparison, &mut out).unwrap();
    let document: serde_json::Value = serde_json::from_slice(&out).unwrap();
    let mistakes: Vec<String> =
        validator.iter_errors(&document).map(|one| one.to_string()).collect();
    assert!(mistakes.is_empty(), "{mistakes:#?}");
    let explained = include_str!("../docs/comparison.md");
    let mut words = Vec::new();
    words_of(&schema["$defs"], &mut words);
    assert!(words.len() > 50);
    for word in words {
        assert!(explained.contains(&format!("`{word}`")), "docs/comparison.md lacks `{word}`");
    }
}

/// Names of fields and words of lists.
fn words_of(schema: &serde_json::Value, words: &mut Vec<String>) {
    let fields = schema["properties"].as_object();
    words.extend(fields.into_iter().flat_map(|fields| fields.keys().cloned()));
    let listed = schema["enum"].as_array().into_iter().flatten();
    words.extend(listed.filter_map(|one| one.as_str().map(str::to_owned)));
    let children = schema.as_object().into_iter().flat_map(|map| map.values());
    children.for_each(|one| words_of(one, words));
}
