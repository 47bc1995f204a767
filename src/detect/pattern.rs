//! The pattern of one rule, run in a small window around a keyword. The only door to
//! the regex crate. Never sees a whole file, and what it sees is a copy.

use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::{Captures, Regex, RegexBuilder, RegexSet, RegexSetBuilder};

use crate::model::rule::{Form, Rule};

/// Bytes a compiled pattern may take; the largest of ours takes a tenth of it.
const COMPILED_BYTES_MAX: usize = 8 << 20;
/// Bytes of the states that a pattern keeps, for each thread: windows are small, and there
/// are hundreds of patterns.
const CACHE_BYTES_MAX: usize = 128 << 10;

/// Groups `secret_2`, `secret_3`: the secret where the ones before them are empty. Rules of
/// others have such.
const FURTHER: &str = "secret_";

/// A pattern that is compiled when it is first needed.
#[derive(Default)]
pub struct Pattern {
    compiled: OnceLock<Option<Regex>>,
}

/// What a pattern captured, as ranges of the window.
pub struct Capture {
    /// The whole match, guards included.
    pub whole: Range<usize>,
    /// The group `secret`.
    pub secret: Range<usize>,
    /// The name it is given to, where that was asked.
    pub name: Option<Range<usize>>,
    /// The group `key_id`.
    pub key_id: Option<Range<usize>>,
    /// The group `account`.
    pub account: Option<Range<usize>>,
    /// The group `server`.
    pub server: Option<Range<usize>>,
}

impl Capture {
    /// The value that is given to a name.
    pub const fn given(name: Range<usize>, value: Range<usize>) -> Self {
        let (whole, name) = (value.start..value.end, Some(name));
        Self { whole, secret: value, name, key_id: None, account: None, server: None }
    }
}

/// Says what is wrong with the pattern of a rule, if anything is.
pub fn check(rule: &Rule) -> Result<(), String> {
    let regex = compile(rule).map_err(|error| error.to_string())?;
    let names: Vec<&str> = regex.capture_names().flatten().collect();
    if rule.form != Form::Shape && names.len() > 1 {
        return Err("a value has no groups with names".into());
    }
    if !names.contains(&"secret") {
        return Err("has no group named `secret`".into());
    }
    let is_known = |name: &str| {
        ["secret", "key_id", "account", "server"].contains(&name) || name.starts_with(FURTHER)
    };
    match names.iter().find(|name| !is_known(name)) {
        Some(name) => Err(format!("has an unknown group `{name}`")),
        None => Ok(()),
    }
}

fn compile(rule: &Rule) -> Result<Regex, regex::Error> {
    let (pattern, ignore_case) = match rule.form {
        Form::Shape => (rule.pattern.clone(), rule.ignore_case),
        Form::Named => (bordered(&rule.pattern), false),
        Form::Assigned => (format!("\\A(?P<secret>(?:{}))\\z", rule.pattern), false),
    };
    RegexBuilder::new(&pattern)
        .unicode(false)
        .case_insensitive(ignore_case)
        .size_limit(COMPILED_BYTES_MAX)
        .dfa_size_limit(CACHE_BYTES_MAX)
        .build()
}

/// A value that neither begins nor ends within something longer.
fn bordered(value: &str) -> String {
    format!("(?:\\A|[^A-Za-z0-9])(?P<secret>(?:{value}))(?:[^A-Za-z0-9_+/=-]|\\z)")
}

impl Pattern {
    /// All values in `window` behind a word of a name. `on_capture` gets each.
    pub fn values(
        &self,
        rule: &Rule,
        window: &[u8],
        from: usize,
        mut on_capture: impl FnMut(Capture),
    ) {
        let Some(regex) = self.compiled.get_or_init(|| compile(rule).ok()) else { return };
        let mut at = from;
        while let Some(capture) = regex.captures_at(window, at).and_then(|one| capture(regex, &one))
        {
            // The border behind one value may be the border before the next.
            at = capture.secret.end.max(at + 1);
            on_capture(capture);
            if at > window.len() {
                return;
            }
        }
    }

    /// Whether a value is all of what the pattern says.
    pub fn fits(&self, rule: &Rule, value: &[u8]) -> bool {
        self.compiled
            .get_or_init(|| compile(rule).ok())
            .as_ref()
            .is_some_and(|it| it.is_match(value))
    }

    /// All matches in `window` that begin at `from` or later and at or before `last`.
    /// `on_capture` gets each.
    pub fn captures(
        &self,
        rule: &Rule,
        window: &[u8],
        from: usize,
        last: usize,
        mut on_capture: impl FnMut(Capture),
    ) {
        // A pattern that does not compile was refused by `check` before the sweep.
        let Some(regex) = self.compiled.get_or_init(|| compile(rule).ok()) else { return };
        let mut at = from;
        while let Some(captures) = regex.captures_at(window, at) {
            let Some(whole) = captures.get(0).map(|whole| whole.range()) else { return };
            if whole.start > last {
                return;
            }
            at = whole.end.max(at + 1);
            capture(regex, &captures).into_iter().for_each(&mut on_capture);
            if at > window.len() {
                return;
            }
        }
    }
}

/// The group `secret`, or the first after it that is not empty.
fn secret(regex: &Regex, captures: &Captures<'_>) -> Option<Range<usize>> {
    let first = captures.name("secret").map(|group| group.range());
    if first.as_ref().is_some_and(|range| !range.is_empty()) {
        return first;
    }
    let further = regex.capture_names().flatten().filter(|name| name.starts_with(FURTHER));
    let mut further: Vec<_> =
        further.filter_map(|name| Some((name, captures.name(name)?.range()))).collect();
    // By number: the group around all of them has the last.
    further.sort_by_key(|(name, _)| (name.len(), *name));
    further.into_iter().map(|(_, range)| range).find(|range| !range.is_empty()).or(first)
}

fn capture(regex: &Regex, captures: &Captures<'_>) -> Option<Capture> {
    let named = |name: &str| captures.name(name).map(|group| group.range());
    Some(Capture {
        whole: captures.get(0)?.range(),
        secret: secret(regex, captures)?,
        name: None,
        key_id: named("key_id"),
        account: named("account"),
        server: named("server"),
    })
}

/// Patterns of which one is enough.
pub struct Patterns {
    set: RegexSet,
}

impl Patterns {
    /// Compiles them; an error if one cannot be used.
    pub fn new(patterns: &[String]) -> Result<Self, String> {
        let set = RegexSetBuilder::new(patterns)
            .unicode(false)
            .size_limit(COMPILED_BYTES_MAX)
            .dfa_size_limit(CACHE_BYTES_MAX)
            .build();
        set.map(|set| Self { set }).map_err(|error| error.to_string())
    }

    /// Whether one of them matches.
    pub fn is_match(&self, bytes: &[u8]) -> bool {
        self.set.is_match(bytes)
    }
}
