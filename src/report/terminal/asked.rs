//! The user's own question, in words that never sound as if something had been found: what
//! could such code have read, if it had run?

use crate::report::terminal::brokers;
use crate::report::terminal::standing::{Standing, is_only_supposed};
use crate::report::terminal::words::{counted, listed, minute, number};
use crate::view::{Report, WhatIf};

/// Most users named.
const USERS_MAX: usize = 5;

/// `If code had run as ana between … and …: 14 credentials would have been in its reach: …`
pub fn answer(report: &Report, asked: &WhatIf) -> String {
    format!("{}: {}", supposition(asked, &report.run.started), reach(report))
}

fn supposition(asked: &WhatIf, started: &str) -> String {
    let users: Vec<String> = asked.users.iter().map(|user| user.user.clone()).collect();
    let users = listed(&users, USERS_MAX);
    let code = asked.campaign.as_ref().map_or("code".into(), |id| format!("code of {id}"));
    let WhatIf { start, end, .. } = asked;
    match (minute(start), minute(end)) {
        _ if start == end && end == started => {
            format!("If {code} had run as {users} at the moment of this sweep")
        }
        (_, end) if is_start_of_time(start) => {
            format!("If {code} had run as {users} at any time until {end}")
        }
        (start, end) => format!("If {code} had run as {users} between {start} and {end}"),
    }
}

/// A window without a beginning.
fn is_start_of_time(moment: &str) -> bool {
    moment == "1970-01-01T00:00:00Z"
}

/// `14 credentials would have been in its reach: 9 exposed, 3 likely, 2 unknown.`
fn reach(report: &Report) -> String {
    let count = |standing: Standing| {
        let credentials = report.credentials.iter();
        credentials.filter(|one| Standing::by(one.asked.as_deref(), one) == standing).count()
    };
    let counts = Standing::TO_ROTATE.map(|standing| (standing, count(standing)));
    let parts = counts.iter().filter(|(_, n)| *n > 0);
    let parts: Vec<String> = parts
        .map(|(standing, n)| format!("{} {}", number(*n), standing.heading().0.to_lowercase()))
        .collect();
    let mut sentences = match counts.iter().map(|(_, n)| n).sum::<usize>() {
        0 => "no credential that was found would have been in its reach.".to_owned(),
        n => {
            let credentials = counted(n, "credential");
            format!("{credentials} would have been in its reach: {}.", parts.join(", "))
        }
    };
    for (standing, clause) in [
        (Standing::Doubtful, "more with low confidence"),
        (Standing::OutOfReach, "shown to be out of its reach"),
    ] {
        match count(standing) {
            0 => {}
            n => sentences += &format!(" {} {clause}.", number(n)),
        }
    }
    let n_without_file = brokers::n_within_reach(report);
    if n_without_file > 0 && is_only_supposed(report) {
        sentences += &format!(" {} more within reach without a file.", number(n_without_file));
    }
    sentences
}

/// The last line where nothing but the question was answered.
pub fn end(report: &Report) -> String {
    let ended = match Standing::count_to_rotate(report) {
        0 => "nothing to rotate for what you asked about.".to_owned(),
        1 => "if such code did run, rotate that credential.".to_owned(),
        n => format!("if such code did run, rotate these {} in order.", number(n)),
    };
    format!("No infected install found; {ended}")
}
