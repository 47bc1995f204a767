//! What rules cost, as a table: the worst first. Tells numbers only, no byte of what was read.

use std::io;

use crate::model::cost::{Cost, RuleCost, WINDOWS_PER_MB_MAX};
use crate::model::rule::RuleIndex;
use crate::model::rule_set::RuleSet;

/// A long list of keywords is cut.
const KEYWORDS_CHARS_MAX: usize = 60;
/// Rows of each table.
const ROWS_MAX: usize = 20;

/// Writes the rules that take longest and the keywords that occur most, and names the greedy.
pub fn write(cost: &Cost, rules: &RuleSet, out: &mut dyn io::Write) -> io::Result<()> {
    let megabytes = cost.n_bytes as f64 / 1e6;
    let seconds = cost.nanoseconds as f64 / 1e9;
    writeln!(
        out,
        "{megabytes:.1} MB in {} files, {} not read; {seconds:.1} s in all rules",
        cost.n_files, cost.n_unread
    )?;
    writeln!(
        out,
        "\n{:>9} {:>9} {:>9} {:>9}  rule",
        "us/MB", "windows", "candidates", "ns/window"
    )?;
    for (index, rule) in sorted(cost, |rule| rule.nanoseconds).take(ROWS_MAX) {
        row(cost, rules, index, rule, out)?;
    }
    writeln!(out, "\n{:>9}  keyword", "hits/MB")?;
    let mut keywords: Vec<_> = cost.keywords.iter().filter(|keyword| keyword.n_hits > 0).collect();
    keywords.sort_by(|one, other| other.n_hits.cmp(&one.n_hits).then(one.text.cmp(&other.text)));
    for keyword in keywords.iter().take(ROWS_MAX) {
        writeln!(out, "{:>9.1}  {}", cost.per_mb(keyword.n_hits), keyword.text.escape_debug())?;
    }
    let greedy: Vec<_> =
        sorted(cost, |rule| rule.n_windows).filter(|(_, rule)| cost.is_greedy(rule)).collect();
    writeln!(
        out,
        "\n{} rules are greedy: tried more than {WINDOWS_PER_MB_MAX} times a MB",
        greedy.len()
    )?;
    greedy.into_iter().try_for_each(|(index, rule)| row(cost, rules, index, rule, out))
}

/// The rules that were tried, the worst first.
fn sorted(cost: &Cost, of: fn(&RuleCost) -> u64) -> impl Iterator<Item = (usize, &RuleCost)> {
    let mut rules: Vec<(usize, &RuleCost)> =
        cost.rules.iter().enumerate().filter(|(_, rule)| rule.n_windows > 0).collect();
    rules.sort_by_key(|(index, rule)| (std::cmp::Reverse(of(rule)), *index));
    rules.into_iter()
}

fn row(
    cost: &Cost,
    rules: &RuleSet,
    index: usize,
    rule: &RuleCost,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let written = rules.rule(RuleIndex(index));
    let (id, keywords) = (&rules.kind(written.kind).id, written.keywords.join(" "));
    let keywords: String = keywords.chars().take(KEYWORDS_CHARS_MAX).collect();
    writeln!(
        out,
        "{:>9.1} {:>9.1} {:>9.2} {:>9}  {id} ({}; {})",
        cost.per_mb(rule.nanoseconds) / 1e3,
        cost.per_mb(rule.n_windows),
        cost.per_mb(rule.n_candidates),
        rule.nanoseconds / rule.n_windows.max(1),
        written.form.as_str(),
        keywords.escape_debug(),
    )
}
