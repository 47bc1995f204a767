//! What is said of one numbered thing: short labels in a column, texts behind them.

use std::io;

use crate::report::terminal::screen::{Screen, Style};

/// Indent of what is said; numbers up to 999 stand before it.
pub const INDENT: usize = 5;

/// Columns of a label: `in`, `why`, `do`.
pub const LABEL_WIDTH: usize = 5;

/// A text that wraps behind its label.
pub fn labelled(label: &str, text: &str, screen: &mut Screen) -> io::Result<()> {
    screen.hang(INDENT, &format!("{label:<LABEL_WIDTH$}"), Style::Plain, text)
}
