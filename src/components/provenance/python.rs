//! Who requires whom in one Python environment: `Requires-Dist` of the metadata of each
//! distribution, `requires.txt` of older ones, `depends` of conda. Markers are not judged:
//! a requirement for another platform is told like any other.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;

use crate::components::provenance::allowance::Allowance;
use crate::components::provenance::graph::Graph;
use crate::components::provenance::requirement_lines::requirement;
use crate::components::version::normal_name;
use crate::model::advisory::Ecosystem;
use crate::model::component::Component;

/// Metadata holds a whole readme; a longer one is somebody's joke.
const METADATA_BYTES_MAX: u64 = 4 << 20;

/// More requirements of one package are not real.
const REQUIREMENTS_MAX: usize = 5000;

/// The distributions of one environment, and who requires whom.
pub fn graph<'c>(
    nodes: Vec<&'c Component>,
    _root: &Path,
    allowance: &mut Allowance<'_>,
) -> Graph<'c> {
    let mut graph = Graph::new(nodes.clone());
    let by_name: HashMap<&str, usize> =
        nodes.iter().enumerate().map(|(n, node)| (node.name.as_str(), n)).collect();
    for (requirer, node) in nodes.iter().enumerate() {
        for (name, extra) in requirements(&node.path, allowance) {
            if let Some(required) = by_name.get(normal_name(Ecosystem::PyPI, &name).as_str()) {
                graph.require(requirer, *required, extra);
            }
        }
        if allowance.is_there(&node.path.join("REQUESTED")) {
            graph.ask_for(requirer);
        }
    }
    graph
}

type Required = (String, Option<String>);

fn requirements(metadata: &Path, allowance: &mut Allowance<'_>) -> Vec<Required> {
    let name = metadata.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if name.ends_with(".json") {
        return allowance.read(metadata, METADATA_BYTES_MAX).map_or_else(Vec::new, |it| conda(&it));
    }
    let mut found = Vec::new();
    let mut file = |name: &str, read: fn(&str) -> Vec<Required>| {
        let text = allowance.text(&metadata.join(name), METADATA_BYTES_MAX);
        found.extend(text.iter().flat_map(|text| read(text)));
    };
    if name.ends_with(".dist-info") {
        file("METADATA", headers);
    } else {
        file("PKG-INFO", headers);
        file("requires.txt", sections);
    }
    found
}

/// `Requires-Dist: name[x] (>=1) ; extra == "y"`
fn headers(text: &str) -> Vec<Required> {
    let headers = text.lines().take_while(|line| !line.is_empty());
    let specs = headers.filter_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case("Requires-Dist").then_some(value)
    });
    let required = |spec: &str| {
        let (name, rest) = requirement(spec)?;
        let extra = rest.split_once("extra ==").and_then(|(_, value)| extra(value));
        Some((name.to_owned(), extra))
    };
    specs.filter_map(required).take(REQUIREMENTS_MAX).collect()
}

/// The word in quotation marks.
fn extra(value: &str) -> Option<String> {
    let word = value.split(['"', '\'']).nth(1)?;
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (!word.is_empty() && word.len() <= 64 && word.bytes().all(is_part)).then(|| word.to_owned())
}

/// `name>=1` a line, those of an extra below `[extra:marker]`.
fn sections(text: &str) -> Vec<Required> {
    let mut section = None;
    let mut found = Vec::new();
    for line in text.lines().map(str::trim).take(REQUIREMENTS_MAX) {
        if let Some(header) = line.strip_prefix('[') {
            let word = header.split([':', ']']).next().unwrap_or_default();
            section = extra(&format!("'{word}'"));
        } else if let Some((name, _)) = requirement(line) {
            found.push((name.to_owned(), section.clone()));
        }
    }
    found
}

#[derive(Deserialize)]
struct CondaRecord {
    #[serde(default)]
    depends: Vec<String>,
}

/// `name >=1.0,<2 build`
fn conda(json: &[u8]) -> Vec<Required> {
    let Ok(record) = serde_json::from_slice::<CondaRecord>(json) else { return Vec::new() };
    let names = record.depends.iter().filter_map(|spec| spec.split_whitespace().next());
    names.map(|name| (name.to_owned(), None)).take(REQUIREMENTS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(found: &[Required], expected: &[(&str, &str)]) {
        let found: Vec<(&str, &str)> = found
            .iter()
            .map(|(name, extra)| (name.as_str(), extra.as_deref().unwrap_or("")))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn metadata_names_what_it_requires_and_under_which_extra() {
        let metadata = "Name: x\nRequires-Dist: six\nrequires-dist: A_b[z] (>=1) ; extra == \"dev\"\n\
                        Requires-Dist: c @ https://files.example/c.whl\nRequires-Dist: ;\n\n\
                        Requires-Dist: not-this\n";
        check(&headers(metadata), &[("six", ""), ("A_b", "dev"), ("c", "")]);
    }

    #[test]
    fn older_metadata_and_conda_have_ways_of_their_own() {
        let text = "six>=1\n\n[dev]\nattrs\n\n[:python_version<'3']\nenum34\n";
        check(&sections(text), &[("six", ""), ("attrs", "dev"), ("enum34", "")]);
        check(
            &conda(br#"{"depends": ["python >=3.8,<4", "six"]}"#),
            &[("python", ""), ("six", "")],
        );
        check(&conda(b"{"), &[]);
    }
}
