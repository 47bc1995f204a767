//! GitHub Actions: what workflows use, and what a runner's own logs say it fetched, with the
//! commit. A tag in a workflow may have stood for anything.

use std::path::Path;

use crate::components::mentions::naming::at_version;
use crate::components::mentions::{
    Listener, Malformed, Named, Page, Witness, folder_above, lies_in,
};
use crate::model::advisory::Ecosystem;
use crate::model::component::MentionSource;
use crate::model::reach::EvidenceFamily;
use crate::model::time::Moment;

/// How to read a workflow, an action of a project's own, or a log of a runner.
pub fn witness(path: &Path, name: &str) -> Option<Witness> {
    let is_yaml = name.ends_with(".yml") || name.ends_with(".yaml");
    let is_workflow = || folder_above(path, 1) == "workflows" || lies_in(path, &["actions"]);
    match name {
        _ if is_yaml && lies_in(path, &[".github"]) && is_workflow() => {
            Some(Witness::lock_file(workflow))
        }
        _ if name.ends_with(".log") && lies_in(path, &["_diag"]) => {
            Some(Witness::whole(MentionSource::Log, EvidenceFamily::RunnerLogs, fetched))
        }
        _ => None,
    }
}

/// `- uses: owner/repository/path@ref # comment`
fn workflow(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let text = page.text();
    for line in text.lines() {
        let line = line.trim_start().trim_start_matches("- ").trim_start();
        if let Some(used) = line.strip_prefix("uses:") {
            let used = used.split(" #").next().unwrap_or_default();
            say(used.trim().trim_matches(['"', '\'']), None, listener);
        }
    }
    Ok(())
}

/// `2025-03-14T17:04:05.123Z Download action repository 'owner/repository@ref' (SHA:0123...)`:
/// both the ref and the commit it stood for.
fn fetched(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let text = page.text();
    for line in text.lines() {
        let Some((before, rest)) = line.split_once("Download action repository '") else {
            continue;
        };
        let Some((used, rest)) = rest.split_once('\'') else { continue };
        let at = before.get(..19).and_then(|time| Moment::parse(&format!("{time}Z")));
        let at = at.map(|at| (at, "time in the runner's log"));
        say(used, at, listener);
        let commit = rest.split_once("(SHA:").and_then(|(_, rest)| rest.split_once(')'));
        if let Some(((name, _), (commit, _))) = at_version(used).zip(commit) {
            say(&format!("{name}@{commit}"), at, listener);
        }
    }
    Ok(())
}

/// `owner/repository/path@ref`, of which the repository and the ref count.
fn say(used: &str, at: Option<(Moment, &'static str)>, listener: &mut Listener<'_>) {
    let Some((name, version)) = at_version(used) else { return };
    let end = name.match_indices('/').nth(1).map_or(name.len(), |(end, _)| end);
    let is_of_others = name.contains('/') && !name.starts_with('.') && !name.contains(':');
    if is_of_others {
        listener(Named { at, ..Named::new(Ecosystem::GithubActions, (&name[..end], version)) });
    }
}
