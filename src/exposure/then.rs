//! Could the reader have read the file inside the window, and not only today? Modes of today are
//! those of the window only as far as nothing was changed since it began.

use crate::exposure::access::{Reader, may_read, steps};
use crate::model::access::AccessFacts;
use crate::model::clock::Clock;
use crate::model::exposure::{Proof, Truth};
use crate::model::reason::{Counter, Reason};
use crate::model::time::Window;

/// Whether it could be read then.
pub struct Reading {
    /// The answer.
    pub truth: Truth,
    /// How strongly, where it is no.
    pub proof: Option<Proof>,
    /// What decides it.
    pub reasons: Vec<Reason>,
    /// What would change it, where it is not yes.
    pub counter: Option<Counter>,
}

/// Whether the reader could read the file inside the outer window.
pub fn could_read(
    reader: Reader<'_>,
    facts: &AccessFacts,
    window: Window,
    _clock: &Clock,
) -> Reading {
    let (truth, reasons) = may_read(reader, facts);
    match truth {
        Truth::Yes => Reading { truth, proof: None, reasons, counter: None },
        Truth::Unknown => {
            Reading { truth, proof: None, reasons, counter: Some(Counter::TheMissingFact) }
        }
        Truth::No => denied(reader, reasons, window, facts),
    }
}

/// Today's modes deny. A file whose mode may have been narrowed after the fact proves
/// nothing; a folder's change time moves with every new entry, so there the denial stands
/// and the doubt is told.
fn denied(
    reader: Reader<'_>,
    mut reasons: Vec<Reason>,
    window: Window,
    facts: &AccessFacts,
) -> Reading {
    let no = |proof, reasons, counter| Reading {
        truth: Truth::No,
        proof: Some(proof),
        reasons,
        counter: Some(counter),
    };
    let steps = facts.ways.iter().flat_map(|way| steps(reader, way, &facts.target));
    let Some(denying) = steps.into_iter().find(|step| step.truth == Truth::No) else {
        return no(Proof::ByToday, reasons, Counter::OtherWay);
    };
    let changed = denying.facts.map(|facts| facts.inode.times.changed);
    let Some(changed) = changed.filter(|changed| *changed > window.start) else {
        return no(Proof::Unchanged, reasons, Counter::RootRewroteTimes);
    };
    let path = denying.path.to_owned();
    reasons.push(Reason::ModeChangedInside { path: path.clone(), changed });
    let counter = Counter::WiderModeThen { path };
    if denying.path == facts.path() {
        return Reading { truth: Truth::Unknown, proof: None, reasons, counter: Some(counter) };
    }
    no(Proof::ByToday, reasons, counter)
}
