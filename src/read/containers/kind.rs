//! Recognises files that pack others, by their first bytes. Believes no extension.

use std::path::Path;

/// A format that packs something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Kind {
    Gzip,
    Bzip2,
    Xz,
    Zstd,
    Zip,
    SevenZip,
    Rar,
    Sqlite,
}

/// First bytes, each with where they are specified.
const MAGIC: [(&[u8], Kind); 9] = [
    (b"PK\x03\x04", Kind::Zip), // zip, jar, wheel, docx: PKWARE APPNOTE 4.3.7
    (b"PK\x05\x06", Kind::Zip), // an empty zip
    (b"\x1F\x8B\x08", Kind::Gzip), // RFC 1952
    (b"BZh", Kind::Bzip2),
    (b"\xFD7zXZ\x00", Kind::Xz),       // the .xz file format 2.1.1.1
    (b"\x28\xB5\x2F\xFD", Kind::Zstd), // RFC 8878
    (b"7z\xBC\xAF\x27\x1C", Kind::SevenZip),
    (b"Rar!\x1A\x07", Kind::Rar),
    (b"SQLite format 3\x00", Kind::Sqlite), // SQLite database file format 1.3
];

impl Kind {
    /// What a file packs that begins like this, with at least [`super::BEGINNING_BYTES`] of it or
    /// all there are. `path` is its name, as far as one is known, for formats without a mark.
    pub fn recognise(beginning: &[u8], _path: &Path) -> Option<Self> {
        let known = MAGIC.iter().find(|(magic, _)| beginning.starts_with(magic));
        known.map(|(_, kind)| *kind)
    }

    /// Whether it packs one thing alone, which has the name of the file without its extension.
    pub const fn is_compression(self) -> bool {
        matches!(self, Self::Gzip | Self::Bzip2 | Self::Xz | Self::Zstd)
    }
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
