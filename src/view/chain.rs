//! The chain over the lines of a stream: each line ends with a hash of itself and of all lines
//! before it, so that a line that was changed, taken out or moved is found. Proves nothing against
//! somebody who makes the chain anew: for that, its last value is signed or kept apart
//! (`docs/evidence.md`). The hash is over the report's own bytes, which hold no secret.

use sha2::{Digest, Sha256};

/// What stands before the value.
const MEMBER: &[u8] = b",\"chain\":\"";
/// What stands behind it.
const END: &[u8] = b"\"}";
/// Digits of a value.
const DIGITS: usize = 64;

/// A chain as far as it was made or followed.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    last: [u8; 32],
}

/// How a line fits onto a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// It is the next line.
    Fits,
    /// It has another value than it should have here.
    Broken,
    /// It has no value.
    Missing,
}

impl Chain {
    /// Ends a line, one JSON object without its newline, with the chain's next value.
    pub fn seal(&mut self, line: &mut Vec<u8>) {
        debug_assert!(line.ends_with(b"}"), "a line is an object");
        line.pop();
        self.go_on(line);
        line.extend_from_slice(MEMBER);
        line.extend_from_slice(self.value().as_bytes());
        line.extend_from_slice(END);
    }

    /// Whether a line, without its newline, is the next one; the chain goes on if it is.
    pub fn follow(&mut self, line: &[u8]) -> Link {
        let Some((object, value)) = split(line) else { return Link::Missing };
        let before = self.last;
        self.go_on(object);
        if self.value().as_bytes() == value {
            return Link::Fits;
        }
        self.last = before;
        Link::Broken
    }

    /// The value of the last line, in hexadecimal.
    pub fn value(&self) -> String {
        self.last.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Takes in an object of which the closing brace is cut off.
    fn go_on(&mut self, object: &[u8]) {
        let hash = Sha256::new().chain_update(self.last).chain_update(object).chain_update(b"}");
        self.last = hash.finalize().into();
    }
}

/// The object without its end, and the value.
fn split(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let (rest, value) = line.strip_suffix(END)?.split_last_chunk::<DIGITS>()?;
    Some((rest.strip_suffix(MEMBER)?, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(objects: &[&str]) -> Vec<Vec<u8>> {
        let mut chain = Chain::default();
        let seal = |object: &&str| {
            let mut line = object.as_bytes().to_vec();
            chain.seal(&mut line);
            line
        };
        objects.iter().map(seal).collect()
    }

    fn links(lines: &[Vec<u8>]) -> Vec<Link> {
        let mut chain = Chain::default();
        lines.iter().map(|line| chain.follow(line)).collect()
    }

    #[test]
    fn lines_that_were_sealed_fit() {
        let lines = sealed(&["{\"a\":1}", "{\"a\":1}", "{}"]);
        assert_ne!(lines[0], lines[1]);
        assert_eq!(links(&lines), [Link::Fits; 3]);
    }

    #[test]
    fn the_first_value_can_be_made_by_stock_tools() {
        // (head -c 32 /dev/zero; printf '{"a":1}') | sha256sum
        let expected = "b06a229070741292512e8760f470dd7a4c46ccfdf253df781d88dabe58c1ccb1";
        let lines = sealed(&["{\"a\":1}"]);
        assert_eq!(lines[0], format!("{{\"a\":1,\"chain\":\"{expected}\"}}").as_bytes());
    }

    #[test]
    fn a_line_that_was_changed_moved_or_taken_out_does_not_fit() {
        let lines = sealed(&["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"]);
        let mut changed = lines.clone();
        changed[1][4] = b'x';
        assert_eq!(links(&changed)[..2], [Link::Fits, Link::Broken]);
        let mut moved = lines.clone();
        moved.swap(0, 1);
        assert_eq!(links(&moved)[0], Link::Broken);
        assert_eq!(links(&lines[1..])[0], Link::Broken);
        assert_eq!(links(&[lines[0].clone(), lines[2].clone()])[1], Link::Broken);
    }

    #[test]
    fn a_line_without_a_value_is_told_apart() {
        for line in ["", "{}", "{\"chain\":\"00\"}", "\"}", "{\"a\":\"b\"}"] {
            assert_eq!(Chain::default().follow(line.as_bytes()), Link::Missing, "{line}");
        }
    }
}
