//! Compiled Python, 3.8 to 3.14: the strings that code holds, one a line, and as `name = "text"`
//! where code does nothing but give one a name. Runs nothing and knows only the three instructions
//! that this takes.

use std::collections::BTreeSet;

use crate::read::containers::{GROWTH_MAX, Source, Trouble, Unpacker};

/// Behind the version, in front of the flags: so that no text tool changes line ends unseen.
const MARK: [u8; 2] = *b"\r\n";
const HEADER_BYTES: usize = 16;
/// First versions of 3.8, 3.11 and 3.13, and what is beyond 3.14.
const OLDEST: u16 = 3400;
const WITH_EXCEPTION_TABLE: u16 = 3450;
const RENUMBERED: u16 = 3550;
const RENUMBERED_AGAIN: u16 = 3600;
const BEYOND: u16 = 3700;

/// Nothing that people write is nested deeper.
const DEPTH_MAX: usize = 64;
/// Marks a value that others may refer to.
const REFERABLE: u8 = 0x80;
/// Longer names are no names.
const NAME_BYTES_MAX: usize = 100;

/// Whether a file begins like one.
pub fn is_python(beginning: &[u8]) -> bool {
    version(beginning).is_some()
}

/// Shows what compiled code holds.
pub fn members(source: Source<'_>, unpacker: &mut Unpacker<'_>) -> Result<(), Trouble> {
    let bytes = source.bytes()?;
    let (text, is_whole) = strings(&bytes);
    unpacker.inflated(b"constants", &mut &text[..])?;
    if is_whole { Ok(()) } else { Err(Trouble::Broken) }
}

fn version(file: &[u8]) -> Option<u16> {
    let header = file.get(..HEADER_BYTES).filter(|header| header[2..4] == MARK)?;
    let version = u16::from_le_bytes([header[0], header[1]]);
    (OLDEST..BEYOND).contains(&version).then_some(version)
}

/// The strings of a file, and whether it could be read to its end.
pub fn strings(file: &[u8]) -> (Vec<u8>, bool) {
    let Some(version) = version(file) else { return (Vec::new(), false) };
    let mut reader = Marshal {
        rest: &file[HEADER_BYTES..],
        text_bytes_max: GROWTH_MAX * file.len(),
        version,
        known: Vec::new(),
        text: Vec::new(),
    };
    let is_whole = reader.value(0).is_some();
    (reader.text, is_whole)
}

/// A value, as far as anybody asks for it.
#[derive(Clone)]
enum Value<'b> {
    /// A text, and where its line stands.
    Text(&'b [u8], Option<usize>),
    List(Vec<Value<'b>>),
    Other,
}

/// Values of marshal, one behind the other.
struct Marshal<'b> {
    rest: &'b [u8],
    version: u16,
    /// One text may have a name in many places, but not in so many.
    text_bytes_max: usize,
    /// What others may refer to: texts only, so that nothing can be made to grow.
    known: Vec<Value<'b>>,
    text: Vec<u8>,
}

impl<'b> Marshal<'b> {
    fn value(&mut self, depth: usize) -> Option<Value<'b>> {
        if depth > DEPTH_MAX || self.text.len() > self.text_bytes_max {
            return None;
        }
        let mark = self.take(1)?[0];
        let kind = mark & !REFERABLE;
        // The number is given before what is inside gets its own.
        let place = (mark & REFERABLE != 0).then(|| {
            self.known.push(Value::Other);
            self.known.len() - 1
        });
        let value = self.value_of(kind, depth)?;
        if let (Some(place), Value::Text(..)) = (place, &value) {
            self.known[place] = value.clone();
        }
        Some(value)
    }

    fn value_of(&mut self, kind: u8, depth: usize) -> Option<Value<'b>> {
        let n_bytes = match kind {
            b'N' | b'F' | b'T' | b'S' | b'.' | b'0' => 0,
            b'i' => 4,
            b'I' | b'g' => 8,
            b'y' => 16,
            b'l' => 2 * usize::try_from((self.number()? as i32).unsigned_abs()).ok()?,
            b's' | b't' | b'u' | b'a' | b'A' => return self.long_text(kind),
            b'z' | b'Z' => return self.short_text(),
            b'(' | b'[' | b'<' | b'>' => {
                let n_values = self.number()?;
                return self.list(n_values, depth);
            }
            b')' => {
                let n_values = self.take(1)?[0];
                return self.list(n_values.into(), depth);
            }
            b'{' => return self.dictionary(depth),
            b':' => return self.list(3, depth).map(|_| Value::Other),
            b'r' => {
                let place = usize::try_from(self.number()?).ok()?;
                return self.known.get(place).cloned();
            }
            b'c' => return self.code(depth),
            _ => return None,
        };
        self.take(n_bytes).map(|_| Value::Other)
    }

    fn long_text(&mut self, kind: u8) -> Option<Value<'b>> {
        let n_bytes = usize::try_from(self.number()?).ok()?;
        let text = self.take(n_bytes)?;
        // Instructions and tables are bytes too, and are asked for as such.
        let is_text = kind != b's' || std::str::from_utf8(text).is_ok();
        let line = is_text.then(|| self.tell(text));
        Some(Value::Text(text, line))
    }

    fn short_text(&mut self) -> Option<Value<'b>> {
        let n_bytes = usize::from(self.take(1)?[0]);
        let text = self.take(n_bytes)?;
        let line = self.tell(text);
        Some(Value::Text(text, Some(line)))
    }

    fn tell(&mut self, text: &[u8]) -> usize {
        let line = self.text.len();
        self.text.extend_from_slice(text);
        self.text.push(b'\n');
        line
    }

    fn list(&mut self, n_values: u32, depth: usize) -> Option<Value<'b>> {
        let mut values = Vec::new();
        for _ in 0..n_values {
            values.push(self.value(depth + 1)?);
        }
        Some(Value::List(values))
    }

    /// Keys and values up to a mark.
    fn dictionary(&mut self, depth: usize) -> Option<Value<'b>> {
        while *self.rest.first()? != b'0' {
            let _key = self.value(depth + 1)?;
            let _value = self.value(depth + 1)?;
        }
        self.take(1).map(|_| Value::Other)
    }

    fn code(&mut self, depth: usize) -> Option<Value<'b>> {
        let is_new = self.version >= WITH_EXCEPTION_TABLE;
        let n_numbers = if is_new { 5 } else { 6 };
        self.take(4 * n_numbers)?;
        let instructions = self.value(depth + 1)?;
        let constants = self.value(depth + 1)?;
        let names = self.value(depth + 1)?;
        let local_names = self.value(depth + 1)?;
        self.assignments(&instructions, &constants, &names, &local_names);
        // Kinds of variables or free and bound ones, the file and the name.
        for _ in 0..4 {
            self.value(depth + 1)?;
        }
        let _first_line = self.number()?;
        let n_tables = if is_new { 2 } else { 1 };
        for _ in 0..n_tables {
            self.value(depth + 1)?;
        }
        Some(Value::Other)
    }

    /// A line for each constant that is loaded and stored under a name at once.
    fn assignments(
        &mut self,
        instructions: &Value<'b>,
        constants: &Value<'b>,
        names: &Value<'b>,
        local_names: &Value<'b>,
    ) {
        let Some(numbers) = Instructions::of(self.version) else { return };
        let Value::Text(instructions, _) = instructions else { return };
        let mut told = BTreeSet::new();
        let steps: Vec<&[u8]> = instructions.chunks_exact(2).collect();
        for pair in steps.windows(2) {
            let (load, store) = (pair[0], pair[1]);
            let names = match store[0] {
                step if step == numbers.store_local => local_names,
                step if numbers.store_name.contains(&step) => names,
                _ => continue,
            };
            // A long constant that is stored many times is told once.
            if load[0] != numbers.load_constant || !told.insert(load[1]) {
                continue;
            }
            let constant = at(constants, load[1]);
            let name = at(names, store[1]).filter(|(name, _)| name.len() <= NAME_BYTES_MAX);
            if let (Some((constant, line)), Some((name, _))) = (constant, name) {
                // What has a name is told under it alone.
                let told = line.and_then(|at| self.text.get_mut(at..at + constant.len()));
                told.into_iter().for_each(|told| told.fill(b' '));
                self.text.extend([name, b" = \"", constant, b"\"\n"].concat());
            }
        }
    }

    fn number(&mut self) -> Option<u32> {
        self.take(4).map(|bytes| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    fn take(&mut self, n_bytes: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.rest.split_at_checked(n_bytes)?;
        self.rest = rest;
        Some(taken)
    }
}

/// A text in a list, and where its line stands.
fn at<'b>(list: &Value<'b>, index: u8) -> Option<(&'b [u8], Option<usize>)> {
    let Value::List(values) = list else { return None };
    match values.get(usize::from(index)) {
        Some(Value::Text(text, line)) => Some((text, *line)),
        _ => None,
    }
}

/// Numbers of instructions, which change between versions.
struct Instructions {
    load_constant: u8,
    /// Under a name, a global one, an attribute.
    store_name: [u8; 3],
    store_local: u8,
}

impl Instructions {
    /// `None` where they are not known.
    const fn of(version: u16) -> Option<Self> {
        match version {
            OLDEST..RENUMBERED => {
                Some(Self { load_constant: 100, store_name: [90, 97, 95], store_local: 125 })
            }
            RENUMBERED..RENUMBERED_AGAIN => {
                Some(Self { load_constant: 83, store_name: [114, 113, 108], store_local: 110 })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
pub mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(text: &str) -> Vec<u8> {
        [&[b'z', text.len() as u8], text.as_bytes()].concat()
    }

    fn list(values: &[Vec<u8>]) -> Vec<u8> {
        [&[b')', values.len() as u8][..], &values.concat()].concat()
    }

    fn bytes(bytes: &[u8]) -> Vec<u8> {
        [&b"s"[..], &(bytes.len() as u32).to_le_bytes(), bytes].concat()
    }

    /// A module of a version, whose instructions are these.
    fn module(version: u16, instructions: &[u8], constants: &[Vec<u8>]) -> Vec<u8> {
        let is_new = version >= WITH_EXCEPTION_TABLE;
        let names = list(&[text("TOKEN"), text("OTHER")]);
        let n_tables = if is_new { 2 } else { 1 };
        [
            &version.to_le_bytes()[..],
            &MARK,
            &[0; 12],
            &[b'c' | REFERABLE],
            &vec![0; 4 * if is_new { 5 } else { 6 }],
            &bytes(instructions),
            &list(constants),
            &names,
            &list(&[]),
            &list(&[]),
            &bytes(b"\xFF"),
            &text("app.py"),
            &text("<module>"),
            &[0; 4],
            &bytes(b"\xFF").repeat(n_tables),
        ]
        .concat()
    }

    pub fn sample() -> Vec<u8> {
        module(3531, &[100, 0, 90, 0].repeat(20), &[text("abc"), text("def")])
    }

    fn lines(file: &[u8]) -> Vec<String> {
        let (text, is_whole) = strings(file);
        assert!(is_whole);
        String::from_utf8_lossy(&text).lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_constant_gets_the_name_that_it_is_stored_under() {
        let constants = [text("abc"), b"i\0\0\0\0".to_vec()];
        for (version, load, store) in
            [(3413, 100, 90), (3495, 100, 90), (3531, 100, 90), (3571, 83, 114)]
        {
            let file = module(version, &[load, 0, store, 1, load, 1, store, 0], &constants);
            assert!(lines(&file).contains(&"OTHER = \"abc\"".to_owned()), "{version}");
        }
        let unknown = module(3627, &[82, 0, 115, 1], &constants);
        assert!(!lines(&unknown).iter().any(|line| line.contains('=')));
        assert!(lines(&unknown).contains(&"abc".to_owned()));
    }

    #[test]
    fn a_reference_is_to_a_text_that_came_before() {
        let constants = [vec![b'z' | REFERABLE, 1, b'x'], b"r\x01\0\0\0".to_vec()];
        let file = module(3531, &[100, 1, 90, 0], &constants);
        assert!(lines(&file).contains(&"TOKEN = \"x\"".to_owned()));
    }

    #[test]
    fn what_is_cut_is_told_and_what_came_before_is_kept() {
        let file = module(3531, &[], &[text("abc"), text("def")]);
        let (text, is_whole) = strings(&file[..file.len() - 20]);
        assert!(
            !is_whole && text.starts_with(b"\nabc\ndef\n"),
            "{}",
            String::from_utf8_lossy(&text)
        );
        assert!(!is_python(b"\x6F\x0D\x0D\x0A") && !is_python(&[0; 16]));
    }

    #[test]
    fn nesting_has_an_end() {
        let head = module(3531, &[], &[]);
        let deep = [&head[..16], &[b')', 1].repeat(100_000)].concat();
        assert!(!strings(&deep).1);
    }

    proptest! {
        #[test]
        fn no_damage_makes_it_panic_or_grow(
            at in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        ) {
            let mut file = sample();
            for (at, byte) in at {
                let at = at.index(file.len());
                file[at] = byte;
            }
            prop_assert!(strings(&file).0.len() <= 20 * file.len());
        }
    }
}
