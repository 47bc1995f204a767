//! Where a text names a Python package as a requirement: the number of the line, and the
//! version or range that stands there. Line by line, for files that people write: no
//! parser would keep the lines of a `setup.cfg`. Keeps no other part of a line.

use crate::components::version::normal_name;
use crate::model::advisory::Ecosystem;

/// A longer range is not shown.
const RANGE_BYTES_MAX: usize = 64;

/// What kind of text it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `requirements.txt`: a requirement a line.
    Lines,
    /// `environment.yml`: one behind a hyphen.
    Items,
    /// `pyproject.toml`, `Pipfile`: quoted, or a key, where the table or the key speaks of
    /// dependencies.
    Toml,
    /// `setup.cfg`: a line of a value whose key speaks of requirements.
    Ini,
}

/// A line, from 1, and the version or range on it.
pub type Named = (u64, Option<String>);

/// The lines of a text that name a package, by its normalised name.
pub fn lines_naming(text: &str, style: Style, name: &str) -> Vec<Named> {
    let mut section = String::new();
    let mut key = String::new();
    let mut found = Vec::new();
    for (line, number) in text.lines().zip(1_u64..) {
        let line = line.split(" #").next().unwrap_or_default();
        if line.trim_start().starts_with('#') {
            continue;
        }
        let version = match style {
            Style::Lines => requirement_of(line, name),
            Style::Items => line.trim_start().strip_prefix("- ").and_then(|item| {
                let item = item.trim().trim_matches(['"', '\'']);
                requirement_of(item.rsplit_once("::").map_or(item, |(_, item)| item), name)
            }),
            Style::Toml | Style::Ini => {
                if let Some(header) = header(line) {
                    header.clone_into(&mut section);
                    key.clear();
                    continue;
                }
                in_table(line, style, &section, &mut key, name)
            }
        };
        found.extend(version.map(|version| (number, version)));
    }
    found
}

/// `[project.optional-dependencies]`, and not the `["a", "b"]` of a value.
fn header(line: &str) -> Option<&str> {
    let header = line.trim_end().strip_prefix('[')?.strip_suffix(']')?;
    (!header.contains(['"', ',', '='])).then(|| header.trim_matches(['[', ']']))
}

fn in_table(
    line: &str,
    style: Style,
    section: &str,
    key: &mut String,
    name: &str,
) -> Option<Option<String>> {
    // A key stands at the start of a line; the lines of a list are indented.
    let is_indented = line.starts_with([' ', '\t', ']', '"', '\'']);
    let (left, right) = line.split_once('=').filter(|_| !is_indented).unwrap_or(("", line));
    if !left.is_empty() {
        left.trim().trim_matches('"').clone_into(key);
    }
    if !speaks_of_requirements(section) && !speaks_of_requirements(key) {
        return None;
    }
    if style == Style::Ini {
        return requirement_of(right, name);
    }
    let is_key = !left.is_empty() && is_same_name(left.trim().trim_matches('"'), name);
    let mut quoted = right.split(['"', '\'']).skip(1).step_by(2);
    if is_key {
        return Some(quoted.next().and_then(range));
    }
    quoted.find_map(|spec| requirement_of(spec, name))
}

fn speaks_of_requirements(name: &str) -> bool {
    let words = ["depend", "require", "packages", "constraint", "override"];
    words.iter().any(|word| name.contains(word))
}

/// What stands behind the name if a text is a requirement of this package: `Some(None)` if
/// nothing does that could be shown.
fn requirement_of(spec: &str, name: &str) -> Option<Option<String>> {
    let (written, rest) = requirement(spec)?;
    is_same_name(written, name).then(|| range(rest))
}

/// The name of a requirement, and what follows it: `Six[x] >= 1.0 ; marker`.
pub fn requirement(spec: &str) -> Option<(&str, &str)> {
    let spec = spec.trim_start();
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let n_bytes = spec.bytes().take_while(|byte| is_part(*byte)).count();
    let (name, rest) = spec.split_at(n_bytes);
    let follows = rest.trim_start().bytes().next();
    let is_end = follows.is_none_or(|byte| b"[=<>!~;@(,".contains(&byte));
    (!name.is_empty() && !name.starts_with(['-', '.']) && is_end).then_some((name, rest))
}

fn is_same_name(written: &str, name: &str) -> bool {
    normal_name(Ecosystem::PyPI, written) == name
}

/// `>=1.0,<2` out of `[x] (>=1.0, <2) ; marker`. Only what is made of numbers and signs, so
/// that an address with a password in it is never taken for one.
pub fn range(text: &str) -> Option<String> {
    let text = text.trim_start();
    let text = match text.strip_prefix('[') {
        Some(extras) => extras.split_once(']')?.1,
        None => text,
    };
    let text = text.split([';', '#', '\\']).next()?;
    let text = text.split(" --").next()?.trim().trim_matches(['(', ')']).trim();
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b" .,*<>=!~^|+-_".contains(&byte);
    let is_range = !text.is_empty()
        && text.len() <= RANGE_BYTES_MAX
        && text.bytes().all(is_part)
        && text.starts_with(|first: char| first.is_ascii_digit() || "<>=!~^*v".contains(first))
        && text.split(|byte: char| !byte.is_ascii_alphanumeric()).all(|word| word.len() <= 20);
    is_range.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(style: Style, text: &str, expected: &[(u64, &str)]) {
        let found = lines_naming(text, style, "lite-llm");
        let found: Vec<(u64, &str)> =
            found.iter().map(|(line, it)| (*line, it.as_deref().unwrap_or(""))).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn requirements_name_a_package_however_it_is_written() {
        let text = "# lite-llm\nsix\nLite_LLM[proxy] >= 1.0, <2 ; python_version > '3'  # why\n\
                    lite-llm\nlite-llm-proxy==1\n-c lite-llm\nlite.llm==1.0 --hash=sha256:00\n";
        check(Style::Lines, text, &[(3, ">= 1.0, <2"), (4, ""), (7, "==1.0")]);
    }

    #[test]
    fn an_address_is_no_version() {
        let text = "lite-llm @ git+https://u:pw@git.example/x@v1\nlite-llm==gh~p_x/y:z\n";
        check(Style::Lines, text, &[(1, ""), (2, "")]);
        let word = "a".repeat(36);
        check(Style::Lines, &format!("lite-llm==1{word}\n"), &[(1, "")]);
    }

    #[test]
    fn tables_count_where_they_speak_of_dependencies() {
        let text = "[project]\nname = \"lite-llm\"\nkeywords = [\"lite-llm\"]\ndependencies = [\n    \
                    \"lite-llm[x]>=1.80\",\n    'six',\n]\n[project.optional-dependencies]\n\
                    dev = [\"six\", \"lite-llm\"]\n[tool.poetry.dependencies]\nlite-llm = \"^1.82\"\n\
                    lite_llm = {version = \"==1.0\", extras = [\"x\"]}\n[tool.x]\nlite-llm = true\n";
        check(Style::Toml, text, &[(5, ">=1.80"), (9, ""), (11, "^1.82"), (12, "==1.0")]);
        check(Style::Toml, "[packages]\nlite-llm = \"*\"\n", &[(2, "*")]);
    }

    #[test]
    fn lists_of_setup_and_conda_count() {
        let setup = "[metadata]\nname = lite-llm\n[options]\ninstall_requires =\n    six\n    \
                     lite-llm>=1\n[options.extras_require]\nx = lite-llm\n";
        check(Style::Ini, setup, &[(6, ">=1"), (8, "")]);
        let conda = "name: lite-llm\ndependencies:\n  - conda-forge::lite-llm=1.82.8=py_0\n  - pip:\n    \
                     - lite-llm==1.82.8\n";
        check(Style::Items, conda, &[(3, "=1.82.8=py_0"), (5, "==1.82.8")]);
    }
}
