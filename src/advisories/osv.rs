//! OSV records, schema 1: one JSON object each. Takes malicious packages only; an ordinary
//! vulnerability makes no infected install. `database_specific` and its like are searched
//! for the two marks of malice and otherwise passed over.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::advisories::record::{Event, Package, Reading, Record, title};
use crate::model::coverage::LeftOut;
use crate::model::time::Moment;

/// The weakness "embedded malicious code".
const MALICE_CWE: &str = "CWE-506";
/// The field in which the OpenSSF collection keeps where a record came from.
const MALICE_FIELD: &str = "malicious-packages-origins";
/// How ids of malicious packages begin.
const MALICE_ID: &str = "MAL-";

/// Reads a record; `None` if it has no id and so is something else. On error, why it cannot
/// be read, in words that quote nothing of it.
pub fn read(bytes: &[u8]) -> Result<Option<Reading>, String> {
    let written: Written = serde_json::from_slice(bytes).map_err(|error| broken(&error))?;
    if written.id.trim().is_empty() {
        return Ok(None);
    }
    let (id, has_unknown_fields) = (written.id.clone(), written.has_unknown_fields);
    Ok(Some(Reading { id, outcome: outcome(written), has_unknown_fields }))
}

/// What is wrong with JSON, without the parser's words: they quote.
pub fn broken(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    let what = match error.classify() {
        Category::Data => "a field is missing, stands twice or has another type",
        Category::Eof => "it is cut off",
        Category::Io | Category::Syntax => "it is no JSON",
    };
    format!("{what}, line {}", error.line())
}

fn outcome(written: Written) -> Result<Record, LeftOut> {
    if written.is_withdrawn {
        return Err(LeftOut::Withdrawn);
    }
    if !written.is_malicious() {
        return Err(LeftOut::Vulnerability);
    }
    let packages = written.affected.into_iter().filter_map(Affected::package).collect();
    let details = written.details.title;
    let record = Record {
        title: if written.summary.title.is_empty() { details } else { written.summary.title },
        id: written.id,
        aliases: written.aliases,
        published: written.published,
        packages,
    };
    record.checked()
}

/// A record as written, as far as anybody here asks for it.
#[derive(Default)]
struct Written {
    id: String,
    published: Option<i64>,
    is_withdrawn: bool,
    aliases: Vec<String>,
    summary: Prose,
    details: Prose,
    affected: Vec<Affected>,
    malice: Malice,
    has_unknown_fields: bool,
}

impl Written {
    fn is_malicious(&self) -> bool {
        let mut ids = std::iter::once(&self.id).chain(&self.aliases);
        ids.any(|id| id.starts_with(MALICE_ID))
            || self.malice.is_marked
            || self.details.names_malice
            || self.affected.iter().any(Affected::is_malicious)
    }
}

/// The fields of a record by the schema; others are counted.
#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Field {
    Id,
    Published,
    Withdrawn,
    Aliases,
    Summary,
    Details,
    Affected,
    DatabaseSpecific,
    #[serde(
        alias = "schema_version",
        alias = "modified",
        alias = "upstream",
        alias = "related",
        alias = "severity",
        alias = "references",
        alias = "credits"
    )]
    PassedOver,
    #[serde(other)]
    Unknown,
}

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields)
    }
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Written;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an OSV record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Written, A::Error> {
        let mut written = Written::default();
        while let Some(field) = map.next_key()? {
            match field {
                Field::Id => written.id = map.next_value()?,
                Field::Published => written.published = moment(map.next_value()?),
                Field::Withdrawn => {
                    written.is_withdrawn = map.next_value::<Option<String>>()?.is_some();
                }
                Field::Aliases => written.aliases = or_empty(map.next_value()?),
                Field::Summary => written.summary = or_empty(map.next_value()?),
                Field::Details => written.details = or_empty(map.next_value()?),
                Field::Affected => written.affected = or_empty(map.next_value()?),
                Field::DatabaseSpecific => written.malice = map.next_value()?,
                Field::PassedOver => drop(map.next_value::<IgnoredAny>()?),
                Field::Unknown => {
                    written.has_unknown_fields = true;
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(written)
    }
}

fn moment(text: Option<String>) -> Option<i64> {
    Moment::parse(&text?).map(|moment| moment.seconds)
}

/// Many writers leave `null` where the schema wants nothing at all.
fn or_empty<T: Default>(value: Option<T>) -> T {
    value.unwrap_or_default()
}

/// An entry of `affected`.
#[derive(Deserialize)]
struct Affected {
    /// None for a record about a repository.
    package: Option<AffectedPackage>,
    versions: Option<Vec<String>>,
    ranges: Option<Vec<AffectedRange>>,
    #[serde(default)]
    database_specific: Malice,
    #[serde(default)]
    ecosystem_specific: Malice,
}

#[derive(Deserialize)]
struct AffectedPackage {
    ecosystem: String,
    name: String,
}

#[derive(Deserialize)]
struct AffectedRange {
    #[serde(rename = "type")]
    kind: String,
    events: Option<Vec<Event>>,
}

impl Affected {
    fn is_malicious(&self) -> bool {
        self.database_specific.is_marked || self.ecosystem_specific.is_marked
    }

    fn package(self) -> Option<Package> {
        let AffectedPackage { ecosystem, name } = self.package?;
        // The third type, GIT, counts commits.
        let ranges = or_empty(self.ranges).into_iter();
        let ranges = ranges.filter(|range| ["ECOSYSTEM", "SEMVER"].contains(&range.kind.as_str()));
        let ranges = ranges.map(|range| or_empty(range.events));
        let ranges = ranges.filter(|events| !events.is_empty()).collect();
        Some(Package { ecosystem, name, versions: or_empty(self.versions), ranges })
    }
}

/// A text for people, of which no more is kept than a title.
#[derive(Default)]
struct Prose {
    title: String,
    names_malice: bool,
}

impl<'de> Deserialize<'de> for Prose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Prose;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }
            fn visit_str<E>(self, text: &str) -> Result<Prose, E> {
                Ok(Prose { title: title(text), names_malice: text.contains(MALICE_CWE) })
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// Whether a value of any shape holds a mark of malice, at whatever depth.
#[derive(Default)]
struct Malice {
    is_marked: bool,
}

impl<'de> Deserialize<'de> for Malice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let is_marked = deserializer.deserialize_any(Marks)?;
        Ok(Self { is_marked })
    }
}

/// Looks for marks. The depth is bounded by the parser.
struct Marks;

impl<'de> Visitor<'de> for Marks {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let mut is_marked = false;
        while let Some(IsMaliceField(is_field)) = map.next_key()? {
            if is_field {
                is_marked |= map.next_value::<Option<IgnoredAny>>()?.is_some();
            } else {
                is_marked |= map.next_value::<Malice>()?.is_marked;
            }
        }
        Ok(is_marked)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<bool, A::Error> {
        let mut is_marked = false;
        while let Some(Malice { is_marked: found }) = seq.next_element()? {
            is_marked |= found;
        }
        Ok(is_marked)
    }

    fn visit_str<E>(self, text: &str) -> Result<bool, E> {
        Ok(text == MALICE_CWE)
    }

    fn visit_bool<E>(self, _: bool) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_i64<E>(self, _: i64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_u64<E>(self, _: u64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_f64<E>(self, _: f64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }
}

/// A key, as far as it matters.
struct IsMaliceField(bool);

impl<'de> Deserialize<'de> for IsMaliceField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Key;
        impl Visitor<'_> for Key {
            type Value = IsMaliceField;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }
            fn visit_str<E>(self, key: &str) -> Result<IsMaliceField, E> {
                Ok(IsMaliceField(key == MALICE_FIELD))
            }
        }
        deserializer.deserialize_str(Key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn reading(record: &Value) -> Reading {
        read(record.to_string().as_bytes()).unwrap().unwrap()
    }

    /// A record of one package, with more fields or others.
    fn record(fields: Value) -> Value {
        let mut record = json!({
            "id": "MAL-2026-1",
            "modified": "2026-01-01T00:00:00Z",
            "affected": [{"package": {"ecosystem": "npm", "name": "left"}, "versions": ["1.0.0"]}],
        });
        record.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        record
    }

    fn check(fields: Value, expected: Result<&str, LeftOut>) {
        let outcome = reading(&record(fields.clone())).outcome;
        assert_eq!(outcome.as_ref().map(|it| &*it.id).map_err(|it| *it), expected, "{fields}");
    }

    #[test]
    fn only_malicious_packages_are_taken_by_any_of_their_marks() {
        let other = "GHSA-aaaa-bbbb-cccc";
        check(json!({}), Ok("MAL-2026-1"));
        check(json!({"id": other}), Err(LeftOut::Vulnerability));
        check(json!({"id": other, "aliases": ["MAL-2026-1"]}), Ok(other));
        check(json!({"id": other, "details": "Weakness CWE-506."}), Ok(other));
        check(json!({"id": other, "database_specific": {"cwe_ids": ["CWE-506"]}}), Ok(other));
        check(
            json!({"id": other, "database_specific": {"cwe_ids": ["CWE-5060"]}}),
            Err(LeftOut::Vulnerability),
        );
        let origins =
            |value: Value| json!({"id": other, "database_specific": {MALICE_FIELD: value}});
        check(origins(json!([{"source": "x"}])), Ok(other));
        check(origins(Value::Null), Err(LeftOut::Vulnerability));
        let cwes = json!({"cwes": [{"cweId": "CWE-506", "n": [1, -1, 0.5, true, null]}]});
        let package = json!({"ecosystem": "npm", "name": "left"});
        let affected =
            json!([{"package": package, "versions": ["1.0.0"], "database_specific": cwes}]);
        check(json!({"id": other, "affected": affected}), Ok(other));
    }

    #[test]
    fn what_cannot_be_compared_is_left_out() {
        let package = |ecosystem: &str| json!({"ecosystem": ecosystem, "name": "left"});
        check(json!({"withdrawn": "2026-01-01T00:00:00Z"}), Err(LeftOut::Withdrawn));
        check(json!({"withdrawn": null}), Ok("MAL-2026-1"));
        check(json!({"affected": null}), Err(LeftOut::Ecosystem));
        let swift = json!([{"package": package("SwiftURL"), "versions": ["1"]}]);
        check(json!({"affected": swift}), Err(LeftOut::Ecosystem));
        let commits = json!([{"type": "GIT", "repo": "x", "events": [{"introduced": "0"}]}]);
        let affected = json!([{"package": package("PyPI"), "ranges": commits, "versions": []}]);
        check(json!({"affected": affected}), Err(LeftOut::NoVersions));
    }

    #[test]
    fn all_packages_and_events_of_a_record_are_kept() {
        let range = json!({"type": "SEMVER", "events": [
            {"introduced": "0"}, {"fixed": "1.0.0"}, {"introduced": "2.0.0"}, {"last_affected": "2.1.0"},
        ]});
        let affected = json!([
            {"package": {"ecosystem": "npm", "name": "@acme/left", "purl": "pkg:npm/left"}, "ranges": [range]},
            {"package": {"ecosystem": "PyPI", "name": "Left_Pad"}, "versions": ["1.0", "1.1"]},
            {"ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}]},
        ]);
        let record = reading(&record(json!({"affected": affected}))).outcome.unwrap();
        let names: Vec<&str> = record.packages.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["@acme/left", "Left_Pad"]);
        assert_eq!(record.packages[0].ranges[0].len(), 4);
        assert_eq!(record.packages[1].versions, ["1.0", "1.1"]);
    }

    #[test]
    fn the_first_line_of_the_details_stands_in_for_a_summary_and_is_cut() {
        let details = format!("\n---\n{}\nmore", "\u{e9}".repeat(1 << 20));
        let title = reading(&record(json!({"details": details}))).outcome.unwrap().title;
        assert_eq!(title, "\u{e9}".repeat(100));
    }

    #[test]
    fn fields_of_tomorrow_are_told_from_those_of_the_schema() {
        let known =
            json!({"schema_version": "1.7.4", "references": [], "credits": [{}], "severity": null});
        assert!(!reading(&record(known)).has_unknown_fields);
        assert!(reading(&record(json!({"a_field": {"deep": [1]}}))).has_unknown_fields);
    }

    #[test]
    fn a_broken_record_is_told_by_its_line_and_never_quoted() {
        let why = |text: &str| read(text.as_bytes()).err();
        assert_eq!(why("{\n\"id\": \"MAL"), Some("it is cut off, line 2".into()));
        assert_eq!(why("id: MAL-1"), Some("it is no JSON, line 1".into()));
        let wrong_type = "a field is missing, stands twice or has another type, line 1";
        assert_eq!(why("[]").as_deref(), Some(wrong_type));
        assert_eq!(why(r#"{"id": 5}"#).as_deref(), Some(wrong_type));
        assert_eq!(
            why(r#"{"affected": [{"package": {"name": "x"}}]}"#).as_deref(),
            Some(wrong_type)
        );
        let deep = format!(r#"{{"id": "MAL-1", "database_specific": {}"#, "[".repeat(1 << 20));
        assert!(why(&deep).is_some());
        assert!(read(b"{}").unwrap().is_none());
    }
}
