//! A rule as others write it, to one of ours: its expression translated, its keywords found in
//! it, its window measured. What cannot be is left out and told.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::error::{RuleMistake, RuleRemark};
use crate::model::exception::{Exception, ExceptionIndex, Target};
use crate::model::rule::{Confidence, First, Form, Kind, KindIndex, Rotation, Rule};
use crate::model::rule_set::RuleSet;
use crate::rules::foreign::allow::Allowed;
use crate::rules::foreign::config::{Config, RuleWritten};
use crate::rules::foreign::go_regex::{self, Groups};
use crate::rules::foreign::literals::{self, Needed, Shape};
use crate::rules::foreign::table::Notes;

/// A window reaches back no further.
const BACK_BYTES_MAX: usize = 1024;
/// Where nothing bounds what follows a short keyword, or a long one, which is rarer.
const FORWARD_BYTES_MAX: usize = 1024;
const FORWARD_BYTES_MAX_OF_LONG: usize = 16 << 10;
const LONG_KEYWORD_BYTES: usize = 8;
/// So much of a line is seen on either side of a keyword, where lines are compared.
const LINE_BYTES: usize = 512;
/// Shorter keywords would have the expression tried nearly everywhere.
const KEYWORD_BYTES_MIN: usize = 2;
/// Shorter ones are told of: they cost time.
const KEYWORD_BYTES_USUAL: usize = 4;
/// A beginning that nothing but such a secret has.
const PREFIX_BYTES_MIN: usize = 3;
/// A secret of one length and less than this is no shape.
const LENGTH_MIN: usize = 16;
/// Nobody says what it opens.
const IMPACT: u8 = 3;
/// A title is a line.
const TITLE_CHARS_MAX: usize = 80;

/// What a chain of files comes to.
#[derive(Default)]
pub struct Taken {
    /// By id, the name of the format before it.
    pub kinds: BTreeMap<String, TakenKind>,
    /// What the rules of these kinds point at, by position.
    pub exceptions: Vec<Exception>,
    pub mistakes: Vec<RuleMistake>,
    pub remarks: Vec<RuleRemark>,
}

/// One rule of others: a kind with one rule.
pub struct TakenKind {
    pub title: String,
    pub issuer: String,
    /// Its kind is not known yet.
    pub rule: Rule,
}

impl TakenKind {
    /// Puts the kind and its rule at the end of a rule set. Nobody says what it opens: the middle
    /// is taken, and how it is rotated is what holds for every credential.
    pub fn put(self, id: &str, set: &mut RuleSet) {
        let kind = KindIndex(set.kinds.len());
        set.rules.push(Rule { kind, ..self.rule });
        set.kinds.push(Kind {
            title: self.title,
            issuer: self.issuer,
            impact: IMPACT,
            is_foreign: true,
            rotation: rotation(),
            ..Kind::new(id)
        });
    }
}

fn rotation() -> Rotation {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Rotation {
        first: First::Create,
        place: "where its issuer lets such credentials be made".into(),
        steps: texts(&[
            "Find out what it opens and who uses it: from the file, the name beside it, the title.",
            "Make a new one at its issuer, and give it to all that use the old one.",
            "Revoke the old one at its issuer, and see that it is refused.",
        ]),
        commands: Vec::new(),
        checks: texts(&["The log of its issuer: calls with it from {from} to {until}."]),
        breaks: "What uses it, until it has the new one.".into(),
    }
}

/// Every rule that can be taken.
pub fn kinds(config: Config, notes: &RefCell<Notes>) -> Taken {
    let format = if config.is_of_betterleaks { "betterleaks" } else { "gitleaks" };
    let mut taken = Taken::default();
    tell_strange_targets(&config, notes);
    taken.exceptions = config.allowed.iter().map(|list| list.exception.clone()).collect();
    for written in config.rules {
        let mut exceptions = for_rule(&config.allowed, &written.id);
        let mut taker = Taker { written: &written, notes, exceptions: Vec::new() };
        let Some(rule) = taker.rule(config.entropy_min) else { continue };
        for exception in taker.exceptions {
            exceptions.push(ExceptionIndex(taken.exceptions.len()));
            taken.exceptions.push(exception);
        }
        let rule = Rule { exceptions, ..rule };
        let rule = with_lines(rule, &taken.exceptions);
        let kind = TakenKind {
            title: title(&written),
            issuer: format!("unknown (a rule of {format})"),
            rule,
        };
        taken.kinds.insert(format!("{format}/{}", written.id), kind);
    }
    taken
}

/// A rule whose window shows the lines that its exceptions are compared with.
fn with_lines(mut rule: Rule, exceptions: &[Exception]) -> Rule {
    let mut mine = rule.exceptions.iter().map(|index| &exceptions[index.0]);
    if mine.any(|exception| exception.target == Target::Line) {
        rule.back_bytes = rule.back_bytes.max(LINE_BYTES);
        rule.forward_bytes = rule.forward_bytes.max(LINE_BYTES);
    }
    rule
}

/// Allow lists for rules that are not here.
fn tell_strange_targets(config: &Config, notes: &RefCell<Notes>) {
    let known: BTreeSet<&str> = config.rules.iter().map(|rule| rule.id.as_str()).collect();
    let named = config.allowed.iter().flat_map(|list| &list.rule_ids);
    for (id, origin) in named.filter(|(id, _)| !known.contains(id.as_str())) {
        let (file, line) = (origin.file.clone(), origin.line);
        let what = "an allow list is for this rule, which is not here".to_owned();
        let code = "foreign/target";
        notes.borrow_mut().remarks.push(RuleRemark { file, line, subject: id.clone(), what, code });
    }
}

/// The allow lists that are for a rule: those for all, and those that name it.
fn for_rule(allowed: &[Allowed], id: &str) -> Vec<ExceptionIndex> {
    let is_for = |list: &Allowed| {
        list.rule_ids.is_empty() || list.rule_ids.iter().any(|(named, _)| named == id)
    };
    let lists = allowed.iter().enumerate().filter(|(_, list)| is_for(list));
    lists.map(|(index, _)| ExceptionIndex(index)).collect()
}

/// The first clause of a description: the rest says why it matters.
fn title(written: &RuleWritten) -> String {
    let text = written.description.as_deref().unwrap_or(&written.id);
    let end = text.find([',', ';', '\n']).into_iter().chain(text.find(". ")).min();
    let clause = text[..end.unwrap_or(text.len())].trim().trim_end_matches('.');
    let clause: String =
        clause.chars().filter(|sign| !sign.is_control()).take(TITLE_CHARS_MAX).collect();
    if clause.is_empty() { written.id.clone() } else { clause }
}

/// Takes one rule.
struct Taker<'t> {
    written: &'t RuleWritten,
    notes: &'t RefCell<Notes>,
    exceptions: Vec<Exception>,
}

impl Taker<'_> {
    fn rule(&mut self, entropy_of_all: Option<f64>) -> Option<Rule> {
        let written = self.written;
        if written.is_part {
            self.remark(
                "foreign/part",
                "left out: it is only there for other rules (`skipReport`)",
            );
            return None;
        }
        let Some((go, origin)) = &written.regex else {
            self.refuse("it has no `regex`: it names files, not secrets");
            return None;
        };
        let pattern = self.pattern(go)?;
        let needed = self.keywords(&pattern)?;
        let (back_bytes, forward_bytes) = self.window(&needed);
        let shape = literals::shape(&pattern);
        self.exceptions.clone_from(&written.exceptions);
        Some(Rule {
            origin: origin.clone(),
            kind: KindIndex(0),
            form: Form::Shape,
            keywords: needed.words,
            ignore_case: needed.ignore_case,
            pattern,
            prefix: None,
            back_bytes,
            forward_bytes,
            entropy_min: written.entropy_min.into_iter().chain(entropy_of_all).reduce(f64::max),
            confidence: self.confidence(shape),
            checks: Vec::new(),
            examples: Vec::new(),
            counter_examples: Vec::new(),
            gaps: Vec::new(),
            path: written.path.clone(),
            exceptions: Vec::new(),
        })
    }

    /// The expression with a group `secret`, its letter case its own affair.
    fn pattern(&self, go: &str) -> Option<String> {
        let n_groups = go_regex::n_groups(go)
            .map_err(|why| self.mistake("foreign/regex", &format!("its `regex` {why}")))
            .ok()?;
        let groups = match self.written.group {
            Some(group) if group > n_groups => {
                self.mistake("foreign/group", &format!("has no group {group}"));
                return None;
            }
            Some(group) => Groups::Secret(group),
            None => Groups::FirstOf(n_groups),
        };
        let text = go_regex::translate(go, groups).ok()?;
        let pattern = format!("(?-i:{text})");
        if !literals::is_pattern(&pattern) {
            self.mistake("foreign/regex", "its `regex` cannot be read");
            return None;
        }
        Some(pattern)
    }

    /// Literals that the expression itself needs: they tell where to try it.
    fn keywords(&self, pattern: &str) -> Option<Needed> {
        let Some(needed) = literals::needed(pattern) else {
            self.refuse(
                "no keyword: its `regex` needs no literal, and would be tried at every byte",
            );
            return None;
        };
        let least = needed.words.iter().map(String::len).min().unwrap_or(0);
        if least < KEYWORD_BYTES_MIN {
            self.refuse("no keyword: the literals of its `regex` are of one byte, and it would be tried nearly everywhere");
            return None;
        }
        if least < KEYWORD_BYTES_USUAL {
            let what =
                format!("its `regex` needs only {least} bytes that are known: it costs time");
            self.remark("foreign/short-keyword", &what);
        }
        let keywords = &self.written.keywords;
        if !keywords.is_empty() && !literals::always_holds(pattern, keywords) {
            let what = "its `keywords` need not stand in a match: not asked for, more may be found \
                        than there";
            self.remark("foreign/keywords", what);
        }
        Some(needed)
    }

    fn window(&self, needed: &Needed) -> (usize, usize) {
        let is_long = needed.words.iter().all(|word| word.len() >= LONG_KEYWORD_BYTES);
        let forward_max = if is_long { FORWARD_BYTES_MAX_OF_LONG } else { FORWARD_BYTES_MAX };
        let back = needed.before.filter(|bytes| *bytes <= BACK_BYTES_MAX);
        // One more, to see that the match ends.
        let forward = needed.after.map(|bytes| bytes + 1).filter(|bytes| *bytes <= forward_max);
        if back.is_none() || forward.is_none() {
            let (back, forward) = (back.unwrap_or(BACK_BYTES_MAX), forward.unwrap_or(forward_max));
            let what = format!(
                "its match has no bound, or a far one: looked for within {back} bytes before and {forward} after a keyword"
            );
            self.remark("foreign/window", &what);
        }
        (back.unwrap_or(BACK_BYTES_MAX), forward.unwrap_or(forward_max))
    }

    /// What the file says, or the shape of the secret; a rule that needs others says less alone.
    fn confidence(&self, shape: Option<Shape>) -> Confidence {
        if !self.written.needs.is_empty() {
            let what = "the rules that it needs nearby are not asked: believed little (low)";
            self.remark("foreign/needs", what);
            return Confidence::Low;
        }
        let is_shape = |shape: Shape| {
            shape.prefix_bytes >= PREFIX_BYTES_MIN
                || shape.length.is_some_and(|length| length >= LENGTH_MIN)
        };
        match self.written.confidence.as_deref() {
            // No counter-example here has tried it.
            Some("high" | "medium") => Confidence::Medium,
            Some(_) => Confidence::Low,
            None if shape.is_some_and(is_shape) => Confidence::Medium,
            None => Confidence::Low,
        }
    }

    fn refuse(&self, why: &str) {
        self.remark("foreign/refused", &format!("left out: {why}"));
    }

    fn remark(&self, code: &'static str, what: &str) {
        let RuleWritten { id, origin, regex, .. } = self.written;
        let origin = regex.as_ref().map_or(origin, |(_, origin)| origin);
        let (file, line) = (origin.file.clone(), origin.line);
        let remark = RuleRemark { file, line, subject: id.clone(), what: what.to_owned(), code };
        self.notes.borrow_mut().remarks.push(remark);
    }

    fn mistake(&self, code: &'static str, what: &str) {
        let RuleWritten { id, origin, regex, .. } = self.written;
        let origin = regex.as_ref().map_or(origin, |(_, origin)| origin);
        let mistake = origin.mistake(code, format!("`{id}`: {what}"));
        self.notes.borrow_mut().mistakes.push(mistake);
    }
}
