//! Two reports of one host side by side, as they leave the process: version 1 of a layout of
//! its own, which `docs/schema/comparison-v1.json` pins. Does not compute.

use std::collections::BTreeMap;

use crate::view::{Expiry, HostPath, Key, Status, Tool, Word};

/// What became of everything that an earlier report lists.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Comparison {
    /// `1.x` of this layout.
    pub schema_version: Word,
    /// What compared.
    pub tool: Tool,
    /// The earlier report.
    pub before: Side,
    /// The later one.
    pub after: Side,
    /// Whether secret ids of the two can be compared.
    pub common_key: bool,
    /// What a reader must know before he believes the rest.
    pub warnings: Vec<String>,
    /// The figures.
    pub summary: ComparisonSummary,
    /// Every credential of the earlier report, in its order, then the new ones.
    pub credentials: Vec<ComparedCredential>,
    /// Every infected install of the two.
    pub infected_installs: Vec<ComparedInstall>,
}

/// One of the two reports.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Side {
    /// The file, as it was named.
    #[serde(flatten)]
    pub path: HostPath,
    /// Its bytes.
    pub n_bytes: u64,
    /// SHA-256 of them, in hexadecimal.
    pub sha256: String,
    /// What wrote it.
    pub tool: Tool,
    /// `sweep` or `audit`.
    pub task: Word,
    /// When the sweep started.
    pub started: String,
    /// Name of the swept host.
    pub host: String,
    /// Who ran it.
    pub uid: u32,
    /// The mounted root that was swept; `None` for the running host.
    pub image: Option<String>,
    /// The key of its secret ids.
    pub key: Key,
    /// Hash of its rules.
    pub rules_digest: String,
    /// Whether everything in scope was looked at.
    pub status: Status,
    /// Credentials that it counts.
    pub n_credentials: usize,
    /// Places that could not be looked into.
    pub n_problems: u64,
}

/// The figures.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct ComparisonSummary {
    /// Credentials of each class.
    pub by_class: BTreeMap<Class, usize>,
    /// The same for those that the earlier report did not show to be out of reach.
    pub to_rotate_by_class: BTreeMap<Class, usize>,
    /// Credentials whose verdict is another one now.
    pub n_verdicts_changed: usize,
    /// Infected installs of each class.
    pub installs_by_class: BTreeMap<InstallClass, usize>,
    /// What the process exits with.
    pub exit_code: u8,
}

/// What became of a credential.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// The same secret is still on the host.
    StillThere,
    /// Another one stands in a place of it, and the old one is still in others.
    Partly,
    /// What the reports hold does not tell.
    CannotTell,
    /// Not every place of it was read again, and it was not found elsewhere.
    Unseen,
    /// Another secret stands in a place of it, and the old one was found nowhere.
    Rotated,
    /// Every place of it was read again, and the secret was found nowhere.
    Gone,
    /// It has ended by itself.
    Expired,
    /// The earlier report does not have it.
    New,
}

/// By what two credentials were taken for the same.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// The keyed hash of the secret.
    SecretId,
    /// Kind, public name and account.
    KeyId,
    /// The place alone.
    Place,
}

/// A credential of either report.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct ComparedCredential {
    /// What became of it.
    pub class: Class,
    /// By what that is known.
    pub basis: Basis,
    /// Whether the reports give cause to rotate it: `false` where it was shown to be out of reach.
    pub to_rotate: bool,
    /// What the class stands on, as a sentence.
    pub says: String,
    /// Its place in the rotation order of the report that has it, from 1.
    pub rank: usize,
    /// Its keyed hash there.
    pub secret_id: String,
    /// Kebab-case name of its kind.
    pub kind: String,
    /// What a person calls it.
    pub title: String,
    /// Who issued it.
    pub issuer: String,
    /// Its public name.
    pub key_id: Option<String>,
    /// Whose it is, or what it opens.
    pub account: Option<String>,
    /// When it ends.
    pub expiry: Option<Expiry>,
    /// Its verdict in the earlier report.
    pub verdict_before: Option<Word>,
    /// Its verdict in the later one.
    pub verdict_after: Option<Word>,
    /// What stands in its place now.
    pub replaced_by: Vec<Successor>,
    /// Every place of it in either report.
    pub places: Vec<ComparedPlace>,
}

/// A credential that stands where another one stood.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Successor {
    /// Its keyed hash in the later report.
    pub secret_id: String,
    /// Its public name.
    pub key_id: Option<String>,
}

/// What became of a place.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It holds the same secret.
    StillThere,
    /// It holds another one of that kind.
    Replaced,
    /// It was read again and holds none of that kind, or is no more.
    Gone,
    /// It holds one of that kind, and nothing tells whether it is the same.
    Unclear,
    /// It was not read again.
    NotRead,
    /// The earlier report does not have it.
    New,
}

/// A place of a credential in either report.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct ComparedPlace {
    /// The file.
    #[serde(flatten)]
    pub path: HostPath,
    /// Containers from the outermost inwards.
    pub containers: Vec<String>,
    /// What became of it.
    pub fate: Fate,
    /// Why it counts as not read.
    pub why: Option<String>,
    /// What kind of copy its name says it is.
    pub copy: Option<CopyKind>,
    /// Line in the earlier report.
    pub line_before: Option<u64>,
    /// Line in the later one.
    pub line_after: Option<u64>,
    /// When the file had last changed in the earlier report.
    pub changed_before: Option<String>,
    /// The same in the later one.
    pub changed_after: Option<String>,
}

/// A copy that is forgotten when a secret is changed.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum CopyKind {
    /// A backup or what was thrown away.
    Backup,
    /// What an editor left: swap, undo and temporary files.
    Editor,
    /// The history of a shell or a program.
    History,
    /// A log that was rotated.
    RotatedLog,
    /// An object of a version control system.
    Repository,
}

/// What became of an infected install.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum InstallClass {
    /// It is still there.
    StillThere,
    /// Where it was was not read again.
    Unseen,
    /// Nothing of it runs any more; what speaks of it may remain.
    Gone,
    /// It was only spoken of, and is not installed.
    Mentioned,
    /// The earlier report does not have it.
    New,
}

/// An infected install of either report.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct ComparedInstall {
    /// What became of it.
    pub class: InstallClass,
    /// Why, where the class is `unseen`.
    pub why: Option<String>,
    /// Id of the incident.
    pub advisory: String,
    /// The package; `None` where only its files were seen.
    pub name: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// Where it was.
    pub before: Vec<InstallPlace>,
    /// Where it is.
    pub after: Vec<InstallPlace>,
}

/// A place of an infected install, and how it is there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct InstallPlace {
    /// Its metadata, or the file that speaks of it.
    #[serde(flatten)]
    pub path: HostPath,
    /// As `infected_installs[].presence` of a report.
    pub presence: Word,
}
