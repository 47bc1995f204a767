//! Every path against the automaton, hit for hit.

use std::collections::BTreeSet;
use std::io::Write;

use crate::forge::Dice;

use super::grams::Tuning;
use super::{AhoCorasickPrefilter, Grams, Hit, Keyword, Path, Prefilter};

fn random_text(dice: &mut Dice, alphabet: &[char], len: usize) -> String {
    (0..len).map(|_| alphabet[dice.roll(alphabet.len())]).collect()
}

fn random_keyword(dice: &mut Dice, alphabet: &[char], len_max: usize) -> Keyword {
    let len = 1 + dice.roll(len_max);
    keyword(&random_text(dice, alphabet, len), dice.roll(2) == 0, dice.roll(4) == 0)
}

/// Random bytes, with keywords among them, some with a letter of another case.
fn random_haystack(
    dice: &mut Dice,
    alphabet: &[char],
    keywords: &[Keyword],
    len: usize,
) -> Vec<u8> {
    let mut haystack = Vec::new();
    while haystack.len() < len {
        let n_between = dice.roll(9);
        haystack.extend(random_text(dice, alphabet, n_between).bytes());
        if !keywords.is_empty() {
            haystack.extend(keywords[dice.roll(keywords.len())].text.bytes());
            let last = haystack.len() - 1 - dice.roll(haystack.len().min(4));
            if dice.roll(3) == 0 {
                haystack[last] ^= 0x20;
            }
        }
    }
    haystack.truncate(len);
    haystack
}

fn keyword(text: &str, ignore_case: bool, begins_word: bool) -> Keyword {
    let text = if ignore_case { text.to_ascii_lowercase() } else { text.to_owned() };
    Keyword { text, ignore_case, begins_word }
}

fn words(texts: &[&str]) -> Vec<Keyword> {
    texts.iter().map(|text| keyword(text, false, false)).collect()
}

fn hits(prefilter: &dyn Prefilter, haystack: &[u8]) -> Vec<Hit> {
    let mut hits = Vec::new();
    prefilter.hits(haystack, &mut |hit| hits.push(hit));
    hits
}

fn sorted(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.sort_unstable();
    hits
}

/// One keyword set on every path of this machine, with the automaton beside them.
struct Bench {
    aho: AhoCorasickPrefilter,
    grams: Vec<Grams>,
}

impl Bench {
    fn new(keywords: &[Keyword]) -> Self {
        let here = Path::ALL.into_iter().filter(|path| path.is_here());
        Self {
            aho: AhoCorasickPrefilter::new(keywords),
            grams: here.map(|path| Grams::with_path(keywords, path)).collect(),
        }
    }

    fn check(&self, haystack: &[u8]) -> usize {
        let expected = sorted(hits(&self.aho, haystack));
        let in_order = hits(&self.grams[0], haystack);
        for grams in &self.grams {
            let found = hits(grams, haystack);
            assert_eq!(found, in_order, "{:?} has another order", grams.path());
            let shown = String::from_utf8_lossy(haystack);
            assert_eq!(sorted(found), expected, "{:?} in {shown:?}", grams.path());
        }
        expected.len()
    }
}

fn check(keywords: &[Keyword], haystack: &[u8]) -> usize {
    Bench::new(keywords).check(haystack)
}

#[test]
fn every_path_of_this_machine_is_forced() {
    for path in Path::ALL {
        let used = Grams::with_path(&words(&["token"]), path).path();
        if path.is_here() {
            assert_eq!(used, path);
        } else {
            assert_eq!(used, Path::Portable);
            let _ = writeln!(std::io::stderr(), "skipped: this machine has no {path:?}");
        }
    }
}

#[test]
fn a_keyword_is_found_wherever_it_stands_in_haystacks_of_all_lengths() {
    for text in ["a", "ab", "abc", "abcd", "abcde", "abcdef", "abcdefg", "abcdefghijklmnop"] {
        let bench = Bench::new(&words(&[text]));
        for len in 0..200 {
            let mut haystack = vec![b'.'; len];
            for at in 0..=len.min(130) {
                let to = len.min(at + text.len());
                haystack[at..to].copy_from_slice(&text.as_bytes()[..to - at]);
                let n_hits = bench.check(&haystack);
                assert_eq!(n_hits, usize::from(to - at == text.len()), "{text} at {at} of {len}");
                haystack[at..to].fill(b'.');
            }
        }
    }
}

#[test]
fn a_keyword_is_found_across_the_border_of_a_chunk() {
    let keywords = words(&["qz_x", "xq_z_", "longer_keyword", "_"]);
    let bench = Bench::new(&keywords);
    for keyword in &keywords {
        for at in 2030..2060 {
            for after in [0, 1, 2, 3, 60, 64, 67, 2100] {
                let mut haystack = vec![b'.'; at];
                haystack.extend(keyword.text.bytes());
                haystack.resize(haystack.len() + after, b'.');
                assert!(bench.check(&haystack) >= 1);
            }
        }
    }
}

#[test]
fn zeros_behind_the_end_are_not_read_as_bytes() {
    let keywords = words(&["\0", "\0\0", "\0\0\0", "a\0\0\0", "ab\0\0\0", "\0\0\0\0\0\0\0"]);
    for len in 0..80 {
        check(&keywords, &vec![0; len]);
        check(&keywords, &vec![b'a'; len]);
        check(&keywords, &[vec![0; len], b"a\0\0".to_vec()].concat());
        check(&keywords, &[vec![0; len], b"ab\0\0\0".to_vec()].concat());
    }
}

#[test]
fn bytes_that_folding_confuses_are_told_apart() {
    let alphabet: Vec<char> = "@`[{]}\\|^~_\u{7f}\0 Aa!\u{1}".chars().collect();
    let texts = ["@@@@", "`@`@", "[{[{", "{a[A", "\0 \0 ", "_\u{7f}_\u{7f}_", "a@", "[", "~^~"];
    let both = [true, false];
    let keywords: Vec<_> = both
        .iter()
        .flat_map(|ignore_case| texts.map(|text| keyword(text, *ignore_case, false)))
        .collect();
    let bench = Bench::new(&keywords);
    let mut dice = Dice::new(7);
    let n_hits: usize = (0..300)
        .map(|len| bench.check(&random_haystack(&mut dice, &alphabet, &keywords, len)))
        .sum();
    assert!(n_hits > 3000, "{n_hits} hits are no test");
}

#[test]
fn only_ascii_letters_are_folded() {
    let keywords = [keyword("größe", true, false), keyword("tokenÄ", true, false)];
    assert_eq!(check(&keywords, "größe GRößE GRÖSSE tokenÄ TOKENÄ tokenä".as_bytes()), 4);
    check(&keywords, b"gr\xc3\xb6\xc3\x9fe gr\xe3\xb6\xc3\x9fe gr\xc3\x96\xc3\x9fe");
}

#[test]
fn letter_case_counts_only_where_the_rule_says_so() {
    let keywords = [keyword("AKIA", false, false), keyword("akia", true, false)];
    assert_eq!(check(&keywords, b"akia AKIA Akia"), 4);
}

#[test]
fn a_keyword_that_begins_words_is_not_found_within_one() {
    let keywords = [keyword("EAAE", false, true), keyword("loba", true, true)];
    assert_eq!(check(&keywords, b"EAAE xEAAE -EAAE 9EAAE _loba \xc3\xa4LOBA globa .Loba"), 4);
}

#[test]
fn no_keywords_have_no_hits() {
    assert_eq!(check(&[], &[b'a'; 300]), 0);
}

#[test]
fn keywords_within_keywords_are_all_reported() {
    let texts = ["a", "aa", "aaa", "aaaa", "aaaaa", "aaaaaa", "aaaaaaa", "aaaaaaaaaaaaa", "aaaa"];
    assert_eq!(check(&words(&texts), &[b'a'; 40]), 40 + 39 + 38 + 2 * 37 + 36 + 35 + 34 + 28);
    check(&words(&["abab", "ababab", "babababa"]), &b"ab".repeat(2100));
}

#[test]
fn random_keywords_over_small_alphabets_are_found() {
    let mut dice = Dice::new(11);
    let mut n_hits = 0;
    for alphabet in ["ab", "aB_", "abcdA", "a\0é@`", "tokenTOKEN_-"] {
        let alphabet: Vec<char> = alphabet.chars().collect();
        for n_keywords in [1, 2, 5, 40, 200] {
            let keywords: Vec<_> =
                (0..n_keywords).map(|_| random_keyword(&mut dice, &alphabet, 9)).collect();
            let bench = Bench::new(&keywords);
            for _ in 0..12 {
                let len = dice.roll(700);
                n_hits += bench.check(&random_haystack(&mut dice, &alphabet, &keywords, len));
            }
        }
    }
    assert!(n_hits > 100_000, "{n_hits} hits are no test");
}

#[test]
fn thousands_of_random_keywords_are_found() {
    let alphabet: Vec<char> =
        ('a'..='z').chain('A'..='Z').chain("0123456789_-.é".chars()).collect();
    let mut dice = Dice::new(13);
    let keywords: Vec<_> = (0..5000).map(|_| random_keyword(&mut dice, &alphabet, 24)).collect();
    let bench = Bench::new(&keywords);
    for len in [10_000, 50_000] {
        assert!(bench.check(&random_haystack(&mut dice, &alphabet, &keywords, len)) > 1000);
    }
}

#[test]
fn tuning_changes_no_hit() {
    let alphabet: Vec<char> = "abcAB_".chars().collect();
    let mut dice = Dice::new(17);
    let keywords: Vec<_> = (0..60).map(|_| random_keyword(&mut dice, &alphabet, 12)).collect();
    let haystack = random_haystack(&mut dice, &alphabet, &keywords, 6000);
    let expected = sorted(hits(&AhoCorasickPrefilter::new(&keywords), &haystack));
    for path in Path::ALL {
        for (n_sets, long_bytes_min) in [(1, 5), (2, 6), (3, 9), (4, 1000)] {
            let tuning = Tuning { path, n_sets, long_bytes_min };
            assert_eq!(sorted(hits(&Grams::tuned(&keywords, tuning), &haystack)), expected);
        }
    }
}

#[test]
fn hits_are_reported_once() {
    let keywords = words(&["$1$", "token", "access_token"]);
    let haystack = b"$1$token access_token".repeat(500);
    let found = hits(&Grams::new(&keywords), &haystack);
    assert_eq!(found.len(), found.iter().collect::<BTreeSet<_>>().len());
    assert_eq!(found.len(), 500 * 4);
}
