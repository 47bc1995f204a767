//! Recognises files that pack others, by their first bytes. Opens none of them yet.

/// First bytes of what is recognised, each with where it is specified.
const MAGIC: [&[u8]; 9] = [
    b"PK\x03\x04",          // zip, jar, wheel, docx: PKWARE APPNOTE 4.3.7
    b"PK\x05\x06",          // an empty zip
    b"\x1F\x8B",            // gzip: RFC 1952
    b"BZh",                 // bzip2
    b"\xFD7zXZ\x00",        // xz: the .xz file format 2.1.1.1
    b"\x28\xB5\x2F\xFD",    // zstd: RFC 8878
    b"7z\xBC\xAF\x27\x1C",  // 7-Zip
    b"Rar!\x1A\x07",        // RAR
    b"SQLite format 3\x00", // SQLite database file format 1.3
];

/// Whether a file that begins like this packs others.
pub fn is_container(beginning: &[u8]) -> bool {
    MAGIC.iter().any(|magic| beginning.starts_with(magic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn containers_are_told_by_their_first_bytes() {
        assert!(is_container(b"PK\x03\x04 and more") && is_container(b"\x1F\x8B\x08"));
        assert!(!is_container(b"PK is a name") && !is_container(b"") && !is_container(b"BZ"));
    }
}
