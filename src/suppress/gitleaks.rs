//! Entries of gitleaks and betterleaks: their ignore file and their baseline. They know a
//! credential by file and line alone, and so do we: commits and rules are not compared. Of a
//! baseline, which may hold secrets, only places are read.

use std::path::Path;

use serde::Deserialize;

use crate::model::suppression::{Subject, Suppression};
use crate::suppress::Mistake;

/// Digits of a commit.
const COMMIT_DIGITS: usize = 40;

/// What a baseline says of one finding, but for the secret.
#[derive(Deserialize)]
struct Leak {
    #[serde(rename = "File")]
    file: String,
    #[serde(rename = "StartLine")]
    start_line: u64,
}

/// All entries of a file. Its paths start at `base`, the folder of the repository.
pub fn positions(text: &str, file: &Path, base: &Path) -> Result<Vec<Suppression>, Vec<Mistake>> {
    let entry = |line: u64, path: &str, at: u64, reason: &str| Suppression {
        subject: Subject::Line(at),
        path: Some(base.join(path.trim_start_matches("./"))),
        reason: reason.to_owned(),
        expires: None,
        file: file.to_owned(),
        line,
    };
    if text.trim_start().starts_with('[') {
        let leaks: Vec<Leak> = serde_json::from_str(text).map_err(|error| {
            vec![Mistake::new(error.line() as u64, "this is no baseline of gitleaks")]
        })?;
        let reason = "in a baseline of gitleaks, by place only";
        let leaks = leaks.iter().zip(1..);
        // A baseline has no lines that a person knows: its findings are counted.
        return Ok(leaks.map(|(leak, n)| entry(n, &leak.file, leak.start_line, reason)).collect());
    }
    let mut entries = Vec::new();
    let mut mistakes = Vec::new();
    for (text, line) in text.lines().map(str::trim).zip(1..) {
        let meant = text.split_once(" #").map_or(text, |(meant, _)| meant.trim_end());
        if meant.is_empty() || meant.starts_with('#') {
            continue;
        }
        match fingerprint(meant) {
            Some((path, at)) => {
                entries.push(entry(line, path, at, "ignored by gitleaks, by place only"));
            }
            None => mistakes.push(Mistake::new(line, "this is no file:rule:line of gitleaks")),
        }
    }
    if mistakes.is_empty() { Ok(entries) } else { Err(mistakes) }
}

/// Path and line of `file:rule:line` or `commit:file:rule:line`.
fn fingerprint(text: &str) -> Option<(&str, u64)> {
    let (rest, line) = text.rsplit_once(':')?;
    let (path, rule) = rest.rsplit_once(':')?;
    let is_commit = |text: &str| {
        text.len() == COMMIT_DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    let path = match path.split_once(':') {
        Some((commit, path)) if is_commit(commit) => path,
        _ => path,
    };
    let line = line.parse().ok()?;
    (!path.is_empty() && !rule.is_empty()).then_some((path, line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, Subject)> {
        let found = positions(text, Path::new(".gitleaksignore"), Path::new("/srv/app")).unwrap();
        let path = |one: &Suppression| one.path.clone().unwrap().to_str().unwrap().to_owned();
        found.iter().map(|one| (path(one), one.subject.clone())).collect()
    }

    #[test]
    fn an_ignore_file_is_read_with_and_without_commits() {
        let text = format!(
            "# ours\n\n{}:a/b.env:generic-api-key:3\nc:d.env:rule:4 # why\n./e:rule:5\n",
            "0f".repeat(20)
        );
        let at = |path: &str, line| (format!("/srv/app/{path}"), Subject::Line(line));
        assert_eq!(read(&text), [at("a/b.env", 3), at("c:d.env", 4), at("e", 5)]);
    }

    #[test]
    fn a_baseline_is_read_without_its_secrets() {
        let text = r#"[{"RuleID": "r", "File": "/x/y", "StartLine": 7, "Secret": "hunter2"}]"#;
        assert_eq!(read(text), [("/x/y".to_owned(), Subject::Line(7))]);
    }

    #[test]
    fn what_is_neither_is_refused_by_line() {
        let check = |text: &str, line| {
            let mistakes = positions(text, Path::new("x"), Path::new("/")).unwrap_err();
            assert_eq!(mistakes[0].line, line, "{text}");
        };
        check("a:b:1\nSECRET=hunter2", 2);
        check("a:b:c", 1);
        check("[{\"File\": 1}]", 1);
    }
}
