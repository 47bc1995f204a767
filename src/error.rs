//! What can go wrong. An [`Error`] ends the run; a [`Problem`] is one thing that
//! could not be looked into, and ends nothing.

use std::fmt;
use std::path::{Path, PathBuf};

/// Ends the run with exit code 2. Printed as `error: what failed: which thing: why`
/// and a line of help.
#[derive(Debug)]
#[allow(missing_docs, reason = "the sentences of Display say it")]
pub enum Error {
    Usage { what: String, help: String },
    PathMissing { path: PathBuf, why: String },
    RootUnusable { path: PathBuf, why: String },
    KeyFile { path: PathBuf, why: String },
    Advisories { path: PathBuf, why: String },
    Exclude { pattern: String, why: String },
    Output { path: PathBuf, why: String },
    Explain { what: String, help: String },
    Compare { what: String, help: String },
    Suppress { path: PathBuf, why: String },
    SavedReport { path: PathBuf, why: String },
    Merge { folder: PathBuf, why: String },
    Rules { mistakes: Vec<RuleMistake> },
    SelfTest { what: String, why: String },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage { what, .. } => write!(f, "cannot start: {what}"),
            Self::PathMissing { path, why } => {
                write!(f, "cannot sweep: {}: {why}", Escaped(path))
            }
            Self::RootUnusable { path, why } => {
                write!(f, "cannot use --root: {}: {why}", Escaped(path))
            }
            Self::KeyFile { path, why } => {
                write!(f, "cannot use --key-file: {}: {why}", Escaped(path))
            }
            Self::Advisories { path, why } => {
                write!(f, "cannot use --advisories: {}: {why}", Escaped(path))
            }
            Self::Exclude { pattern, why } => {
                write!(f, "cannot use --exclude: {}: {why}", pattern.escape_debug())
            }
            Self::Output { path, why } => {
                write!(f, "cannot write the report: {}: {why}", Escaped(path))
            }
            Self::Explain { what, .. } => write!(f, "cannot explain: {what}"),
            Self::Compare { what, .. } => write!(f, "cannot compare the reports: {what}"),
            Self::Suppress { path, why } => {
                write!(f, "cannot use what is said to be known: {}: {why}", Escaped(path))
            }
            Self::SavedReport { path, why } => {
                write!(f, "cannot read the report: {}: {why}", Escaped(path))
            }
            Self::Merge { folder, why } => {
                write!(f, "cannot merge: {}: {why}", Escaped(folder))
            }
            Self::Rules { mistakes } => {
                write!(f, "cannot load rules: {} mistakes", mistakes.len())?;
                mistakes.iter().try_for_each(|mistake| write!(f, "\n  {mistake}"))
            }
            Self::SelfTest { what, why } => write!(f, "cannot run the self-test: {what}: {why}"),
        }
    }
}

impl std::error::Error for Error {}

impl Error {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::Usage { help, .. } | Self::Explain { help, .. } | Self::Compare { help, .. } => {
                help.clone()
            }
            Self::PathMissing { .. } => "name files or folders that exist on the host".into(),
            Self::RootUnusable { .. } => {
                "--root takes the mounted root of a host, the folder that holds etc/passwd".into()
            }
            Self::KeyFile { .. } => {
                "a key file holds at least 32 random bytes: head -c 32 /dev/urandom".into()
            }
            Self::Advisories { .. } => {
                "name an OSV record, a Bumblebee catalogue, a folder of them or a zip of records"
                    .into()
            }
            Self::Exclude { .. } => "patterns look like '**/node_modules' or '/srv/*/cache'".into(),
            Self::Output { .. } => "name a new file in a folder that you can write to".into(),
            Self::Suppress { .. } => "docs/suppressions.md shows whole files".into(),
            Self::SavedReport { .. } => {
                "name a whole report that was saved with --format json or --format ndjson".into()
            }
            Self::Merge { .. } => {
                "it takes twice the room of the reports: name an --output on a larger disk, or set TMPDIR"
                    .into()
            }
            Self::Rules { .. } => "docs/rules.md shows whole files".into(),
            Self::SelfTest { .. } => "set TMPDIR to a folder that you can write to".into(),
        }
    }
}

/// One mistake in a rule file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleMistake {
    /// File, as given.
    pub file: String,
    /// Line, counted from 1; 0 where the mistake has no line.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// Its code, explained in `docs/codes.md`.
    pub code: &'static str,
}

impl fmt::Display for RuleMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, what, code } = self;
        write!(f, "{}:{line}: {what}   [{code}]", file.escape_debug())
    }
}

/// Something in a rule file from elsewhere that is not obeyed, or taken otherwise than written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleRemark {
    /// File, as given.
    pub file: String,
    /// Line, counted from 1.
    pub line: usize,
    /// Id of the rule; empty where it is of the whole file.
    pub subject: String,
    /// What, and what is done instead.
    pub what: String,
    /// Its code, explained in `docs/codes.md`.
    pub code: &'static str,
}

impl fmt::Display for RuleRemark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, subject, what, code } = self;
        write!(f, "{}:{line}: ", file.escape_debug())?;
        if !subject.is_empty() {
            write!(f, "`{}`: ", subject.escape_debug())?;
        }
        write!(f, "{what}   [{code}]")
    }
}

/// One thing that could not be looked into. Counted, listed, and it changes the exit code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// What kind of trouble.
    pub code: ProblemCode,
    /// Where, as the host sees it.
    pub path: PathBuf,
    /// Why, beyond what the code says; may be empty.
    pub why: String,
}

impl Problem {
    /// A problem at a path.
    pub fn new(code: ProblemCode, path: impl Into<PathBuf>, why: impl Into<String>) -> Self {
        Self { code, path: path.into(), why: why.into() }
    }

    /// What an operating system error at a path means.
    pub fn from_io(path: impl Into<PathBuf>, error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        let code = match error.kind() {
            ErrorKind::PermissionDenied => ProblemCode::PermissionDenied,
            ErrorKind::NotFound => ProblemCode::Vanished,
            _ => ProblemCode::InputOutput,
        };
        let why = match code {
            ProblemCode::InputOutput => error.to_string(),
            _ => String::new(),
        };
        Self::new(code, path, why)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not read: {}: {}", Escaped(&self.path), self.code.sentence())?;
        if self.why.is_empty() {
            return Ok(());
        }
        write!(f, " ({})", self.why.escape_debug())
    }
}

/// Kinds of trouble; `docs/codes.md` explains each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the sentences say it")]
pub enum ProblemCode {
    PermissionDenied,
    Vanished,
    Changed,
    TooBig,
    TooBigToParse,
    ContainerUnopened,
    ContainerBroken,
    ContainerEncrypted,
    ContainerOverBudget,
    InputOutput,
    RemoteFileSystem,
    StoreMalformed,
    ComponentsMalformed,
    ComponentsTooBig,
    GitHistory,
    BrokenRecord,
    UnclearVersion,
    SettingUnclear,
    OpeningUnclear,
    Panicked,
}

impl ProblemCode {
    /// Every code.
    pub const ALL: [Self; 20] = [
        Self::PermissionDenied,
        Self::Vanished,
        Self::Changed,
        Self::TooBig,
        Self::TooBigToParse,
        Self::ContainerUnopened,
        Self::ContainerBroken,
        Self::ContainerEncrypted,
        Self::ContainerOverBudget,
        Self::InputOutput,
        Self::RemoteFileSystem,
        Self::StoreMalformed,
        Self::ComponentsMalformed,
        Self::ComponentsTooBig,
        Self::GitHistory,
        Self::BrokenRecord,
        Self::UnclearVersion,
        Self::SettingUnclear,
        Self::OpeningUnclear,
        Self::Panicked,
    ];

    /// Its name in reports and in `docs/codes.md`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::PermissionDenied => "read/permission-denied",
            Self::Vanished => "read/vanished",
            Self::Changed => "read/changed",
            Self::TooBig => "read/too-big",
            Self::TooBigToParse => "read/too-big-to-parse",
            Self::ContainerUnopened => "read/container-not-opened",
            Self::ContainerBroken => "container/broken",
            Self::ContainerEncrypted => "container/encrypted",
            Self::ContainerOverBudget => "container/over-budget",
            Self::InputOutput => "read/input-output",
            Self::RemoteFileSystem => "walk/remote-file-system",
            Self::StoreMalformed => "store/malformed",
            Self::ComponentsMalformed => "components/malformed",
            Self::ComponentsTooBig => "components/too-big",
            Self::GitHistory => "components/git-history",
            Self::BrokenRecord => "advisories/broken-record",
            Self::UnclearVersion => "advisories/unclear-version",
            Self::SettingUnclear => "discover/setting-unclear",
            Self::OpeningUnclear => "discover/opening-unclear",
            Self::Panicked => "sweep/panicked",
        }
    }

    /// What it means, as the end of a sentence.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::PermissionDenied => "permission denied",
            Self::Vanished => "it vanished while the sweep was running",
            Self::Changed => "it changed while it was read",
            Self::TooBig => "it is bigger than the bound",
            Self::TooBigToParse => "it is too big to be parsed; rules still ran over its bytes",
            Self::ContainerUnopened => "it was not opened; what is packed inside was not seen",
            Self::ContainerBroken => "what is packed inside could not be unpacked to its end",
            Self::ContainerEncrypted => "what is packed inside is encrypted",
            Self::ContainerOverBudget => "what is packed inside was not all unpacked",
            Self::InputOutput => "the system reported an error",
            Self::RemoteFileSystem => "it lies on a remote or user-space file system",
            Self::StoreMalformed => "its format could not be parsed; rules still ran over it",
            Self::ComponentsMalformed => "it names packages in a format that could not be parsed",
            Self::ComponentsTooBig => "it is too big to look for the packages that it names",
            Self::GitHistory => "not all that its lock files once said could be read",
            Self::BrokenRecord => "this record of a catalogue cannot be used",
            Self::UnclearVersion => "its version cannot be compared with those of an advisory",
            Self::SettingUnclear => "it says who runs what, and could not be read or understood",
            Self::OpeningUnclear => "it says what keys open, and could not be read or understood",
            Self::Panicked => "a bug in credreach stopped the work on it",
        }
    }
}

/// A path whose control characters cannot reach a terminal.
struct Escaped<'p>(&'p Path);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.to_string_lossy().escape_debug())
    }
}
