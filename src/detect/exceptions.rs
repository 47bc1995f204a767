//! What the author of a rule from elsewhere says is no secret although the rule matches: compared
//! with the secret, the match, its lines and the path of the file. Judges nothing else.

use std::ops::Range;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::OnceLock;

use crate::detect::pattern::{Capture, Patterns};
use crate::detect::prefilter::{AhoCorasickPrefilter, Keyword, Prefilter};
use crate::model::exception::{Exception, Joined, Target};
use crate::model::rule::Rule;
use crate::model::rule_set::RuleSet;

/// All exceptions of a rule set, each compiled when it is first needed.
pub struct Exceptions<'r> {
    all: &'r [Exception],
    ready: Vec<OnceLock<Ready>>,
}

/// An exception, ready to be compared. What does not compile agrees with nothing.
struct Ready {
    patterns: Option<Patterns>,
    words: Option<AhoCorasickPrefilter>,
    paths: Option<Patterns>,
}

impl<'r> Exceptions<'r> {
    /// Those of a rule set.
    pub fn new(rules: &'r RuleSet) -> Self {
        let ready = rules.exceptions.iter().map(|_| OnceLock::new()).collect();
        Self { all: &rules.exceptions, ready }
    }

    /// Whether what a rule captured in a window is no secret to its author.
    pub fn hold(&self, rule: &Rule, window: &[u8], capture: &Capture, path: Option<&Path>) -> bool {
        rule.exceptions.iter().any(|index| {
            let exception = &self.all[index.0];
            let ready = self.ready[index.0].get_or_init(|| Ready::new(exception));
            ready.holds(exception, window, capture, path)
        })
    }
}

impl Ready {
    fn new(exception: &Exception) -> Self {
        let compiled = |patterns: &[String]| Patterns::new(patterns).ok();
        let keyword = |text: &String| {
            let text = text.clone();
            Keyword { text, ignore_case: true, begins_word: false }
        };
        let words: Vec<Keyword> = exception.words.iter().map(keyword).collect();
        Self {
            patterns: compiled(&exception.patterns),
            words: (!words.is_empty()).then(|| AhoCorasickPrefilter::new(&words)),
            paths: compiled(&exception.paths),
        }
    }

    fn holds(
        &self,
        exception: &Exception,
        window: &[u8],
        capture: &Capture,
        path: Option<&Path>,
    ) -> bool {
        let secret = &window[capture.secret.clone()];
        let target = match exception.target {
            Target::Secret => secret,
            Target::Match => &window[capture.whole.clone()],
            Target::Line => &window[lines(window, &capture.whole)],
        };
        let said = [
            (!exception.patterns.is_empty())
                .then(|| self.patterns.as_ref().is_some_and(|patterns| patterns.is_match(target))),
            self.words.as_ref().map(|words| occurs(words, secret)),
            (!exception.paths.is_empty()).then(|| {
                let bytes = path.map(|path| path.as_os_str().as_bytes());
                self.paths.as_ref().zip(bytes).is_some_and(|(paths, path)| paths.is_match(path))
            }),
        ];
        let mut said = said.into_iter().flatten();
        match exception.joined {
            Joined::Any => said.any(|agrees| agrees),
            Joined::All => said.all(|agrees| agrees),
        }
    }
}

fn occurs(words: &AhoCorasickPrefilter, bytes: &[u8]) -> bool {
    let mut is_there = false;
    words.hits(bytes, &mut |_| is_there = true);
    is_there
}

/// The lines of a match, as far as the window goes.
fn lines(window: &[u8], whole: &Range<usize>) -> Range<usize> {
    let is_end = |byte: &u8| *byte == b'\n';
    let start = window[..whole.start].iter().rposition(is_end).map_or(0, |at| at + 1);
    let end = window[whole.end..].iter().position(is_end).map_or(window.len(), |at| whole.end + at);
    start..end
}

/// Which rules are for some files alone, and which those are.
pub struct Places {
    /// By position of the rule.
    by_rule: Vec<(usize, Option<Patterns>)>,
}

impl Places {
    /// Those of a rule set.
    pub fn new(rules: &RuleSet) -> Self {
        let rules = rules.rules.iter().enumerate();
        let by_rule = rules.filter_map(|(number, rule)| {
            let path = std::slice::from_ref(rule.path.as_ref()?);
            Some((number, Patterns::new(path).ok()))
        });
        Self { by_rule: by_rule.collect() }
    }

    /// Positions of rules that are not for the file at a path.
    pub fn closed(&self, path: Option<&Path>) -> Vec<usize> {
        let bytes = path.map(|path| path.as_os_str().as_bytes());
        let is_closed = |patterns: &Option<Patterns>| {
            !patterns.as_ref().zip(bytes).is_some_and(|(patterns, path)| patterns.is_match(path))
        };
        self.by_rule.iter().filter(|(_, it)| is_closed(it)).map(|(number, _)| *number).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exception(joined: Joined, target: Target) -> Exception {
        Exception {
            joined,
            target,
            patterns: vec!["^ab".into()],
            words: vec!["xyz".into()],
            paths: Vec::new(),
        }
    }

    fn check(exception: &Exception, window: &str, secret: &str, expected: bool) {
        let start = window.find(secret).unwrap();
        let secret = start..start + secret.len();
        let whole = start.saturating_sub(1)..secret.end;
        let capture = Capture { whole, ..Capture::given(0..0, secret) };
        let ready = Ready::new(exception);
        let path = Some(Path::new("/srv/app.lock"));
        assert_eq!(ready.holds(exception, window.as_bytes(), &capture, path), expected, "{window}");
    }

    #[test]
    fn one_mark_is_enough_or_all_are_needed() {
        let any = exception(Joined::Any, Target::Secret);
        check(&any, "k=ab1", "ab1", true);
        check(&any, "k=1XyZ", "1XyZ", true);
        check(&any, "ab=1", "1", false);
        let all = exception(Joined::All, Target::Secret);
        check(&all, "k=ab1", "ab1", false);
        check(&all, "k=abxyz", "abxyz", true);
    }

    #[test]
    fn patterns_are_compared_with_what_they_are_for_and_words_with_the_secret() {
        check(&exception(Joined::Any, Target::Match), "bab1", "b1", true);
        check(&exception(Joined::Any, Target::Line), "x\nab=1\ny", "1", true);
        check(&exception(Joined::Any, Target::Line), "ab\nx=1\ny", "1", false);
        check(&exception(Joined::Any, Target::Line), "xyz=1", "1", false);
    }

    #[test]
    fn a_list_of_paths_that_must_agree_too() {
        let paths = vec![r"\.lock$".into()];
        check(
            &Exception { paths, ..exception(Joined::All, Target::Secret) },
            "abxyz",
            "abxyz",
            true,
        );
        let paths = vec![r"\.json$".into()];
        check(
            &Exception { paths, ..exception(Joined::All, Target::Secret) },
            "abxyz",
            "abxyz",
            false,
        );
    }
}
