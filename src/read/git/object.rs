//! Objects: their names, the loose ones, and what commits, tags and trees say. Reads no pack.

use std::fmt;

use crate::model::time::Moment;
use crate::read::git::files::Files;
use crate::read::git::{Budget, Trouble};
use crate::read::inflate;

/// Bytes of a name.
pub const ID_BYTES: usize = 20;

/// More parents than this has no commit that people make.
const PARENTS_MAX: usize = 64;

/// Length of `commit 123` before an object's own bytes.
const HEADER_BYTES_MAX: u64 = 32;

/// The name of an object: the SHA-1 of what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub [u8; ID_BYTES]);

impl ObjectId {
    /// From 40 hexadecimal digits, with nothing around them.
    pub fn parse(hex: &str) -> Option<Self> {
        let hex = hex.as_bytes();
        if hex.len() != 2 * ID_BYTES {
            return None;
        }
        let digit = |byte: u8| char::from(byte).to_digit(16);
        let mut id = [0; ID_BYTES];
        for (byte, pair) in id.iter_mut().zip(hex.chunks_exact(2)) {
            *byte = u8::try_from(digit(pair[0])? << 4 | digit(pair[1])?).ok()?;
        }
        Some(Self(id))
    }

    /// From the first bytes of something longer.
    pub fn from_start(bytes: &[u8]) -> Option<Self> {
        bytes.first_chunk().map(|id| Self(*id))
    }

    /// No object: what a reflog writes before a branch was born.
    pub fn is_null(self) -> bool {
        self.0 == [0; ID_BYTES]
    }

    /// The first digits, as people write them.
    pub fn short(self) -> String {
        self.to_string()[..7].to_owned()
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "git's own words")]
pub enum Kind {
    Commit,
    Tree,
    Blob,
    Tag,
}

/// An object's kind and bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// What it is.
    pub kind: Kind,
    /// What it holds, without its header.
    pub bytes: Vec<u8>,
}

impl Object {
    /// What a tag tags.
    pub fn tagged(&self) -> Option<ObjectId> {
        let first = self.bytes.split(|byte| *byte == b'\n').next()?;
        ObjectId::parse(std::str::from_utf8(first.strip_prefix(b"object ")?).ok()?)
    }
}

/// An object that lies in a file of its own.
pub fn loose(
    files: &Files<'_>,
    id: ObjectId,
    size_bytes_max: u64,
    budget: &mut Budget,
) -> Result<Object, Trouble> {
    let packed =
        files.read_up_to(&loose_name(id), size_bytes_max).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Trouble::Missing,
            std::io::ErrorKind::FileTooLarge => Trouble::TooBig,
            _ => Trouble::Broken,
        })?;
    budget.spend(0)?;
    let mut bytes = inflate::zlib(&mut packed.as_slice(), size_bytes_max + HEADER_BYTES_MAX)?;
    budget.spend(bytes.len() as u64)?;
    let (kind, n_header) = header(&bytes).ok_or(Trouble::Broken)?;
    bytes.drain(..n_header);
    Ok(Object { kind, bytes })
}

/// Where an object lies that has a file of its own.
pub fn loose_name(id: ObjectId) -> String {
    let hex = id.to_string();
    format!("objects/{}/{}", &hex[..2], &hex[2..])
}

/// `tree 123` and a zero: the kind, and how many bytes that was.
fn header(bytes: &[u8]) -> Option<(Kind, usize)> {
    let end = bytes.iter().take(HEADER_BYTES_MAX as usize).position(|byte| *byte == 0)?;
    let (kind, size) = std::str::from_utf8(&bytes[..end]).ok()?.split_once(' ')?;
    let kind = match kind {
        "commit" => Kind::Commit,
        "tree" => Kind::Tree,
        "blob" => Kind::Blob,
        "tag" => Kind::Tag,
        _ => return None,
    };
    let is_whole = size.parse() == Ok(bytes.len() - end - 1);
    is_whole.then_some((kind, end + 1))
}

/// What a commit says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its name.
    pub id: ObjectId,
    /// The tree of its files.
    pub tree: ObjectId,
    /// What came before it.
    pub parents: Vec<ObjectId>,
    /// When, by its committer's clock: a claim.
    pub committed: Moment,
}

impl Commit {
    /// From what the object holds; nothing of the people and the message is kept.
    pub fn parse(id: ObjectId, bytes: &[u8]) -> Option<Self> {
        let mut tree = None;
        let mut parents = Vec::new();
        let mut committed = None;
        for line in bytes.split(|byte| *byte == b'\n').take_while(|line| !line.is_empty()) {
            let id_after =
                |word: &[u8]| ObjectId::parse(std::str::from_utf8(line.strip_prefix(word)?).ok()?);
            if let Some(id) = id_after(b"tree ") {
                tree = Some(id);
            } else if let Some(id) = id_after(b"parent ").filter(|_| parents.len() < PARENTS_MAX) {
                parents.push(id);
            } else if line.starts_with(b"committer ") {
                committed = signed_time(line);
            }
        }
        let committed = committed.unwrap_or(Moment::new(0, 0));
        Some(Self { id, tree: tree?, parents, committed })
    }
}

/// The time of `committer Ana <ana@example> 1774348740 +0100`: seconds are UTC already.
pub fn signed_time(line: &[u8]) -> Option<Moment> {
    let start = line.iter().rposition(|byte| *byte == b'>')?;
    let text = std::str::from_utf8(&line[start + 1..]).ok()?;
    Some(Moment::new(text.split_ascii_whitespace().next()?.parse().ok()?, 0))
}

/// An entry of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeEntry<'t> {
    /// Name within its folder, as bytes; one with a slash or dots alone is left out.
    pub name: &'t [u8],
    /// The tree or blob.
    pub id: ObjectId,
    /// Whether it is a folder or a regular file; links and submodules are neither.
    pub kind: Option<Kind>,
}

/// The entries of a tree, up to where it is damaged.
pub fn tree_entries(tree: &[u8]) -> impl Iterator<Item = TreeEntry<'_>> {
    let mut rest = tree;
    let entries = std::iter::from_fn(move || {
        let end = memchr::memchr(0, rest)?;
        let space = rest[..end].iter().position(|byte| *byte == b' ')?;
        let (mode, name) = (&rest[..space], &rest[space + 1..end]);
        let id = ObjectId::from_start(&rest[end + 1..])?;
        rest = &rest[end + 1 + ID_BYTES..];
        let kind = match mode {
            b"40000" | b"040000" => Some(Kind::Tree),
            b"100644" | b"100755" | b"100664" => Some(Kind::Blob),
            _ => None,
        };
        Some(TreeEntry { name, id, kind })
    });
    let is_name =
        |name: &[u8]| !name.is_empty() && !name.contains(&b'/') && name != b"." && name != b"..";
    entries.filter(move |entry| is_name(entry.name))
}
