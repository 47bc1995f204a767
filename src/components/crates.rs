//! Rust programs that `cargo install` made: the list that it keeps in `.crates.toml`. What a
//! program was built from is not in that list, and binaries are not searched for it.

use std::path::Path;

use crate::components::version::normal_name;
use crate::components::{COMPONENTS_MAX, dated};
use crate::model::advisory::Ecosystem;
use crate::model::artifact::Artifact;
use crate::model::component::Component;
use crate::model::host::HostFiles;

/// The programs that an artifact lists: `"ripgrep 14.1.0 (registry+...)" = ["rg"]`.
pub fn programs(artifact: &Artifact, list: &[u8], files: &dyn HostFiles) -> Vec<Component> {
    let text = String::from_utf8_lossy(list);
    let Some(folder) = artifact.path.parent() else { return Vec::new() };
    let lines = text.lines().filter_map(installed);
    let component = |(name, version, program): (&str, &str, Option<&str>)| {
        let path = program.map_or_else(|| folder.to_owned(), |name| folder.join("bin").join(name));
        Component {
            environment: folder.to_owned(),
            name: normal_name(Ecosystem::Crates, name),
            version: version.to_owned(),
            ecosystem: Ecosystem::Crates,
            // The program is put there afresh; the list is older than its last line.
            installed: dated(files, &path),
            path,
            installer: Some("cargo".into()),
            owner_uid: artifact.inode.uid,
            copied: None,
        }
    };
    lines.map(component).take(COMPONENTS_MAX).collect()
}

/// Name, version and first program of a line.
fn installed(line: &str) -> Option<(&str, &str, Option<&str>)> {
    let (key, programs) = line.strip_prefix('"')?.split_once("\" = [")?;
    let mut words = key.split(' ');
    let (name, version) = (words.next()?, words.next()?);
    let program = programs.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next());
    // A name with a slash would lead out of the folder.
    Some((name, version, program.filter(|name| Path::new(name).components().count() == 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_crate_version_and_program() {
        let line = r#""ripgrep 14.1.0 (registry+https://registry.example/index)" = ["rg", "x"]"#;
        assert_eq!(installed(line), Some(("ripgrep", "14.1.0", Some("rg"))));
        assert_eq!(installed(r#""a 1.0.0 (x)" = ["../../b"]"#), Some(("a", "1.0.0", None)));
        assert_eq!(installed(r#""a 1.0.0 (x)" = []"#), Some(("a", "1.0.0", None)));
        assert_eq!(installed("[v1]"), None);
    }
}
