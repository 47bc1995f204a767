//! The sheet that the terminal report is written on: indents, wraps, colours, and the
//! one place where text is made harmless. Knows nothing about credentials.

use std::io;

use crate::report::escape::{cut_middle, escape, width};
use crate::report::{Look, Verbosity};

/// Narrower screens are written as if they had this width: below it nothing is legible.
const WIDTH_MIN: usize = 60;

/// Column at which the text of a labelled line starts.
const LABEL_WIDTH: usize = 12;

/// A terminal of some width. Every text that reaches it is escaped here, so that no
/// caller can forget to.
pub struct Screen<'o> {
    out: &'o mut dyn io::Write,
    width: usize,
    colour: bool,
    verbosity: Verbosity,
}

/// How a text stands out. Never the only carrier of a meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Not at all.
    Plain,
    /// A heading.
    Heading,
    /// Act now.
    Alarm,
    /// Look here.
    Caution,
}

impl Style {
    /// The sequence that turns it on.
    const fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Heading => "\x1b[1m",
            Self::Alarm => "\x1b[1;31m",
            Self::Caution => "\x1b[33m",
        }
    }
}

impl<'o> Screen<'o> {
    /// A screen that looks as asked.
    pub fn new(look: &Look, out: &'o mut dyn io::Write) -> Self {
        let Look { colour, width, verbosity } = *look;
        Self { out, width: width.max(WIDTH_MIN), colour, verbosity }
    }

    /// How many of `n` things are told of: `n_max`, or all of them with `-v`.
    pub fn n_shown(&self, n: usize, n_max: usize) -> usize {
        if self.is_verbose() { n } else { n.min(n_max) }
    }

    /// Whether everything is told and nothing is cut.
    pub fn is_verbose(&self) -> bool {
        self.verbosity == Verbosity::Verbose
    }

    /// Whether nothing stands between the answer and the last line.
    pub fn is_quiet(&self) -> bool {
        self.verbosity == Verbosity::Quiet
    }

    /// An empty line.
    pub fn blank(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    /// A heading, with air above it.
    pub fn heading(&mut self, text: &str) -> io::Result<()> {
        self.blank()?;
        self.hang(0, text, Style::Heading, "")
    }

    /// A paragraph.
    pub fn prose(&mut self, indent: usize, text: &str) -> io::Result<()> {
        self.hang(indent, "", Style::Plain, text)
    }

    /// A text with its label before it.
    pub fn field(&mut self, indent: usize, label: &str, text: &str) -> io::Result<()> {
        self.hang(indent, &format!("{label:<LABEL_WIDTH$}"), Style::Plain, text)
    }

    /// A path with its label before it, on one line.
    pub fn path_field(&mut self, indent: usize, label: &str, path: &str) -> io::Result<()> {
        let path = self.fit(path, indent + LABEL_WIDTH);
        self.whole(indent, &format!("{label:<LABEL_WIDTH$}{path}"))
    }

    /// A lead in a style, and a text that wraps at the column where it began.
    pub fn hang(&mut self, indent: usize, lead: &str, style: Style, text: &str) -> io::Result<()> {
        let lead = escape(lead);
        let column = indent + width(&lead);
        let mut lines = wrapped(&escape(text), self.width.saturating_sub(column)).into_iter();
        let first = lines.next().unwrap_or_default();
        // A lead that ends in blanks would leave them at the end of the line.
        let lead = if first.is_empty() { lead.trim_end() } else { &lead };
        writeln!(self.out, "{:indent$}{}{first}", "", self.styled(style, lead))?;
        lines.try_for_each(|line| writeln!(self.out, "{:column$}{line}", ""))
    }

    /// A line that is never wrapped; the caller has made it fit.
    pub fn whole(&mut self, indent: usize, text: &str) -> io::Result<()> {
        writeln!(self.out, "{:indent$}{}", "", escape(text))
    }

    /// An escaped path, cut in its middle if other things on its line take so many
    /// columns that it does not fit; whole where everything is told.
    pub fn fit(&self, path: &str, n_columns_used: usize) -> String {
        if self.is_verbose() {
            return path.to_owned();
        }
        cut_middle(path, self.width.saturating_sub(n_columns_used))
    }

    /// Columns of the screen.
    pub const fn width(&self) -> usize {
        self.width
    }

    fn styled(&self, style: Style, text: &str) -> String {
        if !self.colour || style == Style::Plain {
            return text.to_owned();
        }
        format!("{}{text}\x1b[0m", style.code())
    }
}

/// Breaks text at its blanks; those at a break are left out. A word that is longer than a
/// line gets one to itself: a command or an address that was cut could not be used.
fn wrapped(text: &str, width_max: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut rest = text.trim_end_matches(' ');
    while !rest.is_empty() {
        let (line, tail) = rest.split_at(line_end(rest, width_max));
        lines.push(line.trim_end_matches(' ').to_owned());
        rest = tail.trim_start_matches(' ');
    }
    lines
}

/// Where the last word that fits ends; at least one does.
fn line_end(text: &str, width_max: usize) -> usize {
    let ends = text.match_indices(' ').map(|(end, _)| end).chain([text.len()]);
    // A text may start with blanks; they belong to its first word.
    let mut ends = ends.filter(|end| !text[..*end].trim_start_matches(' ').is_empty());
    let first = ends.next().unwrap_or(text.len());
    ends.take_while(|end| width(&text[..*end]) <= width_max).last().unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(colour: bool, draw: impl Fn(&mut Screen) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        let look = Look { colour, width: 10, verbosity: Verbosity::Normal };
        draw(&mut Screen::new(&look, &mut out)).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_long_text_wraps_under_its_beginning() {
        let text = "one two three four five six seven eight nine ten eleven twelve";
        let expected = "  label       one two three four five six seven eight nine\n              \
                        ten eleven twelve\n";
        assert_eq!(shown(false, |screen| screen.field(2, "label", text)), expected);
    }

    #[test]
    fn a_word_longer_than_a_line_stays_whole() {
        let word = "x".repeat(100);
        let text = format!("see {word} now");
        assert_eq!(shown(false, |screen| screen.prose(0, &text)), format!("see\n{word}\nnow\n"));
    }

    #[test]
    fn colour_is_added_only_where_it_may_be() {
        let draw = |screen: &mut Screen| screen.hang(0, "EXPOSED  ", Style::Alarm, "key");
        assert_eq!(shown(false, draw), "EXPOSED  key\n");
        assert_eq!(shown(true, draw), "\u{1b}[1;31mEXPOSED  \u{1b}[0mkey\n");
    }

    #[test]
    fn no_text_brings_its_own_colour() {
        let text = "a\u{1b}[31mb\nc";
        assert_eq!(shown(true, |screen| screen.prose(0, text)), "a\\x1b[31mb\\nc\n");
        assert_eq!(shown(true, |screen| screen.whole(0, text)), "a\\x1b[31mb\\nc\n");
    }
}
