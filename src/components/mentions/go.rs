//! Go: lines of `go.mod` and `go.sum`, the module cache, and what the compiler keeps of builds. What was only resolved (`.info`
//! and `.mod` files, sums of a `go.mod` alone) proves nothing, and the time in an `.info` is
//! that of the version, not of the download: neither is told.

use std::path::Path;

use memchr::memmem;

use crate::components::mentions::{
    Listener, Malformed, Named, Page, Witness, folder_above, lies_in,
};
use crate::model::advisory::Ecosystem;
use crate::model::component::MentionSource;
use crate::model::reach::EvidenceFamily;

/// More than this is no path of a source file.
const PATH_BYTES_MAX: usize = 512;

/// How to read what Go leaves.
pub fn witness(path: &Path, name: &str) -> Option<Witness> {
    let by_name =
        |read| Some(Witness::by_name(MentionSource::Cache, EvidenceFamily::GoCache, read));
    match name {
        "go.mod" if folder_above(path, 1).contains('@') => by_name(unpacked),
        "go.mod" if !is_of_others(path) => Some(Witness::lock_file(requirements)),
        "go.sum" | "go.work.sum" if !is_of_others(path) => Some(Witness::lock_file(sums)),
        _ if name.ends_with(".zip") && folder_above(path, 1) == "@v" => by_name(downloaded),
        _ if name.ends_with("-d") && lies_in(path, &["go-build"]) => {
            Some(Witness::whole(MentionSource::Log, EvidenceFamily::GoBuilds, compiled))
        }
        _ => None,
    }
}

/// Files that lie in the module cache are those of other people's projects.
fn is_of_others(path: &Path) -> bool {
    path.to_string_lossy().contains("/pkg/mod/")
}

/// `module v1.2.3 h1:...`; with `v1.2.3/go.mod` only its requirements were read.
fn sums(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let text = page.text();
    for line in text.lines() {
        let mut words = line.split(' ');
        if let Some(module) = words.next().zip(words.next()) {
            listener(Named::new(Ecosystem::Go, module));
        }
    }
    Ok(())
}

/// `require module v1.2.3` and `replace old => module v1.2.3`, alone or in a block. Not what is
/// excluded or retracted.
fn requirements(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let text = page.text();
    let mut block = "";
    for line in text.lines() {
        let line = line.split("//").next().unwrap_or_default().trim();
        let (first, rest) = line.split_once([' ', '\t']).unwrap_or((line, ""));
        let (verb, said) = match (rest.trim(), block) {
            ("(", _) => {
                block = first;
                continue;
            }
            _ if first == ")" => {
                block = "";
                continue;
            }
            (rest, "") => (first, rest),
            (_, block) => (block, line),
        };
        let module = match verb {
            "require" => said,
            "replace" => said.split_once("=>").map_or("", |(_, new)| new.trim()),
            _ => continue,
        };
        if let Some(module) = module.split_once([' ', '\t']) {
            listener(Named::new(Ecosystem::Go, module));
        }
    }
    Ok(())
}

/// `cache/download/example.com/!upper/module/@v/v1.2.3.zip`
fn downloaded(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let path = page.path.to_string_lossy();
    let below = path.rsplit_once("/cache/download/").map(|(_, below)| below);
    let entry = below.and_then(|below| below.strip_suffix(".zip")?.rsplit_once("/@v/"));
    say(entry, listener);
    Ok(())
}

/// `pkg/mod/example.com/!upper/module@v1.2.3/go.mod`
fn unpacked(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let path = page.path.to_string_lossy();
    let below = path.rsplit_once("/pkg/mod/").map(|(_, below)| below);
    say(below.and_then(|below| below.strip_suffix("/go.mod")?.rsplit_once('@')), listener);
    Ok(())
}

/// A compiled package holds the paths of its sources, `.../pkg/mod/module@v1.2.3/file.go`, and of
/// those that were compiled into it.
fn compiled(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    const CACHE: &[u8] = b"/pkg/mod/";
    let is_archive = page.bytes.starts_with(b"!<arch>\n");
    let mut last = None;
    for start in memmem::find_iter(page.bytes, CACHE).filter(|_| is_archive) {
        let rest = &page.bytes[start + CACHE.len()..];
        let n_bytes = rest.iter().take(PATH_BYTES_MAX).take_while(|byte| byte.is_ascii_graphic());
        let path = std::str::from_utf8(&rest[..n_bytes.count()]).unwrap_or_default();
        let source = path.split_once('@');
        let module = source.and_then(|(name, rest)| Some((name, rest.split_once('/')?.0)));
        // One path follows the other; all files of a module say the same.
        if module != last {
            say(module, listener);
            last = module;
        }
    }
    Ok(())
}

fn say(escaped: Option<(&str, &str)>, listener: &mut Listener<'_>) {
    if let Some((module, version)) = escaped {
        listener(Named::new(Ecosystem::Go, (&unescaped(module), &unescaped(version))));
    }
}

/// `!a` for `A`: the cache serves disks that do not tell cases apart.
fn unescaped(text: &str) -> String {
    let mut is_upper = false;
    let mut signs = String::with_capacity(text.len());
    for sign in text.chars() {
        match (sign, is_upper) {
            ('!', false) => is_upper = true,
            _ => {
                signs.push(if is_upper { sign.to_ascii_uppercase() } else { sign });
                is_upper = false;
            }
        }
    }
    signs
}
