//! Recognises files that pack others, by their first bytes. Believes no extension.

use std::path::Path;

use crate::read::containers::{ar, java, plist, python, tar};

/// A format that packs something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Kind {
    Gzip,
    Bzip2,
    Xz,
    Zstd,
    Zip,
    Tar,
    Ar,
    SevenZip,
    Rar,
    Sqlite,
    SqliteLog,
    Python,
    Java,
    PropertyList,
}

/// First bytes, each with where they are specified.
const MAGIC: [(&[u8], Kind); 12] = [
    (ar::MAGIC, Kind::Ar),             // packages of Debian: ar(5)
    (b"PK\x03\x04", Kind::Zip),        // zip, jar, wheel, docx: PKWARE APPNOTE 4.3.7
    (b"PK\x05\x06", Kind::Zip),        // an empty zip
    (b"\x1F\x8B\x08", Kind::Gzip),     // RFC 1952
    (b"\xFD7zXZ\x00", Kind::Xz),       // the .xz file format 2.1.1.1
    (b"\x28\xB5\x2F\xFD", Kind::Zstd), // RFC 8878
    (b"7z\xBC\xAF\x27\x1C", Kind::SevenZip),
    (b"Rar!\x1A\x07", Kind::Rar),
    (b"SQLite format 3\x00", Kind::Sqlite), // SQLite database file format 1.3
    (b"\x37\x7F\x06\x82", Kind::SqliteLog), // SQLite database file format 4.1
    (b"\x37\x7F\x06\x83", Kind::SqliteLog),
    (plist::MAGIC, Kind::PropertyList),
];

/// Bytes of the end of a file that [`Kind::recognise_end`] wants to see.
pub const END_BYTES: u64 = 22;

impl Kind {
    /// What a file packs that begins like this, with at least [`super::BEGINNING_BYTES`] of it or
    /// all there are. `path` is its name, as far as one is known, for formats without a mark.
    pub fn recognise(beginning: &[u8], _path: &Path) -> Option<Self> {
        let known = MAGIC.iter().find(|(magic, _)| beginning.starts_with(magic));
        match known {
            Some((_, kind)) => Some(*kind),
            None if is_bzip2(beginning) => Some(Self::Bzip2),
            None if tar::is_tar(beginning) => Some(Self::Tar),
            None if python::is_python(beginning) => Some(Self::Python),
            None if java::is_class(beginning) => Some(Self::Java),
            None => None,
        }
    }

    /// What a file packs that ends like this: a zip without a comment.
    pub fn recognise_end(end: &[u8]) -> Option<Self> {
        let record: &[u8; END_BYTES as usize] = end.last_chunk()?;
        let is_zip = record.starts_with(b"PK\x05\x06") && record.ends_with(&[0, 0]);
        is_zip.then_some(Self::Zip)
    }

    /// Whether it is no archive but hides text: its own bytes are looked at too, for what was
    /// deleted in it, and for what is not understood.
    pub const fn is_looked_at_as_it_is(self) -> bool {
        use Kind::{Java, PropertyList, Python, Sqlite, SqliteLog};
        matches!(self, Sqlite | SqliteLog | Python | Java | PropertyList)
    }

    /// Whether it packs one thing alone, which has the name of the file without its extension.
    pub const fn is_compression(self) -> bool {
        matches!(self, Self::Gzip | Self::Bzip2 | Self::Xz | Self::Zstd)
    }
}

/// `BZh` is also a word; behind it stand a digit, and pi or its square root.
fn is_bzip2(beginning: &[u8]) -> bool {
    let Some(rest) = beginning.strip_prefix(b"BZh") else { return false };
    let marks = [b"1AY&SY".as_slice(), b"\x17rE8P\x90"];
    rest.first().is_some_and(u8::is_ascii_digit)
        && marks.iter().any(|mark| rest[1..].starts_with(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(beginning: &[u8], expected: Option<Kind>) {
        assert_eq!(Kind::recognise(beginning, Path::new("/x")), expected, "{beginning:?}");
    }

    #[test]
    fn containers_are_told_by_their_first_bytes() {
        check(b"PK\x03\x04 and more", Some(Kind::Zip));
        check(b"\x1F\x8B\x08\0", Some(Kind::Gzip));
        check(b"PK is a name", None);
        check(b"", None);
        check(b"BZ", None);
    }
}
