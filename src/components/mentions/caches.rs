//! Caches of package managers, and what an uninstall left: that a package was downloaded.
//! Most are known by the names of their files. What is not readable here: indexes of what a
//! registry offers (they prove no download), and databases but for their plain keys.

use std::path::Path;

use memchr::memmem;
use serde::Deserialize;

use crate::components::mentions::naming::{at_version, file, is_version, tarball};
use crate::components::mentions::{
    Listener, Malformed, Named, Needs, Page, Read, Witness, folder_above, lies_in,
};
use crate::model::advisory::Ecosystem;
use crate::model::component::MentionSource;
use crate::model::reach::EvidenceFamily;
use crate::model::time::Moment;

/// How to read an entry of a cache.
pub fn witness(path: &Path, name: &str) -> Option<Witness> {
    let by_name = |family, read| Some(entry(family, Needs::Name, read));
    let whole = |family, read| Some(entry(family, Needs::Whole, read));
    match name {
        "METADATA" | "PKG-INFO" => distribution(path),
        "package.json" if is_bun(path) => by_name(EvidenceFamily::BunCache, bun),
        "package.json" if is_yarn(path) => whole(EvidenceFamily::YarnCache, manifest),
        "index.db" | "index.db-wal" if lies_in(path, &["store"]) => {
            whole(EvidenceFamily::PnpmStore, pnpm_database)
        }
        _ if name.ends_with(".whl") || name.ends_with(".tar.gz") || name.ends_with(".tgz") => {
            by_name(archives(path), archive)
        }
        _ if name.ends_with(".zip") && name.contains("-npm-") => {
            by_name(EvidenceFamily::YarnCache, berry)
        }
        _ if name.ends_with(".conda") || name.ends_with(".tar.bz2") => {
            by_name(EvidenceFamily::CondaCache, conda)
        }
        _ if name.ends_with(".json") && is_pnpm(path, name) => {
            whole(EvidenceFamily::PnpmStore, manifest)
        }
        "lockfile-verified.jsonl" => whole(EvidenceFamily::PnpmStore, pnpm_verified),
        _ if is_uv(path, name) => by_name(EvidenceFamily::UvCache, uv),
        _ if is_pip(path, name) => Some(entry(http_family(path), Needs::Tail, http_body)),
        _ if is_pip_head(path, name) => whole(EvidenceFamily::PipCache, http_head),
        _ if folder_above(path, 3) == "index-v5" => whole(EvidenceFamily::NpmCache, cacache),
        _ => None,
    }
}

const fn entry(family: EvidenceFamily, needs: Needs, read: Read) -> Witness {
    Witness { source: MentionSource::Cache, family, needs, read }
}

/// Whose wheels and archives lie here.
fn archives(path: &Path) -> EvidenceFamily {
    let owners = [
        (["pip"], EvidenceFamily::PipCache),
        (["uv"], EvidenceFamily::UvCache),
        (["pypoetry"], EvidenceFamily::PoetryCache),
    ];
    let owner = owners.into_iter().find(|(folder, _)| lies_in(path, folder));
    owner.map_or(EvidenceFamily::PackageArchives, |(_, family)| family)
}

fn http_family(path: &Path) -> EvidenceFamily {
    let is_poetry = folder_above(path, 6) == "_http";
    if is_poetry { EvidenceFamily::PoetryCache } else { EvidenceFamily::PipCache }
}

/// Metadata of what is not installed: half removed by pip, or unpacked in a cache.
fn distribution(path: &Path) -> Option<Witness> {
    let folder = folder_above(path, 1);
    let is_unpacked = folder_above(path, 3) == "archive-v0"
        || folder_above(path, 2) == "site-packages"
            && (folder_above(path, 4) == "pkgs" || folder_above(path, 6) == "pkgs");
    let is_uv = folder_above(path, 3) == "archive-v0";
    let (source, family) = match (folder.starts_with('~'), is_unpacked) {
        (true, _) => (MentionSource::Leftover, EvidenceFamily::Leftovers),
        (_, true) if is_uv => (MentionSource::Cache, EvidenceFamily::UvCache),
        (_, true) => (MentionSource::Cache, EvidenceFamily::CondaCache),
        _ => return None,
    };
    let is_metadata = folder.ends_with(".dist-info") || folder.ends_with(".egg-info");
    is_metadata.then_some(Witness { source, family, needs: Needs::Whole, read: metadata })
}

/// `Name: six` and `Version: 1.16.0`, before the first empty line.
fn metadata(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let text = page.text();
    let headers = || text.lines().take_while(|line| !line.is_empty());
    let field = |name: &str| headers().find_map(|line| line.strip_prefix(name));
    if let Some(package) = field("Name: ").zip(field("Version: ")) {
        listener(Named::new(Ecosystem::PyPI, package));
    }
    Ok(())
}

/// `name-1.2.3-py3-none-any.whl`, `name-1.2.3.tar.gz`, `name-1.2.3.tgz`
fn archive(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    if let Some((ecosystem, name, version)) = file(page.name()) {
        listener(Named::new(ecosystem, (name, version)));
    }
    Ok(())
}

/// `@scope-name-npm-1.2.3-0123456789-8.zip`. Where a name ends and its scope begins is lost,
/// so both readings are told.
fn berry(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let Some((name, rest)) = page.name().rsplit_once("-npm-") else { return Ok(()) };
    let mut version = rest;
    for _ in ["checksum", "key of the cache"] {
        version = version.rsplit_once('-').map_or(version, |(version, _)| version);
    }
    let hyphens = name.match_indices('-').filter(|_| name.starts_with('@'));
    for (at, _) in hyphens {
        let scoped = format!("{}/{}", &name[..at], &name[at + 1..]);
        listener(Named::new(Ecosystem::Npm, (&scoped, version)));
    }
    listener(Named::new(Ecosystem::Npm, (name, version)));
    Ok(())
}

/// `name-1.2.3-build.conda`
fn conda(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let name = page.name();
    let stem = name.strip_suffix(".conda").or_else(|| name.strip_suffix(".tar.bz2"));
    let package = stem.and_then(|stem| stem.rsplit_once('-')?.0.rsplit_once('-'));
    if let Some(package) = package {
        listener(Named::new(Ecosystem::PyPI, package));
    }
    Ok(())
}

fn is_bun(path: &Path) -> bool {
    let is_entry = folder_above(path, 1).contains("@@@") || folder_above(path, 1).contains('@');
    is_entry && (folder_above(path, 2) == "cache" || folder_above(path, 3) == "cache")
}

/// `cache/name@1.2.3@@@1/package.json`, `cache/@scope/name@1.2.3@@@1/package.json`
fn bun(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let scope = folder_above(page.path, 2);
    let entry = folder_above(page.path, 1).split("@@@").next().unwrap_or_default();
    let Some((name, version)) = at_version(entry) else { return Ok(()) };
    let scoped = format!("{scope}/{name}");
    let name = if scope.starts_with('@') { scoped.as_str() } else { name };
    listener(Named::new(Ecosystem::Npm, (name, version)));
    Ok(())
}

/// `v6/npm-name-1.2.3-SHA1-integrity/node_modules/name/package.json`
fn is_yarn(path: &Path) -> bool {
    [3, 4].into_iter().any(|level| {
        let entry = folder_above(path, level);
        entry.starts_with("npm-")
            && entry.ends_with("-integrity")
            && folder_above(path, level - 1) == "node_modules"
    })
}

/// `store/v3/files/00/HASH-index.json`, `store/v10/index/00/HASH-name@1.2.3.json`
fn is_pnpm(path: &Path, name: &str) -> bool {
    let kind = folder_above(path, 2);
    let is_index = kind == "files" && name.ends_with("-index.json") || kind == "index";
    is_index && folder_above(path, 3).starts_with('v')
}

/// What a `package.json`, or an index of pnpm, says of itself.
#[derive(Deserialize)]
struct Manifest {
    name: Option<String>,
    version: Option<String>,
}

fn manifest(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let manifest: Manifest = serde_json::from_slice(page.bytes).map_err(|_| Malformed)?;
    if let Some((name, version)) = manifest.name.zip(manifest.version) {
        listener(Named::new(Ecosystem::Npm, (&name, &version)));
    }
    Ok(())
}

/// Keys of pnpm's table of packages stand in the file as text: integrity, tab, name@1.2.3.
/// The end of a key is found by what no version holds; rows that were deleted count too.
fn pnpm_database(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    for tab in memchr::memchr_iter(b'\t', page.bytes) {
        let rest = &page.bytes[tab + 1..];
        let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || b"@/._+-".contains(*byte);
        let n_bytes = rest.iter().take(256).take_while(is_part).count();
        let key = std::str::from_utf8(&rest[..n_bytes]).unwrap_or_default();
        let key = key.split("sha512-").next().unwrap_or_default();
        if let Some(package) = at_version(key) {
            listener(Named::new(Ecosystem::Npm, package));
        }
    }
    Ok(())
}

/// `wheels-v8/pypi/name/1.2.3-py3-none-any.msgpack`, `sdists-v11/pypi/name/1.2.3/revision.http`
fn is_uv(path: &Path, name: &str) -> bool {
    let is_entry = [".msgpack", ".http", ".rev"].iter().any(|end| name.ends_with(end));
    let is_bucket = |name: &str| name.starts_with("wheels-v") || name.starts_with("sdists-v");
    is_entry && (3..=5).any(|level| is_bucket(folder_above(path, level)))
}

fn uv(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let is_source = page.name().starts_with("revision.");
    let (name, version) = match is_source {
        true => (folder_above(page.path, 2), folder_above(page.path, 1)),
        false => (folder_above(page.path, 1), page.name().split('-').next().unwrap_or_default()),
    };
    listener(Named::new(Ecosystem::PyPI, (name, version)));
    Ok(())
}

/// `http-v2/0/1/2/3/4/HASH.body`, `pip/http/...`, and `_http` of poetry.
fn is_pip(path: &Path, name: &str) -> bool {
    let is_body = name.ends_with(".body") && folder_above(path, 6) == "http-v2";
    let is_hash = name.len() >= 40 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_body || is_hash && ["http", "_http"].contains(&folder_above(path, 6))
}

/// `http-v2/0/1/2/3/4/HASH`, beside its body.
fn is_pip_head(path: &Path, name: &str) -> bool {
    let is_hash = name.len() >= 40 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash && folder_above(path, 6) == "http-v2"
}

/// The head of a response, as msgpack: headers stand in it as text behind a byte or two for
/// their length. The index tells project and version of a file, and the date is its own
/// clock's: nobody on this host made it up.
fn http_head(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let at = header(page.bytes, "date").and_then(Moment::parse_http);
    let at = at.map(|at| (at, "date of the index's answer in pip's cache"));
    listener(Named::moment(at));
    let field = |name| header(page.bytes, name);
    if let Some(package) = field("x-pypi-file-project").zip(field("x-pypi-file-version")) {
        listener(Named { at, ..Named::new(Ecosystem::PyPI, package) });
    }
    Ok(())
}

/// A short text behind a name, both as msgpack writes them; case does not matter in names.
fn header<'b>(bytes: &'b [u8], name: &str) -> Option<&'b str> {
    let lengths = memchr::memchr_iter(0xA0 | name.len() as u8 & 0x1F, bytes);
    lengths.into_iter().find_map(|at| {
        let (key, rest) = bytes[at + 1..].split_at_checked(name.len())?;
        if !key.eq_ignore_ascii_case(name.as_bytes()) {
            return None;
        }
        let (length, rest) = match rest {
            [short @ 0xA0..=0xBF, rest @ ..] => (usize::from(short & 0x1F), rest),
            [0xD9 | 0xC4, length, rest @ ..] => (usize::from(*length), rest),
            _ => return None,
        };
        std::str::from_utf8(rest.get(..length)?).ok()
    })
}

/// `{"lockfile": {...}, "verifiedAt": "2026-03-24T11:02:03.123Z"}`, a line for each install.
fn pnpm_verified(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let text = page.text();
    for (_, rest) in text.lines().filter_map(|line| line.split_once("\"verifiedAt\":\"")) {
        let at = rest.split('"').next().and_then(Moment::parse);
        listener(Named::moment(at.map(|at| (at, "time in pnpm's list of verified lock files"))));
    }
    Ok(())
}

/// A wheel lists `name-1.2.3.dist-info/METADATA` among its members, uncompressed.
pub fn http_body(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    const MEMBER: &[u8] = b".dist-info/METADATA";
    for end in memmem::find_iter(page.bytes, MEMBER) {
        let before = &page.bytes[end.saturating_sub(256)..end];
        let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || b"._+!-".contains(*byte);
        let n_bytes = before.iter().rev().take_while(is_part).count();
        let stem = std::str::from_utf8(&before[before.len() - n_bytes..]).unwrap_or_default();
        if let Some(package) = stem.split_once('-').filter(|(_, version)| is_version(version)) {
            listener(Named::new(Ecosystem::PyPI, package));
        }
    }
    Ok(())
}

/// A line of npm's index: a hash, a tab, and JSON.
#[derive(Deserialize)]
struct Entry {
    key: String,
    /// Milliseconds.
    time: Option<i64>,
}

fn cacache(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let text = page.text();
    let entries = text.lines().filter_map(|line| line.split_once('\t'));
    for (_, json) in entries {
        // A line that was cut off is npm's own way to be interrupted: the next one counts.
        let Ok(entry) = serde_json::from_str::<Entry>(json) else { continue };
        let at = entry.time.map(|time| Moment::new(time.div_euclid(1000), 0));
        let at = at.map(|at| (at, "time of download in npm's cache index"));
        listener(Named::moment(at));
        if let Some(package) = tarball(&entry.key) {
            listener(Named { at, ..Named::new(Ecosystem::Npm, package) });
        }
    }
    Ok(())
}
