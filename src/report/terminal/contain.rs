//! What to do before rotating, and what never to do. Says nothing of credentials.

use std::collections::BTreeSet;
use std::io;

use crate::model::plan::MeasureKind;
use crate::report::escape::escape_path;
use crate::report::terminal::screen::{Screen, Style};
use crate::report::terminal::standing::is_only_supposed;
use crate::report::terminal::words::counted;
use crate::view::{Measure, Report};

/// Most files named with one measure unless everything is told.
const PATHS_MAX: usize = 5;

/// Indent of what belongs to one measure.
const INDENT: usize = 4;

/// The measures, numbered, and then the short cuts that do harm.
pub fn contain(report: &Report, screen: &mut Screen) -> io::Result<()> {
    let is_never = |measure: &&Measure| measure.kind == MeasureKind::Never.as_str();
    let (never, steps): (Vec<&Measure>, Vec<&Measure>) =
        report.plan.containment.iter().partition(is_never);
    if steps.is_empty() {
        return Ok(());
    }
    let is_supposed = is_only_supposed(report);
    let supposed = if is_supposed { "IF SUCH CODE RAN: " } else { "" };
    screen.heading(&format!("{supposed}FIRST, BEFORE ROTATING"))?;
    let campaigns: BTreeSet<&String> =
        steps.iter().filter_map(|step| step.advisory.as_ref()).collect();
    let mut told: Option<(&str, &str)> = None;
    for (index, step) in steps.iter().enumerate() {
        let advisory = step.advisory.as_deref().unwrap_or_default();
        let why = step.why.as_deref().unwrap_or_default();
        if told.map(|(told, _)| told) != Some(advisory) && campaigns.len() > 1 {
            let whose = if advisory.is_empty() { "all of them" } else { advisory };
            screen.prose(0, &format!("For {whose}:"))?;
        }
        // Steps against one danger have it said once.
        if !why.is_empty() && told != Some((advisory, why)) {
            screen.hang(0, "DANGER: ", Style::Alarm, why)?;
        }
        told = Some((advisory, why));
        screen.hang(0, &format!("{:>2}. ", index + 1), Style::Heading, &step.says)?;
        paths(step, screen)?;
    }
    never.iter().try_for_each(|one| screen.hang(INDENT, "never  ", Style::Caution, &one.says))
}

fn paths(measure: &Measure, screen: &mut Screen) -> io::Result<()> {
    let n_shown = screen.n_shown(measure.paths.len(), PATHS_MAX);
    for path in &measure.paths[..n_shown] {
        let path = screen.fit(&escape_path(&path.0), INDENT);
        screen.whole(INDENT, &path)?;
    }
    match measure.n_paths.saturating_sub(n_shown) {
        0 => Ok(()),
        n_more => screen.prose(INDENT, &format!("and {}", counted(n_more, "more file"))),
    }
}
