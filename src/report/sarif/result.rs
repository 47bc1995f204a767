//! The results of a SARIF log: each place of a credential, each infected install, startup code
//! that is worth a look, and brokers within reach. Levels come from the verdicts alone.

use std::collections::BTreeSet;

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::model::exposure::Verdict;
use crate::model::rule::Confidence;
use crate::report::sarif::place::{address, artifact, fingerprints, location, message, part};
use crate::report::sarif::rule::{self, Rules};
use crate::report::terminal::list::{decision, readers, shouted, title};
use crate::report::terminal::{brokers, installs, past, startup};
use crate::report::worst::worst;
use crate::view::{
    Broker, Credential, Exposure, HostPath, InfectedInstall, Location, Report, StartupCode,
    Suppressed,
};

/// All results, each made when it is asked for: what is infected first, then credentials in
/// rotation order.
pub struct Results<'r> {
    /// What is reported.
    pub report: &'r Report,
    /// The rules that results name.
    pub rules: &'r Rules,
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(results(self.report).map(|mut result| {
            let index = result["ruleId"].as_str().map_or(0, |id| self.rules.index(id));
            result["ruleIndex"] = json!(index);
            result
        }))
    }
}

fn results(report: &Report) -> impl Iterator<Item = Value> {
    let has_key = report.run.key.origin == "file";
    let installs = report.infected_installs.iter().map(infected_install);
    let startup_code = report.startup_code.iter().filter(|code| !code.signs.is_empty());
    let credentials = report.credentials.iter().zip(fingerprints(&report.credentials));
    let places = credentials.flat_map(move |(credential, prints)| {
        let secret_id = has_key.then_some(&credential.secret_id);
        let places = credential.locations.iter().zip(prints);
        places.map(move |(at, print)| place(credential, at, &print, secret_id))
    });
    let within_reach = report.brokers.iter().filter(|one| brokers::is_within_reach(one));
    let found = installs.chain(startup_code.map(startup_result)).chain(places);
    found.chain(within_reach.map(broker))
}

fn place(
    credential: &Credential,
    at: &Location,
    fingerprint: &str,
    secret_id: Option<&String>,
) -> Value {
    let exposure = worst(&at.exposures);
    let mut prints = json!({"credreachPlace/v1": fingerprint});
    // A random key gives other ids on every run: they would tell nothing apart.
    if let Some(secret_id) = secret_id {
        prints["credreachSecretId/v1"] = json!(secret_id);
    }
    let told = exposure.map_or_else(|| readers(credential), told);
    let title = title(credential).replace("  ", " ");
    // Said once: a key in fourteen places is rotated once.
    let is_first = credential.locations.first().is_some_and(|first| std::ptr::eq(first, at));
    json!({
        "ruleId": rule::credential(&credential.kind),
        "level": level(exposure, credential),
        "message": {"text": message(&format!("{title}: {told}"))},
        "locations": [location(at)],
        "partialFingerprints": prints,
        "suppressions": suppressions(credential, at),
        "properties": {
            "rank": credential.rank,
            "phase": credential.phase,
            "because": credential.because,
            "after": credential.after,
            "last_changed": credential.last_changed,
            "mints": credential.mints,
            "opens": is_first.then_some(&credential.opens),
            "rotation": is_first.then_some(&credential.rotation),
            "verdict": exposure.filter(|one| one.install.is_some()).map(|one| &one.verdict),
            "asked": credential.asked,
            "confidence": credential.confidence,
            "protection": credential.protection,
            "propagates": credential.propagates,
            "readers": at.readers,
            "host": at.host,
        },
    })
}

/// What sets a place aside. An empty list says that it was looked for and nothing does.
fn suppressions(credential: &Credential, at: &Location) -> Vec<Value> {
    let suppressed = at.suppressed.as_ref().or(credential.suppressed.as_ref());
    let one = |suppressed: &Suppressed| {
        let kind = if suppressed.by == "comment" { "inSource" } else { "external" };
        let justification = message(&suppressed.reason);
        json!({"kind": kind, "status": "accepted", "justification": justification})
    };
    suppressed.map(one).into_iter().collect()
}

/// `EXPOSED as ana: the user owns the file`
fn told(exposure: &Exposure) -> String {
    format!("{} as {}: {}", shouted(exposure), exposure.user.user, decision(exposure))
}

/// How loud a verdict is. What was only supposed, or is perhaps no credential, is no error.
fn level(exposure: Option<&Exposure>, credential: &Credential) -> &'static str {
    let is_doubtful = credential.confidence == Confidence::Low.as_str();
    match level_of(exposure) {
        "error" if is_doubtful => "warning",
        level => level,
    }
}

fn level_of(exposure: Option<&Exposure>) -> &'static str {
    let Some(exposure) = exposure else { return "warning" };
    let is = |verdict: Verdict| exposure.verdict == verdict.as_str();
    if is(Verdict::NotExposed) {
        return "note";
    }
    let is_certain = is(Verdict::Exposed) || is(Verdict::Likely);
    if is_certain && exposure.install.is_some() { "error" } else { "warning" }
}

fn infected_install(install: &InfectedInstall) -> Value {
    let package = install.package.iter().map(|package| &package.path);
    let mentions = install.mentions.iter().map(|mention| &mention.path);
    let sightings = install.sightings.iter().map(|sighting| &sighting.path);
    let paths: Vec<&HostPath> = package.chain(mentions).chain(sightings).collect();
    let users: Vec<&str> = install.runners.iter().map(|one| &*one.user.user).collect();
    let users = if users.is_empty() { "not known".to_owned() } else { users.join(", ") };
    let move_to = installs::move_to(install);
    let move_to = move_to.map_or_else(String::new, |to| format!("; move to {to}"));
    let (titled, is) = (installs::title(install), past::clause(&install.presence));
    let text = format!("{titled}: {is}; ran as: {users}{move_to}");
    let related: BTreeSet<&&HostPath> = paths.iter().skip(1).collect();
    json!({
        "ruleId": rule::advisory(&install.advisory),
        "level": if past::is_here(install) { "error" } else { "warning" },
        "message": {"text": message(&text)},
        "locations": paths.iter().take(1).map(|path| file(path)).collect::<Vec<_>>(),
        "relatedLocations": related.into_iter().map(|path| file(path)).collect::<Vec<_>>(),
        "partialFingerprints": print(&part(&titled), paths.first().copied()),
        "properties": {"presence": install.presence, "window": install.window},
    })
}

/// The name of what has no key id: what it is, and where.
fn print(what: &str, path: Option<&HostPath>) -> Value {
    let path = path.map(|path| address(&path.0)).unwrap_or_default();
    json!({"credreachPlace/v1": format!("{what}:/{path}")})
}

fn startup_result(code: &StartupCode) -> Value {
    let is_of_install = code.signs.iter().any(|sign| sign.install.is_some());
    let mut location = file(&code.path);
    if let Some(line) = code.line {
        location["physicalLocation"]["region"] = json!({"startLine": line.max(1)});
    }
    let text = format!("{}: {}", startup::what(code), startup::whys(code));
    json!({
        "ruleId": rule::startup(&code.kind),
        "level": if is_of_install { "warning" } else { "note" },
        "message": {"text": message(&text)},
        "locations": [location],
        "partialFingerprints": print(&code.kind, Some(&code.path)),
    })
}

fn broker(broker: &Broker) -> Value {
    let exposure = worst(&broker.exposures);
    let why = exposure.map_or_else(String::new, |one| brokers::why(broker, one));
    let text = format!("{}; {why}", brokers::title(broker));
    json!({
        "ruleId": rule::broker(&broker.kind),
        "level": level_of(exposure),
        "message": {"text": message(&text)},
        "locations": [file(&broker.path)],
        "partialFingerprints": print(&broker.kind, Some(&broker.path)),
        "properties": {"verdict": exposure.map(|one| &one.verdict)},
    })
}

fn file(path: &HostPath) -> Value {
    json!({"physicalLocation": {"artifactLocation": artifact(&path.0)}})
}
