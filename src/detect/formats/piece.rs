//! A piece of a file that knows where it stands: what all line formats are read with.
//!
//! Works on bytes, because a file of lines need not be UTF-8, and never copies what it
//! need not unescape. Knows no format: which quotes and comments count is said by the caller.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memchr_iter};

use crate::detect::formats::Malformed;
use crate::detect::formats::bounds::{Budget, N_NODES_MAX};
use crate::detect::tree::{Leaf, Node};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Bytes of a file and where the first of them stands.
#[derive(Clone, Copy)]
pub(super) struct Piece<'c> {
    pub(super) bytes: &'c [u8],
    pub(super) start: usize,
}

impl<'c> Piece<'c> {
    /// The whole file behind its byte order mark.
    pub(super) fn of_file(text: &'c [u8]) -> Self {
        let file = Self { bytes: text, start: 0 };
        if text.starts_with(BYTE_ORDER_MARK) { file.from(BYTE_ORDER_MARK.len()) } else { file }
    }

    pub(super) fn utf8(self) -> Result<&'c str, Malformed> {
        std::str::from_utf8(self.bytes).map_err(|_| Malformed::NOT_UTF8)
    }

    pub(super) fn get(self, range: Range<usize>) -> Self {
        Self { bytes: &self.bytes[range.clone()], start: self.start + range.start }
    }

    pub(super) fn from(self, start: usize) -> Self {
        self.get(start..self.bytes.len())
    }

    /// The piece that some bytes are which a parser borrowed from this one; `None` if they
    /// stand elsewhere.
    pub(super) fn part(self, bytes: &[u8]) -> Option<Self> {
        let start = bytes.as_ptr().addr().checked_sub(self.bytes.as_ptr().addr())?;
        let end = start.checked_add(bytes.len())?;
        (end <= self.bytes.len()).then(|| self.get(start..end))
    }

    pub(super) fn first(self) -> Option<u8> {
        self.bytes.first().copied()
    }

    pub(super) fn is_empty(self) -> bool {
        self.bytes.is_empty()
    }

    pub(super) fn trim_start(self) -> Self {
        self.from(self.bytes.len() - self.bytes.trim_ascii_start().len())
    }

    pub(super) fn trim_end(self) -> Self {
        self.get(0..self.bytes.trim_ascii_end().len())
    }

    pub(super) fn trim(self) -> Self {
        self.trim_start().trim_end()
    }

    pub(super) fn split_at(self, at: usize) -> (Self, Self) {
        (self.get(0..at), self.from(at))
    }

    /// What stands before and behind a byte, the byte itself left out.
    pub(super) fn split_around(self, at: usize) -> (Self, Self) {
        (self.get(0..at), self.from(at + 1))
    }

    /// Splits before the first byte that is wanted, or at the end.
    pub(super) fn split_where(self, is_wanted: impl Fn(u8) -> bool) -> (Self, Self) {
        let at = self.bytes.iter().position(|&byte| is_wanted(byte));
        let at = at.unwrap_or(self.bytes.len());
        self.split_at(at)
    }

    /// The first line without its end, and what follows.
    pub(super) fn split_line(self) -> (Self, Self) {
        let Some(at) = memchr(b'\n', self.bytes) else {
            return (self, self.from(self.bytes.len()));
        };
        let (line, rest) = self.split_around(at);
        let n_returns = usize::from(line.bytes.ends_with(b"\r"));
        (line.get(0..at - n_returns), rest)
    }

    pub(super) fn lines(self) -> impl Iterator<Item = Self> {
        let mut rest = self;
        std::iter::from_fn(move || {
            let is_over = rest.is_empty();
            let (line, behind) = rest.split_line();
            rest = behind;
            (!is_over).then_some(line)
        })
    }

    /// The text up to a `#` or the like behind a blank, which starts a comment. A mark
    /// within a word is part of it: passwords are full of them.
    pub(super) fn before_comment(self, marks: &[u8]) -> Self {
        let is_comment = |pair: &[u8]| pair[0].is_ascii_whitespace() && marks.contains(&pair[1]);
        let end = self.bytes.windows(2).position(is_comment).unwrap_or(self.bytes.len());
        self.get(0..end).trim_end()
    }

    pub(super) fn key(self) -> Cow<'c, str> {
        String::from_utf8_lossy(self.bytes)
    }

    /// The piece as a value, just as it stands there.
    pub(super) fn leaf(self) -> Leaf<'c> {
        self.leaf_of(Cow::Borrowed(self.bytes))
    }

    /// The piece as a value that reads differently once it is unescaped.
    pub(super) fn leaf_of(self, bytes: Cow<'c, [u8]>) -> Leaf<'c> {
        Leaf { bytes, span: self.start..self.start + self.bytes.len() }
    }

    /// The quoted value at the start, if there is one that is closed, and what follows.
    pub(super) fn quoted(self, quotes: &[u8]) -> Option<(Leaf<'c>, Self)> {
        let quote = self.first().filter(|first| quotes.contains(first))?;
        let end = closing_quote(self.bytes, quote)?;
        let inside = self.get(1..end);
        let leaf = match quote {
            b'"' => inside.leaf_of(unescaped(inside.bytes, double_quoted_escape)),
            _ => inside.leaf(),
        };
        Some((leaf, self.from(end + 1)))
    }

    /// The piece as a value without its quotes, if they stand around all of it.
    pub(super) fn wholly_quoted(self, quotes: &[u8]) -> Option<Leaf<'c>> {
        self.quoted(quotes).filter(|(_, rest)| rest.is_empty()).map(|(leaf, _)| leaf)
    }

    /// The word at the start, quoted or up to the next blank, and what follows.
    pub(super) fn word(self, quotes: &[u8]) -> (Leaf<'c>, Self) {
        if let Some((leaf, rest)) = self.quoted(quotes)
            && rest.first().is_none_or(|byte| byte.is_ascii_whitespace())
        {
            return (leaf, rest);
        }
        let (word, rest) = self.split_where(|byte| byte.is_ascii_whitespace());
        (word.leaf(), rest)
    }

    /// The piece and the lines that go on with it: each line but the last ends in a
    /// backslash that is not itself escaped. `None` if the piece is a line of its own.
    pub(super) fn continued(self, lines: &mut impl Iterator<Item = Self>) -> Option<Leaf<'c>> {
        if !ends_in_backslash(self.bytes) {
            return None;
        }
        let mut line = self;
        let mut bytes = Vec::new();
        while ends_in_backslash(line.bytes) {
            bytes.extend_from_slice(&line.bytes[..line.bytes.len() - 1]);
            line = lines.next().map_or(line.from(line.bytes.len()), Self::trim);
        }
        bytes.extend_from_slice(line.bytes);
        Some(Leaf { bytes: Cow::Owned(bytes), span: self.start..line.start + line.bytes.len() })
    }
}

/// A map of values, bounded.
pub(super) fn map_of<'c>(
    entries: impl Iterator<Item = (Cow<'c, str>, Leaf<'c>)>,
) -> Result<Node<'c>, Malformed> {
    let entries = entries.map(|(key, leaf)| (key, Node::Value(leaf)));
    let entries: Vec<_> = entries.take(N_NODES_MAX + 1).collect();
    Budget::new().spend(entries.len())?;
    Ok(Node::Map(entries))
}

/// A list of values or of flat maps, bounded.
pub(super) fn list_of<'c>(rows: impl Iterator<Item = Node<'c>>) -> Result<Node<'c>, Malformed> {
    let mut budget = Budget::new();
    let mut list = Vec::new();
    for row in rows {
        let n_values = if let Node::Map(entries) = &row { entries.len() } else { 0 };
        budget.spend(1 + n_values)?;
        list.push(row);
    }
    Ok(Node::List(list))
}

/// Where the quote that opens a text is closed. Only double quotes know escapes.
pub(super) fn closing_quote(text: &[u8], quote: u8) -> Option<usize> {
    let is_closing = |&at: &usize| at > 0 && (quote != b'"' || !ends_in_backslash(&text[1..at]));
    memchr_iter(quote, text).find(is_closing)
}

/// What the text behind a backslash stands for, and how many bytes of it do; `None` keeps
/// the backslash.
pub(super) type Escape = Option<(Vec<u8>, usize)>;

/// Replaces what stands behind a backslash.
pub(super) fn unescaped(text: &[u8], escape: fn(&[u8]) -> Escape) -> Cow<'_, [u8]> {
    let Some(first) = memchr(b'\\', text) else { return Cow::Borrowed(text) };
    let mut bytes = text[..first].to_vec();
    let mut rest = &text[first..];
    while let Some(&byte) = rest.first() {
        rest = &rest[1..];
        match if byte == b'\\' { escape(rest) } else { None } {
            Some((replacement, n_taken)) => {
                bytes.extend(replacement);
                rest = &rest[n_taken..];
            }
            None => bytes.push(byte),
        }
    }
    Cow::Owned(bytes)
}

/// What may be escaped between double quotes, in any of the formats that know them.
fn double_quoted_escape(text: &[u8]) -> Escape {
    let byte = match *text.first()? {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        byte @ (b'"' | b'\\' | b'$' | b'`') => byte,
        _ => return None,
    };
    Some((vec![byte], 1))
}

/// Whether the last backslash is not itself escaped.
fn ends_in_backslash(text: &[u8]) -> bool {
    text.iter().rev().take_while(|&&byte| byte == b'\\').count() % 2 == 1
}
