//! Unpacks gzip and zlib in memory, within bounds that a hostile file cannot stretch. Does
//! not look into archives and writes nothing to a disk. The only door to flate2.

use std::io::{BufRead, Read};

use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

/// Logs shrink to a tenth, monotonous ones to a hundredth; only bombs to less than this.
const RATIO_MAX: u64 = 300;

/// So much may come of anything, however small it is.
const SMALL_BYTES: u64 = 64 << 10;

/// Why something packed was not unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It is cut off, damaged, or in another format.
    Broken,
    /// More comes out of it than is allowed.
    TooBig,
}

/// What comes out of a gzip file, all members joined; whoever reads it keeps the bounds.
pub fn gzip_reader(packed: impl BufRead) -> impl Read {
    MultiGzDecoder::new(packed)
}

/// What comes out of a bare deflate stream; whoever reads it keeps the bounds.
pub fn deflate_reader(packed: impl BufRead) -> impl Read {
    DeflateDecoder::new(packed)
}

/// All members of a gzip file, up to `bytes_max` together.
pub fn gzip(packed: &[u8], bytes_max: u64) -> Result<Vec<u8>, Trouble> {
    let by_ratio = (packed.len() as u64).saturating_mul(RATIO_MAX).max(SMALL_BYTES);
    all(MultiGzDecoder::new(packed), bytes_max.min(by_ratio))
}

/// A zlib stream, up to `bytes_max`; what follows it is left in `packed`.
pub fn zlib(packed: &mut impl BufRead, bytes_max: u64) -> Result<Vec<u8>, Trouble> {
    all(ZlibDecoder::new(packed), bytes_max)
}

fn all(decoder: impl Read, bytes_max: u64) -> Result<Vec<u8>, Trouble> {
    let mut bytes = Vec::new();
    let n_read = decoder.take(bytes_max + 1).read_to_end(&mut bytes);
    match n_read {
        Ok(n_read) if n_read as u64 > bytes_max => Err(Trouble::TooBig),
        Ok(_) => {
            // Thousands of small objects are kept: what reading set aside would weigh more.
            bytes.shrink_to_fit();
            Ok(bytes)
        }
        Err(_) => Err(Trouble::Broken),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};

    use super::*;

    fn gzipped(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn all_members_of_a_gzip_file_come_out() {
        let packed = [gzipped(b"one\n"), gzipped(b"two\n")].concat();
        assert_eq!(gzip(&packed, 100).unwrap(), b"one\ntwo\n");
        assert_eq!(gzip(&packed, 8).unwrap(), b"one\ntwo\n");
        assert_eq!(gzip(&packed, 7), Err(Trouble::TooBig));
    }

    #[test]
    fn a_bomb_is_stopped_by_its_ratio() {
        let bomb = gzipped(&vec![0; 8 << 20]);
        assert_eq!(gzip(&bomb, u64::MAX - 1), Err(Trouble::TooBig));
    }

    #[test]
    fn what_is_cut_off_or_something_else_is_broken() {
        let packed = gzipped(b"some text that is long enough");
        assert_eq!(gzip(&packed[..packed.len() - 9], 100), Err(Trouble::Broken));
        assert_eq!(gzip(b"plain text", 100), Err(Trouble::Broken));
        assert_eq!(zlib(&mut &b"plain text"[..], 100), Err(Trouble::Broken));
    }

    #[test]
    fn a_zlib_stream_ends_where_it_ends() {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(b"abc").unwrap();
        let packed = [encoder.finish().unwrap(), b"rest".to_vec()].concat();
        assert_eq!(zlib(&mut packed.as_slice(), 3).unwrap(), b"abc");
        assert_eq!(zlib(&mut packed.as_slice(), 2), Err(Trouble::TooBig));
    }
}
