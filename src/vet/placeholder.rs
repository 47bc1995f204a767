//! Values that stand where a secret will stand one day: `<your-token>`, `xxxx`. Deliberately
//! conservative: a word that occurs by chance in a long random token does not count, and
//! neither do short weak passwords, for those are in use.

/// Words that say "not this", as parts of a phrase.
const TELLING: [&str; 22] = [
    "changeme",
    "changethis",
    "dummy",
    "enter",
    "example",
    "fake",
    "fixme",
    "here",
    "hidden",
    "insert",
    "masked",
    "notreal",
    "opensesame",
    "paste",
    "placeholder",
    "redacted",
    "removed",
    "replace",
    "sample",
    "supersecret",
    "todo",
    "your",
];

/// Words that go with them.
const FILLING: [&str; 35] = [
    "access",
    "account",
    "actual",
    "and",
    "api",
    "app",
    "auth",
    "client",
    "credential",
    "for",
    "goes",
    "id",
    "it",
    "key",
    "me",
    "my",
    "name",
    "own",
    "pass",
    "passwd",
    "password",
    "personal",
    "private",
    "put",
    "real",
    "secret",
    "some",
    "string",
    "the",
    "this",
    "to",
    "token",
    "user",
    "value",
    "with",
];

/// Client secrets that Google's own programs carry, the same for everyone (of gcloud, of application
/// default credentials and of the Firebase tools), and passwords of the manuals of NuGet and Kubernetes,
/// the latter also as it stands in a manifest.
const PUBLISHED: [&[u8]; 6] = [
    b"ZmssLNjJy2998hD4CTg2ejr2",
    b"d-FL95Q19q7MQmFpd7hHD0Ty",
    b"j9iVZfS8kkCEFUPaAeJV0sAi",
    b"33f!!lloppa",
    b"1f2d1e2e67df",
    b"MWYyZDFlMmU2N2Rm",
];

/// Imperatives after which no secret follows.
const LEADING: [&[u8]; 3] = [b"your", b"insert", b"replace"];

/// Nobody writes a longer phrase.
const PHRASE_BYTES_MAX: usize = 128;

/// Fewer may stand in any token.
const BLOTTED_BYTES_MIN: usize = 8;
/// See [`BLOTTED_BYTES_MIN`].
const COUNTED_BYTES_MIN: usize = 10;
/// Letters of the alphabet in order, within whatever: by chance in no token there ever was.
const ALPHABET_BYTES_MIN: usize = 12;
/// Nor does one begin with so many.
const ALPHABET_START_BYTES_MIN: usize = 7;

/// Shorter ids are chosen by people.
const ID_BYTES_MIN: usize = 16;

/// Shorter sequences are passwords that people use.
const SEQUENCE_BYTES_MIN: usize = 12;

/// Whether a value, its vendor's prefix taken off, is a placeholder. Blocks of several lines
/// are not looked at: they have a structure that says more.
pub fn is_placeholder(body: &[u8]) -> bool {
    if body.starts_with(b"-----BEGIN") || body.contains(&b'\n') {
        return false;
    }
    PUBLISHED.contains(&body)
        || is_mask(body)
        || is_cut_short(body)
        || is_partly_blotted(body)
        || is_bracketed(body)
        || is_documentation(body)
        || is_repetition(body)
        || is_sequence(body)
        || holds_alphabet(body)
        || is_phrase(body)
}

/// Nothing but the characters people blot things out with (`•` and `…` as UTF-8).
fn is_mask(body: &[u8]) -> bool {
    const DOTS: &[u8] = "•…".as_bytes();
    let is_blot = |byte: &u8| b"xX*.-_#?".contains(byte) || DOTS.contains(byte);
    body.iter().all(is_blot)
}

/// Eight of what people blot things out with in a row.
fn is_partly_blotted(body: &[u8]) -> bool {
    longest_run(body, |before, byte| before == byte && b"xX*".contains(&byte)) >= BLOTTED_BYTES_MIN
}

/// Whether a good part of a value counts on: `OOzkR1abcdefghij`. One with a shape of its own may
/// do so and be in use.
pub fn is_counted_on(body: &[u8]) -> bool {
    let n_counted = longest_run(body, is_next);
    let starts_alphabet = body.get(..ALPHABET_START_BYTES_MIN) == Some(b"abcdefg");
    starts_alphabet || n_counted >= COUNTED_BYTES_MIN && n_counted * 4 >= body.len()
}

/// Whether the public name beside a secret is one that its issuer cannot have made: long, and
/// counting on. What it names is then an example too.
pub fn is_made_up_id(id: &str) -> bool {
    id.len() >= ID_BYTES_MIN && is_counted_on(id.as_bytes())
}

fn longest_run(body: &[u8], goes_on: impl Fn(u8, u8) -> bool) -> usize {
    let (mut run, mut longest) = (1, 1);
    for two in body.windows(2) {
        run = if goes_on(two[0], two[1]) { run + 1 } else { 1 };
        longest = longest.max(run);
    }
    longest
}

/// `sk-...xyz`: somebody has taken the middle out.
fn is_cut_short(body: &[u8]) -> bool {
    body.windows(3).any(|window| window == b"..." || window == "…".as_bytes())
}

/// `<token>`, and `[token]` if only words stand in it.
fn is_bracketed(body: &[u8]) -> bool {
    match body {
        [b'<', .., b'>'] => true,
        [b'[', inside @ .., b']'] => inside.iter().all(|byte| is_letter_or_separator(*byte)),
        _ => false,
    }
}

/// AWS puts the word into every id and key of its documentation.
fn is_documentation(body: &[u8]) -> bool {
    body.windows(7).any(|window| window == b"EXAMPLE")
}

/// A unit of up to ten bytes, three times or more, over most of the body.
fn is_repetition(body: &[u8]) -> bool {
    if body.len() < 4 {
        return false;
    }
    let share_min = if body.len() < 8 { 1.0 } else { 0.6 };
    let periods = 1..=(body.len() / 3).min(10);
    periods
        .into_iter()
        .any(|period| share(body, period, |before, byte| before == byte) >= share_min)
}

/// `abcdefghijkl`, `1234567890123`: nearly every character follows on the one before.
fn is_sequence(body: &[u8]) -> bool {
    body.len() >= SEQUENCE_BYTES_MIN && share(body, 1, is_next) > 0.85
}

/// `ABCDEFGHIJKL` within a token.
fn holds_alphabet(body: &[u8]) -> bool {
    let is_next = |before: u8, byte: u8| before.is_ascii_alphabetic() && byte == before + 1;
    longest_run(body, is_next) >= ALPHABET_BYTES_MIN
}

fn is_next(before: u8, byte: u8) -> bool {
    let byte = byte.to_ascii_lowercase();
    match before.to_ascii_lowercase() {
        b'z' => byte == b'a',
        b'9' => byte == b'0',
        before => before.is_ascii_alphanumeric() && byte == before + 1,
    }
}

/// In which share of the pairs so far apart the second goes with the first.
fn share(body: &[u8], distance: usize, goes_with: impl Fn(u8, u8) -> bool) -> f64 {
    let pairs = body.iter().zip(body.iter().skip(distance));
    let n_pairs = body.len().saturating_sub(distance).max(1);
    pairs.filter(|(before, byte)| goes_with(**before, **byte)).count() as f64 / n_pairs as f64
}

/// `YOUR_API_KEY`, `changeme123`, `insert-token-here`: at least two thirds are words of the
/// lists, one of them a telling one.
fn is_phrase(body: &[u8]) -> bool {
    if body.len() > PHRASE_BYTES_MAX {
        return false;
    }
    let text: Vec<u8> =
        body.iter().copied().map(spelled).filter(u8::is_ascii_alphanumeric).collect();
    is_command(body) || consists_of_words(&text)
}

/// The small letter that a byte is, or stands for: `$` in `super$ecret`.
const fn spelled(byte: u8) -> u8 {
    match byte {
        b'$' => b's',
        b'@' => b'a',
        _ => byte.to_ascii_lowercase(),
    }
}

/// Words with separators, the first an imperative: `your-github-token`.
fn is_command(body: &[u8]) -> bool {
    let first = body.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(body.len());
    first < body.len()
        && LEADING.iter().any(|word| body[..first].eq_ignore_ascii_case(word))
        && body.iter().all(|byte| is_letter_or_separator(*byte))
}

fn consists_of_words(text: &[u8]) -> bool {
    let (mut n_covered, mut tells, mut position) = (0, false, 0);
    while position < text.len() {
        let Some(word) = longest_word(&text[position..]) else {
            position += 1;
            continue;
        };
        tells |= TELLING.contains(&word);
        n_covered += word.len();
        position += word.len();
    }
    tells && n_covered * 3 >= text.len() * 2
}

fn longest_word(text: &[u8]) -> Option<&'static str> {
    let words = TELLING.iter().chain(&FILLING).copied();
    words.filter(|word| text.starts_with(word.as_bytes())).max_by_key(|word| word.len())
}

fn is_letter_or_separator(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b' ' | b'-' | b'_' | b'.')
}

/// Whether a login is one of documentation: `guest:guest`, or the pair that databases'
/// manuals have used for forty years. In a store's own fields it may well be in use.
pub fn is_documented_pair(account: Option<&str>, secret: &[u8]) -> bool {
    account.is_some_and(|account| {
        secret.eq_ignore_ascii_case(account.as_bytes())
            || account.eq_ignore_ascii_case("scott") && secret.eq_ignore_ascii_case(b"tiger")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bodies: &[&str], expected: bool) {
        for body in bodies {
            assert_eq!(is_placeholder(body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn masks_and_brackets_are_placeholders() {
        check(&["", "x", "xxxx", "XXXX-XXXX", "****", "...", "•••••", "…", "-", "*"], true);
        check(&["<your-token>", "<token>", "[api key]", "[REDACTED]"], true);
    }

    #[test]
    fn repetitions_and_sequences_are_placeholders() {
        check(&["aaaaaaaa", "00000000-0000-0000-0000-000000000000", "abcabcabc"], true);
        check(&["deadbeefdeadbeefdeadbeef", "abcXXXXXXXXXXXXXXXXXXXX"], true);
        check(&["abcdefghijklmnop", "12345678901234567890", "0123456789abcdef"], true);
        check(&["1234567890ABCDEFGHIJ"], true);
    }

    #[test]
    fn the_alphabet_is_a_placeholder_wherever_it_stands() {
        check(&["00QCjAl4MlV-WPXM-ABCDEFGHIJKL-0HmjFx-vbGu-"], true);
        check(&["00QCjAl4MlV-WPXM-ABCDEFGHIJK-10HmjFx-vbGu-"], false);
        assert!(is_counted_on(b"abcdefg12346+FJQCK"));
        assert!(!is_counted_on(b"abcdef012346+FJQCK"));
    }

    #[test]
    fn ids_that_count_on_were_not_made_by_an_issuer() {
        assert!(is_made_up_id("123456789abcdef0123456789abcdef012345678"));
        assert!(!is_made_up_id("31d70990ea05a0d7c02294392d97646f36c7d6e3"));
        assert!(!is_made_up_id("1234567890"), "people number things");
    }

    #[test]
    fn phrases_are_placeholders() {
        check(&["changeme", "change-me", "CHANGEME123", "placeholder", "todo", "dummy"], true);
        check(&["your-api-key", "YOUR_API_KEY_HERE", "yourapikey", "YourTokenHere"], true);
        check(&["insert-token-here", "replace-me", "replace_with_actual_token"], true);
        check(&["your-github-token", "redacted", "enter your password", "dummy-password"], true);
        check(&["supersecret", "super$ecret", "open_sesame", "ch@nge-me"], true);
    }

    #[test]
    fn documentation_keys_are_placeholders() {
        check(&["IOSFODNN7EXAMPLE", "q8Rz1LmV0tYc5Wd3EXAMPLEKEY"], true);
    }

    #[test]
    fn passwords_that_people_use_are_not() {
        check(&["hunter2", "123456", "1234567890", "password", "secret", "letmein"], false);
        check(&["correct horse battery staple", "Tr0ub4dor&3", "a", "!@#$%^&()"], false);
        check(
            &[
                "abcd1234efgh5678",
                "a1b2c3d4e5f6g7h8",
                "heretic-chamber-oboe",
                "{COQLCE6DU6GtcS5P=}",
                "changeit",
                "aab",
            ],
            false,
        );
    }

    #[test]
    fn a_word_by_chance_in_a_long_token_is_not() {
        let random = "qW8rT2yU5iO1pA4sD7fG0hJ3kL6zX9cV";
        for word in TELLING {
            check(&[&format!("{random}{word}{random}")], false);
        }
        check(&["-----BEGIN X-----placeholder", "dummy\nblock"], false);
    }

    #[test]
    fn logins_of_manuals_are_told_from_those_of_people() {
        assert!(is_documented_pair(Some("guest"), b"guest"));
        assert!(is_documented_pair(Some("scott"), b"tiger"));
        assert!(!is_documented_pair(Some("shop"), b"tiger"));
        assert!(!is_documented_pair(None, b"guest"));
    }
}
