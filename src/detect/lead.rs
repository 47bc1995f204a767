//! What a match has before its keyword: where that is a byte at most, the pattern need be tried at
//! two places only, and fails there at once, instead of being looked for in a whole window.

use std::ops::RangeInclusive;

use regex_syntax::ParserBuilder;
use regex_syntax::hir::literal::{Extractor, Seq};
use regex_syntax::hir::{Hir, HirKind};

/// Trying a pattern at more places costs as much as looking for it.
const LEAD_BYTES_MAX: usize = 1;
/// So that `EAA[B-Z]` and a few letters of either case are written out.
const CLASS_SIGNS_MAX: usize = 64;
const LITERALS_MAX: usize = 1024;

/// The keywords of a rule.
#[derive(Clone, Copy)]
pub struct Words<'k> {
    pub keywords: &'k [String],
    pub ignore_case: bool,
}

/// How many bytes every match has before a keyword, which must follow. `None` where
/// that is not certain, or more than a byte.
pub fn lead(pattern: &str, words: Words<'_>) -> Option<RangeInclusive<usize>> {
    let mut parser = ParserBuilder::new();
    let parser = parser.unicode(false).utf8(false).case_insensitive(words.ignore_case);
    let hir = parser.build().parse(pattern).ok()?;
    let mut parts = Vec::new();
    flatten(&hir, &mut parts);
    let (mut least, mut most) = (0, 0);
    for index in 0..parts.len() {
        if begins_with_keyword(&parts[index..], words) {
            return Some(least..=most);
        }
        let part = parts[index].properties();
        least += part.minimum_len()?;
        most += part.maximum_len()?;
        if most > LEAD_BYTES_MAX {
            return None;
        }
    }
    None
}

/// What stands one behind the other in a pattern, groups taken apart.
fn flatten<'h>(hir: &'h Hir, parts: &mut Vec<&'h Hir>) {
    match hir.kind() {
        HirKind::Concat(inner) => inner.iter().for_each(|part| flatten(part, parts)),
        HirKind::Capture(group) => flatten(&group.sub, parts),
        _ => parts.push(hir),
    }
}

fn begins_with_keyword(parts: &[&Hir], words: Words<'_>) -> bool {
    let rest = Hir::concat(parts.iter().copied().cloned().collect());
    let mut extractor = Extractor::new();
    extractor.limit_class(CLASS_SIGNS_MAX).limit_total(LITERALS_MAX);
    is_led(&extractor.extract(&rest), words)
}

fn is_led(beginnings: &Seq, words: Words<'_>) -> bool {
    let leads = |keyword: &String, text: &[u8]| {
        let text = text.get(..keyword.len());
        text.is_some_and(|text| match words.ignore_case {
            true => text.eq_ignore_ascii_case(keyword.as_bytes()),
            false => text == keyword.as_bytes(),
        })
    };
    beginnings.literals().is_some_and(|texts| {
        texts.iter().all(|text| words.keywords.iter().any(|it| leads(it, text.as_bytes())))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, keywords: &[&str], expected: Option<RangeInclusive<usize>>) {
        let keywords: Vec<String> = keywords.iter().map(|it| (*it).to_owned()).collect();
        let words = Words { keywords: &keywords, ignore_case: false };
        assert_eq!(lead(pattern, words), expected, "{pattern}");
    }

    #[test]
    fn what_every_match_begins_with_is_seen() {
        check(r"\b(?P<secret>ghp_[A-Za-z0-9]{36})\b", &["ghp_"], Some(0..=0));
        check(r"(?:^|[^a-z])(?P<secret>EAA[B-D][A-Z]{9})", &["EAAB", "EAAC", "EAAD"], Some(0..=1));
        check(r"[^a-z](?:live_|test_)(?P<secret>x)", &["live_", "test_"], Some(1..=1));
        check(r"(?P<secret>a[bc]de)", &["abde", "acde"], Some(0..=0));
        check(r"(?i)(?P<secret>tok_[a-z]+)", &["tok_"], None);
    }

    #[test]
    fn what_may_stand_before_is_not_overlooked() {
        check(r"(?P<secret>(?:x|yz)key_)", &["key_"], None);
        check(r"(?P<secret>[a-z]*key_)", &["key_"], None);
        check(r"(?P<secret>(?:key_)?x)", &["key_"], None);
        check(r"(?P<secret>key_|other)", &["key_"], None);
        check(r"..(?P<secret>key_)", &["key_"], None);
        check(r"", &["key_"], None);
    }
}
