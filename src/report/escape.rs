//! Makes hostile text harmless on a terminal, and fits it into a width. The door to
//! unicode-width. Not for JSON, whose writer has an escaping of its own.

use std::fmt::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Text of which no character moves the cursor, hides, or turns the reading order:
/// such characters become `\x1b`, `\n` or `\u{202e}`. What is escaped stays as it is.
pub fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), push_escaped)
}

/// A path for a terminal. Bytes that are not UTF-8 become `\xff`, and a backslash is
/// doubled, so that no name can pretend to be the escape of another.
pub fn escape_path(path: &Path) -> String {
    let mut escaped = String::new();
    for chunk in path.as_os_str().as_bytes().utf8_chunks() {
        escaped.push_str(&escape(&chunk.valid().replace('\\', r"\\")));
        chunk.invalid().iter().for_each(|byte| push_byte(&mut escaped, *byte));
    }
    escaped
}

/// Columns that escaped text takes on a terminal.
pub fn width(escaped: &str) -> usize {
    escaped.width()
}

/// Escaped text of at most `width_max` columns: the middle of a longer one is left out,
/// and more is kept of its end, where paths tell most.
pub fn cut_middle(escaped: &str, width_max: usize) -> String {
    if width(escaped) <= width_max {
        return escaped.to_owned();
    }
    let kept = width_max.saturating_sub(1);
    let head: String = fitting(escaped.chars(), kept / 3).collect();
    let tail: Vec<char> = fitting(escaped.chars().rev(), kept - width(&head)).collect();
    format!("{head}…{}", tail.iter().rev().collect::<String>())
}

/// The first characters that fit into a number of columns.
fn fitting(characters: impl Iterator<Item = char>, width_max: usize) -> impl Iterator<Item = char> {
    characters.scan(0, move |used, character| {
        *used += character.width().unwrap_or(0);
        (*used <= width_max).then_some(character)
    })
}

fn push_escaped(mut escaped: String, character: char) -> String {
    match character {
        '\n' => escaped.push_str(r"\n"),
        '\r' => escaped.push_str(r"\r"),
        '\t' => escaped.push_str(r"\t"),
        '\0'..='\x1f' | '\x7f' => push_byte(&mut escaped, character as u8),
        _ if is_treacherous(character) => {
            // Writing into a String cannot fail.
            let _ = write!(escaped, r"\u{{{:x}}}", u32::from(character));
        }
        _ => escaped.push(character),
    }
    escaped
}

fn push_byte(escaped: &mut String, byte: u8) {
    // Writing into a String cannot fail.
    let _ = write!(escaped, r"\x{byte:02x}");
}

/// Characters beyond ASCII that control a terminal, cannot be seen, or reorder others.
const fn is_treacherous(character: char) -> bool {
    matches!(character,
        '\u{80}'..='\u{9f}'                           // C1 controls
        | '\u{ad}'                                    // soft hyphen
        | '\u{61c}'                                   // Arabic letter mark
        | '\u{180e}'                                  // Mongolian vowel separator
        | '\u{200b}'..='\u{200f}'                     // zero width, direction marks
        | '\u{2028}'..='\u{202e}'                     // separators, embeddings, overrides
        | '\u{2060}'..='\u{206f}'                     // joiners, isolates
        | '\u{fe00}'..='\u{fe0f}'                     // variation selectors
        | '\u{feff}'                                  // byte order mark
        | '\u{fff9}'..='\u{fffb}'                     // annotations
        | '\u{e0000}'..='\u{e0fff}'                   // tags, more variation selectors
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;

    #[test]
    fn controls_become_visible() {
        let check = |text: &str, expected: &str| assert_eq!(escape(text), expected);
        check("a\u{1b}[31mb", r"a\x1b[31mb");
        check("a\nb\tc\rd\0\u{7f}", r"a\nb\tc\rd\x00\x7f");
        check("\u{85}\u{9b}31m", r"\u{85}\u{9b}31m");
        check("exe\u{202e}txt\u{2066}\u{2069}", r"exe\u{202e}txt\u{2066}\u{2069}");
        check(
            "\u{200b}\u{200f}\u{feff}\u{2028}\u{2029}",
            r"\u{200b}\u{200f}\u{feff}\u{2028}\u{2029}",
        );
        check("Grüße 日本 \\ é", "Grüße 日本 \\ é");
    }

    #[test]
    fn escaped_text_stays_as_it_is() {
        let once = escape("\u{1b}\n\u{202e}\\");
        assert_eq!(escape(&once), once);
    }

    #[test]
    fn no_name_can_pretend_to_be_the_escape_of_another() {
        let shown = |bytes: &[u8]| escape_path(Path::new(OsStr::from_bytes(bytes)));
        assert_eq!(shown(b"/a/\xff\xfe/\xc3\xa9"), r"/a/\xff\xfe/é");
        assert_eq!(shown(br"/a/\xff"), r"/a/\\xff");
        assert_ne!(shown("/a/\u{85}".as_bytes()), shown(b"/a/\x85"));
    }

    #[test]
    fn a_cut_text_keeps_both_ends_and_fits() {
        assert_eq!(cut_middle("/home/ana/deep/down/credentials", 20), "/home/…n/credentials");
        assert_eq!(cut_middle("/short", 20), "/short");
        for width_max in 1..40 {
            let wide = "/日本語/".repeat(9);
            assert!(width(&cut_middle(&wide, width_max)) <= width_max);
        }
    }
}
