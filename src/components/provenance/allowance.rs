//! Reads small files of the host, and no more of them than a whole run is allowed. What is
//! missing is nothing to tell; what is there and was not read is a problem.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::{Problem, ProblemCode};
use crate::model::host::HostFiles;

/// Enough for the packages of ten large projects.
const N_FILES_MAX: usize = 40_000;
const N_BYTES_MAX: u64 = 256 << 20;

/// What may still be read.
pub struct Allowance<'f> {
    files: &'f dyn HostFiles,
    n_files_left: usize,
    n_bytes_left: u64,
    problems: Vec<Problem>,
    is_spent: bool,
}

impl<'f> Allowance<'f> {
    /// A full allowance.
    pub fn new(files: &'f dyn HostFiles) -> Self {
        Self {
            files,
            n_files_left: N_FILES_MAX,
            n_bytes_left: N_BYTES_MAX,
            problems: Vec::new(),
            is_spent: false,
        }
    }

    /// A whole file; `None` if it is not there, too big or may not be read.
    pub fn read(&mut self, path: &Path, size_bytes_max: u64) -> Option<Vec<u8>> {
        let size_bytes = self.files.inode(path).ok()?.size_bytes;
        if size_bytes > size_bytes_max {
            self.tell(Problem::new(ProblemCode::ComponentsTooBig, path, ""));
            return None;
        }
        if !self.take(path, size_bytes) {
            return None;
        }
        match self.files.read(path, size_bytes_max) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => {
                self.tell(Problem::from_io(path, &error));
                None
            }
        }
    }

    /// A whole text file.
    pub fn text(&mut self, path: &Path, size_bytes_max: u64) -> Option<String> {
        let bytes = self.read(path, size_bytes_max)?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Names in a folder, sorted; none if there is no such folder.
    pub fn names(&mut self, path: &Path) -> Vec<OsString> {
        if !self.take(path, 0) {
            return Vec::new();
        }
        self.files.names(path).unwrap_or_default()
    }

    /// Whether there is a file, which then is not read.
    pub fn is_there(&mut self, path: &Path) -> bool {
        self.take(path, 0) && self.files.inode_no_follow(path).is_ok()
    }

    /// The same path without links, if there is something.
    pub fn resolve(&mut self, path: &Path) -> Option<PathBuf> {
        if !self.take(path, 0) {
            return None;
        }
        self.files.resolve(path).ok()
    }

    /// What could not be read.
    pub fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    fn take(&mut self, path: &Path, n_bytes: u64) -> bool {
        let left = self.n_files_left.checked_sub(1).zip(self.n_bytes_left.checked_sub(n_bytes));
        if let Some((n_files, n_bytes)) = left {
            (self.n_files_left, self.n_bytes_left) = (n_files, n_bytes);
        } else if !self.is_spent {
            self.is_spent = true;
            let why = "and so is what comes after it: requirers and places to change";
            self.tell(Problem::new(ProblemCode::ComponentsTooBig, path, why));
        }
        left.is_some()
    }

    fn tell(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}
