//! How far the look went: what was read, what was left alone, what could not be read.
//! Skips nothing in silence.

use std::collections::BTreeMap;
use std::io;

use crate::error::ProblemCode;
use crate::report::escape::{escape, escape_path};
use crate::report::terminal::answer::is_audit;
use crate::report::terminal::reach::reach;
use crate::report::terminal::screen::Screen;
use crate::report::terminal::words::{bytes, counted, listed, minute, number};
use crate::view::{Catalogue, Coverage, Problem, Report, Root, Word};

/// Most paths of one code unless everything is told.
const PATHS_MAX: usize = 3;

/// Most roots unless everything is told.
const ROOTS_MAX: usize = 3;

/// Indent of the section.
const INDENT: usize = 2;

/// The section.
pub fn coverage(report: &Report, screen: &mut Screen) -> io::Result<()> {
    let coverage = &report.coverage;
    screen.heading("COVERAGE")?;
    run(report, screen)?;
    screen.field(INDENT, "read", &read(report))?;
    if !coverage.skipped.is_empty() {
        screen.field(INDENT, "left alone", &by_reason(&coverage.skipped))?;
    }
    if !coverage.rejected.is_empty() {
        let n_rejected: u64 = coverage.rejected.values().sum();
        let candidates = counted(n_rejected, "candidate");
        let text = format!("{candidates}: {}", by_reason(&coverage.rejected));
        screen.field(INDENT, "turned down", &text)?;
    }
    for catalogue in &coverage.catalogues {
        screen.field(INDENT, "catalogue", &escape_path(&catalogue.path.0))?;
        screen.field(INDENT, "", &taken(catalogue))?;
    }
    let touched = match coverage.access_times_touched {
        0 => "no access time was changed by reading".into(),
        n => format!("the access times of {} were changed by reading", counted(n, "file")),
    };
    screen.field(INDENT, "touched", &touched)?;
    for (index, doubt) in report.clock.doubts.iter().enumerate() {
        screen.field(INDENT, if index == 0 { "clock" } else { "" }, &escape(doubt))?;
    }
    reach(report, INDENT, screen)?;
    unsolved_hosts(coverage, screen)?;
    unused_suppressions(coverage, screen)?;
    guards(coverage, screen)?;
    problems(coverage, screen)
}

/// Hosts that keys may open, and that have no name here.
fn unsolved_hosts(coverage: &Coverage, screen: &mut Screen) -> io::Result<()> {
    if coverage.n_unsolved_hosts == 0 {
        return Ok(());
    }
    let names = counted(coverage.n_unsolved_hosts, "hashed name");
    let text = format!("{names} of known_hosts, found nowhere else: keys may open more hosts");
    screen.field(INDENT, "nameless", &text)
}

/// Entries that set nothing aside: they are over, or what they were for is gone.
fn unused_suppressions(coverage: &Coverage, screen: &mut Screen) -> io::Result<()> {
    let unused = &coverage.unused_suppressions;
    let n_shown = screen.n_shown(unused.len(), PATHS_MAX);
    for (index, one) in unused[..n_shown].iter().enumerate() {
        let why = match &*one.why {
            "expired" => "has expired and was not applied",
            "no-key" => "names a secret id, which needs the --key-file it was made with",
            _ => "matches nothing",
        };
        let place = format!("{}:{}", escape_path(&one.path.0), one.line);
        let label = if index == 0 { "unused" } else { "" };
        screen.field(INDENT, label, &format!("{place} {why}: {}", escape(&one.reason)))?;
    }
    match unused.len() - n_shown {
        0 => Ok(()),
        n => screen.field(INDENT, "", &format!("and {} more (-v lists them)", number(n))),
    }
}

/// What may have refused a read that the verdicts count with.
fn guards(coverage: &Coverage, screen: &mut Screen) -> io::Result<()> {
    if coverage.guards.is_empty() || !screen.is_verbose() {
        return Ok(());
    }
    let names = escape(&coverage.guards.join(", "));
    let text = format!("{names}: may refuse what modes allow; verdicts are an upper bound");
    screen.field(INDENT, "not judged", &text)
}

/// Who looked, when and where.
fn run(report: &Report, screen: &mut Screen) -> io::Result<()> {
    let run = &report.run;
    let image = run.image.as_ref().map_or_else(String::new, |path| format!(", image {path}"));
    let text = format!("{}{image}, {}, run as uid {}", run.host, minute(&run.started), run.uid);
    screen.field(INDENT, &run.task, &text)?;
    let n_shown = screen.n_shown(run.roots.len(), ROOTS_MAX);
    let root = |root: &Root| format!("{} ({})", escape_path(&root.path.0), escape(&root.why));
    let roots: Vec<String> = run.roots.iter().map(root).collect();
    screen.field(INDENT, "roots", &listed(&roots, n_shown))?;
    if !screen.is_verbose() {
        return Ok(());
    }
    screen.field(INDENT, "rules", &run.rules_digest)?;
    if is_audit(report) {
        return Ok(());
    }
    screen.field(INDENT, "key", &format!("{} ({})", run.key.id, run.key.origin))
}

fn read(report: &Report) -> String {
    let coverage = &report.coverage;
    let files = counted(coverage.n_files_read, "file");
    let folders = counted(coverage.n_folders, "folder");
    let text = format!("{files}, {}, in {folders}", bytes(coverage.n_bytes_read));
    if is_audit(report) {
        return text;
    }
    let environments = counted(coverage.n_process_environments, "process environment");
    let command_lines = match coverage.n_command_lines {
        0 => String::new(),
        n => format!(", {}", counted(n, "command line")),
    };
    format!("{text}; {environments}{command_lines}")
}

/// `120 records used; left out: 2 withdrawn; 1 with unknown fields`
fn taken(catalogue: &Catalogue) -> String {
    let mut text = format!("{} used", counted(catalogue.n_used, "record"));
    if !catalogue.left_out.is_empty() {
        text += &format!("; left out: {}", by_reason(&catalogue.left_out));
    }
    if catalogue.n_with_unknown_fields > 0 {
        text += &format!("; {} with unknown fields", number(catalogue.n_with_unknown_fields));
    }
    text
}

/// `300 placeholder, 11 checksum`, the most first.
fn by_reason(counts: &BTreeMap<Word, u64>) -> String {
    let mut counts: Vec<(&str, u64)> = counts.iter().map(|(reason, n)| (&**reason, *n)).collect();
    counts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let parts: Vec<String> =
        counts.iter().map(|(reason, n)| format!("{} {reason}", number(*n))).collect();
    parts.join(", ")
}

fn problems(coverage: &Coverage, screen: &mut Screen) -> io::Result<()> {
    if coverage.problems.counts.is_empty() {
        return screen.field(INDENT, "not read", "nothing: all in scope was read");
    }
    for (index, (code, n)) in coverage.problems.counts.iter().enumerate() {
        let label = if index == 0 { "not read" } else { "" };
        let meaning = ProblemCode::ALL.iter().find(|one| one.code() == *code);
        let meaning = meaning.map_or("", |one| one.sentence());
        screen.field(INDENT, label, &format!("{}, {code}: {meaning}", number(*n)))?;
        let listed = coverage.problems.listed.iter().filter(|problem| problem.code == *code);
        problem_paths(&listed.collect::<Vec<_>>(), *n, screen)?;
    }
    Ok(())
}

/// The first paths of one code, and how many there are more.
fn problem_paths(listed: &[&Problem], n_problems: u64, screen: &mut Screen) -> io::Result<()> {
    let n_shown = screen.n_shown(listed.len(), PATHS_MAX);
    for problem in &listed[..n_shown] {
        screen.path_field(INDENT, "", &escape_path(&problem.path.0))?;
        if screen.is_verbose() {
            screen.field(INDENT, "", &problem.why)?;
        }
    }
    let n_more = n_problems.saturating_sub(n_shown as u64);
    if n_more == 0 {
        return Ok(());
    }
    let how = if n_shown < listed.len() { " (-v lists them)" } else { "" };
    screen.field(INDENT, "", &format!("and {} more{how}", number(n_more)))
}
