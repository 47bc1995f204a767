//! Infected packages that are not installed now: what each piece of evidence says, and no
//! more than that. Never says that something was not installed, or did not run.

use std::io;

use crate::model::component::MentionSource;
use crate::report::escape::escape_path;
use crate::report::terminal::screen::Screen;
use crate::report::terminal::words::{counted, minute};
use crate::view::{InfectedInstall, Mention, Removal, Report};

const BUNDLE: &str = MentionSource::Bundle.as_str();
const LEFTOVER: &str = MentionSource::Leftover.as_str();
const LOG: &str = MentionSource::Log.as_str();
const CACHE: &str = MentionSource::Cache.as_str();
const HISTORY: &str = MentionSource::History.as_str();
const LOCK_FILE: &str = MentionSource::Lockfile.as_str();
const LOCK_FILE_HISTORY: &str = MentionSource::LockfileHistory.as_str();

/// Whether it is installed now, or its own files were seen.
pub fn is_here(install: &InfectedInstall) -> bool {
    !matches!(&*install.presence, LEFTOVER | LOG | CACHE | HISTORY | LOCK_FILE | LOCK_FILE_HISTORY)
}

/// Whether all that a report has is evidence of what is not installed now.
pub fn is_all_past(report: &Report) -> bool {
    !report.infected_installs.iter().any(is_here)
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
        LOCK_FILE_HISTORY => "not installed now; a lock file had it, says its git history",
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
    let label = match &*mention.source {
        LOCK_FILE | LOCK_FILE_HISTORY => "lock file",
        source => source,
    };
    let line = mention.line.map_or_else(String::new, |line| format!(":{line}"));
    screen.path_field(indent, label, &(escape_path(&mention.path.0) + &line))?;
    let owner = &mention.owner.user;
    let text = match &mention.at {
        Some(dated) => format!("of {owner}, {} ({})", minute(&dated.at), dated.evidence),
        None => format!("of {owner}, at an unknown time"),
    };
    screen.field(indent, "", &text)?;
    match &mention.until {
        Some(dated) => {
            screen.field(indent, "", &format!("until {} ({})", minute(&dated.at), dated.evidence))
        }
        None => Ok(()),
    }
}

/// When it was last taken away, as far as anything says so.
pub fn removal(indent: usize, removal: &Removal, screen: &mut Screen) -> io::Result<()> {
    let text = format!("{} ({})", minute(&removal.at.at), removal.at.evidence);
    screen.field(indent, "removed", &text)?;
    screen.path_field(indent, "", &escape_path(&removal.path.0))
}

/// That its files have names elsewhere.
pub fn unmet_names(indent: usize, n_unmet: u64, screen: &mut Screen) -> io::Result<()> {
    let names = counted(n_unmet, "further hard link");
    let text = format!(
        "{names} of its metadata that this sweep did not meet: it lies in another cache or \
         environment of the same file system"
    );
    screen.field(indent, "elsewhere", &text)
}
