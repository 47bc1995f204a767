//! What an earlier report listed already. Known is only what was known at every place of it.

use std::collections::BTreeSet;

use crate::view::{Credential, HostPath, Report};

/// What an earlier report lists: secrets at places.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    places: BTreeSet<(String, HostPath)>,
}

impl Baseline {
    /// Adds a credential of the earlier report.
    pub fn add(&mut self, credential: &Credential) {
        let id = &credential.secret_id;
        let places = credential.locations.iter().map(|one| (id.clone(), one.path.clone()));
        self.places.extend(places);
    }

    fn has(&self, credential: &Credential) -> bool {
        let mut locations = credential.locations.iter();
        locations.all(|one| self.places.contains(&(credential.secret_id.clone(), one.path.clone())))
    }
}

/// Marks every credential as known or not.
pub fn mark_known(report: &mut Report, baseline: &Baseline) {
    for credential in &mut report.credentials {
        credential.known = Some(baseline.has(credential));
    }
}
