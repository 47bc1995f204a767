//! Was it read inside the window, by whomever? Access times say so at best, and never the
//! contrary: most mounts record few reads or none, and a later read hides all earlier ones.

use crate::exposure::case::Case;
use crate::model::artifact::ArtifactKind;
use crate::model::reason::Flag;

/// A read that was recorded while the code was surely there.
pub fn read_recorded(case: &Case<'_>) -> Option<Flag> {
    let certain = case.bounds.certain.filter(|_| case.facts.kind == ArtifactKind::File)?;
    let times = &case.facts.target.inode.times;
    let read = times.accessed;
    let clock = case.clock;
    let is_inside = clock.shows_order(certain.start, read) && read <= certain.end;
    // Whoever makes, writes or copies a file sets its access time as well.
    let set_with_it = [Some(times.modified), Some(times.changed), times.born];
    let is_told_apart = set_with_it
        .into_iter()
        .flatten()
        .all(|stamp| clock.shows_order(stamp, read) || clock.shows_order(read, stamp));
    // Setting it by hand is a change, and what was set by hand is no record.
    let is_recorded = clock.shows_order(times.changed, read);
    (is_inside && is_told_apart && is_recorded).then_some(Flag::ReadRecorded { at: read })
}
