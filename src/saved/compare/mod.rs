//! Two saved reports of one host side by side: what became of each credential and each infected
//! install. Looks at no host, and never takes what was not read for gone.

mod class;
mod copies;
mod installs;
mod places;
mod reading;
mod snapshot;

use std::collections::BTreeMap;
use std::fmt;

pub use snapshot::Snapshot;

use crate::saved::compare::class::compare_credentials;
use crate::saved::compare::installs::compare_installs;
use crate::saved::compare::reading::Reading;
use crate::view::comparison::{
    Class, ComparedCredential, ComparedInstall, Comparison, ComparisonSummary, InstallClass,
};
use crate::view::{Status, Tool};

/// Why two reports cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the sentences of Display say it")]
pub enum Mismatch {
    SameReport,
    WrongOrder { before: String, after: String },
    OtherHost { before: String, after: String },
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SameReport => write!(f, "both are the same report"),
            Self::WrongOrder { before, after } => write!(
                f,
                "the second sweep started at {}, not later than the first at {}",
                after.escape_debug(),
                before.escape_debug()
            ),
            Self::OtherHost { before, after } => write!(
                f,
                "they are of different hosts, {} and {}",
                before.escape_debug(),
                after.escape_debug()
            ),
        }
    }
}

/// What to make of two reports that name different hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hosts {
    /// They must be the same.
    Same,
    /// The user says that it is one host under two names.
    Renamed,
}

/// What became of everything that the earlier report lists.
pub fn compare(before: &Snapshot, after: &Snapshot, hosts: Hosts) -> Result<Comparison, Mismatch> {
    check(before, after, hosts)?;
    let common_key = common_key(before, after);
    let reading = Reading::new(before, after);
    let credentials = compare_credentials(before, after, &reading, common_key);
    let infected_installs = compare_installs(before, after, &reading);
    Ok(Comparison {
        schema_version: "1.0".into(),
        tool: Tool { name: "credreach".into(), version: env!("CARGO_PKG_VERSION").into() },
        before: before.side.clone(),
        after: after.side.clone(),
        common_key,
        warnings: warnings(before, after, common_key),
        summary: summary(&credentials, &infected_installs),
        credentials,
        infected_installs,
    })
}

fn check(before: &Snapshot, after: &Snapshot, hosts: Hosts) -> Result<(), Mismatch> {
    let (first, second) = (&before.side, &after.side);
    if first.sha256 == second.sha256 {
        return Err(Mismatch::SameReport);
    }
    if first.host != second.host && hosts == Hosts::Same {
        let (before, after) = (first.host.clone(), second.host.clone());
        return Err(Mismatch::OtherHost { before, after });
    }
    if second.started <= first.started {
        let (before, after) = (first.started.clone(), second.started.clone());
        return Err(Mismatch::WrongOrder { before, after });
    }
    Ok(())
}

/// A random key has a name of its own in each run, so the name alone would do; that it is of a
/// file is asked for because a report can be edited.
fn common_key(before: &Snapshot, after: &Snapshot) -> bool {
    let (first, second) = (&before.side.key, &after.side.key);
    first.id == second.id && first.origin == "file" && second.origin == "file"
}

fn warnings(before: &Snapshot, after: &Snapshot, common_key: bool) -> Vec<String> {
    let (first, second) = (&before.side, &after.side);
    let mut warnings = Vec::new();
    let mut warn = |is_so: bool, text: String| warnings.extend(is_so.then_some(text));
    warn(
        !common_key,
        "the reports have no common --key-file: credentials are compared by their public names \
         and places, and those without a public name often cannot be told apart"
            .into(),
    );
    warn(
        first.host != second.host,
        format!("the reports name different hosts, {} and {}", first.host, second.host),
    );
    warn(
        first.image != second.image,
        "one of the reports is of an image, or of another one".into(),
    );
    warn(
        first.rules_digest != second.rules_digest,
        "the sweeps had different rules: what is found no longer may only be recognised no longer, \
         and counts as unseen"
            .into(),
    );
    for (name, side) in [("first", first), ("second", second)] {
        let n = side.n_problems;
        warn(
            side.status == Status::Incomplete,
            format!("the {name} sweep could not read {n} places"),
        );
        warn(
            side.status == Status::Interrupted,
            format!("the {name} sweep was stopped before its end"),
        );
    }
    warn(
        !before.lists_credentials(),
        "the first report does not list all credentials: none of the second is called new".into(),
    );
    warn(!after.lists_credentials(), "the second report does not list all credentials".into());
    for (name, report) in [("first", before), ("second", after)] {
        for doubt in &report.head.clock.doubts {
            warn(true, format!("times of the {name} report are in doubt: {doubt}"));
        }
    }
    warnings
}

fn summary(credentials: &[ComparedCredential], installs: &[ComparedInstall]) -> ComparisonSummary {
    let mut by_class = BTreeMap::new();
    let mut to_rotate_by_class = BTreeMap::new();
    for one in credentials {
        *by_class.entry(one.class).or_default() += 1;
        if one.to_rotate {
            *to_rotate_by_class.entry(one.class).or_default() += 1;
        }
    }
    let mut installs_by_class = BTreeMap::new();
    for one in installs {
        *installs_by_class.entry(one.class).or_default() += 1;
    }
    let is_changed = |one: &&ComparedCredential| {
        let is_in_both = !matches!(one.class, Class::New | Class::Gone | Class::Rotated);
        is_in_both && one.verdict_after.is_some() && one.verdict_before != one.verdict_after
    };
    let n_verdicts_changed = credentials.iter().filter(is_changed).count();
    let exit_code = exit_code(&to_rotate_by_class, &installs_by_class);
    ComparisonSummary {
        by_class,
        to_rotate_by_class,
        n_verdicts_changed,
        installs_by_class,
        exit_code,
    }
}

/// 0: nothing that the earlier report gave cause to rotate remains; 1: something does; 3: that
/// cannot be told of everything.
fn exit_code(credentials: &BTreeMap<Class, usize>, installs: &BTreeMap<InstallClass, usize>) -> u8 {
    let has = |class: &Class| credentials.contains_key(class);
    if has(&Class::StillThere)
        || has(&Class::Partly)
        || installs.contains_key(&InstallClass::StillThere)
    {
        return 1;
    }
    let is_open = has(&Class::CannotTell) || has(&Class::Unseen);
    if is_open || installs.contains_key(&InstallClass::Unseen) { 3 } else { 0 }
}
