//! The verdicts on real files: each scenario is planted on a disk in three steps, before a
//! window, inside it and after it, and the sweep is asked what code of one user could have read
//! in that window. Needs root, for it gives files to other users; without it the test says by
//! name that it was skipped. `--nocapture` prints the table.

#![allow(clippy::unwrap_used, reason = "a test that cannot plant its host has failed")]
#![allow(clippy::print_stderr, reason = "the table, and a test that is skipped says so")]

mod support;

#[path = "scenarios/host.rs"]
mod host;
#[path = "scenarios/table.rs"]
mod table;

use std::process::Output;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use host::{Host, Place};
use table::{SCENARIOS, Scenario};

/// Longer than the doubt that stamps of a file system leave.
const APART: Duration = Duration::from_secs(4);

#[test]
fn every_scenario_ends_with_the_verdict_that_its_facts_allow() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: every_scenario_ends_with_the_verdict_that_its_facts_allow needs root");
        return;
    }
    let host = Host::plant();
    let places: Vec<Place> =
        SCENARIOS.iter().enumerate().map(|(n, one)| host.place(n, one.file)).collect();
    let step = |act: fn(&Scenario) -> fn(&Place)| {
        SCENARIOS.iter().zip(&places).for_each(|(scenario, place)| act(scenario)(place));
    };
    step(|scenario| scenario.before);
    std::thread::sleep(APART);
    let start = seconds();
    std::thread::sleep(APART);
    step(|scenario| scenario.inside);
    std::thread::sleep(APART / 2);
    let end = seconds();
    std::thread::sleep(APART);
    step(|scenario| scenario.after);
    let report = sweep(&host, start, end);
    let answers: Vec<Answer> = SCENARIOS
        .iter()
        .zip(&places)
        .map(|(scenario, place)| Answer::find(&report, place, scenario))
        .collect();
    print_table(&answers);
    let wrong: Vec<String> = SCENARIOS
        .iter()
        .zip(&answers)
        .filter(|(scenario, answer)| !answer.is_expected(scenario))
        .map(|(scenario, answer)| format!("{}: {}", scenario.name, answer.told()))
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), SCENARIOS.len(), wrong.join("\n"));
}

fn seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn sweep(host: &Host, start: u64, end: u64) -> Value {
    let output: Output = support::credreach()
        .args(["sweep", "/srv", "/home", "--format", "json", "--exit-zero", "--quiet"])
        .arg("--root")
        .arg(host.root())
        .args(["--as", "root,ana,bob,deploy,carl,dora,eve,finn"])
        .args(["--window", &format!("{start}..{end}")])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("no report: {told}"))
}

/// What the report says of a place for one user.
struct Answer {
    verdict: String,
    grade: String,
    flags: Vec<String>,
    reasons: String,
}

impl Answer {
    fn find(report: &Value, place: &Place, scenario: &Scenario) -> Self {
        let Scenario { asked_as: user, flag, .. } = scenario;
        let path = place.host_path();
        let credentials = report["credentials"].as_array().unwrap().iter();
        let locations = credentials.flat_map(|one| one["locations"].as_array().unwrap());
        let here = locations.filter(|one| {
            let names = one["other_names"].as_array().unwrap().iter();
            one["path"] == *path || names.into_iter().any(|name| name["path"] == *path)
        });
        let exposures = here.flat_map(|one| one["exposures"].as_array().unwrap());
        let asked = exposures.filter(|one| one["install"].is_null() && one["user"] == **user);
        // Of several secrets in one file, the one that has the flag.
        let has_flag = |one: &&Value| {
            one["flags"].as_array().unwrap().iter().any(|told| told["flag"] == **flag)
        };
        let Some(asked) = asked.max_by_key(has_flag) else {
            let nothing = String::new();
            return Self {
                verdict: "nothing found".into(),
                grade: nothing.clone(),
                flags: Vec::new(),
                reasons: nothing,
            };
        };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let all = |list: &Value, field: &str| -> Vec<String> {
            list.as_array().unwrap().iter().map(|one| text(&one[field])).collect()
        };
        let reasons: Vec<String> = asked["reasons"].as_array().unwrap().iter().map(text).collect();
        Self {
            verdict: text(&asked["verdict"]),
            grade: text(&asked["grade"]),
            flags: all(&asked["flags"], "flag"),
            reasons: reasons.join("; "),
        }
    }

    fn is_expected(&self, scenario: &Scenario) -> bool {
        let has_flag = scenario.flag.is_empty() || self.flags.iter().any(|f| f == scenario.flag);
        self.summary() == scenario.expected && has_flag
    }

    /// `not-exposed A`
    fn summary(&self) -> String {
        format!("{} {}", self.verdict, self.grade).trim_end().to_owned()
    }

    fn told(&self) -> String {
        format!("{} [{}] ({})", self.summary(), self.flags.join(" "), self.reasons)
    }
}

fn print_table(answers: &[Answer]) {
    eprintln!("| # | scenario | as | expected | given |\n|---|---|---|---|---|");
    for (number, (scenario, answer)) in SCENARIOS.iter().zip(answers).enumerate() {
        let Scenario { name, asked_as, expected, flag, .. } = scenario;
        let flags = answer.flags.join(" ");
        let (number, given) = (number + 1, answer.summary());
        eprintln!("| {number} | {name} | {asked_as} | {expected} {flag} | {given} {flags} |");
    }
}
