//! Many reports, one inventory: in whatever order they come, with what is wrong with any of them
//! said, and none dropped in silence.

#![allow(clippy::unwrap_used, reason = "a test that cannot write its reports has failed")]

mod support;

use std::path::Path;
use std::process::Output;

use credreach::report::{Format, Look, Verbosity, write};
use credreach::saved::read_report;
use credreach::view::{AuthorizedKey, HostPath, Report};
use credreach::{error, model};
use proptest::prelude::*;

use crate::support::credreach;

#[path = "support/inventories.rs"]
#[allow(dead_code, reason = "some of them will do")]
mod inventories;

/// A report about a host, with a key of its own or the fleet's.
fn report(host: &str, key: &str) -> Report {
    let mut report = Report::new(&inventories::infected(), &inventories::rules());
    report.run.host = host.into();
    report.run.key.origin = if key == "fleet" { "file".into() } else { "random".into() };
    report.run.key.id = key.into();
    if key != "fleet" {
        // Another key, other ids.
        for credential in &mut report.credentials {
            let number = u128::from_str_radix(&credential.secret_id, 16).unwrap();
            let salt = key.bytes().fold(7_u128, |salt, byte| salt * 257 + u128::from(byte));
            credential.secret_id = format!("{:032x}", number.wrapping_mul(salt | 1));
        }
    }
    report
}

fn written(format: Format, report: &Report) -> String {
    let look = Look { colour: false, width: 80, verbosity: Verbosity::Normal };
    let mut out = Vec::new();
    write(format, report, &look, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Reports in a folder.
struct Fleet(tempfile::TempDir);

impl Fleet {
    fn new(files: &[(&str, String)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        credreach().arg("merge").args(arguments).current_dir(self.path()).output().unwrap()
    }

    /// What is merged, as it is written, what is said beside it, and the exit code.
    fn merge(&self, names: &[&str]) -> (String, String, i32) {
        let output = self.run(&[names, &["--format", "ndjson"]].concat());
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (text(output.stdout), text(output.stderr), output.status.code().unwrap())
    }

    fn merged(&self, names: &[&str]) -> (Report, String, i32) {
        let (text, said, code) = self.merge(names);
        let (report, notes) =
            read_report(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {said}"));
        assert_eq!(notes, credreach::saved::Notes::default());
        (report, said, code)
    }
}

fn ndjson(host: &str, key: &str) -> String {
    written(Format::Ndjson, &report(host, key))
}

/// How each report was read.
fn read(report: &Report) -> Vec<&str> {
    report.run.reports.iter().map(|one| &*one.read).collect()
}

#[test]
fn one_key_on_fourteen_hosts_is_one_row_with_fourteen_places() {
    let hosts: Vec<String> = (0..14).map(|number| format!("web-{number:02}")).collect();
    let files: Vec<(&str, String)> =
        hosts.iter().map(|host| (host.as_str(), ndjson(host, "fleet"))).collect();
    let fleet = Fleet::new(&files);
    let names: Vec<&str> = hosts.iter().map(String::as_str).collect();
    let (merged, said, code) = fleet.merged(&names);
    let one = report("web-00", "fleet");
    assert_eq!(code, 0, "{said}");
    assert_eq!(merged.credentials.len(), one.credentials.len());
    assert_eq!(merged.summary.n_places, 14 * one.summary.n_places);
    assert_eq!(merged.infected_installs.len(), 14 * one.infected_installs.len());
    for (rank, credential) in (1..).zip(&merged.credentials) {
        assert_eq!((credential.rank, credential.n_hosts), (rank, Some(14)));
        let alike = one.credentials.iter().find(|like| like.secret_id == credential.secret_id);
        assert_eq!(credential.verdict, alike.unwrap().verdict);
        assert_eq!(credential.locations.len(), 14 * alike.unwrap().locations.len());
        for exposure in credential.locations.iter().flat_map(|location| &location.exposures) {
            assert!(exposure.install.unwrap() < merged.infected_installs.len());
        }
    }
    let indices: Vec<usize> = merged.infected_installs.iter().map(|one| one.index).collect();
    assert!(indices.into_iter().eq(0..merged.infected_installs.len()));
    assert_eq!(merged.run.host, "14 hosts");
}

#[test]
fn an_exposure_goes_on_naming_the_install_of_its_own_host() {
    let fleet = Fleet::new(&[("a", ndjson("web-1", "fleet")), ("b", ndjson("web-2", "fleet"))]);
    let (merged, ..) = fleet.merged(&["a", "b"]);
    let locations = merged.credentials.iter().flat_map(|credential| &credential.locations);
    for location in locations {
        for index in location.exposures.iter().filter_map(|exposure| exposure.install) {
            assert_eq!(merged.infected_installs[index].host, location.host);
        }
    }
}

#[test]
fn rows_of_different_keys_are_joined_by_their_public_identity_alone_and_that_is_said() {
    let fleet = Fleet::new(&[("a", ndjson("web-1", "k1")), ("b", ndjson("web-2", "k2"))]);
    let (merged, said, code) = fleet.merged(&["a", "b"]);
    assert_eq!(code, 0);
    assert!(said.contains("2 keys: rows of different keys are only joined by public"), "{said}");
    let one = report("web-1", "k1");
    let n_named = one.credentials.iter().filter(|one| one.key_id.is_some()).count();
    assert!(n_named > 0 && n_named < one.credentials.len());
    assert_eq!(merged.credentials.len(), 2 * one.credentials.len() - n_named);
    for credential in &merged.credentials {
        let is_named = credential.key_id.is_some();
        assert_eq!(credential.n_hosts, Some(if is_named { 2 } else { 1 }));
        assert_eq!(credential.other_secret_ids.len(), usize::from(is_named));
    }
    assert_eq!(&*merged.run.key.origin, "several");
}

#[test]
fn a_report_that_says_what_another_one_says_counts_once_and_is_told() {
    let one = report("web-1", "fleet");
    let fleet = Fleet::new(&[
        ("a.ndjson", written(Format::Ndjson, &one)),
        ("b.json", written(Format::Json, &one)),
        ("c.ndjson", ndjson("web-2", "fleet")),
    ]);
    let (merged, said, code) = fleet.merged(&["c.ndjson", "b.json", "a.ndjson"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(read(&merged), ["whole", "duplicate", "whole"]);
    assert!(said.contains("b.json: duplicate: it says just what a.ndjson says"), "{said}");
    let (without, ..) = fleet.merged(&["a.ndjson", "c.ndjson"]);
    let credentials = |report: &Report| serde_json::to_string(&report.credentials).unwrap();
    assert_eq!(credentials(&merged), credentials(&without));
    assert_eq!(merged.coverage.n_files_read, without.coverage.n_files_read);
}

#[test]
fn two_sweeps_of_a_host_give_each_place_once_as_the_later_one_saw_it() {
    let mut later = report("web-1", "fleet");
    later.run.started = "2026-04-01T00:00:00Z".into();
    later.credentials[0].locations[0].mode = "0400".into();
    let fleet =
        Fleet::new(&[("a", written(Format::Ndjson, &later)), ("b", ndjson("web-1", "fleet"))]);
    let (merged, ..) = fleet.merged(&["a", "b"]);
    assert_eq!(merged.summary.n_places, later.summary.n_places);
    let id = &later.credentials[0].secret_id;
    let same = merged.credentials.iter().find(|one| one.secret_id == *id).unwrap();
    assert!(same.locations.iter().any(|location| location.mode == "0400"));
}

#[test]
fn what_is_wrong_with_a_report_is_told_and_the_rest_is_merged() {
    let whole = ndjson("web-1", "fleet");
    let second = ndjson("web-2", "fleet");
    let n_lines = second.lines().count();
    let cut: String = second.split_inclusive('\n').take(n_lines - 1).collect();
    let stray = |line: &str| line.replacen("\"install\":0", "\"install\":77", 1);
    let spoilt: String = second
        .split_inclusive('\n')
        .map(|line| if line.contains("\"credential\"") { stray(line) } else { line.to_owned() })
        .collect();
    let cases: [(&str, String, &str, &str); 10] = [
        ("cut", cut, "in-part", "its end, the summary, is missing"),
        ("cut-in-a-line", second[..second.len() - 30].into(), "in-part", "cut off in line"),
        ("newer", second.replacen("\"1.0\"", "\"2.0\"", 1), "not-read", "take a newer one"),
        ("edited-at-once", second.replacen("\"web-2\"", "\"web-9\"", 1), "changed", "line 1 is"),
        ("edited", second.replacen("plaintext", "encrypted", 1), "changed", "it was edited"),
        ("empty", String::new(), "not-read", "no JSON or NDJSON report"),
        ("noise", "{\"a\": 1}\n".into(), "not-read", "no JSON or NDJSON report"),
        ("stray", spoilt, "in-part", "infected install that it does not list"),
        ("broken", second.replacen("{\"record\":\"plan\"", "{\"record\"", 1), "in-part", "line "),
        (
            "document",
            written(Format::Json, &report("web-2", "fleet"))[..9000].into(),
            "",
            "cut off",
        ),
    ];
    for (name, text, how, why) in cases {
        let fleet = Fleet::new(&[("a", whole.clone()), ("b", text)]);
        let (merged, said, code) = fleet.merged(&["a", "b"]);
        assert_eq!(code, 3, "{name}: {said}");
        let told = &merged.run.reports[1];
        assert!(how.is_empty() || told.read == how, "{name}: {}", told.read);
        assert!(told.why.as_ref().unwrap().contains(why), "{name}: {told:?}");
        assert!(said.contains("warning: b: ") && said.contains(why), "{name}: {said}");
        assert_eq!(serde_json::to_value(merged.status).unwrap(), "incomplete");
        assert!(merged.credentials.len() >= report("web-1", "fleet").credentials.len());
    }
}

#[test]
fn a_report_that_is_not_there_and_a_folder_without_one_are_told() {
    let fleet = Fleet::new(&[("a", ndjson("web-1", "fleet"))]);
    let (merged, said, code) = fleet.merged(&["a", "none"]);
    assert_eq!((code, read(&merged)), (3, vec!["whole", "not-read"]), "{said}");
    let output = fleet.run(&["."]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("1 entries of other names") && said.contains("no report"), "{said}");
}

#[test]
fn a_line_without_an_end_costs_its_report_alone() {
    let long = format!("{}{}", ndjson("web-2", "fleet"), "x".repeat(257 << 20));
    let fleet = Fleet::new(&[("a", ndjson("web-1", "fleet")), ("b", long)]);
    let (merged, said, code) = fleet.merged(&["a", "b"]);
    assert_eq!((code, read(&merged)), (3, vec!["whole", "in-part"]), "{said}");
    assert!(said.contains("is longer than 256 MiB"), "{said}");
    assert!(merged.credentials.iter().all(|one| one.n_hosts == Some(2)));
}

#[test]
fn folders_and_lists_name_reports_too() {
    let fleet = Fleet::new(&[
        ("a.ndjson", ndjson("web-1", "fleet")),
        ("b.json", written(Format::Json, &report("web-2", "fleet"))),
        ("list", "a.ndjson\nb.json\n".into()),
    ]);
    let (of_folder, ..) = fleet.merged(&["."]);
    let (of_list, ..) = fleet.merged(&["--from-list", "list"]);
    assert_eq!(of_folder.run.reports.len(), 2);
    let credentials = |report: &Report| serde_json::to_string(&report.credentials).unwrap();
    assert_eq!(credentials(&of_folder), credentials(&of_list));
}

#[test]
fn a_merged_inventory_is_a_report_for_every_command_and_format() {
    let fleet = Fleet::new(&[("a", ndjson("web-1", "fleet")), ("b", ndjson("web-2", "fleet"))]);
    let saved = fleet.run(&["a", "b", "--format", "ndjson", "--output", "merged"]);
    assert_eq!(saved.status.code(), Some(0));
    let verified =
        credreach().args(["verify", "merged"]).current_dir(fleet.path()).output().unwrap();
    assert_eq!(verified.status.code(), Some(0));
    for (name, _) in Format::ALL {
        let direct = fleet.run(&["a", "b", "--format", name]);
        let later = credreach()
            .args(["report", "merged", "--format", name])
            .current_dir(fleet.path())
            .output()
            .unwrap();
        // What a process exits with is its own: that of a merge, or that of a report.
        let text = |bytes: &[u8]| {
            let text =
                String::from_utf8_lossy(bytes).replace("\"exit_code\": 1", "\"exit_code\": 0");
            let text = text.replace("\"exit_code\":1", "\"exit_code\":0");
            let without_chain = text.lines().map(|line| line.split(",\"chain\"").next().unwrap());
            without_chain.collect::<Vec<_>>().join("\n")
        };
        let is_data = ["terminal", "json", "ndjson"].contains(&name);
        assert!(!is_data || text(&direct.stdout) == text(&later.stdout), "{name}");
        assert!(!direct.stdout.is_empty());
    }
    let again = fleet.merged(&["merged", "a"]).0;
    assert_eq!(again.credentials.len(), report("web-1", "fleet").credentials.len());
    assert!(again.credentials.iter().all(|one| one.n_hosts == Some(2)));
}

#[test]
fn a_private_key_here_and_its_public_half_on_another_host_are_an_edge() {
    let fingerprint = format!("SHA256:{}", "a1B2".repeat(11));
    let mut one = report("web-1", "fleet");
    one.credentials[0].key_id = Some(fingerprint.clone());
    let mut other = report("web-2", "k2");
    other.credentials.clear();
    other.summary.n_credentials = 0;
    let key = |user: &str, fingerprint: &str| AuthorizedKey {
        host: None,
        user: user.into(),
        fingerprint: fingerprint.into(),
        limits: Vec::new(),
        comment: None,
        path: HostPath(format!("/home/{user}/.ssh/authorized_keys").into()),
        line: 3,
    };
    other.authorized_keys = vec![key("deploy", &fingerprint), key("bob", "SHA256:another")];
    let fleet =
        Fleet::new(&[("a", written(Format::Ndjson, &one)), ("b", written(Format::Ndjson, &other))]);
    let (merged, said, code) = fleet.merged(&["a", "b"]);
    assert_eq!(code, 0, "{said}");
    let mut opened = merged.credentials.iter().flat_map(|credential| {
        let let_in = credential.opens.iter().filter(|opening| opening.host == "web-2");
        let_in.map(|opening| (credential.key_id.clone(), opening))
    });
    let (key_id, opening) = opened.next().unwrap();
    assert_eq!((key_id, &*opening.how), (Some(fingerprint), "lets-in"));
    assert_eq!(opening.what, "deploy@web-2");
    assert_eq!(opening.evidence[0].host.as_deref(), Some("web-2"));
    assert_eq!(opened.next().map(|(_, opening)| opening.what.clone()), None);
    let hosts: Vec<_> = merged.authorized_keys.iter().map(|key| key.host.as_deref()).collect();
    assert!(hosts.ends_with(&[Some("web-2"), Some("web-2")]), "{hosts:?}");
}

#[test]
fn a_merged_inventory_is_what_the_schema_allows() {
    let cut = ndjson("web-3", "k2");
    let fleet = Fleet::new(&[
        ("a", ndjson("web-1", "fleet")),
        ("b", cut[..cut.len() - 100].into()),
        ("c", "noise".into()),
    ]);
    let output = fleet.run(&["a", "b", "c", "--format", "json"]);
    let document = serde_json::from_slice(&output.stdout).unwrap();
    let schema = include_str!("../docs/schema/report-v1.json");
    let validator = jsonschema::draft202012::new(&serde_json::from_str(schema).unwrap()).unwrap();
    let mistakes: Vec<String> = validator
        .iter_errors(&document)
        .map(|mistake| format!("{}: {mistake}", mistake.instance_path()))
        .collect();
    assert!(mistakes.is_empty(), "{mistakes:#?}");
}

#[test]
fn the_terminal_names_the_host_of_each_place() {
    let fleet = Fleet::new(&[("a", ndjson("web-1", "fleet")), ("b", ndjson("web-2", "fleet"))]);
    let shown = String::from_utf8(fleet.run(&["a", "b"]).stdout).unwrap();
    assert!(shown.contains("on 2 hosts"), "{shown}");
    assert!(shown.contains("web-1:/home/ana/") && shown.contains("web-2:/home/ana/"), "{shown}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]
    #[test]
    fn the_order_of_the_reports_changes_no_byte(
        order in Just(vec!["a", "b", "c", "d", "e"]).prop_shuffle(),
    ) {
        let cut = ndjson("web-4", "fleet");
        let fleet = Fleet::new(&[
            ("a", ndjson("web-1", "fleet")),
            ("b", ndjson("web-2", "k2")),
            ("c", ndjson("web-3", "k3")),
            ("d", cut[..cut.len() - 200].into()),
            ("e", ndjson("web-1", "fleet")),
        ]);
        let (expected, ..) = fleet.merge(&["a", "b", "c", "d", "e"]);
        let (text, ..) = fleet.merge(&order);
        prop_assert!(text == expected);
    }
}
