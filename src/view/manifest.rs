//! Under which circumstances a sweep was made, as it leaves the process. Does not compute.

use crate::view::HostPath;

/// Under which circumstances a sweep was made.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Manifest {
    /// The commit that the program was built from; `None` where its builder did not say.
    pub commit: Option<String>,
    /// SHA-256 of the program's file.
    pub program_sha256: Option<String>,
    /// The command line, as typed.
    pub arguments: Vec<String>,
    /// The real user.
    pub real_uid: u32,
    /// Effective capabilities, as the kernel writes them.
    pub capabilities: Option<String>,
    /// Release of the kernel of the machine that swept.
    pub kernel: Option<String>,
    /// Another one after each start of that machine.
    pub boot_id: Option<String>,
    /// What the swept host calls its system.
    pub system: Option<String>,
    /// Its time zone.
    pub time_zone: Option<String>,
    /// What is mounted at, above and below the roots.
    pub mounts: Vec<Mount>,
}

/// A mounted file system.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Mount {
    /// Where.
    #[serde(flatten)]
    pub path: HostPath,
    /// Its type.
    pub file_system: String,
    /// What was asked for.
    pub options: String,
}
