//! Allow lists as gitleaks writes them, to exceptions. Lists of paths count only where the user
//! asked for it: a file that lies in the wrong folder is read by a thief like any other. Lists of
//! commits say nothing of files.

use crate::model::exception::{Exception, Joined, Target};
use crate::model::rule::Origin;
use crate::rules::file::PathLists;
use crate::rules::foreign::go_regex::{self, Groups};
use crate::rules::foreign::literals::is_pattern;
use crate::rules::foreign::table::Fields;

/// What an allow list may be made of.
const MARKS: [&str; 4] = ["regexes", "stopwords", "paths", "commits"];

/// An allow list, and the rules for which it was written; none for all.
pub struct Allowed {
    pub exception: Exception,
    pub rule_ids: Vec<(String, Origin)>,
}

/// All allow lists of a table, in both of their spellings.
pub fn lists(fields: &mut Fields<'_>, path_lists: PathLists) -> Vec<Allowed> {
    let (old, new) = (fields.tables("allowlist"), fields.tables("allowlists"));
    if !old.is_empty() && !new.is_empty() {
        fields.mistake("foreign/allowlist", "has both `allowlist` and `allowlists`");
    }
    old.into_iter().chain(new).filter_map(|list| one(list, path_lists)).collect()
}

/// `None` for one that cannot agree with anything here.
fn one(mut list: Fields<'_>, path_lists: PathLists) -> Option<Allowed> {
    let joined = match list.text("condition").map(|(text, _)| text.to_ascii_uppercase()).as_deref()
    {
        None | Some("" | "OR" | "||") => Joined::Any,
        Some("AND" | "&&") => Joined::All,
        Some(_) => {
            list.mistake("foreign/allowlist", "`condition` is neither AND nor OR");
            return None;
        }
    };
    let target = match list.text("regextarget").as_ref().map(|(text, _)| text.as_str()) {
        None | Some("" | "secret") => Target::Secret,
        Some("match") => Target::Match,
        Some("line") => Target::Line,
        Some(_) => {
            list.mistake("foreign/allowlist", "`regexTarget` is none of secret, match and line");
            return None;
        }
    };
    let is_empty = !MARKS.iter().any(|key| list.has(key));
    let patterns = expressions(&mut list, "regexes");
    let mut paths = expressions(&mut list, "paths");
    let words = list.texts("stopwords");
    let words =
        words.into_iter().map(|(word, _)| word.to_lowercase()).filter(|word| !word.is_empty());
    let words: Vec<String> = words.collect();
    let has_commits = !list.texts("commits").is_empty();
    let rule_ids = list.texts("targetrules").into_iter();
    let rule_ids = rule_ids.map(|(id, offset)| (id, list.clerk.file.origin(offset))).collect();
    let _ = list.text("description");
    tell_unknown(&list);
    if is_empty {
        list.mistake("foreign/allowlist", "is empty, and would allow nothing");
        return None;
    }
    if has_commits {
        list.remark(
            "foreign/commits",
            "a list of commits: not obeyed, files are judged as they are",
        );
    }
    let has_paths = !paths.is_empty();
    if has_paths && path_lists == PathLists::Off {
        list.remark("foreign/path-list", "a list of paths: not obeyed without --honor-rule-paths");
        paths.clear();
    }
    let is_dead = joined == Joined::All && (has_commits || has_paths && paths.is_empty());
    let says_nothing = patterns.is_empty() && words.is_empty() && paths.is_empty();
    let exception = Exception { joined, target, patterns, words, paths };
    (!is_dead && !says_nothing).then_some(Allowed { exception, rule_ids })
}

/// Regular expressions at a key, translated.
fn expressions(list: &mut Fields<'_>, key: &str) -> Vec<String> {
    let written = list.texts(key).into_iter();
    written
        .filter_map(|(go, offset)| {
            pattern(&go)
                .map_err(|why| list.clerk.mistake(offset, "foreign/regex", &list.subject, &why))
                .ok()
        })
        .collect()
}

/// One that only says whether it matches.
pub fn pattern(go: &str) -> Result<String, String> {
    let text = go_regex::translate(go, Groups::Silent)
        .map_err(|why| format!("a regular expression {why}"))?;
    is_pattern(&text).then_some(text).ok_or_else(|| "a regular expression cannot be read".into())
}

/// Keys that nobody understood.
pub fn tell_unknown(fields: &Fields<'_>) {
    let left = fields.left();
    if !left.is_empty() {
        let what = format!("ignored: {}", left.join(", ").escape_debug());
        fields.remark("foreign/unknown-key", &what);
    }
}
