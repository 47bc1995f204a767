//! Java properties, and npmrc, which looks much the same.
//!
//! A key ends at the first `=`, or at a `:` that a blank follows if that comes first: a
//! key of npmrc holds colons, as in `//host/:_authToken=`. Does not know the third
//! separator of Java, a blank: it would make a key of every first word.

use std::borrow::Cow;

use crate::detect::formats::Malformed;
use crate::detect::formats::piece::{Escape, Piece, map_of, unescaped};
use crate::detect::tree::{Leaf, Node};

pub(super) fn read(file: Piece<'_>) -> Result<Node<'_>, Malformed> {
    let mut lines = file.lines();
    map_of(std::iter::from_fn(move || {
        loop {
            let line = lines.next()?.trim();
            if let Some((key, value)) = assignment(line) {
                let leaf =
                    value.continued(&mut lines).map_or_else(|| value_of(value), without_escapes);
                return Some((key.key(), leaf));
            }
        }
    }))
}

/// Key and value of a line that is no comment.
fn assignment(line: Piece<'_>) -> Option<(Piece<'_>, Piece<'_>)> {
    if matches!(line.first(), Some(b'#' | b'!' | b';')) {
        return None;
    }
    let ends_key = |at: &usize| match line.bytes[*at] {
        b'=' => true,
        b':' => line.bytes.get(at + 1).is_some_and(u8::is_ascii_whitespace),
        _ => false,
    };
    let (key, value) = line.split_around((0..line.bytes.len()).find(ends_key)?);
    Some((key.trim(), value.trim()))
}

/// Quotes are taken off for npmrc; what stands between them is unescaped already.
fn value_of(value: Piece<'_>) -> Leaf<'_> {
    value.wholly_quoted(b"\"'").unwrap_or_else(|| without_escapes(value.leaf()))
}

fn without_escapes(leaf: Leaf<'_>) -> Leaf<'_> {
    let bytes = match leaf.bytes {
        Cow::Borrowed(bytes) => unescaped(bytes, escape),
        Cow::Owned(bytes) => unescaped(&bytes, escape).into_owned().into(),
    };
    Leaf { bytes, span: leaf.span }
}

/// Java drops the backslash before whatever it does not know.
fn escape(text: &[u8]) -> Escape {
    let (&byte, rest) = text.split_first()?;
    let byte = match byte {
        b'u' => return unicode(rest),
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        other => other,
    };
    Some((vec![byte], 1))
}

/// Four hex digits, behind the `u` that is counted too.
fn unicode(text: &[u8]) -> Escape {
    let digits = std::str::from_utf8(text.get(..4)?).ok()?;
    let character = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
    Some((character.to_string().into_bytes(), 5))
}

#[cfg(test)]
mod tests {
    use crate::detect::formats::outline::check;
    use crate::model::store::Format::Properties;

    #[test]
    fn a_key_of_npmrc_holds_colons() {
        check(
            Properties,
            "//registry.example/:_authToken=s3cr3t=1\nalways-auth=true\n",
            "{//registry.example/:_authToken=s3cr3t=1 always-auth=true}",
        );
    }

    #[test]
    fn a_colon_and_a_blank_end_a_key_too() {
        check(
            Properties,
            "user: ana\npassword: s3cr3t==\nhost:port\n",
            "{user=ana password=s3cr3t==}",
        );
    }

    #[test]
    fn comments_are_passed_over() {
        check(Properties, "# a=b\n! a=b\n; a=b\n\u{20} c = d # e \n", "{c=d # e}");
    }

    #[test]
    fn escapes_and_quotes_are_taken_off() {
        check(
            Properties,
            r"a=https\://x\u0041\n\\",
            "{a=https://xA\n\\<https\\://x\\u0041\\n\\\\>}",
        );
        check(Properties, "a=\"s3cr3t\"\nb=\\uZZZZ", "{a=s3cr3t b=\\uZZZZ}");
    }

    #[test]
    fn a_backslash_at_the_end_goes_on_in_the_next_line() {
        check(Properties, "a=s3c\\\r\n   r3t\r\nb=c", "{a=s3cr3t<s3c\\\r\n   r3t> b=c}");
    }

    #[test]
    fn bytes_that_are_no_text_are_kept() {
        check(Properties, b"\xEF\xBB\xBFa=\xFF\0\n=\n", "{a=\u{fffd}\0 =}");
        check(Properties, "", "{}");
    }
}
