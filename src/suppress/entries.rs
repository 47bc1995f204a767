//! The file of entries as credreach has it: TOML, `docs/suppressions.md`.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use crate::model::suppression::{Subject, Suppression};
use crate::model::time::Moment;
use crate::suppress::{Mistake, line_of};

/// Digits of a secret id.
const ID_DIGITS: usize = 32;

/// The file as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    suppress: Vec<Spanned<Entry>>,
}

/// An entry as written; what is missing is told by name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    secret_id: Option<String>,
    key_id: Option<String>,
    kind: Option<String>,
    path: Option<PathBuf>,
    reason: Option<String>,
    expires: Option<toml::Value>,
}

/// All entries of a file, or all that is wrong with it.
pub fn entries(text: &str, file: &Path) -> Result<Vec<Suppression>, Vec<Mistake>> {
    let parsed = toml::from_str::<File>(text).map_err(|error| {
        let line = error.span().map_or(0, |span| line_of(text, span.start));
        vec![Mistake::new(line, "this is not as docs/suppressions.md has it")]
    })?;
    let mut entries = Vec::new();
    let mut mistakes = Vec::new();
    for entry in parsed.suppress {
        let line = line_of(text, entry.span().start);
        match checked(entry.into_inner(), file, line) {
            Ok(entry) => entries.push(entry),
            Err(what) => mistakes.push(Mistake::new(line, what)),
        }
    }
    if mistakes.is_empty() { Ok(entries) } else { Err(mistakes) }
}

fn checked(entry: Entry, file: &Path, line: u64) -> Result<Suppression, &'static str> {
    let Entry { secret_id, key_id, kind, path, reason, expires } = entry;
    let subject = match (secret_id, key_id, kind) {
        (Some(id), None, None) => Subject::SecretId(checked_id(&id)?),
        (None, Some(key_id), None) => Subject::KeyId(key_id),
        (None, None, Some(kind)) => Subject::Kind(kind),
        (None, None, None) => return Err("it has no `secret_id`, `key_id` or `kind`"),
        _ => return Err("it has more than one of `secret_id`, `key_id` and `kind`"),
    };
    if path.is_none() && !matches!(subject, Subject::KeyId(_)) {
        return Err("it has no `path`, and only a `key_id` may do without");
    }
    if path.as_ref().is_some_and(|path| !path.is_absolute()) {
        return Err("its `path` does not start with `/`: write it as the report has it");
    }
    let reason = reason.filter(|reason| !reason.trim().is_empty());
    let reason = reason.ok_or("it has no `reason`")?;
    let expires = expires.ok_or("it has no `expires`")?;
    let expires = end(&expires).ok_or("its `expires` is no date such as 2027-01-31")?;
    let file = file.to_owned();
    Ok(Suppression { subject, path, reason, expires: Some(expires), file, line })
}

fn checked_id(id: &str) -> Result<String, &'static str> {
    let is_id = id.len() == ID_DIGITS && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_id {
        Ok(id.to_ascii_lowercase())
    } else {
        Err("its `secret_id` is not the 32 hexadecimal digits that a report has")
    }
}

/// A date or time of TOML, or a text that is one. A plain number is no date.
fn end(value: &toml::Value) -> Option<Moment> {
    match value {
        toml::Value::Datetime(at) => Moment::parse(&at.to_string()),
        toml::Value::String(text) if text.contains('-') => Moment::parse(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_mistake(text: &str, expected: &str) {
        let mistakes = entries(text, Path::new("s.toml")).unwrap_err();
        assert!(mistakes[0].to_string().contains(expected), "{text}: {}", mistakes[0]);
    }

    #[test]
    fn an_entry_is_read_with_its_line() {
        let id = "AB".repeat(16);
        let text = format!(
            "# ours\n[[suppress]]\nsecret_id = \"{id}\"\npath = \"/a\"\nreason = \"r\"\n\
             expires = 2027-01-01\n\n[[suppress]]\nkey_id = \"K\"\nreason = \"s\"\n\
             expires = \"2027-01-02T10:00:00Z\"\n"
        );
        let entries = entries(&text, Path::new("s.toml")).unwrap();
        assert_eq!(entries[0].subject, Subject::SecretId(id.to_lowercase()));
        assert_eq!(entries[0].line, 2);
        assert_eq!(entries[0].expires.unwrap().to_string(), "2027-01-01T00:00:00Z");
        assert_eq!((entries[1].line, &entries[1].path), (8, &None));
    }

    #[test]
    fn what_is_missing_or_wrong_is_named_and_never_quoted() {
        let with = |entry: &str| format!("[[suppress]]\n{entry}");
        check_mistake(&with("path = \"/a\""), "line 1: it has no `secret_id`");
        check_mistake(&with("kind = \"k\"\nkey_id = \"k\""), "more than one");
        check_mistake(&with("kind = \"k\""), "it has no `path`");
        check_mistake(&with("kind = \"k\"\npath = \"a\""), "does not start with `/`");
        check_mistake(&with("key_id = \"k\"\nreason = \" \""), "no `reason`");
        check_mistake(&with("key_id = \"k\"\nreason = \"r\""), "no `expires`");
        check_mistake(&with("key_id = \"k\"\nreason = \"r\"\nexpires = 1"), "no date");
        check_mistake(&with("secret_id = \"k\"\npath = \"/a\""), "32 hexadecimal");
        check_mistake("SECRET=hunter2", "line 1: this is not as");
        check_mistake(&with("\nowner = \"x\""), "line 3: this is not as");
    }
}
