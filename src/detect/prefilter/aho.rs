//! The portable prefilter, and the oracle of every other one: an Aho-Corasick automaton
//! over all keywords, letter case folded.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use crate::detect::prefilter::{Hit, Keyword, Prefilter, is_word};

/// [`Prefilter`] by the aho-corasick crate.
pub struct AhoCorasickPrefilter {
    automaton: AhoCorasick,
    keywords: Vec<Keyword>,
}

impl AhoCorasickPrefilter {
    /// Builds the automaton. A DFA: the default beyond 100 keywords is an NFA, which is
    /// less than half as fast.
    pub fn new(keywords: &[Keyword]) -> Self {
        let automaton = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::DFA))
            .match_kind(MatchKind::Standard)
            .ascii_case_insensitive(true)
            .build(keywords.iter().map(|keyword| &keyword.text))
            .expect("thousands of short keywords stay far below the automaton's limits");
        Self { automaton, keywords: keywords.to_vec() }
    }
}

impl Prefilter for AhoCorasickPrefilter {
    fn hits(&self, haystack: &[u8], on_hit: &mut dyn FnMut(Hit)) {
        for found in self.automaton.find_overlapping_iter(haystack) {
            let keyword = &self.keywords[found.pattern().as_usize()];
            let is_same =
                keyword.ignore_case || haystack[found.range()] == *keyword.text.as_bytes();
            let is_within_word =
                keyword.begins_word && found.start() > 0 && is_word(haystack[found.start() - 1]);
            if is_same && !is_within_word {
                on_hit(Hit {
                    start: found.start(),
                    end: found.end(),
                    keyword: found.pattern().as_usize(),
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(keywords: &[(&str, bool)], haystack: &str, expected: &[(usize, usize)]) {
        let keywords: Vec<_> = keywords
            .iter()
            .map(|(text, ignore_case)| Keyword {
                text: (*text).into(),
                ignore_case: *ignore_case,
                begins_word: false,
            })
            .collect();
        let mut hits = Vec::new();
        AhoCorasickPrefilter::new(&keywords)
            .hits(haystack.as_bytes(), &mut |hit| hits.push((hit.start, hit.keyword)));
        hits.sort_unstable();
        assert_eq!(hits, expected, "{haystack}");
    }

    #[test]
    fn letter_case_counts_only_where_the_rule_says_so() {
        check(&[("AKIA", false)], "akia AKIA", &[(5, 0)]);
        check(&[("akia", true)], "akia AKIA Akia", &[(0, 0), (5, 0), (10, 0)]);
    }

    #[test]
    fn overlapping_keywords_are_all_reported() {
        check(&[("sk_live_", false), ("live_", false)], "sk_live_x", &[(0, 0), (3, 1)]);
        check(&[("aaaa", false)], "aaaaaa", &[(0, 0), (1, 0), (2, 0)]);
        check(&[], "anything", &[]);
    }
}
