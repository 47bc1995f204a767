//! Installed packages, as they leave the process. Does not compute.

use crate::view::{Dated, HostPath, Word};

/// A folder of installed packages.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Environment {
    /// The `site-packages` or `node_modules`.
    #[serde(flatten)]
    pub path: HostPath,
    /// `PyPI` or `npm`.
    pub ecosystem: Word,
    /// How many packages lie in it.
    pub n_components: usize,
    /// The packages.
    pub components: Vec<Component>,
}

/// An installed package.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Component {
    /// Name, normalised for its ecosystem.
    pub name: String,
    /// Version, as the package writes it.
    pub version: String,
    /// Its metadata on disk.
    #[serde(flatten)]
    pub path: HostPath,
    /// The program that says it installed it.
    pub installer: Option<String>,
    /// When it was installed.
    pub installed: Option<Dated>,
    /// Who ran the installer.
    pub owner_uid: u32,
}
