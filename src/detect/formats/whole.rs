//! A file that is one value, such as a token file. Deliberately not split into lines:
//! a key in armour is one value too.

use crate::detect::formats::piece::Piece;
use crate::detect::tree::Node;

pub(super) fn read(file: Piece<'_>) -> Node<'_> {
    Node::Value(file.trim().leaf())
}

#[cfg(test)]
mod tests {
    use crate::detect::formats::outline::check;
    use crate::model::store::Format::Whole;

    #[test]
    fn white_space_and_byte_order_mark_are_taken_off() {
        check(Whole, "\u{feff} s3cr3t-value-1\r\n", "s3cr3t-value-1");
        check(Whole, "one\ntwo\n", "one\ntwo");
        check(Whole, "", "");
        check(Whole, "\u{feff}", "");
        check(Whole, b"\xFFs3cr3t", "\u{fffd}s3cr3t");
    }
}
