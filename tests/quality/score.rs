//! Sweeps the hosts with the binary and compares what it reports with what was planted. Makes no judgement: the floors
//! stand in tests/quality.rs.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::cases::{Case, Host, Tier};

/// Writes all hosts below a folder: `host-00/home/ana/…`, and `truth.json`, for other tools.
pub fn write(hosts: &[Host], folder: &Path) {
    let mut truth = Vec::new();
    for (number, case) in numbered(hosts) {
        let path = root(folder, number).join(&case.path);
        std::fs::create_dir_all(path.parent().expect("a file of a host lies in a folder"))
            .and_then(|()| std::fs::write(&path, &case.content))
            .expect("the folder of the hosts can be written to");
        let shown = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
        truth.push(json!({
            "path": shown, "tier": letter(case.tier), "family": case.family, "form": case.form,
            "spans": case.expected.iter().map(|it| it.as_ref().map(|it| [it.start, it.end])).collect::<Vec<_>>(),
            "public": case.public.iter().map(|it| [it.start, it.end]).collect::<Vec<_>>(),
            "texts": case.texts,
        }));
    }
    for number in 0..hosts.len() {
        let passwd = root(folder, number).join("etc/passwd");
        let users: String = (0..100)
            .map(|it| format!("ana{it}:x:{}:100::/home/ana{it}:/bin/sh\n", 1_000 + it))
            .collect();
        let folders = [root(folder, number).join("etc"), root(folder, number).join("var")];
        folders
            .iter()
            .try_for_each(std::fs::create_dir_all)
            .and_then(|()| std::fs::write(&passwd, users))
            .expect("the folder of the hosts can be written to");
    }
    let truth = serde_json::to_vec(&truth).expect("a list of cases is JSON");
    std::fs::write(folder.join("truth.json"), truth).expect("the folder can be written to");
}

fn numbered(hosts: &[Host]) -> impl Iterator<Item = (usize, &Case)> {
    hosts.iter().enumerate().flat_map(|(number, host)| host.iter().map(move |case| (number, case)))
}

fn root(folder: &Path, number: usize) -> PathBuf {
    folder.join(format!("host-{number:02}"))
}

/// The letter of a tier, as docs/quality.md calls it.
pub const fn letter(tier: Tier) -> &'static str {
    match tier {
        Tier::Shape => "A",
        Tier::Vendor => "B",
        Tier::Generic => "C",
        Tier::Store => "S",
        Tier::Key => "K",
        Tier::Harmless => "harmless",
        Tier::NearMiss => "near-miss",
    }
}

/// What came of one case.
pub struct Outcome<'c> {
    /// The case.
    pub case: &'c Case,
    /// How many of its secrets were found.
    pub n_found: usize,
    /// What was reported where nothing is: the kinds.
    pub false_alarms: Vec<String>,
}

/// Sweeps each host as the root of an image and says what came of each case.
pub fn sweep<'h>(hosts: &'h [Host], folder: &Path, program: &Path) -> Vec<Outcome<'h>> {
    let reported: Vec<_> = (0..hosts.len()).map(|it| places(&root(folder, it), program)).collect();
    let outcome = |(number, case): (usize, &'h Case)| {
        let places = reported[number].get(&case.path).map_or(&[][..], Vec::as_slice);
        compare(case, places)
    };
    numbered(hosts).map(outcome).collect()
}

/// Which cases were missed or flagged, one a line: for whoever mends a rule.
pub fn faults(outcomes: &[Outcome<'_>]) -> String {
    let line = |outcome: &Outcome<'_>| {
        let Case { tier, family, form, path, expected, .. } = outcome.case;
        let n_missed = expected.len() - outcome.n_found;
        let alarms = outcome.false_alarms.join(",");
        let is_whole = n_missed == 0 && alarms.is_empty();
        let tier = letter(*tier);
        let line =
            format!("{tier}\t{family}\t{form}\tmissed {n_missed}\tfalse [{alarms}]\t{path}\n");
        (!is_whole).then_some(line)
    };
    outcomes.iter().filter_map(line).collect()
}

/// A place of a report.
struct Place {
    kind: String,
    span: Range<usize>,
}

fn places(root: &Path, program: &Path) -> BTreeMap<String, Vec<Place>> {
    let mut command = Command::new(program);
    command.env_clear().args(["sweep", "--format", "json", "--exit-zero", "--root"]).arg(root);
    let output = command.args(["/home", "/etc", "/var"]).output().expect("the binary can be run");
    let errors = String::from_utf8_lossy(&output.stderr);
    let report: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("no report: {errors}"));
    let mut places: BTreeMap<String, Vec<Place>> = BTreeMap::new();
    for credential in report["credentials"].as_array().expect("a report lists credentials") {
        for place in credential["locations"].as_array().expect("a credential has places") {
            let path = place["path"].as_str().unwrap_or_default().trim_start_matches('/');
            let at = |end: &str| place["span"][end].as_u64().unwrap_or(0) as usize;
            let kind = credential["kind"].as_str().unwrap_or_default().to_owned();
            let place = Place { kind, span: at("start")..at("end") };
            places.entry(path.to_owned()).or_default().push(place);
        }
    }
    places
}

fn compare<'c>(case: &'c Case, places: &[Place]) -> Outcome<'c> {
    let meets =
        |one: &Range<usize>, other: &Range<usize>| one.start < other.end && other.start < one.end;
    let shows = |expected: &Option<Range<usize>>, place: &Place| {
        expected.as_ref().is_none_or(|expected| meets(expected, &place.span))
    };
    let is_found = |it: &&Option<Range<usize>>| places.iter().any(|place| shows(it, place));
    let is_false = |place: &&Place| {
        !case.expected.iter().any(|expected| shows(expected, place))
            && !case.public.iter().any(|public| meets(public, &place.span))
    };
    Outcome {
        case,
        n_found: case.expected.iter().filter(is_found).count(),
        false_alarms: places.iter().filter(is_false).map(|place| place.kind.clone()).collect(),
    }
}
