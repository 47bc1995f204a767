//! The command line of a process: words that end with NUL, as `--name value`, `--name=value` or
//! `NAME=value`. Knows no program, so a value right behind a single letter (`-pVALUE`) is missed.

use std::borrow::Cow;

use memchr::memchr;

use crate::detect::formats::Malformed;
use crate::detect::formats::piece::{Piece, map_of};
use crate::detect::tree::{Leaf, Node};

pub(super) fn read(file: Piece<'_>) -> Result<Node<'_>, Malformed> {
    let mut rest = file;
    let entries = std::iter::from_fn(|| {
        while !rest.is_empty() {
            let (word, behind) = next(rest);
            rest = behind;
            if let Some(entry) = entry(word, behind) {
                return Some(entry);
            }
        }
        None
    });
    map_of(entries)
}

fn next(rest: Piece<'_>) -> (Piece<'_>, Piece<'_>) {
    let (word, behind) = rest.split_where(|byte| byte == 0);
    (word, behind.from(behind.bytes.len().min(1)))
}

/// A word with a value in it, or an option whose value is the next word.
fn entry<'c>(word: Piece<'c>, behind: Piece<'c>) -> Option<(Cow<'c, str>, Leaf<'c>)> {
    if let Some(at) = memchr(b'=', word.bytes) {
        let (name, value) = word.split_around(at);
        return Some((key(name), value.leaf()));
    }
    let value = next(behind).0;
    let is_pair = word.bytes.starts_with(b"-") && !value.is_empty() && value.first() != Some(b'-');
    is_pair.then(|| (key(word), value.leaf()))
}

/// `--api-key` and `api_key` are one name.
fn key(name: Piece<'_>) -> Cow<'_, str> {
    let n_dashes = name.bytes.iter().take_while(|byte| **byte == b'-').count();
    let name = name.from(n_dashes);
    if memchr(b'-', name.bytes).is_none() {
        return name.key();
    }
    Cow::Owned(name.key().replace('-', "_"))
}

#[cfg(test)]
mod tests {
    use crate::detect::formats::outline::check;
    use crate::model::store::Format::Arguments;

    #[test]
    fn options_and_assignments_have_names() {
        check(Arguments, "serve\0--api-key\0a\0", "{api_key=a}");
        check(Arguments, "env\0TOKEN=b\0serve\0--api-key=c\0", "{TOKEN=b api_key=c}");
        check(Arguments, "serve\0--quiet\0--user\0ana\0-\0", "{user=ana}");
    }

    #[test]
    fn bytes_without_sense_are_passed_over() {
        check(Arguments, "", "{}");
        check(Arguments, "\0\0--\0\0=\0--", "{=}");
        check(Arguments, "--password", "{}");
    }
}
