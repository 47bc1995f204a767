//! Every file format as one kind of tree: [`parse`] turns the text of a store into a
//! [`Node`], and never panics, whatever the text.
//!
//! Deliberately knows nothing of stores, kinds or what counts as a secret, and expands
//! nothing: no variables, no includes, no entities that a document declares itself.

mod arguments;
mod bounds;
mod dotenv;
mod environ;
mod hashdump;
mod ini;
mod json;
mod netrc;
#[cfg(test)]
mod outline;
mod piece;
mod properties;
mod rows;
mod shell;
mod toml;
pub(super) mod urls;
mod whole;
mod xml;
mod yaml;

use std::fmt;

use crate::detect::tree::Node;
use crate::model::store::Format;

pub use bounds::{INPUT_BYTES_MAX, N_NODES_MAX, NESTING_DEPTH_MAX};
pub use environ::variable_at;

use piece::Piece;

/// Reads a store. Spans count from the start of `text`, a byte order mark included.
pub fn parse(format: Format, text: &[u8]) -> Result<Node<'_>, Malformed> {
    if text.len() > INPUT_BYTES_MAX {
        return Err(Malformed::TOO_LARGE);
    }
    let file = Piece::of_file(text);
    match format {
        Format::Json => json::read(file),
        Format::Yaml => yaml::read(file),
        Format::Toml => toml::read(file),
        Format::Xml => xml::read(file),
        Format::Ini => ini::read(file),
        Format::Properties => properties::read(file),
        Format::Dotenv => dotenv::read(file),
        Format::Environ => environ::read(file),
        Format::Arguments => arguments::read(file),
        Format::Shell => shell::read(file),
        Format::Netrc => netrc::read(file),
        Format::Hashdump => hashdump::read(file),
        Format::Columns => rows::columns(file),
        Format::Words => rows::words(file),
        Format::Directives => rows::directives(file),
        Format::Lines => rows::lines(file),
        Format::Urls => urls::read(file),
        Format::Whole => Ok(whole::read(file)),
        Format::Rules => Ok(Node::empty()),
    }
}

/// Why a file could not be read as its format. Holds fixed sentences and a line number
/// at most: the messages of parsers quote the text they fail on, and that text holds secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// What is wrong, in words that fit behind the file's name.
    pub what: &'static str,
    /// Where, counted from 1, if the parser knows.
    pub line: Option<usize>,
}

impl Malformed {
    const TOO_LARGE: Self = Self::new("is larger than 4 MiB");
    const TOO_DEEP: Self = Self::new("is nested deeper than 64 levels");
    const TOO_MANY_VALUES: Self = Self::new("holds more than 200000 values");
    const NOT_UTF8: Self = Self::new("is not UTF-8");

    const fn new(what: &'static str) -> Self {
        Self { what, line: None }
    }

    const fn at_line(what: &'static str, line: usize) -> Self {
        Self { what, line: Some(line) }
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what)?;
        self.line.map_or(Ok(()), |line| write!(f, " (line {line})"))
    }
}

#[cfg(test)]
mod tests;
