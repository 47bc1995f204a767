//! Moments and windows. Does not read a clock: "now" is an argument everywhere.

use std::fmt;
use std::str::FromStr;

/// A point in time, seconds and nanoseconds since 1970-01-01 UTC. Any value a file
/// system can claim is held, also one that no calendar can print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    /// Whole seconds since the epoch; negative before it.
    pub seconds: i64,
    /// Nanoseconds within the second, 0 to 999,999,999.
    pub nanoseconds: u32,
}

impl Moment {
    /// A moment from seconds and nanoseconds since the epoch.
    pub const fn new(seconds: i64, nanoseconds: u32) -> Self {
        Self { seconds, nanoseconds }
    }

    /// This moment moved by a number of seconds, saturating at the ends of time.
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self::new(self.seconds.saturating_add(seconds), self.nanoseconds)
    }

    /// Reads what configuration files write: RFC 3339, a date and time with a blank,
    /// a plain date (midnight UTC), or seconds or milliseconds since the epoch.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(number) = text.parse::<f64>() {
            return Self::from_number(number);
        }
        let stamp = jiff::Timestamp::from_str(text)
            .or_else(|_| utc(text).map(|zoned| zoned.timestamp()))
            .ok()?;
        Some(Self::new(stamp.as_second(), stamp.subsec_nanosecond().unsigned_abs()))
    }

    /// Reads the date of an HTTP answer: `Tue, 24 Mar 2026 11:02:03 GMT`.
    pub fn parse_http(text: &str) -> Option<Self> {
        let (_, rest) = text.split_once(", ")?;
        let mut words = rest.split(' ');
        let (day, month, year) = (words.next()?, words.next()?, words.next()?);
        let (time, zone) = (words.next()?, words.next()?);
        let months = "JanFebMarAprMayJunJulAugSepOctNovDec";
        let number = months.find(month).filter(|at| at % 3 == 0 && month.len() == 3)? / 3 + 1;
        let text = format!("{year}-{number:02}-{day}T{time}Z");
        Self::parse(&text).filter(|_| zone == "GMT")
    }

    /// Numbers above 10¹¹ are milliseconds (as seconds they would lie past the year 5000).
    fn from_number(number: f64) -> Option<Self> {
        let seconds = if number > 1e11 { number / 1000.0 } else { number };
        (0.0..1e11).contains(&seconds).then(|| Self::new(seconds as i64, 0))
    }
}

/// A civil date or date and time without a zone, taken as UTC.
fn utc(text: &str) -> Result<jiff::Zoned, jiff::Error> {
    let text = text.trim_end_matches(" UTC");
    jiff::civil::DateTime::from_str(text)?.to_zoned(jiff::tz::TimeZone::UTC)
}

impl fmt::Display for Moment {
    /// RFC 3339 in UTC with whole seconds; `@SECONDS` where the calendar ends.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_second(self.seconds) {
            Ok(stamp) => write!(f, "{stamp}"),
            Err(_) => write!(f, "@{}", self.seconds),
        }
    }
}

/// The four times of an inode, taken before anything was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileTimes {
    /// Last recorded read; weak evidence at best.
    pub accessed: Moment,
    /// Last write of the content; its owner can set it at will.
    pub modified: Moment,
    /// Last change of anything about the inode; the one strong stamp.
    pub changed: Moment,
    /// Creation of the inode, where the file system records it.
    pub born: Option<Moment>,
}

/// A stretch of time, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The earliest moment at which the code could have run.
    pub start: Moment,
    /// The latest: removal of the code, or the sweep.
    pub end: Moment,
}

/// A moment and what it was read from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dated {
    /// When.
    pub at: Moment,
    /// Which stamp of which file says so.
    pub evidence: String,
}

/// A stretch of time and where its ends come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatedWindow {
    /// The stretch.
    pub window: Window,
    /// What was dated, as part of a sentence.
    pub evidence: String,
}

/// How well it is known when code can have run: a "no" must hold for the outer window, a
/// "yes" needs the certain one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Never outside of this.
    pub outer: Window,
    /// Surely within this, if anything proves it.
    pub certain: Option<Window>,
}

impl Bounds {
    /// From when on it surely was there, as far as anything shows; else the earliest moment, for
    /// what was so even then was so all along.
    pub fn certain_start(&self) -> Moment {
        let outer = self.outer.start;
        self.certain.map_or(outer, |certain| certain.start.max(outer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(Moment::parse(text).map(|m| m.to_string()).as_deref(), expected, "{text}");
    }

    #[test]
    fn dates_as_configuration_files_write_them_are_read() {
        check("2026-03-24T10:39:00Z", Some("2026-03-24T10:39:00Z"));
        check("2026-03-24T10:39:00.5+02:00", Some("2026-03-24T08:39:00Z"));
        check("2026-03-24 10:39:00", Some("2026-03-24T10:39:00Z"));
        check("2026-03-24 10:39:00 UTC", Some("2026-03-24T10:39:00Z"));
        check("2026-03-24", Some("2026-03-24T00:00:00Z"));
        check("1774348740", Some("2026-03-24T10:39:00Z"));
        check("1774348740000", Some("2026-03-24T10:39:00Z"));
    }

    #[test]
    fn dates_of_http_answers_are_read() {
        let read = |text| Moment::parse_http(text).map(|moment| moment.to_string());
        let expected = Some("2026-03-24T11:02:03Z".to_owned());
        assert_eq!(read("Tue, 24 Mar 2026 11:02:03 GMT"), expected);
        for text in
            ["", "Tue, 24 arA 2026 11:02:03 GMT", "Tue, 24 Mar 2026 11:02:03 +0200", "Tue, é"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["", "tomorrow", "-5", "1e300", "NaN", "2026-13-40"] {
            check(text, None);
        }
    }

    #[test]
    fn a_time_beyond_the_calendar_is_printed_as_seconds() {
        assert_eq!(Moment::new(i64::MAX, 0).to_string(), format!("@{}", i64::MAX));
    }
}
