//! The files of a catalogue, one at a time and each within bounds: a file, a folder of any
//! depth, the members of a zip. Follows no link, opens nothing inside what it opened, and
//! does not look into what it reads. The door to zip, and one to walkdir.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;
use zip::read::ZipReadOptions;
use zip::unstable::read::ZipIterable;

use crate::error::{Problem, ProblemCode};

/// A bigger document is no record.
const DOCUMENT_BYTES_MAX: u64 = 16 << 20;

/// What may be read of all catalogues together, after inflating. A zip of all that is known
/// of npm is an eighth of it.
pub struct Budget {
    n_bytes: u64,
    n_documents: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self { n_bytes: 4 << 30, n_documents: 1_000_000 }
    }
}

impl Budget {
    /// Takes a document out of the budget; `None` when there is nothing left.
    fn spend(&mut self, n_bytes: usize) -> Option<()> {
        self.n_bytes = self.n_bytes.checked_sub(n_bytes as u64)?;
        self.n_documents = self.n_documents.checked_sub(1)?;
        Some(())
    }
}

/// What a catalogue is made of.
pub enum Met<'d> {
    /// A document and where it lies; a member of a zip as `all.zip!member.json`.
    Document(&'d Path, &'d [u8]),
    /// Something that could not be read.
    Problem(Problem),
    /// A link or another file.
    Other,
}

/// Visits the documents below a path, in the order of their names. An error means that
/// there is no such file or folder.
pub fn documents(
    path: &Path,
    budget: &mut Budget,
    visit: &mut dyn FnMut(Met<'_>),
) -> io::Result<()> {
    let metadata = path.metadata()?;
    if !metadata.is_file() && !metadata.is_dir() {
        return Err(io::Error::other("it is neither a file nor a folder"));
    }
    let mut reader = Documents { budget, visit, buffer: Vec::new() };
    let done = if metadata.is_dir() { reader.folder(path) } else { reader.named_file(path) };
    if done.is_none() {
        let why = "all catalogues together are too big; the rest of this one was not read";
        visit(Met::Problem(Problem::new(ProblemCode::BrokenRecord, path, why)));
    }
    Ok(())
}

/// The budget, who looks, and one buffer for all documents. Every step gives `None` when
/// the budget is spent.
struct Documents<'v> {
    budget: &'v mut Budget,
    visit: &'v mut dyn FnMut(Met<'_>),
    buffer: Vec<u8>,
}

impl Documents<'_> {
    fn folder(&mut self, folder: &Path) -> Option<()> {
        for entry in WalkDir::new(folder).sort_by_file_name() {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {}
                Ok(entry) if entry.file_type().is_file() => self.file(entry.path())?,
                Ok(_) => (self.visit)(Met::Other),
                Err(error) => {
                    let path = error.path().unwrap_or(folder).to_owned();
                    let error = error.into_io_error().unwrap_or_else(|| io::Error::other("loop"));
                    (self.visit)(Met::Problem(Problem::from_io(path, &error)));
                }
            }
        }
        Some(())
    }

    /// A file in a folder is known by its name.
    fn file(&mut self, path: &Path) -> Option<()> {
        match extension(path).as_deref() {
            Some("json") => self.json(path),
            Some("zip") => self.zip(path),
            _ => {
                (self.visit)(Met::Other);
                Some(())
            }
        }
    }

    /// A file that was named is a record whatever it is called.
    fn named_file(&mut self, path: &Path) -> Option<()> {
        if extension(path).as_deref() == Some("zip") { self.zip(path) } else { self.json(path) }
    }

    fn json(&mut self, path: &Path) -> Option<()> {
        match File::open(path) {
            Ok(file) => self.document(path, file),
            Err(error) => {
                (self.visit)(Met::Problem(Problem::from_io(path, &error)));
                Some(())
            }
        }
    }

    fn document(&mut self, place: &Path, reader: impl Read) -> Option<()> {
        self.buffer.clear();
        let read = reader.take(DOCUMENT_BYTES_MAX + 1).read_to_end(&mut self.buffer);
        // What was inflated is paid for, whether it is of use or not.
        self.budget.spend(self.buffer.len())?;
        match read {
            Ok(n_bytes) if n_bytes as u64 > DOCUMENT_BYTES_MAX => {
                self.broken(place, "it is bigger than 16 MiB");
            }
            Ok(_) => (self.visit)(Met::Document(place, &self.buffer)),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                self.broken(place, "the zip is damaged here");
            }
            Err(error) => (self.visit)(Met::Problem(Problem::from_io(place, &error))),
        }
        Some(())
    }

    /// Goes through the zip's own list, which is never held whole.
    fn zip(&mut self, path: &Path) -> Option<()> {
        let open = || File::open(path).map(BufReader::new);
        let (list, mut bodies) = match open().and_then(|list| Ok((list, open()?))) {
            Ok(readers) => readers,
            Err(error) => {
                (self.visit)(Met::Problem(Problem::from_io(path, &error)));
                return Some(());
            }
        };
        let archive = ZipIterable::try_new(list, zip::read::Config::default());
        let Ok(mut archive) = archive else {
            self.broken(path, "it is no zip, or cut off");
            return Some(());
        };
        let Ok(members) = archive.files() else {
            self.broken(path, "the list of its members cannot be read");
            return Some(());
        };
        for member in members {
            let Ok(member) = member else {
                self.broken(path, "the list of its members is damaged; the rest was not read");
                return Some(());
            };
            let name = member.name().map_or_else(|_| "?".into(), |name| name.into_owned());
            if !member.is_file() || extension(Path::new(&name)).as_deref() != Some("json") {
                self.budget.spend(0)?;
                (self.visit)(Met::Other);
                continue;
            }
            let place = member_path(path, &name);
            match member.with_reader(&mut bodies, ZipReadOptions::new()) {
                Ok(body) => self.document(&place, body)?,
                Err(_) => {
                    self.budget.spend(0)?;
                    self.broken(
                        &place,
                        "it is encrypted, or packed by a method other than deflate",
                    );
                }
            }
        }
        Some(())
    }

    fn broken(&mut self, place: &Path, why: &str) {
        (self.visit)(Met::Problem(Problem::new(ProblemCode::BrokenRecord, place, why)));
    }
}

fn extension(path: &Path) -> Option<String> {
    path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase())
}

/// `all.zip!member.json`. Not joined: a member may claim to lie at `/etc/passwd`.
fn member_path(zip: &Path, member: &str) -> PathBuf {
    let mut path = OsString::from(zip);
    path.push("!");
    path.push(member);
    path.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use tempfile::TempDir;
    use zip::write::SimpleFileOptions;

    /// What is met below a path: `= NAME BYTES`, `! NAME WHY` or `?`.
    fn met(path: &Path, mut budget: Budget) -> Vec<String> {
        let mut met = Vec::new();
        let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
        documents(path, &mut budget, &mut |one| {
            met.push(match one {
                Met::Document(place, bytes) => format!("= {} {}", name(place), bytes.len()),
                Met::Problem(problem) => format!("! {} {}", name(&problem.path), problem.why),
                Met::Other => "?".to_owned(),
            });
        })
        .unwrap();
        met
    }

    fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, bytes) in members {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn a_folder_gives_its_documents_by_name_and_follows_no_link() {
        let folder = TempDir::new().unwrap();
        let path = folder.path();
        std::fs::create_dir(path.join("b")).unwrap();
        std::fs::write(path.join("b/two.JSON"), "{}").unwrap();
        std::fs::write(path.join("a.json"), "{ }").unwrap();
        std::fs::write(path.join("README.md"), "no record").unwrap();
        std::os::unix::fs::symlink(path, path.join("c")).unwrap();
        std::os::unix::fs::symlink(path.join("a.json"), path.join("d.json")).unwrap();
        assert_eq!(met(path, Budget::default()), ["?", "= a.json 3", "= two.JSON 2", "?", "?"]);
    }

    #[test]
    fn a_zip_gives_its_members_whatever_they_are_called() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("all.zip");
        let bytes = zip(&[("x.json", b"{}"), ("/etc/y.json", b"{ }"), ("z.txt", b"")]);
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(met(&path, Budget::default()), ["= all.zip!x.json 2", "= y.json 3", "?"]);
        std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        assert_eq!(met(&path, Budget::default()), ["! all.zip it is no zip, or cut off"]);
    }

    #[test]
    fn any_byte_of_a_zip_may_be_wrong() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("all.zip");
        let bytes = zip(&[("x.json", b"{\"id\": \"MAL-1\"}"), ("y.json", b"{ }")]);
        for index in 0..bytes.len() {
            let mut bytes = bytes.clone();
            bytes[index] ^= 0xff;
            std::fs::write(&path, &bytes).unwrap();
            met(&path, Budget::default());
        }
    }

    #[test]
    fn a_bomb_is_told_and_the_budget_ends_all() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("all.zip");
        let zeros = vec![0; DOCUMENT_BYTES_MAX as usize + 1];
        std::fs::write(&path, zip(&[("bomb.json", &zeros), ("x.json", b"{}")])).unwrap();
        let bomb = "! all.zip!bomb.json it is bigger than 16 MiB";
        assert_eq!(met(&path, Budget::default()), [bomb, "= all.zip!x.json 2"]);
        let spent = |n_bytes, n_documents| met(&path, Budget { n_bytes, n_documents });
        assert_eq!(spent(1, 9).len(), 1);
        assert!(spent(1 << 30, 1)[1].contains("too big; the rest"), "one document is paid for");
    }

    #[test]
    fn what_is_no_file_and_no_folder_is_an_error() {
        let visit = &mut |_: Met<'_>| {};
        assert!(documents(Path::new("/dev/null"), &mut Budget::default(), visit).is_err());
        assert!(documents(Path::new("/nonexistent"), &mut Budget::default(), visit).is_err());
    }
}
