//! Code on the host that something starts unasked: where it lies, what starts it, and what
//! speaks for having a look at it. Holds no line of any file: a line may hold a secret.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::model::time::Moment;

/// Most pieces of one kind that are kept: the first ones by path, so that what is kept does
/// not depend on threads. The rest is counted.
pub const KEPT_PER_KIND_MAX: usize = 50_000;

/// What starts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StartupKind {
    /// A line of a `.pth` file that Python executes.
    PythonPath,
    /// An entry point of a `.start` file (PEP 829, Python 3.15 and later).
    PythonStart,
    /// `sitecustomize.py` or `usercustomize.py` where Python imports it unasked.
    PythonSite,
    /// An install script of a package in a `node_modules`.
    InstallScript,
    /// A command within a `binding.gyp`.
    GypCommand,
    /// A task of an editor that runs when its folder is opened.
    FolderTask,
    /// A hook of a coding agent that runs when a session starts.
    AgentStart,
    /// Any other hook of a coding agent.
    AgentHook,
    /// A command of a development container.
    Container,
    /// A hook of git.
    GitHook,
    /// A setting that makes git run a command.
    GitSetting,
    /// A file that a shell or a login runs.
    Shell,
    /// The keys that may log in as a user.
    AuthorizedKeys,
    /// A unit or timer of systemd.
    Unit,
    /// A program that a desktop starts.
    Autostart,
    /// A table of cron.
    Cron,
    /// A program that launchd starts.
    LaunchAgent,
}

impl StartupKind {
    /// Every kind, in their order, with the word that reports use and what it is.
    pub const ALL: [(&'static str, Self, &'static str); 17] = [
        ("python-pth", Self::PythonPath, "a line that every start of this Python executes"),
        ("python-start", Self::PythonStart, "an entry point that every start of this Python calls"),
        ("python-site", Self::PythonSite, "a module that every start of this Python imports"),
        ("install-script", Self::InstallScript, "a script that runs when the package is installed"),
        ("gyp-command", Self::GypCommand, "a command that runs when the package is built"),
        (
            "folder-task",
            Self::FolderTask,
            "a task that runs when the folder is opened in an editor",
        ),
        ("agent-start", Self::AgentStart, "a hook that runs when a coding agent starts here"),
        ("agent-hook", Self::AgentHook, "a hook that runs while a coding agent works here"),
        ("container", Self::Container, "a command that runs when the dev container is opened"),
        ("git-hook", Self::GitHook, "a hook that git runs"),
        ("git-setting", Self::GitSetting, "a setting that makes git run a command"),
        ("shell", Self::Shell, "a file that every new shell or login runs"),
        ("authorized-keys", Self::AuthorizedKeys, "the keys that may log in as its owner"),
        ("unit", Self::Unit, "a unit that systemd may start"),
        ("autostart", Self::Autostart, "a program that the desktop starts"),
        ("cron", Self::Cron, "a table of cron"),
        ("launch-agent", Self::LaunchAgent, "a program that launchd starts"),
    ];

    /// The word that reports use.
    pub const fn as_str(self) -> &'static str {
        Self::ALL[self as usize].0
    }

    /// What it is, as a clause.
    pub const fn clause(self) -> &'static str {
        Self::ALL[self as usize].2
    }

    /// Whether Python starts it.
    pub const fn is_python(self) -> bool {
        matches!(self, Self::PythonPath | Self::PythonStart | Self::PythonSite)
    }

    /// Whether it comes with a package of a `node_modules`.
    pub const fn is_node(self) -> bool {
        matches!(self, Self::InstallScript | Self::GypCommand)
    }

    /// Whether it is worth a line where nothing speaks for a look at it. Of the others a
    /// healthy host has hundreds, or it has them by its nature.
    pub const fn is_rare(self) -> bool {
        self.is_python()
            || matches!(
                self,
                Self::FolderTask
                    | Self::AgentStart
                    | Self::AgentHook
                    | Self::Container
                    | Self::GitHook
                    | Self::GitSetting
            )
    }
}

/// One piece of it. Ordered by path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StartupCode {
    /// The file.
    pub path: PathBuf,
    /// What starts it.
    pub kind: StartupKind,
    /// The first line of it that counts; `None` where the file as a whole does.
    pub line: Option<u64>,
    /// The file of the same package that it would run, where it names one and no more.
    pub runs: Option<PathBuf>,
    /// Owner of the file.
    pub owner_uid: u32,
    /// When the inode was made, else last changed.
    pub appeared: Moment,
    /// When the inode last changed.
    pub changed: Moment,
    /// SHA-256 of the file in hexadecimal; only of what Python starts.
    pub sha256: Option<String>,
}

/// What a walk met of it: all counted, and what may be told of later.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StartupList {
    /// Every piece, also those that are known to be harmless.
    pub counts: BTreeMap<StartupKind, u64>,
    kept: BTreeMap<StartupKind, BTreeSet<StartupCode>>,
    /// Pieces that are not kept because there are too many.
    pub n_unjudged: u64,
}

impl StartupList {
    /// Counts one that is known to be harmless.
    pub fn count(&mut self, kind: StartupKind) {
        *self.counts.entry(kind).or_default() += 1;
    }

    /// Adds one.
    pub fn push(&mut self, code: StartupCode) {
        self.count(code.kind);
        self.keep(code);
    }

    fn keep(&mut self, code: StartupCode) {
        let kept = self.kept.entry(code.kind).or_default();
        kept.insert(code);
        if kept.len() > KEPT_PER_KIND_MAX {
            kept.pop_last();
            self.n_unjudged += 1;
        }
    }

    /// Adds another worker's list.
    pub fn merge(&mut self, other: Self) {
        for (kind, n) in other.counts {
            *self.counts.entry(kind).or_default() += n;
        }
        self.n_unjudged += other.n_unjudged;
        other.kept.into_values().flatten().for_each(|code| self.keep(code));
    }

    /// What was kept, by kind and path.
    pub fn into_kept(self) -> impl Iterator<Item = StartupCode> {
        self.kept.into_values().flatten()
    }
}

/// What speaks for a look at a piece. None of these proves anything.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StartupSign {
    /// It belongs to the package of this infected install.
    OfInfectedPackage(usize),
    /// It lies in the environment of this infected install, and no package lists it.
    BesideInfected(usize),
    /// It changed inside the window of this infected install, and one of those as whom the
    /// code ran could change it.
    ChangedInWindow(usize),
    /// No installed package lists it.
    NoOwner,
    /// Which package lists it could not be read.
    OwnerUnknown,
    /// A package lists it with other contents.
    Altered,
    /// It is said to build native code, and the package holds no source of such.
    NoSources,
    /// To open the folder is enough.
    RunsOnOpen,
}

impl StartupSign {
    /// The word that reports use.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::OfInfectedPackage(_) => "of-infected-package",
            Self::BesideInfected(_) => "beside-infected",
            Self::ChangedInWindow(_) => "changed-in-window",
            Self::NoOwner => "no-owner",
            Self::OwnerUnknown => "owner-unknown",
            Self::Altered => "altered",
            Self::NoSources => "no-sources",
            Self::RunsOnOpen => "runs-on-open",
        }
    }

    /// The infected install that it is about.
    pub const fn install_index(&self) -> Option<usize> {
        match self {
            Self::OfInfectedPackage(index)
            | Self::BesideInfected(index)
            | Self::ChangedInWindow(index) => Some(*index),
            _ => None,
        }
    }
}

/// A piece, whose it is, and what speaks for a look at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JudgedStartup {
    /// The piece.
    pub code: StartupCode,
    /// The package that lists it.
    pub package: Option<String>,
    /// Sorted; none means that it is ordinary.
    pub signs: Vec<StartupSign>,
}

/// All startup code of a host that is worth a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StartupSurvey {
    /// Those with a sign first, then the ordinary ones; each by kind and path.
    pub judged: Vec<JudgedStartup>,
    /// How many there are of each kind, harmless ones included.
    pub counts: BTreeMap<StartupKind, u64>,
    /// How many were counted and not looked at.
    pub n_unjudged: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_stands_at_its_own_place_in_the_table() {
        for (index, (word, kind, clause)) in StartupKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, index, "{word}");
            assert_eq!((kind.as_str(), kind.clause()), (word, clause));
        }
    }

    #[test]
    fn what_is_kept_is_bounded_and_does_not_depend_on_the_order() {
        let code = |n: usize| StartupCode {
            path: format!("/{n:06}").into(),
            kind: StartupKind::GitHook,
            line: None,
            runs: None,
            owner_uid: 0,
            appeared: Moment::new(0, 0),
            changed: Moment::new(0, 0),
            sha256: None,
        };
        let n_all = KEPT_PER_KIND_MAX + 7;
        let (mut one, mut other) = (StartupList::default(), StartupList::default());
        (0..n_all).for_each(|n| one.push(code(n)));
        (0..n_all).rev().for_each(|n| other.push(code(n)));
        assert_eq!(one, other);
        assert_eq!((one.n_unjudged, one.counts[&StartupKind::GitHook]), (7, n_all as u64));
        assert_eq!(one.into_kept().count(), KEPT_PER_KIND_MAX);
    }
}
