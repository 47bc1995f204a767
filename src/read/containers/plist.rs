//! Binary property lists (`bplist00`, as CoreFoundation writes them): each text as a line
//! `key=value` under the name it has in its dictionary. Numbers and dates are left out.

use std::cell::Cell;
use std::collections::HashSet;

use crate::read::containers::{GROWTH_MAX, Source, Trouble, Unpacker};

pub const MAGIC: &[u8] = b"bplist00";
const TRAILER_BYTES: usize = 32;
/// Longer names are cut: they stand in front of every value.
const NAME_BYTES_MAX: usize = 200;

/// Shows the texts of a property list.
pub fn members(source: Source<'_>, unpacker: &mut Unpacker<'_>) -> Result<(), Trouble> {
    let bytes = source.bytes()?;
    let (text, is_whole) = lines(&bytes);
    unpacker.inflated(b"values", &mut &text[..])?;
    if is_whole { Ok(()) } else { Err(Trouble::Broken) }
}

/// The texts of a property list, and whether all of it could be read.
pub fn lines(file: &[u8]) -> (Vec<u8>, bool) {
    let Some(list) = List::new(file) else { return (Vec::new(), false) };
    let mut text = Vec::new();
    let mut is_whole = true;
    let mut seen = HashSet::new();
    let mut to_do = vec![(None, list.top)];
    while let Some((name, number)) = to_do.pop() {
        // A text may have many names, but not so many.
        if list.spent_bytes.get() > GROWTH_MAX * file.len() {
            return (text, false);
        }
        match list.object(number) {
            Some(Object::Text(value)) => {
                text.extend(name.and_then(|name| list.name(name)).unwrap_or_default());
                text.push(b'=');
                text.extend(value);
                text.push(b'\n');
            }
            // Of an array all values have the name of the array. Those that come first are
            // looked at first.
            Some(Object::Array(values)) if seen.insert(number) => {
                to_do.extend(values.iter().rev().map(|value| (name, *value)));
            }
            Some(Object::Dictionary(keys, values)) if seen.insert(number) => {
                to_do.extend(
                    keys.iter().zip(&values).rev().map(|(key, value)| (Some(*key), *value)),
                );
            }
            Some(_) => {}
            None => is_whole = false,
        }
    }
    (text, is_whole)
}

/// A property list, whose objects are known by their numbers.
struct List<'b> {
    file: &'b [u8],
    offsets: &'b [u8],
    offset_bytes: usize,
    reference_bytes: usize,
    top: usize,
    /// Bytes of texts that were asked for, however often.
    spent_bytes: Cell<usize>,
}

enum Object {
    Text(Vec<u8>),
    Array(Vec<usize>),
    Dictionary(Vec<usize>, Vec<usize>),
    Other,
}

impl<'b> List<'b> {
    fn new(file: &'b [u8]) -> Option<Self> {
        let (body, trailer) = file.split_at_checked(file.len().checked_sub(TRAILER_BYTES)?)?;
        let (offset_bytes, reference_bytes) = (usize::from(trailer[6]), usize::from(trailer[7]));
        let is_size = |n_bytes: usize| (1..=8).contains(&n_bytes);
        if !file.starts_with(MAGIC) || !is_size(offset_bytes) || !is_size(reference_bytes) {
            return None;
        }
        let n_objects = number(&trailer[8..16])?;
        let start = number(&trailer[24..32])?;
        let end = start.checked_add(n_objects.checked_mul(offset_bytes)?)?;
        let offsets = body.get(start..end)?;
        Some(Self {
            file: body,
            offsets,
            offset_bytes,
            reference_bytes,
            top: number(&trailer[16..24])?,
            spent_bytes: Cell::new(0),
        })
    }

    fn object(&self, object: usize) -> Option<Object> {
        let at = object.checked_mul(self.offset_bytes)?;
        let offset = number(self.offsets.get(at..at.checked_add(self.offset_bytes)?)?)?;
        let mut rest = self.file.get(offset..)?;
        let mark = take(&mut rest, 1)?[0];
        let size = match mark & 0x0F {
            // A longer size is an integer of its own.
            0x0F if matches!(mark >> 4, 4..=0xD) => {
                let n_bytes = 1 << (take(&mut rest, 1)?[0] & 0x0F);
                number(take(&mut rest, n_bytes)?)?
            }
            size => usize::from(size),
        };
        self.spent_bytes.set(self.spent_bytes.get().saturating_add(size).saturating_add(1));
        Some(match mark >> 4 {
            // Data is text where it is.
            4 => match std::str::from_utf8(take(&mut rest, size)?) {
                Ok(text) => Object::Text(text.as_bytes().to_vec()),
                Err(_) => Object::Other,
            },
            5 => Object::Text(take(&mut rest, size)?.to_vec()),
            6 => Object::Text(wide(take(&mut rest, size.checked_mul(2)?)?)),
            0xA | 0xC => Object::Array(self.references(&mut rest, size)?),
            0xD => {
                let keys = self.references(&mut rest, size)?;
                Object::Dictionary(keys, self.references(&mut rest, size)?)
            }
            _ => Object::Other,
        })
    }

    fn references(&self, rest: &mut &'b [u8], n: usize) -> Option<Vec<usize>> {
        let references = take(rest, n.checked_mul(self.reference_bytes)?)?;
        references.chunks_exact(self.reference_bytes).map(number).collect()
    }

    fn name(&self, object: usize) -> Option<Vec<u8>> {
        let Some(Object::Text(mut name)) = self.object(object) else { return None };
        name.truncate(NAME_BYTES_MAX);
        Some(name)
    }
}

fn wide(text: &[u8]) -> Vec<u8> {
    let units = text.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    let characters = char::decode_utf16(units);
    let text: String =
        characters.map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    text.into_bytes()
}

fn take<'b>(rest: &mut &'b [u8], n_bytes: usize) -> Option<&'b [u8]> {
    let (taken, behind) = rest.split_at_checked(n_bytes)?;
    *rest = behind;
    Some(taken)
}

fn number(bytes: &[u8]) -> Option<usize> {
    let number = bytes.iter().try_fold(0_u64, |number, byte| {
        number.checked_mul(256).map(|number| number | u64::from(*byte))
    });
    usize::try_from(number?).ok()
}

#[cfg(test)]
pub mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Objects one behind the other, the first at the top.
    fn file(objects: &[&[u8]]) -> Vec<u8> {
        let mut file = MAGIC.to_vec();
        let mut offsets = Vec::new();
        for object in objects {
            offsets.push(file.len() as u8);
            file.extend_from_slice(object);
        }
        let start = file.len() as u8;
        file.extend(&offsets);
        let mut trailer = [0; TRAILER_BYTES];
        (trailer[6], trailer[7], trailer[15], trailer[31]) = (1, 1, objects.len() as u8, start);
        [file, trailer.to_vec()].concat()
    }

    pub fn sample() -> Vec<u8> {
        file(&[
            b"\xD2\x01\x02\x03\x04",
            b"\x55token",
            b"\x54list",
            b"\x5F\x10\x03abc",
            b"\xA3\x03\x05\x06",
            b"\x62\0d\0e",
            b"\x42hi",
        ])
    }

    fn text(file: &[u8]) -> (String, bool) {
        let (text, is_whole) = lines(file);
        (String::from_utf8(text).unwrap(), is_whole)
    }

    #[test]
    fn every_text_has_the_name_of_its_dictionary() {
        let expected = "token=abc\nlist=abc\nlist=de\nlist=hi\n".to_owned();
        assert_eq!(text(&sample()), (expected, true));
    }

    #[test]
    fn loops_and_lies_end() {
        let looped = file(&[b"\xA2\x00\x01", b"\x51x"]);
        assert_eq!(text(&looped), ("=x\n".to_owned(), true));
        assert_eq!(text(&file(&[b"\xA1\x09"])), (String::new(), false));
        assert_eq!(
            text(&file(&[b"\x5F\x13\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"])),
            (String::new(), false)
        );
        assert_eq!(text(MAGIC), (String::new(), false));
    }

    #[test]
    fn one_text_under_many_names_is_bounded() {
        let long = [b"\x5F\x11\x03\xE8".to_vec(), vec![b'x'; 1000]].concat();
        let many = [b"\xAF\x11\x03\xE8".to_vec(), vec![1; 1000]].concat();
        // Offsets of one byte do not reach behind the long text, so that it is the last.
        let (text, is_whole) = lines(&{
            let mut bytes = MAGIC.to_vec();
            bytes.extend(&many);
            let second = bytes.len();
            bytes.extend(&long);
            let start = bytes.len();
            bytes.extend([0, 8, (second >> 8) as u8, second as u8]);
            let mut trailer = [0; TRAILER_BYTES];
            (trailer[6], trailer[7], trailer[15]) = (2, 1, 2);
            (trailer[30], trailer[31]) = ((start >> 8) as u8, start as u8);
            bytes.extend(trailer);
            bytes
        });
        assert!(!is_whole && text.len() < 100_000);
    }

    proptest! {
        #[test]
        fn no_damage_makes_it_panic(
            at in any::<prop::sample::Index>(),
            byte in any::<u8>(),
            cut in any::<prop::sample::Index>(),
        ) {
            let mut file = sample();
            let at = at.index(file.len());
            file[at] = byte;
            let _ = lines(&file);
            let _ = lines(&file[..cut.index(file.len())]);
        }
    }
}
