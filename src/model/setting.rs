//! What kind of file a path is, as far as that says how much a weak sign means there. By its
//! folders and its ending only; the contents are not asked.

use std::path::Path;

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// Code and texts that somebody else wrote and a package manager or the system put here.
    Dependency,
    /// Source code and documents.
    Source,
    /// All else, settings above all: what a person or program of this host wrote.
    Own,
}

/// Folders below which a package manager or the system keeps what others wrote.
const DEPENDENCY_FOLDERS: [&str; 21] = [
    ".bundle",
    ".cargo/registry",
    ".gradle/caches",
    ".m2/repository",
    ".npm/_cacache",
    ".nuget/packages",
    "bower_components",
    "dist-packages",
    "go/pkg/mod",
    "jspm_packages",
    "lib/python2.7",
    "lib/ruby",
    "node_modules",
    "ruby/gems",
    "site-packages",
    "snap/core",
    "usr/include",
    "usr/lib",
    "usr/share",
    "usr/src",
    "vendor/bundle",
];

/// Endings of archives that package managers fetch: their members lie in a folder of that name.
const PACKAGE_ENDINGS: [&str; 6] = [".crate", ".deb", ".egg", ".gem", ".nupkg", ".whl"];

/// Endings of source code and documents.
const SOURCE_ENDINGS: [&str; 62] = [
    "adoc", "asm", "c", "cc", "cjs", "clj", "coffee", "cpp", "cs", "css", "cts", "cxx", "d",
    "dart", "erl", "ex", "exs", "f90", "fs", "go", "h", "hpp", "hs", "htm", "html", "java", "jl",
    "js", "jsx", "kt", "less", "lua", "m", "map", "md", "mjs", "ml", "mm", "mts", "pas", "php",
    "pl", "pm", "po", "proto", "py", "pyi", "pyx", "r", "rb", "rs", "rst", "scala", "scss", "sol",
    "svg", "swift", "tex", "ts", "tsx", "vue", "zig",
];

/// Files by which a package brings settings along, or code that starts by itself.
const SETTINGS_ENDINGS: [&str; 12] = [
    "cfg",
    "cnf",
    "conf",
    "config",
    "env",
    "ini",
    "netrc",
    "npmrc",
    "properties",
    "pth",
    "pypirc",
    "tfvars",
];

impl Setting {
    /// What the file at a path is for.
    pub fn of(path: &Path) -> Self {
        let ending = path.extension().and_then(|it| it.to_str()).unwrap_or_default();
        let ending = ending.to_ascii_lowercase();
        if is_in_dependency(path) && !is_settings(path, &ending) {
            return Self::Dependency;
        }
        if SOURCE_ENDINGS.contains(&ending.as_str()) { Self::Source } else { Self::Own }
    }
}

fn is_settings(path: &Path, ending: &str) -> bool {
    let name = path.file_name().and_then(|it| it.to_str()).unwrap_or_default();
    let hidden = name.strip_prefix('.').unwrap_or_default();
    hidden.starts_with("env")
        || SETTINGS_ENDINGS.contains(&hidden)
        || SETTINGS_ENDINGS.contains(&ending)
}

/// Whether one of the folders is a whole part of the path.
fn is_in_dependency(path: &Path) -> bool {
    let Some(folder) = path.parent().and_then(Path::to_str) else { return false };
    let is_part = |part: &str| {
        folder.match_indices(part).any(|(start, _)| {
            let behind = folder.as_bytes().get(start + part.len());
            let is_begun = start == 0 || folder.as_bytes()[start - 1] == b'/';
            is_begun && behind.is_none_or(|byte| *byte == b'/')
        })
    };
    let is_package = |part: &str| PACKAGE_ENDINGS.iter().any(|ending| part.ends_with(ending));
    DEPENDENCY_FOLDERS.iter().any(|part| is_part(part))
        || is_python_library(folder)
        || folder.split('/').any(is_package)
}

/// `lib/python3.12` and what lies below.
fn is_python_library(folder: &str) -> bool {
    folder.split('/').zip(folder.split('/').skip(1)).any(|(parent, name)| {
        matches!(parent, "lib" | "lib64" | "Lib") && name.starts_with("python3.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, expected: Setting) {
        assert_eq!(Setting::of(Path::new(path)), expected, "{path}");
    }

    #[test]
    fn what_others_wrote_is_told_from_what_is_written_here() {
        check("/home/ana/shop/node_modules/left-pad/index.js", Setting::Dependency);
        check("/opt/v/lib/python3.12/site-packages/botocore/auth.py", Setting::Dependency);
        check("/usr/lib/python3.12/email/charset.py", Setting::Dependency);
        check("/home/ana/node_modules/a/README", Setting::Dependency);
        check("/home/ana/node_modules/a/.env", Setting::Own);
        check("/home/ana/node_modules/a/.npmrc", Setting::Own);
        check("/home/ana/shop/src/main.py", Setting::Source);
        check("/home/ana/my_node_modules/main.yml", Setting::Own);
        check("/home/ana/.env.local", Setting::Own);
        check("/home/ana/notes", Setting::Own);
        check("/srv/old-1.0.whl/old/data.yml", Setting::Dependency);
        check("/srv/backup.tar.gz/home/ana/notes", Setting::Own);
    }
}
