//! Files whose lines are the records: columns, words, directives and plain lines.
//! Columns have numbers for names, counted from 1; a first line of titles is a row like any other.

use std::borrow::Cow;

use crate::detect::formats::Malformed;
use crate::detect::formats::bounds::N_NODES_MAX;
use crate::detect::formats::piece::{Escape, Piece, list_of, map_of, unescaped};
use crate::detect::tree::{Leaf, Node};

/// Lines split at `:`, where `\:` is a colon and `\\` a backslash, as pgpass has them.
pub(super) fn columns(file: Piece<'_>) -> Result<Node<'_>, Malformed> {
    let lines = file.lines().filter(|line| !line.is_empty() && line.first() != Some(b'#'));
    list_of(lines.map(|line| {
        let mut rest = Some(line);
        row(std::iter::from_fn(move || {
            let column = rest?;
            let end = column_len(column.bytes);
            rest = (end < column.bytes.len()).then(|| column.from(end + 1));
            let column = column.get(0..end);
            Some(column.leaf_of(unescaped(column.bytes, escape)))
        }))
    }))
}

/// Lines split at blanks; words may be quoted, and a word that starts with `#` starts a comment.
pub(super) fn words(file: Piece<'_>) -> Result<Node<'_>, Malformed> {
    let lines = file.lines().map(Piece::trim);
    list_of(lines.filter(|line| !matches!(line.first(), None | Some(b'#'))).map(|line| {
        let mut rest = line;
        row(std::iter::from_fn(move || {
            rest = rest.trim_start();
            if matches!(rest.first(), None | Some(b'#')) {
                return None;
            }
            let word;
            (word, rest) = rest.word(b"\"'");
            Some(word)
        }))
    }))
}

/// Lines of a key, blanks or `=`, and a value, which goes on to the end of the line: `requirepass
/// s3cr3t`, `password = "s3cr3t"`, `set imap_pass="s3cr3t"`.
pub(super) fn directives(file: Piece<'_>) -> Result<Node<'_>, Malformed> {
    map_of(file.lines().map(Piece::trim).filter_map(directive))
}

fn directive(line: Piece<'_>) -> Option<(Cow<'_, str>, Leaf<'_>)> {
    if matches!(line.first(), None | Some(b'#' | b';' | b'!' | b'<' | b'[')) {
        return None;
    }
    let line = if line.bytes.starts_with(b"set ") { line.from(4).trim_start() } else { line };
    let ends_key = |byte: u8| byte.is_ascii_whitespace() || byte == b'=';
    let (key, rest) = line.split_where(ends_key);
    let rest = rest.trim_start();
    let value = if rest.first() == Some(b'=') { rest.from(1).trim_start() } else { rest };
    let quoted = value.quoted(b"\"'").filter(|(_, behind)| ends_value(behind.trim_start()));
    let leaf = match quoted {
        Some((leaf, _)) => leaf,
        None => without_last(value.before_comment(b"#"), b';').leaf(),
    };
    (!key.is_empty() && !leaf.bytes.is_empty()).then(|| (key.key(), leaf))
}

/// nginx and its like end a line with a semicolon.
fn without_last(piece: Piece<'_>, byte: u8) -> Piece<'_> {
    let n_last = usize::from(piece.bytes.ends_with(&[byte]));
    piece.get(0..piece.bytes.len() - n_last)
}

fn ends_value(behind: Piece<'_>) -> bool {
    matches!(behind.first(), None | Some(b'#' | b';'))
}

/// Lines that are not empty, without the white space around them.
pub(super) fn lines(file: Piece<'_>) -> Result<Node<'_>, Malformed> {
    let lines = file.lines().map(Piece::trim).filter(|line| !line.is_empty());
    list_of(lines.map(|line| Node::Value(line.leaf())))
}

fn row<'c>(columns: impl Iterator<Item = Leaf<'c>>) -> Node<'c> {
    let numbered = (1..=N_NODES_MAX + 1).zip(columns);
    Node::Map(numbered.map(|(n, leaf)| (Cow::Owned(n.to_string()), Node::Value(leaf))).collect())
}

fn column_len(line: &[u8]) -> usize {
    let mut at = 0;
    while at < line.len() && line[at] != b':' {
        at += if line[at] == b'\\' { 2 } else { 1 };
    }
    at.min(line.len())
}

fn escape(text: &[u8]) -> Escape {
    let &byte = text.first().filter(|byte| matches!(byte, b':' | b'\\'))?;
    Some((vec![byte], 1))
}

#[cfg(test)]
mod tests {
    use crate::detect::formats::outline::{check, check_malformed};
    use crate::model::store::Format::{Columns, Directives, Lines, Words};

    #[test]
    fn columns_of_pgpass_know_escapes() {
        check(
            Columns,
            "# comment\ndb:5432:*:ana:s3\\:cr\\\\3t\r\n\n::x",
            r"[{1=db 2=5432 3=* 4=ana 5=s3:cr\3t<s3\:cr\\3t>} {1= 2= 3=x}]",
        );
        check(Columns, "a:b\\", "[{1=a 2=b\\}]");
        check(Columns, "\u{feff}a", "[{1=a}]");
        check(Columns, "", "[]");
    }

    #[test]
    fn words_may_be_quoted() {
        check(
            Words,
            "relay.example  ana:s3cr3t # why\n\n # no\nrequirepass \"s3 cr3t\" 'x'\n",
            "[{1=relay.example 2=ana:s3cr3t} {1=requirepass 2=s3 cr3t 3=x}]",
        );
        check(Words, "a \"b\"c \"d", "[{1=a 2=\"b\"c 3=\"d}]");
        check(Words, b"\xFF\0 b", "[{1=\u{fffd}\0 2=b}]");
        check(Words, "", "[]");
    }

    #[test]
    fn a_directive_is_a_key_and_the_rest_of_its_line() {
        check(
            Directives,
            "# no\nrequirepass s3 cr3t # why\nport\n  pass = \"s3#cr3t\"  # why\n\
             set imap_pass='s3cr3t'\nbindpw s3cr3t;\n<VirtualHost x>\n; no\nk \"a\"b\n",
            "{requirepass=s3 cr3t pass=s3#cr3t imap_pass=s3cr3t bindpw=s3cr3t k=\"a\"b}",
        );
        check(Directives, "\u{feff}a b\r\n", "{a=b}");
        check(Directives, b"\xFF\0 b\n=\n= x", "{\u{fffd}\0=b}");
    }

    #[test]
    fn lines_are_values() {
        check(Lines, "\u{feff}s3cr3t-1\r\n\n  s3cr3t-2", "[s3cr3t-1 s3cr3t-2]");
        check(Lines, "", "[]");
    }

    #[test]
    fn too_many_rows_or_columns_are_refused() {
        check_malformed(Lines, "a\n".repeat(300_000), "holds more than 200000 values");
        check_malformed(Words, "a ".repeat(300_000), "holds more than 200000 values");
    }
}
