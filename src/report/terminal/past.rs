//! Infected packages that are not installed now: what each piece of evidence says, and no
//! more than that. Never says that something was not installed, or did not run.

use std::io;

use crate::model::component::MentionSource;
use crate::report::escape::escape_path;
use crate::report::terminal::screen::Screen;
use crate::report::terminal::words::minute;
use crate::report::view::{InfectedInstall, Mention, Report};

const BUNDLE: &str = MentionSource::Bundle.as_str();
const LEFTOVER: &str = MentionSource::Leftover.as_str();
const LOG: &str = MentionSource::Log.as_str();
const CACHE: &str = MentionSource::Cache.as_str();
const HISTORY: &str = MentionSource::History.as_str();
const LOCK_FILE: &str = MentionSource::Lockfile.as_str();

/// Whether it is installed now, or its own files were seen.
pub fn is_here(install: &InfectedInstall) -> bool {
    !matches!(install.presence, LEFTOVER | LOG | CACHE | HISTORY | LOCK_FILE)
}

/// Whether all that a report has is evidence of what is not installed now.
pub fn is_all_past(report: &Report) -> bool {
    !report.infected_installs.iter().any(is_here)
}

/// Whether it can have run here. A lock file alone got nothing onto the host; a cache did.
pub fn may_have_run(install: &InfectedInstall) -> bool {
    install.presence != LOCK_FILE
}

/// What its presence amounts to, as a clause.
pub fn clause(presence: &str) -> &'static str {
    match presence {
        BUNDLE => "in an archive that runs as it lies, without an install",
        LEFTOVER => "not installed now; it was: an uninstall left parts of it",
        LOG => "not installed now; the log of an installer has it",
        CACHE => "not installed now; it was downloaded into a cache, and is not shown to have run",
        HISTORY => "not installed now; somebody asked for it in a shell",
        LOCK_FILE => "not installed now; a lock file would install it",
        _ => "installed now",
    }
}

/// `example 1.2.3`: the package that is mentioned.
pub fn name(install: &InfectedInstall) -> Option<String> {
    let mention = install.mentions.first()?;
    Some(format!("{} {}", mention.name, mention.version))
}

/// One line of evidence, under the word for its kind.
pub fn mention(indent: usize, mention: &Mention, screen: &mut Screen) -> io::Result<()> {
    let label = if mention.source == LOCK_FILE { "lock file" } else { mention.source };
    let line = mention.line.map_or_else(String::new, |line| format!(":{line}"));
    screen.path_field(indent, label, &(escape_path(&mention.path.0) + &line))?;
    let owner = &mention.owner.user;
    let text = match &mention.at {
        Some(dated) => format!("of {owner}, {} ({})", minute(&dated.at), dated.evidence),
        None => format!("of {owner}, at an unknown time"),
    };
    screen.field(indent, "", &text)
}
