//! Saved reports that were named on the command line: opening them, and what is said of them
//! on stderr.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use credreach::error::Error;
use credreach::report::escape::escape_path;
use credreach::saved::{Mistake, Notes};

/// Small enough for ten thousand in turn, large enough to read at the speed of the disk.
const BUFFER_BYTES: usize = 256 << 10;

/// A saved report, opened.
pub struct Saved {
    /// Its name.
    pub name: Name,
    /// Its contents.
    pub source: Box<dyn BufRead>,
}

/// The name of a saved report.
pub struct Name(PathBuf);

impl Saved {
    /// Opens a file, or standard input, which is called `-`.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let name = Name(path.to_owned());
        if path.as_os_str() == "-" {
            return Ok(Self { name, source: Box::new(io::stdin().lock()) });
        }
        match Self::open_source(path) {
            Ok(source) => Ok(Self { name, source }),
            Err(error) => Err(name.error(Mistake::Unreadable(error.to_string()))),
        }
    }

    /// Opens a file.
    pub fn open_source(path: &Path) -> io::Result<Box<dyn BufRead>> {
        let file = File::open(path)?;
        if file.metadata()?.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        Ok(Box::new(BufReader::with_capacity(BUFFER_BYTES, file)))
    }
}

impl Name {
    /// That this report cannot be read.
    pub fn error(&self, mistake: Mistake) -> Error {
        Error::SavedReport { path: self.0.clone(), why: mistake.to_string() }
    }
}

/// Says what a reader should know of a report that was read.
pub fn tell(name: &Name, notes: Notes) {
    let mut err = io::stderr();
    let name = escape_path(&name.0);
    if let Some(line) = notes.changed_line {
        let _ = writeln!(
            err,
            "warning: {name}: from line {line} on it is not what was written: credreach verify"
        );
    }
    if let Some(minor) = notes.later_minor {
        let _ = writeln!(
            err,
            "warning: {name}: layout 1.{minor} is later than this program's: what it adds is left out"
        );
    } else if notes.n_unknown_records > 0 {
        let n = notes.n_unknown_records;
        let _ = writeln!(err, "warning: {name}: {n} records of unknown names are left out");
    }
}
