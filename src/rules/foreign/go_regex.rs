//! Regular expressions as Go reads them, in the words of the regex crate: bytes, no Unicode.
//! Both are of one family, and differ in what stands between brackets, in a few escapes, and in
//! braces that repeat nothing. Matches nothing itself, and proves nothing: whether the result
//! compiles is asked elsewhere.

use std::fmt::Write as _;

use crate::rules::foreign::go_class;
use crate::rules::foreign::go_reader::Reader;

/// Longer ones are no expressions of a person.
pub const REGEX_BYTES_MAX: usize = 64 << 10;

/// What a group that captures is called in the translation.
#[derive(Clone, Copy)]
pub enum Groups {
    /// None captures: only whether there is a match is asked.
    Silent,
    /// This one is the secret; 0 is the whole match.
    Secret(usize),
    /// The first that is not empty is the secret, the whole match if all are.
    FirstOf(usize),
}

/// How many groups of an expression capture, or what is wrong with it.
pub fn n_groups(go: &str) -> Result<usize, String> {
    scan(go, Groups::Silent).map(|scanned| scanned.n_groups)
}

/// An expression, translated. Nothing of the file that it comes from is in the reason why not.
pub fn translate(go: &str, groups: Groups) -> Result<String, String> {
    let text = scan(go, groups)?.out;
    Ok(match groups {
        Groups::Silent => text,
        Groups::Secret(0) => format!("(?P<secret>{text})"),
        Groups::Secret(_) => format!("(?:{text})"),
        Groups::FirstOf(0) => format!("(?P<secret>{text})"),
        Groups::FirstOf(n) => format!("(?P<secret_{}>{text})", n + 1),
    })
}

fn scan(go: &str, groups: Groups) -> Result<Scanner<'_>, String> {
    if go.len() > REGEX_BYTES_MAX {
        return Err(format!("is longer than {REGEX_BYTES_MAX} bytes"));
    }
    let reader = Reader { rest: go };
    let mut scanner = Scanner { reader, out: String::new(), groups, n_groups: 0, n_open: 0 };
    while let Some(sign) = scanner.reader.next() {
        scanner.sign(sign)?;
    }
    if scanner.n_open > 0 { Err("has a group that is not closed".into()) } else { Ok(scanner) }
}

/// Reads from the left, and writes what it read.
struct Scanner<'g> {
    reader: Reader<'g>,
    out: String,
    groups: Groups,
    n_groups: usize,
    n_open: usize,
}

impl Scanner<'_> {
    fn sign(&mut self, sign: char) -> Result<(), String> {
        match sign {
            '\\' => return self.escape(),
            '[' => {
                let class = go_class::class(&mut self.reader)?;
                self.out.push_str(&class);
            }
            '(' => return self.group(),
            ')' => {
                self.n_open =
                    self.n_open.checked_sub(1).ok_or("closes a group that is not open")?;
                self.out.push(')');
            }
            '{' => match repetition(self.reader.rest) {
                Some(length) => {
                    self.out.push('{');
                    self.out.push_str(&self.reader.rest[..length]);
                    self.reader.rest = &self.reader.rest[length..];
                }
                None => self.out.push_str("\\{"),
            },
            '}' => self.out.push_str("\\}"),
            other => self.out.push(other),
        }
        Ok(())
    }

    fn escape(&mut self) -> Result<(), String> {
        if let Some(rest) = self.reader.rest.strip_prefix('Q') {
            let (quoted, rest) = rest.split_once("\\E").unwrap_or((rest, ""));
            quoted.chars().for_each(|sign| literal(&mut self.out, sign));
            self.reader.rest = rest;
            return Ok(());
        }
        match self.reader.rest.chars().next() {
            Some(sign @ ('b' | 'B' | 'A' | 'z' | 'd' | 'D' | 'w' | 'W')) => {
                self.reader.rest = &self.reader.rest[1..];
                self.out.push('\\');
                self.out.push(sign);
            }
            // To Go a vertical tab is no blank.
            Some('s') => self.taken("[\\t\\n\\x0C\\r ]"),
            Some('S') => self.taken("[^\\t\\n\\x0C\\r ]"),
            Some('p' | 'P') => {
                let property = self.reader.property()?;
                let _ = write!(self.out, "(?u:{property})");
            }
            _ => {
                let sign = self.reader.escaped()?;
                literal(&mut self.out, sign);
            }
        }
        Ok(())
    }

    fn taken(&mut self, instead: &str) {
        self.reader.rest = &self.reader.rest[1..];
        self.out.push_str(instead);
    }

    fn group(&mut self) -> Result<(), String> {
        self.n_open += 1;
        let Some(inside) = self.reader.rest.strip_prefix('?') else {
            self.capture();
            return Ok(());
        };
        if let Some(named) = inside.strip_prefix("P<").or(inside.strip_prefix('<'))
            && !named.starts_with(['=', '!'])
        {
            let (_, rest) = named.split_once('>').ok_or("has a group whose name does not end")?;
            self.reader.rest = rest;
            self.capture();
            return Ok(());
        }
        let flags = inside.len() - inside.trim_start_matches(['i', 'm', 's', 'U', '-']).len();
        match inside[flags..].chars().next() {
            Some(':') => {}
            Some(')') if flags > 0 => self.n_open -= 1,
            _ => return Err("looks around, or has a group that Go does not know".into()),
        }
        self.out.push_str("(?");
        self.out.push_str(&inside[..=flags]);
        self.reader.rest = &inside[flags + 1..];
        Ok(())
    }

    fn capture(&mut self) {
        self.n_groups += 1;
        let number = self.n_groups;
        match self.groups {
            Groups::Secret(chosen) if chosen == number => self.out.push_str("(?P<secret>"),
            Groups::FirstOf(_) if number == 1 => self.out.push_str("(?P<secret>"),
            Groups::FirstOf(_) => {
                let _ = write!(self.out, "(?P<secret_{number}>");
            }
            _ => self.out.push_str("(?:"),
        }
    }
}

/// How long `3}`, `3,}` or `3,5}` is; of any other brace Go takes the letter.
fn repetition(rest: &str) -> Option<usize> {
    let (inside, _) = rest.split_once('}')?;
    let (least, most) = inside.split_once(',').unwrap_or((inside, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (!least.is_empty() && is_number(least) && is_number(most)).then_some(inside.len() + 1)
}

/// A character as itself.
fn literal(out: &mut String, sign: char) {
    if sign.is_ascii() && !sign.is_ascii_alphanumeric() {
        let _ = write!(out, "\\x{:02X}", u32::from(sign));
    } else {
        out.push(sign);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(go: &str, expected: &str) {
        assert_eq!(translate(go, Groups::Silent).as_deref(), Ok(expected), "{go}");
        let parsed =
            regex_syntax::ParserBuilder::new().utf8(false).unicode(false).build().parse(expected);
        assert!(parsed.is_ok(), "{expected}");
    }

    #[test]
    fn what_both_know_stays() {
        check(r"\b(?i)ab{2,3}?(?:c|d)+$", r"\b(?i)ab{2,3}?(?:c|d)+$");
        check(r"(?m)^x\z", r"(?m)^x\z");
    }

    #[test]
    fn braces_that_repeat_nothing_are_letters() {
        check(r"^\$(?:\d+|{\d+})$", r"^\x24(?:\d+|\{\d+\})$");
        check("a{,3}", r"a\{,3\}");
        check("{}", r"\{\}");
    }

    #[test]
    fn escapes_of_go_are_spelt_out() {
        check(r"\<a\>", r"\x3Ca\x3E");
        check(r"\Qa.b\E.", r"a\x2Eb.");
        check(r"\Qa.b", r"a\x2Eb");
        check(r"\x41\x{42}\103\s", r"ABC[\t\n\x0C\r ]");
        check(r"\p{Greek}\pL", r"(?u:\p{Greek})(?u:\p{L})");
    }

    #[test]
    fn between_brackets_only_go_counts() {
        check(r"[[\]]", r"[\x5B\x5D]");
        check(r"[a-c&&--~~]", r"[a-c\x26\x26-\x2D\x7E\x7E]");
        check(r"[^]a]", r"[^\x5Da]");
        check(r"[\w.-]", r"[\w\x2E\x2D]");
        check(r"[[:alpha:]\d]", r"[[:alpha:]\d]");
        check(r"[é\w]", r"(?u:[é0-9A-Za-z_])");
        check(r"[+-/]", r"[\x2B-\x2F]");
    }

    #[test]
    fn one_group_is_the_secret_or_the_first_that_is_not_empty() {
        let of = |groups| translate(r"(a)(?P<user>b)(?:c)", groups).unwrap();
        assert_eq!(of(Groups::Secret(2)), "(?:(?:a)(?P<secret>b)(?:c))");
        assert_eq!(of(Groups::Secret(0)), "(?P<secret>(?:a)(?:b)(?:c))");
        assert_eq!(of(Groups::FirstOf(2)), "(?P<secret_3>(?P<secret>a)(?P<secret_2>b)(?:c))");
        assert_eq!(n_groups(r"(a)[(](?P<b>c)\(").unwrap(), 2);
    }

    #[test]
    fn what_go_refuses_is_refused() {
        for go in [
            r"(?=a)", r"(?<=a)", r"(?!a)", r"\1", r"(a", "a)", r"\", "[a", "[b-a]", r"\y", r"\p{",
            "[[:no:]]", "(?P<a", "(?",
        ] {
            assert!(translate(go, Groups::Silent).is_err(), "{go}");
        }
        assert!(translate(&"a".repeat(REGEX_BYTES_MAX + 1), Groups::Silent).is_err());
    }
}
