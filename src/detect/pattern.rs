//! The pattern of one rule, run in a small window around a keyword. The only door to
//! the regex crates. Never sees a whole file, and what it sees is a copy.

use std::ops::{Range, RangeInclusive};
use std::sync::OnceLock;

use regex::bytes::{RegexSet, RegexSetBuilder};
use regex_automata::meta::{BuildError, Config, Regex};
use regex_automata::util::captures::Captures;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input, PatternID};

use crate::detect::lead::{Words, lead};
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
    compiled: OnceLock<Option<Compiled>>,
}

struct Compiled {
    regex: Regex,
    groups: Groups,
    /// What a match has before its keyword, if that is certain.
    lead: Option<RangeInclusive<usize>>,
}

/// The numbers of the groups that mean something.
struct Groups {
    /// The first that is not empty is the secret.
    secrets: Vec<usize>,
    key_id: Option<usize>,
    account: Option<usize>,
    server: Option<usize>,
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
    let regex = compile(rule)?;
    let names: Vec<&str> = names(&regex).map(|(_, name)| name).collect();
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

fn compile(rule: &Rule) -> Result<Regex, String> {
    let (pattern, ignore_case) = match rule.form {
        Form::Shape => (rule.pattern.clone(), rule.ignore_case),
        Form::Named => (bordered(&rule.pattern), false),
        Form::Assigned => (format!("\\A(?P<secret>(?:{}))\\z", rule.pattern), false),
    };
    let config = Config::new()
        .utf8_empty(false)
        .nfa_size_limit(Some(COMPILED_BYTES_MAX))
        .hybrid_cache_capacity(CACHE_BYTES_MAX);
    let syntax = syntax::Config::new().unicode(false).utf8(false).case_insensitive(ignore_case);
    Regex::builder().configure(config).syntax(syntax).build(&pattern).map_err(|error| why(&error))
}

/// The sentence that says most.
fn why(error: &BuildError) -> String {
    error.syntax_error().map_or_else(|| error.to_string(), ToString::to_string)
}

/// The groups that have a name, with their numbers.
fn names(regex: &Regex) -> impl Iterator<Item = (usize, &str)> {
    let names = regex.group_info().pattern_names(PatternID::ZERO).enumerate();
    names.filter_map(|(number, name)| Some((number, name?)))
}

impl Compiled {
    fn new(rule: &Rule) -> Option<Self> {
        let regex = compile(rule).ok()?;
        let groups = Groups::of(&regex);
        let words = Words { keywords: &rule.keywords, ignore_case: rule.ignore_case };
        let lead = (rule.form == Form::Shape).then(|| lead(&rule.pattern, words)).flatten();
        Some(Self { regex, groups, lead })
    }

    /// The first match in this part of the window. What is around it is seen by `\b` and the like.
    fn find(&self, window: &[u8], from: usize, anchored: Anchored) -> Option<Capture> {
        let input = Input::new(window).range(from..).anchored(anchored);
        // Most windows hold no match, and to know that needs no place for groups.
        self.regex.search_half(&input.clone().earliest(true))?;
        let mut captures = self.regex.create_captures();
        self.regex.search_captures(&input, &mut captures);
        self.groups.capture(&captures)
    }
}

impl Groups {
    fn of(regex: &Regex) -> Self {
        let number =
            |wanted: &str| names(regex).find(|(_, name)| *name == wanted).map(|(number, _)| number);
        let mut further: Vec<_> =
            names(regex).filter(|(_, name)| name.starts_with(FURTHER)).collect();
        // By number: the group around all of them has the last.
        further.sort_by_key(|(_, name)| (name.len(), *name));
        Self {
            secrets: number("secret")
                .into_iter()
                .chain(further.into_iter().map(|it| it.0))
                .collect(),
            key_id: number("key_id"),
            account: number("account"),
            server: number("server"),
        }
    }

    fn capture(&self, captures: &Captures) -> Option<Capture> {
        let group = |number: usize| captures.get_group(number).map(Range::from);
        let whole = group(0)?;
        let mut secrets = self.secrets.iter().filter_map(|number| group(*number));
        let secret = secrets.find(|range| !range.is_empty()).unwrap_or(whole.end..whole.end);
        Some(Capture {
            whole,
            secret,
            name: None,
            key_id: self.key_id.and_then(group),
            account: self.account.and_then(group),
            server: self.server.and_then(group),
        })
    }
}

/// A value that neither begins nor ends within something longer.
fn bordered(value: &str) -> String {
    format!("(?:\\A|[^A-Za-z0-9])(?P<secret>(?:{value}))(?:[^A-Za-z0-9_+/=-]|\\z)")
}

impl Pattern {
    /// A pattern that does not compile was refused by [`check`] before the sweep.
    fn compiled(&self, rule: &Rule) -> Option<&Compiled> {
        self.compiled.get_or_init(|| Compiled::new(rule)).as_ref()
    }

    /// All values in `window` behind a word of a name. `on_capture` gets each.
    pub fn values(
        &self,
        rule: &Rule,
        window: &[u8],
        from: usize,
        mut on_capture: impl FnMut(Capture),
    ) {
        let Some(compiled) = self.compiled(rule) else { return };
        let mut at = from;
        while at <= window.len()
            && let Some(capture) = compiled.find(window, at, Anchored::No)
        {
            // The border behind one value may be the border before the next.
            at = capture.secret.end.max(at + 1);
            on_capture(capture);
        }
    }

    /// Whether a value is all of what the pattern says.
    pub fn fits(&self, rule: &Rule, value: &[u8]) -> bool {
        self.compiled(rule).is_some_and(|it| it.regex.is_match(value))
    }

    /// The matches in `window` that begin at `from` or later and to which a keyword there belongs.
    /// `on_capture` gets each.
    pub fn captures_with(
        &self,
        rule: &Rule,
        window: &[u8],
        from: usize,
        keyword: &Range<usize>,
        mut on_capture: impl FnMut(Capture),
    ) {
        let Some(compiled) = self.compiled(rule) else { return };
        let Some(lead) = &compiled.lead else {
            return self.captures(rule, window, from, keyword.end, |capture| {
                if capture.whole.end >= keyword.start {
                    on_capture(capture);
                }
            });
        };
        let starts = lead.clone().rev().filter_map(|lead| keyword.start.checked_sub(lead));
        let mut starts = starts.filter(|start| *start >= from);
        starts
            .find_map(|start| compiled.find(window, start, Anchored::Yes))
            .into_iter()
            .for_each(on_capture);
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
        let Some(compiled) = self.compiled(rule) else { return };
        let mut at = from;
        while at <= window.len()
            && let Some(capture) = compiled.find(window, at, Anchored::No)
            && capture.whole.start <= last
        {
            at = capture.whole.end.max(at + 1);
            on_capture(capture);
        }
    }
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
