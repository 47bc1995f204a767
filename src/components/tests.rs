//! Every reader of metadata on samples in the shape that the real tools write, and on hostile
//! bytes. Dates are tested by the stories of the command line: here every file was made at once.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

use proptest::prelude::*;

use super::*;
use crate::model::artifact::{ArtifactKind, Inode};
use crate::model::time::{FileTimes, Moment};

/// A host on which everything is there, but for what runners mark.
struct EverythingIsThere;

fn inode() -> Inode {
    let at = Moment::new(1_774_348_740, 0);
    Inode {
        device: 1,
        number: 1,
        mode: 0o100_755,
        uid: 1000,
        gid: 1000,
        n_links: 1,
        size_bytes: 1,
        times: FileTimes { accessed: at, modified: at, changed: at, born: Some(at) },
    }
}

impl HostFiles for EverythingIsThere {
    fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        Ok(path.to_owned())
    }

    fn inode(&self, path: &Path) -> io::Result<Inode> {
        self.inode_no_follow(path)
    }

    fn inode_no_follow(&self, path: &Path) -> io::Result<Inode> {
        let is_mark = path.extension().is_some_and(|extension| extension == "completed");
        if is_mark { Err(io::ErrorKind::NotFound.into()) } else { Ok(inode()) }
    }

    fn read(&self, _path: &Path, _size_bytes_max: u64) -> io::Result<Vec<u8>> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn beginning(&self, _path: &Path, _n_bytes: u64) -> io::Result<Vec<u8>> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn names(&self, _path: &Path) -> io::Result<Vec<OsString>> {
        Ok(Vec::new())
    }

    fn link_target(&self, _path: &Path) -> io::Result<PathBuf> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn access_list(&self, _path: &Path) -> io::Result<Option<Vec<u8>>> {
        Ok(None)
    }

    fn may_enter(&self, _path: &Path) -> bool {
        true
    }
}

/// What a file tells of: `name version` and where it lies.
fn told(path: &str, bytes: &[u8]) -> Vec<String> {
    let artifact = Artifact { path: path.into(), inode: inode(), kind: ArtifactKind::File };
    let mut found = components(&artifact, bytes, &EverythingIsThere).unwrap_or_default();
    if go::is_program(&artifact, bytes) {
        found.extend(go::built_in(&artifact, bytes, &EverythingIsThere));
    }
    let line = |one: Component| format!("{} {} {}", one.name, one.version, one.path.display());
    found.into_iter().map(line).collect()
}

#[track_caller]
fn check(path: &str, text: &str, expected: &[&str]) {
    assert_eq!(told(path, text.as_bytes()), expected, "{path}");
}

#[test]
fn lists_of_installed_packages_tell_of_each() {
    let list = "[v1]\n\"rip_grep 14.1.0 (registry+https://registry.example)\" = [\"rg\"]\n";
    check("/home/a/.cargo/.crates.toml", list, &["rip-grep 14.1.0 /home/a/.cargo/bin/rg"]);
    let modules = "# a.example/x v1.2.3\n## explicit; go 1.22\na.example/x/y\n# b.example/x v1.0.0 => \
                   c.example/x v1.1.0\n# d.example/x => ./local\n# ../../etc v1.0.0\n";
    let expected = [
        "a.example/x v1.2.3 /srv/vendor/a.example/x",
        "c.example/x v1.1.0 /srv/vendor/b.example/x",
    ];
    check("/srv/vendor/modules.txt", modules, &expected);
    check("/srv/modules.txt", modules, &[]);
    let package = r#"{"name": "Psr/Log", "version": "v3.0.0", "type": "library"}"#;
    let expected = ["psr/log v3.0.0 /srv/vendor/Psr/Log"];
    let path = "/srv/vendor/composer/installed.json";
    check(path, &format!("[{package}]"), &expected);
    check(path, &format!(r#"{{"packages": [{package}], "dev": true}}"#), &expected);
}

#[test]
fn packages_that_speak_for_themselves_are_told() {
    let gem = "/var/lib/gems/3.1.0/specifications/a-b-1.2.3-x86_64-linux.gemspec";
    check(gem, "Gem::Specification.new", &[&format!("a-b 1.2.3 {gem}")]);
    let extension = "/home/a/.vscode/extensions/pub.name-1.2.3";
    let manifest = r#"{"publisher": "Pub", "name": "Name", "version": "1.2.3"}"#;
    let expected = format!("pub.name 1.2.3 {extension}");
    check(&format!("{extension}/package.json"), manifest, &[&expected]);
    check(
        "/srv/app/node_modules/x/package.json",
        manifest,
        &["name 1.2.3 /srv/app/node_modules/x"],
    );
    let action = "/r/_work/_actions/Owner/action/v1";
    let expected = format!("owner/action v1 {action}");
    check(&format!("{action}.completed"), "03/14/2025 17:04:05", &[&expected]);
    check(&format!("{action}/action.yml"), "name: x", &[&expected]);
}

#[test]
fn a_list_without_end_is_cut() {
    let list: String = (0..100_000).map(|n| format!("# a.example/{n} v1.0.0\n")).collect();
    assert_eq!(told("/srv/vendor/modules.txt", list.as_bytes()).len(), COMPONENTS_MAX);
}

/// One path for every reader.
const PATHS: &[&str] = &[
    "/v/lib/python3/site-packages/a-1.dist-info/METADATA",
    "/a/node_modules/b/package.json",
    "/a/extensions/a.b-1.0.0/package.json",
    "/a/.crates.toml",
    "/a/vendor/modules.txt",
    "/a/vendor/composer/installed.json",
    "/a/specifications/a-1.0.gemspec",
    "/a/_actions/b/c/v1.completed",
    "/a/bin/program",
];

/// Pieces that the readers look for, so that chance meets them.
const PIECES: &[&[u8]] = &[
    b"\x7fELF",
    b"\x04\0\0\0Go\0\0",
    b"\xff Go buildinf:",
    b"\x08\x02",
    b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
    b"\x06go1.22",
    b"\x40",
    b"\xff",
    b"dep\ta\tv1\t\n",
    b"=>\ta\tv1\t\n",
    b"# ",
    b" => ",
    b"# stub: ",
    b"\"a 1 (x)\" = [",
    b"\"..",
    b"/",
    b"[{\"name\": \"",
    b"\"version\": \"1\"}]",
    b" ",
    b"\n",
    b"3/14/2025",
    b"99:99:99",
    b"\xc3\xa9",
];

proptest! {
    #[test]
    fn components_never_panics_on_what_nearly_fits(
        pieces in proptest::collection::vec(0..PIECES.len(), 0..40),
        path in 0..PATHS.len(),
    ) {
        let bytes: Vec<u8> = pieces.into_iter().flat_map(|n| PIECES[n]).copied().collect();
        told(PATHS[path], &bytes);
    }

    #[test]
    fn components_never_panics_on_any_name(name in "\\PC{0,40}", place in 0..5_usize) {
        let path = [
            format!("/a/extensions/{name}/package.json"),
            format!("/a/specifications/{name}.gemspec"),
            format!("/a/_actions/{name}.completed"),
            format!("/a/_actions/b/c/{name}/action.yml"),
            format!("/{name}"),
        ];
        told(&path[place], b"{}");
    }
}
