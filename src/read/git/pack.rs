//! Packs with an index of version 2: many objects in one file, most of them as deltas of
//! others. Read at their places, never mapped and never whole.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::FileExt;
use std::rc::Rc;

use crate::read::git::delta;
use crate::read::git::files::{Files, From};
use crate::read::git::object::ID_BYTES;
use crate::read::git::{Budget, Kind, Object, ObjectId, Trouble};
use crate::read::inflate;

const INDEX_MAGIC: [u8; 8] = [0xFF, b't', b'O', b'c', 0, 0, 0, 2];

/// Where the names begin: after the magic and 256 counts.
const NAMES_START: u64 = 8 + 4 * 256;

/// So many names are looked through at once.
const NAMES_AT_ONCE: u64 = 512;

/// Longer chains of deltas git does not make.
const CHAIN_MAX: usize = 4096;

/// Bytes of objects that are kept because others may be deltas of them.
const CACHE_BYTES_MAX: usize = 24 << 20;

/// Bigger ones are not kept.
const CACHED_BYTES_MAX: usize = 2 << 20;

const BUFFER_BYTES: usize = 16 << 10;

/// A pack and its index.
pub struct Pack {
    /// Of its file, within the repository.
    pub name: String,
    index: File,
    pack: File,
    /// How many objects have names that begin with up to this byte.
    counts: Vec<u32>,
    cache: HashMap<u64, Rc<Object>>,
    n_cached_bytes: usize,
}

/// What stands at a place of a pack.
enum Entry {
    Object(Object),
    Delta { base: u64, delta: Vec<u8> },
}

impl Pack {
    /// By its name without an extension.
    pub fn open(files: &Files<'_>, stem: &str) -> Result<Self, Trouble> {
        let broken = |_| Trouble::Broken;
        let (index, index_bytes) = files.open(&format!("{stem}.idx")).map_err(broken)?;
        let name = format!("{stem}.pack");
        let (pack, _) = files.open(&name).map_err(broken)?;
        let mut head = [0; NAMES_START as usize];
        index.read_exact_at(&mut head, 0).map_err(broken)?;
        if head[..8] != INDEX_MAGIC {
            return Err(Trouble::Elsewhere);
        }
        let number = |four: &[u8]| u32::from_be_bytes([four[0], four[1], four[2], four[3]]);
        let counts: Vec<u32> = head[8..].chunks_exact(4).map(number).collect();
        let n_objects = u64::from(counts[255]);
        let fits = index_bytes >= NAMES_START + n_objects * (ID_BYTES as u64 + 8);
        if !counts.is_sorted() || !fits {
            return Err(Trouble::Broken);
        }
        Ok(Self { name, index, pack, counts, cache: HashMap::new(), n_cached_bytes: 0 })
    }

    /// Where an object begins; `None` if this pack does not have it.
    pub fn find(&self, id: ObjectId) -> Result<Option<u64>, Trouble> {
        let first = usize::from(id.0[0]);
        let mut low = first.checked_sub(1).map_or(0, |before| u64::from(self.counts[before]));
        let mut high = u64::from(self.counts[first]);
        while high - low > NAMES_AT_ONCE {
            let middle = low + (high - low) / 2;
            if self.names(middle, 1)?[..] <= id.0[..] { low = middle } else { high = middle }
        }
        let names = self.names(low, high - low)?;
        let found = names.chunks_exact(ID_BYTES).position(|name| name == id.0);
        found.map(|at| self.offset(low + at as u64)).transpose()
    }

    /// All objects with where they begin, in that order.
    pub fn ids(&self) -> Result<Vec<(u64, ObjectId)>, Trouble> {
        let n_objects = u64::from(self.counts[255]);
        let mut ids = Vec::new();
        for start in (0..n_objects).step_by(NAMES_AT_ONCE as usize) {
            let names = self.names(start, NAMES_AT_ONCE.min(n_objects - start))?;
            for (number, name) in names.chunks_exact(ID_BYTES).enumerate() {
                let id = ObjectId::from_start(name).ok_or(Trouble::Broken)?;
                ids.push((self.offset(start + number as u64)?, id));
            }
        }
        ids.sort_unstable_by_key(|(offset, _)| *offset);
        Ok(ids)
    }

    fn names(&self, start: u64, n: u64) -> Result<Vec<u8>, Trouble> {
        self.index_at(NAMES_START + start * ID_BYTES as u64, n as usize * ID_BYTES)
    }

    fn index_at(&self, offset: u64, n_bytes: usize) -> Result<Vec<u8>, Trouble> {
        let mut bytes = vec![0; n_bytes];
        self.index.read_exact_at(&mut bytes, offset).map_err(|_| Trouble::Broken)?;
        Ok(bytes)
    }

    /// Behind the names stand a checksum and an offset for each; offsets of 2 GiB and more
    /// stand in a table of their own.
    fn offset(&self, number: u64) -> Result<u64, Trouble> {
        let n_objects = u64::from(self.counts[255]);
        let offsets = NAMES_START + n_objects * (ID_BYTES as u64 + 4);
        let short = self.index_at(offsets + 4 * number, 4)?;
        let short = short.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        if short >> 31 == 0 {
            return Ok(short);
        }
        let long = self.index_at(offsets + 4 * n_objects + 8 * (short & 0x7FFF_FFFF), 8)?;
        Ok(long.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// The object at a place: the base of its chain of deltas, and one after the other
    /// applied to it.
    pub fn object(
        &mut self,
        offset: u64,
        size_bytes_max: u64,
        budget: &mut Budget,
    ) -> Result<Object, Trouble> {
        let mut pending: Vec<(u64, Vec<u8>)> = Vec::new();
        let mut n_pending_bytes = 0;
        let mut at = offset;
        let mut object = loop {
            if let Some(cached) = self.cache.get(&at) {
                break Rc::clone(cached);
            }
            match self.entry(at, size_bytes_max, budget)? {
                Entry::Object(object) => break self.keep(at, object),
                Entry::Delta { base, delta } => {
                    n_pending_bytes += delta.len() as u64;
                    if pending.len() == CHAIN_MAX || n_pending_bytes > 2 * size_bytes_max {
                        return Err(Trouble::TooBig);
                    }
                    pending.push((at, delta));
                    at = base;
                }
            }
        };
        while let Some((at, delta)) = pending.pop() {
            let bytes = delta::apply(&object.bytes, &delta, size_bytes_max)?;
            budget.spend(bytes.len() as u64)?;
            object = self.keep(at, Object { kind: object.kind, bytes });
        }
        if object.bytes.len() as u64 > size_bytes_max {
            return Err(Trouble::TooBig);
        }
        Ok(Rc::unwrap_or_clone(object))
    }

    /// Older objects are deltas of newer ones, so what was made last is asked for next.
    fn keep(&mut self, offset: u64, object: Object) -> Rc<Object> {
        let object = Rc::new(object);
        let n_bytes = object.bytes.len();
        if n_bytes <= CACHED_BYTES_MAX {
            if self.n_cached_bytes + n_bytes > CACHE_BYTES_MAX {
                self.cache.clear();
                self.n_cached_bytes = 0;
            }
            self.n_cached_bytes += n_bytes;
            self.cache.insert(offset, Rc::clone(&object));
        }
        object
    }

    fn entry(
        &self,
        offset: u64,
        size_bytes_max: u64,
        budget: &mut Budget,
    ) -> Result<Entry, Trouble> {
        let from = From { file: &self.pack, offset };
        let mut reader = BufReader::with_capacity(BUFFER_BYTES, from);
        let (kind, size) = entry_header(&mut reader).ok_or(Trouble::Broken)?;
        let base = match kind {
            6 => Some(offset.checked_sub(distance(&mut reader).ok_or(Trouble::Broken)?)),
            7 => Some(self.base(&mut reader)?),
            _ => None,
        };
        let base = base.map(|base| base.filter(|base| *base != offset).ok_or(Trouble::Broken));
        let base = base.transpose()?;
        if size > size_bytes_max {
            return Err(Trouble::TooBig);
        }
        budget.spend(size)?;
        let bytes = inflate::zlib(&mut reader, size)?;
        if bytes.len() as u64 != size {
            return Err(Trouble::Broken);
        }
        let kind = match (kind, base) {
            (_, Some(base)) => return Ok(Entry::Delta { base, delta: bytes }),
            (1, _) => Kind::Commit,
            (2, _) => Kind::Tree,
            (3, _) => Kind::Blob,
            (4, _) => Kind::Tag,
            _ => return Err(Trouble::Broken),
        };
        Ok(Entry::Object(Object { kind, bytes }))
    }

    /// A base by its name: in a pack that rests on a disk it lies in the same pack.
    fn base(&self, reader: &mut impl Read) -> Result<Option<u64>, Trouble> {
        let mut id = [0; ID_BYTES];
        reader.read_exact(&mut id).map_err(|_| Trouble::Broken)?;
        self.find(ObjectId(id))
    }
}

/// The kind, and the size in groups of four and seven bits, the lowest first.
fn entry_header(reader: &mut impl BufRead) -> Option<(u8, u64)> {
    let first = byte(reader)?;
    let kind = first >> 4 & 7;
    let mut size = u64::from(first & 0x0F);
    let mut more = first & 0x80 != 0;
    let mut shift = 4;
    while more && shift < 60 {
        let next = byte(reader)?;
        size |= u64::from(next & 0x7F) << shift;
        more = next & 0x80 != 0;
        shift += 7;
    }
    (!more).then_some((kind, size))
}

/// How far back the base begins: groups of seven bits, the highest first, each group but
/// the last counted from one.
fn distance(reader: &mut impl BufRead) -> Option<u64> {
    let mut next = byte(reader)?;
    let mut distance = u64::from(next & 0x7F);
    while next & 0x80 != 0 {
        next = byte(reader)?;
        distance = (distance + 1).checked_mul(128)? | u64::from(next & 0x7F);
    }
    Some(distance)
}

fn byte(reader: &mut impl BufRead) -> Option<u8> {
    let byte = *reader.fill_buf().ok()?.first()?;
    reader.consume(1);
    Some(byte)
}
