//! Python distributions: the dist-info and egg-info folders of a `site-packages`, unpacked
//! eggs, and the single egg-info file that distutils wrote. Metadata that is broken or too
//! long to be read hides nothing: the name of its folder tells name and version, too. Layout:
//! PyPA specifications "Recording installed projects" and "Core metadata".

use std::path::Path;

use crate::components::dated;
use crate::components::version::normal_name;
use crate::model::advisory::Ecosystem;
use crate::model::artifact::Artifact;
use crate::model::component::Component;
use crate::model::host::HostFiles;
use crate::model::time::Dated;

/// `INSTALLER` holds one word.
const INSTALLER_BYTES_MAX: u64 = 4096;

/// An install takes this long at most: a file older than its inode by more was copied.
const COPY_SECONDS_MIN: i64 = 600;

/// The distribution whose metadata an artifact is.
pub fn distribution(
    artifact: &Artifact,
    metadata: &[u8],
    files: &dyn HostFiles,
) -> Option<Component> {
    let place = place(&artifact.path)?;
    let headers = headers(metadata);
    let stem = place.named.file_name()?.to_str()?.rsplit_once('.')?.0;
    let (stem_name, rest) = stem.split_once('-').unwrap_or((stem, ""));
    let stem_version = rest.split('-').next().filter(|version| !version.is_empty());
    let folder = place.folder;
    Some(Component {
        environment: place.named.parent()?.to_owned(),
        name: normal_name(Ecosystem::PyPI, field(&headers, "Name").unwrap_or(stem_name)),
        version: field(&headers, "Version").or(stem_version)?.to_owned(),
        ecosystem: Ecosystem::PyPI,
        path: folder.to_owned(),
        installer: installer(folder, files),
        owner_uid: files.inode_no_follow(folder).map_or(artifact.inode.uid, |inode| inode.uid),
        installed: installed(folder, files),
        copied: copied(folder, files),
    })
}

/// Where a distribution keeps its metadata.
struct Place<'p> {
    folder: &'p Path,
    /// What is named `NAME-VERSION` and lies in the environment.
    named: &'p Path,
}

fn place(path: &Path) -> Option<Place<'_>> {
    let ends = |path: &Path, end: &str| path.extension().is_some_and(|own| own == end);
    if ends(path, "egg-info") {
        return Some(Place { folder: path, named: path });
    }
    let folder = path.parent()?;
    if ends(folder, "dist-info") || ends(folder, "egg-info") {
        return Some(Place { folder, named: folder });
    }
    let egg = folder.parent().filter(|egg| folder.ends_with("EGG-INFO") && ends(egg, "egg"))?;
    Some(Place { folder, named: egg })
}

/// A header, whose name is one in upper and lower case.
fn field<'h>(headers: &'h str, name: &str) -> Option<&'h str> {
    let mut fields = headers.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = fields.find(|(key, _)| key.eq_ignore_ascii_case(name))?;
    Some(value.trim()).filter(|value| !value.is_empty())
}

/// The headers, which end at the first empty line.
fn headers(metadata: &[u8]) -> String {
    let text = String::from_utf8_lossy(metadata);
    let end = text.find("\n\n").or_else(|| text.find("\r\n\r\n")).unwrap_or(text.len());
    text[..end].to_owned()
}

fn installer(folder: &Path, files: &dyn HostFiles) -> Option<String> {
    let bytes = files.read(&folder.join("INSTALLER"), INSTALLER_BYTES_MAX).ok()?;
    let text = String::from_utf8_lossy(&bytes).trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// The earliest of the stamps that an installer writes afresh. Not those of the modules
/// or of METADATA: uv links them from its cache, where they may have lain for weeks.
fn installed(folder: &Path, files: &dyn HostFiles) -> Option<Dated> {
    let fresh = ["RECORD", "INSTALLER", "REQUESTED", "direct_url.json"];
    let stamps = fresh.iter().filter_map(|name| dated(files, &folder.join(name)));
    // Of equal ones the first: the same words on every sweep.
    dated(files, folder).into_iter().chain(stamps).min_by_key(|dated| dated.at)
}

/// The last write of a list that every installer writes afresh, where its inode is younger.
/// Conda is none of those: it links what it unpacked.
fn copied(folder: &Path, files: &dyn HostFiles) -> Option<Dated> {
    if installer(folder, files).as_deref() == Some("conda") {
        return None;
    }
    let times = files.inode_no_follow(&folder.join("RECORD")).ok()?.times;
    let written = times.modified;
    let is_older = written.plus_seconds(COPY_SECONDS_MIN) < times.born?;
    is_older.then(|| Dated { at: written, evidence: "last write of RECORD".into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_lies_in_four_places() {
        let check = |path: &str, folder: &str, named: &str| {
            let place = place(Path::new(path)).unwrap();
            assert_eq!((place.folder, place.named), (Path::new(folder), Path::new(named)));
        };
        check("/s/six-1.0.dist-info/METADATA", "/s/six-1.0.dist-info", "/s/six-1.0.dist-info");
        check("/s/six.egg-info/PKG-INFO", "/s/six.egg-info", "/s/six.egg-info");
        check("/s/six-1.0.egg-info", "/s/six-1.0.egg-info", "/s/six-1.0.egg-info");
        let egg = "/s/six-1.0-py3.11.egg";
        check(&format!("{egg}/EGG-INFO/PKG-INFO"), &format!("{egg}/EGG-INFO"), egg);
        assert!(place(Path::new("/s/EGG-INFO/PKG-INFO")).is_none());
        assert!(place(Path::new("/PKG-INFO")).is_none());
    }

    #[test]
    fn headers_are_found_in_any_case() {
        let headers = headers(b"metadata-version: 2.1\r\nname:six\nVERSION: 1.0 \n\nName: other");
        assert_eq!(field(&headers, "Name"), Some("six"));
        assert_eq!(field(&headers, "Version"), Some("1.0"));
        assert_eq!(field("Name:\n", "Name"), None);
    }
}
