//! What stands between brackets in an expression of Go. There a bracket, `&&`, `--` and `~~` are
//! letters, which to the regex crate they are not: every sign is spelt out anew.

use std::fmt::Write as _;

use crate::rules::foreign::go_reader::Reader;

/// The classes that go by a name between brackets and colons.
const NAMED: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
    "space", "upper", "word", "xdigit",
];

/// What a class is made of.
enum Item {
    Range(char, char),
    /// `\d`, `[:alpha:]`: ASCII, whatever the rest is.
    Named(String),
    /// `\p{Greek}`
    Property(String),
}

/// A class, its first bracket being read.
pub fn class(reader: &mut Reader<'_>) -> Result<String, String> {
    let is_negated = skip(reader, "^");
    let mut items = Vec::new();
    loop {
        if !items.is_empty() && skip(reader, "]") {
            break;
        }
        items.push(item(reader)?);
    }
    Ok(written(&items, is_negated))
}

fn skip(reader: &mut Reader<'_>, text: &str) -> bool {
    let rest = reader.rest.strip_prefix(text);
    reader.rest = rest.unwrap_or(reader.rest);
    rest.is_some()
}

fn item(reader: &mut Reader<'_>) -> Result<Item, String> {
    if let Some(inside) = reader.rest.strip_prefix("[:")
        && let Some((name, rest)) = inside.split_once(":]")
    {
        reader.rest = rest;
        let known = NAMED.contains(&name.trim_start_matches('^'));
        return known
            .then(|| Item::Named(format!("[:{name}:]")))
            .ok_or_else(|| "has a class of no known name".into());
    }
    if let Some(escape) = reader.rest.strip_prefix('\\') {
        match escape.chars().next() {
            Some(sign @ ('d' | 'D' | 'w' | 'W' | 's' | 'S')) => {
                reader.rest = &escape[1..];
                return Ok(Item::Named(perl(sign).to_owned()));
            }
            Some('p' | 'P') => {
                reader.rest = escape;
                return reader.property().map(Item::Property);
            }
            _ => {}
        }
    }
    let first = sign(reader)?;
    let is_range = reader.rest.starts_with('-') && !reader.rest[1..].starts_with(']');
    if !is_range || reader.rest.len() == 1 {
        return Ok(Item::Range(first, first));
    }
    reader.rest = &reader.rest[1..];
    let last = sign(reader)?;
    if first > last {
        return Err("has a range that runs backwards".into());
    }
    Ok(Item::Range(first, last))
}

fn sign(reader: &mut Reader<'_>) -> Result<char, String> {
    match reader.next() {
        Some('\\') => reader.escaped(),
        Some(sign) => Ok(sign),
        None => Err("has a class that is not closed".into()),
    }
}

/// To Go a vertical tab is no blank.
const fn perl(sign: char) -> &'static str {
    match sign {
        'd' => r"\d",
        'D' => r"\D",
        'w' => r"\w",
        'W' => r"\W",
        's' => r"\t\n\x0C\r\x20",
        _ => r"[^\t\n\x0C\r\x20]",
    }
}

/// Bytes will do unless a letter beyond ASCII is meant.
fn written(items: &[Item], is_negated: bool) -> String {
    let is_wide = items.iter().any(|item| match item {
        Item::Range(_, last) => !last.is_ascii(),
        Item::Named(_) => false,
        Item::Property(_) => true,
    });
    let mut out = String::from(if is_negated { "[^" } else { "[" });
    for item in items {
        match item {
            Item::Named(name) if is_wide => out.push_str(spelt(name)),
            Item::Named(name) | Item::Property(name) => out.push_str(name),
            Item::Range(first, last) => {
                push(&mut out, *first);
                if first != last {
                    out.push('-');
                    push(&mut out, *last);
                }
            }
        }
    }
    out.push(']');
    if is_wide { format!("(?u:{out})") } else { out }
}

/// ASCII in a class of Unicode.
fn spelt(name: &str) -> &str {
    match name {
        r"\d" => "0-9",
        r"\D" => "[^0-9]",
        r"\w" => "0-9A-Za-z_",
        r"\W" => "[^0-9A-Za-z_]",
        other => other,
    }
}

fn push(out: &mut String, sign: char) {
    if sign.is_ascii() && !sign.is_ascii_alphanumeric() {
        let _ = write!(out, "\\x{:02X}", u32::from(sign));
    } else {
        out.push(sign);
    }
}
