//! `credreach verify`: whether a saved report is still what was written.

use std::io::{self, Write};

use credreach::error::Error;
use credreach::saved::{Mistake, Verified, verify};

use crate::cli::args::VerifyArgs;
use crate::cli::saved::Saved;

/// The chain is intact, and the report whole.
const INTACT: u8 = 0;
/// It was changed or cut off.
const CHANGED: u8 = 1;
/// It has no chain, which neither proves nor excludes anything.
const UNCHAINED: u8 = 3;

/// Follows the chain, and says what it proves and what not.
pub fn run(args: &VerifyArgs) -> Result<u8, Error> {
    let saved = Saved::open(&args.file)?;
    let (code, says) = match verify(saved.source) {
        Ok(verified) => said(&verified),
        Err(mistake) if is_change(&mistake) => (CHANGED, format!("CHANGED: {mistake}.\n")),
        Err(mistake) => return Err(saved.name.error(mistake)),
    };
    // A closed pipe is no error.
    let _ = io::stdout().write_all(says.as_bytes());
    Ok(code)
}

/// Whether a mistake is one that no report has when it is written.
const fn is_change(mistake: &Mistake) -> bool {
    matches!(
        mistake,
        Mistake::CutOff { .. }
            | Mistake::NoEnd
            | Mistake::Malformed { .. }
            | Mistake::Miscounted { .. }
    )
}

fn said(verified: &Verified) -> (u8, String) {
    match verified {
        Verified::Intact { n_lines, value } => (INTACT, intact(*n_lines, value)),
        Verified::Broken { line } => (CHANGED, broken(*line)),
        Verified::CutOff { n_lines, value } => (CHANGED, cut_off(*n_lines, value)),
        Verified::Unchained => (UNCHAINED, UNCHAINED_SAYS.to_owned()),
    }
}

fn intact(n_lines: u64, value: &str) -> String {
    format!(
        "INTACT: {n_lines} lines, none changed, moved or missing since the chain was made.\n\
         chain  {value}\n\
         Whoever can write the file can also make its chain anew. Compare the value with one that\n\
         was kept apart, or check a signature: docs/evidence.md has the commands.\n"
    )
}

fn broken(line: u64) -> String {
    let before = match line {
        1 => "No line before it is good.".to_owned(),
        _ => format!("The {} before it are as they were written.", line - 1),
    };
    format!(
        "CHANGED: line {line} is not what was written there, or a line before it is missing.\n\
         {before} Believe nothing from line {line} on.\n"
    )
}

fn cut_off(n_lines: u64, value: &str) -> String {
    format!(
        "CUT OFF after line {n_lines}: the end, the summary, is missing.\n\
         chain  {value}\n\
         The lines that are there are as they were written.\n"
    )
}

const UNCHAINED_SAYS: &str = "\
NO CHAIN: nothing shows whether this report was changed.
A report of --format ndjson has a chain; a document of --format json has none, and was only
checked for being whole.
";
