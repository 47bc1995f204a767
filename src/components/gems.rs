//! Installed Ruby gems: the files in the `specifications` of a gem home. They are Ruby code;
//! only their names and the one line that RubyGems writes for quick reading are looked at.

use crate::components::dated;
use crate::components::mentions::naming;
use crate::components::version::normal_name;
use crate::model::advisory::Ecosystem;
use crate::model::artifact::Artifact;
use crate::model::component::Component;
use crate::model::host::HostFiles;

/// Whether a path is that of an installed gem's specification; those of Ruby's own gems lie
/// one folder deeper, in `default`.
pub fn is_specification(path: &std::path::Path) -> bool {
    let names = |level: usize| path.ancestors().nth(level).and_then(|folder| folder.file_name());
    let is_home = |level: usize| names(level).is_some_and(|name| name == "specifications");
    let is_default = || names(1).is_some_and(|name| name == "default");
    // Asked of every file: the end of the name comes first.
    path.extension().is_some_and(|extension| extension == "gemspec")
        && (is_home(1) || is_default() && is_home(2))
}

/// The gem whose specification an artifact is.
pub fn gem(artifact: &Artifact, specification: &[u8], files: &dyn HostFiles) -> Option<Component> {
    let stem = artifact.path.file_stem()?.to_str()?;
    let text = String::from_utf8_lossy(specification);
    let (name, version) = stub(&text).or_else(|| naming::gem(stem))?;
    let home = artifact.path.ancestors().find(|folder| folder.ends_with("specifications"))?;
    Some(Component {
        environment: home.parent()?.to_owned(),
        name: normal_name(Ecosystem::RubyGems, name),
        version: version.to_owned(),
        ecosystem: Ecosystem::RubyGems,
        path: artifact.path.clone(),
        installer: None,
        owner_uid: artifact.inode.uid,
        copied: None,
        // RubyGems writes it last of all, and never copies it.
        installed: dated(files, &artifact.path),
    })
}

/// `# stub: rake 13.0.6 ruby lib`, on one of the first lines.
fn stub(text: &str) -> Option<(&str, &str)> {
    let line = text.lines().take(4).find_map(|line| line.strip_prefix("# stub: "))?;
    let mut words = line.split(' ');
    words.next().zip(words.next())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn specifications_lie_in_a_folder_of_their_own() {
        let is = |path: &str| is_specification(Path::new(path));
        assert!(is("/var/lib/gems/3.1.0/specifications/rake-13.0.6.gemspec"));
        assert!(is("/usr/lib/ruby/gems/3.1.0/specifications/default/json-2.6.1.gemspec"));
        assert!(!is("/var/lib/gems/3.1.0/gems/rake-13.0.6/rake.gemspec"));
        assert!(!is("/srv/default/x.gemspec"));
    }

    #[test]
    fn the_stub_names_gem_and_version() {
        let text = "# -*- encoding: utf-8 -*-\n# stub: rake 13.0.6 ruby lib\n\nGem::Specification";
        assert_eq!(stub(text), Some(("rake", "13.0.6")));
        assert_eq!(stub("Gem::Specification.new"), None);
    }
}
