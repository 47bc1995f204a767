//! What stands on the ways to a file, for a reader of the reasoning. Judges nothing anew.

use crate::exposure::access::{Reader, may_read, steps};
use crate::model::access::AccessFacts;
use crate::model::artifact::ArtifactKind;
use crate::model::explanation::Passage;

/// What every component of every way says to a reader.
pub fn passage(reader: Reader<'_>, facts: &AccessFacts) -> Passage {
    let ways = if facts.kind == ArtifactKind::File {
        let of_ways = facts.ways.iter().map(|way| steps(reader, way, &facts.target));
        of_ways.map(|all| all.into_iter().map(|one| (one.truth, one.reason)).collect()).collect()
    } else {
        // A process is reached by its number, not through folders.
        let (truth, reasons) = may_read(reader, facts);
        vec![reasons.into_iter().map(|reason| (truth, reason)).collect()]
    };
    Passage { uid: reader.uid, ways }
}
