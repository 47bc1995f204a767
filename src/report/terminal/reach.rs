//! How far back the evidence of past installs reaches. Says nothing of what was or was not
//! installed: of what is older it only says that it would not show.

use std::io;

use crate::model::reach::EvidenceFamily;
use crate::report::terminal::screen::Screen;
use crate::report::terminal::words::{counted, listed, minute};
use crate::view::{Reach, Report};

const HEAD: &str = "of past installs reaches back to these times; earlier installs may not show";

/// The lines; of a host without anything infected only if everything is told.
pub fn reach(report: &Report, indent: usize, screen: &mut Screen) -> io::Result<()> {
    let evidence = &report.coverage.evidence;
    let is_asked_for = !report.infected_installs.is_empty() && !evidence.is_empty();
    if !is_asked_for && !screen.is_verbose() {
        return Ok(());
    }
    screen.field(indent, "evidence", HEAD)?;
    evidence.iter().try_for_each(|one| screen.field(indent, "", &line(one)))?;
    if !screen.is_verbose() {
        return Ok(());
    }
    let families = EvidenceFamily::ALL.map(EvidenceFamily::title);
    let is_there = |title: &str| evidence.iter().any(|one| one.family == title);
    let none: Vec<String> =
        families.into_iter().filter(|title| !is_there(title)).map(str::to_owned).collect();
    screen.field(indent, "", &format!("no file of: {}", listed(&none, none.len())))
}

/// `npm logs: 2026-11-02 10:39 UTC (10 files)`
fn line(reach: &Reach) -> String {
    let since = reach.earliest.as_deref().map_or_else(|| "unknown".to_owned(), minute);
    let n_undated = reach.n_files - reach.n_dated.min(reach.n_files);
    let stamps = match n_undated {
        0 => String::new(),
        n if n == reach.n_files => ", by their stamps".to_owned(),
        n => format!(", {n} of them by their stamps"),
    };
    format!("{}: {since} ({}{stamps})", reach.family, counted(reach.n_files, "file"))
}
