//! Where the files of a package came from: `direct_url.json` of Python, `resolved` of npm,
//! the link of an old editable install. Addresses often carry a token, so only what tells
//! the place is kept: scheme, host and the end of the path.

use std::path::Path;

use serde::Deserialize;

use crate::components::mentions::each_entry;
use crate::components::provenance::allowance::Allowance;
use crate::model::advisory::Ecosystem;
use crate::model::component::Component;
use crate::model::provenance::{OriginKind, PackageOrigin};

const DIRECT_URL_BYTES_MAX: u64 = 64 << 10;

/// npm's copy of a lock file, of a very large project.
const LOCK_BYTES_MAX: u64 = 64 << 20;

/// Where a component came from, if its installer kept that.
pub fn origin(
    component: &Component,
    root: &Path,
    allowance: &mut Allowance<'_>,
) -> Option<PackageOrigin> {
    match component.ecosystem {
        Ecosystem::PyPI => direct_url(&component.path, allowance),
        Ecosystem::Npm => resolved(component, root, allowance),
        _ => None,
    }
}

#[derive(Deserialize)]
struct DirectUrl {
    url: String,
    vcs_info: Option<VcsInfo>,
    dir_info: Option<DirInfo>,
    archive_info: Option<ArchiveInfo>,
}

#[derive(Deserialize)]
struct VcsInfo {
    commit_id: Option<String>,
}

#[derive(Deserialize)]
struct DirInfo {
    #[serde(default)]
    editable: bool,
}

#[derive(Deserialize)]
struct ArchiveInfo {
    /// `sha256=...`
    hash: Option<String>,
}

fn direct_url(metadata: &Path, allowance: &mut Allowance<'_>) -> Option<PackageOrigin> {
    let bytes = allowance.read(&metadata.join("direct_url.json"), DIRECT_URL_BYTES_MAX)?;
    let said: DirectUrl = serde_json::from_slice(&bytes).ok()?;
    let commit = said.vcs_info.as_ref().and_then(|vcs| vcs.commit_id.clone());
    let hash = said.archive_info.and_then(|archive| archive.hash);
    let hash = hash.and_then(|hash| hash.strip_prefix("sha256=").map(str::to_owned));
    let kind = match (&said.vcs_info, &said.dir_info) {
        (Some(_), _) => OriginKind::Repository,
        (None, Some(folder)) if folder.editable => OriginKind::Editable,
        (None, Some(_)) => OriginKind::Folder,
        (None, None) => OriginKind::Archive,
    };
    let revision = commit.or(hash).filter(|revision| is_hex(revision));
    Some(PackageOrigin { kind, address: shown(&said.url, kind), revision })
}

fn is_hex(text: &str) -> bool {
    (7..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[derive(Deserialize)]
struct Locked {
    resolved: Option<String>,
}

fn resolved(
    component: &Component,
    root: &Path,
    allowance: &mut Allowance<'_>,
) -> Option<PackageOrigin> {
    let copy = root.join("node_modules/.package-lock.json");
    let key = component.path.strip_prefix(root).ok()?.to_str()?;
    let bytes = allowance.read(&copy, LOCK_BYTES_MAX)?;
    let mut found = None;
    // A file that is cut off is a problem that its mentions tell already.
    let _ = each_entry(&bytes, &|section| section == "packages", &mut |name, one: Locked| {
        if name == key {
            found = one.resolved;
        }
    });
    let url = found?;
    let is_repository = url.starts_with("git");
    let kind = if is_repository { OriginKind::Repository } else { OriginKind::Archive };
    let commit = url.rsplit_once('#').map(|(_, commit)| commit.to_owned());
    let revision = commit.filter(|commit| is_repository && is_hex(commit));
    Some(PackageOrigin { kind, address: shown(&url, kind), revision })
}

/// What of an address may be shown; a dot for each part that may not.
fn shown(url: &str, kind: OriginKind) -> String {
    parts(url, kind).unwrap_or_else(|| "an address that is not shown".to_owned())
}

/// `https://host/…/name-1.0.whl`, `git+ssh://host/owner/name.git`, `/srv/name`
fn parts(url: &str, kind: OriginKind) -> Option<String> {
    let url = url.split(['?', '#', ';']).next()?;
    let Some((scheme, rest)) = url.split_once("://") else { return local(url) };
    if scheme == "file" {
        return local(rest);
    }
    let is_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte);
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    // A password with a slash in it would let its first half pass for the host.
    let is_torn = path.split('/').any(|part| part.trim_start_matches('@').contains('@'))
        && kind != OriginKind::Repository;
    let path = path.split_once(".git@").map_or(path, |(path, _)| path);
    let is_torn = is_torn || path.trim_start_matches('@').contains([':', '\\']);
    if !scheme.bytes().all(is_scheme) || !is_host(host) || is_torn {
        return None;
    }
    let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
    let n_kept = match kind {
        OriginKind::Repository => 2,
        _ if is_archive(names.last()?) => 1,
        _ => 0,
    };
    let kept = &names[names.len().saturating_sub(n_kept)..];
    let is_whole = kept.len() == names.len();
    Some(format!("{scheme}://{host}/{}{}", if is_whole { "" } else { "…/" }, kept.join("/")))
}

/// A path of this host.
fn local(path: &str) -> Option<String> {
    (path.starts_with('/') && !path.contains('@')).then(|| path.to_owned())
}

fn is_host(host: &str) -> bool {
    let (name, port) = host.split_once(':').unwrap_or((host, "0"));
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b".-".contains(&byte);
    let is_name = !name.is_empty() && name.len() <= 253 && name.bytes().all(is_part);
    is_name && port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_archive(name: &str) -> bool {
    [".whl", ".tar.gz", ".tgz", ".zip", ".tar.bz2", ".egg"].iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: OriginKind, url: &str, expected: &str) {
        let expected = if expected.is_empty() { "an address that is not shown" } else { expected };
        assert_eq!(shown(url, kind), expected, "{url}");
    }

    #[test]
    fn an_address_keeps_its_host_and_its_end() {
        use OriginKind::{Archive, Editable, Repository};
        check(
            Archive,
            "https://u:pw@files.example:8443/token/aa/six-1.0-py3-none-any.whl?sig=pw#sha256=0",
            "https://files.example:8443/…/six-1.0-py3-none-any.whl",
        );
        check(
            Archive,
            "https://registry.example/@s/is/-/is-4.0.0.tgz",
            "https://registry.example/…/is-4.0.0.tgz",
        );
        check(Archive, "https://files.example/token", "https://files.example/…/");
        check(Repository, "https://tok@git.example/o/x.git", "https://git.example/o/x.git");
        check(
            Repository,
            "git+ssh://git@git.example/o/x.git#0123456",
            "git+ssh://git.example/o/x.git",
        );
        check(Editable, "file:///srv/app", "/srv/app");
    }

    #[test]
    fn a_password_is_not_taken_for_a_host() {
        use OriginKind::{Archive, Repository};
        for kind in [Archive, Repository] {
            check(kind, "https://user:pa/ss@host.example/x-1.0.whl", "");
            check(kind, "https://user:12/34:pw@host.example/x-1.0.whl", "");
            check(kind, "https://a@b@c\u{1b}[31m/x-1.0.whl", "");
            check(kind, "javascript:alert(1)", "");
            check(kind, "git@host.example:token/x", "");
        }
        check(Archive, "https://user/pw@host.example/x-1.0.whl", "");
    }
}
