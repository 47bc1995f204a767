//! What brought an infected package onto a host, and the places to change so that it does
//! not come back. Decides nothing: `components/provenance/` fills it in after the walk.

use std::path::PathBuf;

/// How one infected package came to be where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provenance {
    /// Whether somebody asked for just this package, and not for one that needs it.
    pub was_asked_for: bool,
    /// The packages of the same environment that brought it, the nearest first.
    pub requirers: Vec<Requirer>,
    /// Where its files came from, as far as the installer kept that.
    pub origin: Option<PackageOrigin>,
    /// The environment of a single tool that it lies in.
    pub tool: Option<ToolEnvironment>,
    /// Where it is named, and would be taken from by the next install.
    pub changes: Vec<Change>,
}

/// An installed package whose metadata requires the infected one, itself or through others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Requirer {
    /// 1 for a package that requires it itself.
    pub n_steps: usize,
    /// Name, normalised for its ecosystem.
    pub name: String,
    /// Version, as the package writes it.
    pub version: String,
    /// Its metadata on disk.
    pub path: PathBuf,
    /// The extra under which it requires, if it does not always.
    pub extra: Option<String>,
    /// Whether somebody asked for this package.
    pub was_asked_for: bool,
}

/// Where the files of a package came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageOrigin {
    /// What kind of place that is.
    pub kind: OriginKind,
    /// The place, without user, password, query and the middle of its path: secrets live there.
    pub address: String,
    /// The commit of a repository, or the SHA-256 of an archive.
    pub revision: Option<String>,
}

/// What kind of place a package came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OriginKind {
    /// A file that was downloaded, or one on this host.
    Archive,
    /// A repository of a version control system.
    Repository,
    /// A folder of this host, copied.
    Folder,
    /// A folder of this host, used where it lies.
    Editable,
}

impl OriginKind {
    /// The word that reports use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Archive => "archive",
            Self::Repository => "repository",
            Self::Folder => "folder",
            Self::Editable => "editable",
        }
    }
}

/// An environment that was made for one tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolEnvironment {
    /// What made it.
    pub maker: ToolMaker,
    /// The folder of the environment.
    pub path: PathBuf,
    /// The packages that were asked for, the tool itself first.
    pub packages: Vec<String>,
    /// The commands that the infected package and its requirers bring.
    pub commands: Vec<String>,
}

/// What makes an environment for one tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToolMaker {
    /// `pipx install`
    Pipx,
    /// `uv tool install`
    UvTool,
    /// `uvx`, `uv tool run`, `uv run --with`: an environment in uv's cache.
    Uvx,
    /// `npx`, `npm exec`
    Npx,
}

impl ToolMaker {
    /// The word that reports use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pipx => "pipx",
            Self::UvTool => "uv tool",
            Self::Uvx => "uvx",
            Self::Npx => "npx",
        }
    }
}

/// A place that names an infected package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// Which file.
    pub path: PathBuf,
    /// Which line, from 1, where that is known.
    pub line: Option<u64>,
    /// What the file is for.
    pub kind: ChangeKind,
    /// The package, as its ecosystem compares names.
    pub name: String,
    /// The version or the range that stands there; `None` for none, or for what is neither.
    pub version: Option<String>,
}

/// How to change a place that names a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// A person writes it.
    Requirement,
    /// A tool writes it: lock anew.
    Lockfile,
}

impl ChangeKind {
    /// The word that reports use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requirement => "requirement",
            Self::Lockfile => "lockfile",
        }
    }
}
