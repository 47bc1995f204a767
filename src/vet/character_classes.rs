//! Which classes of characters a secret is made of. For shapes that have nothing better;
//! says little on its own.

use crate::model::finding::Rejection;
use crate::vet::facts::{Checked, Facts};

/// `hex-mixed`: hexadecimal with both digits and letters. A number alone is a number, and
/// letters alone are a word.
pub fn check_hex(secret: &[u8]) -> Checked {
    if !secret.iter().all(u8::is_ascii_hexdigit) {
        return Err(Rejection::Structure);
    }
    check_letter_digit(secret)
}

/// `mixed-classes`: at least two of lower case, upper case and digits.
pub fn check_mixed(secret: &[u8]) -> Checked {
    let classes = [u8::is_ascii_lowercase, u8::is_ascii_uppercase, u8::is_ascii_digit];
    let n_classes = classes.iter().filter(|class| secret.iter().any(class)).count();
    (n_classes >= 2).then(Facts::default).ok_or(Rejection::LowEntropy)
}

/// `letter-digit`: a letter and a digit. Of long random values nearly all have both, of names
/// in code few have a digit.
pub fn check_letter_digit(secret: &[u8]) -> Checked {
    let is_mixed =
        secret.iter().any(u8::is_ascii_digit) && secret.iter().any(u8::is_ascii_alphabetic);
    is_mixed.then(Facts::default).ok_or(Rejection::LowEntropy)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(function: fn(&[u8]) -> Checked, text: &str, expected: Result<(), Rejection>) {
        assert_eq!(function(text.as_bytes()).map(drop), expected, "{text}");
    }

    #[test]
    fn hexadecimal_has_digits_and_letters() {
        check(check_hex, "0a1B", Ok(()));
        check(check_hex, "0123", Err(Rejection::LowEntropy));
        check(check_hex, "facade", Err(Rejection::LowEntropy));
        check(check_hex, "", Err(Rejection::LowEntropy));
        check(check_hex, "0xff", Err(Rejection::Structure));
    }

    #[test]
    fn names_in_code_have_no_digit() {
        check(check_letter_digit, "aB3-", Ok(()));
        check(check_letter_digit, "EndpointSettings", Err(Rejection::LowEntropy));
        check(check_letter_digit, "12-34", Err(Rejection::LowEntropy));
    }

    #[test]
    fn two_classes_are_a_mixture() {
        check(check_mixed, "abC", Ok(()));
        check(check_mixed, "ab1", Ok(()));
        check(check_mixed, "ab-cd", Err(Rejection::LowEntropy));
        check(check_mixed, "", Err(Rejection::LowEntropy));
    }
}
