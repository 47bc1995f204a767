//! Splits Rust source into code, comments, strings and characters, so that a brace in a
//! string is no brace. Knows nested comments, raw strings and lifetimes, and nothing else.

use std::ops::Range;

/// What a piece of source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Anything but the following.
    Code,
    /// `//` or `/* */`.
    Comment,
    /// A string literal with its quotes.
    Text,
    /// A character literal with its quotes.
    Character,
}

/// A run of source of one kind.
pub struct Piece {
    pub kind: Kind,
    pub range: Range<usize>,
}

/// All of the source, in order.
pub fn pieces(source: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let (mut at, mut code_start) = (0, 0);
    while at < source.len() {
        let Some((kind, end)) = literal_or_comment(source.as_bytes(), at) else {
            at += 1;
            continue;
        };
        pieces.push(Piece { kind: Kind::Code, range: code_start..at });
        pieces.push(Piece { kind, range: at..end });
        (at, code_start) = (end, end);
    }
    pieces.push(Piece { kind: Kind::Code, range: code_start..source.len() });
    pieces
}

/// The source with everything but code blanked out; offsets and lines stay.
pub fn code(source: &str, pieces: &[Piece]) -> String {
    let mut code = source.as_bytes().to_vec();
    for piece in pieces.iter().filter(|piece| piece.kind != Kind::Code) {
        for byte in code[piece.range.clone()].iter_mut().filter(|byte| **byte != b'\n') {
            *byte = b' ';
        }
    }
    String::from_utf8(code).expect("whole literals and comments were blanked")
}

fn literal_or_comment(source: &[u8], at: usize) -> Option<(Kind, usize)> {
    let rest = &source[at..];
    let (kind, length) = match rest {
        [b'/', b'/', ..] => (Kind::Comment, line_comment(rest)),
        [b'/', b'*', ..] => (Kind::Comment, block_comment(rest)),
        [b'"', ..] => (Kind::Text, quoted(rest)),
        [b'r', b'"' | b'#', ..] if begins_raw(source, at) => (Kind::Text, raw(rest)?),
        [b'\'', ..] => (Kind::Character, character(rest)?),
        _ => return None,
    };
    Some((kind, at + length))
}

fn line_comment(rest: &[u8]) -> usize {
    rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len())
}

fn block_comment(rest: &[u8]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        match &rest[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

fn quoted(rest: &[u8]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// Whether this `r` is the whole prefix of a string, or its end (`br`, `cr`).
fn begins_raw(source: &[u8], at: usize) -> bool {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let n_before = source[..at].iter().rev().take_while(|byte| is_name(byte)).count();
    matches!(&source[at - n_before..at], b"" | b"b" | b"c")
}

/// `None` for a raw name such as `r#type`.
fn raw(rest: &[u8]) -> Option<usize> {
    let n_hashes = rest[1..].iter().take_while(|byte| **byte == b'#').count();
    if rest.get(1 + n_hashes) != Some(&b'"') {
        return None;
    }
    let end = [b"\"".as_slice(), &rest[1..=n_hashes]].concat();
    let body = n_hashes + 2;
    let found = rest[body..].windows(end.len()).position(|window| window == end);
    Some(found.map_or(rest.len(), |length| body + length + end.len()))
}

/// `None` for a lifetime.
fn character(rest: &[u8]) -> Option<usize> {
    let close = |from: usize| {
        rest[from..].iter().position(|byte| *byte == b'\'').map(|length| from + length + 1)
    };
    match rest {
        [_, b'\\', ..] => close(3),
        [_, first, ..] => {
            let width = [1, 1, 2, 3, 4][first.leading_ones().min(4) as usize];
            (rest.get(1 + width) == Some(&b'\'')).then_some(2 + width)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The source with each literal and comment shrunk to one sign.
    fn shape(source: &str) -> String {
        let shape = |piece: &Piece| match piece.kind {
            Kind::Code => source[piece.range.clone()].to_owned(),
            Kind::Comment => "%".into(),
            Kind::Text => "$".into(),
            Kind::Character => "@".into(),
        };
        pieces(source).iter().map(shape).collect()
    }

    #[test]
    fn literals_and_comments_end_where_rust_says() {
        let check = |source: &str, expected: &str| assert_eq!(shape(source), expected, "{source}");
        check("a // b {\nc", "a %\nc");
        check("a /* b /* c */ { */ d /**/", "a % d %");
        check(r#"a("{\"", b"\\", "//")"#, "a($, b$, $)");
        check(r###"a(r#""{"#, br"\", cr##"#"#"##, r)"###, "a($, b$, c$, r)");
        check(r#"'{' '\'' '\\' '\u{7b}' b'"' 'ß' '€' '/'"#, "@ @ @ @ b@ @ @ @");
        check("fn f<'a>(x: &'a str, r#type: u8) {}", "fn f<'a>(x: &'a str, r#type: u8) {}");
        check("for\"", "for$");
    }

    #[test]
    fn blanking_keeps_offsets_and_lines() {
        let source = "a \"ß\nb\" // c\nd";
        assert_eq!(code(source, &pieces(source)), "a    \n       \nd");
    }
}
