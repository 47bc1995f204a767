//! The catalogue of campaigns as a list, a line each, for a person or for a program.
//! Tells nothing about a host: a campaign stands here whether it was met or not.

use std::io;

use serde::Serialize;

use crate::model::advisory::Advisory;
use crate::report::terminal::words::counted;

/// Writes the list for a person, newest first. A line is never cut, so that it can be searched.
pub fn write_terminal(campaigns: &[Advisory], out: &mut dyn io::Write) -> io::Result<()> {
    let rows: Vec<Row> = rows(campaigns);
    let width = |of: fn(&Row) -> usize| rows.iter().map(of).max().unwrap_or_default();
    let (id_width, ecosystem_width) = (width(|row| row.id.len()), width(|row| row.ecosystem.len()));
    for row in &rows {
        let mark = if row.has_watcher { '!' } else { ' ' };
        let (start, end) = (day(&row.window.start), day(&row.window.end));
        let packages = counted(row.n_packages, "package");
        let (id, ecosystem, title) = (row.id, row.ecosystem, row.title);
        writeln!(
            out,
            "{mark} {id:id_width$}  {start} to {end}  {ecosystem:ecosystem_width$} {packages:>12}  {title}"
        )?;
    }
    writeln!(out, "!: it punishes revocation or does harm by itself; stop its watcher first")?;
    let n_campaigns = counted(rows.len(), "campaign");
    writeln!(out, "{n_campaigns}; `credreach campaigns show ID` briefs you on one")
}

/// The day of a moment; one beyond the calendar as it is.
fn day(moment: &str) -> &str {
    moment.split_once('T').map_or(moment, |(day, _)| day)
}

/// Writes the list as one JSON document, newest first.
pub fn write_json(campaigns: &[Advisory], out: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &List { campaigns: rows(campaigns) })?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct List<'a> {
    campaigns: Vec<Row<'a>>,
}

/// One campaign, as `docs/rules.md` shows it.
#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    title: &'a str,
    ids: &'a [String],
    ecosystem: &'static str,
    window: Bounds,
    confidence: &'static str,
    n_packages: usize,
    has_watcher: bool,
}

#[derive(Serialize)]
struct Bounds {
    start: String,
    end: String,
}

fn rows(campaigns: &[Advisory]) -> Vec<Row<'_>> {
    let mut newest_first: Vec<&Advisory> = campaigns.iter().collect();
    newest_first.sort_by(|one, other| {
        other.window.start.cmp(&one.window.start).then_with(|| one.id.cmp(&other.id))
    });
    newest_first.into_iter().map(row).collect()
}

fn row(campaign: &Advisory) -> Row<'_> {
    // A package may stand twice, with versions that run in different ways.
    let mut names: Vec<&str> = campaign.packages.iter().map(|one| one.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let window = campaign.window;
    Row {
        id: &campaign.id,
        title: &campaign.title,
        ids: &campaign.ids,
        ecosystem: campaign.ecosystem.as_str(),
        window: Bounds { start: window.start.to_string(), end: window.end.to_string() },
        confidence: campaign.confidence.as_str(),
        n_packages: names.len(),
        has_watcher: !campaign.watchers.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::advisory::Watcher;
    use crate::model::time::Moment;
    use crate::report::inventories::rules;

    fn two() -> Vec<Advisory> {
        let older = rules().advisories.remove(0);
        let mut newer = older.clone();
        newer.id = "newer-2026-04".into();
        newer.window.start = older.window.start.plus_seconds(86_400);
        newer.window.end = Moment::new(i64::MAX, 0);
        newer.watchers.push(Watcher {
            sign: "watch".into(),
            paths: Vec::new(),
            does: "Harm.".into(),
            before_revoking: vec!["Stop it.".into()],
        });
        newer.packages.push(newer.packages[0].clone());
        vec![older, newer]
    }

    #[test]
    fn the_newest_comes_first_and_a_watcher_is_marked() {
        let mut out = Vec::new();
        write_terminal(&two(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("! newer-2026-04    2026-03-25 to @"), "{text}");
        assert!(
            lines[1].starts_with("  example-2026-03  2026-03-24 to 2026-03-24  PyPI"),
            "{text}"
        );
        assert!(lines[3].starts_with("2 campaigns;"), "{text}");
    }

    #[test]
    fn a_package_that_stands_twice_is_one_package() {
        let mut out = Vec::new();
        write_json(&two(), &mut out).unwrap();
        let list: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(list["campaigns"][0]["id"], "newer-2026-04");
        assert_eq!(list["campaigns"][0]["n_packages"], 1);
        assert_eq!(list["campaigns"][0]["has_watcher"], true);
    }
}
