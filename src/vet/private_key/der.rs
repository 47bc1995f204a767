//! The few rules of DER (X.690) that private keys need. Tolerant: it takes what follows a
//! value as not its business, and knows no tag above 30.

/// Tags of the types that keys are made of.
pub mod tag {
    /// INTEGER.
    pub const INTEGER: u8 = 0x02;
    /// BIT STRING.
    pub const BIT_STRING: u8 = 0x03;
    /// OCTET STRING.
    pub const OCTET_STRING: u8 = 0x04;
    /// OBJECT IDENTIFIER.
    pub const OBJECT_IDENTIFIER: u8 = 0x06;
    /// SEQUENCE.
    pub const SEQUENCE: u8 = 0x30;
}

use crate::vet::reader::Reader;

/// Values one behind the other.
#[derive(Clone, Copy)]
pub struct Der<'b> {
    rest: &'b [u8],
}

impl<'b> Der<'b> {
    /// Starts at the first value.
    pub const fn new(bytes: &'b [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The next value, if it has this tag and is whole; else nothing is read.
    pub fn value(&mut self, tag: u8) -> Option<&'b [u8]> {
        let mut reader = Reader::new(self.rest);
        let found = reader.byte()?;
        let n_bytes = match reader.byte()? {
            short @ 0..=0x7F => u64::from(short),
            long @ 0x81..=0x84 => reader.number(usize::from(long & 0x7F))?,
            _ => return None,
        };
        let content = reader.take(usize::try_from(n_bytes).ok()?)?;
        if found != tag {
            return None;
        }
        self.rest = reader.rest();
        Some(content)
    }

    /// What is inside the next value, a SEQUENCE.
    pub fn sequence(&mut self) -> Option<Self> {
        self.value(tag::SEQUENCE).map(Self::new)
    }

    /// Whether nothing follows.
    pub const fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    /// An INTEGER that is not negative and fits.
    pub fn number(&mut self) -> Option<u64> {
        let digits = self.value(tag::INTEGER)?;
        let digits = digits.strip_prefix(&[0]).unwrap_or(digits);
        Reader::new(digits).number(digits.len())
    }

    /// The content of so many INTEGERs.
    pub fn integers<const N: usize>(&mut self) -> Option<[&'b [u8]; N]> {
        let mut integers = [&[][..]; N];
        for integer in &mut integers {
            *integer = self.value(tag::INTEGER).filter(|content| !content.is_empty())?;
        }
        Some(integers)
    }

    /// The whole bytes of a BIT STRING.
    pub fn bits(&mut self) -> Option<&'b [u8]> {
        self.value(tag::BIT_STRING)?.strip_prefix(&[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_one_behind_the_other() {
        let mut der = Der::new(b"\x02\x01\x05\x04\x81\x02ab\x03\x02\x00x");
        assert_eq!(der.value(tag::OCTET_STRING), None);
        assert_eq!(der.number(), Some(5));
        assert_eq!(der.value(tag::OCTET_STRING), Some(&b"ab"[..]));
        assert_eq!(der.bits(), Some(&b"x"[..]));
        assert_eq!(der.value(tag::INTEGER), None);
    }

    #[test]
    fn a_length_beyond_the_end_is_none() {
        for bytes in [&b"\x02"[..], b"\x02\x02a", b"\x02\x84\xFF\xFF\xFF\xFF", b"\x02\x80", b""] {
            assert_eq!(Der::new(bytes).value(tag::INTEGER), None, "{bytes:?}");
        }
    }

    #[test]
    fn a_number_that_does_not_fit_is_none() {
        assert_eq!(
            Der::new(b"\x02\x09\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF").number(),
            Some(u64::MAX)
        );
        assert_eq!(Der::new(b"\x02\x09\x01\0\0\0\0\0\0\0\0").number(), None);
    }
}
