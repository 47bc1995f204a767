//! What leaves the process, and what is read back of it: the structs of the report,
//! version 1, as `docs/report-schema.md` explains them. Does not compute, and nothing but
//! these structs is ever written out.
//!
//! Within 1.x fields are only added; `docs/schema/report-v1.json` pins them.

mod chain;
pub mod comparison;
mod coverage;
mod environment;
mod evidence;
mod explanation;
mod exposure;
mod host_path;
mod manifest;
mod merged;
mod opening;
mod plan;
mod provenance;
mod record;
mod startup;
mod suppression;

use std::borrow::Cow;
use std::collections::BTreeMap;

pub use crate::view::host_path::HostPath;
pub use chain::{Chain, Link};
pub use coverage::{Catalogue, Coverage, Problem, Problems};
pub use environment::{Component, Environment};
pub use evidence::{Authority, Mention, Reach, Removal, Runner, Sighting};
pub use explanation::{Answer, Explanation, Way, WayComponent, WayInode};
pub use exposure::{Aim, Broker, Clock, Exposure, Flag, Step, WhatIf};
pub use manifest::{Manifest, Mount};
pub use merged::MergedReport;
pub use opening::{AuthorizedKey, Opening, OpeningClue};
pub use plan::{LastChanged, Measure, Phase, Plan, Predecessors, Rotation};
pub use provenance::{Change, PackageOrigin, Provenance, Requirer, ToolEnvironment};
pub use record::{Head, Record, Tail, records};
pub use startup::{StartupCode, StartupSign};
pub use suppression::{Suppressed, UnusedSuppression};

/// A word of the report's own: a constant of this program, or as a saved report has it.
pub type Word = Cow<'static, str>;

/// The whole report. Lists are sorted, so the same data give the same bytes.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Report {
    /// `1.x` of this layout.
    pub schema_version: Word,
    /// What wrote it.
    pub tool: Tool,
    /// How the sweep was run.
    pub run: Run,
    /// Whether everything in scope was looked at.
    pub status: Status,
    /// The figures.
    pub summary: Summary,
    /// What the user asked about code that nothing says ran here.
    pub what_if: Option<WhatIf>,
    /// How far the host's own time can be trusted.
    pub clock: Clock,
    /// Incidents that hit this host.
    pub advisories: Vec<Advisory>,
    /// Where they hit it.
    pub infected_installs: Vec<InfectedInstall>,
    /// What to do before any rotation, and the steps of the rotation.
    pub plan: Plan,
    /// Startup code: first what is worth a look, then what is ordinary.
    pub startup_code: Vec<StartupCode>,
    /// Credentials, in rotation order.
    pub credentials: Vec<Credential>,
    /// What gives out credentials without a file.
    pub brokers: Vec<Broker>,
    /// Public keys that accounts of the host let in.
    pub authorized_keys: Vec<AuthorizedKey>,
    /// Installed packages, by the folder they lie in.
    pub environments: Vec<Environment>,
    /// What was read and what was not.
    pub coverage: Coverage,
}

/// A user of the swept host.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct User {
    /// Numeric id.
    pub uid: u32,
    /// Name, or `uid 1001` where passwd has none.
    pub user: String,
}

/// A group of the swept host.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Group {
    /// Numeric id.
    pub gid: u32,
    /// Name, or `gid 998` where the host has none.
    pub name: String,
}

/// What wrote the report.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Tool {
    /// Its name.
    pub name: Word,
    /// Its version.
    pub version: Word,
}

/// How the sweep was run.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Run {
    /// `sweep`; `audit`: then nothing was asked about credentials; `merge`: of several reports.
    pub task: Word,
    /// When it started.
    pub started: String,
    /// Name of the swept host.
    pub host: String,
    /// Who ran it.
    pub uid: u32,
    /// The mounted root that was swept; `None` for the running host.
    pub image: Option<String>,
    /// Where discovery started.
    pub roots: Vec<Root>,
    /// The key of all secret ids.
    pub key: Key,
    /// Hash of all rules in force.
    pub rules_digest: String,
    /// What was to be explained: then only that is among the credentials.
    pub explained: Option<String>,
    /// Under which circumstances; `None` in reports of earlier versions.
    pub manifest: Option<Manifest>,
    /// What a merged inventory was made of; only there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reports: Vec<MergedReport>,
}

/// Where discovery started.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Root {
    /// The folder or file.
    #[serde(flatten)]
    pub path: HostPath,
    /// Why it is a root.
    pub why: String,
}

/// The key of all secret ids of a run; not the key itself.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Key {
    /// `file` or `random`.
    pub origin: Word,
    /// Reports with the same one can be compared by secret id.
    pub id: String,
}

/// Whether everything in scope was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Everything was.
    Complete,
    /// Some places could not be read.
    Incomplete,
    /// The sweep was stopped before its end.
    Interrupted,
}

impl Status {
    /// The word of the report.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Incomplete => "incomplete",
            Self::Interrupted => "interrupted",
        }
    }
}

/// The figures.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Summary {
    /// Credentials, however many places hold each.
    pub n_credentials: usize,
    /// Places of credentials.
    pub n_places: usize,
    /// Infected installs.
    pub n_infected_installs: usize,
    /// Credentials of each verdict; all zero where nothing infected was found.
    pub by_verdict: BTreeMap<Word, usize>,
    /// The same for the question that was asked.
    pub by_asked: BTreeMap<Word, usize>,
    /// Credentials of each confidence.
    pub by_confidence: BTreeMap<Word, usize>,
    /// Credentials that were set aside.
    pub n_suppressed: usize,
    /// What the process exits with, unless it was told to exit with zero.
    pub exit_code: u8,
}

/// A stretch of time, both ends included.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Window {
    /// The earliest moment.
    pub start: String,
    /// The latest.
    pub end: String,
}

/// An incident that hit this host.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Advisory {
    /// Name and month.
    pub id: String,
    /// One line.
    pub title: String,
    /// OSV, GHSA, CVE and other ids.
    pub ids: Vec<String>,
    /// Two or three sentences.
    pub summary: String,
    /// What to do before any rotation, in this order.
    pub contain: Vec<String>,
    /// When bad versions could be installed anywhere.
    pub window: Window,
    /// What each source says about that window.
    pub claims: Vec<Claim>,
    /// Publishers and dates.
    pub sources: Vec<String>,
    /// The file of another catalogue that says all this; `None` for advisories of the rules.
    pub catalogue: Option<HostPath>,
}

/// What one source says about a window.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Claim {
    /// Who says so.
    pub source: String,
    /// The first moment, where the source gives one.
    pub start: Option<String>,
    /// The last, where it gives one.
    pub end: Option<String>,
    /// What it says in words.
    pub note: String,
}

/// Where an incident hit this host.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct InfectedInstall {
    /// Its number, from 0, by which exposures name it.
    pub index: usize,
    /// The host that it is on; only in a merged inventory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Id of the incident.
    pub advisory: String,
    /// How the package is here: `installed`, `traces`, or the surest that speaks of it:
    /// `bundle`, `leftover`, `log`, `cache`, `history`, `lockfile`.
    pub presence: Word,
    /// The package; `None` where it is not installed now.
    pub package: Option<Package>,
    /// What else speaks of just this package in this version, the surest first.
    pub mentions: Vec<Mention>,
    /// What makes the code run: `install`, `interpreter-start`, `import`, `entry-point`,
    /// `folder-open`, `editor-start`, `ci-run`.
    pub triggers: Vec<Word>,
    /// Files of the incident that were seen.
    pub sightings: Vec<Sighting>,
    /// Who ran it, the surest first.
    pub runners: Vec<Runner>,
    /// From when to when it can have run here at all.
    pub window: DatedWindow,
    /// From when to when it certainly was here; `None` where nothing proves that.
    pub certain: Option<DatedWindow>,
    /// When it was last taken away; `None` where it is installed, or nothing says so.
    pub removed: Option<Removal>,
    /// Further names (hard links) of its files that the sweep did not meet.
    pub n_unmet_names: u64,
    /// The last clean version before the bad ones.
    pub clean_before: Option<String>,
    /// The first clean version after them.
    pub clean_after: Option<String>,
    /// What brought it here, and what to change.
    pub provenance: Provenance,
}

/// An infected package.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Package {
    /// Name, normalised for its ecosystem.
    pub name: String,
    /// Version, as the package writes it.
    pub version: String,
    /// `PyPI` or `npm`.
    pub ecosystem: Word,
    /// Its metadata on disk.
    #[serde(flatten)]
    pub path: HostPath,
    /// The program that says it installed it.
    pub installer: Option<String>,
    /// When it was installed.
    pub installed: Option<Dated>,
}

/// A moment and what it was read from.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Dated {
    /// When.
    pub at: String,
    /// What says so.
    pub evidence: String,
}

/// A window and where its ends come from.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct DatedWindow {
    /// The window.
    #[serde(flatten)]
    pub window: Window,
    /// Where its ends come from.
    pub evidence: String,
}

/// One credential to rotate.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Credential {
    /// Its place in the rotation order, from 1.
    pub rank: usize,
    /// Keyed hash of the secret.
    pub secret_id: String,
    /// Kebab-case name of its kind.
    pub kind: String,
    /// What a person calls it.
    pub title: String,
    /// Who issued it.
    pub issuer: String,
    /// 1 nuisance to 5 opens everything.
    pub impact: u8,
    /// Whether it can publish or push code.
    pub propagates: bool,
    /// Its public name.
    pub key_id: Option<String>,
    /// Whose it is, or what it opens.
    pub account: Option<String>,
    /// The vendor's fixed prefix; may be empty.
    pub hint: String,
    /// `high`, `medium` or `low`.
    pub confidence: Word,
    /// How it rests.
    pub protection: Protection,
    /// When it ends; `None` where nothing on the host says.
    pub expiry: Option<Expiry>,
    /// The worst verdict of its places; `None` where nothing infected was found.
    pub verdict: Option<Word>,
    /// The same for the question that was asked; `None` where nothing was.
    pub asked: Option<Word>,
    /// Users other than root whose code could read it today.
    pub readers: Vec<User>,
    /// What it opens, as far as the host says, the surest first.
    pub opens: Vec<Opening>,
    /// Whether whoever holds it can make or reset others.
    pub mints: bool,
    /// The step of the rotation that it stands in.
    pub phase: Word,
    /// Why it stands there, as sentences.
    pub because: Vec<String>,
    /// What must be rotated before it.
    pub after: Vec<Predecessors>,
    /// When the newest of its places was last changed.
    pub last_changed: Option<LastChanged>,
    /// How it is rotated.
    pub rotation: Rotation,
    /// Why it is set aside, where each of its places is.
    pub suppressed: Option<Suppressed>,
    /// Whether the baseline has it at each of its places; `None` without a baseline.
    pub known: Option<bool>,
    /// On how many hosts it is; only in a merged inventory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n_hosts: Option<usize>,
    /// Its ids under other keys; only in a merged inventory.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_secret_ids: Vec<String>,
    /// Places that are counted and not listed; only in a merged inventory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n_unlisted_locations: Option<usize>,
    /// Every place that holds it.
    pub locations: Vec<Location>,
}

/// How a secret rests.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Protection {
    /// Whether the file alone gives it away.
    pub state: ProtectionState,
    /// Cipher and key derivation, as far as known.
    pub how: Option<String>,
}

/// Whether a file alone gives a secret away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProtectionState {
    /// It does.
    Plaintext,
    /// It does, after a guess that costs next to nothing.
    Weak,
    /// A passphrase or another key is needed.
    Encrypted,
    /// The key lies in hardware.
    Hardware,
    /// The format does not tell.
    Unknown,
}

/// When a credential ends by itself.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Expiry {
    /// When; `None` where it never does.
    pub at: Option<String>,
    /// `own`, `beside` or `lifetime`.
    pub basis: Word,
    /// Whether a refresh token beside it gets a new one after that.
    #[serde(rename = "renewable")]
    pub is_renewable: bool,
}

/// A place that holds a credential.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Location {
    /// The host that it is on; only in a merged inventory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The file.
    #[serde(flatten)]
    pub path: HostPath,
    /// Further names of the same file.
    pub other_names: Vec<HostPath>,
    /// Which bytes of the file, or of the innermost container's member.
    pub span: Span,
    /// Line of the first byte, from 1.
    pub line: u64,
    /// Column of the first byte, from 1, counted in bytes.
    pub column: u64,
    /// Containers from the outermost inwards.
    pub containers: Vec<String>,
    /// Id of the well-known store this file is.
    pub store: Option<String>,
    /// What a person calls that store.
    pub store_title: Option<String>,
    /// Owner of the file.
    pub owner: User,
    /// Its group.
    pub group: Group,
    /// Permission bits, octal: `0600`.
    pub mode: String,
    /// Its times, taken before it was opened.
    pub times: Times,
    /// Its bytes as they were read; `None` in reports of earlier versions.
    pub content: Option<Content>,
    /// The verdict for each occasion and user.
    pub exposures: Vec<Exposure>,
    /// Users other than root whose code could read it today.
    pub readers: Vec<User>,
    /// Why it is set aside.
    pub suppressed: Option<Suppressed>,
    /// What all that was judged by, where that is to be explained.
    pub explanation: Option<Explanation>,
}

/// Bytes `start..end` of a file.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u64,
    /// Offset after the last byte.
    pub end: u64,
}

/// The bytes of a file as they were read.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Content {
    /// Keyed hash of all of them.
    pub id: String,
    /// How many there were.
    pub size_bytes: u64,
}

/// The four times of a file.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Times {
    /// Last recorded read.
    pub accessed: String,
    /// Last write of the content.
    pub modified: String,
    /// Last change of anything about the file.
    pub changed: String,
    /// When it was made, where the file system records it.
    pub born: Option<String>,
}
