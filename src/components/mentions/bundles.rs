//! Archives that run as they lie, without an install: zipped eggs, zip applications of
//! Python, and the map of yarn's Plug'n'Play, whose packages stay in zips. They are told
//! by names alone: no archive is opened.

use crate::components::mentions::caches::http_body;
use crate::components::mentions::naming::before_version;
use crate::components::mentions::{Listener, Malformed, Named, Needs, Page, Witness};
use crate::model::advisory::Ecosystem;
use crate::model::component::MentionSource;
use crate::model::reach::EvidenceFamily;

/// How to read a bundle.
pub fn witness(name: &str) -> Option<Witness> {
    let (source, family) = (MentionSource::Bundle, EvidenceFamily::Bundles);
    let bundle = |needs, read| Some(Witness { source, family, needs, read });
    match name {
        ".pnp.cjs" | ".pnp.js" | ".pnp.data.json" => bundle(Needs::Whole, plug_and_play),
        _ if name.ends_with(".egg") => bundle(Needs::Name, egg),
        _ if [".pyz", ".pyzw", ".pex"].iter().any(|end| name.ends_with(end)) => {
            bundle(Needs::Tail, http_body)
        }
        _ => None,
    }
}

/// `name-1.2.3-py3.12.egg`
fn egg(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let stem = page.name().strip_suffix(".egg").unwrap_or_default();
    if let Some((name, rest)) = before_version(stem) {
        let version = rest.split('-').next().unwrap_or_default();
        listener(Named::new(Ecosystem::PyPI, (name, version)));
    }
    Ok(())
}

/// `["name", [` and, below it, `["npm:1.2.3", {` or `["virtual:HASH#npm:1.2.3", {`, with a
/// backslash at the end of each line where they stand within a script.
fn plug_and_play(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let text = page.text();
    let mut name = None;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim().trim_end_matches('\\');
        let Some(item) = line.strip_prefix("[\"") else { continue };
        if let Some(written) = item.strip_suffix("\", [") {
            name = Some(written);
        } else if let Some(locator) = item.strip_suffix("\", {")
            && let Some((_, version)) = locator.rsplit_once("npm:")
            && let Some(name) = name
        {
            listener(Named::new(Ecosystem::Npm, (name, version)).on(index));
        }
    }
    Ok(())
}
