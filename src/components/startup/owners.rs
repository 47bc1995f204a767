//! Which installed package lists a file of Python's startup: by the RECORDs beside it, by
//! dpkg, or by the interpreter that it came with. Reads few and bounded files, and only for
//! files that are asked about. Does not read databases of rpm.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::components::catalogue::record_digest;
use crate::components::startup::python::is_packages;
use crate::model::host::HostFiles;
use crate::model::path_pattern::is_within;
use crate::model::startup::StartupCode;

/// A RECORD up to this size is read: a hundred times that of the largest package.
const RECORD_BYTES_MAX: u64 = 64 << 20;
/// And so many bytes of one environment, or of dpkg.
const ALL_BYTES_MAX: usize = 1 << 30;
/// What came with an interpreter was unpacked within so many seconds of its `site.py`.
const UNPACKED_WITHIN_SECONDS: i64 = 600;

/// Who lists a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A package.
    Package {
        /// Name and version, as far as they are known.
        name: String,
        /// Its metadata.
        metadata: PathBuf,
        /// Whether the file is as it is listed; true where no hash is listed.
        is_intact: bool,
    },
    /// No package that could be read, and all could.
    Nobody,
    /// No package that could be read, and some could not.
    Unknown,
}

/// The owners of files that Python runs at its start.
pub fn owners<'c>(codes: &[&'c StartupCode], files: &dyn HostFiles) -> BTreeMap<&'c Path, Owner> {
    let mut by_folder: BTreeMap<&Path, Vec<&'c StartupCode>> = BTreeMap::new();
    for code in codes {
        by_folder.entry(code.path.parent().unwrap_or(&code.path)).or_default().push(code);
    }
    let mut owners = BTreeMap::new();
    for (folder, codes) in by_folder {
        let by_name = codes.into_iter().filter_map(|code| Some((code.path.file_name()?, code)));
        Listing::new(by_name, files).read_environment(folder).settle_into(&mut owners);
    }
    let is_unowned = |code: &&&StartupCode| {
        let is_of_host = ["/usr", "/etc"].iter().any(|top| is_within(&code.path, Path::new(top)));
        is_of_host && !matches!(owners.get(&*code.path), Some(Owner::Package { .. }))
    };
    let unowned: Vec<&StartupCode> = codes.iter().filter(is_unowned).copied().collect();
    if !unowned.is_empty() {
        let by_path = unowned.into_iter().map(|code| (code.path.as_os_str(), code));
        Listing::new(by_path, files).read_dpkg().settle_into(&mut owners);
    }
    owners
}

/// Files that are looked for, and who was found to list them.
struct Listing<'c, 'f> {
    /// By what a list calls them: the name at the top of an environment, or the whole path.
    codes: HashMap<&'c [u8], &'c StartupCode>,
    files: &'f dyn HostFiles,
    found: BTreeMap<&'c Path, Owner>,
    n_bytes: usize,
    is_all: bool,
}

impl<'c, 'f> Listing<'c, 'f> {
    fn new(
        codes: impl Iterator<Item = (&'c OsStr, &'c StartupCode)>,
        files: &'f dyn HostFiles,
    ) -> Self {
        let codes = codes.map(|(name, code)| (name.as_bytes(), code)).collect();
        Self { codes, files, found: BTreeMap::new(), n_bytes: 0, is_all: true }
    }

    /// Looks through the metadata that lies beside the files.
    fn read_environment(mut self, folder: &Path) -> Self {
        self.ask_interpreter(folder);
        for name in self.names(folder) {
            let metadata = folder.join(&name);
            if name.ends_with(".dist-info") {
                let name = package_name(&name);
                self.read(&metadata.join("RECORD"), &metadata, &name, record_entry);
            } else if name.ends_with(".egg-info") {
                let name = package_name(&name);
                self.read(&metadata.join("installed-files.txt"), &metadata, &name, egg_entry);
            }
        }
        self
    }

    fn read_dpkg(mut self) -> Self {
        let folder = Path::new("/var/lib/dpkg/info");
        for file in self.names(folder) {
            if let Some(name) = file.strip_suffix(".list") {
                let name = name.split(':').next().unwrap_or(name);
                self.read(&folder.join(&file), folder, name, dpkg_entry);
            }
        }
        self
    }

    /// A module beside the standard library may have come with it. In a folder of packages a
    /// `site.py` is nobody's witness: anybody may have put it there.
    fn ask_interpreter(&mut self, folder: &Path) {
        if is_packages(folder) {
            return;
        }
        let Ok(site) = self.files.inode_no_follow(&folder.join("site.py")) else { return };
        for code in self.codes.values() {
            let seconds = code.changed.seconds.abs_diff(site.times.changed.seconds);
            if seconds <= UNPACKED_WITHIN_SECONDS.unsigned_abs() {
                let metadata = folder.to_owned();
                let name = "its interpreter".to_owned();
                self.found.insert(&code.path, Owner::Package { name, metadata, is_intact: true });
            }
        }
    }

    /// Names in a folder; those that are not UTF-8 belong to no package.
    fn names(&mut self, folder: &Path) -> Vec<String> {
        match self.files.names(folder) {
            Ok(names) => names.into_iter().filter_map(|name| name.into_string().ok()).collect(),
            Err(error) => {
                self.is_all &= error.kind() == ErrorKind::NotFound;
                Vec::new()
            }
        }
    }

    /// Looks for the files in one list. One that is not there lists nothing.
    fn read(&mut self, list: &Path, metadata: &Path, name: &str, entry: EntryOf) {
        if self.n_bytes > ALL_BYTES_MAX {
            self.is_all = false;
            return;
        }
        let bytes = match self.files.read(list, RECORD_BYTES_MAX) {
            Ok(bytes) => bytes,
            Err(error) => return self.is_all &= error.kind() == ErrorKind::NotFound,
        };
        self.n_bytes += bytes.len();
        for line in bytes.split(|byte| *byte == b'\n') {
            let Some((path, digest)) = entry(line.trim_ascii_end()) else { continue };
            let Some(code) = self.codes.get(path) else { continue };
            let is_other = digest.is_some_and(|digest| {
                code.sha256.as_ref().is_some_and(|own| record_digest(own).as_bytes() != digest)
            });
            let (name, metadata) = (name.to_owned(), metadata.to_owned());
            let owner = Owner::Package { name, metadata, is_intact: !is_other };
            self.found.insert(&code.path, owner);
        }
    }

    fn settle_into(mut self, owners: &mut BTreeMap<&'c Path, Owner>) {
        for code in self.codes.values() {
            let path = code.path.as_path();
            let nobody = if self.is_all { Owner::Nobody } else { Owner::Unknown };
            let owner = self.found.remove(path).unwrap_or(nobody);
            // What some RECORD could not say, dpkg may not deny.
            let is_doubt = owner == Owner::Nobody && owners.get(path) == Some(&Owner::Unknown);
            if !is_doubt {
                owners.insert(path, owner);
            }
        }
    }
}

/// Path and digest of a line. Of a RECORD a bare name is one at the top of the environment.
type EntryOf = for<'l> fn(&'l [u8]) -> Option<(&'l [u8], Option<&'l [u8]>)>;

fn record_entry(line: &[u8]) -> Option<(&[u8], Option<&[u8]>)> {
    let (path, rest) = match line.strip_prefix(b"\"") {
        Some(quoted) => cut(quoted, b"\",")?,
        None => cut(line, b",")?,
    };
    let digest =
        rest.strip_prefix(b"sha256=").map(|rest| cut(rest, b",").map_or(rest, |one| one.0));
    (!path.contains(&b'/')).then_some((path, digest))
}

fn egg_entry(line: &[u8]) -> Option<(&[u8], Option<&[u8]>)> {
    let path = line.strip_prefix(b"../")?;
    (!path.contains(&b'/')).then_some((path, None))
}

fn dpkg_entry(line: &[u8]) -> Option<(&[u8], Option<&[u8]>)> {
    line.starts_with(b"/").then_some((line, None))
}

fn cut<'l>(line: &'l [u8], at: &[u8]) -> Option<(&'l [u8], &'l [u8])> {
    let start = line.windows(at.len()).position(|window| window == at)?;
    Some((&line[..start], &line[start + at.len()..]))
}

/// `name-1.2.dist-info` as `name 1.2`.
fn package_name(folder: &str) -> String {
    let stem = folder.rsplit_once('.').map_or(folder, |(stem, _)| stem);
    stem.rsplit_once('-')
        .map_or_else(|| stem.to_owned(), |(name, version)| format!("{name} {version}"))
}
