//! Package and version out of the ways in which tools join them: `name==1.2.3`,
//! `@scope/name@1.2.3`, `name-1.2.3-py3-none-any.whl`. Does not compare versions.

use crate::model::advisory::Ecosystem;

/// Longer ones are no names or versions; npm's own bound for a name is 214.
const TEXT_BYTES_MAX: usize = 256;

/// Whether a text may be a version: a guard against lines that only look like a package.
pub fn is_version(text: &str) -> bool {
    let digits = text.strip_prefix('v').unwrap_or(text);
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b".+-_!".contains(&byte);
    text.len() <= TEXT_BYTES_MAX
        && digits.starts_with(|first: char| first.is_ascii_digit())
        && text.bytes().all(is_part)
}

/// The same for an ecosystem; of an action any tag, branch or commit is a version.
pub fn is_version_of(ecosystem: Ecosystem, text: &str) -> bool {
    match ecosystem {
        Ecosystem::GithubActions => is_name(text),
        _ => is_version(text),
    }
}

/// Whether a text may be a package's name.
pub fn is_name(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/@~".contains(&byte);
    !text.is_empty() && text.len() <= TEXT_BYTES_MAX && text.bytes().all(is_part)
}

/// `@scope/name@1.2.3`, also behind an alias as `npm:name@1.2.3`.
pub fn at_version(spec: &str) -> Option<(&str, &str)> {
    let spec = spec.rsplit_once("npm:").map_or(spec, |(_, real)| real);
    let (name, version) = spec.rsplit_once('@')?;
    (!name.is_empty()).then_some((name, version))
}

/// `name[extra] == 1.2.3 ; marker`, or a link to a file of it.
pub fn requirement(spec: &str) -> Option<(&str, &str)> {
    let spec = spec.split([';', '#', '\\']).next()?.trim();
    let Some((name, version)) = spec.split_once("==") else {
        let (_, file) = spec.rsplit_once('/')?;
        return python_file(file);
    };
    let name = name.split('[').next()?.trim();
    let version = version.trim_start_matches('=').trim_start();
    Some((name, version.split([',', ' ']).next()?))
}

/// A package by the name of its file: a wheel, a source archive, or what npm packs.
pub fn file(name: &str) -> Option<(Ecosystem, &str, &str)> {
    let of = |ecosystem| move |(name, version)| (ecosystem, name, version);
    match name.strip_suffix(".tgz") {
        Some(stem) => before_version(stem).map(of(Ecosystem::Npm)),
        None => python_file(name).map(of(Ecosystem::PyPI)),
    }
}

fn python_file(name: &str) -> Option<(&str, &str)> {
    if let Some(stem) = name.strip_suffix(".whl") {
        let (name, rest) = stem.split_once('-')?;
        return Some((name, rest.split('-').next()?));
    }
    before_version(name.strip_suffix(".tar.gz").or_else(|| name.strip_suffix(".zip"))?)
}

/// `name-1.2.3`, cut at the first hyphen before a digit and a point: versions of npm may
/// hold hyphens themselves, names may hold hyphens and digits.
pub fn before_version(stem: &str) -> Option<(&str, &str)> {
    let hyphens = stem.match_indices('-').map(|(at, _)| (&stem[..at], &stem[at + 1..]));
    hyphens.into_iter().find(|(name, version)| {
        let n_digits = version.bytes().take_while(u8::is_ascii_digit).count();
        !name.is_empty() && n_digits > 0 && version[n_digits..].starts_with('.')
    })
}

/// `name-1.2.3-x86_64-linux`: a version of a gem holds no hyphen, a platform may follow it.
pub fn gem(stem: &str) -> Option<(&str, &str)> {
    let (name, rest) = before_version(stem)?;
    Some((name, rest.split('-').next()?))
}

/// `publisher.name-1.2.3-linux-x64`, in the same way.
pub fn extension(stem: &str) -> Option<(&str, &str)> {
    gem(stem).filter(|(name, _)| name.contains('.'))
}

/// A package by the address of its archive: `.../@scope/name/-/name-1.2.3.tgz`.
pub fn tarball(url: &str) -> Option<(&str, &str)> {
    let (package, file) = url.split_once("/-/")?;
    let stem = file.split_once(".tgz")?.0;
    let (head, last) = package.rsplit_once('/')?;
    let version = stem.strip_prefix(last)?.strip_prefix('-')?;
    let scope_start = head.rfind('/').map_or(0, |at| at + 1);
    let is_scoped = head[scope_start..].starts_with('@');
    Some((if is_scoped { &package[scope_start..] } else { last }, version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_versions_come_apart_where_their_tools_joined_them() {
        assert_eq!(at_version("@a/b@1.2.3"), Some(("@a/b", "1.2.3")));
        assert_eq!(at_version("alias@npm:chalk@5.6.1"), Some(("chalk", "5.6.1")));
        assert_eq!(at_version("@a/b"), None);
        assert_eq!(requirement("Six[x] == 1.16.0 ; python_version<'4'"), Some(("Six", "1.16.0")));
        assert_eq!(requirement("six===1.0,<2"), Some(("six", "1.0")));
        assert_eq!(requirement("six>=1.0"), None);
        let link = "six @ https://files.example/six-1.16.0-py2.py3-none-any.whl";
        assert_eq!(requirement(link), Some(("six", "1.16.0")));
    }

    #[test]
    fn files_are_known_by_their_names() {
        let (npm, pypi) = (Ecosystem::Npm, Ecosystem::PyPI);
        assert_eq!(file("lite_llm-1.82.8-py3-none-any.whl"), Some((pypi, "lite_llm", "1.82.8")));
        assert_eq!(file("my-tool2-1.0.0rc1.tar.gz"), Some((pypi, "my-tool2", "1.0.0rc1")));
        assert_eq!(file("a-b-1.0.0-beta.2.tgz"), Some((npm, "a-b", "1.0.0-beta.2")));
        assert_eq!(file("backup-2026.tar.gz"), None);
        assert_eq!(file("notes.whl"), None);
    }

    #[test]
    fn addresses_of_archives_name_their_scope() {
        let scoped = "https://registry.example/@a/is/-/is-4.0.0.tgz";
        assert_eq!(tarball(scoped), Some(("@a/is", "4.0.0")));
        assert_eq!(
            tarball("registry.example/is-odd/-/is-odd-3.0.1.tgz"),
            Some(("is-odd", "3.0.1"))
        );
        assert_eq!(tarball("https://registry.example/is-odd"), None);
    }

    #[test]
    fn what_is_no_version_is_told_apart() {
        for text in ["", "^1.0", "latest", "1.0\u{1b}[31m", "1 0", "*"] {
            assert!(!is_version(text), "{text:?}");
        }
        assert!(is_version("v1.0") && is_version("1!2.0+local") && is_version("1.0.0-rc.1"));
    }
}
