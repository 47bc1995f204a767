//! Names and versions as their ecosystems compare them. The only door to pep440_rs and
//! semver. Never guesses: a version that its ecosystem cannot read is compared by the
//! letter, and lies in no stretch of versions for certain.

use std::str::FromStr;

use crate::model::advisory::{BadPackage, Ecosystem, VersionEvent, VersionRange};
use crate::model::exposure::Truth;

/// A longer text is no version; whoever writes it wants to see a parser work.
const VERSION_BYTES_MAX: usize = 256;

/// A name in the form in which its ecosystem compares names. Python: lower case, runs of
/// `-`, `_` and `.` as one `-` (PEP 503). Rust: `_` is `-`. Go and Ruby tell cases apart.
pub fn normal_name(ecosystem: Ecosystem, name: &str) -> String {
    let name = name.trim();
    let lower = name.to_ascii_lowercase();
    match ecosystem {
        Ecosystem::Go | Ecosystem::RubyGems => name.to_owned(),
        Ecosystem::Crates => lower.replace('_', "-"),
        Ecosystem::PyPI => {
            let words = lower.split(['-', '_', '.']).filter(|word| !word.is_empty());
            words.collect::<Vec<_>>().join("-")
        }
        Ecosystem::Npm | Ecosystem::Packagist | Ecosystem::VsCode | Ecosystem::GithubActions => {
            lower
        }
    }
}

/// Whether two versions are the same one: by PEP 440 for Python (`1.0` is `1.0.0`), by
/// the letter elsewhere, but for the `v` that tags of Go and PHP begin with.
pub fn is_same_version(ecosystem: Ecosystem, one: &str, other: &str) -> bool {
    let (one, other) = (one.trim(), other.trim());
    if one == other {
        return true;
    }
    match ecosystem {
        Ecosystem::PyPI => {
            let point = |text| Point::of(ecosystem, text);
            point(one).zip(point(other)).is_some_and(|(one, other)| one == other)
        }
        Ecosystem::Go | Ecosystem::Packagist => {
            one.strip_prefix('v').unwrap_or(one) == other.strip_prefix('v').unwrap_or(other)
        }
        _ => false,
    }
}

/// Whether a version is one of the bad ones. Unknown where a stretch of versions would
/// decide, and it or the version cannot be read.
pub fn is_bad_version(ecosystem: Ecosystem, package: &BadPackage, version: &str) -> Truth {
    let is_bad = |bad: &String| is_same_version(ecosystem, bad, version);
    if package.all_versions || package.versions.iter().any(is_bad) {
        return Truth::Yes;
    }
    let ranges = package.ranges.iter().map(|range| is_in_range(ecosystem, range, version));
    ranges.max().unwrap_or(Truth::No)
}

/// Where a version lies among others.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Point {
    /// Before all versions: OSV's `0`.
    Start,
    Python(pep440_rs::Version),
    Semantic(semver::Version),
    /// Numbers only, compared one by one: what Ruby and PHP have in common with them.
    Numbers(Vec<u64>),
}

impl Point {
    fn of(ecosystem: Ecosystem, text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > VERSION_BYTES_MAX {
            return None;
        }
        match ecosystem {
            Ecosystem::PyPI => pep440_rs::Version::from_str(text).ok().map(Self::Python),
            Ecosystem::Npm | Ecosystem::Crates | Ecosystem::Go | Ecosystem::VsCode => {
                let mut version =
                    semver::Version::parse(text.trim_start_matches(['v', '='])).ok()?;
                // Builds of one version are the same version.
                version.build = semver::BuildMetadata::EMPTY;
                Some(Self::Semantic(version))
            }
            Ecosystem::RubyGems | Ecosystem::Packagist => numbers(text).map(Self::Numbers),
            // A tag or a commit has no order.
            Ecosystem::GithubActions => None,
        }
    }

    fn of_event(ecosystem: Ecosystem, event: &VersionEvent) -> Option<Self> {
        match event {
            VersionEvent::Introduced(zero) if zero == "0" => Some(Self::Start),
            VersionEvent::Introduced(version)
            | VersionEvent::Fixed(version)
            | VersionEvent::LastAffected(version)
            | VersionEvent::Limit(version) => Self::of(ecosystem, version),
        }
    }
}

/// `v1.2.3` without its last zeros, which count for nothing. A pre-release has rules of its
/// own in each ecosystem and is none.
fn numbers(text: &str) -> Option<Vec<u64>> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let numbers: Result<Vec<u64>, _> = text.split('.').map(str::parse).collect();
    let mut numbers = numbers.ok()?;
    while numbers.last() == Some(&0) {
        numbers.pop();
    }
    Some(numbers)
}

/// OSV's own rule: go through the events in the order of their versions up to this one;
/// the last of them decides.
fn is_in_range(ecosystem: Ecosystem, range: &VersionRange, version: &str) -> Truth {
    if is_every_version(range) {
        return Truth::Yes;
    }
    let points = range.events.iter().map(|event| Some((Point::of_event(ecosystem, event)?, event)));
    let points: Option<Vec<(Point, &VersionEvent)>> = points.collect();
    let Some((mut points, version)) = points.zip(Point::of(ecosystem, version)) else {
        return Truth::Unknown;
    };
    points.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut limits =
        points.iter().filter(|(_, event)| matches!(event, VersionEvent::Limit(_))).peekable();
    let is_beyond = limits.peek().is_some() && limits.all(|(limit, _)| version >= *limit);
    let mut is_bad = false;
    for (point, event) in &points {
        is_bad = match event {
            VersionEvent::Introduced(_) if version >= *point => true,
            VersionEvent::Fixed(_) if version >= *point => false,
            VersionEvent::LastAffected(_) if version > *point => false,
            _ => is_bad,
        };
    }
    if is_bad && !is_beyond { Truth::Yes } else { Truth::No }
}

/// Whether all versions are bad, also those that nobody can read.
fn is_every_version(range: &VersionRange) -> bool {
    let is_start = |event: &VersionEvent| matches!(event, VersionEvent::Introduced(v) if v == "0");
    !range.events.is_empty() && range.events.iter().all(is_start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_names_and_versions_are_compared_by_their_own_rules() {
        assert_eq!(normal_name(Ecosystem::PyPI, "Lite_.LLM"), "lite-llm");
        assert_eq!(normal_name(Ecosystem::Npm, "@Scope/Name_x"), "@scope/name_x");
        assert!(is_same_version(Ecosystem::PyPI, "1.82.8", "v1.82.8.0"));
        assert!(is_same_version(Ecosystem::PyPI, "1.0rc1", "1.0.RC.1"));
        assert!(!is_same_version(Ecosystem::PyPI, "1.82.8", "1.82.80"));
        assert!(!is_same_version(Ecosystem::PyPI, "no version", "1.82.8"));
        assert!(!is_same_version(Ecosystem::Npm, "1.0", "1.0.0"));
    }

    #[test]
    fn each_other_ecosystem_has_its_own_way() {
        assert_eq!(normal_name(Ecosystem::Crates, "Faster_Log"), "faster-log");
        assert_eq!(normal_name(Ecosystem::Go, "github.com/Azure/x"), "github.com/Azure/x");
        assert_eq!(normal_name(Ecosystem::VsCode, "Pub.Name"), "pub.name");
        assert!(is_same_version(Ecosystem::Go, "v1.2.3", "1.2.3"));
        assert!(!is_same_version(Ecosystem::GithubActions, "v1", "1"));
        check(Ecosystem::Go, "+0 -1.4.0", "v1.3.9-0.20260324103900-0123456789ab", Truth::Yes);
        check(Ecosystem::RubyGems, "+1.2 -1.10.0", "1.9.9.9", Truth::Yes);
        check(Ecosystem::RubyGems, "+1.2 -1.10.0", "1.10", Truth::No);
        check(Ecosystem::RubyGems, "+1.2 -1.10.0", "1.9.0.rc1", Truth::Unknown);
        check(Ecosystem::GithubActions, "+1 -2", "v1", Truth::Unknown);
    }

    fn event(text: &str) -> VersionEvent {
        let (sign, version) = text.split_at(1);
        let version = version.to_owned();
        match sign {
            "+" => VersionEvent::Introduced(version),
            "-" => VersionEvent::Fixed(version),
            "!" => VersionEvent::LastAffected(version),
            _ => VersionEvent::Limit(version),
        }
    }

    /// `+` introduced, `-` fixed, `!` last affected, `<` limit.
    fn check(ecosystem: Ecosystem, events: &str, version: &str, expected: Truth) {
        let range = VersionRange { events: events.split_whitespace().map(event).collect() };
        assert_eq!(is_in_range(ecosystem, &range, version), expected, "{version} in {events}");
    }

    #[test]
    fn a_stretch_holds_its_first_version_and_not_the_fixed_one() {
        use Ecosystem::{Npm, PyPI};
        check(PyPI, "+1.0 -1.10", "1.0.0", Truth::Yes);
        check(PyPI, "+1.0 -1.10", "1.9", Truth::Yes);
        check(PyPI, "+1.0 -1.10", "1.10rc1", Truth::Yes);
        check(PyPI, "+1.0 -1.10", "1.10", Truth::No);
        check(PyPI, "+1.0 -1.10", "1.0.dev1", Truth::No);
        check(PyPI, "+1.0 -1.10", "1!1.5", Truth::No);
        check(Npm, "+1.2.0 -2.0.0", "2.0.0-beta.1", Truth::Yes);
        check(Npm, "+1.2.0 -2.0.0", "2.0.0+build", Truth::No);
        check(Npm, "+0 -2.0.0", "0.0.0-0", Truth::Yes);
    }

    #[test]
    fn events_count_by_version_whatever_their_order() {
        use Ecosystem::PyPI;
        for events in ["+1 -2 +3 -4", "-4 +3 -2 +1", "+1 +3 -2 -4"] {
            check(PyPI, events, "0.9", Truth::No);
            check(PyPI, events, "1.5", Truth::Yes);
            check(PyPI, events, "2.5", Truth::No);
            check(PyPI, events, "3.5", Truth::Yes);
            check(PyPI, events, "4", Truth::No);
        }
    }

    #[test]
    fn the_last_affected_version_is_affected_and_a_limit_is_not() {
        use Ecosystem::Npm;
        check(Npm, "+1.0.0 !1.4.0", "1.4.0", Truth::Yes);
        check(Npm, "+1.0.0 !1.4.0", "1.4.1", Truth::No);
        check(Npm, "+1.0.0 <1.4.0", "1.3.9", Truth::Yes);
        check(Npm, "+1.0.0 <1.4.0", "1.4.0", Truth::No);
        check(Npm, "+1.0.0 <1.4.0 <2.0.0", "1.5.0", Truth::Yes);
    }

    #[test]
    fn what_cannot_be_read_is_unknown_unless_every_version_is_bad() {
        use Ecosystem::{Npm, PyPI};
        check(Npm, "+0", "latest", Truth::Yes);
        check(Npm, "+1.0.0", "latest", Truth::Unknown);
        check(Npm, "+1.0.0 -nonsense", "1.0.0", Truth::Unknown);
        check(PyPI, "+0 -2", &"1".repeat(10_000), Truth::Unknown);
        check(PyPI, "", "1", Truth::No);
    }
}
