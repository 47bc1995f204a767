//! What brought an infected package here, and the lines to change, on a screen. Lock files
//! are not told again: they stand among the mentions, with their lines.

use std::io;

use crate::model::provenance::ChangeKind;
use crate::report::escape::escape_path;
use crate::report::terminal::screen::Screen;
use crate::report::terminal::words::listed;
use crate::view::{Change, Provenance, Requirer, ToolEnvironment};

/// Most lines of each kind unless everything is told.
const LINES_MAX: usize = 5;

/// Who brought it, and from where.
pub fn came_from(indent: usize, provenance: &Provenance, screen: &mut Screen) -> io::Result<()> {
    let own = provenance.asked_for.then(|| "nobody: it was asked for by name".to_owned());
    let requirers: Vec<String> =
        own.into_iter().chain(provenance.requirers.iter().map(requirer)).collect();
    several(indent, "required by", &requirers, screen)?;
    if let Some(tool) = &provenance.tool {
        screen.path_field(indent, "tool", &escape_path(&tool.path.0))?;
        screen.field(indent, "", &clause(tool))?;
    }
    let Some(origin) = &provenance.origin else { return Ok(()) };
    let revision = origin.revision.as_ref().map_or_else(String::new, |it| format!(", {it}"));
    screen.field(indent, "from", &format!("{} ({}{revision})", origin.address, origin.kind))
}

/// The lines that people wrote.
pub fn changes(indent: usize, provenance: &Provenance, screen: &mut Screen) -> io::Result<()> {
    let is_written = |change: &&Change| change.kind == ChangeKind::Requirement.as_str();
    let written: Vec<&Change> = provenance.changes.iter().filter(is_written).collect();
    let n_shown = screen.n_shown(written.len(), LINES_MAX);
    for change in written.iter().take(n_shown) {
        let line = change.line.map_or_else(String::new, |line| format!(":{line}"));
        screen.path_field(indent, "change", &(escape_path(&change.path.0) + &line))?;
        let asked = change.version.as_deref().unwrap_or("no version that can be shown");
        screen.field(indent, "", &format!("asks for {}: {asked}", change.name))?;
    }
    rest(indent, written.len(), n_shown, screen)
}

fn requirer(requirer: &Requirer) -> String {
    let Requirer { name, version, extra, steps, asked_for, .. } = requirer;
    let extra = extra.as_ref().map_or_else(String::new, |extra| format!(" (extra {extra})"));
    let steps = if *steps > 1 { format!(", {steps} steps away") } else { String::new() };
    let asked_for = if *asked_for { ", asked for by name" } else { "" };
    format!("{name} {version}{extra}{steps}{asked_for}")
}

fn clause(tool: &ToolEnvironment) -> String {
    let mut clause = format!("environment of {}", tool.maker);
    if !tool.packages.is_empty() {
        clause += &format!(" for {}", listed(&tool.packages, LINES_MAX));
    }
    if !tool.commands.is_empty() {
        clause += &format!("; commands: {}", listed(&tool.commands, LINES_MAX));
    }
    clause
}

fn several(indent: usize, label: &str, texts: &[String], screen: &mut Screen) -> io::Result<()> {
    let n_shown = screen.n_shown(texts.len(), LINES_MAX);
    for (index, text) in texts.iter().take(n_shown).enumerate() {
        screen.field(indent, if index == 0 { label } else { "" }, text)?;
    }
    rest(indent, texts.len(), n_shown, screen)
}

/// What is left out of a list, and how to see it.
pub fn rest(indent: usize, n: usize, n_shown: usize, screen: &mut Screen) -> io::Result<()> {
    if n <= n_shown {
        return Ok(());
    }
    screen.field(indent, "", &format!("and {} more (-v lists them)", n - n_shown))
}
