//! Proof that this binary works on this machine: plants a small infected host in a
//! temporary folder, sweeps it, and checks every line of the result that matters.
//! Everything planted is made at run time and opens nothing.

mod host;
mod scenario;

use std::collections::{BTreeSet, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use host::{FakeHost, is_root};

use crate::detect::engine::Engine;
use crate::error::Error;
use crate::forge::Forge;
use crate::model::inventory::{Credential, CredentialPlace, Inventory};
use crate::model::principal::Certainty;
use crate::model::protection::Protection;
use crate::model::rule_set::RuleSet;
use crate::model::time::Moment;
use crate::report::{Format, Look, Verbosity, write};
use crate::selftest::scenario::{Owner, Planted, Rest, SITE_PACKAGES, TRACES, credentials};
use crate::sweep::{Watch, sweep};
use crate::view::Report;

/// Longer than the doubt that times are given: what is planted before it is "before".
const PAUSE: Duration = Duration::from_millis(2100);
/// So many bytes of a secret in a row are a leak.
const LEAK_BYTES: usize = 8;
/// Ids that hosts do not use, for when we may give files away.
const UID_ANA: u32 = 61_001;
const UID_BOB: u32 = 61_002;

/// One thing that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What must hold.
    pub what: String,
    /// Whether it does.
    pub outcome: CheckOutcome,
}

/// How a check ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckOutcome {
    /// It holds.
    Passed,
    /// It does not, and why.
    Failed(String),
    /// It cannot be tried here, and why.
    Skipped(String),
}

/// Plants, sweeps and checks. The planted host goes afterwards, unless it is to be kept:
/// then its folder is returned. `now` tells the time after planting.
pub fn selftest(
    rules: &RuleSet,
    seed: [u8; 32],
    now: impl Fn() -> Moment,
    keep: bool,
) -> Result<(Vec<Check>, Option<PathBuf>), Error> {
    let broken = |what: &str, error: &io::Error| Error::SelfTest {
        what: what.into(),
        why: error.to_string(),
    };
    let planted = credentials(&mut Forge::new(seed));
    let host = plant(&planted).map_err(|error| broken("planting a host", &error))?;
    let config = host.config(now()).map_err(|error| broken("planting a host", &error))?;
    let inventory = sweep(&config, &Engine::new(rules), &Watch::default())?;
    let mut checks = installs(&inventory);
    checks.extend(planted.iter().flat_map(|file| found(&inventory, rules, file)));
    checks.push(nothing_else(&inventory, &planted));
    checks.push(coverage(&inventory));
    checks.extend(no_leak(&inventory, rules, &planted));
    Ok((checks, keep.then(|| host.keep())))
}

fn plant(planted: &[Planted]) -> io::Result<FakeHost> {
    let uids =
        if is_root() { (UID_ANA, UID_BOB) } else { (rustix::process::geteuid().as_raw(), UID_BOB) };
    let mut host = FakeHost::new()?;
    host.mode("/", 0o755)?;
    host.user("ana", uids.0, "/home/ana")?;
    host.user("bob", uids.1, "/home/bob")?;
    for file in planted {
        host.file(file.path, &file.text)?;
        host.mode(file.path, file.mode)?;
    }
    host.own("/home/ana", uids.0)?;
    host.own("/home/bob", uids.1)?;
    host.use_folder("/home/bob")?;
    std::thread::sleep(PAUSE);
    host.install(SITE_PACKAGES, "litellm", "1.82.8")?;
    host.own("/home/ana/shop/.venv", uids.0)?;
    for (path, text) in TRACES {
        host.file(path, text)?;
    }
    host.own("/home/ana/.config/sysmon", uids.0)?;
    host.own(TRACES[0].0, uids.0)?;
    Ok(host)
}

fn installs(inventory: &Inventory) -> Vec<Check> {
    let hit = inventory.installs.iter().find(|install| {
        let component = install.component.as_ref();
        component.is_some_and(|component| {
            (&*component.name, &*component.version) == ("litellm", "1.82.8")
        })
    });
    let ana =
        inventory.principals.users.iter().find(|user| user.name == "ana").map(|user| user.uid);
    let runner = hit.and_then(|install| {
        install.runners.iter().find(|runner| Some(runner.uid) == ana).map(|runner| runner.certainty)
    });
    let traces: BTreeSet<&Path> =
        hit.iter().flat_map(|install| &install.sightings).map(|one| one.path.as_path()).collect();
    let mut checks = vec![
        check("litellm 1.82.8 is found as an infected install", hit.is_some(), "it is not"),
        check("it is known to have run as ana", runner == Some(Certainty::Observed), "it is not"),
    ];
    checks.extend(TRACES.map(|(path, _)| {
        check(&format!("the trace {path} is found"), traces.contains(Path::new(path)), "it is not")
    }));
    checks
}

/// Every credential of a planted file: found there, of its kind, resting as it was
/// planted, and judged as its owner says.
fn found(inventory: &Inventory, rules: &RuleSet, file: &Planted) -> Vec<Check> {
    let here = |(credential, place): &(&Credential, &CredentialPlace), kind: &str| {
        place.location.path == Path::new(file.path)
            && rules.kind(credential.identity.kind).id == kind
    };
    let check_one = |(kind, rest): &(&'static str, Rest)| {
        let what = format!("{kind} in {}", file.path);
        let Some((credential, place)) = all_places(inventory).find(|one| here(one, kind)) else {
            return check(&what, false, "is not found");
        };
        let is_encrypted = matches!(credential.identity.protection, Protection::Encrypted { .. });
        if is_encrypted != (*rest == Rest::Encrypted) {
            return check(&what, false, "is not known to rest as it does");
        }
        if file.owner == Owner::Bob && !is_root() {
            let outcome = CheckOutcome::Skipped("only root can give files to another user".into());
            return Check { what: format!("{what}, judged"), outcome };
        }
        let verdict = place.exposures.iter().map(|exposure| exposure.judgement.verdict).min();
        let expected = file.owner.verdict();
        let what = format!("{what}: {}", expected.as_str());
        let found = verdict.map_or("not judged", |verdict| verdict.as_str());
        check(&what, verdict == Some(expected), &format!("is {found}"))
    };
    file.expect.iter().map(check_one).collect()
}

fn nothing_else(inventory: &Inventory, planted: &[Planted]) -> Check {
    let n_planted: usize = planted.iter().map(|file| file.expect.len()).sum();
    let n_found = inventory.credentials.len();
    let what = format!("{n_planted} credentials and nothing else");
    check(&what, n_found == n_planted, &format!("{n_found} were found"))
}

fn coverage(inventory: &Inventory) -> Check {
    let problems: Vec<String> =
        inventory.coverage.problems.listed().map(ToString::to_string).collect();
    check("everything was read", inventory.coverage.is_complete(), &problems.join("; "))
}

/// No report of any format and verbosity holds a piece of a planted secret. What stands
/// in clear in the files beside the secrets (names, hosts, markers) is no secret.
fn no_leak(inventory: &Inventory, rules: &RuleSet, planted: &[Planted]) -> Vec<Check> {
    let report = Report::new(inventory, rules);
    let mut checks = Vec::new();
    for (name, format) in Format::ALL {
        let look = Look { colour: false, width: 80, verbosity: Verbosity::Verbose };
        let mut bytes = Vec::new();
        let written = write(format, &report, &look, &mut bytes);
        let leak = planted.iter().find(|file| leaks(&file.text, &bytes, rules));
        let what = format!("no byte of a secret in the {name} report");
        let why = leak.map_or("it cannot be written", |file| file.path);
        checks.push(check(&what, written.is_ok() && leak.is_none(), why));
    }
    checks
}

/// Whether a run of random characters of a file is in a report. Random is what mixes
/// digits and both cases, as no name and no marker of the scenario does, and what is no
/// vendor's fixed prefix.
fn leaks(text: &str, report: &[u8], rules: &RuleSet) -> bool {
    let shown: HashSet<&[u8]> = report.windows(LEAK_BYTES).collect();
    let prefixes = rules.rules.iter().filter_map(|rule| rule.prefix.as_deref());
    let fixed: HashSet<&[u8]> =
        prefixes.flat_map(|prefix| prefix.as_bytes().windows(LEAK_BYTES)).collect();
    let mut pieces = text.as_bytes().windows(LEAK_BYTES);
    pieces.any(|piece| is_random(piece) && shown.contains(piece) && !fixed.contains(piece))
}

fn is_random(piece: &[u8]) -> bool {
    let has = |class: fn(&u8) -> bool| piece.iter().any(class);
    piece.iter().all(u8::is_ascii_alphanumeric)
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
}

fn all_places(inventory: &Inventory) -> impl Iterator<Item = (&Credential, &CredentialPlace)> {
    let credentials = inventory.credentials.iter();
    credentials
        .flat_map(|credential| credential.places.iter().map(move |place| (credential, place)))
}

fn check(what: &str, holds: bool, why_not: &str) -> Check {
    let outcome =
        if holds { CheckOutcome::Passed } else { CheckOutcome::Failed(why_not.to_owned()) };
    Check { what: what.to_owned(), outcome }
}
