//! Texts with gaps: files of templates, and how a gap is filled. Knows no kind of secret.

use std::ops::Range;

use data_encoding::BASE64;

use crate::dice::{Dice, capital};
use crate::secrets::{from_shape, gap_of};

/// A text with gaps.
pub struct Template {
    /// What it is called.
    pub name: String,
    /// Where its file lies: below a home, or with a leading `/` below the root.
    pub path: String,
    /// What else the head of the template says.
    pub words: Vec<String>,
    text: String,
}

/// The templates of a file: each begins with `@@ name | path | words`.
pub fn templates(file: &str) -> Vec<Template> {
    let blocks = file.split("\n@@ ").skip(1);
    let template = |block: &str| {
        let (head, text) = block.split_once('\n').unwrap_or((block, ""));
        let fields: Vec<&str> = head.split(" | ").collect();
        let words = fields.get(2).map_or("", |words| words);
        Template {
            name: fields[0].into(),
            path: fields[1].into(),
            words: words.split(' ').map(String::from).collect(),
            text: text.trim_end_matches('\n').to_owned() + "\n",
        }
    };
    blocks.map(template).collect()
}

/// A secret that is to be written, and what it is called: `GITHUB_TOKEN`.
pub struct Subject<'s> {
    /// Its name in capitals.
    pub name: &'s str,
    /// Its text.
    pub value: &'s str,
}

/// A text without gaps.
#[derive(Default)]
pub struct Filled {
    /// The text.
    pub text: String,
    /// Where secrets stand in it.
    pub secrets: Vec<Range<usize>>,
    /// Where something stands that may be reported too: the public half of a pair.
    pub public: Vec<Range<usize>>,
}

impl Template {
    /// Whether its head has a word.
    pub fn is(&self, word: &str) -> bool {
        self.words.iter().any(|known| known == word)
    }

    /// The text with all gaps filled. Halves of one secret count as one, from the first to the last.
    pub fn fill(&self, subject: Option<&Subject<'_>>, dice: &mut Dice) -> Filled {
        let mut filled = Filled::default();
        let mut parts = self.text.split('«');
        filled.text.push_str(parts.next().unwrap_or(""));
        for (gap, after) in parts.filter_map(|part| part.split_once('»')) {
            let start = filled.text.len();
            filled.text.push_str(&fill(gap, subject, dice));
            let range = start..filled.text.len();
            match gap.chars().next() {
                Some('=') => filled.secrets.push(range),
                Some('~') => filled.public.push(range),
                _ if gap == "value|half2" => filled.secrets[0].end = range.end,
                _ if gap.starts_with("value") => filled.secrets.push(range),
                _ => {}
            }
            filled.text.push_str(after);
        }
        filled
    }

    /// The path with all gaps filled.
    pub fn filled_path(&self, dice: &mut Dice) -> String {
        let mut parts = self.path.split('«');
        let first = parts.next().unwrap_or("").to_owned();
        let rest = parts.filter_map(|part| part.split_once('»'));
        rest.fold(first, |path, (gap, after)| path + &fill(gap, None, dice) + after)
    }
}

fn fill(gap: &str, subject: Option<&Subject<'_>>, dice: &mut Dice) -> String {
    if let Some(shape) = gap.strip_prefix(['=', '~']) {
        return from_shape(shape, dice);
    }
    let known = subject.and_then(|subject| of_subject(gap, subject));
    known.or_else(|| noise(gap, dice)).unwrap_or_else(|| gap_of(gap, dice))
}

fn of_subject(gap: &str, subject: &Subject<'_>) -> Option<String> {
    let words = || subject.name.split('_').map(str::to_ascii_lowercase);
    let capitals = || words().map(|word| capital(&word));
    Some(match gap {
        "NAME" => subject.name.to_owned(),
        "name" => subject.name.to_ascii_lowercase(),
        "na-me" => words().collect::<Vec<_>>().join("-"),
        "Na-Me" => capitals().collect::<Vec<_>>().join("-"),
        "NaMe" => capitals().collect(),
        "naMe" => words().take(1).chain(capitals().skip(1)).collect(),
        "value" => subject.value.to_owned(),
        _ => written(gap.strip_prefix("value|")?, subject.value),
    })
}

/// A value as a place demands.
fn written(form: &str, value: &str) -> String {
    let json = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let middle = value.len() / 2;
    match form {
        "base64" => BASE64.encode(value.as_bytes()),
        "json" => json(value),
        "json2" => json(&json(value)),
        "url" => url(value),
        "xml" => value.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;"),
        "indent4" => format!("    {}", value.replace('\n', "\n    ")),
        "half1" => value[..middle].to_owned(),
        "half2" => value[middle..].to_owned(),
        _ => panic!("nobody writes a value as {form}"),
    }
}

fn url(value: &str) -> String {
    let escape = |byte: u8| {
        let is_plain = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if is_plain { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    value.bytes().map(escape).collect()
}

/// What stands around secrets and is none.
fn noise(gap: &str, dice: &mut Dice) -> Option<String> {
    Some(match gap {
        "word" => dice.word().into(),
        "host" => format!("{}.acme.internal", dice.word()),
        "port" => (1024 + dice.below(60_000)).to_string(),
        "two" => dice.characters('d', 2),
        "sentence" => dice.sentence().into(),
        "git" | "sha1" => dice.characters('x', 40),
        "md5" => dice.characters('x', 32),
        "sha256" => dice.characters('x', 64),
        "sha256b64" => BASE64.encode(&dice.bytes(32)),
        "sha384b64" => BASE64.encode(&dice.bytes(48)),
        "sha512b64" => BASE64.encode(&dice.bytes(64)),
        "lines64" => rows(8, || dice.characters('b', 64)),
        "hexlines" => rows(6, || dice.characters('d', 80)),
        "sshpublic" => {
            let key = [b"\0\0\0\x0bssh-ed25519\0\0\0\x20", &dice.bytes(32)[..]].concat();
            BASE64.encode(&key)
        }
        "rsapublic" => {
            let head = b"\0\0\0\x07ssh-rsa\0\0\0\x03\x01\0\x01\0\0\x01\x01\0";
            BASE64.encode(&[head, &dice.bytes(256)[..]].concat())
        }
        "numbers" => (0..300).map(|_| dice.below(256).to_string()).collect::<Vec<_>>().join(","),
        "mapping" => (0..400).map(|_| dice.characters('a', 4)).collect::<Vec<_>>().join(","),
        "bech58" => {
            (0..58).map(|_| *dice.pick(&['q', 'p', 'z', 'r', '9', 'x', '8', 'g'])).collect()
        }
        // Both are broken here, so that this file does not hold what scanners know.
        "aws-example-id" => ["IOSF", "ODNN7", "EXAMPLE"].concat(),
        "aws-example-tail" => ["bPxRfiCY", "EXAMPLEKEY"].concat(),
        "filler" => {
            let sentence = |dice: &mut Dice| format!("{} n{} ", dice.sentence(), dice.below(1_000));
            (0..4_000).map(|_| sentence(dice)).collect()
        }
        _ => return None,
    })
}

fn rows(n_rows: usize, mut row: impl FnMut() -> String) -> String {
    (0..n_rows).map(|_| row()).collect::<Vec<_>>().join("\n")
}
