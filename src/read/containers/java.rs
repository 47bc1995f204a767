//! Compiled Java (JVM specification, 4): the texts of a class, one a line, and constants under
//! the names of their fields. Reads no instructions: what a method sets has no name here.

use std::collections::BTreeSet;

use crate::read::containers::{GROWTH_MAX, Source, Trouble, Unpacker};

const MAGIC: &[u8] = b"\xCA\xFE\xBA\xBE";
/// Java 1.1 and some way ahead. Programs of macOS begin with the same mark and a small number.
const VERSIONS: std::ops::Range<u16> = 45..100;

const UTF8: u8 = 1;
const STRING: u8 = 8;

/// Whether a file begins like one.
pub fn is_class(beginning: &[u8]) -> bool {
    let version = beginning.get(6..8).map(|bytes| u16::from_be_bytes([bytes[0], bytes[1]]));
    beginning.starts_with(MAGIC) && version.is_some_and(|version| VERSIONS.contains(&version))
}

/// Shows the texts of a class.
pub fn members(source: Source<'_>, unpacker: &mut Unpacker<'_>) -> Result<(), Trouble> {
    let bytes = source.bytes()?;
    let (text, is_whole) = lines(&bytes);
    unpacker.inflated(b"constants", &mut &text[..])?;
    if is_whole { Ok(()) } else { Err(Trouble::Broken) }
}

/// The texts of a class, each once, and whether it could be read up to its methods.
pub fn lines(file: &[u8]) -> (Vec<u8>, bool) {
    let mut class = Class { rest: file.get(8..).unwrap_or_default(), ..Class::default() };
    let mut text = Vec::new();
    let is_read = class.read_constants().and_then(|()| class.fields(&mut text, file)).is_some();
    let has_all = class.nameless(&mut text, file).is_some();
    (text, is_read && has_all)
}

/// A line, unless a few texts under many names grow too long.
fn tell(text: &mut Vec<u8>, parts: &[&[u8]], file: &[u8]) -> Option<()> {
    parts.iter().for_each(|part| text.extend_from_slice(part));
    text.push(b'\n');
    (text.len() <= GROWTH_MAX * file.len()).then_some(())
}

#[derive(Clone, Copy)]
enum Constant<'b> {
    Utf8(&'b [u8]),
    String(u16),
    Other,
}

#[derive(Default)]
struct Class<'b> {
    rest: &'b [u8],
    /// Counted from one; those of eight bytes count twice.
    constants: Vec<Constant<'b>>,
    /// Texts that are told under a name.
    named: BTreeSet<u16>,
}

impl<'b> Class<'b> {
    fn read_constants(&mut self) -> Option<()> {
        let n_constants = usize::from(self.short()?);
        self.constants.push(Constant::Other);
        while self.constants.len() < n_constants {
            let kind = self.take(1)?[0];
            let constant = match kind {
                UTF8 => {
                    let n_bytes = usize::from(self.short()?);
                    Constant::Utf8(self.take(n_bytes)?)
                }
                STRING => Constant::String(self.short()?),
                _ => {
                    self.take(size(kind)?)?;
                    Constant::Other
                }
            };
            self.constants.push(constant);
            if matches!(kind, 5 | 6) {
                self.constants.push(Constant::Other);
            }
        }
        Some(())
    }

    /// The constants that are values of fields.
    fn fields(&mut self, text: &mut Vec<u8>, file: &[u8]) -> Option<()> {
        let _flags_and_names = self.take(6)?;
        let n_interfaces = usize::from(self.short()?);
        self.take(2 * n_interfaces)?;
        for _ in 0..self.short()? {
            self.field(text, file)?;
        }
        Some(())
    }

    /// All other texts.
    fn nameless(&self, text: &mut Vec<u8>, file: &[u8]) -> Option<()> {
        for constant in &self.constants {
            let Constant::String(place) = constant else { continue };
            if let Some(string) = self.utf8(*place).filter(|_| !self.named.contains(place)) {
                tell(text, &[string], file)?;
            }
        }
        Some(())
    }

    /// Flags, name, type and attributes; of which one may be its constant.
    fn field(&mut self, text: &mut Vec<u8>, file: &[u8]) -> Option<()> {
        let _flags = self.short()?;
        let name = self.short()?;
        let _type = self.short()?;
        for _ in 0..self.short()? {
            let attribute = self.short()?;
            let head = self.take(4)?;
            let n_bytes = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
            let content = self.take(usize::try_from(n_bytes).ok()?)?;
            if let (Some(b"ConstantValue"), [high, low]) = (self.utf8(attribute), content) {
                let place = self.string(u16::from_be_bytes([*high, *low]));
                let value = place.and_then(|place| self.utf8(place));
                if let (Some(name), Some(value)) = (self.utf8(name), value) {
                    self.named.extend(place);
                    tell(text, &[name, b" = \"", value, b"\""], file)?;
                }
            }
        }
        Some(())
    }

    fn utf8(&self, place: u16) -> Option<&'b [u8]> {
        match self.constants.get(usize::from(place))? {
            Constant::Utf8(text) => Some(text),
            _ => None,
        }
    }

    /// Where the text of a constant stands.
    fn string(&self, place: u16) -> Option<u16> {
        match self.constants.get(usize::from(place))? {
            Constant::String(place) => Some(*place),
            _ => None,
        }
    }

    fn short(&mut self) -> Option<u16> {
        self.take(2).map(|bytes| u16::from_be_bytes([bytes[0], bytes[1]]))
    }

    fn take(&mut self, n_bytes: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.rest.split_at_checked(n_bytes)?;
        self.rest = rest;
        Some(taken)
    }
}

/// Bytes of a constant behind its kind.
const fn size(kind: u8) -> Option<usize> {
    match kind {
        7 | 16 | 19 | 20 => Some(2),
        15 => Some(3),
        3 | 4 | 9..=12 | 17 | 18 => Some(4),
        5 | 6 => Some(8),
        _ => None,
    }
}

#[cfg(test)]
pub mod tests {
    use proptest::prelude::*;

    use super::*;

    fn utf8(text: &str) -> Vec<u8> {
        [&[UTF8, 0, text.len() as u8], text.as_bytes()].concat()
    }

    pub fn sample() -> Vec<u8> {
        let constants = [
            utf8("TOKEN"),
            utf8("ConstantValue"),
            utf8("abc"),
            vec![STRING, 0, 3],
            [vec![5], vec![0; 8]].concat(),
            utf8("Ljava/lang/String;"),
        ];
        let field = b"\0\x19\0\x01\0\x07\0\x01\0\x02\0\0\0\x02\0\x04";
        [MAGIC, &[0, 0, 0, 61], &[0, 8], &constants.concat(), &[0; 6], &[0, 0], &[0, 1], field]
            .concat()
    }

    #[test]
    fn a_constant_has_the_name_of_its_field() {
        assert!(is_class(&sample()) && !is_class(b"\xCA\xFE\xBA\xBE\0\0\0\x02"));
        assert_eq!(lines(&sample()), (b"TOKEN = \"abc\"\n".to_vec(), true));
    }

    #[test]
    fn one_text_in_many_constants_is_bounded() {
        let long = [&[UTF8, 0x40, 0][..], &[b'x'; 0x4000]].concat();
        let many = [STRING, 0, 1].repeat(0xFFF0);
        let (text, is_whole) = lines(&[MAGIC, &[0, 0, 0, 61, 0xFF, 0xF2], &long, &many].concat());
        assert!(!is_whole && text.len() < 8 << 20);
    }

    #[test]
    fn what_is_cut_is_told() {
        let whole = sample();
        for end in 0..whole.len() {
            assert!(!lines(&whole[..end]).1, "{end} bytes");
        }
    }

    proptest! {
        #[test]
        fn no_damage_makes_it_panic(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let mut class = sample();
            let at = at.index(class.len());
            class[at] = byte;
            let _ = lines(&class);
        }
    }
}
