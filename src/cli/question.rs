//! From `--as`, `--window` and `--incident` to a question. Does not look users up: they are
//! those of the swept host.

use credreach::error::Error;
use credreach::model::advisory::{Advisory, AdvisoryIndex};
use credreach::model::time::{Moment, Window};
use credreach::model::what_if::Question;

use crate::cli::args::QuestionArgs;
use crate::cli::campaigns;

/// A date without a time means the whole day.
const DATE_LENGTH: usize = "2026-03-24".len();
const DAY_SECONDS: i64 = 86_400;

/// The question that was asked, if any was. A sweep without a time asks about its own moment.
pub fn question(
    args: &QuestionArgs,
    campaigns: &[Advisory],
    now: Moment,
) -> Result<Option<Question>, Error> {
    let QuestionArgs { users, window, incident } = args;
    if users.is_empty() && window.is_none() && incident.is_none() {
        return Ok(None);
    }
    let campaign = incident.as_deref().map(|id| campaigns::find(id, campaigns)).transpose()?;
    let window = match (window, campaign) {
        (Some(text), _) => parse(text, now)?,
        (None, Some(index)) => since(&campaigns[index], now)?,
        (None, None) => Window { start: now, end: now },
    };
    let advisory = campaign.map(AdvisoryIndex);
    Ok(Some(Question { users: users.clone(), window, advisory }))
}

/// From the first publication of a campaign to the sweep.
fn since(campaign: &Advisory, now: Moment) -> Result<Window, Error> {
    let start = campaign.window.start;
    if start <= now {
        return Ok(Window { start, end: now });
    }
    Err(Error::Usage {
        what: format!("{} began at {start}, after the time of this sweep", campaign.id),
        help: "name the time you mean with --window, or take --as-of away".into(),
    })
}

/// `FROM..TO`; without a beginning from the start of time, without an end until the sweep.
fn parse(text: &str, now: Moment) -> Result<Window, Error> {
    let wrong = |why: &str| Error::Usage {
        what: format!("--window {} {why}", text.escape_debug()),
        help: "windows look like 2026-03-24T10:39:00Z..2026-03-26, 2026-03-24.. or ..2026-03-26"
            .into(),
    };
    let (from, to) = text.split_once("..").ok_or_else(|| wrong("has no `..`"))?;
    let moment = |text: &str| {
        // A year alone would be taken for seconds since 1970.
        let is_year = text.trim().len() <= "2026".len();
        Moment::parse(text).filter(|_| !is_year).ok_or_else(|| wrong("holds what is no time"))
    };
    let start = if from.is_empty() { Moment::new(0, 0) } else { moment(from)? };
    let end = match to.trim() {
        "" => now,
        date if date.len() == DATE_LENGTH && date.contains('-') => {
            moment(date)?.plus_seconds(DAY_SECONDS - 1)
        }
        time => moment(time)?,
    };
    if end < start {
        return Err(wrong("ends before it begins"));
    }
    Ok(Window { start, end })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(&str, &str)>) {
        let now = Moment::parse("2026-11-23T10:00:00Z").unwrap();
        let window = parse(text, now).ok().map(|one| (one.start.to_string(), one.end.to_string()));
        let expected = expected.map(|(start, end)| (start.to_owned(), end.to_owned()));
        assert_eq!(window, expected, "{text}");
    }

    #[test]
    fn either_end_of_a_window_may_be_left_away() {
        let (start, end) = ("2026-03-24T10:39:00Z", "2026-03-26T00:00:00Z");
        check("2026-03-24T10:39:00Z..2026-03-26T00:00:00Z", Some((start, end)));
        check("2026-03-24T10:39:00.5Z..2026-03-26T00:00:00Z", Some((start, end)));
        check("2026-03-24T10:39:00Z..", Some((start, "2026-11-23T10:00:00Z")));
        check("..2026-03-26T00:00:00Z", Some(("1970-01-01T00:00:00Z", end)));
        check("..", Some(("1970-01-01T00:00:00Z", "2026-11-23T10:00:00Z")));
    }

    #[test]
    fn a_date_at_the_end_means_the_whole_day() {
        check("2026-03-24..2026-03-24", Some(("2026-03-24T00:00:00Z", "2026-03-24T23:59:59Z")));
    }

    #[test]
    fn what_is_no_window_is_refused() {
        for text in ["", "2026-03-24", "yesterday..", "..soon", "2026-03-26..2026-03-24", "2027.."]
        {
            check(text, None);
        }
        check("2027-01-01..", None);
    }
}
