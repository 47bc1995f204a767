//! Assignments in any language: `name = "value"`, `name: value`, `<name>value</name>`,
//! `name => 'value'`, `call("name", "value")`, `--name value`, `getenv("NAME") || "value"`,
//! `{"name": "NAME", "value": "value"}`. Knows no grammar of any language: it reads on from a
//! name over what may stand between it and a value. Whether the name is one of a secret is
//! asked here, whether the value is one is not.

use std::ops::Range;

use crate::detect::names::{is_of_secret, name_around};

/// Longer values are texts.
const VALUE_BYTES_MAX: usize = 512;
/// So much may stand between a name and its operator: closing quotes, brackets and blanks.
const CLOSING_BYTES_MAX: usize = 24;
/// Words before a secret in a header.
const SCHEMES: [&[u8]; 5] = [b"bearer ", b"basic ", b"token ", b"apikey ", b"token="];
/// Words that stand between an operator and a value's type in declarations.
const TYPES: [&[u8]; 6] = [b"string", b"str", b"&str", b"&'static str", b"const char*", b"text"];
/// Keys under which an element keeps its value beside its name.
const VALUE_KEYS: [&[u8]; 4] = [b"value", b"content", b"default", b"val"];

/// A name and the value that is given to it.
pub struct Assignment {
    /// The name.
    pub name: Range<usize>,
    /// The value, without quotes.
    pub value: Range<usize>,
}

/// The assignment in whose name a word stands, if that is the name of a secret.
pub fn assigned(window: &[u8], word: &Range<usize>) -> Option<Assignment> {
    let name = name_around(window, word);
    if !is_of_secret(&window[name.clone()], &(word.start - name.start..word.end - name.start)) {
        return None;
    }
    // A part of a longer name: `arn:…:secret:db`.
    if matches!(window[..name.start], [.., before, b':'] if before.is_ascii_alphanumeric() || before == b':')
    {
        return None;
    }
    let mut reader = Reader { window, at: name.end };
    let value = match reader.way(&name)? {
        Way::Operator => reader.value()?,
        Way::Element => reader.element()?,
    };
    let is_value = !value.is_empty() && value.len() <= VALUE_BYTES_MAX;
    is_value.then_some(Assignment { name, value })
}

/// How a value is given to a name.
enum Way {
    /// By a sign, as an argument, or just behind the name.
    Operator,
    /// As the text of an element.
    Element,
}

/// Whether a call with one string hands it to what the name says: `setPassword("…")`,
/// `ApiKey("…")`, and not `read_token("…")`.
fn takes_value(name: &[u8]) -> bool {
    let last = name.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    let is_verb = [&b"set"[..], b"with", b"use", b"add"].iter().any(|verb| last.starts_with(verb));
    is_verb || last.first().is_some_and(u8::is_ascii_uppercase)
}

/// What stands without quotes and is written as types and members are: `UserAuth`, `self.key`.
fn is_identifier(value: &[u8]) -> bool {
    let is_of_name = |byte: &u8| byte.is_ascii_alphabetic() || b"_.$:".contains(byte);
    let has_hump =
        value.windows(2).any(|two| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase());
    let is_capitalised =
        value[0].is_ascii_uppercase() && value[1..].iter().all(u8::is_ascii_lowercase);
    value.iter().all(is_of_name) && (has_hump || is_capitalised || value.contains(&b'.'))
}

/// Reads on from behind a name.
struct Reader<'w> {
    window: &'w [u8],
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &[u8] {
        &self.window[self.at.min(self.window.len())..]
    }

    fn skip_while(&mut self, is_skipped: impl Fn(u8) -> bool) -> usize {
        let n = self.rest().iter().take_while(|byte| is_skipped(**byte)).count();
        self.at += n;
        n
    }

    fn skip_blanks(&mut self) -> usize {
        self.skip_while(|byte| matches!(byte, b' ' | b'\t'))
    }

    fn skip_text(&mut self, text: &[u8]) -> bool {
        let is_there =
            self.rest().get(..text.len()).is_some_and(|it| it.eq_ignore_ascii_case(text));
        if is_there {
            self.at += text.len();
        }
        is_there
    }

    /// Over everything from the end of the name to just before the value.
    fn way(&mut self, name: &Range<usize>) -> Option<Way> {
        let called = &self.window[name.clone()];
        let is_option = called.starts_with(b"--") || called.eq_ignore_ascii_case(b"bearer");
        let is_argument = self.window[..name.start].ends_with(b"(\"")
            || self.window[..name.start].ends_with(b"('");
        let from = self.at;
        let n_closing = self.skip_while(|byte| matches!(byte, b'"' | b'\'' | b'`' | b']' | b'\\'));
        let n_blanks = self.skip_blanks();
        if self.at - from > CLOSING_BYTES_MAX {
            return None;
        }
        if n_blanks == 0 && self.rest().first() == Some(&b'>') {
            self.at += 1;
            return Some(Way::Element);
        }
        if self.property_list() {
            return Some(Way::Element);
        }
        if self.value_key() || self.type_and_sign() || self.sign() {
            self.skip_break();
            let is_label = n_closing == 0 && self.closes_string(name);
            return (!is_label).then_some(Way::Operator);
        }
        let is_way = match self.rest() {
            // setProperty("NAME", "value")
            [b',', ..] if n_closing > 0 && is_argument => {
                self.at += 1;
                self.skip_blanks();
                self.is_at_string()
            }
            // setPassword("value")
            [b'(', b'"' | b'\'' | b'`', ..] if n_closing == 0 && takes_value(called) => {
                self.at += 1;
                true
            }
            // --name value, PASSWORD 'value'
            [first, ..] if n_blanks > 0 && n_closing == 0 => {
                is_option && *first != b'-' || self.is_at_string()
            }
            _ => false,
        };
        is_way.then_some(Way::Operator)
    }

    /// Whether a quote ends the string that the name stands in: `"Password:"`.
    fn closes_string(&self, name: &Range<usize>) -> bool {
        let opened = self.window[..name.start].last();
        matches!(opened, Some(b'"' | b'\'' | b'`')) && self.rest().first() == opened
    }

    fn is_at_string(&self) -> bool {
        matches!(self.rest(), [b'"' | b'\'' | b'`', ..] | [b'\\', b'"' | b'\'', ..])
    }

    /// The text of an element, which another tag ends.
    fn element(&mut self) -> Option<Range<usize>> {
        self.skip_while(|byte| byte.is_ascii_whitespace());
        let from = self.at;
        let length = self.skip_while(|byte| !byte.is_ascii_whitespace() && byte != b'<');
        let end = self.at;
        self.skip_while(|byte| byte.is_ascii_whitespace());
        (length > 0 && self.rest().starts_with(b"</")).then_some(from..end)
    }

    /// `=`, `:`, `:=`, `=>`, `?=`, `||=`, `.=`, `->`.
    fn sign(&mut self) -> bool {
        let from = self.at;
        self.skip_while(|byte| b":=>?|.+-<".contains(&byte));
        let sign = &self.window[from..self.at];
        let is_sign = matches!(
            sign,
            b"=" | b":"
                | b":="
                | b"=>"
                | b"?="
                | b"||="
                | b"|="
                | b".="
                | b"+="
                | b"->"
                | b"<-"
                | b"::="
                | b":::="
                | b"??="
        );
        if !is_sign {
            self.at = from;
        }
        is_sign
    }

    /// `string = `, `: str = `, `String: `
    fn type_and_sign(&mut self) -> bool {
        let from = self.at;
        self.skip_while(|byte| byte == b':');
        self.skip_blanks();
        let is_typed = TYPES.iter().any(|name| self.skip_text(name));
        self.skip_blanks();
        if is_typed && self.rest().first() == Some(&b'=') && self.sign() {
            return true;
        }
        self.at = from;
        false
    }

    /// `</key><string>` of a property list.
    fn property_list(&mut self) -> bool {
        let from = self.at;
        if self.skip_text(b"</key>") {
            self.skip_while(|byte| byte.is_ascii_whitespace());
            if self.skip_text(b"<string>") {
                return true;
            }
        }
        self.at = from;
        false
    }

    /// `", "value": `, `" value=`, and on the next line of YAML.
    fn value_key(&mut self) -> bool {
        let from = self.at;
        let between = |byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',' | b'"' | b'\'');
        self.skip_while(between);
        let is_apart = !self.window[self.at - 1].is_ascii_alphanumeric();
        let is_key = VALUE_KEYS.iter().any(|key| self.skip_text(key));
        self.skip_while(|byte| matches!(byte, b'"' | b'\''));
        self.skip_blanks();
        if is_key && is_apart && self.sign() {
            return true;
        }
        self.at = from;
        false
    }

    /// Blanks before a value, and one end of a line where a value may stand on the next.
    fn skip_break(&mut self) {
        self.skip_blanks();
        let before = self.at;
        let n = self.skip_while(|byte| matches!(byte, b'\r' | b'\n'));
        let indent = self.skip_blanks();
        let is_string = self.is_at_string();
        if n > 2 || n > 0 && !(is_string && indent > 0) {
            self.at = before;
        }
    }

    /// The value itself, without quotes and without the word for its scheme.
    fn value(&mut self) -> Option<Range<usize>> {
        if !self.rest().is_empty() {
            self.skip_fallback();
        }
        self.skip_string_prefix();
        match self.rest() {
            [b'\\', quote @ (b'"' | b'\''), ..] => {
                let close = [b'\\', *quote];
                self.at += 2;
                self.quoted(&close)
            }
            [quote @ (b'"' | b'\'' | b'`'), ..] => {
                let quote = *quote;
                let n = self.rest().iter().take_while(|byte| **byte == quote).count().min(3);
                self.at += if n == 3 { 3 } else { 1 };
                self.quoted(&vec![quote; if n == 3 { 3 } else { 1 }])
            }
            _ => self.bare(),
        }
    }

    /// `process.env.NAME || "value"`, `env("NAME", "value")`, `String::from("value")`: on to
    /// the string.
    fn skip_fallback(&mut self) {
        let from = self.at;
        self.skip_while(|byte| byte.is_ascii_alphanumeric() || b"_.:$!".contains(&byte));
        let makes_string = self.window[from].is_ascii_uppercase();
        let is_call = self.at > from && self.skip_while(|byte| byte == b'(') == 1;
        let is_found = match is_call {
            true => self.skip_argument(makes_string),
            false => self.at > from && self.skip_or(),
        };
        if !is_found {
            self.at = from;
        }
    }

    /// `|| "value"` and the like.
    fn skip_or(&mut self) -> bool {
        self.skip_blanks();
        let is_or = [&b"||"[..], b"??", b"?:", b"or "].iter().any(|sign| self.skip_text(sign));
        self.skip_blanks();
        is_or && self.is_at_string()
    }

    /// Behind an opening bracket: to the only string of a call that makes one, to the second of
    /// two, or to what is taken if the call gives nothing.
    fn skip_argument(&mut self, makes_string: bool) -> bool {
        let [quote @ (b'"' | b'\'' | b'`'), inside @ ..] = self.rest() else { return false };
        let end = inside.iter().take(VALUE_BYTES_MAX).position(|byte| byte == quote);
        let Some(length) = end else { return false };
        let mut behind = Reader { window: self.window, at: self.at + length + 2 };
        behind.skip_while(|byte| matches!(byte, b' ' | b','));
        let is_second = behind.is_at_string();
        behind.skip_while(|byte| !is_second && matches!(byte, b')' | b' '));
        if is_second || behind.skip_or() {
            self.at = behind.at;
            return true;
        }
        makes_string
    }

    /// The letters before a string in Python, C# and Rust.
    fn skip_string_prefix(&mut self) {
        let n = self.rest().iter().take_while(|byte| b"rbfuRBFU@$".contains(byte)).count();
        if n <= 2 && matches!(self.rest().get(n), Some(b'"' | b'\'')) {
            self.at += n;
        }
    }

    fn quoted(&mut self, close: &[u8]) -> Option<Range<usize>> {
        SCHEMES.iter().any(|scheme| self.skip_text(scheme));
        let rest = self.rest();
        let limit = rest.len().min(VALUE_BYTES_MAX + 1);
        let mut length = 0;
        while length < limit {
            if rest[length..].starts_with(close) {
                return Some(self.at..self.at + length);
            }
            match rest[length] {
                b'\n' if close.len() == 1 => return None,
                b'\\' if close.len() == 1 => length += 2,
                _ => length += 1,
            }
        }
        None
    }

    /// To the first byte that ends a value in most formats. What goes on as code is none.
    fn bare(&mut self) -> Option<Range<usize>> {
        SCHEMES.iter().any(|scheme| self.skip_text(scheme));
        let is_value = |byte: u8| {
            !byte.is_ascii_whitespace()
                && !byte.is_ascii_control()
                && !b"\"'`,;<>(){}[]|&\\".contains(&byte)
        };
        let from = self.at;
        let n = self.skip_while(is_value);
        let is_name = n > 0 && is_identifier(&self.window[from..self.at]);
        let is_code = match self.rest() {
            [b'<', next, ..] => *next != b'/',
            [first, ..] => matches!(first, b'(' | b'[' | b'{'),
            [] => false,
        };
        (n > 0 && n <= VALUE_BYTES_MAX && !is_code && !is_name).then_some(from..self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        let lower = text.to_ascii_lowercase();
        let words = ["password", "api_key", "token", "secret"];
        let (start, word) =
            words.iter().filter_map(|word| Some((lower.find(word)?, word))).min().unwrap();
        let found = assigned(text.as_bytes(), &(start..start + word.len()));
        assert_eq!(found.map(|it| &text[it.value]), expected, "{text}");
    }

    #[test]
    fn a_value_is_found_in_many_languages() {
        for text in [
            "DB_PASSWORD=v@lue-1\n",
            "db_password: v@lue-1\n",
            "\"password\": \"v@lue-1\",",
            "$cfg['db_password'] = 'v@lue-1';",
            "password => \"v@lue-1\"",
            "apiToken := `v@lue-1`",
            "var token string = \"v@lue-1\"",
            "password: str = 'v@lue-1'",
            "String secret = \"v@lue-1\";",
            "<password>v@lue-1</password>",
            "<dbPassword>\n    v@lue-1\n</dbPassword>",
            "<add key=\"DbPassword\" value=\"v@lue-1\" />",
            "<string name=\"api_key\">v@lue-1</string>",
            "- name: \"DB_PASSWORD\"\n  value: v@lue-1\n",
            "{\"name\":\"DB_PASSWORD\",\"value\":\"v@lue-1\"}",
            "System.setProperty(\"DB_PASSWORD\", \"v@lue-1\")",
            "config.setPassword(\"v@lue-1\");",
            "tool --password v@lue-1 --verbose",
            "tool --password=v@lue-1",
            "CREATE USER ana WITH PASSWORD 'v@lue-1'",
            "password = os.environ.get('DB_PASSWORD', 'v@lue-1')",
            "const secret = process.env.SECRET || \"v@lue-1\"",
            "secret: getenv('SECRET') ?: 'v@lue-1'",
            "let secret = String::from(\"v@lue-1\");",
            "{\\\"password\\\": \\\"v@lue-1\\\"}",
            "X-Auth-Token: Bearer v@lue-1\n",
            "token ?= v@lue-1\n",
            "password = b'v@lue-1'",
            "?api_key=v@lue-1&page=2",
            "- name: DB_PASSWORD\n  value: \"v@lue-1\"\n",
            "<key>password</key>\n  <string>v@lue-1</string>",
            "\0DB_PASSWORD=v@lue-1\0USER=ana\0",
        ] {
            check(text, Some("v@lue-1"));
        }
    }

    #[test]
    fn what_is_no_assignment_has_no_value() {
        for text in [
            "password = get_password(user)",
            "the password of ana",
            "if (token == other) {",
            "password\n",
            "token_count = 12",
            "passwordLabel: \"Password\"",
            "tokenizer = 'wordpiece'",
            "kinds = [\"password\", \"passphrase\"]",
            "Password > Developer > Account",
            "user_api_key: UserAuthentication,",
            "password = self.password",
            "next_token = 'abc'",
            "[\"Name:\", \"Password:\", \"Next:\"]",
            "postgres://shop:<password>@db.example/orders",
            "let token = read_token(\"3f2504e0\")",
        ] {
            check(text, None);
        }
    }
}
