//! Patterns of paths as stores, indicators and `--exclude` write them. The only
//! door to globset. Matches names, never looks at a disk.

use std::collections::HashMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use globset::{Glob, GlobBuilder, GlobMatcher, GlobSet, GlobSetBuilder};

/// A checked pattern: `~/` is any home, `**/` any folder, `*` within one component.
#[derive(Clone, Debug)]
pub struct PathPattern {
    /// As written.
    pub text: String,
    glob: Glob,
}

impl PathPattern {
    /// Reads a pattern. It starts with `~/`, `**/` or `/`, so that it is clear where it begins.
    pub fn new(text: &str) -> Result<Self, String> {
        let anchored = match text.strip_prefix("~/") {
            Some(rest) => format!("**/{rest}"),
            None if text.starts_with('/') || text.starts_with("**/") => text.to_owned(),
            None => return Err(format!("`{text}` starts with none of `~/`, `**/`, `/`")),
        };
        let glob = GlobBuilder::new(&anchored)
            .literal_separator(true)
            .backslash_escape(true)
            .build()
            .map_err(|error| error.kind().to_string())?;
        Ok(Self { text: text.to_owned(), glob })
    }

    /// The last component, where it holds no wildcard.
    fn literal_name(&self) -> Option<&str> {
        let name = self.text.rsplit('/').next()?;
        let literal = !name.is_empty() && !name.contains(['*', '?', '[', '{', '\\']);
        literal.then_some(name)
    }
}

/// Many patterns, each with an owner, asked about many paths.
///
/// Most patterns end in a plain name, so a path costs one look into a map by its
/// last component; the others share one glob set.
#[derive(Clone, Debug)]
pub struct PathPatterns {
    by_name: HashMap<OsString, Vec<(GlobMatcher, usize)>>,
    wild: GlobSet,
    wild_owners: Vec<usize>,
}

impl PathPatterns {
    /// Indexes patterns, each with the number of its owner.
    pub fn new<'p>(patterns: impl IntoIterator<Item = (&'p PathPattern, usize)>) -> Self {
        let mut by_name: HashMap<OsString, Vec<(GlobMatcher, usize)>> = HashMap::new();
        let mut wild = GlobSetBuilder::new();
        let mut wild_owners = Vec::new();
        for (pattern, owner) in patterns {
            match pattern.literal_name() {
                Some(name) => by_name
                    .entry(name.into())
                    .or_default()
                    .push((pattern.glob.compile_matcher(), owner)),
                None => {
                    wild.add(pattern.glob.clone());
                    wild_owners.push(owner);
                }
            }
        }
        let wild = wild.build().expect("each glob was built alone before");
        Self { by_name, wild, wild_owners }
    }

    /// The owners of all patterns that match, sorted, each once.
    pub fn owners(&self, path: &Path) -> Vec<usize> {
        let mut owners: Vec<usize> = Vec::new();
        if let Some(named) = path.file_name().and_then(|name| self.by_name.get(name)) {
            owners.extend(
                named.iter().filter(|(glob, _)| glob.is_match(path)).map(|(_, owner)| *owner),
            );
        }
        if !self.wild.is_empty() {
            owners.extend(self.wild.matches(path).into_iter().map(|index| self.wild_owners[index]));
        }
        owners.sort_unstable();
        owners.dedup();
        owners
    }

    /// Whether any pattern matches.
    pub fn matches(&self, path: &Path) -> bool {
        !self.owners(path).is_empty()
    }
}

/// Whether `path` is `folder` or lies below it, by components.
pub fn is_within(path: &Path, folder: &Path) -> bool {
    path.as_os_str().as_bytes().starts_with(folder.as_os_str().as_bytes())
        && path.starts_with(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, path: &str, expected: bool) {
        let pattern = PathPattern::new(pattern).unwrap();
        let patterns = PathPatterns::new([(&pattern, 7)]);
        assert_eq!(patterns.matches(Path::new(path)), expected, "{} on {path}", pattern.text);
        assert_eq!(patterns.owners(Path::new(path)), if expected { vec![7] } else { vec![] });
    }

    #[test]
    fn a_tilde_is_any_home_known_or_not() {
        check("~/.aws/credentials", "/home/ana/.aws/credentials", true);
        check("~/.aws/credentials", "/backup/old/ana/.aws/credentials", true);
        check("~/.aws/credentials", "/home/ana/aws/credentials", false);
        check("~/.aws/credentials", "/home/ana/.aws/credentials.bak", false);
    }

    #[test]
    fn a_star_stays_within_one_component() {
        check("~/.aws/sso/cache/*.json", "/root/.aws/sso/cache/0a.json", true);
        check("~/.aws/sso/cache/*.json", "/root/.aws/sso/cache/a/b.json", false);
        check("**/.env.*", "/srv/app/.env.local", true);
        check("/etc/wireguard/*.conf", "/mnt/etc/wireguard/wg0.conf", false);
        check("/proc/*/environ", "/proc/12/environ", true);
    }

    #[test]
    fn a_pattern_without_a_beginning_is_refused() {
        assert!(PathPattern::new("credentials").is_err());
        assert!(PathPattern::new("~/[").is_err());
    }

    #[test]
    fn a_folder_does_not_hold_its_namesake() {
        assert!(is_within(Path::new("/home/ana/x"), Path::new("/home/ana")));
        assert!(is_within(Path::new("/home/ana"), Path::new("/home/ana")));
        assert!(!is_within(Path::new("/home/anabel"), Path::new("/home/ana")));
    }
}
