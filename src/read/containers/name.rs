//! Names of members, which whoever packed them may choose freely: made short, readable and
//! harmless. They are shown and compared with the places of stores, and never opened.

use std::path::{Path, PathBuf};

/// Longer names are cut.
const NAME_BYTES_MAX: usize = 1024;

/// A name as it is shown: bytes that are no text are replaced; reports escape the rest.
pub fn shown(name: &[u8]) -> String {
    let cut = &name[..name.len().min(NAME_BYTES_MAX)];
    let text = String::from_utf8_lossy(cut);
    let text = text.trim_start_matches("./");
    if name.len() > NAME_BYTES_MAX { format!("{text}…") } else { text.to_owned() }
}

/// Where a member would lie if its archive were unpacked at `/`: what climbs out is dropped.
pub fn path(shown: &str) -> PathBuf {
    let mut path = PathBuf::from("/");
    let parts = shown.split(['/', '\\']);
    path.extend(parts.filter(|part| !matches!(*part, "" | "." | "..") && !part.contains('\0')));
    path
}

/// The name of what a compressed file holds: without its last extension, and `.tgz` is a tar.
pub fn stem(path: &Path) -> PathBuf {
    let short = [("tgz", "tar"), ("tbz2", "tar"), ("txz", "tar"), ("tzst", "tar")];
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or("");
    let long = short.iter().find(|(short, _)| extension.eq_ignore_ascii_case(short));
    path.with_extension(long.map_or("", |(_, long)| long))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_and_made_text() {
        assert_eq!(shown(b"./home/ana/.netrc"), "home/ana/.netrc");
        assert_eq!(shown(b"a\xFFb"), "a\u{FFFD}b");
        assert_eq!(shown(&[b'x'; 5000]).len(), NAME_BYTES_MAX + "…".len());
    }

    #[test]
    fn no_name_leads_out_of_its_archive() {
        let check = |name: &str, expected: &str| assert_eq!(path(name), Path::new(expected));
        check("home/ana/.netrc", "/home/ana/.netrc");
        check("../../etc/passwd", "/etc/passwd");
        check("/etc/./shadow", "/etc/shadow");
        check(r"Users\ana\.netrc", "/Users/ana/.netrc");
        check("a/b\0c/d", "/a/d");
        check("", "/");
    }

    #[test]
    fn what_is_compressed_has_the_name_without_the_extension() {
        let check =
            |name: &str, expected: &str| assert_eq!(stem(Path::new(name)), Path::new(expected));
        check("/home/ana/.aws/credentials.gz", "/home/ana/.aws/credentials");
        check("/x/app.tgz", "/x/app.tar");
        check("/x/plain", "/x/plain");
    }
}
