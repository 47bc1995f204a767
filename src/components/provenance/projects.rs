//! The project that an install belongs to, and the files in which its author names what it
//! needs. A virtual environment lies in its project or names it; a `node_modules` lies in
//! its own, which may have further packages below it.

use std::ffi::OsStr;
use std::path::{Component as Part, Path, PathBuf};

use serde::Deserialize;

use crate::components::provenance::allowance::Allowance;
use crate::components::provenance::requirement_lines::Style;
use crate::model::advisory::Ecosystem;
use crate::model::component::{Component, InfectedInstall, MentionSource};

/// Like that of the manifests which make a component.
pub const MANIFEST_BYTES_MAX: u64 = 4 << 20;

/// Most packages of one project that are looked into.
const WORKSPACES_MAX: usize = 500;

/// The folders whose files may name the package of an install.
pub fn folders(install: &InfectedInstall, allowance: &mut Allowance<'_>) -> Vec<PathBuf> {
    let speaks_for_project =
        |source| matches!(source, MentionSource::Lockfile | MentionSource::Bundle);
    let locks = install.mentions.iter().filter(|one| speaks_for_project(one.source));
    let mut folders: Vec<PathBuf> =
        locks.filter_map(|one| project_of_lock_file(&one.path)).map(Path::to_owned).collect();
    folders.extend(install.component.iter().flat_map(|one| of_component(one, allowance)));
    folders.sort();
    folders.dedup();
    folders
}

/// npm and pnpm keep a copy of the lock file within `node_modules`.
fn project_of_lock_file(path: &Path) -> Option<&Path> {
    let copy = path.ancestors().filter(|above| above.ends_with("node_modules")).last();
    copy.unwrap_or(path).parent()
}

fn of_component(component: &Component, allowance: &mut Allowance<'_>) -> Vec<PathBuf> {
    match component.ecosystem {
        Ecosystem::Npm => node_root(&component.path).map(Path::to_owned).into_iter().collect(),
        Ecosystem::PyPI => {
            let Some(prefix) = prefix(&component.environment) else { return Vec::new() };
            let named = allowance.text(&prefix.join(".project"), 4096);
            let named = named.map(|text| PathBuf::from(text.trim()));
            let is_own = prefix.ends_with("__pypackages__")
                || allowance.is_there(&prefix.join("pyvenv.cfg"));
            let parent = prefix.parent().filter(|_| is_own).map(Path::to_owned);
            named.filter(|path| path.is_absolute()).into_iter().chain(parent).collect()
        }
        _ => Vec::new(),
    }
}

/// The folder whose packages may see a copy: the parent of the `node_modules` it lies in,
/// of the outermost where they nest.
pub fn node_root(package: &Path) -> Option<&Path> {
    let folders = package.ancestors().filter(|path| path.ends_with("node_modules"));
    folders.last()?.parent()
}

/// `PREFIX` of `PREFIX/lib/pythonX.Y/site-packages`, and `__pypackages__` of PEP 582.
pub fn prefix(environment: &Path) -> Option<&Path> {
    let local = environment.ancestors().find(|above| above.ends_with("__pypackages__"));
    local.or_else(|| environment.ancestors().nth(3))
}

/// The files of a project in which a person names Python packages, and how to read each.
pub fn requirement_files(folder: &Path, allowance: &mut Allowance<'_>) -> Vec<(PathBuf, Style)> {
    let mut found = Vec::new();
    for folder in [folder.to_owned(), folder.join("requirements")] {
        let is_requirements = folder.ends_with("requirements");
        for name in allowance.names(&folder) {
            let style = name.to_str().and_then(|name| style(name, is_requirements));
            found.extend(style.map(|style| (folder.join(&name), style)));
        }
    }
    found
}

fn style(name: &str, is_requirements: bool) -> Option<Style> {
    match name {
        "pyproject.toml" | "Pipfile" => Some(Style::Toml),
        "setup.cfg" => Some(Style::Ini),
        "environment.yml" | "environment.yaml" => Some(Style::Items),
        _ => {
            let stem = name.strip_suffix(".txt").or_else(|| name.strip_suffix(".in"))?;
            let is_list =
                is_requirements || stem.contains("requirements") || stem.contains("constraints");
            is_list.then_some(Style::Lines)
        }
    }
}

/// What of a manifest names the further packages of a project.
#[derive(Deserialize)]
struct Monorepo {
    workspaces: Option<Workspaces>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Workspaces {
    Folders(Vec<String>),
    Yarn { packages: Vec<String> },
}

/// The `package.json` of a project and those of its workspaces.
pub fn manifests(folder: &Path, allowance: &mut Allowance<'_>) -> Vec<PathBuf> {
    let own = folder.join("package.json");
    let patterns = workspaces(folder, &own, allowance);
    let mut found: Vec<PathBuf> =
        patterns.iter().flat_map(|pattern| matching(folder, pattern, allowance)).collect();
    found.truncate(WORKSPACES_MAX);
    found.push(own);
    found.retain(|path| allowance.is_there(path));
    found.sort();
    found.dedup();
    found
}

fn workspaces(folder: &Path, manifest: &Path, allowance: &mut Allowance<'_>) -> Vec<String> {
    let of_pnpm = allowance.text(&folder.join("pnpm-workspace.yaml"), MANIFEST_BYTES_MAX);
    let items = of_pnpm.iter().flat_map(|text| text.lines());
    let items = items.filter_map(|line| line.trim_start().strip_prefix("- "));
    let mut patterns: Vec<String> =
        items.map(|item| item.trim().trim_matches(['"', '\'']).to_owned()).collect();
    let manifest = allowance.read(manifest, MANIFEST_BYTES_MAX);
    let manifest = manifest.and_then(|bytes| serde_json::from_slice::<Monorepo>(&bytes).ok());
    match manifest.and_then(|it| it.workspaces) {
        Some(Workspaces::Folders(list) | Workspaces::Yarn { packages: list }) => {
            patterns.extend(list);
        }
        None => {}
    }
    patterns.truncate(WORKSPACES_MAX);
    patterns
}

/// `packages/*` and `packages/one`; other patterns are rare, and their packages are missed.
fn matching(folder: &Path, pattern: &str, allowance: &mut Allowance<'_>) -> Vec<PathBuf> {
    let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
    let (parent, is_all) = match pattern.strip_suffix("/**").or_else(|| pattern.strip_suffix("/*"))
    {
        Some(parent) => (parent, true),
        None => (pattern, false),
    };
    let stays = Path::new(parent).components().all(|part| matches!(part, Part::Normal(_)));
    if !stays || parent.contains(['*', '!']) {
        return Vec::new();
    }
    let parent = folder.join(parent);
    let names = if is_all { allowance.names(&parent) } else { vec![OsStr::new("").into()] };
    let folders = names.into_iter().take(WORKSPACES_MAX).map(|name| parent.join(name));
    folders.map(|folder| folder.join("package.json")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outermost_folder_of_packages_is_the_root() {
        let check = |path: &str, expected: Option<&str>| {
            assert_eq!(node_root(Path::new(path)), expected.map(Path::new), "{path}");
        };
        check("/srv/app/node_modules/a/node_modules/b", Some("/srv/app"));
        check("/srv/app/node_modules/.pnpm/a@1/node_modules/a", Some("/srv/app"));
        check("/usr/lib/node_modules/@s/a", Some("/usr/lib"));
        check("/srv/app", None);
    }

    #[test]
    fn a_python_environment_has_a_prefix() {
        let check = |environment: &str, expected: &str| {
            assert_eq!(prefix(Path::new(environment)), Some(Path::new(expected)));
        };
        check("/srv/.venv/lib/python3.12/site-packages", "/srv/.venv");
        check("/srv/__pypackages__/3.12/lib", "/srv/__pypackages__");
    }
}
