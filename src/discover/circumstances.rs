//! What a swept host says of itself: its system and its time zone. Believes both, and judges
//! nothing by them.

use std::path::Path;

use crate::model::host::HostFiles;

/// Where a host names its system; the second is for hosts without the first.
const SYSTEM_FILES: [&str; 2] = ["/etc/os-release", "/usr/lib/os-release"];

/// Longer files are none of these.
const FILE_BYTES_MAX: u64 = 1 << 16;

/// What the host calls its system: `Debian GNU/Linux 13 (trixie)`.
pub fn system(files: &dyn HostFiles) -> Option<String> {
    let read = |path| files.read(Path::new(path), FILE_BYTES_MAX).ok();
    let text = SYSTEM_FILES.into_iter().find_map(read)?;
    let text = String::from_utf8_lossy(&text).into_owned();
    let name = text.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    let name = name.trim().trim_matches(['"', '\'']);
    (!name.is_empty()).then(|| name.to_owned())
}

/// The name of the host's time zone: `Europe/Vienna`.
pub fn time_zone(files: &dyn HostFiles) -> Option<String> {
    named_by_link(files).or_else(|| {
        let text = files.read(Path::new("/etc/timezone"), FILE_BYTES_MAX).ok()?;
        let text = String::from_utf8_lossy(&text);
        let name = text.lines().next()?.trim();
        (!name.is_empty()).then(|| name.to_owned())
    })
}

fn named_by_link(files: &dyn HostFiles) -> Option<String> {
    let target = files.link_target(Path::new("/etc/localtime")).ok()?;
    let target = target.to_string_lossy().into_owned();
    target.split_once("zoneinfo/").map(|(_, name)| name.to_owned())
}
