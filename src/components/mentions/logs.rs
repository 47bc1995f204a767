//! Logs of installers: npm, pip, pipx, conda, dpkg and apt. Times without a zone are taken
//! as UTC, and their evidence says so. Compressed logs are not read.

use std::path::Path;

use crate::components::mentions::histories::command_line;
use crate::components::mentions::naming::{at_version, tarball};
use crate::components::mentions::{Listener, Malformed, Named, Needs, Page, Witness, folder_above};
use crate::model::advisory::Ecosystem;
use crate::model::component::MentionSource;
use crate::model::time::Moment;

/// What a time without a zone is worth.
const LOCAL_TIME: &str = "local time in the log, taken as UTC";

/// How to read a log of this family.
pub fn witness(path: &Path, name: &str) -> Option<Witness> {
    let is_log = name.contains(".log") && !name.ends_with(".gz");
    let folder = folder_above(path, 1);
    let read = match name {
        "history" if folder == "conda-meta" => conda,
        _ if !is_log => return None,
        _ if folder == "_logs" && name.contains("-debug-") => npm,
        _ if name.starts_with("cmd_") && folder == "log" => pipx,
        _ if name.starts_with("pip") => pip,
        _ if name.starts_with("dpkg.log") => dpkg,
        _ if name.starts_with("history.log") && folder == "apt" => apt,
        _ => return None,
    };
    Some(Witness { source: MentionSource::Log, needs: Needs::Whole, read })
}

/// `placeDep ROOT name@1.2.3 OK for: ...`, which counts if the tree was then written, and
/// addresses of archives that were fetched. The time is in the log's own name.
fn npm(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let text = page.text();
    let at = npm_time(page.name()).map(|at| (at, "time in the name of npm's log"));
    let wrote = [" silly ADD ", " silly CHANGE "].iter().any(|mark| text.contains(mark));
    for line in text.lines() {
        let placed = line.split_once(" placeDep ").filter(|_| wrote).and_then(|(_, rest)| {
            let (before, _) = rest.split_once(" OK for:")?;
            at_version(before.rsplit(' ').next()?)
        });
        let fetched = || {
            let (_, url) = line.split_once(" http fetch GET 200 ").or_else(|| {
                let (_, rest) = line.split_once(" http cache ")?;
                rest.split_once('@').filter(|_| rest.contains("(cache hit)"))
            })?;
            tarball(url.split("@http").last()?)
        };
        if let Some(package) = placed.or_else(fetched) {
            listener(Named { at, ..Named::new(Ecosystem::Npm, package) });
        }
    }
    Ok(())
}

/// `2026-03-24T11_02_03_123Z-debug-0.log`
fn npm_time(name: &str) -> Option<Moment> {
    let (day, time) = name.get(..19)?.split_once('T')?;
    Moment::parse(&format!("{day}T{}Z", time.replace('_', ":")))
}

/// `2026-03-24T11:02:03,123 Successfully installed six-1.15.0 attrs-23.2.0`
fn pip(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let text = page.text();
    for line in text.lines() {
        let Some((before, installed)) = line.split_once("Successfully installed ") else {
            continue;
        };
        let at = local_time(before.get(..19));
        for package in installed.split(' ').filter_map(|word| word.rsplit_once('-')) {
            listener(Named { at, ..Named::new(Ecosystem::PyPI, package) });
        }
    }
    Ok(())
}

fn local_time(text: Option<&str>) -> Option<(Moment, &'static str)> {
    Some((Moment::parse(text?)?, LOCAL_TIME))
}

/// `862.4ms (setup:1995): /usr/bin/pipx install six==1.16.0`; the time is in the log's name.
fn pipx(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let text = page.text();
    let at = pipx_time(page.name()).map(|at| (at, LOCAL_TIME));
    for (_, said) in text.lines().filter_map(|line| line.split_once("): ")) {
        command_line(said, &mut |named| listener(Named { at, ..named }));
    }
    Ok(())
}

/// `cmd_2026-03-24_11.02.03.log`
fn pipx_time(name: &str) -> Option<Moment> {
    let (day, time) = name.strip_prefix("cmd_")?.get(..19)?.split_once('_')?;
    Moment::parse(&format!("{day}T{}", time.replace('.', ":")))
}

/// `==> 2026-03-24 11:02:03 <==` and, below it, `+conda-forge/noarch::six-1.16.0-py_0`.
fn conda(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let text = page.text();
    let mut at = None;
    for line in text.lines() {
        if let Some(head) = line.strip_prefix("==> ") {
            at = local_time(head.get(..19));
        } else if let Some(added) = line.strip_prefix('+') {
            let dist = added.rsplit_once("::").map_or(added, |(_, dist)| dist);
            let package = dist.rsplit_once('-').and_then(|(dist, _build)| dist.rsplit_once('-'));
            if let Some(package) = package {
                listener(Named { at, ..Named::new(Ecosystem::PyPI, package) });
            }
        }
    }
    Ok(())
}

/// `2026-03-24 11:02:03 status installed python3-six:all 1.16.0-4`
fn dpkg(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let text = page.text();
    for line in text.lines() {
        let Some((before, rest)) = line.split_once(" status installed ") else { continue };
        if let Some((package, version)) = rest.split_once(' ') {
            say_debian(package, version, local_time(before.get(..19)), listener);
        }
    }
    Ok(())
}

/// `Start-Date: 2026-03-24  11:02:03` and `Install: python3-six:amd64 (1.16.0-4, automatic)`;
/// of an upgrade the second version is the new one.
fn apt(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let text = page.text();
    let mut at = None;
    for line in text.lines() {
        let Some((key, rest)) = line.split_once(": ") else { continue };
        match key {
            "Start-Date" => at = local_time(Some(&rest.replace("  ", " "))),
            "Install" | "Upgrade" | "Downgrade" | "Reinstall" => {
                for (package, versions) in rest.split("), ").filter_map(|one| one.split_once(" ("))
                {
                    let mut versions = versions.trim_end_matches(')').split(", ");
                    let first = versions.next().unwrap_or_default();
                    let new = versions.next().filter(|_| key.ends_with("grade"));
                    say_debian(package, new.unwrap_or(first), at, listener);
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// A package that the distribution built of another one: `python3-six:all`, `1:1.16.0-4`.
fn say_debian(
    package: &str,
    version: &str,
    at: Option<(Moment, &'static str)>,
    listener: &mut Listener<'_>,
) {
    let name = package.split(':').next().unwrap_or_default();
    let python = name.strip_prefix("python3-").map(|name| (Ecosystem::PyPI, name));
    let node = || name.strip_prefix("node-").map(|name| (Ecosystem::Npm, name));
    let Some((ecosystem, name)) = python.or_else(node) else { return };
    let version = version.split_once(':').map_or(version, |(_epoch, version)| version);
    let version = version.rsplit_once('-').map_or(version, |(upstream, _revision)| upstream);
    let version = version.split(['+', '~']).next().unwrap_or(version);
    listener(Named { at, ..Named::new(ecosystem, (name, version)) });
}
