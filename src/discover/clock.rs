//! What speaks against the host's clock: steps that were recorded, and stamps that cannot be.
//! Journals are not read, and that a clock is synchronised is nobody's promise.

use std::collections::BTreeSet;
use std::path::Path;

use crate::model::artifact::Inode;
use crate::model::clock::Clock;
use crate::model::host::HostFiles;
use crate::model::time::{Moment, Window};

/// Where programs that set the clock note it: records of logins and of the like.
const RECORDS: [&str; 2] = ["/var/log/wtmp", "/var/log/wtmp.1"];

/// A longer file is not read.
const RECORDS_BYTES_MAX: u64 = 16 << 20;

/// A record of the C library on machines with 64 bits, its kind at the start.
const RECORD_BYTES: usize = 384;

/// Where a record holds its seconds.
const SECONDS_AT: usize = 340;

/// Kinds of records: the clock after it was set, and before.
const NEW_TIME: u16 = 3;
const OLD_TIME: u16 = 4;

/// 2000-01-01: a clock that is behind that was never set.
const UNSET_BEFORE: Moment = Moment::new(946_684_800, 0);

/// The clock of a host on which code ran in these windows, and these files bear stamps.
pub fn clock<'i>(
    files: &dyn HostFiles,
    now: Moment,
    windows: &[Window],
    stamped: impl Iterator<Item = &'i Inode>,
) -> Clock {
    let mut clock = Clock::at(now);
    for path in RECORDS {
        let records = files.read(Path::new(path), RECORDS_BYTES_MAX).unwrap_or_default();
        note_steps(&mut clock, &steps(&records), windows, path);
    }
    let odd = stamped.filter(|inode| clock.is_odd(inode.times.changed));
    let odd: BTreeSet<(u64, u64)> = odd.map(|inode| (inode.device, inode.number)).collect();
    let text = format!("files with credentials whose change times cannot be: {}", odd.len());
    clock.doubts.extend((!odd.is_empty()).then_some(text));
    clock.doubts.extend(started_later(files, now));
    clock.doubts.extend(unsynchronised(files));
    clock
}

/// The clock before and after it was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Step {
    old: Moment,
    new: Moment,
}

impl Step {
    const fn seconds(self) -> i64 {
        (self.new.seconds - self.old.seconds).abs()
    }
}

/// All steps of a file of records; what is cut off at its end is no record.
fn steps(records: &[u8]) -> Vec<Step> {
    let mut old = None;
    let mut steps = Vec::new();
    for record in records.chunks_exact(RECORD_BYTES) {
        let seconds = record[SECONDS_AT..].first_chunk().copied().map(u32::from_le_bytes);
        let at = Moment::new(seconds.map_or(0, i64::from), 0);
        match u16::from_le_bytes([record[0], record[1]]) {
            OLD_TIME => old = Some(at),
            NEW_TIME => steps.extend(old.take().map(|old| Step { old, new: at })),
            _ => {}
        }
    }
    steps
}

/// A step inside a window makes as much of the order of stamps doubtful.
fn note_steps(clock: &mut Clock, steps: &[Step], windows: &[Window], path: &str) {
    let is_inside =
        |at: Moment| windows.iter().any(|window| (window.start..=window.end).contains(&at));
    let (unset, set): (Vec<&Step>, Vec<&Step>) =
        steps.iter().partition(|step| step.old < UNSET_BEFORE);
    if let Some(step) = unset.last() {
        clock.earliest = UNSET_BEFORE;
        clock.doubts.push(format!("the clock ran unset until {}, says {path}", step.new));
    }
    let inside = set.into_iter().filter(|step| is_inside(step.old) || is_inside(step.new));
    let widest = inside.max_by_key(|step| (step.seconds(), step.new));
    let widest = widest.filter(|step| step.seconds() > clock.doubt_seconds);
    if let Some(step) = widest {
        clock.doubt_seconds = step.seconds();
        let Step { old, new } = step;
        clock.doubts.push(format!(
            "it was set from {old} to {new}, says {path}: stamps that lie closer together show \
             no order"
        ));
    }
}

/// A host that was started after the sweep began was started by another clock.
fn started_later(files: &dyn HostFiles, now: Moment) -> Option<String> {
    const STATISTICS_BYTES: u64 = 1 << 20;
    let text = files.beginning(Path::new("/proc/stat"), STATISTICS_BYTES).ok()?;
    let text = String::from_utf8_lossy(&text);
    let line = text.lines().find_map(|line| line.strip_prefix("btime "))?;
    let started = Moment::new(line.trim().parse().ok()?, 0);
    let is_later = Clock::at(now).shows_order(now, started);
    is_later.then(|| format!("the host was started {started}, after the time of the sweep"))
}

/// Of the services that set clocks, only this one says in a file if it did.
fn unsynchronised(files: &dyn HostFiles) -> Option<String> {
    let folder = Path::new("/run/systemd/timesync");
    let runs = files.inode_no_follow(folder).is_ok_and(|inode| inode.is_directory());
    let has_set = files.inode_no_follow(&folder.join("synchronized")).is_ok();
    (runs && !has_set)
        .then(|| "systemd-timesyncd has not set it since the host was started".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u16, seconds: u32) -> Vec<u8> {
        let mut record = vec![0; RECORD_BYTES];
        record[..2].copy_from_slice(&kind.to_le_bytes());
        record[SECONDS_AT..SECONDS_AT + 4].copy_from_slice(&seconds.to_le_bytes());
        record
    }

    fn noted(records: &[Vec<u8>]) -> Clock {
        let mut clock = Clock::at(Moment::new(2_000_000_000, 0));
        let window =
            Window { start: Moment::new(1_000_000_000, 0), end: Moment::new(1_100_000_000, 0) };
        note_steps(&mut clock, &steps(&records.concat()), &[window], "/var/log/wtmp");
        clock
    }

    #[test]
    fn the_widest_step_inside_a_window_is_the_doubt() {
        let step = |old, new| [record(OLD_TIME, old), record(7, 1), record(NEW_TIME, new)];
        let clock = noted(
            &[step(1_000_000_600, 1_000_000_000), step(1_050_000_000, 1_050_000_060)].concat(),
        );
        assert_eq!(clock.doubt_seconds, 600);
        assert_eq!(
            clock.doubts,
            ["it was set from 2001-09-09T01:56:40Z to 2001-09-09T01:46:40Z, says /var/log/wtmp: \
              stamps that lie closer together show no order"]
        );
        assert_eq!(noted(&step(1_200_000_000, 1_200_009_000)).doubt_seconds, 2, "outside");
    }

    #[test]
    fn stamps_of_a_clock_that_was_never_set_are_believed_in_nothing() {
        let clock = noted(&[record(OLD_TIME, 30), record(NEW_TIME, 1_000_000_000)]);
        assert_eq!((clock.doubt_seconds, clock.earliest), (2, UNSET_BEFORE));
        assert!(clock.is_odd(Moment::new(40, 0)) && !clock.is_odd(Moment::new(1_000_000_000, 0)));
    }

    #[test]
    fn half_a_record_and_half_a_step_say_nothing() {
        let old = record(OLD_TIME, 1_000_000_000);
        let cut = record(NEW_TIME, 1_000_000_900)[..RECORD_BYTES - 1].to_vec();
        assert_eq!(noted(&[old, cut]).doubts, Vec::<String>::new());
        assert_eq!(noted(&[record(NEW_TIME, 1_000_000_900)]).doubts, Vec::<String>::new());
        assert_eq!(noted(&[vec![0xff; 3 * RECORD_BYTES]]).doubts, Vec::<String>::new());
    }
}
