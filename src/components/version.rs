//! Names and versions as their ecosystems compare them. The only door to pep440_rs.

use std::str::FromStr;

use crate::model::advisory::Ecosystem;

/// A name in the form in which its ecosystem compares names. Python: lower case, runs of
/// `-`, `_` and `.` as one `-` (PEP 503).
pub fn normal_name(ecosystem: Ecosystem, name: &str) -> String {
    let lower = name.trim().to_ascii_lowercase();
    match ecosystem {
        Ecosystem::Npm => lower,
        Ecosystem::PyPI => {
            let words = lower.split(['-', '_', '.']).filter(|word| !word.is_empty());
            words.collect::<Vec<_>>().join("-")
        }
    }
}

/// Whether two versions are the same one: by PEP 440 for Python (`1.0` is `1.0.0`), by
/// the letter for npm.
pub fn is_same_version(ecosystem: Ecosystem, one: &str, other: &str) -> bool {
    let (one, other) = (one.trim(), other.trim());
    if one == other {
        return true;
    }
    let parsed = |text| pep440_rs::Version::from_str(text).ok();
    match ecosystem {
        Ecosystem::Npm => false,
        Ecosystem::PyPI => parsed(one).zip(parsed(other)).is_some_and(|(one, other)| one == other),
    }
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
}
