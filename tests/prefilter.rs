//! The keywords of all built-in rules: every path of this machine finds what the automaton finds.
//! `CREDREACH_FUZZ_SECONDS` makes the search for a difference as long as one likes.

#![allow(clippy::unwrap_used, reason = "a test that panics has done its work")]

use credreach::detect::engine::Engine;
use credreach::detect::prefilter::{AhoCorasickPrefilter, Grams, Hit, Keyword, Path, Prefilter};
use credreach::forge::{Dice, fuzz_rounds};
use credreach::rules::{builtin_files, load};

/// The keywords as the engine hands them to its prefilter.
fn keywords() -> Vec<Keyword> {
    let rules = load(vec![builtin_files()]).unwrap();
    let mut taken = Vec::new();
    Engine::with_prefilter(&rules, |keywords| {
        taken = keywords.to_vec();
        Box::new(AhoCorasickPrefilter::new(&[]))
    });
    taken
}

/// Every keyword, between bytes of all kinds, in capitals too, and cut off.
fn every_keyword(keywords: &[Keyword]) -> Vec<u8> {
    let mut haystack = Vec::new();
    for (index, keyword) in keywords.iter().enumerate() {
        let (text, between) = (keyword.text.as_bytes(), index.to_le_bytes()[0].wrapping_mul(37));
        haystack.extend_from_slice(text);
        haystack.push(between);
        haystack.extend(text.to_ascii_uppercase());
        haystack.extend_from_slice(&text[index % text.len()..]);
        haystack.extend(std::iter::repeat_n(between, index % 5));
    }
    haystack
}

/// Keywords and ends of keywords with random bytes between, and some bits turned.
fn random_haystack(dice: &mut Dice, keywords: &[Keyword]) -> Vec<u8> {
    let len = [70, 200, 5000][dice.roll(3)];
    let len = dice.roll(len);
    let mut haystack = Vec::with_capacity(len + 32);
    while haystack.len() < len {
        let text = keywords[dice.roll(keywords.len())].text.as_bytes();
        let from = if dice.roll(5) == 0 { dice.roll(text.len()) } else { 0 };
        haystack.extend_from_slice(&text[from..]);
        for _ in 0..dice.roll(4) {
            haystack.push(dice.roll(256).to_le_bytes()[0]);
        }
        if dice.roll(4) == 0 {
            let at = haystack.len() - 1 - dice.roll(haystack.len().min(6));
            haystack[at] ^= [0x20, 0x80, 1][dice.roll(3)];
        }
    }
    haystack.truncate(len);
    haystack
}

fn hits(prefilter: &dyn Prefilter, haystack: &[u8]) -> Vec<Hit> {
    let mut hits = Vec::new();
    prefilter.hits(haystack, &mut |hit| hits.push(hit));
    hits.sort_unstable();
    hits
}

fn here() -> impl Iterator<Item = Path> {
    Path::ALL.into_iter().filter(|path| path.is_here())
}

#[test]
fn every_keyword_is_found_on_every_path() {
    let keywords = keywords();
    let haystack = every_keyword(&keywords);
    let aho = AhoCorasickPrefilter::new(&keywords);
    assert!(hits(&aho, &haystack).len() > keywords.len());
    for path in here() {
        let grams = Grams::with_path(&keywords, path);
        for from in 0..65 {
            let part = &haystack[from..haystack.len() - 7 * from];
            assert!(hits(&grams, part) == hits(&aho, part), "{path:?} from {from}");
        }
    }
}

#[test]
fn no_haystack_tells_a_path_from_the_automaton() {
    let all = keywords();
    let mut dice = Dice::new(0x0F11_7E12);
    let mut n_hits = 0;
    for _ in fuzz_rounds(20) {
        let n_keywords = [3, 30, 300][dice.roll(3)];
        let some: Vec<_> = (0..n_keywords).map(|_| all[dice.roll(all.len())].clone()).collect();
        let aho = AhoCorasickPrefilter::new(&some);
        let paths: Vec<_> = here().map(|path| (path, Grams::with_path(&some, path))).collect();
        for _ in 0..20 {
            let haystack = random_haystack(&mut dice, &some);
            let expected = hits(&aho, &haystack);
            for (path, grams) in &paths {
                assert!(hits(grams, &haystack) == expected, "{path:?} {some:?} in {haystack:?}");
            }
            n_hits += expected.len();
        }
    }
    assert!(n_hits > 1000, "{n_hits} hits are no test");
}
