//! Reads binary structures front to back. Never panics and never copies: what is not
//! there is `None`.

/// The unread rest of some bytes. All numbers are big-endian.
pub struct Reader<'b> {
    rest: &'b [u8],
}

impl<'b> Reader<'b> {
    /// Starts at the first byte.
    pub const fn new(bytes: &'b [u8]) -> Self {
        Self { rest: bytes }
    }

    /// What was not read yet.
    pub const fn rest(&self) -> &'b [u8] {
        self.rest
    }

    /// The next bytes; nothing is read if there are fewer.
    pub fn take(&mut self, n_bytes: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.rest.split_at_checked(n_bytes)?;
        self.rest = rest;
        Some(taken)
    }

    /// One byte.
    pub fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    /// A number of up to eight bytes.
    pub fn number(&mut self, n_bytes: usize) -> Option<u64> {
        let digits = self.take(n_bytes).filter(|digits| digits.len() <= 8)?;
        Some(digits.iter().fold(0, |number, digit| number << 8 | u64::from(*digit)))
    }

    /// Bytes behind their length, itself a number of so many bytes.
    pub fn prefixed(&mut self, n_length_bytes: usize) -> Option<&'b [u8]> {
        let n_bytes = self.number(n_length_bytes)?;
        self.take(usize::try_from(n_bytes).ok()?)
    }

    /// A `string` of RFC 4251: bytes behind a length of four bytes.
    pub fn string(&mut self) -> Option<&'b [u8]> {
        self.prefixed(4)
    }

    /// Passes over strings of RFC 4251.
    pub fn skip_strings(&mut self, n_strings: usize) -> Option<()> {
        (0..n_strings).try_for_each(|_| self.string().map(drop))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_none() {
        let mut reader = Reader::new(b"\x01\x00\x02ab\xFF\xFF\xFF\xFFx");
        assert_eq!(reader.byte(), Some(1));
        assert_eq!(reader.prefixed(2), Some(&b"ab"[..]));
        assert_eq!(reader.string(), None);
        assert_eq!(reader.rest(), b"x");
        assert_eq!(reader.number(2), None);
    }
}
