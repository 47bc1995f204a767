//! The SHA-256 of a saved report, taken while it is read.

use std::io::{self, BufRead, Read};

use sha2::{Digest, Sha256};

/// A reader that counts and hashes all that is taken from it.
pub struct Digesting<R> {
    source: R,
    sha256: Sha256,
    n_bytes: u64,
}

/// What names a file by its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileDigest {
    /// Its bytes.
    pub n_bytes: u64,
    /// SHA-256 of them, in hexadecimal.
    pub sha256: String,
}

impl<R: BufRead> Digesting<R> {
    /// A reader of which nothing was taken yet.
    pub fn new(source: R) -> Self {
        Self { source, sha256: Sha256::new(), n_bytes: 0 }
    }

    /// Takes what is left, and names the whole.
    pub fn finish(mut self) -> io::Result<FileDigest> {
        io::copy(&mut self, &mut io::sink())?;
        let bytes = self.sha256.finalize();
        let sha256 = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(FileDigest { n_bytes: self.n_bytes, sha256 })
    }
}

impl<R: BufRead> BufRead for Digesting<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.source.fill_buf()
    }

    fn consume(&mut self, n_bytes: usize) {
        // What is consumed lies in the buffer already: nothing is read for this.
        if let Ok(buffer) = self.source.fill_buf() {
            let taken = &buffer[..n_bytes.min(buffer.len())];
            self.sha256.update(taken);
            self.n_bytes += taken.len() as u64;
        }
        self.source.consume(n_bytes);
    }
}

impl<R: BufRead> Read for Digesting<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n_bytes = self.fill_buf()?.read(out)?;
        self.consume(n_bytes);
        Ok(n_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_its_well_known_digest_however_it_is_read() {
        let text = b"abc".as_slice();
        let expected = FileDigest {
            n_bytes: 3,
            sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".into(),
        };
        assert_eq!(Digesting::new(text).finish().unwrap(), expected);
        let mut begun = Digesting::new(text);
        begun.read_exact(&mut [0; 1]).unwrap();
        begun.read_until(b'b', &mut Vec::new()).unwrap();
        assert_eq!(begun.finish().unwrap(), expected);
    }
}
