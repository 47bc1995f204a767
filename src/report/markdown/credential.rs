//! One credential as an item to tick: what it is, where, why, how, and what to check. Does not
//! decide its place.

use std::io;

use crate::model::rule::First;
use crate::report::escape::escape_path;
use crate::report::markdown::markup::{self, code, text};
use crate::report::terminal::list::{deciding, decision, readers, set_aside, shouted, state};
use crate::report::terminal::opens::{in_full, worth_telling};
use crate::report::terminal::standing::Standing;
use crate::report::terminal::words::{counted, minute};
use crate::view::{Credential, Location, Predecessors, Report, Rotation};

/// Places of one credential that are listed.
const PLACES_MAX: usize = 20;

/// Destinations of one credential that are listed.
const OPENINGS_MAX: usize = 20;

/// Writes the item. What was shown to be out of reach, or is set aside, has no box.
pub fn credential(
    credential: &Credential,
    report: &Report,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let standing = Standing::of(credential);
    let is_work = !matches!(standing, Standing::OutOfReach | Standing::Suppressed);
    let tick = if is_work { "[ ] " } else { "" };
    let name = credential.key_id.as_ref().map_or_else(String::new, |id| format!(" {}", code(id)));
    let account = credential.account.as_ref();
    let account = account.map_or_else(String::new, |one| format!(", {}", code(one)));
    let title = text(&credential.title);
    writeln!(out, "- {tick}**{}. {title}**{name}{account}", credential.rank)?;
    let n_shown = credential.locations.len().min(PLACES_MAX);
    credential.locations[..n_shown].iter().try_for_each(|location| place(location, out))?;
    let n_more = credential.locations.len() - n_shown;
    if n_more > 0 {
        writeln!(out, "  - and {}", counted(n_more, "more place"))?;
    }
    opens(credential, out)?;
    writeln!(out, "  - is: {}{}", text(&state(credential, report)), changed(credential))?;
    if credential.verdict.is_none() {
        writeln!(out, "  - today: {}", text(&readers(credential)))?;
    }
    if report.run.key.origin == "file" {
        writeln!(out, "  - id: {}", code(&credential.secret_id))?;
    }
    if let Some(suppressed) = &credential.suppressed {
        writeln!(out, "  - note: {}", text(&set_aside(suppressed)))?;
    }
    why(credential, out)?;
    order(credential, out)?;
    if is_work { how(credential, out) } else { Ok(()) }
}

fn place(location: &Location, out: &mut dyn io::Write) -> io::Result<()> {
    let inner: String = location.containers.iter().map(|name| format!(" > {name}")).collect();
    let host = location.host.as_ref().map_or_else(String::new, |host| format!("{host}:"));
    let path = format!("{host}{}{inner}:{}", escape_path(&location.path.0), location.line);
    let owner = code(&location.owner.user);
    let store = location.store_title.as_ref();
    let store = store.map_or_else(String::new, |title| format!(", {}", text(title)));
    writeln!(out, "  - in: {}, of {owner}{store}", code(&path))
}

/// What it opens, and what says so.
fn opens(credential: &Credential, out: &mut dyn io::Write) -> io::Result<()> {
    let openings = worth_telling(credential);
    let shown = &openings[..openings.len().min(OPENINGS_MAX)];
    shown.iter().try_for_each(|one| writeln!(out, "  - opens: {}", text(&in_full(one))))?;
    match openings.len() - shown.len() {
        0 => Ok(()),
        n_more => writeln!(out, "  - and {}", counted(n_more, "more host")),
    }
}

/// `, last changed 2026-03-24 20:00 UTC, during the window`
fn changed(credential: &Credential) -> String {
    let Some(changed) = &credential.last_changed else { return String::new() };
    let side = changed.against_window.as_ref();
    let side = side.map_or_else(String::new, |side| format!(", {} the window", text(side)));
    format!(", last changed {}{side}", text(&minute(&changed.at)))
}

/// What decides its verdicts.
fn why(credential: &Credential, out: &mut dyn io::Write) -> io::Result<()> {
    let real = deciding(credential, credential.verdict.as_deref(), false);
    let supposed = deciding(credential, credential.asked.as_deref(), true);
    for (lead, exposure) in [("why", real), ("if it ran", supposed)] {
        let Some(exposure) = exposure else { continue };
        let user = code(&exposure.user.user);
        let (verdict, why) = (text(&shouted(exposure)), text(&decision(exposure)));
        writeln!(out, "  - {lead}: **{verdict}** as {user}: {why}")?;
    }
    Ok(())
}

/// Why it stands at its place, and what comes before it.
fn order(credential: &Credential, out: &mut dyn io::Write) -> io::Result<()> {
    if !credential.because.is_empty() {
        writeln!(out, "  - here because: {}", text(&credential.because.join("; ")))?;
    }
    credential.after.iter().try_for_each(|Predecessors { ranks, n_all, why }| {
        let ranks: Vec<String> = ranks.iter().map(ToString::to_string).collect();
        let n_more = n_all.saturating_sub(ranks.len());
        let more = if n_more > 0 { format!(" and {n_more} more") } else { String::new() };
        writeln!(out, "  - after: {}{more}, because {}", ranks.join(", "), text(why))
    })
}

/// How to rotate it.
fn how(credential: &Credential, out: &mut dyn io::Write) -> io::Result<()> {
    let Rotation { first, place, steps, commands, checks, breaks } = &credential.rotation;
    let is_create = *first == First::Create.as_str();
    let order = if is_create { "make the new one first" } else { "revoke first" };
    let place = if place.is_empty() { String::new() } else { format!("{}; ", text(place)) };
    writeln!(out, "  - where: {place}{order}")?;
    steps.iter().try_for_each(|step| writeln!(out, "  - [ ] {}", text(step)))?;
    if !commands.is_empty() {
        write!(out, "  - run on another machine:\n{}", markup::commands(commands, 4))?;
    }
    checks.iter().try_for_each(|check| writeln!(out, "  - [ ] check: {}", text(check)))?;
    if breaks.is_empty() { Ok(()) } else { writeln!(out, "  - breaks: {}", text(breaks)) }
}
