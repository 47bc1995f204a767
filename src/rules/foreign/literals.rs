//! Which literals a match of an expression must hold, and how much may stand before and after
//! them. Works on what regex-syntax read, of which this is the only door. Finds enough, not all:
//! an expression may need a literal that is not seen here.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

/// More alternatives than these are no keywords.
const WORDS_MAX: usize = 64;
/// Longer literals are cut into several.
const WORD_BYTES_MAX: usize = 24;
/// A class of more signs is no literal.
const CLASS_SIGNS_MAX: usize = 4;
/// Longer literals find no less, but the same a little sooner.
const LENGTH_THAT_COUNTS: usize = 8;

/// Literals of which every match holds one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needed {
    /// In order; none is a part of another.
    pub words: Vec<String>,
    /// Whether letter case is ignored in them.
    pub ignore_case: bool,
    /// Bytes of a match before one at most; `None` where nothing bounds them.
    pub before: Option<usize>,
    /// Bytes of a match after one at most.
    pub after: Option<usize>,
}

/// What the shape of the secret is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Bytes of the literal that it begins with.
    pub prefix_bytes: usize,
    /// Its length, if it has but one.
    pub length: Option<usize>,
}

/// The best literals of a pattern; `None` where it needs none.
pub fn needed(pattern: &str) -> Option<Needed> {
    let hir = parse(pattern)?;
    let exact = best_of(&hir, Search { case: Case::Counts, wanted: &[] });
    let folded = best_of(&hir, Search { case: Case::Folded, wanted: &[] });
    let rank = |found: &Needed| score(&found.words);
    match (exact, folded) {
        (Some(exact), Some(folded)) if rank(&folded) > rank(&exact) => Some(folded),
        (exact, folded) => exact.or(folded),
    }
}

/// Whether every match of a pattern holds one of some words, whatever its letter case.
pub fn always_holds(pattern: &str, wanted: &[String]) -> bool {
    let search = Search { case: Case::Folded, wanted };
    let found = parse(pattern).and_then(|hir| {
        let part = part(&hir, search);
        search.better(part.best, whole(part.exact))
    });
    found.is_some_and(|found| found.words.iter().all(|word| search.wants(word)))
}

/// The shape of the group `secret` of a pattern.
pub fn shape(pattern: &str) -> Option<Shape> {
    let hir = parse(pattern)?;
    let secret = secret_of(&hir)?;
    let properties = secret.properties();
    let (least, most) = (properties.minimum_len(), properties.maximum_len());
    let prefix = prefix(secret).into_iter().map(|word| word.len()).min();
    Some(Shape { prefix_bytes: prefix.unwrap_or(0), length: least.filter(|_| least == most) })
}

/// Whether a pattern is one that the regex crate reads.
pub fn is_pattern(pattern: &str) -> bool {
    parse(pattern).is_some()
}

fn parse(pattern: &str) -> Option<Hir> {
    ParserBuilder::new().utf8(false).unicode(false).build().parse(pattern).ok()
}

/// What is looked for.
#[derive(Clone, Copy)]
struct Search<'k> {
    case: Case,
    /// Literals that hold one of these are better than all others.
    wanted: &'k [String],
}

impl Search<'_> {
    fn better(&self, one: Option<Found>, other: Option<Found>) -> Option<Found> {
        match (one, other) {
            (Some(one), Some(other)) => {
                Some(if self.rank(&other) > self.rank(&one) { other } else { one })
            }
            (one, other) => one.or(other),
        }
    }

    /// Whether all words of a find hold a wanted one, and how good they are apart from that:
    /// longer, fewer, in a smaller window.
    fn rank(&self, found: &Found) -> (bool, usize, Reverse<usize>, Reverse<usize>) {
        let is_wanted = !self.wanted.is_empty() && found.words.iter().all(|word| self.wants(word));
        let least = found.words.iter().map(Vec::len).min().unwrap_or(0);
        let reach = found.before.zip(found.after);
        let reach = reach.map_or(usize::MAX, |(before, after)| before.saturating_add(after));
        let length = least.min(LENGTH_THAT_COUNTS);
        (is_wanted, length, Reverse(found.words.len()), Reverse(reach))
    }

    fn wants(&self, word: &[u8]) -> bool {
        let word = word.to_ascii_lowercase();
        let holds = |part: &[u8]| word.windows(part.len().max(1)).any(|window| window == part);
        self.wanted.iter().any(|wanted| holds(wanted.as_bytes()))
    }
}

/// Whether letter case counts in literals.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    Counts,
    Folded,
}

type Words = BTreeSet<Vec<u8>>;

/// What is known of a part of an expression.
struct Part {
    /// All that it matches, where that is little.
    exact: Option<Words>,
    /// The best literals that each of its matches holds.
    best: Option<Found>,
    /// Its greatest length.
    most: Option<usize>,
}

#[derive(Clone)]
struct Found {
    words: Words,
    before: Option<usize>,
    after: Option<usize>,
}

fn best_of(hir: &Hir, search: Search<'_>) -> Option<Needed> {
    let part = part(hir, search);
    let found = search.better(part.best, whole(part.exact))?;
    let words = shortest(&found.words);
    let words = words.into_iter().map(String::from_utf8).collect::<Result<_, _>>().ok()?;
    let ignore_case = search.case == Case::Folded;
    Some(Needed { words, ignore_case, before: found.before, after: found.after })
}

/// A word that holds another one says nothing more.
fn shortest(words: &Words) -> Vec<Vec<u8>> {
    let holds = |long: &[u8], short: &[u8]| long.windows(short.len()).any(|part| part == short);
    let is_needless =
        |word: &&Vec<u8>| words.iter().any(|other| other != *word && holds(word, other));
    words.iter().filter(|word| !is_needless(word)).cloned().collect()
}

/// Longer is better, then fewer.
fn score(words: &[String]) -> (usize, Reverse<usize>) {
    let least = words.iter().map(String::len).min().unwrap_or(0);
    (least.min(LENGTH_THAT_COUNTS), Reverse(words.len()))
}

/// Words that are all of a part, unless nothing would do as well.
fn whole(exact: Option<Words>) -> Option<Found> {
    let words =
        exact.filter(|words| !words.is_empty() && words.iter().all(|word| !word.is_empty()))?;
    Some(Found { words, before: Some(0), after: Some(0) })
}

fn part(hir: &Hir, search: Search<'_>) -> Part {
    let most = hir.properties().maximum_len();
    let (exact, best) = match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => (Some(Words::from([Vec::new()])), None),
        HirKind::Literal(literal) => (Some(Words::from([fold(&literal.0, search.case)])), None),
        HirKind::Class(class) => (signs(class, search.case), None),
        HirKind::Capture(capture) => {
            let inside = part(&capture.sub, search);
            (inside.exact, inside.best)
        }
        HirKind::Repetition(repetition) => {
            let inside = part(&repetition.sub, search);
            repeated(inside, repetition.min, repetition.max, search)
        }
        HirKind::Concat(parts) => {
            concat(parts.iter().map(|one| part(one, search)).collect(), search)
        }
        HirKind::Alternation(parts) => {
            either(parts.iter().map(|one| part(one, search)).collect(), search)
        }
    };
    Part { exact, best, most }
}

fn fold(bytes: &[u8], case: Case) -> Vec<u8> {
    match case {
        Case::Counts => bytes.to_vec(),
        Case::Folded => bytes.to_ascii_lowercase(),
    }
}

/// The signs of a small class, each as a word.
fn signs(class: &Class, case: Case) -> Option<Words> {
    let ranges: Vec<(u32, u32)> = match class {
        Class::Bytes(class) => {
            class.ranges().iter().map(|range| (range.start().into(), range.end().into())).collect()
        }
        Class::Unicode(class) => {
            class.ranges().iter().map(|range| (range.start().into(), range.end().into())).collect()
        }
    };
    let mut words = Words::new();
    for (first, last) in ranges {
        if last > 0x7F || last - first > 2 * CLASS_SIGNS_MAX as u32 {
            return None;
        }
        words.extend((first..=last).map(|code| fold(&[code as u8], case)));
    }
    (words.len() <= CLASS_SIGNS_MAX).then_some(words)
}

fn repeated(
    inside: Part,
    least: u32,
    most: Option<u32>,
    search: Search<'_>,
) -> (Option<Words>, Option<Found>) {
    if least == 0 {
        let exact = inside.exact.filter(|_| most == Some(1)).map(|mut words| {
            words.insert(Vec::new());
            words
        });
        return (exact, None);
    }
    if most == Some(least) && least <= 8 {
        let start = Some(Words::from([Vec::new()]));
        let power = (0..least).fold(start, |words, _| product(&words?, inside.exact.as_ref()?));
        if power.is_some() {
            return (power, None);
        }
    }
    let best = search.better(inside.best, whole(inside.exact)).map(|found| {
        let further = most.and_then(|most| (most as usize - 1).checked_mul(inside.most?));
        let after = found.after.zip(further).and_then(|(one, other)| one.checked_add(other));
        Found { after, ..found }
    });
    (None, best)
}

/// Each word of one set followed by each of the other.
fn product(one: &Words, other: &Words) -> Option<Words> {
    if one.len() * other.len() > WORDS_MAX {
        return None;
    }
    let pairs =
        one.iter().flat_map(|first| other.iter().map(|last| [first.as_slice(), last].concat()));
    let words: Words = pairs.collect();
    words.iter().all(|word| word.len() <= WORD_BYTES_MAX).then_some(words)
}

fn concat(parts: Vec<Part>, search: Search<'_>) -> (Option<Words>, Option<Found>) {
    let sum =
        |parts: &[Part]| parts.iter().try_fold(0_usize, |sum, part| sum.checked_add(part.most?));
    let mut best = None;
    let (mut run, mut run_start) = (Words::from([Vec::new()]), 0);
    let mut is_all = true;
    let placed = |words: Option<Words>, from: usize, to: usize| {
        let found = whole(words)?;
        Some(Found { before: sum(&parts[..from]), after: sum(&parts[to..]), ..found })
    };
    for (index, part) in parts.iter().enumerate() {
        if let Some(longer) = part.exact.as_ref().and_then(|exact| product(&run, exact)) {
            run = longer;
            continue;
        }
        is_all = false;
        best = search.better(best, placed(Some(run), run_start, index));
        (run, run_start) = match &part.exact {
            Some(exact) => (exact.clone(), index),
            None => (Words::from([Vec::new()]), index + 1),
        };
        let inner = part.best.clone().map(|found| Found {
            before: found
                .before
                .zip(sum(&parts[..index]))
                .and_then(|(one, other)| one.checked_add(other)),
            after: found
                .after
                .zip(sum(&parts[index + 1..]))
                .and_then(|(one, other)| one.checked_add(other)),
            ..found
        });
        best = search.better(best, inner);
    }
    if is_all {
        return (Some(run), None);
    }
    let last = placed(Some(run), run_start, parts.len());
    (None, search.better(best, last))
}

fn either(parts: Vec<Part>, search: Search<'_>) -> (Option<Words>, Option<Found>) {
    let union = parts.iter().try_fold(Words::new(), |mut all, part| {
        all.extend(part.exact.clone()?);
        Some(all)
    });
    if let Some(words) = union.filter(|words| words.len() <= WORDS_MAX) {
        return (Some(words), None);
    }
    let start = Found { words: Words::new(), before: Some(0), after: Some(0) };
    let best = parts.into_iter().try_fold(start, |mut all, part| {
        let found = search.better(part.best, whole(part.exact))?;
        all.words.extend(found.words);
        all.before = all.before.zip(found.before).map(|(one, other)| one.max(other));
        all.after = all.after.zip(found.after).map(|(one, other)| one.max(other));
        (all.words.len() <= WORDS_MAX).then_some(all)
    });
    (None, best)
}

fn secret_of(hir: &Hir) -> Option<&Hir> {
    match hir.kind() {
        HirKind::Capture(capture) if capture.name.as_deref() == Some("secret") => {
            Some(&capture.sub)
        }
        HirKind::Capture(capture) => secret_of(&capture.sub),
        HirKind::Repetition(repetition) => secret_of(&repetition.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().find_map(secret_of),
        _ => None,
    }
}

/// The words that a part begins with; none where it may begin with anything.
fn prefix(hir: &Hir) -> Words {
    let search = Search { case: Case::Folded, wanted: &[] };
    let of_part = |hir: &Hir| part(hir, search).exact.unwrap_or_default();
    match hir.kind() {
        HirKind::Capture(capture) => prefix(&capture.sub),
        HirKind::Alternation(parts) => {
            let all: Vec<Words> = parts.iter().map(prefix).collect();
            if all.iter().any(Words::is_empty) {
                Words::new()
            } else {
                all.into_iter().flatten().collect()
            }
        }
        HirKind::Concat(parts) => {
            let mut run = Words::from([Vec::new()]);
            for one in parts {
                let exact = of_part(one);
                let further = if exact.is_empty() { prefix(one) } else { exact.clone() };
                match product(&run, &further).filter(|_| !further.is_empty()) {
                    Some(longer) => run = longer,
                    None => break,
                }
                if exact.is_empty() {
                    break;
                }
            }
            run
        }
        _ => of_part(hir),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(
        pattern: &str,
        words: &[&str],
        ignore_case: bool,
        before: Option<usize>,
        after: Option<usize>,
    ) {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        let expected = Needed { words, ignore_case, before, after };
        assert_eq!(needed(pattern), Some(expected), "{pattern}");
    }

    #[test]
    fn a_prefix_is_needed_and_what_follows_is_counted() {
        check(r"\btok_[a-z]{4}\b", &["tok_"], false, Some(0), Some(4));
        check(r"[a-z]{0,9}=(?:live|test)_[a-z]+", &["=live_", "=test_"], false, Some(9), None);
        check(r"a?tok_x", &["tok_x"], false, Some(0), Some(0));
    }

    #[test]
    fn letter_case_is_folded_where_that_gives_longer_words() {
        check(r"(?i)[\w.]{0,5}acme_key.{0,3}", &["acme_key"], true, Some(5), Some(3));
        check(r"AKIA[A-Z]{16}", &["AKIA"], false, Some(0), Some(16));
    }

    #[test]
    fn a_word_that_holds_another_is_left_out() {
        check(r"(?:key|keys|apikey)[a-z]", &["key"], false, Some(0), Some(1));
    }

    #[test]
    fn a_word_may_be_in_every_match_without_being_the_best_keyword() {
        let holds = |wanted: &str| {
            always_holds("(?i)(?:acme)[a-z]{0,9}=TTTTTTTT[a-z]{9}", &[wanted.to_owned()])
        };
        assert!(holds("acme"));
        assert!(holds("cm"));
        assert!(!holds("other"));
    }

    #[test]
    fn some_patterns_need_nothing() {
        for pattern in ["[a-z]{32}", "(?:abc)?[a-z]+", "(?:abc|[a-z]{3})x*", ""] {
            assert_eq!(needed(pattern), None, "{pattern}");
        }
    }

    #[test]
    fn the_shape_of_a_secret_is_its_beginning_and_its_length() {
        let check = |pattern: &str, prefix_bytes, length| {
            assert_eq!(shape(pattern), Some(Shape { prefix_bytes, length }), "{pattern}");
        };
        check(r"key=(?P<secret>[a-z0-9]{32})", 0, Some(32));
        check(r"(?P<secret>(?:gho|ghp)_[a-z]{4,9})", 4, None);
        check(r"(?P<secret>[a-z]+)", 0, None);
    }
}
