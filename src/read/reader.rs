//! From an artifact to its bytes, in the way that suits its size: small files whole
//! into a reused buffer, large quiet local ones mapped, the rest in overlapping
//! chunks. Never holds more than one buffer a worker, and never a file's whole content
//! above [`WHOLE_BYTES_MAX`] unless it is mapped.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read};

use crate::error::{Problem, ProblemCode};
use crate::model::artifact::{Artifact, ArtifactKind, Inode};
use crate::model::host::HostRoot;
use crate::model::segment::{Margins, Segment};
use crate::model::time::Moment;
use crate::read::map::Mapping;
use crate::read::open::{self, Opened};

/// Files up to this size are read whole, so that stores can be parsed.
pub const WHOLE_BYTES_MAX: u64 = 4 << 20;
/// Files from this size on are mapped. Mapping is slower than reading up to 1 MiB, hardly
/// faster at 4 MiB and a third faster at 64 MiB (`benches/read.rs`): below that the gain is
/// not worth the risk of a file that shrinks.
pub const MAPPED_BYTES_MIN: u64 = 64 << 20;
/// A file that was written to within this time is not mapped: it may well shrink.
const QUIET_SECONDS: i64 = 60;
/// New bytes in each chunk.
const CHUNK_BYTES: usize = 1 << 20;

/// What a sweep lets its readers do.
#[derive(Clone, Debug)]
pub struct ReadPolicy {
    /// Where the host's `/` is.
    pub root: HostRoot,
    /// Bigger files are not read; they are a problem.
    pub size_bytes_max: u64,
    /// So many bytes are unpacked of one file.
    pub unpacked_bytes_max: u64,
    /// Devices of local file systems: only their files are mapped.
    pub local_devices: HashSet<u64>,
    /// The start of the sweep, to tell quiet files.
    pub now: Moment,
    /// Overlap of chunks.
    pub margins: Margins,
}

/// One worker's reader, with the buffer that all its files share.
pub struct Reader<'p> {
    policy: &'p ReadPolicy,
    buffer: Vec<u8>,
}

/// The bytes of an artifact.
pub enum Contents<'b> {
    /// All of them.
    Whole(&'b [u8]),
    /// All of them, mapped: they may change between two looks.
    Mapped(Mapping),
    /// In overlapping pieces.
    Chunks(Chunks<'b, File>),
}

/// What reading an artifact gave.
pub struct Reading<'b> {
    /// The bytes.
    pub contents: Contents<'b>,
    /// Whether its access time was kept.
    pub keeps_access_time: bool,
    /// What is wrong with what was read, although it can be used.
    pub problem: Option<Problem>,
}

impl<'p> Reader<'p> {
    /// A reader with an empty buffer.
    pub fn new(policy: &'p ReadPolicy) -> Self {
        Self { policy, buffer: Vec::new() }
    }

    /// Opens an artifact and reads it, or gets ready to.
    pub fn read(&mut self, artifact: &Artifact) -> Result<Reading<'_>, Problem> {
        let problem = |error: io::Error| Problem::from_io(&artifact.path, &error);
        let size_bytes = artifact.inode.size_bytes;
        if size_bytes > self.policy.size_bytes_max {
            let why = format!("{size_bytes} bytes");
            return Err(Problem::new(ProblemCode::TooBig, &artifact.path, why));
        }
        let real = self.policy.root.to_real(&artifact.path);
        let Opened { file, keeps_access_time } = open::open_no_links(&real).map_err(problem)?;
        let stat = open::regular_stat(&file).map_err(problem)?;
        if artifact.kind != ArtifactKind::File {
            let whole = self.whole(&file, WHOLE_BYTES_MAX).map_err(problem)?;
            return Ok(Reading {
                contents: Contents::Whole(whole),
                keeps_access_time,
                problem: None,
            });
        }
        if (stat.st_dev, stat.st_ino) != (artifact.inode.device, artifact.inode.number) {
            return Err(changed(artifact, "another file took its place"));
        }
        let size_bytes = u64::try_from(stat.st_size).unwrap_or(0).min(self.policy.size_bytes_max);
        if size_bytes <= WHOLE_BYTES_MAX {
            let whole = self.whole(&file, size_bytes).map_err(problem)?;
            let is_short = (whole.len() as u64) < size_bytes;
            let problem = is_short.then(|| changed(artifact, "it became shorter"));
            return Ok(Reading { contents: Contents::Whole(whole), keeps_access_time, problem });
        }
        let contents = match self.mapping(&file, &artifact.inode, size_bytes) {
            Some(mapping) => Contents::Mapped(mapping),
            None => Contents::Chunks(self.chunks(file, size_bytes)),
        };
        Ok(Reading { contents, keeps_access_time, problem: None })
    }

    fn whole(&mut self, file: &File, size_bytes: u64) -> io::Result<&[u8]> {
        self.buffer.clear();
        self.buffer.reserve(size_bytes as usize);
        file.take(size_bytes).read_to_end(&mut self.buffer)?;
        Ok(&self.buffer)
    }

    fn mapping(&self, file: &File, inode: &Inode, size_bytes: u64) -> Option<Mapping> {
        let is_quiet = inode.times.changed.plus_seconds(QUIET_SECONDS) < self.policy.now;
        let is_local = self.policy.local_devices.contains(&inode.device);
        let fits = size_bytes >= MAPPED_BYTES_MIN && is_quiet && is_local;
        fits.then(|| Mapping::new(file, size_bytes)).flatten()
    }

    fn chunks(&mut self, file: File, size_bytes: u64) -> Chunks<'_, File> {
        Chunks::new(file, size_bytes, self.policy.margins, &mut self.buffer)
    }
}

fn changed(artifact: &Artifact, why: &str) -> Problem {
    Problem::new(ProblemCode::Changed, &artifact.path, why)
}

/// Bytes that come in overlapping pieces through one buffer.
pub struct Chunks<'b, R> {
    bytes: R,
    size_bytes: u64,
    margins: Margins,
    buffer: &'b mut Vec<u8>,
    buffer_offset: u64,
    owned_to: u64,
    is_done: bool,
    error: Option<io::Error>,
}

impl<'b, R: Read> Chunks<'b, R> {
    /// All that comes, up to `size_bytes`.
    pub fn new(bytes: R, size_bytes: u64, margins: Margins, buffer: &'b mut Vec<u8>) -> Self {
        buffer.clear();
        Self {
            bytes,
            size_bytes,
            margins,
            buffer,
            buffer_offset: 0,
            owned_to: 0,
            is_done: false,
            error: None,
        }
    }

    /// The next piece; `None` after the last. An error comes after the piece that holds the
    /// last bytes before it.
    pub fn read_next(&mut self) -> Option<io::Result<Segment<'_>>> {
        if self.is_done {
            return self.error.take().map(Err);
        }
        self.fill();
        let buffer_end = self.buffer_offset + self.buffer.len() as u64;
        let is_end = buffer_end >= self.size_bytes;
        let own_end =
            if is_end { buffer_end } else { buffer_end - self.margins.forward_bytes as u64 };
        let own = (self.owned_to - self.buffer_offset) as usize
            ..(own_end.max(self.owned_to) - self.buffer_offset) as usize;
        self.owned_to = own_end.max(self.owned_to);
        self.is_done = is_end;
        Some(Ok(Segment {
            bytes: self.buffer,
            offset: self.buffer_offset,
            own,
            is_end,
            path: None,
        }))
    }

    /// Keeps the back margin of what was not owned yet and reads on, to an error at most.
    fn fill(&mut self) {
        let keep_from = self.owned_to.saturating_sub(self.margins.back_bytes as u64);
        self.buffer.drain(..(keep_from - self.buffer_offset) as usize);
        self.buffer_offset = keep_from;
        let read_to = self.buffer_offset + self.buffer.len() as u64;
        let wanted = (CHUNK_BYTES as u64).min(self.size_bytes - read_to);
        self.error = self.bytes.by_ref().take(wanted).read_to_end(self.buffer).err();
        let reached = self.buffer_offset + self.buffer.len() as u64;
        if reached < read_to + wanted {
            self.size_bytes = reached;
        }
    }

    /// Where they come from, for a look before the first piece.
    pub fn bytes(&mut self) -> &mut R {
        &mut self.bytes
    }

    /// How many bytes there were, when they were read to their end.
    pub fn size_bytes(&self) -> u64 {
        self.size_bytes
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Seek, Write};

    use super::*;

    const MARGINS: Margins = Margins { back_bytes: 1024, forward_bytes: 65536 };

    fn policy() -> ReadPolicy {
        ReadPolicy {
            root: HostRoot::live(),
            size_bytes_max: u64::MAX,
            unpacked_bytes_max: u64::MAX,
            local_devices: HashSet::new(),
            now: Moment::new(0, 0),
            margins: MARGINS,
        }
    }

    /// Joins the owned parts of all segments and checks their margins on the way.
    fn owned(chunks: &mut Chunks<'_, impl Read>, expected: &[u8]) -> Vec<u8> {
        let mut joined = Vec::new();
        while let Some(segment) = chunks.read_next() {
            let segment = segment.unwrap();
            let from = segment.offset as usize;
            assert!(segment.bytes == &expected[from..from + segment.bytes.len()]);
            let before = segment.own.start;
            assert!(before == MARGINS.back_bytes || joined.len() == before);
            let after = segment.bytes.len() - segment.own.end;
            assert!(segment.is_end || after == MARGINS.forward_bytes);
            joined.extend_from_slice(&segment.bytes[segment.own.clone()]);
        }
        joined
    }

    #[test]
    fn chunks_own_every_byte_once_and_keep_their_margins() {
        for size in [CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES + 777] {
            let bytes: Vec<u8> = (0..size).map(|n| (n * 31 % 251) as u8).collect();
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(&bytes).unwrap();
            file.rewind().unwrap();
            let policy = policy();
            let mut reader = Reader::new(&policy);
            let mut chunks = reader.chunks(file, size as u64);
            assert!(owned(&mut chunks, &bytes) == bytes);
        }
    }

    #[test]
    fn a_file_that_ends_early_is_read_to_where_it_ends() {
        let bytes = vec![b'x'; CHUNK_BYTES + 10];
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        file.rewind().unwrap();
        let policy = policy();
        let mut reader = Reader::new(&policy);
        let mut chunks = reader.chunks(file, 5 * CHUNK_BYTES as u64);
        assert!(owned(&mut chunks, &bytes) == bytes);
        assert_eq!(chunks.size_bytes(), bytes.len() as u64);
    }
}
