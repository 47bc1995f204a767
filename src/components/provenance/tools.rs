//! The environment of a single tool that an infected package lies in: what made it, what
//! was asked for, and which commands the package and its requirers bring. That is what a
//! person knows by name: nobody asked for the package, but for a tool.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::components::provenance::allowance::Allowance;
use crate::components::provenance::node::Manifest;
use crate::components::provenance::projects::prefix;
use crate::components::provenance::requirement_lines::requirement;
use crate::model::advisory::Ecosystem;
use crate::model::component::Component;
use crate::model::provenance::{Requirer, ToolEnvironment, ToolMaker};

/// What tools write about themselves is short.
const RECEIPT_BYTES_MAX: u64 = 1 << 20;

/// More names of one tool are not told.
const NAMES_MAX: usize = 100;

/// A longer word is no name.
const NAME_BYTES_MAX: usize = 214;

/// The tool whose environment a component lies in.
pub fn tool(
    component: &Component,
    root: &Path,
    requirers: &[Requirer],
    allowance: &mut Allowance<'_>,
) -> Option<ToolEnvironment> {
    let mut tool = match component.ecosystem {
        Ecosystem::PyPI => python(prefix(&component.environment)?, allowance),
        Ecosystem::Npm => npx(root, allowance),
        _ => None,
    }?;
    if component.ecosystem == Ecosystem::PyPI {
        let paths = requirers.iter().map(|one| one.path.as_path());
        for metadata in std::iter::once(component.path.as_path()).chain(paths) {
            tool.commands.extend(commands(metadata, allowance));
        }
        tool.commands.sort();
        tool.commands.dedup();
    }
    tool.packages.retain(|name| is_name(name));
    tool.packages.truncate(NAMES_MAX);
    tool.commands.truncate(NAMES_MAX);
    Some(tool)
}

fn is_name(name: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/@".contains(&byte);
    !name.is_empty() && name.len() <= NAME_BYTES_MAX && name.bytes().all(is_part)
}

fn python(prefix: &Path, allowance: &mut Allowance<'_>) -> Option<ToolEnvironment> {
    pipx(prefix, allowance)
        .or_else(|| uv_tool(prefix, allowance))
        .or_else(|| uvx(prefix, allowance))
}

#[derive(Deserialize)]
struct PipxMetadata {
    main_package: PipxPackage,
    #[serde(default)]
    injected_packages: std::collections::BTreeMap<String, serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct PipxPackage {
    package: Option<String>,
}

fn pipx(prefix: &Path, allowance: &mut Allowance<'_>) -> Option<ToolEnvironment> {
    let bytes = allowance.read(&prefix.join("pipx_metadata.json"), RECEIPT_BYTES_MAX)?;
    let metadata: Option<PipxMetadata> = serde_json::from_slice(&bytes).ok();
    let packages = metadata
        .into_iter()
        .flat_map(|it| it.main_package.package.into_iter().chain(it.injected_packages.into_keys()));
    Some(ToolEnvironment {
        maker: ToolMaker::Pipx,
        path: prefix.to_owned(),
        packages: packages.collect(),
        commands: Vec::new(),
    })
}

/// `uv-receipt.toml`, which uv writes: `requirements = [{ name = "x" }, ...]` and a table of
/// entry points, each name quoted behind `name =`.
fn uv_tool(prefix: &Path, allowance: &mut Allowance<'_>) -> Option<ToolEnvironment> {
    let receipt = allowance.text(&prefix.join("uv-receipt.toml"), RECEIPT_BYTES_MAX)?;
    let packages = receipt.split("entrypoints").next().unwrap_or_default();
    let names = packages.split("name = \"").skip(1).filter_map(|rest| rest.split('"').next());
    Some(ToolEnvironment {
        maker: ToolMaker::UvTool,
        path: prefix.to_owned(),
        packages: names.map(str::to_owned).collect(),
        commands: Vec::new(),
    })
}

/// An environment in uv's cache: nobody keeps one there to work in.
fn uvx(prefix: &Path, allowance: &mut Allowance<'_>) -> Option<ToolEnvironment> {
    let folder = prefix.parent()?.file_name()?.to_str()?;
    let is_cache = folder == "archive-v0" || folder.starts_with("environments-v");
    let is_it = is_cache && allowance.is_there(&prefix.join("pyvenv.cfg"));
    is_it.then(|| ToolEnvironment {
        maker: ToolMaker::Uvx,
        path: prefix.to_owned(),
        packages: Vec::new(),
        commands: Vec::new(),
    })
}

/// `_npx/HASH`, whose manifest asks for what was to run.
fn npx(root: &Path, allowance: &mut Allowance<'_>) -> Option<ToolEnvironment> {
    if root.parent()?.file_name()? != "_npx" {
        return None;
    }
    let manifest: PathBuf = root.join("package.json");
    let manifest = Manifest::at(&manifest, allowance).unwrap_or_default();
    Some(ToolEnvironment {
        maker: ToolMaker::Npx,
        path: root.to_owned(),
        packages: manifest.wanted().map(str::to_owned).collect(),
        commands: Vec::new(),
    })
}

/// Names of the console scripts in `entry_points.txt`.
fn commands(metadata: &Path, allowance: &mut Allowance<'_>) -> Vec<String> {
    let text = allowance.text(&metadata.join("entry_points.txt"), RECEIPT_BYTES_MAX);
    let text = text.unwrap_or_default();
    let mut is_scripts = false;
    let mut found = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            is_scripts = line == "[console_scripts]";
        } else if is_scripts && let Some((name, _)) = requirement(line) {
            found.push(name.to_owned());
        }
    }
    found.truncate(NAMES_MAX);
    found
}
