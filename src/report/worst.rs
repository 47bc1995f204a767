//! Which of several verdicts on one thing counts. Judges nothing: each verdict comes with its
//! report.

use crate::model::exposure::Verdict;
use crate::view::Exposure;

/// The worst of some verdicts; what was only supposed counts where nothing real does.
pub fn worst(exposures: &[Exposure]) -> Option<&Exposure> {
    exposures.iter().min_by_key(|exposure| (exposure.install.is_none(), rank(exposure)))
}

/// The place of a verdict, the worst first.
pub fn rank(exposure: &Exposure) -> usize {
    let verdicts = [Verdict::Exposed, Verdict::Likely, Verdict::Unknown];
    let place = verdicts.iter().position(|verdict| verdict.as_str() == exposure.verdict);
    place.unwrap_or(verdicts.len())
}
