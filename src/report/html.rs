//! The report as one page that needs nothing but itself: no network, no other file, and a policy
//! that lets a browser run this script and no other. The page's own script lays out the records;
//! here they are only put where no browser takes them for markup.

use std::fmt::Write;
use std::io;

use data_encoding::BASE64;
use sha2::{Digest, Sha256};

use crate::report::escape::{escape, escape_path};
use crate::report::terminal;
use crate::report::terminal::standing::Standing;
use crate::report::terminal::words::minute;
use crate::view::{Credential, Record, Report, records};

const PAGE: &str = include_str!("html/page.html");

const STYLE: &str = concat!(
    "\n",
    include_str!("html/page.css"),
    include_str!("html/drawings.css"),
    include_str!("html/list.css"),
    include_str!("html/media.css")
);

/// One script, so that one hash allows it; its parts are told apart by files only.
const SCRIPT: &str = concat!(
    "\n\"use strict\";\n(() => {\n",
    include_str!("html/dom.js"),
    include_str!("html/data.js"),
    include_str!("html/state.js"),
    include_str!("html/answer.js"),
    include_str!("html/timeline.js"),
    include_str!("html/reach.js"),
    include_str!("html/row.js"),
    include_str!("html/list.js"),
    include_str!("html/sections.js"),
    include_str!("html/keys.js"),
    include_str!("html/page.js"),
    "})();\n"
);

/// Credentials that are named where no script runs.
const FIRST_MAX: usize = 20;

/// Writes the page.
pub fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let mut pieces = PAGE.split("{{");
    out.write_all(pieces.next().unwrap_or_default().as_bytes())?;
    for piece in pieces {
        let (name, rest) = piece.split_once("}}").unwrap_or((piece, ""));
        match name {
            "records" => write_records(report, out)?,
            "answer" => out.write_all(answer(report)?.as_bytes())?,
            name => out.write_all(part(name, report).as_bytes())?,
        }
        out.write_all(rest.as_bytes())?;
    }
    Ok(())
}

/// What stands in the page at a name.
fn part(name: &str, report: &Report) -> String {
    match name {
        "policy" => policy(),
        "style" => STYLE.to_owned(),
        "script" => SCRIPT.to_owned(),
        "version" => markup(&report.tool.version),
        "title" => markup(&format!("{}: credreach {}", host(report), report.run.task)),
        "task" => markup(&report.run.task),
        "origin" => markup(&format!("{}, {}", host(report), minute(&report.run.started))),
        "first" => first(report),
        "written" => written(report),
        _ => unreachable!("a test fills every name of the page"),
    }
}

/// Nothing may be loaded, sent or framed; only this style and this script count, and the
/// script may turn no text into markup.
fn policy() -> String {
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; base-uri 'none'; \
         form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
        BASE64.encode(&Sha256::digest(SCRIPT)),
        BASE64.encode(&Sha256::digest(STYLE)),
    )
}

fn host(report: &Report) -> &str {
    if report.run.host.is_empty() { "this host" } else { &report.run.host }
}

/// The first lines and the last of the terminal report: the claim is the page's heading.
fn answer(report: &Report) -> io::Result<String> {
    let lines = terminal::answer_lines(report)?;
    let mut shown = String::new();
    for (index, line) in lines.iter().enumerate() {
        let (tag, class) = match index {
            0 => ("h1", ""),
            _ if lead_class(line).is_some() => ("p", " class=\"also\""),
            _ => ("p", ""),
        };
        let text = with_lead(line);
        // Writing into a String cannot fail.
        let _ = writeln!(shown, "<{tag}{class}>{text}</{tag}>");
    }
    let _ = write!(shown, "<p class=\"now\">{}</p>", markup(&terminal::last_line(report)?));
    Ok(shown)
}

/// How the first word stands out, where a line starts with one that does.
fn lead_class(line: &str) -> Option<&'static str> {
    [("INFECTED: ", "lead-word"), ("MENTIONED: ", "lead-word caution")]
        .into_iter()
        .find_map(|(lead, class)| line.starts_with(lead).then_some(class))
}

fn with_lead(line: &str) -> String {
    match (lead_class(line), line.split_once(": ")) {
        (Some(class), Some((lead, rest))) => {
            format!("<span class=\"{class}\">{lead}:</span> {}", markup(rest))
        }
        _ => markup(line),
    }
}

/// The head of the list, for who has no script.
fn first(report: &Report) -> String {
    let told: Vec<&Credential> = report
        .credentials
        .iter()
        .filter(|credential| Standing::of(credential) != Standing::OutOfReach)
        .filter(|credential| credential.suppressed.is_none())
        .collect();
    if told.is_empty() {
        return String::new();
    }
    let mut shown = String::from("<h2>Rotate in this order</h2>\n<ol class=\"numbered\">\n");
    for credential in told.iter().take(FIRST_MAX) {
        let (standing, _) = Standing::of(credential).heading_in(report);
        let place = credential.locations.first().map(|place| escape_path(&place.path.0));
        let _ = writeln!(
            shown,
            "<li>{}, {} <code>{}</code></li>",
            markup(standing),
            markup(&credential.title),
            markup(&place.unwrap_or_default())
        );
    }
    shown += "</ol>\n";
    if told.len() > FIRST_MAX {
        let _ = write!(shown, "<p>and {} more</p>", told.len() - FIRST_MAX);
    }
    shown
}

fn written(report: &Report) -> String {
    markup(&format!(
        "Written by credreach {}. This file loads nothing and sends nothing; it holds no secret, \
         but it says where they are: treat it as confidential.",
        report.tool.version
    ))
}

/// The records as a stream of lines, without the lists of packages, which the page does not
/// show and which would be most of it.
fn write_records(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let shown = records(report).filter(|record| !matches!(record, Record::Environment(_)));
    for record in shown {
        let line = serde_json::to_string(&record)?;
        out.write_all(inert(&line).as_bytes())?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// JSON in which no browser finds the end of a script, a comment or an entity. These
/// characters stand in its strings only, where an escape means the same.
fn inert(json: &str) -> String {
    json.chars().fold(String::with_capacity(json.len()), |mut inert, character| {
        match character {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(inert, "\\u{:04x}", u32::from(character));
            }
            _ => inert.push(character),
        }
        inert
    })
}

/// Text as it stands between tags or in a quoted attribute, with nothing that hides or
/// turns the reading order.
fn markup(text: &str) -> String {
    escape(text).chars().fold(String::with_capacity(text.len()), |mut markup, character| {
        match character {
            '&' => markup.push_str("&amp;"),
            '<' => markup.push_str("&lt;"),
            '>' => markup.push_str("&gt;"),
            '"' => markup.push_str("&quot;"),
            '\'' => markup.push_str("&#39;"),
            _ => markup.push(character),
        }
        markup
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::inventory::Inventory;
    use crate::report::inventories::{empty, every_state, hostile, infected, rules, traces_only};

    fn page(inventory: &Inventory) -> String {
        let mut out = Vec::new();
        write(&Report::new(inventory, &rules()), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn between<'p>(page: &'p str, start: &str, end: &str) -> &'p str {
        let (_, rest) = page.split_once(start).unwrap();
        rest.split_once(end).unwrap().0
    }

    #[test]
    fn every_name_of_the_page_is_filled() {
        for inventory in [empty(), infected(), hostile(), traces_only(), every_state()] {
            let page = page(&inventory);
            assert!(!page.contains("{{"), "{page}");
            assert!(page.ends_with("</html>\n"));
        }
    }

    #[test]
    fn the_policy_allows_this_style_and_this_script_and_nothing_else() {
        let page = page(&infected());
        let hash = |text: &str| format!("'sha256-{}'", BASE64.encode(&Sha256::digest(text)));
        let policy = between(&page, "Security-Policy\" content=\"", "\"");
        assert!(policy.starts_with("default-src 'none'; "));
        assert!(policy.contains(&hash(between(&page, "<style>", "</style>"))));
        assert!(policy.contains(&hash(between(&page, "<script>", "</script>"))));
        assert!(!policy.contains("unsafe") && !policy.contains(':'), "{policy}");
    }

    #[test]
    fn the_script_makes_no_markup_of_text_and_asks_for_nothing() {
        for word in
            ["innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "Function("]
        {
            assert!(!SCRIPT.contains(word), "{word}");
        }
        for word in
            ["fetch(", "XMLHttp", "WebSocket", "EventSource", "sendBeacon", "import(", "url("]
        {
            assert!(!SCRIPT.contains(word) && !STYLE.contains(word), "{word}");
        }
    }

    #[test]
    fn the_claim_is_the_heading_and_what_to_do_stands_at_the_end_of_the_answer() {
        let page = page(&infected());
        assert!(
            page.contains("<h1><span class=\"lead-word\">INFECTED:</span> example 1.2.3 ran on")
        );
        let now = between(&page, "<p class=\"now\">", "</p>");
        assert!(now.contains("Contain it first, then start with credential 1"), "{now}");
    }

    #[test]
    fn a_name_made_of_markup_stays_text() {
        let mut inventory = infected();
        let name = "/home/ana/</script><img src=x onerror=a()>&amp;\u{2028}'\".env";
        inventory.credentials[0].places[0].location.path = name.into();
        inventory.run.host = "<b>\u{202e}".into();
        let page = page(&inventory);
        assert!(!page.contains("<img") && !page.contains("<b>\\u"));
        let (shown, _) = page.split_once("id=\"records\"").unwrap();
        assert!(!shown.contains('\u{202e}'));
        assert!(page.contains("&lt;img src=x onerror=a()&gt;&amp;amp;\\u{2028}&#39;&quot;.env"));
        assert_eq!(page.matches("</script>").count(), 2);
    }

    #[test]
    fn the_records_are_those_of_the_stream_without_the_packages() {
        let report = Report::new(&every_state(), &rules());
        let page = page(&every_state());
        let embedded = between(&page, "id=\"records\">\n", "</script>");
        let of_page: Vec<serde_json::Value> =
            embedded.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let of_stream: Vec<serde_json::Value> = records(&report)
            .filter(|record| !matches!(record, Record::Environment(_)))
            .map(|record| serde_json::to_value(&record).unwrap())
            .collect();
        assert!(of_page == of_stream);
    }
}
