//! A well-known place where credentials rest, and which of its fields hold them.

use crate::model::path_pattern::PathPattern;
use crate::model::protection::Protection;
use crate::model::rule::{KindIndex, Origin};

/// Position of a [`Store`] in [`RuleSet::stores`](crate::model::rule_set::RuleSet::stores).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoreIndex(pub usize);

/// A well-known place.
#[derive(Clone, Debug)]
pub struct Store {
    /// Where it is written.
    pub origin: Origin,
    /// Kebab-case name.
    pub id: String,
    /// What a report calls it.
    pub title: String,
    /// Where it lies.
    pub paths: Vec<PathPattern>,
    /// Environment variables that move it.
    pub env: Vec<String>,
    /// Texts that must all occur, for paths that are not telling.
    pub contains: Vec<String>,
    /// Where its copies lie.
    pub elsewhere: Option<Elsewhere>,
    /// How it is read.
    pub format: Format,
    /// Which fields hold what.
    pub credentials: Vec<StoreCredential>,
    /// Files and what must be found in them.
    pub examples: Vec<StoreExample>,
}

/// Where copies of a store lie: names that tell little, of files that tell it themselves.
#[derive(Clone, Debug)]
pub struct Elsewhere {
    /// Their paths.
    pub paths: Vec<PathPattern>,
    /// Texts that must all occur.
    pub contains: Vec<String>,
}

/// One kind of field of a store.
#[derive(Clone, Debug)]
pub struct StoreCredential {
    /// What the value is, unless its own shape says better.
    pub kind: KindIndex,
    /// Where the secret stands; the first that matches a value wins.
    pub secret: Vec<FieldPath>,
    /// Whose it is.
    pub account: Option<FieldReference>,
    /// Its public name.
    pub key_id: Option<FieldReference>,
    /// The server that takes it.
    pub server: Option<FieldReference>,
    /// When it was issued.
    pub issued: Option<FieldReference>,
    /// When it ends.
    pub expires: Option<FieldReference>,
    /// How it rests, where the value itself does not tell.
    pub rests: Option<Protection>,
    /// What to undo before the value is looked at.
    pub decode: Decode,
}

/// How a store is read into a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "docs/rules.md has the table")]
pub enum Format {
    Json,
    Yaml,
    Toml,
    Xml,
    Ini,
    Properties,
    Dotenv,
    Environ,
    Arguments,
    Shell,
    Netrc,
    Hashdump,
    Columns,
    Words,
    Directives,
    Urls,
    Whole,
    Lines,
    Rules,
}

impl Format {
    /// Every format with the name stores use for it.
    pub const ALL: [(&'static str, Self); 19] = [
        ("json", Self::Json),
        ("yaml", Self::Yaml),
        ("toml", Self::Toml),
        ("xml", Self::Xml),
        ("ini", Self::Ini),
        ("properties", Self::Properties),
        ("dotenv", Self::Dotenv),
        ("environ", Self::Environ),
        ("arguments", Self::Arguments),
        ("shell", Self::Shell),
        ("netrc", Self::Netrc),
        ("hashdump", Self::Hashdump),
        ("columns", Self::Columns),
        ("words", Self::Words),
        ("directives", Self::Directives),
        ("urls", Self::Urls),
        ("whole", Self::Whole),
        ("lines", Self::Lines),
        ("rules", Self::Rules),
    ];

    /// Whether keys of this format have no letter case.
    pub const fn ignores_case(self) -> bool {
        matches!(self, Self::Ini | Self::Properties | Self::Netrc | Self::Directives)
    }
}

/// What to undo before a value is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Decode {
    /// Nothing.
    None,
    /// base64 of `user:password`.
    Basic,
    /// base64 of something the rules know.
    Base64,
    /// The userinfo of a URL.
    Url,
}

impl Decode {
    /// Every decoding with the name stores use for it.
    pub const ALL: [(&'static str, Self); 4] = [
        ("none", Self::None),
        ("basic", Self::Basic),
        ("base64", Self::Base64),
        ("url", Self::Url),
    ];
}

/// A path in a tree: `profiles.*.token`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldPath {
    /// One part a level.
    pub parts: Vec<FieldPart>,
}

/// One level of a [`FieldPath`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FieldPart {
    /// A key, literal or with `*` in it.
    Key(String),
    /// `**`: any number of levels.
    AnyDepth,
}

impl FieldPath {
    /// Reads `profiles.*.token`; `\\.` is a dot within a key, and a part written `_`
    /// alone is the empty key (what stands before the first section of an ini file).
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut keys = vec![String::new()];
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            let key = keys.last_mut().expect("the list starts with one key");
            match character {
                '.' => keys.push(String::new()),
                '\\' => key.push(characters.next().ok_or("ends in a backslash")?),
                other => key.push(other),
            }
        }
        let parts = keys.into_iter().map(FieldPart::from_key).collect::<Option<Vec<_>>>();
        Ok(Self { parts: parts.ok_or_else(|| format!("`{text}` has an empty part"))? })
    }
}

impl FieldPath {
    /// The same path from a place above.
    pub fn below(&self, place: &Self) -> Self {
        Self { parts: place.parts.iter().chain(&self.parts).cloned().collect() }
    }

    /// How many `*` it has.
    fn n_stars(&self) -> usize {
        let stars = |part: &FieldPart| match part {
            FieldPart::Key(key) => key.matches('*').count(),
            FieldPart::AnyDepth => 0,
        };
        self.parts.iter().map(stars).sum()
    }
}

impl FieldPart {
    fn from_key(key: String) -> Option<Self> {
        match key.as_str() {
            "" => None,
            "**" => Some(Self::AnyDepth),
            "_" => Some(Self::Key(String::new())),
            _ => Some(Self::Key(key)),
        }
    }
}

impl FieldReference {
    /// The same fact of a field that stands below a place, whose stars are counted first.
    pub fn below(self, place: &FieldPath) -> Self {
        match self {
            Self::Path(path) => Self::Path(path.below(place)),
            Self::Text(text) => {
                let (n_stars, mut pieces) = (place.n_stars(), text.split('{'));
                let first = pieces.next().unwrap_or_default().to_owned();
                Self::Text(pieces.fold(first, |text, piece| text + &shifted(piece, n_stars)))
            }
            Self::FileStem => Self::FileStem,
        }
    }

    /// A text if it holds `{1}` or the like, the name of the file if it is `{stem}`, else a path.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "{stem}" {
            return Ok(Self::FileStem);
        }
        if text.contains('{') {
            return Ok(Self::Text(text.to_owned()));
        }
        FieldPath::parse(text).map(Self::Path)
    }
}

/// What stands behind a `{` in a template, its number raised.
fn shifted(piece: &str, n_stars: usize) -> String {
    let number =
        piece.split_once('}').and_then(|(number, rest)| Some((number.parse().ok()?, rest)));
    match number {
        Some((number, rest)) => format!("{{{}}}{rest}", usize::saturating_add(number, n_stars)),
        None => format!("{{{piece}"),
    }
}

/// A public fact beside a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldReference {
    /// A path; each `*` stands for what the same `*` of the secret's path matched.
    Path(FieldPath),
    /// A text with `{1}`, `{2}` for what the stars matched.
    Text(String),
    /// The name of the file, without what stands behind its last dot.
    FileStem,
}

/// A file and what must be found in it, break marks taken out.
#[derive(Clone, Debug)]
pub struct StoreExample {
    /// Path of the file on a host.
    pub path: String,
    /// Its text.
    pub text: String,
    /// All that must be found, in the order of the file.
    pub expect: Vec<ExpectedCredential>,
}

/// A credential that an example must yield.
#[derive(Clone, Debug)]
pub struct ExpectedCredential {
    /// Kind id.
    pub kind: String,
    /// The secret after decoding.
    pub secret: String,
    /// Account, where the example names one.
    pub account: Option<String>,
    /// Key id, where the example names one.
    pub key_id: Option<String>,
    /// Server, where the example names one.
    pub server: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> FieldPart {
        FieldPart::Key(text.into())
    }

    #[test]
    fn parts_are_joined_by_dots() {
        let parts = |text: &str| FieldPath::parse(text).map(|path| path.parts);
        assert_eq!(parts("a.*.c"), Ok(vec![key("a"), key("*"), key("c")]));
        assert_eq!(parts("**.token"), Ok(vec![FieldPart::AnyDepth, key("token")]));
        assert_eq!(parts(r"github\.com.token"), Ok(vec![key("github.com"), key("token")]));
        assert_eq!(parts("_.user"), Ok(vec![key(""), key("user")]));
        assert!(parts("a..b").is_err() && parts("").is_err() && parts("a\\").is_err());
    }

    #[test]
    fn what_stands_below_a_place_counts_its_stars_first() {
        let place = FieldPath::parse("jobs.*.env").unwrap();
        let below = |text: &str| FieldReference::parse(text).unwrap().below(&place);
        assert_eq!(below("{1} at {2}"), FieldReference::Text("{2} at {3}".into()));
        assert_eq!(below("A_*"), FieldReference::parse("jobs.*.env.A_*").unwrap());
        assert_eq!(below("{x"), FieldReference::Text("{x".into()));
    }

    #[test]
    fn a_brace_makes_a_reference_a_text() {
        assert_eq!(FieldReference::parse("{1}"), Ok(FieldReference::Text("{1}".into())));
        assert_eq!(FieldReference::parse("{stem}"), Ok(FieldReference::FileStem));
        assert!(matches!(FieldReference::parse("*.user"), Ok(FieldReference::Path(_))));
    }
}
