//! Under which circumstances a sweep was made: for whoever asks a month later. Holds no fact about
//! a credential.

use std::path::PathBuf;

/// The process that sweeps, and the machine that it runs on; with `--root` that machine is not
/// the swept host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Process {
    /// The commit that the program was built from, where its builder said so.
    pub commit: Option<String>,
    /// SHA-256 of the program's file, in hexadecimal.
    pub program_sha256: Option<String>,
    /// The command line, as typed.
    pub arguments: Vec<String>,
    /// The real user; who counts for access is in the run.
    pub uid: u32,
    /// Effective capabilities, as the kernel writes them.
    pub capabilities: Option<String>,
    /// Release of the kernel.
    pub kernel: Option<String>,
    /// Another one after each start of the machine.
    pub boot_id: Option<String>,
}

/// All that is known of the circumstances.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Who swept, and where.
    pub process: Process,
    /// What the swept host calls its system.
    pub system: Option<String>,
    /// The time zone of the swept host.
    pub time_zone: Option<String>,
    /// What is mounted at, above and below the roots.
    pub mounts: Vec<MountFacts>,
}

/// A mounted file system, as the mount table has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MountFacts {
    /// Where.
    pub point: PathBuf,
    /// Its type.
    pub file_system: String,
    /// What was asked for: `ro,noatime`.
    pub options: String,
}
