//! Text within text: base64, hexadecimal, and escapes of URLs, JSON and markup. What decodes to
//! something readable is given on with the place of each of its bytes. Decrypts nothing and
//! unpacks nothing; what does not read as text is left alone.

use std::ops::Range;

use memchr::memchr3_iter;

use crate::model::location::Span;

/// Shorter runs hold no secret worth looking for, and are words as often as not.
const BASE64_BYTES_MIN: usize = 24;
/// See [`BASE64_BYTES_MIN`].
const HEX_BYTES_MIN: usize = 32;
/// No longer run is decoded: nobody encodes such a file by hand.
const RUN_BYTES_MAX: usize = 4 << 20;
/// Digits are looked for in blocks of so many words.
const BLOCK_WORDS: usize = 8;
const BLOCK_BYTES: usize = BLOCK_WORDS * WORD_BYTES;
const WORD_BYTES: usize = size_of::<u64>();
/// So many bytes of a run are decoded to see whether it holds text.
const SAMPLE_BYTES: usize = 16;
/// So far around an escape its line is decoded.
const LINE_BYTES_MAX: usize = 1024;

/// A readable text that stood encoded in another.
pub struct Decoded {
    /// The text.
    pub text: Vec<u8>,
    /// Where each byte of it begins in the outer text.
    positions: Vec<u32>,
    /// Where the encoded run begins and ends there.
    run: Range<usize>,
}

impl Decoded {
    fn new(run: Range<usize>) -> Self {
        let (text, positions) = (Vec::with_capacity(run.len()), Vec::with_capacity(run.len()));
        Self { text, positions, run }
    }

    fn push(&mut self, byte: u8, at: usize) {
        self.text.push(byte);
        self.positions.push((at - self.run.start) as u32);
    }

    /// From a span of the text to the encoded bytes in the outer one.
    pub fn span_outside(&self, span: Span) -> Span {
        let place = |offset: u64| {
            let at = usize::try_from(offset).ok().and_then(|at| self.positions.get(at));
            at.map_or(self.run.end, |at| self.run.start + *at as usize) as u64
        };
        Span { start: place(span.start), end: place(span.end) }
    }
}

/// Every text that stands encoded in the `own` part of some bytes, each in full.
pub fn decode_each(bytes: &[u8], own: &Range<usize>, visit: &mut dyn FnMut(&Decoded)) {
    runs(bytes, own, visit);
    escapes(bytes, own, visit);
}

/// How many bytes of base64 in either alphabet come first; those of hexadecimal are among them.
fn n_digits<'b>(bytes: impl IntoIterator<Item = &'b u8>) -> usize {
    bytes.into_iter().take_while(|byte| base64_value(**byte).is_some()).count()
}

fn runs(bytes: &[u8], own: &Range<usize>, visit: &mut dyn FnMut(&Decoded)) {
    let goes_on = own.start > 0 && base64_value(bytes[own.start - 1]).is_some();
    let mut done = own.start + if goes_on { n_digits(&bytes[own.clone()]) } else { 0 };
    while let Some(inside) = next_digits(&bytes[done..]).map(|found| done + found) {
        let start = inside - n_digits(bytes[done..inside].iter().rev());
        if start >= own.end {
            return;
        }
        let end = inside + n_digits(&bytes[inside..bytes.len().min(start + RUN_BYTES_MAX)]);
        done = end;
        if end - start >= BASE64_BYTES_MIN {
            let decoded = hexadecimal(bytes, start..end).or_else(|| base64(bytes, start..end));
            done = decoded.as_ref().map_or(end, |decoded| decoded.run.end.max(end));
            decoded.iter().for_each(&mut *visit);
        }
    }
}

/// Somewhere in the first run that is long enough, or in one that is nearly so: where two words
/// side by side are digits, which in a run of 23 bytes there must be.
fn next_digits(bytes: &[u8]) -> Option<usize> {
    let (blocks, rest) = bytes.as_chunks();
    let mut last = [0; BLOCK_BYTES];
    last[..rest.len()].copy_from_slice(rest);
    let mut was_full = false;
    for (number, block) in blocks.iter().chain([&last]).enumerate() {
        let full = full_words(block);
        let pairs = full & (full << 1 | u8::from(was_full));
        if pairs != 0 {
            let second = number * BLOCK_WORDS + pairs.trailing_zeros() as usize;
            return Some((second - 1) * WORD_BYTES);
        }
        was_full = full >> (BLOCK_WORDS - 1) == 1;
    }
    None
}

/// A bit for each word of a block that is nothing but digits, the lowest for the first.
fn full_words(block: &[u8; BLOCK_BYTES]) -> u8 {
    // Not by the table, and without a short cut, so that the compiler compares many bytes at once.
    let is_digit = block.map(|byte| {
        let is_digit = (byte | 0x20).is_ascii_lowercase()
            | byte.is_ascii_digit()
            | (byte == b'+')
            | (byte == b'/')
            | (byte == b'-')
            | (byte == b'_');
        if is_digit { u8::MAX } else { 0 }
    });
    let (words, _) = is_digit.as_chunks();
    let full = words.iter().map(|word| u64::from_ne_bytes(*word) == u64::MAX);
    full.rev().fold(0, |bits, is_full| bits << 1 | u8::from(is_full))
}

/// Pairs of hexadecimal digits.
fn hexadecimal(bytes: &[u8], run: Range<usize>) -> Option<Decoded> {
    let digits = &bytes[run.clone()];
    let fits = digits.len() >= HEX_BYTES_MIN && digits.len().is_multiple_of(2);
    if !fits || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let text = digits.chunks_exact(2).filter_map(hex_byte);
    if !text.clone().take(SAMPLE_BYTES).all(is_readable) {
        return None;
    }
    let mut decoded = Decoded::new(run.clone());
    for (index, byte) in text.enumerate() {
        decoded.push(byte, run.start + 2 * index);
    }
    is_text(&decoded.text).then_some(decoded)
}

fn hex_byte(pair: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok()
}

/// Base64 in either alphabet, over as many lines as follow each other.
fn base64(bytes: &[u8], run: Range<usize>) -> Option<Decoded> {
    if !begins_as_text(&bytes[run.clone()]) {
        return None;
    }
    let mut decoded = Decoded::new(run.clone());
    let (mut bits, mut n_bits) = (0u32, 0);
    let mut at = run.start;
    let end = bytes.len().min(run.start + RUN_BYTES_MAX);
    let mut line_bytes = 0;
    while at < end {
        let Some(value) = base64_value(bytes[at]) else {
            match next_line(bytes, at, line_bytes) {
                Some(next) => (at, line_bytes) = (next, 0),
                None => break,
            }
            continue;
        };
        bits = bits << 6 | value;
        n_bits += 6;
        line_bytes += 1;
        if n_bits >= 8 {
            n_bits -= 8;
            // The first of the digits that this byte is made of.
            decoded.push((bits >> n_bits) as u8, at - 1);
            bits &= (1 << n_bits) - 1;
        }
        at += 1;
    }
    decoded.run.end = at;
    if is_wide(&decoded.text) {
        narrow(&mut decoded);
    }
    is_text(&decoded.text).then_some(decoded)
}

/// Whether the first bytes that digits of base64 stand for are text, as bytes or as UTF-16.
fn begins_as_text(digits: &[u8]) -> bool {
    let mut sample = [0; SAMPLE_BYTES];
    for (bytes, digits) in sample.chunks_mut(3).zip(digits.chunks(4)) {
        let values = digits.iter().map(|digit| base64_value(*digit).unwrap_or_default());
        let bits = values.fold(0, |bits, value| bits << 6 | value);
        bytes.copy_from_slice(&bits.to_be_bytes()[1..=bytes.len()]);
        if !bytes.iter().all(|byte| is_readable(*byte) || *byte == 0) {
            return false;
        }
    }
    is_text(&sample) || is_wide(&sample)
}

/// Where base64 goes on behind the end of a line, if the line is long and so is the next one.
fn next_line(bytes: &[u8], at: usize, line_bytes: usize) -> Option<usize> {
    const LINE_BYTES_MIN: usize = 40;
    let behind = &bytes[at..bytes.len().min(at + 64)];
    let n_break = match behind {
        [b'\r', b'\n', ..] | [b'\\', b'n', ..] => 2,
        [b'\n', ..] => 1,
        _ => return None,
    };
    let n_indent = behind[n_break..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let next = at + n_break + n_indent;
    (line_bytes >= LINE_BYTES_MIN
        && bytes.get(next).is_some_and(|byte| base64_value(*byte).is_some()))
    .then_some(next)
}

/// What each byte is worth, and this if it is none of the digits.
static BASE64_VALUES: [u8; 256] = {
    let mut values = [NO_DIGIT; 256];
    let alphabets = [*b"+/", *b"-_"];
    let mut value = 0;
    while value < 64 {
        let digits = match value {
            0..26 => [b'A' + value; 2],
            26..52 => [b'a' + value - 26; 2],
            52..62 => [b'0' + value - 52; 2],
            _ => [alphabets[0][value as usize - 62], alphabets[1][value as usize - 62]],
        };
        values[digits[0] as usize] = value;
        values[digits[1] as usize] = value;
        value += 1;
    }
    values
};
const NO_DIGIT: u8 = u8::MAX;

fn base64_value(byte: u8) -> Option<u32> {
    let value = BASE64_VALUES[usize::from(byte)];
    (value != NO_DIGIT).then_some(value.into())
}

/// UTF-16 of ASCII, as PowerShell encodes commands.
fn is_wide(text: &[u8]) -> bool {
    text.len() >= 8
        && text.iter().skip(1).step_by(2).all(|byte| *byte == 0)
        && text.iter().step_by(2).all(|byte| is_readable(*byte))
}

fn narrow(decoded: &mut Decoded) {
    let even = |index: usize| index.is_multiple_of(2);
    let mut index = 0;
    decoded.text.retain(|_| (even(index), index += 1).0);
    let mut index = 0;
    decoded.positions.retain(|_| (even(index), index += 1).0);
}

const fn is_readable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n')
}

/// Nearly all readable: a few bytes of other languages may be among it.
fn is_text(text: &[u8]) -> bool {
    let n_readable = text.iter().filter(|byte| is_readable(**byte)).count();
    text.len() >= 8 && n_readable * 20 >= text.len() * 19
}

/// Lines with escapes in them: `%40`, `\u0040`, `\x40`, `\/`, `\=`, `&#64;`, `&amp;`.
fn escapes(bytes: &[u8], own: &Range<usize>, visit: &mut dyn FnMut(&Decoded)) {
    let mut done = own.start;
    for found in memchr3_iter(b'%', b'\\', b'&', &bytes[own.clone()]) {
        let at = own.start + found;
        if at < done || escape(&bytes[at..]).is_none_or(|(byte, _)| !byte.is_ascii_graphic()) {
            continue;
        }
        let before = &bytes[done.max(at.saturating_sub(LINE_BYTES_MAX))..at];
        let start = memchr::memrchr(b'\n', before)
            .map_or(at - before.len(), |end| at - before.len() + end + 1);
        let behind = &bytes[at..bytes.len().min(at + LINE_BYTES_MAX)];
        let end = at + memchr::memchr(b'\n', behind).unwrap_or(behind.len());
        visit(&unescaped(bytes, start..end));
        done = end;
    }
}

fn unescaped(bytes: &[u8], run: Range<usize>) -> Decoded {
    let mut decoded = Decoded::new(run.clone());
    let mut at = run.start;
    while at < run.end {
        let (byte, length) = escape(&bytes[at..run.end]).unwrap_or((bytes[at], 1));
        decoded.push(byte, at);
        at += length;
    }
    decoded
}

/// The byte that an escape stands for, and how long it is.
fn escape(text: &[u8]) -> Option<(u8, usize)> {
    match text {
        [b'%', pair @ ..] => Some((hex_byte(pair.get(..2)?)?, 3)),
        [b'\\', b'x', pair @ ..] => Some((hex_byte(pair.get(..2)?)?, 4)),
        [b'\\', b'u', b'0', b'0', pair @ ..] => Some((hex_byte(pair.get(..2)?)?, 6)),
        [b'\\', sign @ (b'/' | b'=' | b':' | b'#' | b'!'), ..] => Some((*sign, 2)),
        [b'&', b'#', number @ ..] => entity(number),
        [b'&', name @ ..] => {
            let names: [(&[u8], u8); 5] = [
                (b"amp;", b'&'),
                (b"quot;", b'"'),
                (b"lt;", b'<'),
                (b"gt;", b'>'),
                (b"apos;", b'\''),
            ];
            let known = names.iter().find(|(known, _)| name.starts_with(known));
            known.map(|(known, byte)| (*byte, known.len() + 1))
        }
        _ => None,
    }
}

/// `64;` or `x40;` behind `&#`.
fn entity(number: &[u8]) -> Option<(u8, usize)> {
    let length = number.iter().take(6).position(|byte| *byte == b';')?;
    let text = std::str::from_utf8(&number[..length]).ok()?;
    let byte = match text.strip_prefix(['x', 'X']) {
        Some(digits) => u8::from_str_radix(digits, 16),
        None => text.parse(),
    };
    Some((byte.ok()?, length + 3))
}

#[cfg(test)]
mod tests {
    use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
    use proptest::prelude::*;

    use super::*;

    fn decoded(bytes: &[u8]) -> Vec<(String, Span)> {
        let mut all = Vec::new();
        decode_each(bytes, &(0..bytes.len()), &mut |one| {
            let whole = Span { start: 0, end: one.text.len() as u64 };
            all.push((String::from_utf8_lossy(&one.text).into_owned(), one.span_outside(whole)));
        });
        all
    }

    const TEXT: &str = "export TOKEN=abcdefghijklmnopqrstuvwx12";

    #[test]
    fn encoded_texts_are_found_where_they_stand() {
        for encoded in [
            BASE64.encode(TEXT.as_bytes()),
            BASE64URL_NOPAD.encode(TEXT.as_bytes()),
            HEXLOWER.encode(TEXT.as_bytes()),
            BASE64.encode(&TEXT.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()),
        ] {
            let outer = format!("data: \"{encoded}\"\n");
            let all = decoded(outer.as_bytes());
            assert_eq!(all.len(), 1, "{encoded}");
            assert_eq!(all[0].0, TEXT);
            let end = (7 + encoded.trim_end_matches('=').len()) as u64;
            assert_eq!(all[0].1, Span { start: 7, end });
        }
    }

    #[test]
    fn base64_may_go_over_several_lines() {
        let long = TEXT.repeat(5);
        let encoded = BASE64.encode(long.as_bytes());
        let lines: Vec<&str> =
            encoded.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
        for between in ["\n", "\r\n", "\n    ", "\\n"] {
            let all = decoded(lines.join(between).as_bytes());
            assert_eq!(all.iter().map(|one| one.0.as_str()).collect::<Vec<_>>(), [&long]);
        }
    }

    #[test]
    fn a_run_is_found_wherever_it_begins_and_ends() {
        let encoded = BASE64.encode(&TEXT.as_bytes()[..18]);
        assert_eq!(encoded.len(), BASE64_BYTES_MIN);
        for before in 0..140 {
            for after in [0, 1, 9, 63, 64, 65] {
                let around =
                    |run: &str| format!("{}{run}{}", "=".repeat(before), " =".repeat(after));
                let found = decoded(around(&encoded).as_bytes());
                assert_eq!(found.len(), 1, "{before} before, {after} after");
                assert_eq!(found[0].1.start, before as u64);
                assert_eq!(decoded(around(&encoded[1..]).as_bytes()), []);
            }
        }
    }

    #[test]
    fn words_and_noise_decode_to_nothing() {
        for text in [
            "getElementsByTagNameAndClassNameOrSomething",
            "9f86d081884c7d659a2feaa0c55ad0159f86d081884c7d659a2feaa0c55ad015",
            "iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4",
            "100 % of a & b \\n\\t",
        ] {
            assert_eq!(decoded(text.as_bytes()), [], "{text}");
        }
    }

    #[test]
    fn escapes_are_taken_back_line_by_line() {
        for (outer, inner) in [
            ("url=https%3A%2F%2Fa%40b", "url=https://a@b"),
            (r"url=https\://a\#b", "url=https://a#b"),
            (r#"{"key": "abc\u003d\u0026\/x"}"#, r#"{"key": "abc=&/x"}"#),
            ("<v>a&amp;b&#64;&#x40;</v>", "<v>a&b@@</v>"),
        ] {
            let all = decoded(format!("first\n{outer}\nlast").as_bytes());
            assert_eq!(all.len(), 1, "{outer}");
            assert_eq!(all[0].0, inner);
            assert_eq!(all[0].1, Span { start: 6, end: 6 + outer.len() as u64 });
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_looked_through(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            for (_, span) in decoded(&bytes) {
                prop_assert!(span.start <= span.end && span.end <= bytes.len() as u64);
            }
        }

        #[test]
        fn any_text_comes_back(text in "[ -~]{24,300}", front in "[ -~]{0,9}[ =\"]") {
            let outer = format!("{front}{}", BASE64.encode(text.as_bytes()));
            let all = decoded(outer.as_bytes());
            prop_assert!(all.iter().any(|one| one.0 == text));
        }
    }
}
