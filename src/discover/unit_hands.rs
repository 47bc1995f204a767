//! What a unit of systemd gives to what it starts, whoever may read it: its own settings, files
//! of variables, and credentials. Keeps paths only, and reads none of the files.

use std::path::{Path, PathBuf};

use crate::discover::settings::Settings;
use crate::model::path_pattern::{PathPattern, PathPatterns};

/// Folders in which credentials are looked for by their name.
const CREDENTIAL_STORES: &[&str] = &[
    "/etc/credstore",
    "/etc/credstore.encrypted",
    "/run/credstore",
    "/run/credstore.encrypted",
    "/usr/lib/credstore",
    "/usr/lib/credstore.encrypted",
];
/// More files of one unit are not kept.
const FILES_MAX: usize = 1000;

/// What one unit hands over, as written.
#[derive(Debug, Default)]
pub struct Hands {
    unit: String,
    /// The unit and its drop-ins, where they set variables, credentials or commands.
    settings: Vec<PathBuf>,
    variables: Vec<String>,
    credentials: Vec<String>,
}

impl Hands {
    /// Those of a unit that says nothing yet.
    pub fn of_unit(path: &Path) -> Self {
        let name = path.file_stem().unwrap_or_default();
        Self { unit: name.to_string_lossy().into_owned(), ..Self::default() }
    }

    /// Takes a setting as it stands in a file. An empty one empties its list.
    pub fn set(&mut self, path: &Path, key: &str, value: &str) {
        let list = match key {
            "EnvironmentFile" => &mut self.variables,
            "LoadCredential" | "LoadCredentialEncrypted" => &mut self.credentials,
            // A value inside of an argument is in the process, too.
            "Environment" | "SetCredential" | "ExecStart" => {
                if self.settings.last().is_none_or(|last| last != path) {
                    self.settings.push(path.to_owned());
                }
                return;
            }
            _ => return,
        };
        if value.is_empty() {
            list.clear();
        } else {
            list.push(value.to_owned());
        }
    }

    /// The files that are there, without links; `home` is that of the manager.
    pub fn files(&self, settings: &mut Settings<'_>, home: Option<&Path>) -> Vec<PathBuf> {
        let mut files = self.settings.clone();
        for written in &self.variables {
            let path = self.expanded(written.trim_start_matches('-'), home);
            files.extend(matching(settings, Path::new(&path)));
        }
        for written in &self.credentials {
            files.extend(self.credential(settings, written, home));
        }
        let files = files.iter().take(FILES_MAX);
        let mut files: Vec<PathBuf> =
            files.filter_map(|path| settings.files.resolve(path).ok()).collect();
        files.sort();
        files.dedup();
        files
    }

    /// `ID:PATH`, or a name that is looked for in the stores. A folder gives what is in it.
    fn credential(
        &self,
        settings: &mut Settings<'_>,
        written: &str,
        home: Option<&Path>,
    ) -> Vec<PathBuf> {
        let (id, path) = written.split_once(':').unwrap_or((written, written));
        let path = self.expanded(if path.is_empty() { id } else { path }, home);
        // What is absolute replaces the folder.
        let places = CREDENTIAL_STORES.iter().map(|folder| Path::new(folder).join(&path));
        let mut found = Vec::new();
        for place in places {
            match settings.files.inode(&place) {
                Ok(inode) if inode.is_directory() => found.extend(settings.paths(&place)),
                Ok(inode) if inode.is_regular() => found.push(place),
                _ => {}
            }
        }
        found
    }

    /// Specifiers that are known without asking systemd. An instance may have any name.
    fn expanded(&self, text: &str, home: Option<&Path>) -> String {
        let (prefix, instance) = self.unit.split_once('@').unwrap_or((&self.unit, ""));
        let instance = if instance.is_empty() { "*" } else { instance };
        let home = home.map_or("%h".into(), Path::to_string_lossy);
        let known = [
            ("%h", &*home),
            ("%n", &format!("{}.service", self.unit)),
            ("%N", &self.unit),
            ("%p", prefix),
            ("%i", instance),
            ("%I", instance),
            ("%E", "/etc"),
            ("%S", "/var/lib"),
            ("%t", "/run"),
        ];
        let text = text.trim_matches('"').to_owned();
        known.iter().fold(text, |text, (specifier, value)| text.replace(specifier, value))
    }
}

/// The file, or those that a pattern in the last component of the path means.
fn matching(settings: &mut Settings<'_>, path: &Path) -> Vec<PathBuf> {
    let text = path.to_string_lossy();
    if !path.is_absolute() || !text.contains(['*', '?', '[']) {
        return vec![path.to_owned()];
    }
    let (Ok(pattern), Some(folder)) = (PathPattern::new(&text), path.parent()) else {
        return Vec::new();
    };
    let patterns = PathPatterns::new([(&pattern, 0)]);
    settings.paths(folder).into_iter().filter(|path| patterns.matches(path)).collect()
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::io::{self, ErrorKind};

    use super::*;
    use crate::model::artifact::Inode;
    use crate::model::host::HostFiles;
    use crate::model::principal::Principals;
    use crate::model::time::{FileTimes, Moment};

    const UNIT: &str = "/etc/systemd/system/shop@.service";
    const THERE: [&str; 5] =
        [UNIT, "/etc/shop/a.env", "/etc/shop/b.env", "/etc/credstore/db", "/etc/c/d"];

    /// A host that has these files, and nothing in them.
    struct Shelf;

    impl HostFiles for Shelf {
        fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
            self.inode(path).map(|_| path.to_owned())
        }

        fn inode(&self, path: &Path) -> io::Result<Inode> {
            let file = THERE.iter().find(|one| Path::new(one).starts_with(path));
            let is_file = file.ok_or(ErrorKind::NotFound).map(|file| Path::new(file) == path)?;
            let at = Moment::new(0, 0);
            Ok(Inode {
                device: 1,
                number: 1,
                mode: if is_file { 0o100_600 } else { 0o040_755 },
                uid: 0,
                gid: 0,
                n_links: 1,
                size_bytes: 0,
                times: FileTimes { accessed: at, modified: at, changed: at, born: None },
            })
        }

        fn inode_no_follow(&self, path: &Path) -> io::Result<Inode> {
            self.inode(path)
        }

        fn read(&self, _path: &Path, _size_bytes_max: u64) -> io::Result<Vec<u8>> {
            Err(ErrorKind::PermissionDenied.into())
        }

        fn beginning(&self, _path: &Path, _n_bytes: u64) -> io::Result<Vec<u8>> {
            Err(ErrorKind::PermissionDenied.into())
        }

        fn names(&self, path: &Path) -> io::Result<Vec<OsString>> {
            let below = THERE.iter().filter_map(|one| Path::new(one).strip_prefix(path).ok());
            Ok(below.filter_map(|rest| Some(rest.iter().next()?.to_owned())).collect())
        }

        fn link_target(&self, _path: &Path) -> io::Result<PathBuf> {
            Err(ErrorKind::NotFound.into())
        }

        fn access_list(&self, _path: &Path) -> io::Result<Option<Vec<u8>>> {
            Ok(None)
        }

        fn may_enter(&self, _path: &Path) -> bool {
            true
        }
    }

    fn check(written: &[(&str, &str)], expected: &[&str]) {
        let principals = Principals::default();
        let mut settings = Settings::new(&Shelf, &principals, &[]);
        let mut hands = Hands::of_unit(Path::new(UNIT));
        written.iter().for_each(|(key, value)| hands.set(Path::new(UNIT), key, value));
        let expected: Vec<PathBuf> = expected.iter().map(PathBuf::from).collect();
        assert_eq!(hands.files(&mut settings, None), expected, "{written:?}");
    }

    #[test]
    fn files_of_variables_are_found_by_pattern_and_specifier() {
        check(&[("EnvironmentFile", "-/etc/%p/*.env")], &["/etc/shop/a.env", "/etc/shop/b.env"]);
        check(&[("EnvironmentFile", "/etc/shop/%i.env")], &["/etc/shop/a.env", "/etc/shop/b.env"]);
        check(&[("EnvironmentFile", "/etc/shop/a.env"), ("EnvironmentFile", "")], &[]);
        check(&[("EnvironmentFile", "etc/[")], &[]);
    }

    #[test]
    fn credentials_are_found_by_path_by_name_and_by_folder() {
        check(&[("LoadCredential", "key:/etc/shop/a.env")], &["/etc/shop/a.env"]);
        check(&[("LoadCredential", "db")], &["/etc/credstore/db"]);
        check(&[("LoadCredential", "all:/etc/c")], &["/etc/c/d"]);
        check(&[("LoadCredentialEncrypted", "gone:/etc/gone")], &[]);
    }

    #[test]
    fn a_unit_hands_over_its_own_variables_and_arguments() {
        check(&[("Environment", "A=b"), ("ExecStart", "/x")], &[UNIT]);
        check(&[("User", "ana")], &[]);
    }
}
