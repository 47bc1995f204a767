//! Rules over bytes: keywords first, then the pattern of each rule whose keyword
//! occurs, in a copied window around it. Believes nothing: `vet` does the judging.

use std::collections::BTreeMap;

use crate::detect::assignments::assigned;
use crate::detect::exceptions::{Exceptions, Places};
use crate::detect::names::is_given;
use crate::detect::pattern::{Capture, Pattern};
use crate::detect::prefilter::{Grams, Hit, Keyword, Prefilter, is_word};
use crate::model::candidate::{Candidate, Fields};
use crate::model::cost::{Cost, KeywordCost, RuleCost};
use crate::model::location::Span;
use crate::model::rule::{Form, Rule, RuleIndex};
use crate::model::rule_set::RuleSet;
use crate::model::secret::Secret;
use crate::model::segment::{Margins, Segment};

/// All rules, ready to run. Shared by all workers.
pub struct Engine<'r> {
    /// The rules.
    pub rules: &'r RuleSet,
    prefilter: Box<dyn Prefilter>,
    keywords: Vec<Keyword>,
    /// Which rules each keyword calls for.
    keyword_rules: Vec<Vec<RuleIndex>>,
    patterns: Vec<Pattern>,
    /// By position of the rule, whether its keywords begin words.
    begin_words: Vec<bool>,
    exceptions: Exceptions<'r>,
    places: Places,
}

/// A worker's copy of the window that is being judged. What the file does meanwhile
/// does not matter any more.
#[derive(Default)]
pub struct Window {
    bytes: Vec<u8>,
}

impl<'r> Engine<'r> {
    /// The engine with the fastest prefilter that this machine has.
    pub fn new(rules: &'r RuleSet) -> Self {
        Self::with_prefilter(rules, |keywords| Box::new(Grams::new(keywords)))
    }

    /// The engine with another prefilter.
    pub fn with_prefilter(
        rules: &'r RuleSet,
        make: impl FnOnce(&[Keyword]) -> Box<dyn Prefilter>,
    ) -> Self {
        let mut owners: BTreeMap<Keyword, Vec<RuleIndex>> = BTreeMap::new();
        for (index, rule) in rules.rules.iter().enumerate() {
            for text in &rule.keywords {
                owners.entry(keyword(text, rule)).or_default().push(RuleIndex(index));
            }
        }
        let (mut keywords, keyword_rules): (Vec<_>, Vec<_>) = owners.into_iter().unzip();
        let begin_words: Vec<bool> = rules.rules.iter().map(begins_word).collect();
        for (keyword, owners) in keywords.iter_mut().zip(&keyword_rules) {
            keyword.begins_word = owners.iter().all(|rule: &RuleIndex| begin_words[rule.0]);
        }
        let patterns = rules.rules.iter().map(|_| Pattern::default()).collect();
        let (exceptions, places) = (Exceptions::new(rules), Places::new(rules));
        Self {
            rules,
            prefilter: make(&keywords),
            keywords,
            keyword_rules,
            patterns,
            begin_words,
            exceptions,
            places,
        }
    }

    /// How much the pieces of a file must overlap so that cutting it changes nothing.
    pub fn margins(&self) -> Margins {
        let widest = |reach: fn(&Rule) -> usize| self.rules.rules.iter().map(reach).max();
        let longest =
            self.rules.rules.iter().flat_map(|rule| &rule.keywords).map(String::len).max();
        Margins {
            // One more byte, for what a word boundary looks back at.
            back_bytes: widest(|rule| rule.back_bytes).unwrap_or(0) + 1,
            forward_bytes: widest(|rule| rule.forward_bytes).unwrap_or(0) + longest.unwrap_or(0),
        }
    }

    /// Reports every candidate whose keyword lies in the segment's own bytes. One that
    /// several keywords lead to is reported several times.
    pub fn scan(
        &self,
        segment: &Segment<'_>,
        window: &mut Window,
        on_candidate: &mut dyn FnMut(Candidate<'_>),
    ) {
        self.each_try(segment, &mut |rule, hit| {
            self.try_rule(rule, hit, segment, window, on_candidate);
        });
    }

    /// Every rule that a keyword in the segment's own bytes calls for.
    fn each_try(&self, segment: &Segment<'_>, on_try: &mut dyn FnMut(RuleIndex, Hit)) {
        let closed = self.places.closed(segment.path);
        self.prefilter.hits(segment.bytes, &mut |hit| {
            if segment.own.contains(&hit.start) {
                let is_within_word = hit.start > 0 && is_word(segment.bytes[hit.start - 1]);
                let is_idle = |rule: &RuleIndex| is_within_word && self.begin_words[rule.0];
                let rules = self.keyword_rules[hit.keyword].iter();
                let open = rules.filter(|rule| !closed.contains(&rule.0) && !is_idle(rule));
                open.for_each(|rule| on_try(*rule, hit));
            }
        });
    }

    /// A count of all rules and keywords that begins at nothing.
    pub fn no_cost(&self) -> Cost {
        let keywords = self.keywords.iter();
        Cost {
            rules: self.rules.rules.iter().map(|_| RuleCost::default()).collect(),
            keywords: keywords
                .map(|keyword| KeywordCost { text: keyword.text.clone(), n_hits: 0 })
                .collect(),
            ..Cost::default()
        }
    }

    /// Tries every rule as a scan does, and counts instead of reporting. The clock tells
    /// nanoseconds.
    pub fn count(
        &self,
        segment: &Segment<'_>,
        window: &mut Window,
        clock: &dyn Fn() -> u64,
        cost: &mut Cost,
    ) {
        let start = clock();
        let mut counted = None;
        self.each_try(segment, &mut |rule, hit| {
            // A keyword that calls several rules occurs once.
            if counted.replace((hit.keyword, hit.start)) != Some((hit.keyword, hit.start)) {
                cost.keywords[hit.keyword].n_hits += 1;
            }
            let own = &mut cost.rules[rule.0];
            let start = clock();
            self.try_rule(rule, hit, segment, window, &mut |_| own.n_candidates += 1);
            own.n_windows += 1;
            own.nanoseconds += clock() - start;
        });
        cost.nanoseconds += clock() - start;
        cost.n_bytes += segment.own.len() as u64;
        cost.n_files += 1;
    }

    fn try_rule(
        &self,
        index: RuleIndex,
        hit: Hit,
        segment: &Segment<'_>,
        window: &mut Window,
        on_candidate: &mut dyn FnMut(Candidate<'_>),
    ) {
        let rule = self.rules.rule(index);
        let from = hit.start.saturating_sub(rule.back_bytes);
        let to = segment.bytes.len().min(hit.end + rule.forward_bytes);
        // The byte before the window is there for word boundaries only.
        let n_before = usize::from(from > 0);
        let base = from - n_before;
        window.bytes.clear();
        window.bytes.extend_from_slice(&segment.bytes[base..to]);
        let window = window.bytes.as_slice();
        let is_end = segment.is_end && to == segment.bytes.len();
        let keyword = hit.start - base..hit.end - base;
        let mut take = |capture: Capture, fits: bool| {
            // A match that ends with the window may be the beginning of a longer one.
            let is_cut = capture.whole.end == window.len() && !is_end;
            if fits && !is_cut {
                let offset = segment.offset + base as u64;
                let is_excepted = self.exceptions.hold(rule, window, &capture, segment.path);
                let candidate = candidate(rule, index, window, offset, &capture);
                on_candidate(Candidate { is_excepted, ..candidate });
            }
        };
        let pattern = &self.patterns[index.0];
        match rule.form {
            Form::Shape => pattern
                .captures_with(rule, window, n_before, &keyword, |capture| take(capture, true)),
            Form::Named => pattern.values(rule, window, keyword.end, |capture| {
                let fits = is_given(window, &keyword, &capture.secret);
                take(capture, fits);
            }),
            Form::Assigned => {
                let found = assigned(window, &keyword);
                let found = found.filter(|it| pattern.fits(rule, &window[it.value.clone()]));
                found.into_iter().for_each(|it| take(Capture::given(it.name, it.value), true));
            }
        }
    }
}

/// Whether every match of a rule begins with its keyword, and that with a word, so that `ion_` need
/// not be tried in `function_`.
fn begins_word(rule: &Rule) -> bool {
    let Some(literal) = rule.pattern.strip_prefix(r"\b(?P<secret>") else { return false };
    let leads = |keyword: &String| {
        let rest = literal.strip_prefix(keyword.as_str());
        keyword.bytes().all(is_word) && rest.is_some_and(|rest| !rest.starts_with(['?', '*', '{']))
    };
    rule.form == Form::Shape && !has_alternative(literal) && rule.keywords.iter().all(leads)
}

/// Whether something else may stand instead of the beginning of a pattern whose first group is
/// open. What is between brackets is no sign.
fn has_alternative(pattern: &str) -> bool {
    let (mut depth, mut is_first_open, mut is_class) = (1_usize, true, false);
    let mut signs = pattern.bytes();
    while let Some(sign) = signs.next() {
        match sign {
            b'\\' => _ = signs.next(),
            b'[' => is_class = true,
            b']' => is_class = false,
            b'(' if !is_class => depth += 1,
            b')' if !is_class => {
                depth = depth.saturating_sub(1);
                is_first_open &= depth > 0;
            }
            b'|' if !is_class && depth == usize::from(is_first_open) => return true,
            _ => {}
        }
    }
    false
}

fn keyword(text: &str, rule: &Rule) -> Keyword {
    let ignore_case = rule.ignore_case;
    let text = if ignore_case { text.to_ascii_lowercase() } else { text.to_owned() };
    Keyword { text, ignore_case, begins_word: false }
}

fn candidate<'w>(
    rule: &Rule,
    index: RuleIndex,
    window: &'w [u8],
    offset: u64,
    capture: &Capture,
) -> Candidate<'w> {
    let text = |range: &Option<std::ops::Range<usize>>| {
        range.clone().map(|range| String::from_utf8_lossy(&window[range]).into_owned())
    };
    Candidate {
        kind: rule.kind,
        rule: Some(index),
        store: None,
        name: capture.name.clone().map(|name| &window[name]),
        is_excepted: false,
        secret: Secret::new(&window[capture.secret.clone()]),
        span: Span {
            start: offset + capture.secret.start as u64,
            end: offset + capture.secret.end as u64,
        },
        fields: Fields {
            issued: None,
            key_id: text(&capture.key_id),
            account: text(&capture.account),
            server: text(&capture.server),
            expires: None,
            protection: None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_stand_instead_of_the_beginning_is_told_from_what_may_follow() {
        assert!(has_alternative("ion_[a-z]|b)"));
        assert!(has_alternative("ion_)|x"));
        assert!(!has_alternative(r"ion_(?:a|b)[|)\]]\|)(?:[^a]|$)"));
    }
}
