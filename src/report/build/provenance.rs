//! What brought a package here, from the inventory's nouns to the report's.

use crate::model::provenance::{Change, Provenance, Requirer};
use crate::view::{self, HostPath};

/// The report's own struct.
pub fn provenance(provenance: &Provenance) -> view::Provenance {
    let origin = provenance.origin.as_ref().map(|origin| view::PackageOrigin {
        kind: origin.kind.as_str().into(),
        address: origin.address.clone(),
        revision: origin.revision.clone(),
    });
    let tool = provenance.tool.as_ref().map(|tool| view::ToolEnvironment {
        maker: tool.maker.as_str().into(),
        path: HostPath(tool.path.clone()),
        packages: tool.packages.clone(),
        commands: tool.commands.clone(),
    });
    view::Provenance {
        asked_for: provenance.was_asked_for,
        requirers: provenance.requirers.iter().map(requirer).collect(),
        origin,
        tool,
        changes: provenance.changes.iter().map(change).collect(),
    }
}

fn requirer(requirer: &Requirer) -> view::Requirer {
    view::Requirer {
        name: requirer.name.clone(),
        version: requirer.version.clone(),
        path: HostPath(requirer.path.clone()),
        steps: requirer.n_steps,
        extra: requirer.extra.clone(),
        asked_for: requirer.was_asked_for,
    }
}

fn change(change: &Change) -> view::Change {
    view::Change {
        kind: change.kind.as_str().into(),
        path: HostPath(change.path.clone()),
        line: change.line,
        name: change.name.clone(),
        version: change.version.clone(),
    }
}
