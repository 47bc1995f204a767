//! Small files of the host's settings, read with one list of problems. What is not there is no
//! problem; what is there and cannot be read is one. Understands none of them.

use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Problem, ProblemCode};
use crate::model::host::HostFiles;
use crate::model::path_pattern::is_within;
use crate::model::principal::{Principal, Principals};

/// A longer file is no setting that a person wrote.
const SIZE_BYTES_MAX: u64 = 4 << 20;
/// Of all files together no more is read: every path in them is looked up.
const TOTAL_BYTES_MAX: usize = 64 << 20;
/// More names of one folder are not looked at.
const NAMES_MAX: usize = 20_000;

/// A reader of settings.
pub struct Settings<'h> {
    /// The host's files.
    pub files: &'h dyn HostFiles,
    /// Its users.
    pub principals: &'h Principals,
    /// What to stay within; empty for the whole host.
    pub scope: &'h [PathBuf],
    /// What could not be read or understood.
    pub problems: Vec<Problem>,
    n_bytes: usize,
}

impl<'h> Settings<'h> {
    /// A reader that has read nothing yet.
    pub fn new(files: &'h dyn HostFiles, principals: &'h Principals, scope: &'h [PathBuf]) -> Self {
        Self { files, principals, scope, problems: Vec::new(), n_bytes: 0 }
    }

    /// The text of a file; `None` where there is none to be had.
    pub fn text(&mut self, path: &Path) -> Option<String> {
        // What systemd calls masked is a link to it.
        if !self.is_in_scope(path) || self.files.resolve(path).ok()? == Path::new("/dev/null") {
            return None;
        }
        if self.n_bytes > TOTAL_BYTES_MAX {
            self.unclear(path, "there are too many settings");
            return None;
        }
        match self.files.read(path, SIZE_BYTES_MAX) {
            Ok(bytes) => {
                self.n_bytes += bytes.len();
                Some(String::from_utf8_lossy(&bytes).into_owned())
            }
            Err(error) => {
                self.failed(path, &error);
                None
            }
        }
    }

    /// The paths in a folder, sorted.
    pub fn paths(&mut self, folder: &Path) -> Vec<PathBuf> {
        if !self.may_matter(folder) {
            return Vec::new();
        }
        match self.files.names(folder) {
            Ok(names) => names.iter().take(NAMES_MAX).map(|name| folder.join(name)).collect(),
            Err(error) => {
                self.failed(folder, &error);
                Vec::new()
            }
        }
    }

    /// The paths in several folders.
    pub fn paths_of_all(&mut self, folders: &[impl AsRef<Path>]) -> Vec<PathBuf> {
        folders.iter().flat_map(|folder| self.paths(folder.as_ref())).collect()
    }

    /// A problem with one of them.
    pub fn unclear(&mut self, path: &Path, why: &str) {
        self.problems.push(Problem::new(ProblemCode::SettingUnclear, path, why));
    }

    /// Users whose home can be entered, each home once.
    pub fn users_with_homes(&self) -> Vec<&'h Principal> {
        let mut homes: Vec<&Path> = Vec::new();
        let users = self.principals.users.iter();
        let with_home = users.filter(|user| {
            let is_home = user.home.is_absolute() && user.home != Path::new("/");
            let is_new = is_home && !homes.contains(&user.home.as_path());
            if is_new {
                homes.push(&user.home);
            }
            is_new && self.files.may_enter(&user.home)
        });
        with_home.collect()
    }

    fn failed(&mut self, path: &Path, error: &io::Error) {
        if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) {
            return;
        }
        let why = match error.kind() {
            io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
            _ => error.to_string(),
        };
        self.unclear(path, &why);
    }

    fn is_in_scope(&self, path: &Path) -> bool {
        self.scope.is_empty() || self.scope.iter().any(|root| is_within(path, root))
    }

    /// Whether a folder lies in scope, or holds what does.
    fn may_matter(&self, folder: &Path) -> bool {
        self.is_in_scope(folder) || self.scope.iter().any(|root| is_within(root, folder))
    }
}
