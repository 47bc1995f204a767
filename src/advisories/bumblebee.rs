//! Bumblebee exposure catalogues, schema 0.1 and 0.2: one JSON object with many entries,
//! each a package whose mere presence matters. Their allow lists are not obeyed: a file
//! that is handed on must not hide what another one says.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use crate::advisories::osv::broken;
use crate::advisories::record::{Event, Package, Reading, Record, title};
use crate::model::coverage::LeftOut;
use crate::model::time::Moment;

/// The version that stands for all of them.
const EVERY_VERSION: &str = "*";

/// Fields of an entry, by the schema and as the published catalogues use them.
const FIELDS: &[&str] = &[
    "id",
    "name",
    "ecosystem",
    "package",
    "versions",
    "severity",
    "source",
    "cve",
    "ghsa",
    "published",
    "indicators",
];

/// Reads all entries; each that is broken is an error of its own.
pub fn read(bytes: &[u8]) -> Result<Vec<Result<Reading, String>>, String> {
    #[derive(Deserialize)]
    struct Catalogue {
        entries: Option<Vec<Value>>,
        allowlist: Option<Vec<IgnoredAny>>,
    }
    let catalogue: Catalogue = serde_json::from_slice(bytes).map_err(|error| broken(&error))?;
    let Some(entries) = catalogue.entries else {
        return Err(
            "it has neither an id nor entries: no OSV record, no Bumblebee catalogue".into()
        );
    };
    let allowed = catalogue.allowlist.unwrap_or_default().into_iter();
    let allowed = allowed.map(|_| Reading {
        id: String::new(),
        outcome: Err(LeftOut::Allowed),
        has_unknown_fields: false,
    });
    let entries = entries.into_iter().enumerate().map(|(index, entry)| {
        reading(entry).ok_or_else(|| {
            format!("entry {} lacks an id, ecosystem, package or versions", index + 1)
        })
    });
    Ok(entries.chain(allowed.map(Ok)).collect())
}

fn reading(entry: Value) -> Option<Reading> {
    #[derive(Deserialize)]
    struct Entry {
        id: String,
        ecosystem: String,
        package: String,
        versions: Vec<String>,
    }
    let fields = entry.as_object()?;
    let has_unknown_fields = fields.keys().any(|key| !FIELDS.contains(&key.as_str()));
    let text = |key: &str| fields.get(key).and_then(Value::as_str).unwrap_or_default();
    let (name, published) = (title(text("name")), Moment::parse(text("published")));
    let aliases = aliases(fields);
    let entry: Entry = serde_json::from_value(entry).ok()?;
    if entry.id.trim().is_empty() || entry.versions.is_empty() {
        return None;
    }
    let is_every = entry.versions.iter().any(|version| version == EVERY_VERSION);
    let every = || vec![vec![Event::Introduced("0".into())]];
    let record = Record {
        title: if name.is_empty() { title(&entry.id) } else { name },
        id: entry.id.clone(),
        aliases,
        published: published.map(|moment| moment.seconds),
        packages: vec![Package {
            ecosystem: entry.ecosystem,
            name: entry.package,
            versions: if is_every { Vec::new() } else { entry.versions },
            ranges: if is_every { every() } else { Vec::new() },
        }],
    };
    Some(Reading { id: entry.id, outcome: record.checked(), has_unknown_fields })
}

/// The ids of others, where an entry gives them.
fn aliases(fields: &Map<String, Value>) -> Vec<String> {
    let ids = ["cve", "ghsa"].into_iter().filter_map(|key| fields.get(key)?.as_str());
    ids.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::advisory::Ecosystem;

    #[test]
    fn each_entry_is_a_record_and_a_broken_one_is_counted_from_one() {
        let text = r#"{"schema_version": "0.2.0", "_comment": "x", "entries": [
            {"id": "a", "name": "first", "ecosystem": "npm", "package": "left", "versions": ["1.0.0"]},
            {"id": "b", "ecosystem": "npm", "package": "left", "versions": []},
            {"id": "c", "ecosystem": "pypi", "package": "right", "versions": ["*"], "cve": "CVE-2026-1"},
            {"id": "d", "ecosystem": "mcp", "package": "right", "versions": ["1"], "of_tomorrow": {}}
        ], "allowlist": [{}]}"#;
        let readings = read(text.as_bytes()).unwrap();
        let told = |reading: &Result<Reading, String>| match reading {
            Ok(Reading { outcome: Ok(record), .. }) => format!("{} {}", record.id, record.title),
            Ok(Reading { outcome: Err(reason), .. }) => reason.code().to_owned(),
            Err(why) => why.clone(),
        };
        let told: Vec<String> = readings.iter().map(told).collect();
        let broken = "entry 2 lacks an id, ecosystem, package or versions";
        assert_eq!(told, ["a first", broken, "c c", "other-ecosystem", "allow-list"]);
        let Ok(Reading { outcome: Ok(every), .. }) = &readings[2] else { panic!("it is whole") };
        assert_eq!((every.packages[0].ranges.len(), every.aliases.len()), (1, 1));
        assert!(readings[3].as_ref().is_ok_and(|reading| reading.has_unknown_fields));
    }

    #[test]
    fn ecosystems_are_known_by_the_names_of_this_format_too() {
        let known = ["pypi", "npm", "go", "rubygems", "packagist", "editor-extension", "cargo"];
        assert!(known.into_iter().all(|name| Ecosystem::named(name).is_some()));
        assert_eq!(Ecosystem::named("editor-extension"), Ecosystem::named("VSCode:open-vsx"));
        assert!(
            ["mcp", "browser-extension", "homebrew"]
                .iter()
                .all(|name| Ecosystem::named(name).is_none())
        );
    }

    #[test]
    fn a_document_of_neither_kind_is_told() {
        assert!(read(b"{}").is_err_and(|why| why.contains("neither an id nor entries")));
        assert!(read(br#"{"entries": 1}"#).is_err());
    }
}
