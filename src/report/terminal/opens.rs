//! What a key opens, under its row. Says how that is known, for not all of it is certain.

use std::io;

use crate::model::opening::{ClueKind, How};
use crate::report::escape::{escape, escape_path};
use crate::report::terminal::screen::{Screen, Style};
use crate::report::terminal::words::counted;
use crate::view::{Credential, Opening, OpeningClue};

/// Most destinations of a key unless everything is told.
const OPENINGS_MAX: usize = 3;
const LABEL: &str = "opens ";

/// What a row tells: not the server that its account names already.
pub fn worth_telling(credential: &Credential) -> Vec<&Opening> {
    let account = credential.account.as_deref().unwrap_or_default();
    let is_new = |one: &&Opening| one.how != How::Beside.as_str() || !account.contains(&one.host);
    credential.opens.iter().filter(is_new).collect()
}

/// The first destinations in one line, or all of them, one a line.
pub fn opens(credential: &Credential, indent: usize, screen: &mut Screen) -> io::Result<()> {
    let openings = worth_telling(credential);
    let n_shown = screen.n_shown(openings.len(), OPENINGS_MAX);
    if screen.is_verbose() {
        return openings.iter().enumerate().try_for_each(|(index, opening)| {
            let label = if index == 0 { LABEL } else { "      " };
            screen.hang(indent, label, Style::Plain, &in_full(opening))
        });
    }
    if openings.is_empty() {
        return Ok(());
    }
    let told: Vec<String> = openings[..n_shown].iter().map(|one| told(one, 1)).collect();
    let more = match openings.len() - n_shown {
        0 => String::new(),
        n_more => format!(", and {} (-v lists them)", counted(n_more, "more host")),
    };
    screen.hang(indent, LABEL, Style::Plain, &format!("{}{more}", told.join(", ")))
}

/// One destination with all that says so.
pub fn in_full(opening: &Opening) -> String {
    told(opening, usize::MAX)
}

/// `deploy@web1.example.org:2222 (ssh settings, /home/ana/.ssh/config:12)`
fn told(opening: &Opening, n_clues: usize) -> String {
    if opening.how == How::Beside.as_str() {
        return format!("{} ({})", escape(&opening.what), ClueKind::Itself.clause());
    }
    let doubt = match &*opening.how {
        how if how == How::Default.as_str() => "tried by default: ",
        how if how == How::Met.as_str() => "perhaps: ",
        _ => "",
    };
    let clues: Vec<String> = opening.evidence.iter().take(n_clues).map(clue).collect();
    format!("{} ({doubt}{})", escape(&opening.what), clues.join("; "))
}

fn clue(clue: &OpeningClue) -> String {
    let kind = ClueKind::ALL.iter().find(|kind| kind.as_str() == clue.kind);
    let what = kind.map_or("", |kind| kind.clause());
    format!("{what}, {}:{}", escape_path(&clue.path.0), clue.line)
}
