//! What brought an infected package here, and what to change, as it leaves the process.
//! Does not compute.

use crate::view::{HostPath, Word};

/// What brought an infected package here.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Provenance {
    /// Whether somebody asked for just this package.
    pub asked_for: bool,
    /// The packages that brought it, the nearest first.
    pub requirers: Vec<Requirer>,
    /// Where its files came from.
    pub origin: Option<PackageOrigin>,
    /// The environment of a single tool that it lies in.
    pub tool: Option<ToolEnvironment>,
    /// Where it is named.
    pub changes: Vec<Change>,
}

/// An installed package that requires it.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Requirer {
    /// Name, normalised for its ecosystem.
    pub name: String,
    /// Version, as the package writes it.
    pub version: String,
    /// Its metadata on disk.
    #[serde(flatten)]
    pub path: HostPath,
    /// 1: it requires it itself.
    pub steps: usize,
    /// The extra under which it requires.
    pub extra: Option<String>,
    /// Whether somebody asked for this package.
    pub asked_for: bool,
}

/// Where the files of a package came from.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct PackageOrigin {
    /// `archive`, `repository`, `folder` or `editable`.
    pub kind: Word,
    /// The place, without what may be a secret.
    pub address: String,
    /// The commit of a repository, or the SHA-256 of an archive.
    pub revision: Option<String>,
}

/// An environment that was made for one tool.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct ToolEnvironment {
    /// `pipx`, `uv tool`, `uvx` or `npx`.
    pub maker: Word,
    /// Its folder.
    #[serde(flatten)]
    pub path: HostPath,
    /// The packages that were asked for.
    pub packages: Vec<String>,
    /// The commands that the infected package and its requirers bring.
    pub commands: Vec<String>,
}

/// A place that names an infected package.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Change {
    /// `requirement` or `lockfile`.
    pub kind: Word,
    /// Which file.
    #[serde(flatten)]
    pub path: HostPath,
    /// Which line, from 1.
    pub line: Option<u64>,
    /// The package.
    pub name: String,
    /// The version or range that stands there.
    pub version: Option<String>,
}
