//! The cells of a Jupyter notebook as the text that they are: in the file each line is a string
//! of JSON, so that quotes are escaped and what spans lines is cut. Any texts of the file are
//! taken, for what a cell printed may be a secret too. Does not check that the file is whole.

use std::path::Path;

use crate::read::lifted::Lifted;

/// A line of nothing but base64 is an image, which rules see as it is.
const PLAIN_BYTES_MAX: usize = 16 << 10;

/// The texts of a notebook. `None` for any other file, and if no text has an escape.
pub fn texts(path: &Path, bytes: &[u8]) -> Option<Lifted> {
    let is_notebook = path.extension().is_some_and(|extension| extension == "ipynb");
    if !is_notebook || bytes.trim_ascii_start().first() != Some(&b'{') {
        return None;
    }
    let mut lifted = Lifted::default();
    let mut at = 0;
    while let Some(start) = bytes[at..].iter().position(|byte| *byte == b'"') {
        let start = at + start + 1;
        let end = end_of_string(bytes, start);
        at = (end + 1).min(bytes.len());
        let next = bytes[at..].iter().find(|byte| !byte.is_ascii_whitespace());
        let is_long = end - start > PLAIN_BYTES_MAX && !bytes[start..end].contains(&b'\\');
        if next == Some(&b':') || is_long {
            continue;
        }
        unescape(&bytes[start..end], start, &mut lifted);
        // Lines of one cell follow each other; anything else is a text of its own.
        if next != Some(&b',') {
            lifted.push(*b"\n", end, 1);
        }
    }
    (!lifted.text.is_empty()).then_some(lifted)
}

/// Where the quote stands that ends a string.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at.min(bytes.len())
}

/// Appends what a string of JSON says, which stands in the file from there on.
fn unescape(string: &[u8], file_start: usize, lifted: &mut Lifted) {
    let mut at = 0;
    while at < string.len() {
        let n_plain = string[at..].iter().take_while(|byte| **byte != b'\\').count();
        if n_plain > 0 {
            lifted.push(string[at..at + n_plain].iter().copied(), file_start + at, 1);
            at += n_plain;
            continue;
        }
        let (character, n_bytes) = escape(&string[at..]);
        let mut buffer = [0; 4];
        let text = character.encode_utf8(&mut buffer).bytes();
        let width = n_bytes / text.len().max(1);
        lifted.push(text, file_start + at, width.max(1));
        at += n_bytes;
    }
}

/// What an escape stands for, and how many bytes spell it.
fn escape(string: &[u8]) -> (char, usize) {
    let Some(kind) = string.get(1) else { return ('\\', 1) };
    let plain = match kind {
        b'n' | b'r' => '\n',
        b't' | b'b' | b'f' => '\t',
        b'u' => {
            let digits = string.get(2..6).and_then(|digits| std::str::from_utf8(digits).ok());
            let number = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
            let Some(number) = number else { return ('u', 2) };
            return (char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER), 6);
        }
        other if other.is_ascii() => char::from(*other),
        _ => return ('\\', 1),
    };
    (plain, 2)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::location::Span;

    fn text(json: &str) -> String {
        let lifted = texts(Path::new("/a.ipynb"), json.as_bytes());
        lifted.map_or_else(String::new, |lifted| String::from_utf8(lifted.text).unwrap())
    }

    #[test]
    fn lines_of_a_cell_follow_each_other() {
        let json = r#"{"cells": [{"source": ["a = \"x\"\n", "b = 'y'\n"], "z": "A\t"}, "v"]}"#;
        assert_eq!(text(json), "a = \"x\"\nb = 'y'\n\nA\t\nv\n");
    }

    #[test]
    fn a_span_points_into_the_file() {
        let json = r#"{"source": ["t = \"abc\"\n"]}"#;
        let lifted = texts(Path::new("/a.ipynb"), json.as_bytes()).unwrap();
        let span = lifted.span_in_file(Span { start: 5, end: 8 });
        assert_eq!(&json[span.start as usize..span.end as usize], "abc");
    }

    #[test]
    fn other_files_and_images_are_left_alone() {
        assert!(texts(Path::new("/a.json"), b"{\"a\": \"b\"}").is_none());
        assert!(texts(Path::new("/a.ipynb"), b"[\"b\"]").is_none());
        assert_eq!(
            text(&format!("{{\"image/png\": \"{}\"}}", "A".repeat(PLAIN_BYTES_MAX + 1))),
            ""
        );
    }

    #[test]
    fn what_is_cut_ends() {
        for json in
            [r#"{"a": "b"#, r#"{"a": "b\"#, r#"{"a": "\u00"#, "{\"", "{\"a\": \"\u{FF}\\\u{FF}"]
        {
            let _ = text(json);
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let json = [&b"{\"a\": \""[..], &bytes].concat();
            let lifted = texts(Path::new("/a.ipynb"), &json).unwrap_or_default();
            let length = lifted.text.len() as u64;
            for start in 0..length {
                let span = lifted.span_in_file(Span { start, end: length });
                prop_assert!(span.start <= span.end && span.end <= json.len() as u64 + 1);
            }
        }
    }
}
