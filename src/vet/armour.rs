//! Armour: the `-----BEGIN X-----` text around a key (RFC 7468, RFC 1421, RFC 9580).
//! Takes it as files hold it, with any line ends, indented, commented out, in a log or a
//! patch, or as a string with `\n` escapes. Does not judge what is inside.

use crate::vet::base64;

const BEGIN: &[u8] = b"-----BEGIN ";
const DASHES: &[u8] = b"-----";
const LABEL_BYTES_MAX: usize = 40;

/// An armoured block, taken apart.
pub struct Armour {
    /// What stands between `BEGIN` and the dashes.
    pub label: String,
    /// The decoded bytes.
    pub body: Vec<u8>,
    /// The CRC-24 line of OpenPGP, where there is one.
    pub crc24: Option<Vec<u8>>,
    headers: Vec<(String, String)>,
}

impl Armour {
    /// Takes a block apart. A missing `END` line is forgiven: that the body is whole is
    /// for its own structure to show.
    pub fn parse(block: &[u8]) -> Option<Self> {
        let label = label(block)?;
        let text = unescaped(&block[BEGIN.len() + label.len() + DASHES.len()..]);
        let end = find(&text, b"-----END").unwrap_or(text.len());
        let mut armour = Self { label, body: Vec::new(), crc24: None, headers: Vec::new() };
        let mut base64 = Vec::with_capacity(end);
        let n_before = bytes_before_lines(&text[..end]);
        for line in text[..end].split(|byte| *byte == b'\n') {
            armour.sort(trimmed(line.get(n_before..).unwrap_or_default()), &mut base64);
        }
        armour.body = base64::decode(&base64)?;
        (!armour.body.is_empty()).then_some(armour)
    }

    /// The value of a header line.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Puts a line where it belongs. base64 has no colon, so a line with one is a header.
    fn sort(&mut self, line: &[u8], base64: &mut Vec<u8>) {
        if let Some(colon) = line.iter().position(|byte| *byte == b':') {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
            self.headers.push((text(&line[..colon]), text(&line[colon + 1..])));
        } else if line.first() == Some(&b'=') && line.len() == 5 {
            self.crc24 = base64::decode(&line[1..]);
        } else {
            base64.extend_from_slice(line);
        }
    }
}

/// The label of a block that starts here: capitals, digits and blanks, at most 40.
pub fn label(block: &[u8]) -> Option<String> {
    let rest = block.strip_prefix(BEGIN)?;
    let end = find(&rest[..rest.len().min(LABEL_BYTES_MAX + DASHES.len())], DASHES)?;
    let is_label = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b' ';
    rest[..end].iter().all(is_label).then(|| String::from_utf8_lossy(&rest[..end]).into_owned())
}

/// Text with the escapes of JSON, YAML and shell strings undone, however often they were
/// applied: the same key in a file and in a string must have the same bytes.
pub fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte != b'\\' {
            plain.push(byte);
            continue;
        }
        let n_backslashes = rest.iter().take_while(|byte| **byte == b'\\').count();
        rest = &rest[n_backslashes..];
        let (byte, n_bytes) = escape(rest);
        plain.push(byte);
        rest = &rest[n_bytes..];
    }
    plain
}

/// The byte that stands behind backslashes, and how many bytes spell it.
fn escape(rest: &[u8]) -> (u8, usize) {
    match rest {
        [b'n' | b'r', ..] => (b'\n', 1),
        [b't', ..] | [] => (b' ', rest.len().min(1)),
        [b'u', b'0', b'0', digits @ ..] => {
            let digits = digits.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
            let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
            byte.map_or((b'u', 1), |byte| (byte, 5))
        }
        [other, ..] => (*other, 1),
    }
}

/// How much stands before each line that is not the block's own: the time in a log, `// ` in a
/// comment, `+` in a patch. Text that ends with the line of `END` shows it.
fn bytes_before_lines(text: &[u8]) -> usize {
    let mut lines = text.split(|byte| *byte == b'\n');
    // The line of `BEGIN` is not whole, and blanks and quotes are taken off anyway.
    let (_, before) = (lines.next(), lines.next_back().unwrap_or_default());
    let is_own = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'');
    let is_foreign = |line: &[u8]| {
        let start = line.get(..before.len());
        start == Some(before) || start.is_some_and(|start| !is_base64(start))
    };
    let is_before_all = !before.iter().all(is_own) && lines.all(is_foreign);
    if is_before_all { before.len() } else { 0 }
}

fn is_base64(text: &[u8]) -> bool {
    text.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(byte))
}

/// A line without white space, and without what code puts around a string: of
/// `"YWJj" +` only what stands in the quotes. No line of base64 is one character long.
fn trimmed(line: &[u8]) -> &[u8] {
    let pieces = line.split(|byte| matches!(byte, b'"' | b'\'')).map(<[u8]>::trim_ascii);
    pieces.filter(|piece| piece.len() > 1).max_by_key(|piece| piece.len()).unwrap_or_default()
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str) -> Option<Vec<u8>> {
        let block = format!("-----{} {text}-----END X KEY-----", "BEGIN X KEY-----");
        Armour::parse(block.replace("----- ", "-----").as_bytes()).map(|armour| armour.body)
    }

    #[test]
    fn line_ends_escapes_and_indentation_do_not_change_the_body() {
        let expected = body("\nYWJj\nZGVm\n");
        assert_eq!(expected.as_deref(), Some(&b"abcdef"[..]));
        for text in [
            "\r\nYWJj\r\nZGVm\r\n",
            r"\nYWJj\nZGVm\n",
            r"\r\nYWJj\r\nZGVm\r\n",
            r"\\nYWJj\\nZGVm\\n",
            "\n    YWJj\n    ZGVm\n",
            "\n\"YWJj\"\n\"ZGVm\"\n",
            "\" +\n\"YWJj\" +\n\"ZGVm\" +\n\"",
            r"\nYWJj\nZGVm\u003d\n",
            "YWJj ZGVm",
            "\n12:30:01 app: YWJj\n12:30:02 app: ZGVm\n12:30:02 app: ",
            "\n// YWJj\n// ZGVm\n// ",
            "\n+YWJj\n+ZGVm\n+",
            "\n> YWJj\n> \n> ZGVm\n> ",
            "\nYWJj\nZGVm",
        ] {
            assert_eq!(body(text), expected, "{text}");
        }
    }

    #[test]
    fn headers_and_the_checksum_are_not_body() {
        let block = "-----BEGIN X-----\nProc-Type: 4,ENCRYPTED\n\nYWJj\n=AAAA\n-----END X-----";
        let armour = Armour::parse(block.as_bytes()).expect("a whole block");
        assert_eq!(armour.header("Proc-Type"), Some("4,ENCRYPTED"));
        assert_eq!((armour.body, armour.crc24), (b"abc".to_vec(), Some(vec![0, 0, 0])));
    }

    #[test]
    fn what_is_no_block_is_none() {
        assert!(Armour::parse(b"").is_none());
        assert!(Armour::parse(b"-----BEGIN X").is_none());
        assert!(Armour::parse(b"-----BEGIN X-----").is_none());
        assert!(Armour::parse(b"-----BEGIN X-----\n...\n-----END X-----").is_none());
        assert_eq!(label(b"-----BEGIN lower case-----"), None);
        assert_eq!(label(format!("-----BEGIN {}-----", "X".repeat(41)).as_bytes()), None);
    }

    #[test]
    fn a_broken_escape_is_no_reason_to_panic() {
        for text in ["\\", "\\u", "\\u00", "\\u00z", "\\u00zz", "\\u00+1", "\\\\\\"] {
            unescaped(text.as_bytes());
        }
    }
}
