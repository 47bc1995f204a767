//! Logs of installers: npm, pip, pipx, conda, dpkg, apt, pacman, dnf and yum. Times without a zone are taken
//! as UTC, and their evidence says so. Logs that were compressed come unpacked.

use std::path::Path;

use crate::components::mentions::histories::command_line;
use crate::components::mentions::naming::{at_version, tarball};
use crate::components::mentions::{
    Deed, Listener, Malformed, Named, Needs, Page, Read, Witness, folder_above,
};
use crate::model::advisory::Ecosystem;
use crate::model::component::MentionSource;
use crate::model::reach::EvidenceFamily;
use crate::model::time::Moment;

/// What a time without a zone is worth.
const LOCAL_TIME: &str = "local time in the log, taken as UTC";

/// So many lines are tried for a time at either end of a log.
const LINES_TRIED_MAX: usize = 1000;

/// How to read a log of this family.
pub fn witness(path: &Path, name: &str) -> Option<Witness> {
    let folder = folder_above(path, 1);
    let (family, read): (_, Read) = match name {
        "history" if folder == "conda-meta" => (EvidenceFamily::CondaHistory, conda),
        _ if !name.contains(".log") => return None,
        _ if folder == "_logs" && name.contains("-debug-") => (EvidenceFamily::NpmLogs, npm),
        // `logs` where `PIPX_HOME` is set.
        _ if name.starts_with("cmd_") && ["log", "logs"].contains(&folder) => {
            (EvidenceFamily::PipxLogs, pipx)
        }
        _ if name.starts_with("pip") => (EvidenceFamily::PipLogs, pip),
        _ if name.starts_with("dpkg.log") => (EvidenceFamily::DistributionLogs, dpkg),
        _ if name.starts_with("history.log") && folder == "apt" => {
            (EvidenceFamily::DistributionLogs, apt)
        }
        _ if name.starts_with("pacman.log") => (EvidenceFamily::DistributionLogs, pacman),
        _ if name.starts_with("dnf.rpm.log") || name.starts_with("yum.log") => {
            (EvidenceFamily::DistributionLogs, rpm)
        }
        _ => return None,
    };
    let needs = if name.ends_with(".gz") { Needs::Unpacked } else { Needs::Whole };
    Some(Witness { source: MentionSource::Log, family, needs, read })
}

/// Tells when a log begins and ends: its first and last line with a time. `time` finds the
/// time of a line.
fn ends(
    text: &str,
    time: impl Fn(&str) -> Option<(Moment, &'static str)>,
    listener: &mut Listener<'_>,
) {
    let first = text.lines().take(LINES_TRIED_MAX).find_map(&time);
    let last = text.lines().rev().take(LINES_TRIED_MAX).find_map(&time);
    first.into_iter().chain(last).for_each(|at| listener(Named::moment(Some(at))));
}

/// `2026-03-24T11:02:03+0100`, or without a zone.
fn zoned_time(text: &str) -> Option<(Moment, &'static str)> {
    let zoned = text.split_at_checked(22).filter(|_| text.len() == 24);
    let at = zoned.and_then(|(before, minutes)| Moment::parse(&format!("{before}:{minutes}")));
    at.map(|at| (at, "time in the log")).or_else(|| local_time(Some(text)))
}

/// The time at the start of a line.
fn leading_time(line: &str) -> Option<(Moment, &'static str)> {
    local_time(line.get(..19))
}

/// `placeDep ROOT name@1.2.3 OK for: ...`, which counts if the tree was then written, and
/// addresses of archives that were fetched. The time is in the log's own name.
fn npm(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let text = page.text();
    let at = npm_time(page.name()).map(|at| (at, "time in the name of npm's log"));
    listener(Named::moment(at));
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
        if let Some((_, folder)) = line.split_once(" silly REMOVE ") {
            let name = folder.rsplit_once("node_modules/").map_or(folder, |(_, name)| name);
            listener(Named { at, ..Named::removed(Ecosystem::Npm, (name, "")) });
        } else if let Some(package) = placed.or_else(fetched) {
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
    ends(&text, leading_time, listener);
    for line in text.lines() {
        let Some((before, done)) = line.split_once("Successfully ") else { continue };
        let at = local_time(before.get(..19));
        let (installed, uninstalled) =
            (done.strip_prefix("installed "), done.strip_prefix("uninstalled "));
        for package in installed.unwrap_or("").split(' ').filter_map(|one| one.rsplit_once('-')) {
            listener(Named { at, ..Named::new(Ecosystem::PyPI, package) });
        }
        if let Some(package) = uninstalled.and_then(|one| one.trim().rsplit_once('-')) {
            listener(Named { at, ..Named::removed(Ecosystem::PyPI, package) });
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
    listener(Named::moment(at));
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
            listener(Named::moment(at));
        } else if let Some(package) = line.strip_prefix('+').and_then(conda_dist) {
            listener(Named { at, ..Named::new(Ecosystem::PyPI, package) });
        } else if let Some(package) = line.strip_prefix('-').and_then(conda_dist) {
            listener(Named { at, ..Named::removed(Ecosystem::PyPI, package) });
        }
    }
    Ok(())
}

/// `conda-forge/noarch::six-1.16.0-py_0`
fn conda_dist(dist: &str) -> Option<(&str, &str)> {
    let dist = dist.rsplit_once("::").map_or(dist, |(_, dist)| dist);
    let (package, _build) = dist.rsplit_once('-')?;
    package.rsplit_once('-')
}

/// `2026-03-24 11:02:03 status installed python3-six:all 1.16.0-4`, and of a removal
/// `2026-03-24 11:02:03 remove python3-six:all 1.16.0-4 <none>`
fn dpkg(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let text = page.text();
    ends(&text, leading_time, listener);
    for line in text.lines() {
        let installed = line.split_once(" status installed ").map(|said| (Deed::Got, said));
        let removed = || line.split_once(" remove ").map(|said| (Deed::Removed, said));
        let Some((deed, (before, rest))) = installed.or_else(removed) else { continue };
        let mut words = rest.split(' ');
        if let Some(package) = words.next().zip(words.next()) {
            say_distribution(package, (local_time(before.get(..19)), deed), listener);
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
            "Start-Date" => {
                at = local_time(Some(&rest.replace("  ", " ")));
                listener(Named::moment(at));
            }
            "Install" | "Upgrade" | "Downgrade" | "Reinstall" | "Remove" | "Purge" => {
                let is_removal = matches!(key, "Remove" | "Purge");
                let deed = if is_removal { Deed::Removed } else { Deed::Got };
                for (package, versions) in rest.split("), ").filter_map(|one| one.split_once(" ("))
                {
                    let mut versions = versions.trim_end_matches(')').split(", ");
                    let first = versions.next().unwrap_or_default();
                    let new = versions.next().filter(|_| key.ends_with("grade"));
                    say_distribution((package, new.unwrap_or(first)), (at, deed), listener);
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// `[2026-03-24T11:02:03+0000] [ALPM] installed python-six (1.16.0-4)`; of an upgrade
/// `upgraded python-six (1.15.0-1 -> 1.16.0-4)`. Before 2020 without zone and seconds.
fn pacman(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let text = page.text();
    let time = |line: &str| zoned_time(line.strip_prefix('[')?.split(']').next()?);
    ends(&text, time, listener);
    for line in text.lines() {
        let Some((_, said)) = line.split_once("] [ALPM] ") else { continue };
        let mut words = said.split_whitespace();
        let (verb, package) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let deed = match verb {
            "installed" | "upgraded" | "downgraded" | "reinstalled" => Deed::Got,
            "removed" => Deed::Removed,
            _ => continue,
        };
        let version = words.next_back().unwrap_or_default().trim_matches(['(', ')']);
        say_distribution((package, version), (time(line), deed), listener);
    }
    Ok(())
}

/// `2026-03-24T11:02:03+0000 SUBDEBUG Installed: python3-six-1.16.0-4.fc40.noarch`; yum's
/// lines have no year, and count only for their package.
fn rpm(page: &Page<'_>, listener: &mut Listener<'_>) -> Result<(), Malformed> {
    let text = page.text();
    let time = |line: &str| zoned_time(line.split(' ').next()?);
    ends(&text, time, listener);
    for line in text.lines() {
        let words = [
            ("Installed: ", Deed::Got),
            ("Upgrade: ", Deed::Got),
            ("Updated: ", Deed::Got),
            ("Erase: ", Deed::Removed),
            ("Erased: ", Deed::Removed),
            ("Removed: ", Deed::Removed),
        ];
        let mut said =
            words.iter().filter_map(|(word, deed)| Some((line.split_once(word)?.1, deed)));
        let Some((package, deed)) = said.next() else { continue };
        let without_release = package.trim().rsplit_once('-').map(|(before, _)| before);
        if let Some((name, version)) = without_release.and_then(|text| text.rsplit_once('-')) {
            say_distribution((name, version), (time(line), *deed), listener);
        }
    }
    Ok(())
}

/// A package that the distribution built of another one: `python3-six:all`, `1:1.16.0-4`.
fn say_distribution(
    (package, version): (&str, &str),
    (at, deed): (Option<(Moment, &'static str)>, Deed),
    listener: &mut Listener<'_>,
) {
    let name = package.split(':').next().unwrap_or_default();
    let python = ["python3-", "python-"]
        .iter()
        .find_map(|start| name.strip_prefix(start))
        .map(|name| (Ecosystem::PyPI, name));
    let node = || {
        let name = ["node-", "nodejs-"].iter().find_map(|start| name.strip_prefix(start))?;
        Some((Ecosystem::Npm, name))
    };
    let Some((ecosystem, name)) = python.or_else(node) else { return };
    let version = version.split_once(':').map_or(version, |(_epoch, version)| version);
    let version = version.rsplit_once('-').map_or(version, |(upstream, _revision)| upstream);
    let version = version.split(['+', '~']).next().unwrap_or(version);
    listener(Named { at, deed, ..Named::new(ecosystem, (name, version)) });
}
