//! Text in UTF-16 between other bytes: strings of Windows programs, of the memory of processes,
//! of registries and databases, and of files that are UTF-16 in part. Takes characters of ASCII
//! alone, of which rules are made, and no run of fewer than eight of them.

use crate::read::lifted::Lifted;

const RUN_CHARACTERS_MIN: usize = 8;
/// A word of eight bytes that is half zeros lies in every run of eight characters, wherever it
/// starts, so that nothing else must be looked at.
const WORD_BYTES: usize = 8;

const ODD_BYTES: u64 = u64::from_le_bytes([0, 0xFF, 0, 0xFF, 0, 0xFF, 0, 0xFF]);

/// The runs of UTF-16 in some bytes, a line each. `None` if there are none, which is told at
/// memory speed: every file of a host is asked.
pub fn runs(bytes: &[u8]) -> Option<Lifted> {
    let mut lifted = Lifted::default();
    let mut looked_to = 0;
    let mut word_at = 0;
    while let Some(next) = wide_word(bytes, word_at) {
        word_at = next + WORD_BYTES;
        if next < looked_to {
            continue;
        }
        let Some((first, last)) = run_around(bytes, next, looked_to) else { continue };
        looked_to = last + 1;
        if (last - first) / 2 + 1 >= RUN_CHARACTERS_MIN {
            // Where the zero stands in front it belongs to the first character.
            let is_big = first % 2 == 1 && bytes[first - 1] == 0;
            let characters = bytes[first..=last].iter().copied().step_by(2);
            lifted.push(characters.chain([b'\n']), first - usize::from(is_big), 2);
        }
    }
    (!lifted.text.is_empty()).then_some(lifted)
}

/// The next aligned word that may be four characters, from a place on.
fn wide_word(bytes: &[u8], from: usize) -> Option<usize> {
    let words = bytes.get(from..)?.chunks_exact(WORD_BYTES);
    let n_before = words.into_iter().position(is_wide)?;
    Some(from + n_before * WORD_BYTES)
}

/// Whether every other byte is zero, and not all of them are.
fn is_wide(word: &[u8]) -> bool {
    let word = word.try_into().map_or(0, u64::from_ne_bytes);
    (word & ODD_BYTES == 0 || word & !ODD_BYTES == 0) && word != 0
}

/// The first and the last character of the run that goes through a word, none of them before
/// `looked_to`. Between two characters stands a zero; which of them it belongs to does not matter.
fn run_around(bytes: &[u8], word_at: usize, looked_to: usize) -> Option<(usize, usize)> {
    let middle = if bytes[word_at] == 0 { word_at + 1 } else { word_at };
    let (mut first, mut last) = (middle, middle);
    while first >= looked_to + 2 && bytes[first - 1] == 0 && is_text(bytes[first - 2]) {
        first -= 2;
    }
    while last + 2 < bytes.len() && bytes[last + 1] == 0 && is_text(bytes[last + 2]) {
        last += 2;
    }
    is_text(bytes[middle]).then_some((first, last))
}

const fn is_text(character: u8) -> bool {
    matches!(character, b' '..=b'~' | b'\t' | b'\n' | b'\r')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::location::Span;

    fn little(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    fn big(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_be_bytes).collect()
    }

    fn text(bytes: &[u8]) -> String {
        runs(bytes).map_or_else(String::new, |lifted| String::from_utf8(lifted.text).unwrap())
    }

    #[test]
    fn a_run_is_found_at_every_place_and_in_both_orders() {
        for n_before in 0..20 {
            for wide in [little("token=abc"), big("token=abc")] {
                let before = vec![0xEE; n_before];
                assert_eq!(text(&[&before, &wide[..], &[0xEE; 3]].concat()), "token=abc\n");
                assert_eq!(text(&[&vec![0; n_before], &wide[..], &[0; 9]].concat()), "token=abc\n");
            }
        }
    }

    #[test]
    fn a_span_points_at_the_characters_with_their_zeros() {
        for wide in [little("token=abc"), big("token=abc")] {
            let bytes = [&[0xEE; 6][..], &wide, &[0xEE; 5]].concat();
            let span = runs(&bytes).unwrap().span_in_file(Span { start: 6, end: 9 });
            let found = &bytes[span.start as usize..span.end as usize];
            assert!(found == little("abc") || found == big("abc"), "{found:?}");
        }
    }

    #[test]
    fn runs_come_in_their_order_each_on_a_line() {
        let bytes = [little("first one"), vec![0; 5], vec![1; 4], big("second one")].concat();
        assert_eq!(text(&bytes), "first one\nsecond one\n");
    }

    #[test]
    fn what_is_short_or_no_text_gives_nothing() {
        assert_eq!(text(&little("seven77")), "");
        assert_eq!(text(b"plain text without any zero"), "");
        assert_eq!(text(&[0; 100]), "");
        assert_eq!(text(&[1, 0].repeat(50)), "");
        assert_eq!(text(b"a"), "");
    }

    proptest! {
        #[test]
        fn every_run_is_found_whatever_stands_around_it(
            before in prop::collection::vec(any::<u8>(), 0..40),
            after in prop::collection::vec(any::<u8>(), 0..40),
            run in "[ -~]{8,40}",
            is_big in any::<bool>(),
        ) {
            let wide = if is_big { big(&run) } else { little(&run) };
            prop_assert!(text(&[before, wide, after].concat()).contains(&run));
        }
    }
}
