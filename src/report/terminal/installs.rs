//! What to do before rotating, and what was found infected. Says nothing of credentials.

use std::io;

use crate::model::advisory::Trigger;
use crate::model::authority::Reach;
use crate::report::escape::escape_path;
use crate::report::terminal::provenance::rest;
use crate::report::terminal::screen::{Screen, Style};
use crate::report::terminal::words::{counted, listed, minute};
use crate::report::terminal::{past, provenance};
use crate::view::{Advisory, InfectedInstall, Mention, Package, Report, Runner, Sighting, Word};

/// Most installs told of unless everything is.
const INSTALLS_MAX: usize = 10;

/// Most files or users of one install told of unless everything is.
const LINES_MAX: usize = 5;

/// Most further reasons told of one user unless everything is.
const FURTHER_MAX: usize = 3;

/// Indent of what is said of one install.
const INDENT: usize = 4;

/// The infected installs.
pub fn installs(report: &Report, screen: &mut Screen) -> io::Result<()> {
    let installs = &report.infected_installs;
    if installs.is_empty() {
        return Ok(());
    }
    let is_past = past::is_all_past(report);
    screen.heading(if is_past { "MENTIONED, NOT INSTALLED NOW" } else { "INFECTED INSTALLS" })?;
    let n_shown = screen.n_shown(installs.len(), INSTALLS_MAX);
    let mut told: Vec<&str> = Vec::new();
    for install in installs.iter().take(n_shown) {
        let advisory = report.advisories.iter().find(|advisory| advisory.id == install.advisory);
        let is_new = !told.contains(&install.advisory.as_str());
        told.push(&install.advisory);
        one_install(install, screen)?;
        let ids = advisory.map_or(&[][..], |advisory| &advisory.ids);
        let names = std::iter::once(&install.advisory).chain(ids).cloned();
        screen.field(INDENT, "advisory", &names.collect::<Vec<_>>().join(", "))?;
        if let Some(advisory) = advisory.filter(|_| is_new) {
            incident(advisory, screen)?;
        }
    }
    if installs.len() > n_shown {
        let n_more = counted(installs.len() - n_shown, "more infected install");
        screen.prose(0, &format!("and {n_more} (-v lists them)"))?;
    }
    Ok(())
}

fn one_install(install: &InfectedInstall, screen: &mut Screen) -> io::Result<()> {
    let style = if past::is_here(install) { Style::Alarm } else { Style::Caution };
    screen.hang(0, &format!("{:>2}. ", install.index + 1), style, &title(install))?;
    match &install.package {
        Some(package) => installed(package, screen)?,
        None if past::is_here(install) && install.mentions.is_empty() => {}
        None => screen.field(INDENT, "now", past::clause(&install.presence))?,
    }
    mentions(&install.mentions, screen)?;
    if let Some(removal) = &install.removed {
        past::removal(INDENT, removal, screen)?;
    }
    if install.n_unmet_names > 0 {
        past::unmet_names(INDENT, install.n_unmet_names, screen)?;
    }
    if !install.triggers.is_empty() {
        screen.field(INDENT, "runs", &clauses(&install.triggers))?;
    }
    if past::is_here(install) || !install.runners.is_empty() {
        ran(install, screen)?;
    }
    sightings(&install.sightings, screen)?;
    provenance::came_from(INDENT, &install.provenance, screen)?;
    if let Some(versions) = move_to(install) {
        screen.field(INDENT, "move to", &versions)?;
    }
    provenance::changes(INDENT, &install.provenance, screen)
}

/// `example 1.2.3 (PyPI)`
pub fn title(install: &InfectedInstall) -> String {
    let mentioned = install.mentions.first().zip(past::name(install));
    match (&install.package, mentioned) {
        (Some(package), _) => {
            format!("{} {} ({})", package.name, package.version, package.ecosystem)
        }
        (None, Some((mention, name))) => format!("{name} ({})", mention.ecosystem),
        (None, None) => format!("{}: traces only, no package", install.advisory),
    }
}

/// As whom and since when.
fn ran(install: &InfectedInstall, screen: &mut Screen) -> io::Result<()> {
    runners(install, screen)?;
    let window = &install.window.window;
    let text = format!("{} to {}", minute(&window.start), minute(&window.end));
    screen.field(INDENT, "window", &(text + &parenthesis(&install.window.evidence)))?;
    let certain = install.certain.as_ref().filter(|one| one.window.start != window.start);
    certain.map_or(Ok(()), |one| {
        let text = format!("from {}", minute(&one.window.start));
        screen.field(INDENT, "certain", &(text + &parenthesis(&one.evidence)))
    })
}

fn mentions(mentions: &[Mention], screen: &mut Screen) -> io::Result<()> {
    let n_shown = screen.n_shown(mentions.len(), LINES_MAX);
    mentions.iter().take(n_shown).try_for_each(|one| past::mention(INDENT, one, screen))?;
    rest(INDENT, mentions.len(), n_shown, screen)
}

/// What an incident is; told once, with the first of its installs.
fn incident(advisory: &Advisory, screen: &mut Screen) -> io::Result<()> {
    if screen.is_verbose() {
        screen.field(INDENT, "", &advisory.title)?;
        screen.field(INDENT, "", &advisory.summary)?;
    } else {
        screen.field(INDENT, "", &format!("{} (-v tells more)", advisory.title))?;
    }
    if screen.is_verbose() {
        claims(advisory, screen)?;
    }
    if let Some(file) = &advisory.catalogue {
        screen.field(INDENT, "stated in", &escape_path(&file.0))?;
    } else if screen.is_verbose() {
        let published = format!("{} to {}", advisory.window.start, advisory.window.end);
        screen.field(INDENT, "published", &published)?;
    }
    if screen.is_verbose() {
        return screen.field(INDENT, "sources", &advisory.sources.join("; "));
    }
    Ok(())
}

/// What the sources say of the time in which the bad versions were offered, side by side.
fn claims(advisory: &Advisory, screen: &mut Screen) -> io::Result<()> {
    for (index, claim) in advisory.claims.iter().enumerate() {
        let label = if index == 0 { "claims" } else { "" };
        let bounds = match (&claim.start, &claim.end) {
            (Some(start), Some(end)) => format!("{} to {}", minute(start), minute(end)),
            (Some(start), None) => format!("from {}", minute(start)),
            (None, Some(end)) => format!("until {}", minute(end)),
            (None, None) => "no time".to_owned(),
        };
        let text = format!("{}: {bounds}{}", claim.source, parenthesis(&claim.note));
        screen.field(INDENT, label, &text)?;
    }
    Ok(())
}

fn installed(package: &Package, screen: &mut Screen) -> io::Result<()> {
    screen.path_field(INDENT, "where", &escape_path(&package.path.0))?;
    let by = package.installer.as_ref().map_or_else(String::new, |name| format!(" by {name}"));
    let text = package.installed.as_ref().map_or_else(
        || format!("at an unknown time{by}"),
        |dated| format!("{}{by}{}", minute(&dated.at), parenthesis(&dated.evidence)),
    );
    screen.field(INDENT, "installed", &text)
}

fn clauses(triggers: &[Word]) -> String {
    let clause = |word: &Word| {
        let trigger = Trigger::ALL.iter().find(|(name, _)| name == word);
        trigger.map_or(&**word, |(_, trigger)| trigger.clause()).to_owned()
    };
    listed(&triggers.iter().map(clause).collect::<Vec<_>>(), triggers.len())
}

fn runners(install: &InfectedInstall, screen: &mut Screen) -> io::Result<()> {
    let n_shown = screen.n_shown(install.runners.len(), LINES_MAX);
    if install.runners.is_empty() {
        screen.field(INDENT, "ran as", "not known")?;
    }
    for (index, runner) in install.runners.iter().take(n_shown).enumerate() {
        let label = if index == 0 { "ran as" } else { "" };
        let text = format!("{}, {}: {}", runner.user.user, runner.certainty, runner.evidence);
        screen.field(INDENT, label, &text)?;
        authority(runner, screen)?;
        further(runner, screen)?;
    }
    rest(INDENT, install.runners.len(), n_shown, screen)
}

/// What the user may do beyond the modes of files: the farthest reach, or all of it.
fn authority(runner: &Runner, screen: &mut Screen) -> io::Result<()> {
    let n_shown = screen.n_shown(runner.authority.len(), 1);
    runner.authority.iter().take(n_shown).try_for_each(|authority| {
        let reach = Reach::ALL.iter().find(|reach| reach.as_str() == authority.reach);
        let clause = reach.map_or(&*authority.reach, |reach| reach.clause());
        screen.field(INDENT, "", &format!("{clause}: {}", authority.evidence))
    })
}

/// The other reasons for one user.
fn further(runner: &Runner, screen: &mut Screen) -> io::Result<()> {
    let n_shown = screen.n_shown(runner.further.len(), FURTHER_MAX);
    for reason in runner.further.iter().take(n_shown) {
        screen.field(INDENT, "", &format!("also: {reason}"))?;
    }
    rest(INDENT, runner.further.len(), n_shown, screen)
}

fn sightings(sightings: &[Sighting], screen: &mut Screen) -> io::Result<()> {
    let n_shown = screen.n_shown(sightings.len(), LINES_MAX);
    for sighting in sightings.iter().take(n_shown) {
        screen.path_field(INDENT, &sighting.role, &escape_path(&sighting.path.0))?;
        let proof = match (sighting.hash_known, &*sighting.weight) {
            (Some(true), _) => "known bad contents",
            (Some(false), _) => "contents not known to be bad",
            (None, "strong") => "the path alone is telling",
            (None, _) => "weak: telling only beside other signs",
        };
        let (owner, since) = (&sighting.owner.user, minute(&sighting.appeared));
        let text = format!("{proof}; of {owner}, since {since}. {}", sighting.note);
        screen.field(INDENT, "", text.trim_end())?;
    }
    rest(INDENT, sightings.len(), n_shown, screen)
}

/// `1.2.4 or later, or back to 1.2.2`
pub fn move_to(install: &InfectedInstall) -> Option<String> {
    match (&install.clean_after, &install.clean_before) {
        (Some(after), Some(before)) => Some(format!("{after} or later, or back to {before}")),
        (Some(after), None) => Some(format!("{after} or later")),
        (None, Some(before)) => Some(format!("back to {before}")),
        (None, None) => None,
    }
}

fn parenthesis(evidence: &str) -> String {
    if evidence.is_empty() { String::new() } else { format!(" ({evidence})") }
}
