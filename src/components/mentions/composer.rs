//! PHP: `composer.lock`. The archives in Composer's cache are named by a hash alone, and what
//! it keeps of repositories are offers: neither is told.

use serde::Deserialize;

use crate::components::mentions::{Listener, Malformed, Named, Page, Witness};
use crate::model::advisory::Ecosystem;

/// How to read what Composer leaves.
pub fn witness(name: &str) -> Option<Witness> {
    (name == "composer.lock").then_some(Witness::lock_file(lock))
}

#[derive(Deserialize)]
struct Lock {
    #[serde(default)]
    packages: Vec<Package>,
    #[serde(default, rename = "packages-dev")]
    packages_dev: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
}

fn lock(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let lock: Lock = serde_json::from_slice(page.bytes).map_err(|_| Malformed)?;
    for Package { name, version } in lock.packages.iter().chain(&lock.packages_dev) {
        listener(Named::new(Ecosystem::Packagist, (name, version)));
    }
    Ok(())
}
