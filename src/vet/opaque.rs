//! Values that only their name speaks for: opaque ones, made by a machine, and passwords that
//! a person chose. Told from names, paths, labels and code by the statistics of the value.

use crate::model::finding::Rejection;
use crate::vet::entropy;
use crate::vet::facts::{Checked, Facts};
use crate::vet::{password, placeholder};

/// Shorter values are numbers and names.
const OPAQUE_BYTES_MIN: usize = 12;
/// Shorter passwords stand in examples.
const PASSWORD_BYTES_MIN: usize = 6;
/// Words, in the places that words have in them, may make up so much of an opaque value.
const WORD_SHARE_MAX: f64 = 0.6;
/// Least entropy of an opaque value, in bits per byte.
const OPAQUE_ENTROPY_MIN: f64 = 2.8;
/// Letters and digits take turns less often in names.
const N_TURNS_MIN: usize = 4;
/// More consonants in a row stand in no word.
const N_CONSONANTS_MAX: usize = 5;

/// `opaque`: a value made by a machine.
pub fn check(secret: &[u8]) -> Checked {
    password::check(secret)?;
    refuse_text(secret)?;
    if secret.len() < OPAQUE_BYTES_MIN || entropy::bits_per_byte(secret) < OPAQUE_ENTROPY_MIN {
        return Err(Rejection::LowEntropy);
    }
    // Names of code have no digits; of long values made by a machine one in a hundred has none.
    let is_name = !secret.iter().any(u8::is_ascii_digit);
    let reads_as_words = !is_mixed(secret) && word_share(secret) > WORD_SHARE_MAX;
    if is_name || reads_as_words || is_number(secret) {
        return Err(Rejection::Words);
    }
    Ok(Facts::default())
}

/// `chosen`: a password that a person chose, or a machine for them.
pub fn check_chosen(secret: &[u8]) -> Checked {
    password::check(secret)?;
    refuse_text(secret)?;
    if secret.len() < PASSWORD_BYTES_MIN {
        return Err(Rejection::LowEntropy);
    }
    // A name of something: `userPassword`, `db-password`, `Constants.PASSWORD`.
    let speaks = [&b"passw"[..], b"secret", b"token"];
    let lower = secret.to_ascii_lowercase();
    let is_name = word_share(secret) > 0.7 && speaks.iter().any(|word| contains(&lower, word));
    if is_name && has_separator(secret) { Err(Rejection::Words) } else { Ok(Facts::default()) }
}

/// Whether letters and digits take turns as they do in no name.
fn is_mixed(secret: &[u8]) -> bool {
    let turns = secret.windows(2).filter(|two| {
        two[0].is_ascii_alphabetic() && two[1].is_ascii_digit()
            || two[0].is_ascii_digit() && two[1].is_ascii_alphabetic()
    });
    turns.count() >= N_TURNS_MIN
}

fn is_number(secret: &[u8]) -> bool {
    std::str::from_utf8(secret).is_ok_and(|text| text.parse::<f64>().is_ok())
}

/// Refuses what is no value at all: prose, code, markup, formats.
fn refuse_text(secret: &[u8]) -> Result<(), Rejection> {
    let has = |bytes: &[u8]| secret.iter().any(|byte| bytes.contains(byte));
    let is_prose = has(b" \t")
        && secret.iter().filter(|byte| byte.is_ascii_alphabetic()).count() * 10 > secret.len() * 7;
    let is_binary = secret.iter().any(|byte| !(b' '..=b'~').contains(byte));
    if is_prose || is_binary {
        return Err(Rejection::Words);
    }
    let is_code = is_member(secret)
        || contains(secret, b"()")
        || contains(secret, b"=>")
        || contains(secret, b"${")
        || contains(secret, b"#{");
    if placeholder::is_counted_on(secret) {
        return Err(Rejection::Placeholder);
    }
    let is_format = contains(secret, b"%s")
        || contains(secret, b"%d")
        || contains(secret, b"{}")
        || contains(secret, b"]{");
    if is_code || is_format { Err(Rejection::Reference) } else { Ok(()) }
}

/// `user.password`, `self._token`, `settings::SECRET`: names joined as code joins them.
fn is_member(secret: &[u8]) -> bool {
    let is_name = |part: &[u8]| {
        let is_byte = |byte: &u8| byte.is_ascii_alphanumeric() || b"_$*\\".contains(byte);
        !part.is_empty() && !part[0].is_ascii_digit() && part.iter().all(is_byte)
    };
    // Of `a::b` the part between the colons is empty.
    let parts = secret.split(|byte| b".:".contains(byte));
    let parts: Vec<&[u8]> = match contains(secret, b"::") {
        true => parts.filter(|part| !part.is_empty()).collect(),
        false => secret.split(|byte| *byte == b'.').collect(),
    };
    let has_digit = secret.iter().any(u8::is_ascii_digit);
    let reads_as_code = !has_digit || word_share(secret) > WORD_SHARE_MAX;
    parts.len() > 1 && parts.iter().all(|part| is_name(part)) && reads_as_code
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

fn has_separator(secret: &[u8]) -> bool {
    secret.iter().any(|byte| b"_-. ".contains(byte))
}

/// The share of a value that reads as words and small numbers between separators.
fn word_share(secret: &[u8]) -> f64 {
    let pieces = pieces(secret);
    let n_letters: usize = pieces.iter().map(|piece| piece.len()).sum();
    let n_of_words: usize =
        pieces.iter().filter(|piece| is_wordy(piece)).map(|piece| piece.len()).sum();
    n_of_words as f64 / n_letters.max(1) as f64
}

/// Runs of letters and runs of digits; a capital begins a run behind a small letter.
fn pieces(secret: &[u8]) -> Vec<&[u8]> {
    let class = |byte: u8| (byte.is_ascii_alphabetic(), byte.is_ascii_digit());
    let mut pieces = Vec::new();
    let mut start = 0;
    for at in 1..=secret.len() {
        let is_end = at == secret.len() || class(secret[at]) != class(secret[at - 1]) || {
            let is_hump = secret[at - 1].is_ascii_lowercase() && secret[at].is_ascii_uppercase();
            let next = secret.get(at + 1).is_some_and(u8::is_ascii_lowercase);
            // The last capital of several begins a word: `APIKey`.
            is_hump
                || next && secret[at - 1].is_ascii_uppercase() && secret[at].is_ascii_uppercase()
        };
        if is_end {
            if secret[start].is_ascii_alphanumeric() {
                pieces.push(&secret[start..at]);
            }
            start = at;
        }
    }
    pieces
}

/// A year, a small number, or letters in one case that could be spoken.
fn is_wordy(piece: &[u8]) -> bool {
    if piece[0].is_ascii_digit() {
        return piece.len() <= 2
            || piece.len() == 4 && matches!(piece, [b'1', b'9', ..] | [b'2', b'0', ..]);
    }
    let tail = &piece[1..];
    let is_one_case =
        tail.iter().all(u8::is_ascii_lowercase) || piece.iter().all(u8::is_ascii_uppercase);
    piece.len() >= 3 && is_one_case && is_spoken(piece)
}

fn is_spoken(letters: &[u8]) -> bool {
    let is_vowel = |byte: u8| b"aeiouy".contains(&byte.to_ascii_lowercase());
    let n_vowels = letters.iter().filter(|byte| is_vowel(**byte)).count();
    let runs = letters.split(|byte| is_vowel(*byte)).map(<[u8]>::len);
    let longest = runs.max().unwrap_or(0);
    let is_short_capitals = letters.len() <= 4 && letters.iter().all(u8::is_ascii_uppercase);
    is_short_capitals
        || longest <= N_CONSONANTS_MAX
            && n_vowels * 6 >= letters.len()
            && n_vowels * 10 <= letters.len() * 7
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opaque(values: &[&str], expected: Result<(), Rejection>) {
        for value in values {
            assert_eq!(check(value.as_bytes()).map(drop), expected, "{value}");
        }
    }

    #[test]
    fn what_a_machine_makes_is_opaque() {
        let made = [
            "x5s8jqbhr4n8s335f",
            "cc5479b52bb1d59dd290353de8eba3c0",
            "bu9JFVJtII3FINL1rOKcNpveXD4h",
            "dc0533ad-5a16-190f-27c6-dff8a8406b55",
            "qhw6alxlsq3rvfscmjtv9ovm",
            "1c053ca3:62d4cdfb",
        ];
        opaque(&made, Ok(()));
    }

    #[test]
    fn few_of_those_that_a_machine_makes_are_refused() {
        let mut forge = crate::forge::Forge::new([3; 32]);
        let alphabets =
            [b"0123456789abcdefghijklmnopqrstuvwxyz", b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"];
        for alphabet in alphabets {
            let values = (0..500).map(|_| forge.characters(alphabet, 24));
            let n_refused = values.filter(|value| check(value.as_bytes()).is_err()).count();
            assert!(n_refused < 25, "{n_refused} of {}", alphabet.len());
        }
    }

    #[test]
    fn names_and_labels_are_words() {
        let named = [
            "DOC_Vector_5_32",
            "NRG0-Hermes-INTERNAL-API",
            "wordpiece-tokenizer",
            "ClientAuthenticationToken",
            "application/json",
            "the-quick-brown-fox",
            "UserAPIKeyAuthentication",
            "1.142857142857143e-07",
        ];
        opaque(&named, Err(Rejection::Words));
        opaque(&["settings.service_password", "render(x) => {}"], Err(Rejection::Reference));
        opaque(&["windows_sys::core::PCWSTR"], Err(Rejection::Reference));
        opaque(&["short1", "1111111111112"], Err(Rejection::LowEntropy));
    }

    #[test]
    fn a_person_chooses_words_too() {
        for value in ["rootpasswd", "Tr0ub4dor&3", "correct-horse-battery", "AdminPassword123"] {
            assert!(check_chosen(value.as_bytes()).is_ok(), "{value}");
        }
        for value in [
            "Enter your password",
            "user.password",
            "db-password",
            "pass()",
            "%s:%s:%s",
            "core::PCSTR",
        ] {
            assert!(check_chosen(value.as_bytes()).is_err(), "{value}");
        }
    }
}
