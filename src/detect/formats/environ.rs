//! The environment of a process: `NAME=value` entries that end with NUL.
//! Has no quotes and no comments; what is written is what the process got.

use memchr::{memchr, memrchr};

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

/// The variable whose value holds the byte at an offset.
pub fn variable_at(environment: &[u8], offset: u64) -> Option<String> {
    let before = environment.get(..usize::try_from(offset).ok()?)?;
    let entry = memrchr(0, before).map_or(before, |nul| &before[nul + 1..]);
    let name = &entry[..memchr(b'=', entry)?];
    std::str::from_utf8(name).ok().map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::variable_at;
    use crate::detect::formats::outline::check;
    use crate::model::store::Format::Environ;

    #[test]
    fn entries_end_with_nul() {
        check(Environ, "A_TOKEN=s3cr3t=1\0HOME=/home/ana\0", "{A_TOKEN=s3cr3t=1 HOME=/home/ana}");
        check(Environ, "A=one\ntwo\0B='x'", "{A=one\ntwo B='x'}");
        check(Environ, "no entry\0\0=x\0", "{=x}");
        check(Environ, "", "{}");
    }

    #[test]
    fn a_byte_of_a_value_has_the_name_of_its_variable() {
        let environment = b"A=b=c\0NPM_TOKEN=x\0=y\0z";
        let check = |offset: u64, expected: Option<&str>| {
            assert_eq!(variable_at(environment, offset).as_deref(), expected, "{offset}");
        };
        check(4, Some("A"));
        check(16, Some("NPM_TOKEN"));
        check(8, None);
        check(19, Some(""));
        check(21, None);
        check(99, None);
    }
}
