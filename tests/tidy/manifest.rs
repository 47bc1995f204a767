//! The dependencies as `Cargo.toml` writes them: each with a sentence above it that ends
//! with its doors. Read as text, because TOML readers drop comments.

use crate::complaint::{Complaint, text_of};
use crate::source::pattern;

/// One dependency.
#[derive(Debug)]
pub struct Dependency {
    pub name: String,
    /// The sentence above it, without the doors.
    pub purpose: String,
    /// Files, or folders with a slash at the end, below `src/`.
    pub doors: Vec<String>,
    pub is_dev: bool,
    line: usize,
}

impl Dependency {
    /// The name that code calls it by.
    pub fn crate_name(&self) -> String {
        self.name.replace('-', "_")
    }

    /// A complaint about its lines.
    pub fn complaint(&self, rule: impl Into<String>) -> Complaint {
        Complaint::new("Cargo.toml", self.line, rule)
    }
}

/// Every dependency.
pub fn dependencies() -> Vec<Dependency> {
    parse(&text_of("Cargo.toml"))
}

fn parse(manifest: &str) -> Vec<Dependency> {
    let key = pattern(r"^([A-Za-z0-9_-]+)\s*=");
    let mut dependencies = Vec::new();
    let mut section = "";
    let mut comment = String::new();
    for (index, line) in manifest.lines().enumerate() {
        if let Some(words) = line.strip_prefix('#') {
            comment.push_str(words);
            continue;
        }
        if line.starts_with('[') {
            section = line.trim_matches(['[', ']']);
        } else if section.ends_with("dependencies")
            && let Some(found) = key.captures(line)
        {
            let (purpose, doors) = sentence(&comment);
            let is_dev = section.ends_with("dev-dependencies");
            let name = found[1].to_owned();
            dependencies.push(Dependency { name, purpose, doors, is_dev, line: index + 1 });
        }
        comment.clear();
    }
    dependencies
}

/// Splits `What for. Doors: a, b.`
fn sentence(comment: &str) -> (String, Vec<String>) {
    match pattern(r"^(.*?)\s*\bDoors?: (.*)\.$").captures(comment.trim()) {
        Some(found) => (found[1].to_owned(), found[2].split(", ").map(str::to_owned).collect()),
        None => (comment.trim().to_owned(), Vec::new()),
    }
}

#[test]
fn sentences_and_doors_are_read_from_the_comment_above() {
    let manifest = "[package]\nname = \"x\"\n# All.\n[dependencies]\n# Does a\n# and b. \
                    Doors: c/, d/e.rs.\nfoo-bar = { version = \"1\", features = [\n  \"std\",\n] }\n\
                    bare = \"1\"\n[dev-dependencies]\n# For tests.\ntried = \"1\"\n";
    let found: Vec<String> = parse(manifest)
        .iter()
        .map(|it| {
            format!("{} {}|{}|{}|{}", it.line, it.name, it.purpose, it.doors.join("+"), it.is_dev)
        })
        .collect();
    let expected =
        ["7 foo-bar|Does a and b.|c/+d/e.rs|false", "10 bare|||false", "13 tried|For tests.||true"];
    assert_eq!(found, expected);
}
