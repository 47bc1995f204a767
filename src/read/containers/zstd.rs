//! zstd: one thing, in one or several frames that are joined, with others between them that
//! hold no data. Frames with a dictionary cannot be read. The only door to ruzstd.

use std::io::{self, BufRead, BufReader, Read};

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use crate::read::containers::{Source, Trouble, Unpacker};

/// A file may ask for 2 TiB of memory to be read; `zstd --long` asks for 128 MiB, all of
/// whose levels without it for 8 MiB or less.
const WINDOW_BYTES_MAX: u64 = 128 << 20;

/// Shows what a zstd file holds.
pub fn members(source: Source<'_>, unpacker: &mut Unpacker<'_>) -> Result<(), Trouble> {
    unpacker.only(&mut reader(source.stream()))
}

/// What comes out of zstd.
pub fn reader(packed: impl Read) -> impl Read {
    let mut decoder = FrameDecoder::new();
    decoder.set_max_window_size(WINDOW_BYTES_MAX);
    Frames { packed: BufReader::new(packed), decoder, is_within: false }
}

/// All frames, one after the other.
struct Frames<R> {
    packed: BufReader<R>,
    decoder: FrameDecoder,
    /// Whether a frame was begun and not yet read to its end.
    is_within: bool,
}

impl<R: Read> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if !self.is_within && !self.begin()? {
                return Ok(0);
            }
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                let next = BlockDecodingStrategy::UptoBlocks(1);
                self.decoder.decode_blocks(&mut self.packed, next).map_err(|_| damaged())?;
            }
            let n_bytes = self.decoder.read(buffer)?;
            if n_bytes > 0 {
                return Ok(n_bytes);
            }
            self.is_within = false;
        }
    }
}

impl<R: Read> Frames<R> {
    /// Begins the next frame; false at the end.
    fn begin(&mut self) -> io::Result<bool> {
        while !self.packed.fill_buf()?.is_empty() {
            match self.decoder.reset(&mut self.packed) {
                Ok(()) => {
                    self.is_within = true;
                    return Ok(true);
                }
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => {
                    let skipped = self.packed.by_ref().take(length.into());
                    io::copy(&mut { skipped }, &mut io::sink())?;
                }
                Err(_) => return Err(damaged()),
            }
        }
        Ok(false)
    }
}

/// The crate's own words may quote what it read.
fn damaged() -> io::Error {
    io::Error::from(io::ErrorKind::InvalidData)
}
