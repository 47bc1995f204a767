//! Assignments in shell histories and rc files, wherever they stand on a line:
//! `export A=b`, `A=b cmd`, `docker run -e A=b`, `set -x A b` of fish, `setenv A b` of csh.
//!
//! Not a shell: nothing is expanded, a value ends with its line, and what is not an
//! assignment is left to the rules.

use std::borrow::Cow;

use memchr::memchr;

use crate::detect::formats::Malformed;
use crate::detect::formats::piece::{Piece, closing_quote, map_of};
use crate::detect::tree::{Leaf, Node};

pub(super) fn read(file: Piece<'_>) -> Result<Node<'_>, Malformed> {
    map_of(file.lines().flat_map(assignments))
}

const QUOTES: &[u8] = b"\"'";

/// Name and value.
type Assignment<'c> = (Cow<'c, str>, Leaf<'c>);

/// All of a line, also those within a quoted word: `sh -c 'A=b cmd'`.
fn assignments(line: Piece<'_>) -> impl Iterator<Item = Assignment<'_>> {
    commands(line).flat_map(|command| {
        let quoted = words(command).filter_map(inside_quotes);
        of_command(command).chain(quoted.flat_map(commands).flat_map(of_command))
    })
}

/// Those of a command alone.
fn of_command(command: Piece<'_>) -> impl Iterator<Item = Assignment<'_>> {
    let joined = words(command).filter_map(|word| {
        let (name, value) = name_and_value(word)?;
        Some((name.key(), value_of(value)))
    });
    joined.chain(set_command(command))
}

/// `set -gx NAME value` of fish, behind whatever a history puts before a command, and
/// `setenv NAME value`.
fn set_command(command: Piece<'_>) -> Option<Assignment<'_>> {
    let mut words = words(command).skip_while(|word| !matches!(word.bytes, b"set" | b"setenv"));
    words.next()?;
    let name = words.find(|word| word.first() != Some(b'-'))?;
    let value = words.next()?;
    is_name(name.bytes).then(|| (name.key(), value_of(value)))
}

fn commands(line: Piece<'_>) -> impl Iterator<Item = Piece<'_>> {
    split(line, |byte| matches!(byte, b';' | b'&' | b'|'))
}

fn words(command: Piece<'_>) -> impl Iterator<Item = Piece<'_>> {
    split(command, |byte| byte.is_ascii_whitespace())
}

/// The parts between separators that no quotes hold, empty ones left out.
fn split(text: Piece<'_>, is_separator: fn(u8) -> bool) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        (_, rest) = rest.split_where(|byte| !is_separator(byte));
        let part;
        (part, rest) = rest.split_at(unquoted_len(rest.bytes, is_separator));
        (!part.is_empty()).then_some(part)
    })
}

/// Length up to the first separator outside quotes. A quote that is never closed is a letter.
fn unquoted_len(text: &[u8], is_separator: fn(u8) -> bool) -> usize {
    let mut at = 0;
    while at < text.len() && !is_separator(text[at]) {
        at += segment_len(&text[at..]);
    }
    at.min(text.len())
}

/// Length of the quoted string, the escaped character or the single character at the start.
fn segment_len(text: &[u8]) -> usize {
    match text[0] {
        quote @ (b'"' | b'\'') => closing_quote(text, quote).map_or(1, |end| end + 1),
        b'\\' => 2,
        _ => 1,
    }
}

/// Name and value of a word like `NAME=value` or `NAME+=value`.
fn name_and_value(word: Piece<'_>) -> Option<(Piece<'_>, Piece<'_>)> {
    let (name, value) = word.split_around(memchr(b'=', word.bytes)?);
    let name = if name.bytes.ends_with(b"+") { name.get(0..name.bytes.len() - 1) } else { name };
    is_name(name.bytes).then_some((name, value))
}

fn is_name(text: &[u8]) -> bool {
    let is_letter = |&byte: &u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.iter().all(is_letter) && text.first().is_some_and(|byte| !byte.is_ascii_digit())
}

/// The inside of a word that is one quoted string.
fn inside_quotes(word: Piece<'_>) -> Option<Piece<'_>> {
    word.wholly_quoted(QUOTES).map(|_| word.get(1..word.bytes.len() - 1))
}

/// A word without its quotes, which may stand around parts of it only.
fn value_of(word: Piece<'_>) -> Leaf<'_> {
    if let Some(leaf) = word.wholly_quoted(QUOTES) {
        return leaf;
    }
    if !word.bytes.iter().any(|byte| b"\"'\\".contains(byte)) {
        return word.leaf();
    }
    let mut bytes = Vec::new();
    let mut rest = word;
    while !rest.is_empty() {
        let (segment, behind) = rest.split_at(segment_len(rest.bytes).min(rest.bytes.len()));
        match (segment.quoted(QUOTES), segment.bytes) {
            (Some((inside, _)), _) => bytes.extend_from_slice(&inside.bytes),
            (None, [b'"' | b'\''] | [b'\\']) => {}
            (None, [b'\\', escaped]) => bytes.push(*escaped),
            (None, other) => bytes.extend_from_slice(other),
        }
        rest = behind;
    }
    word.leaf_of(Cow::Owned(bytes))
}

#[cfg(test)]
mod tests {
    use crate::detect::formats::outline::check;
    use crate::model::store::Format::Shell;

    #[test]
    fn assignments_stand_anywhere_on_a_line() {
        check(
            Shell,
            "export A_TOKEN=s3cr3t-1\nB=s3cr3t-2 cmd --flag=x\ncd /; C=d&&E=f|G=h\n",
            "{A_TOKEN=s3cr3t-1 B=s3cr3t-2 C=d E=f G=h}",
        );
        check(Shell, "docker run -e A=b -e \"C=d\" x", "{A=b C=d}");
    }

    #[test]
    fn histories_put_things_before_a_command() {
        check(
            Shell,
            ": 1700000000:0;export A=s3cr3t\n- cmd: set -gx B s3cr3t-2\n  \
             when: 1700000000\n- cmd: C=d cmd\n",
            "{A=s3cr3t B=s3cr3t-2 C=d}",
        );
    }

    #[test]
    fn fish_and_csh_set_by_words() {
        check(
            Shell,
            "set -x A 'b c'\nsetenv B \"c d\"\nset -e; export D=e\nset -euo pipefail\n",
            "{A=b c B=c d D=e}",
        );
    }

    #[test]
    fn quotes_are_taken_off() {
        check(
            Shell,
            r#"A="s3 ;cr3t" B='$x"' C="a\"b" D=e"f g"'h'\ i"#,
            r#"{A=s3 ;cr3t B=$x" C=a"b<a\"b> D=ef gh i<e"f g"'h'\ i>}"#,
        );
        check(Shell, "A=\"s3cr3t value\nB='x", "{A=s3cr3t<\"s3cr3t> B=x<'x>}");
    }

    #[test]
    fn commands_within_quotes_are_read() {
        check(Shell, "bash -c 'export A=b; C=\"d\" cmd' && E=f", "{A=b C=d E=f}");
    }

    #[test]
    fn names_are_names() {
        check(Shell, "--a=b a-b=c 1=2 = =x PATH+=:/x if [ $a = b ]", "{PATH=:/x}");
    }

    #[test]
    fn bytes_that_are_no_text_are_kept() {
        check(Shell, b"\xEF\xBB\xBFA=\xFF\0 b\r\nB=\\", "{A=\u{fffd}\0 B=<\\>}");
        check(Shell, "", "{}");
    }
}
