//! The keys of a JSON file and their plain values, one after the other. Builds no tree and
//! never recurses, so that no depth and no broken end hides what stands before it; takes
//! comments and trailing commas, as editors do.

use std::borrow::Cow;

/// Names of deeper levels are not kept; nothing that is asked for lies that deep.
const LEVELS_MAX: usize = 8;

/// A key of an object.
pub struct Entry<'t> {
    /// Keys of the objects around it, the outermost first; an empty one for each list.
    pub around: &'t [Cow<'t, str>],
    /// The key.
    pub key: &'t str,
    /// Its value, if that is a text.
    pub text: Option<&'t str>,
    /// Line of the key, from 1.
    pub line: u64,
}

/// The first entry of which something is to be said.
pub fn find<T>(text: &str, mut say: impl FnMut(&Entry<'_>) -> Option<T>) -> Option<T> {
    let mut around: Vec<Cow<'_, str>> = Vec::new();
    let mut depth: usize = 0;
    let mut pending: Option<(Cow<'_, str>, u64)> = None;
    let mut last: Option<(Cow<'_, str>, u64)> = None;
    for token in (Tokens { text, at: 0, line: 1 }) {
        if !matches!(token, Token::Colon)
            && let Some((key, line)) = pending.take()
        {
            let text = match &token {
                Token::Text(text, _) => Some(&**text),
                _ => None,
            };
            if let Some(said) = say(&Entry { around: &around, key: &key, text, line }) {
                return Some(said);
            }
            if matches!(token, Token::Open) {
                descend(&mut around, &mut depth, key);
            }
            continue;
        }
        match token {
            Token::Text(text, line) => last = Some((text, line)),
            Token::Colon => pending = last.take(),
            Token::Open => descend(&mut around, &mut depth, Cow::Borrowed("")),
            Token::Close => {
                depth = depth.saturating_sub(1);
                around.truncate(depth.saturating_sub(1));
            }
            Token::Other => last = None,
        }
    }
    None
}

/// The outermost object has no name, so a key of it has nothing around.
fn descend<'t>(around: &mut Vec<Cow<'t, str>>, depth: &mut usize, key: Cow<'t, str>) {
    if *depth > 0 && around.len() == *depth - 1 && around.len() < LEVELS_MAX {
        around.push(key);
    }
    *depth += 1;
}

enum Token<'t> {
    Text(Cow<'t, str>, u64),
    Colon,
    Open,
    Close,
    /// A comma, or a character of a number or a word.
    Other,
}

struct Tokens<'t> {
    text: &'t str,
    at: usize,
    line: u64,
}

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        loop {
            let rest = self.text.as_bytes().get(self.at..)?;
            let token = match *rest.first()? {
                b'\n' => {
                    self.line += 1;
                    None
                }
                byte if byte.is_ascii_whitespace() => None,
                b'/' => {
                    self.comment(rest);
                    continue;
                }
                b'"' => return self.text(),
                b':' => Some(Token::Colon),
                b'{' | b'[' => Some(Token::Open),
                b'}' | b']' => Some(Token::Close),
                _ => Some(Token::Other),
            };
            self.at += 1;
            if token.is_some() {
                return token;
            }
        }
    }
}

impl<'t> Tokens<'t> {
    fn comment(&mut self, rest: &[u8]) {
        let end = match rest.get(1) {
            Some(b'/') => rest.iter().position(|byte| *byte == b'\n'),
            Some(b'*') => rest.windows(2).skip(2).position(|pair| pair == b"*/").map(|n| n + 4),
            _ => Some(1),
        };
        let end = end.unwrap_or(rest.len());
        self.line += lines_in(&rest[..end]);
        self.at += end;
    }

    /// A quoted text; one that does not end is the end of all.
    fn text(&mut self) -> Option<Token<'t>> {
        let start = self.at + 1;
        let body = &self.text.as_bytes()[start..];
        let mut end = 0;
        while *body.get(end)? != b'"' {
            end += if body[end] == b'\\' { 2 } else { 1 };
        }
        let line = self.line;
        self.line += lines_in(&body[..end]);
        self.at = start + end + 1;
        Some(Token::Text(plain(self.text.get(start..start + end)?), line))
    }
}

fn lines_in(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}

/// Without escapes, so that `run\u004fn` is no hiding place.
fn plain(quoted: &str) -> Cow<'_, str> {
    if !quoted.contains('\\') {
        return Cow::Borrowed(quoted);
    }
    let decoded = serde_json::from_str::<String>(&format!("\"{quoted}\""));
    decoded.map_or(Cow::Borrowed(quoted), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(text: &str) -> Vec<String> {
        let mut all = Vec::new();
        let none = find(text, |entry| {
            let around = entry.around.join("/");
            let value = entry.text.unwrap_or("-");
            all.push(format!("{}:{around}/{}={value}", entry.line, entry.key));
            None::<()>
        });
        assert_eq!(none, None);
        all
    }

    #[test]
    fn keys_come_with_their_place_their_text_and_their_line() {
        let text = "{\n \"a\": {\"b\": \"c\"},\n \"d\": [{\"e\": 1}, \"f\"],\n \"g\": \"h\"}";
        assert_eq!(entries(text), ["2:/a=-", "2:a/b=c", "3:/d=-", "3:d//e=-", "4:/g=h"]);
    }

    #[test]
    fn comments_trailing_commas_and_escapes_hide_nothing() {
        let text = "// \"x\": 1\n{ /* \"y\":\n 2 */ \"\\u0061\\\"\": \"b\", \"u\": \"htt://x\", }";
        assert_eq!(entries(text), ["3:/a\"=b", "3:/u=htt://x"]);
    }

    #[test]
    fn depth_and_broken_ends_hide_nothing_before_them() {
        let deep = format!("{{\"a\": {}, \"b\": \"c\"}}", "[".repeat(100_000));
        assert_eq!(entries(&deep).first().unwrap(), "1:/a=-");
        assert_eq!(entries(&deep).len(), 2);
        assert_eq!(entries("{\"a\": \"b\", \"c"), ["1:/a=b"]);
        for broken in ["", "\"", "\\", "{\"a", "}}}]:", "/", "/*", "\"\\", "{\"a\":\"\\u12\"}"] {
            entries(broken);
        }
    }
}
