//! Where a report goes: stdout, or a new file that only its owner can read.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use credreach::error::Error;

/// A place for one report, opened before the sweep so that a mistake is told at once.
pub enum Output {
    /// Standard output.
    Stdout,
    /// A file that did not exist before.
    File(PathBuf, File),
}

impl Output {
    /// Opens the place. An existing file, also one behind a link, is never written to.
    pub fn open(path: Option<&Path>) -> Result<Self, Error> {
        let Some(path) = path else { return Ok(Self::Stdout) };
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        file.map(|file| Self::File(path.to_owned(), file)).map_err(|error| {
            let why = match error.kind() {
                io::ErrorKind::AlreadyExists => "it exists already".to_owned(),
                _ => error.to_string(),
            };
            Error::Output { path: path.to_owned(), why }
        })
    }

    /// Takes the empty file away again, when there will be no report.
    pub fn discard(self) {
        if let Self::File(path, _) = self {
            let _ = std::fs::remove_file(path);
        }
    }

    /// Writes the report whole, or leaves no file behind. A closed pipe is no error: its
    /// reader has seen enough.
    pub fn write(self, report: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
        match self {
            Self::Stdout => match report(&mut BufWriter::new(io::stdout().lock())) {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                    Err(Error::Output { path: "standard output".into(), why: error.to_string() })
                }
                _ => Ok(()),
            },
            Self::File(path, file) => {
                let mut out = BufWriter::new(&file);
                let written = report(&mut out).and_then(|()| out.flush());
                written.and_then(|()| file.sync_all()).map_err(|error| {
                    let _ = std::fs::remove_file(&path);
                    Error::Output { path, why: error.to_string() }
                })
            }
        }
    }
}
