//! The environment of a process: `NAME=value` entries that end with NUL.
//! Has no quotes and no comments; what is written is what the process got.

use memchr::memchr;

use crate::detect::formats::Malformed;
use crate::detect::formats::piece::{Piece, map_of};
use crate::detect::tree::Node;

pub(super) fn read(file: Piece<'_>) -> Result<Node<'_>, Malformed> {
    let mut rest = file;
    let entries = std::iter::from_fn(|| {
        while !rest.is_empty() {
            let (entry, behind) = rest.split_where(|byte| byte == 0);
            rest = behind.from(behind.bytes.len().min(1));
            if let Some(at) = memchr(b'=', entry.bytes) {
                let (name, value) = entry.split_around(at);
                return Some((name.key(), value.leaf()));
            }
        }
        None
    });
    map_of(entries)
}

#[cfg(test)]
mod tests {
    use crate::detect::formats::outline::check;
    use crate::model::store::Format::Environ;

    #[test]
    fn entries_end_with_nul() {
        check(Environ, "A_TOKEN=s3cr3t=1\0HOME=/home/ana\0", "{A_TOKEN=s3cr3t=1 HOME=/home/ana}");
        check(Environ, "A=one\ntwo\0B='x'", "{A=one\ntwo B='x'}");
        check(Environ, "no entry\0\0=x\0", "{=x}");
        check(Environ, "", "{}");
    }
}
