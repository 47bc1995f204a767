//! Ruby: lock files of Bundler, and gems as they were downloaded. RubyGems keeps no log.

use std::path::Path;

use crate::components::mentions::naming;
use crate::components::mentions::{Listener, Malformed, Named, Page, Witness, name_of};
use crate::model::advisory::Ecosystem;
use crate::model::component::MentionSource;
use crate::model::reach::EvidenceFamily;

/// How to read what RubyGems and Bundler leave.
pub fn witness(path: &Path, name: &str) -> Option<Witness> {
    match name {
        "Gemfile.lock" | "gems.locked" if !is_in_gem(path) => Some(Witness::lock_file(lock)),
        _ if name.ends_with(".gem") => {
            Some(Witness::by_name(MentionSource::Cache, EvidenceFamily::GemCache, archive))
        }
        _ => None,
    }
}

/// Lock files in an installed gem are those of its authors.
fn is_in_gem(path: &Path) -> bool {
    let mut folders = path.ancestors().skip(1).zip(path.ancestors().skip(2));
    folders.any(|(gem, gems)| name_of(gems) == "gems" && naming::gem(name_of(gem)).is_some())
}

/// Lines of four blanks, `name (1.2.3)`: what they require stands below them with six.
fn lock(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let text = page.text();
    for line in text.lines() {
        let spec = line.strip_prefix("    ").filter(|spec| !spec.starts_with(' '));
        let package = spec.and_then(|spec| spec.strip_suffix(')')?.split_once(" ("));
        if let Some((name, version)) = package {
            let version = version.split('-').next().unwrap_or_default();
            listener(Named::new(Ecosystem::RubyGems, (name, version)));
        }
    }
    Ok(())
}

/// `name-1.2.3-x86_64-linux.gem`
fn archive(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    if let Some(package) = naming::gem(page.name().trim_end_matches(".gem")) {
        listener(Named::new(Ecosystem::RubyGems, package));
    }
    Ok(())
}
