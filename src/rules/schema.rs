//! Rule files as they are written. Believes nothing: `check.rs` does the judging.

use std::collections::HashMap;

use serde::Deserialize;
use toml::Spanned;

/// `rules/credentials/ISSUER.toml`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CredentialFile {
    pub issuer: String,
    #[serde(rename = "source")]
    pub _source: String,
    #[serde(rename = "kind", default)]
    pub kinds: Vec<KindWritten>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindWritten {
    pub id: Spanned<String>,
    pub title: String,
    pub impact: u8,
    #[serde(default)]
    pub public: bool,
    #[serde(default)]
    pub propagates: bool,
    pub lifetime_max: Option<String>,
    #[serde(default)]
    pub renews: bool,
    #[serde(default)]
    pub mints: Vec<String>,
    pub rotation: RotationWritten,
    #[serde(rename = "rule", default)]
    pub rules: Vec<RuleWritten>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotationWritten {
    pub like: Option<String>,
    pub first: Option<String>,
    #[serde(default)]
    pub r#where: String,
    #[serde(default)]
    pub steps: Vec<String>,
    #[serde(default)]
    pub commands: Vec<String>,
    #[serde(default)]
    pub check: Vec<String>,
    #[serde(default)]
    pub breaks: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleWritten {
    #[serde(default)]
    pub keywords: Vec<String>,
    #[serde(default)]
    pub ignore_case: bool,
    pub pattern: Option<String>,
    #[serde(default)]
    pub named: Vec<String>,
    #[serde(default)]
    pub assigned: Vec<String>,
    pub value: Option<String>,
    pub prefix: Option<String>,
    #[serde(default)]
    pub window: WindowWritten,
    pub entropy_min: Option<f64>,
    pub confidence: String,
    #[serde(default)]
    pub checks: Vec<String>,
    #[serde(default)]
    pub examples: Vec<ExampleWritten>,
    #[serde(default)]
    pub counter_examples: Vec<ExampleWritten>,
    #[serde(default)]
    pub gaps: Vec<ExampleWritten>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowWritten {
    #[serde(default = "default_back")]
    pub back: usize,
    #[serde(default = "default_forward")]
    pub forward: usize,
}

impl Default for WindowWritten {
    fn default() -> Self {
        Self { back: default_back(), forward: default_forward() }
    }
}

const fn default_back() -> usize {
    64
}

const fn default_forward() -> usize {
    512
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExampleWritten {
    pub text: String,
    pub secret: Option<String>,
    #[serde(default)]
    pub why: String,
}

/// `rules/stores/STORE.toml`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreFile {
    pub id: Spanned<String>,
    pub title: String,
    #[serde(rename = "source")]
    pub _source: String,
    pub paths: Vec<String>,
    #[serde(default)]
    pub env: Vec<String>,
    #[serde(default)]
    pub contains: Vec<String>,
    pub elsewhere: Option<ElsewhereWritten>,
    pub format: String,
    #[serde(default)]
    pub like: Vec<LikeWritten>,
    #[serde(rename = "credential", default)]
    pub credentials: Vec<StoreCredentialWritten>,
    #[serde(rename = "example", default)]
    pub examples: Vec<StoreExampleWritten>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ElsewhereWritten {
    pub paths: Vec<String>,
    pub contains: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LikeWritten {
    pub store: String,
    pub at: Option<String>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreCredentialWritten {
    pub kind: Spanned<String>,
    pub secret: OneOrMany,
    pub account: Option<String>,
    pub key_id: Option<String>,
    pub server: Option<String>,
    pub issued: Option<String>,
    pub expires: Option<String>,
    pub rests: Option<String>,
    pub decode: Option<String>,
}

#[derive(Clone, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    pub fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text],
            Self::Many(texts) => texts,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreExampleWritten {
    pub path: String,
    pub text: String,
    pub expect: Vec<ExpectedWritten>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedWritten {
    pub kind: String,
    pub secret: String,
    pub account: Option<String>,
    pub key_id: Option<String>,
    pub server: Option<String>,
}

/// `rules/advisories/INCIDENT.toml`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdvisoryFile {
    pub id: Spanned<String>,
    pub title: String,
    pub actor: Option<String>,
    pub ecosystem: String,
    #[serde(default)]
    pub ids: Vec<String>,
    pub summary: String,
    pub window: AdvisoryWindowWritten,
    pub confidence: String,
    pub sources: Vec<String>,
    pub contain: Vec<String>,
    #[serde(rename = "package", default)]
    pub packages: Vec<BadPackageWritten>,
    #[serde(rename = "claim", default)]
    pub claims: Vec<ClaimWritten>,
    #[serde(default)]
    pub uses: Vec<String>,
    #[serde(rename = "watcher", default)]
    pub watchers: Vec<WatcherWritten>,
    #[serde(rename = "harvest", default)]
    pub harvests: Vec<HarvestedWritten>,
    #[serde(rename = "indicator", default)]
    pub indicators: Vec<IndicatorWritten>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdvisoryWindowWritten {
    pub start: String,
    pub end: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BadPackageWritten {
    pub name: String,
    /// That of the advisory, unless this says otherwise.
    pub ecosystem: Option<String>,
    #[serde(default)]
    pub versions: Vec<String>,
    #[serde(default)]
    pub all_versions: bool,
    #[serde(default)]
    pub moved: bool,
    pub triggers: Vec<String>,
    pub clean_before: Option<String>,
    pub clean_after: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndicatorWritten {
    pub path: String,
    #[serde(default)]
    pub sha256: Vec<String>,
    pub role: String,
    pub weight: String,
    #[serde(default)]
    pub note: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimWritten {
    pub source: String,
    pub start: Option<String>,
    pub end: Option<String>,
    #[serde(default)]
    pub note: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WatcherWritten {
    pub sign: String,
    #[serde(default)]
    pub paths: Vec<String>,
    pub does: String,
    #[serde(default)]
    pub before_revoking: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HarvestedWritten {
    pub what: OneOrMany,
    pub grade: String,
    pub depth: Option<u32>,
    #[serde(default)]
    pub platform: Vec<String>,
    pub when: Option<String>,
}

/// `rules/harvests/GROUP.toml`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HarvestFile {
    pub id: Spanned<String>,
    pub title: String,
    #[serde(default)]
    pub paths: Vec<String>,
    #[serde(default)]
    pub variables: Vec<String>,
    #[serde(default)]
    pub kinds: Vec<String>,
    #[serde(default)]
    pub reach: Vec<String>,
    #[serde(default)]
    pub everything: bool,
}

/// The fields of stores that others name as theirs, as written, by the id of the store.
pub type Vocabulary = HashMap<String, Vec<StoreCredentialWritten>>;

/// The fields of every store that some store is like.
pub fn vocabulary<'f>(stores: impl Iterator<Item = &'f StoreFile> + Clone) -> Vocabulary {
    let wanted: Vec<_> = stores.clone().flat_map(|file| &file.like).collect();
    let is_wanted = |file: &&StoreFile| wanted.iter().any(|like| like.store == *file.id.get_ref());
    let known = stores.filter(is_wanted);
    known.map(|file| (file.id.get_ref().clone(), file.credentials.clone())).collect()
}
