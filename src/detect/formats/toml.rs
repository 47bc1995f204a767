//! TOML. Numbers, booleans and moments are values with the text they are written with.

use std::borrow::Cow;

use memchr::memchr2;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::detect::formats::Malformed;
use crate::detect::formats::bounds::{NESTING_DEPTH_MAX, check_structure};
use crate::detect::formats::piece::Piece;
use crate::detect::tree::{Leaf, Node};

pub(super) fn read(file: Piece<'_>) -> Result<Node<'_>, Malformed> {
    let text = file.utf8()?;
    check_structure(file.bytes, opaque_len)?;
    let table = DeTable::parse(text).map_err(|error| match error.span() {
        Some(span) => Malformed::at_line("is not TOML", line_of(file.bytes, span.start)),
        None => Malformed::new("is not TOML"),
    })?;
    map(table.into_inner(), file, 0)
}

fn line_of(text: &[u8], at: usize) -> usize {
    1 + memchr::memchr_iter(b'\n', &text[..at.min(text.len())]).count()
}

/// Length of the string, comment or bare word at the start of a text. Must agree with the
/// parser's lexer, which ends an unclosed string with its line and goes on behind it.
fn opaque_len(text: &[u8]) -> usize {
    match text {
        [b'\'', b'\'', b'\'', ..] => string_len(text, b"'''"),
        [b'"', b'"', b'"', ..] => string_len(text, b"\"\"\""),
        [b'\'', ..] => string_len(text, b"'"),
        [b'"', ..] => string_len(text, b"\""),
        [b'#', ..] => memchr2(b'\r', b'\n', text).unwrap_or(text.len()),
        _ => text.iter().position(|byte| b".=,[]{} \t#\r\n".contains(byte)).unwrap_or(text.len()),
    }
}

fn string_len(text: &[u8], delimiter: &[u8]) -> usize {
    let is_multi_line = delimiter.len() == 3;
    let mut at = delimiter.len();
    while at < text.len() {
        let rest = &text[at..];
        if delimiter[0] == b'"' && (rest.starts_with(b"\\\\") || rest.starts_with(b"\\\"")) {
            at += 2;
        } else if rest.starts_with(delimiter) {
            // Up to two more quotes belong to the string that three quotes close.
            let n_more = rest.iter().skip(3).take(2).take_while(|&byte| byte == &delimiter[0]);
            return at + delimiter.len() + if is_multi_line { n_more.count() } else { 0 };
        } else if rest[0] == b'\n' && !is_multi_line {
            return at;
        } else {
            at += 1;
        }
    }
    at
}

fn map<'c>(table: DeTable<'c>, file: Piece<'c>, depth: usize) -> Result<Node<'c>, Malformed> {
    let mut entries = Vec::new();
    for (key, value) in table {
        entries.push((key.span().start, key.into_inner(), node(value, file, depth + 1)?));
    }
    // The parser sorts by name.
    entries.sort_by_key(|(start, _, _)| *start);
    Ok(Node::Map(entries.into_iter().map(|(_, key, node)| (key, node)).collect()))
}

fn node<'c>(
    value: Spanned<DeValue<'c>>,
    file: Piece<'c>,
    depth: usize,
) -> Result<Node<'c>, Malformed> {
    // Tables open within tables open within headers: only here is the sum known.
    if depth > NESTING_DEPTH_MAX {
        return Err(Malformed::TOO_DEEP);
    }
    let raw = file.get(value.span());
    match value.into_inner() {
        DeValue::Table(table) => map(table, file, depth),
        DeValue::Array(array) => {
            let elements = array.into_iter().map(|element| node(element, file, depth + 1));
            Ok(Node::List(elements.collect::<Result<_, _>>()?))
        }
        DeValue::String(text) => Ok(Node::Value(string(raw, text))),
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {
            Ok(Node::Value(raw.leaf()))
        }
    }
}

/// A string, its quotes taken off: one, or three with the line end that may follow them.
fn string<'c>(raw: Piece<'c>, text: Cow<'c, str>) -> Leaf<'c> {
    let n_quotes = match raw.bytes {
        [b'"', b'"', b'"', .., b'"', b'"', b'"']
        | [b'\'', b'\'', b'\'', .., b'\'', b'\'', b'\''] => 3,
        _ => 1,
    };
    let mut inside = raw.get(n_quotes..raw.bytes.len() - n_quotes);
    if n_quotes == 3 {
        let (line, rest) = inside.split_line();
        inside = if line.is_empty() { rest } else { inside };
    }
    inside.leaf_of(match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    })
}

#[cfg(test)]
mod tests {
    use crate::detect::formats::outline::{check, check_malformed};
    use crate::model::store::Format::Toml;

    #[test]
    fn tables_and_arrays_nest() {
        check(
            Toml,
            "z = 's3cr3t-1'\n[registries.a]\ntoken = \"s3cr3t-2\"\n[[x]]\nb.c = 1\n\
             [[x]]\nd = [1.5, true]\n",
            "{z=s3cr3t-1 registries={a={token=s3cr3t-2}} x=[{b={c=1}} {d=[1.5 true]}]}",
        );
        check(Toml, "t = 2026-01-02T03:04:05Z", "{t=2026-01-02T03:04:05Z}");
        check(Toml, "", "{}");
        check(Toml, "\u{feff}'größe' = 's3cr3t'\r\n", "{größe=s3cr3t}");
    }

    #[test]
    fn spans_are_the_values_without_quotes() {
        check(Toml, r#"a = "one\ttwo""#, "{a=one\ttwo<one\\ttwo>}");
        check(
            Toml,
            "a = '''s3cr3t'''\nb = \"\"\"\none\ntwo\"\"\"\nc = ''\nd = \"\"\"\"\"\"",
            "{a=s3cr3t b=one\ntwo c= d=}",
        );
    }

    #[test]
    fn what_is_no_toml_says_no_more_than_a_line() {
        check_malformed(Toml, "a = 1\nb = \"unclosed\n", "is not TOML (line 2)");
        check_malformed(Toml, b"a = '\xFF'", "is not UTF-8");
        check_malformed(Toml, "a = \0", "is not TOML (line 1)");
    }

    #[test]
    fn depth_is_bounded_however_it_is_written() {
        check_malformed(
            Toml,
            format!("a = {}", "[".repeat(1_000_000)),
            "is nested deeper than 64 levels",
        );
        check_malformed(
            Toml,
            format!("{}a = 1", "a.".repeat(64)),
            "is nested deeper than 64 levels",
        );
        let header = format!("[{}a]\n{}a = 1", "a.".repeat(40), "b.".repeat(40));
        check_malformed(Toml, header, "is nested deeper than 64 levels");
        let unclosed = format!("x = \"\n{}", "a.b={".repeat(40));
        check_malformed(Toml, unclosed, "is nested deeper than 64 levels");
    }
}
