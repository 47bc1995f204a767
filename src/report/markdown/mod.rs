//! The work as a checklist in Markdown, for an issue or a ticket: the answer, what to do first,
//! then what to rotate, in order, each with where, why and how, and last what was not looked at.
//! Repeats no reasoning in full.

mod credential;
mod markup;

use std::io;

use crate::error::ProblemCode;
use crate::model::plan::MeasureKind;
use crate::report::escape::escape_path;
use crate::report::markdown::markup::{code, text};
use crate::report::terminal::words::{counted, number};
use crate::report::terminal::{answer_lines, brokers, installs, last_line, startup};
use crate::report::worst::worst;
use crate::view::{Broker, HostPath, InfectedInstall, Measure, Phase, Report, Status};

/// Files of one list that are named.
const PATHS_MAX: usize = 20;

/// Writes the checklist.
pub fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let host = if report.run.host.is_empty() { "this host" } else { &report.run.host };
    writeln!(out, "# Credentials of {}", code(host))?;
    for line in answer_lines(report)? {
        writeln!(out, "\n{}", text(&line))?;
    }
    contain(report, out)?;
    clear(&report.infected_installs, out)?;
    look(report, out)?;
    rotate(report, out)?;
    ask(report, out)?;
    coverage(report, out)?;
    writeln!(out, "\n{}", text(&last_line(report)?))
}

fn heading(title: &str, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "\n## {}\n", text(title))
}

/// What to do before any rotation, and what never to do.
fn contain(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    if report.plan.containment.is_empty() {
        return Ok(());
    }
    heading("First, before rotating", out)?;
    let mut told = None;
    for measure in &report.plan.containment {
        // Steps against one danger have it said once.
        let danger = measure.why.as_deref().filter(|why| told != Some(*why));
        told = measure.why.as_deref();
        self::measure(measure, danger, out)?;
    }
    Ok(())
}

fn measure(measure: &Measure, danger: Option<&str>, out: &mut dyn io::Write) -> io::Result<()> {
    let is_never = measure.kind == MeasureKind::Never.as_str();
    let lead = if is_never { "**Never:** " } else { "[ ] " };
    let advisory = measure.advisory.as_ref();
    let advisory = advisory.map_or_else(String::new, |id| format!(" ({})", code(id)));
    writeln!(out, "- {lead}{}{advisory}", text(&measure.says))?;
    if let Some(danger) = danger {
        writeln!(out, "  - **danger:** {}", text(danger))?;
    }
    paths(&measure.paths, measure.n_paths as u64, out)
}

/// The first files of a list, and how many there are more.
fn paths(paths: &[HostPath], n_all: u64, out: &mut dyn io::Write) -> io::Result<()> {
    let shown = &paths[..paths.len().min(PATHS_MAX)];
    shown.iter().try_for_each(|path| writeln!(out, "  - {}", code(&escape_path(&path.0))))?;
    match n_all.saturating_sub(shown.len() as u64) {
        0 => Ok(()),
        n_more => writeln!(out, "  - and {} more", number(n_more)),
    }
}

/// What is infected, and how to be rid of it.
fn clear(installs: &[InfectedInstall], out: &mut dyn io::Write) -> io::Result<()> {
    if installs.is_empty() {
        return Ok(());
    }
    heading("Infected installs", out)?;
    installs.iter().try_for_each(|install| infected_install(install, out))
}

fn infected_install(install: &InfectedInstall, out: &mut dyn io::Write) -> io::Result<()> {
    let advisory = code(&install.advisory);
    writeln!(out, "- [ ] **{}**, {advisory}", text(&installs::title(install)))?;
    let of_package = install.package.iter().map(|package| ("installed", &package.path));
    let mentions = install.mentions.iter().map(|one| (&*one.source, &one.path));
    let sightings = install.sightings.iter().map(|one| (&*one.role, &one.path));
    for (what, path) in of_package.chain(mentions).chain(sightings) {
        writeln!(out, "  - {}: {}", text(what), code(&escape_path(&path.0)))?;
    }
    if let Some(versions) = installs::move_to(install) {
        writeln!(out, "  - [ ] Move to {}.", text(&versions))?;
    }
    install.provenance.changes.iter().try_for_each(|change| {
        let line = change.line.map_or_else(String::new, |line| format!(":{line}"));
        let path = code(&format!("{}{line}", escape_path(&change.path.0)));
        writeln!(out, "  - [ ] Change {path}, which names {}.", code(&change.name))
    })
}

/// Startup code that is worth a look.
fn look(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let groups = startup::groups(report);
    if groups.is_empty() {
        return Ok(());
    }
    heading("Startup code to look at", out)?;
    writeln!(out, "It runs unasked and stands out. Nothing proves it bad.\n")?;
    for group in groups {
        let first = group[0];
        writeln!(out, "- [ ] {}: {}", code(&startup::place(first)), text(&startup::what(first)))?;
        for code_too in &group[1..] {
            writeln!(out, "  - also at {}", code(&startup::place(code_too)))?;
        }
        writeln!(out, "  - why: {}", text(&startup::whys(first)))?;
    }
    Ok(())
}

/// The credentials, in order, under the headings of their steps.
fn rotate(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let mut of_step = None;
    for credential in &report.credentials {
        if of_step != Some(&credential.phase) {
            of_step = Some(&credential.phase);
            step(report.plan.phases.iter().find(|one| one.phase == credential.phase), out)?;
        }
        credential::credential(credential, report, out)?;
    }
    Ok(())
}

fn step(phase: Option<&Phase>, out: &mut dyn io::Write) -> io::Result<()> {
    let Some(Phase { title, why, .. }) = phase else { return heading("Credentials", out) };
    heading(title, out)?;
    let mut letters = why.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().collect::<String>());
    writeln!(out, "{}\n", text(&format!("{}{}", first.unwrap_or_default(), letters.as_str())))
}

/// What gives out credentials to whoever asks.
fn ask(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let is_told = |broker: &&Broker| brokers::is_within_reach(broker);
    let told: Vec<&Broker> = report.brokers.iter().filter(is_told).collect();
    if told.is_empty() {
        return Ok(());
    }
    heading("Within reach without a file", out)?;
    for broker in told {
        let path = code(&escape_path(&broker.path.0));
        writeln!(out, "- [ ] **{}**: {path}", text(&brokers::title(broker)))?;
        if let Some(exposure) = worst(&broker.exposures) {
            writeln!(out, "  - why: {}", text(&brokers::why(broker, exposure)))?;
        }
        writeln!(out, "  - do: {}", text(brokers::step(&broker.kind)))?;
    }
    Ok(())
}

/// How far the look went.
fn coverage(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    heading("How far the look went", out)?;
    let files = counted(report.coverage.n_files_read, "file");
    let said = match report.status {
        Status::Complete => "Everything in scope was read.",
        Status::Incomplete => "**Not everything in scope could be read.**",
        Status::Interrupted => "**The sweep was stopped before its end.**",
    };
    let started = text(&report.run.started);
    writeln!(out, "{said} {files} read, from {started} on.")?;
    let problems = &report.coverage.problems;
    for (number_of_code, (code_of_problem, n)) in problems.counts.iter().enumerate() {
        if number_of_code == 0 {
            writeln!(out)?;
        }
        let meaning = ProblemCode::ALL.iter().find(|one| one.code() == *code_of_problem);
        let meaning = meaning.map_or("", |one| one.sentence());
        writeln!(out, "- {} {}: {}", number(*n), code(code_of_problem), text(meaning))?;
        let listed = problems.listed.iter().filter(|one| one.code == *code_of_problem);
        let listed: Vec<HostPath> = listed.map(|one| one.path.clone()).collect();
        paths(&listed, *n, out)?;
    }
    for doubt in &report.clock.doubts {
        writeln!(out, "- clock: {}", text(doubt))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::inventory::Inventory;
    use crate::report::inventories::{incomplete, rules};

    fn written(inventory: &Inventory) -> String {
        let mut out = Vec::new();
        write(&Report::new(inventory, &rules()), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_gap_is_never_silent() {
        let text = written(&incomplete());
        assert!(text.contains("**Not everything in scope could be read.**"), "{text}");
        assert!(text.contains(r"`/srv/\x1b[31mdisk`"), "{text}");
    }
}
