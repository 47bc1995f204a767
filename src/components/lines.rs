//! Where in a text something stands: lines, counted from 1.

use memchr::memmem;

/// How far behind the name of an entry its version may stand: after the brace, and the
/// real name of an alias.
const ENTRY_BYTES_MAX: usize = 512;

/// The line of a byte.
pub fn line_at(text: &[u8], offset: usize) -> u64 {
    let before = &text[..offset.min(text.len())];
    memchr::memchr_iter(b'\n', before).count() as u64 + 1
}

/// The line of the first `"key": "value"` in a JSON text, or of the first `"key": {...}` with
/// the value near its beginning. `None` if they are written with escapes.
pub fn line_of_entry(json: &[u8], key: &str, value: &str) -> Option<u64> {
    let key = format!("\"{key}\"");
    let mut keys = memmem::find_iter(json, key.as_bytes());
    let offset = keys.find(|start| {
        let rest = &json[start + key.len()..];
        let rest = rest[..rest.len().min(ENTRY_BYTES_MAX)].trim_ascii_start();
        rest.strip_prefix(b":").is_some_and(|rest| holds(rest.trim_ascii_start(), value))
    })?;
    Some(line_at(json, offset))
}

fn holds(entry: &[u8], value: &str) -> bool {
    if !entry.starts_with(b"{") {
        return entry.starts_with(format!("\"{value}\"").as_bytes());
    }
    // The version of a lock file may stand behind a sign or a name: `"==1.0"`, `"npm:x@1.0"`.
    let fields = entry.split(|byte| *byte == b'}').next().unwrap_or_default();
    memmem::find(fields, format!("{value}\"").as_bytes()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_found_by_its_key_and_what_stands_behind_it() {
        let json = b"{\"is\": \"odd\",\n\"a\": [\"is\"],\n\"b\": {\n \"is\" : {\n  \"version\": \"1.0\"}}}";
        assert_eq!(line_of_entry(json, "is", "1.0"), Some(4));
        assert_eq!(line_of_entry(json, "is", "odd"), Some(1));
        assert_eq!(line_of_entry(json, "a", "is"), None);
        assert_eq!(line_of_entry(json, "is", "2.0"), None);
        assert_eq!(line_of_entry(b"", "is", "1.0"), None);
        assert_eq!(line_at(b"a\nb", 99), 2);
    }
}
