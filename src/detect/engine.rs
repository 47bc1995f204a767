//! Rules over bytes: keywords first, then the pattern of each rule whose keyword
//! occurs, in a copied window around it. Believes nothing: `vet` does the judging.

use std::collections::BTreeMap;

use crate::detect::assignments::assigned;
use crate::detect::names::is_given;
use crate::detect::pattern::{Capture, Pattern};
use crate::detect::prefilter::{AhoCorasickPrefilter, Hit, Keyword, Prefilter};
use crate::model::candidate::{Candidate, Fields};
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
    /// Which rules each keyword calls for.
    keyword_rules: Vec<Vec<RuleIndex>>,
    patterns: Vec<Pattern>,
}

/// A worker's copy of the window that is being judged. What the file does meanwhile
/// does not matter any more.
#[derive(Default)]
pub struct Window {
    bytes: Vec<u8>,
}

impl<'r> Engine<'r> {
    /// The engine with the portable prefilter.
    pub fn new(rules: &'r RuleSet) -> Self {
        Self::with_prefilter(rules, |keywords| Box::new(AhoCorasickPrefilter::new(keywords)))
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
        let (keywords, keyword_rules): (Vec<_>, Vec<_>) = owners.into_iter().unzip();
        let patterns = rules.rules.iter().map(|_| Pattern::default()).collect();
        Self { rules, prefilter: make(&keywords), keyword_rules, patterns }
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
        self.prefilter.hits(segment.bytes, &mut |hit| {
            if segment.own.contains(&hit.start) {
                for rule in &self.keyword_rules[hit.keyword] {
                    self.try_rule(*rule, hit, segment, window, on_candidate);
                }
            }
        });
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
                on_candidate(candidate(rule, index, window, offset, &capture));
            }
        };
        let pattern = &self.patterns[index.0];
        match rule.form {
            Form::Shape => pattern.captures(rule, window, n_before, keyword.end, |capture| {
                let fits = capture.whole.end >= keyword.start;
                take(capture, fits);
            }),
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

fn keyword(text: &str, rule: &Rule) -> Keyword {
    let ignore_case = rule.ignore_case;
    let text = if ignore_case { text.to_ascii_lowercase() } else { text.to_owned() };
    Keyword { text, ignore_case }
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
