//! A cell that is text to every spreadsheet. Knows no column.

use serde::Serialize;

use crate::report::escape::escape;

/// What a spreadsheet takes for the beginning of a formula, in every width. Tabs and line breaks
/// do not come so far.
const FORMULA: [char; 10] =
    ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}', '\u{2212}', '\u{fe63}'];

/// Text without a control character, of which no spreadsheet makes a formula.
#[derive(Default, Serialize)]
pub struct Cell(String);

impl Cell {
    /// A cell with a text.
    pub fn new(text: &str) -> Self {
        // Where a semicolon parts columns, some cut there whatever the quotes say.
        let parts: Vec<String> = escape(text).split(';').map(defused).collect();
        Self(parts.join(";"))
    }

    /// Whether nothing stands in it.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A cell with a text, or an empty one.
    pub fn of(text: Option<&str>) -> Self {
        text.map(Self::new).unwrap_or_default()
    }
}

/// With an apostrophe before what would be a formula, also behind blanks and quotes, which
/// some spreadsheets drop.
fn defused(text: &str) -> String {
    let is_dropped = |it: char| it.is_whitespace() || matches!(it, '"' | '\'');
    let is_formula = text.trim_start_matches(is_dropped).starts_with(FORMULA);
    if is_formula { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(Cell::new(text).0, expected);
    }

    #[test]
    fn no_cell_is_a_formula() {
        check("=cmd|'/c calc'!A0", "'=cmd|'/c calc'!A0");
        for formula in ["+1", "-1", "@SUM(1)", " =1", "\"=1", "'=1", "\u{a0}\u{ff1d}1", "\u{ff20}x"]
        {
            check(formula, &format!("'{formula}"));
        }
        check("a;=1; +2;b-c", "a;'=1;' +2;b-c");
    }

    #[test]
    fn what_begins_with_a_letter_stays_as_it_is() {
        for text in ["", "a=b", "/home/ana/-x", "ana@laptop", "2026-03-24T11:02:00Z"] {
            check(text, text);
        }
    }

    #[test]
    fn a_control_character_is_shown_and_does_nothing() {
        check("\t=1\r\n", r"\t=1\r\n");
        check("a\u{202e}b", r"a\u{202e}b");
    }
}
