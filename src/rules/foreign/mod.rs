//! Rules of others: files of gitleaks 8 and of Betterleaks, as kinds and rules of ours. What
//! cannot be obeyed is told, rule by rule. Nothing in them is run, and nothing is fetched.

mod allow;
mod config;
mod filter;
mod go_class;
mod go_reader;
mod go_regex;
mod literals;
mod table;
mod take;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::error::RuleRemark;
use crate::model::rule::Origin;
use crate::rules::file::{PathLists, RuleFile, Shelf};
use crate::rules::foreign::config::{Config, RuleWritten};
use crate::rules::foreign::table::{Clerk, Notes};

pub use take::{Taken, TakenKind};

/// The path of the file that a file extends, beside it unless it is absolute.
pub fn extended(file: &RuleFile) -> Option<PathBuf> {
    let notes = RefCell::default();
    let extends = config::read(&Clerk { file, notes: &notes }, PathLists::Off).extends?;
    let folder = Path::new(&file.name).parent().unwrap_or(Path::new(""));
    extends.path.map(|path| folder.join(path))
}

/// Reads files of which each extends the one before it.
pub fn take(files: &[&RuleFile]) -> Taken {
    let notes: RefCell<Notes> = RefCell::default();
    let mut whole = Config::default();
    for file in files {
        let clerk = Clerk { file, notes: &notes };
        let path_lists = match file.shelf {
            Shelf::Foreign(path_lists) => path_lists,
            _ => PathLists::Off,
        };
        let config = config::read(&clerk, path_lists);
        if config.rules.is_empty() && config.extends.is_none() && notes.borrow().mistakes.is_empty()
        {
            clerk.mistake(0, "foreign/no-rule", "", "holds no rule of gitleaks or Betterleaks");
        }
        tell_twice(&clerk, &config);
        whole = merged(whole, config, &clerk);
    }
    let mut taken = take::kinds(whole, &notes);
    let notes = notes.into_inner();
    taken.mistakes = notes.mistakes;
    taken.remarks = notes.remarks;
    taken
}

fn tell_twice(clerk: &Clerk<'_>, config: &Config) {
    let mut seen = BTreeSet::new();
    for rule in config.rules.iter().filter(|rule| !seen.insert(&rule.id)) {
        let what = format!("`{}` stands twice", rule.id);
        let mistake = rule.origin.mistake("foreign/id-twice", what);
        clerk.notes.borrow_mut().mistakes.push(mistake);
    }
}

/// A file over the one that it extends: what it says of a rule wins, lists are joined.
fn merged(mut base: Config, over: Config, clerk: &Clerk<'_>) -> Config {
    for (id, origin) in over.extends.iter().flat_map(|extends| &extends.disabled) {
        let n_rules = base.rules.len();
        base.rules.retain(|rule| rule.id != *id);
        // What `useDefault` would have brought is not here to be looked up.
        if base.rules.len() == n_rules && n_rules > 0 {
            let Origin { file, line } = origin.clone();
            let what = "is disabled, and stands in no file that is extended".to_owned();
            let code = "foreign/disabled";
            let remark =
                RuleRemark { file, line, subject: id.escape_debug().to_string(), what, code };
            clerk.notes.borrow_mut().remarks.push(remark);
        }
    }
    for rule in over.rules {
        match base.rules.iter_mut().find(|known| known.id == rule.id) {
            Some(known) => *known = over_another(known.clone(), rule),
            None => base.rules.push(rule),
        }
    }
    base.allowed.extend(over.allowed);
    base.entropy_min = base.entropy_min.into_iter().chain(over.entropy_min).reduce(f64::max);
    base.is_of_betterleaks |= over.is_of_betterleaks;
    base
}

fn over_another(base: RuleWritten, mut over: RuleWritten) -> RuleWritten {
    over.description = over.description.or(base.description);
    over.regex = over.regex.or(base.regex);
    over.path = over.path.or(base.path);
    over.group = over.group.or(base.group);
    over.entropy_min = over.entropy_min.or(base.entropy_min);
    over.confidence = over.confidence.or(base.confidence);
    over.keywords.extend(base.keywords);
    over.exceptions.extend(base.exceptions);
    over.needs.extend(base.needs);
    over.is_part |= base.is_part;
    over
}
