//! Puts installed packages into the report's own structs, by the folder they lie in.

use std::collections::BTreeMap;
use std::path::Path;

use crate::model::advisory::Ecosystem;
use crate::model::component::Component;
use crate::report::build::dated;
use crate::view;
use crate::view::HostPath;

/// Folders of packages, sorted.
pub fn environments(components: &[Component]) -> Vec<view::Environment> {
    let mut grouped: BTreeMap<(&Path, Ecosystem), Vec<view::Component>> = BTreeMap::new();
    for component in components {
        let key = (component.environment.as_path(), component.ecosystem);
        grouped.entry(key).or_default().push(view_of_component(component));
    }
    let environment =
        |((path, ecosystem), components): ((&Path, Ecosystem), Vec<_>)| view::Environment {
            path: HostPath(path.to_owned()),
            ecosystem: ecosystem.as_str().into(),
            n_components: components.len(),
            components,
        };
    grouped.into_iter().map(environment).collect()
}

fn view_of_component(component: &Component) -> view::Component {
    view::Component {
        name: component.name.clone(),
        version: component.version.clone(),
        path: HostPath(component.path.clone()),
        installer: component.installer.clone(),
        installed: component.installed.as_ref().map(dated),
        owner_uid: component.owner_uid,
    }
}
