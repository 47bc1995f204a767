//! The rules of a SARIF log: one for each kind of credential, advisory, kind of startup code and
//! kind of broker of the report. Knows no result.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::report::sarif::place::message;
use crate::report::terminal::brokers;
use crate::view::{Advisory, Credential, Report, Rotation};

/// What a consumer that sorts by figures is told of an impact from 1 to 5.
const SEVERITIES: [&str; 5] = ["2.0", "4.0", "6.0", "8.0", "9.5"];

/// The rules, by id.
pub struct Rules(BTreeMap<String, Value>);

impl Rules {
    /// Those that a report needs.
    pub fn of(report: &Report) -> Self {
        let credentials = of_credentials(&report.credentials);
        let advisories = report.advisories.iter().map(of_advisory);
        // An install without its advisory is no sound report, and still no reason to fail.
        let installs = report.infected_installs.iter();
        let unexplained = installs.map(|one| rule(advisory(&one.advisory), &one.advisory, "", 5));
        let startup_code =
            report.startup_code.iter().filter(|code| !code.signs.is_empty()).map(|code| {
                let help = "It runs unasked. Look at it: nothing proves it bad.";
                rule(startup(&code.kind), &code.what, help, 3)
            });
        let brokers = report
            .brokers
            .iter()
            .map(|one| rule(broker(&one.kind), &one.kind, brokers::step(&one.kind), 4));
        let rules = unexplained.chain(advisories).chain(credentials).chain(startup_code);
        Self(rules.chain(brokers).collect())
    }

    /// Their descriptors.
    pub fn descriptors(&self) -> Vec<&Value> {
        self.0.values().collect()
    }

    /// The place of one among the descriptors.
    pub fn index(&self, id: &str) -> usize {
        self.0.keys().position(|known| known == id).unwrap_or(0)
    }
}

/// The rule of a kind of credential.
pub fn credential(kind: &str) -> String {
    format!("credential/{kind}")
}

/// The rule of an advisory.
pub fn advisory(id: &str) -> String {
    format!("advisory/{id}")
}

/// The rule of a kind of startup code.
pub fn startup(kind: &str) -> String {
    format!("startup-code/{kind}")
}

/// The rule of a kind of broker.
pub fn broker(kind: &str) -> String {
    format!("broker/{kind}")
}

/// A rule for each kind. Its help is what all credentials of the kind have in common: the names
/// of a single one stand with its results.
fn of_credentials(credentials: &[Credential]) -> impl Iterator<Item = (String, Value)> {
    let mut kinds: BTreeMap<&str, (&Credential, Vec<&str>)> = BTreeMap::new();
    for one in credentials {
        let texts = texts(&one.rotation);
        let (_, common) = kinds.entry(&one.kind).or_insert_with(|| (one, texts.clone()));
        common.retain(|text| texts.contains(text));
    }
    kinds
        .into_values()
        .map(|(one, help)| rule(credential(&one.kind), &one.title, &help.join("\n"), one.impact))
}

/// All that is said about a rotation, in order.
fn texts(rotation: &Rotation) -> Vec<&str> {
    let Rotation { place, steps, commands, checks, breaks, .. } = rotation;
    let lists = steps.iter().chain(commands).chain(checks);
    let all = std::iter::once(place).chain(lists).chain([breaks]);
    all.map(String::as_str).filter(|text| !text.is_empty()).collect()
}

fn of_advisory(one: &Advisory) -> (String, Value) {
    let help = std::iter::once(&one.summary).chain(&one.contain).cloned().collect::<Vec<_>>();
    rule(advisory(&one.id), &one.title, &help.join("\n"), 5)
}

fn rule(id: String, title: &str, help: &str, impact: u8) -> (String, Value) {
    let help = if help.is_empty() { title } else { help };
    let help: Vec<String> = help.lines().map(message).collect();
    let severity = SEVERITIES[usize::from(impact.clamp(1, 5)) - 1];
    let descriptor = json!({
        "id": id,
        "shortDescription": {"text": message(title)},
        "help": {"text": help.join("\n")},
        "properties": {"tags": ["security"], "security-severity": severity},
    });
    (id, descriptor)
}
