//! hashdump, as Subversion keeps its logins: `K 8`, a key of eight bytes, `V 6`, its value of six,
//! and so on to `END`. A length is believed only as far as there are bytes and a line end behind.

use crate::detect::formats::Malformed;
use crate::detect::formats::piece::{Piece, map_of};
use crate::detect::tree::Node;

pub(super) fn read(file: Piece<'_>) -> Result<Node<'_>, Malformed> {
    let mut rest = file;
    map_of(std::iter::from_fn(|| {
        let key = counted(&mut rest, b"K ")?;
        let value = counted(&mut rest, b"V ")?;
        Some((key.key(), value.leaf()))
    }))
}

/// Takes the line `mark` and a length, and the bytes it counts.
fn counted<'c>(rest: &mut Piece<'c>, mark: &[u8]) -> Option<Piece<'c>> {
    let (line, behind) = rest.split_line();
    let length = line.bytes.strip_prefix(mark)?;
    let length: usize = str::from_utf8(length).ok()?.parse().ok()?;
    (length <= behind.bytes.len()).then_some(())?;
    let (counted, behind) = behind.split_at(length);
    let (line_end, behind) = behind.split_line();
    *rest = behind;
    line_end.is_empty().then_some(counted)
}

#[cfg(test)]
mod tests {
    use crate::detect::formats::outline::check;
    use crate::model::store::Format::Hashdump;

    #[test]
    fn lengths_count_bytes_and_not_lines() {
        check(
            Hashdump,
            "K 8\nusername\nV 3\nana\nK 8\npassword\nV 9\ns3cr3t\nV1\nK 1\nx\nV 0\n\nEND\nK 1\n",
            "{username=ana password=s3cr3t\nV1 x=}",
        );
        check(Hashdump, "K 1\r\na\r\nV 1\r\nb\r\nEND\r\n", "{a=b}");
    }

    #[test]
    fn a_lying_length_ends_the_file() {
        check(Hashdump, "K 1\na\nV 1\nb\nK 99999999999999999999\nx\nV 1\ny\n", "{a=b}");
        check(Hashdump, "K 1\na\nV 1\nb\nK 9\nx\nV 1\ny\n", "{a=b}");
        check(Hashdump, "K 1\na\nV 1\nb\nK 1\nc\nV 2\nlong\nEND\n", "{a=b}");
        check(Hashdump, "K -1\na\n", "{}");
        check(Hashdump, "K 4\n\u{fffd}a\nV 2\nb", "{}");
    }

    #[test]
    fn what_is_no_hashdump_is_empty() {
        check(Hashdump, "password=s3cr3t", "{}");
        check(Hashdump, b"\xEF\xBB\xBF\xFF\0", "{}");
        check(Hashdump, "", "{}");
    }
}
