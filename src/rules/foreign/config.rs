//! One file of gitleaks or Betterleaks as it is written: its rules, its allow lists, and the file
//! that it extends. Judges the single entry, not how entries go together.

use crate::model::exception::Exception;
use crate::model::rule::Origin;
use crate::rules::file::PathLists;
use crate::rules::foreign::allow::{self, Allowed, tell_unknown};
use crate::rules::foreign::filter;
use crate::rules::foreign::table::{Clerk, Fields};

/// Programs that ask a provider, or weigh what was found.
const PROGRAMS: [&str; 4] = ["validate", "analyze", "revoke", "tokenefficiency"];
/// Words that change nothing of what is found here.
const IDLE: [&str; 2] = ["tags", "specificity"];
/// Ids are shown, and stand in reports.
const ID_BYTES_MAX: usize = 128;

/// A file as written.
#[derive(Default)]
pub struct Config {
    pub rules: Vec<RuleWritten>,
    /// Allow lists for all rules, or for those that they name.
    pub allowed: Vec<Allowed>,
    /// Least entropy for all rules.
    pub entropy_min: Option<f64>,
    pub extends: Option<Extends>,
    pub is_of_betterleaks: bool,
}

/// The file that another one builds on.
pub struct Extends {
    pub path: Option<String>,
    pub disabled: Vec<(String, Origin)>,
}

/// A rule as written; what is not said may come from the file that this one extends.
#[derive(Clone)]
pub struct RuleWritten {
    pub id: String,
    pub origin: Origin,
    pub description: Option<String>,
    pub regex: Option<(String, Origin)>,
    pub path: Option<String>,
    pub group: Option<usize>,
    /// Secrets of less are none.
    pub entropy_min: Option<f64>,
    pub keywords: Vec<String>,
    pub confidence: Option<String>,
    pub exceptions: Vec<Exception>,
    /// Other rules that must agree nearby.
    pub needs: Vec<String>,
    /// Whether it is only there for other rules to need.
    pub is_part: bool,
}

/// Reads a file; what is wrong with it goes to the clerk.
pub fn read(clerk: &Clerk<'_>, path_lists: PathLists) -> Config {
    let Some(mut document) = clerk.document() else { return Config::default() };
    let title = document.text("title").map(|(title, _)| title).unwrap_or_default();
    let mut config = Config {
        is_of_betterleaks: title.to_lowercase().contains("betterleaks")
            || ["prefilter", "filter", "betterleaksminversion"].iter().any(|key| document.has(key)),
        extends: extends(&mut document),
        allowed: allow::lists(&mut document, path_lists),
        ..Config::default()
    };
    for key in ["description", "minversion", "betterleaksminversion"] {
        let _ = document.take(key);
    }
    if document.text("prefilter").is_some() {
        document.remark("foreign/path-list", "`prefilter`, a list of paths: not obeyed");
    }
    let filtered = filtered(&mut document);
    config.entropy_min = filtered.entropy_min;
    let of_all = |exception| Allowed { exception, rule_ids: Vec::new() };
    config.allowed.extend(filtered.exceptions.into_iter().map(of_all));
    let rules = document.tables("rules");
    config.rules = rules.into_iter().filter_map(|rule| one_rule(rule, path_lists)).collect();
    tell_unknown(&document);
    config
}

fn extends(document: &mut Fields<'_>) -> Option<Extends> {
    let mut extends = document.tables("extend").pop()?;
    extends.subject = "extend".into();
    let path = extends.text("path").map(|(path, _)| path).filter(|path| !path.is_empty());
    if extends.flag("usedefault") {
        let what = "`useDefault`: the rules of that program are not part of this one; save them \
                    with it, and name that file with a --rules of its own";
        extends.remark("foreign/extend-default", what);
    }
    if extends.text("url").is_some() {
        extends.remark("foreign/extend-url", "`url`: nothing is fetched");
    }
    let disabled = extends.texts("disabledrules").into_iter();
    let origin = |offset| extends.clerk.file.origin(offset);
    let disabled = disabled.map(|(id, offset)| (id, origin(offset))).collect();
    tell_unknown(&extends);
    Some(Extends { path, disabled })
}

fn one_rule(mut rule: Fields<'_>, path_lists: PathLists) -> Option<RuleWritten> {
    let Some((id, _)) = rule.text("id").filter(|(id, _)| is_id(id)) else {
        let what = "a rule has no id of letters, digits and `.`, `_`, `-`, `/`";
        rule.mistake("foreign/id", what);
        return None;
    };
    rule.subject.clone_from(&id);
    let file = rule.clerk.file;
    let filtered = filtered(&mut rule);
    let entropy = rule.number("entropy").filter(|entropy| *entropy > 0.0).map(f64::next_up);
    let allowed = allow::lists(&mut rule, path_lists).into_iter().map(|list| list.exception);
    let written = RuleWritten {
        origin: file.origin(rule.offset),
        description: rule.text("description").map(|(text, _)| text),
        regex: rule.text("regex").map(|(go, offset)| (go, file.origin(offset))),
        path: path(&mut rule),
        group: group(&mut rule),
        entropy_min: filtered.entropy_min.into_iter().chain(entropy).reduce(f64::max),
        keywords: rule.texts("keywords").into_iter().map(|(word, _)| word.to_lowercase()).collect(),
        confidence: rule.text("confidence").map(|(word, _)| word),
        exceptions: allowed.chain(filtered.exceptions).collect(),
        needs: ["required", "components"].iter().flat_map(|key| needs(&mut rule, key)).collect(),
        is_part: rule.flag("skipreport"),
        id,
    };
    tell_programs(&mut rule);
    IDLE.iter().for_each(|key| _ = rule.take(key));
    tell_unknown(&rule);
    Some(written)
}

fn is_id(id: &str) -> bool {
    let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte);
    !id.is_empty() && id.len() <= ID_BYTES_MAX && id.bytes().all(is_sign)
}

/// The files in which alone a rule is tried.
fn path(rule: &mut Fields<'_>) -> Option<String> {
    let (go, offset) = rule.text("path").filter(|(go, _)| !go.is_empty())?;
    let translated = allow::pattern(&go);
    translated.map_err(|why| rule.clerk.mistake(offset, "foreign/regex", &rule.subject, &why)).ok()
}

fn group(rule: &mut Fields<'_>) -> Option<usize> {
    let number = rule.number("secretgroup").or_else(|| rule.number("valuegroup"))?;
    if !(0.0..=1000.0).contains(&number) || number.fract() != 0.0 {
        rule.mistake("foreign/group", "the number of the group is none");
        return None;
    }
    Some(number as usize).filter(|group| *group > 0)
}

fn filtered(fields: &mut Fields<'_>) -> filter::Understood {
    let Some((expression, _)) = fields.text("filter") else { return filter::Understood::default() };
    let understood = filter::understand(&expression);
    if understood.n_ignored > 0 {
        let what =
            "a part of `filter` is not understood and left out: more may be found than there";
        fields.remark("foreign/filter", what);
    }
    understood
}

fn needs(rule: &mut Fields<'_>, key: &str) -> Vec<String> {
    let needed = rule.tables(key).into_iter();
    needed.filter_map(|mut one| one.text("id")).map(|(id, _)| id).collect()
}

/// What would ask somebody is never run.
fn tell_programs(rule: &mut Fields<'_>) {
    let there: Vec<&str> = PROGRAMS.into_iter().filter(|key| rule.take(key).is_some()).collect();
    if !there.is_empty() {
        rule.remark("foreign/program", &format!("not run: {}", there.join(", ")));
    }
}
