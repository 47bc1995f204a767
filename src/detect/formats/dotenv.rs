//! Files of `NAME=value`, as dotenv libraries read them.
//! Does not replace `${OTHER}`: a reference is not a secret.

use crate::detect::formats::Malformed;
use crate::detect::formats::piece::{Piece, map_of};
use crate::detect::tree::{Leaf, Node};

pub(super) fn read(file: Piece<'_>) -> Result<Node<'_>, Malformed> {
    let mut rest = file;
    map_of(std::iter::from_fn(move || {
        while !rest.is_empty() {
            let (line, behind) = rest.split_line();
            let Some((name, value)) = assignment(line) else {
                rest = behind;
                continue;
            };
            // The value as it would be if it went on over the next lines.
            let value_and_on = rest.from(value.start - rest.start);
            let leaf;
            (leaf, rest) = multi_line(value_and_on)
                .unwrap_or_else(|| (value.before_comment(b"#").leaf(), behind));
            return Some((name.key(), leaf));
        }
        None
    }))
}

/// Name and value of a line, whether it says `NAME=value`, `export NAME=value` or `NAME: value`.
fn assignment(line: Piece<'_>) -> Option<(Piece<'_>, Piece<'_>)> {
    let line = line.trim();
    let (word, behind) = line.split_where(|byte| byte.is_ascii_whitespace());
    let line = if word.bytes == b"export" { behind.trim_start() } else { line };
    let (name, rest) = line.split_where(|byte| !is_of_name(byte));
    let separator = rest.trim_start();
    let is_assignment = match separator.first()? {
        b'=' => true,
        b':' => separator.bytes.get(1).is_some_and(u8::is_ascii_whitespace),
        _ => false,
    };
    (is_assignment && !name.is_empty()).then(|| (name, separator.from(1).trim()))
}

/// Names with dots and dashes are written, whatever shells think of them.
const fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')
}

/// A quoted value, which may go over several lines, and the lines behind it. `None` if
/// something else stands behind the closing quote: then it was the apostrophe of a
/// later line, and what lies between would be lost.
fn multi_line(value: Piece<'_>) -> Option<(Leaf<'_>, Piece<'_>)> {
    let (leaf, rest) = value.quoted(b"\"'`")?;
    let (line, behind) = rest.split_line();
    matches!(line.trim().first(), None | Some(b'#')).then_some((leaf, behind))
}

#[cfg(test)]
mod tests {
    use crate::detect::formats::outline::check;
    use crate::model::store::Format::Dotenv;

    #[test]
    fn names_have_values() {
        check(
            Dotenv,
            "A=s3cr3t=1\nexport\tB_TOKEN = s3cr3t-2 \nC: s3cr3t-3\nD=\n",
            "{A=s3cr3t=1 B_TOKEN=s3cr3t-2 C=s3cr3t-3 D=}",
        );
    }

    #[test]
    fn comments_are_passed_over() {
        check(
            Dotenv,
            "# A=b\nA=s3#cr3t # why\nB=\"s3 # cr3t\" # why\nno line\n",
            "{A=s3#cr3t B=s3 # cr3t}",
        );
    }

    #[test]
    fn quoted_values_may_go_over_lines() {
        check(
            Dotenv,
            "A=\"one\\ntwo\"\nB='one\ntwo\\n'\nC=`it's`\n",
            "{A=one\ntwo<one\\ntwo> B=one\ntwo\\n C=it's}",
        );
    }

    #[test]
    fn an_apostrophe_does_not_swallow_the_next_lines() {
        check(Dotenv, "A='tis\nB='s3cr3t'\n", "{A='tis B=s3cr3t}");
        check(Dotenv, "A=\"unclosed\nB=s3cr3t", "{A=\"unclosed B=s3cr3t}");
    }

    #[test]
    fn lines_end_as_they_like() {
        check(Dotenv, "\u{feff}A=b\r\nB='c'\r\n\r\nC=\"d\"", "{A=b B=c C=d}");
        check(Dotenv, b"A=\xFF\0\n", "{A=\u{fffd}\0}");
        check(Dotenv, "", "{}");
    }
}
