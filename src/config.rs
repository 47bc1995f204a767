//! What a sweep is told: everything that is not on the host's disk, so that the same
//! host and the same configuration give the same result.

use std::path::PathBuf;

use crate::model::explanation::Target;
use crate::model::host::HostRoot;
use crate::model::inventory::Task;
use crate::model::manifest::Process;
use crate::model::path_pattern::PathPattern;
use crate::model::rule::Confidence;
use crate::model::secret::SecretKey;
use crate::model::time::Moment;
use crate::model::what_if::Question;

/// Files bigger than this are not read, unless the user says otherwise; they are a
/// problem, so that nobody takes them for clean. A sparse file may claim any size.
pub const SIZE_BYTES_MAX_DEFAULT: u64 = 4 << 30;

/// Everything that a sweep is told.
#[derive(Clone, Debug)]
pub struct Config {
    /// What to find out.
    pub task: Task,
    /// Where the host's `/` is.
    pub root: HostRoot,
    /// What to sweep; empty for the default scope, which adds running processes.
    pub paths: Vec<PathBuf>,
    /// What to leave alone.
    pub excluded: Vec<PathPattern>,
    /// Workers.
    pub n_threads: usize,
    /// Key of all secret ids.
    pub key: SecretKey,
    /// Home of the calling user, on the live host.
    pub home: Option<PathBuf>,
    /// The time of the sweep, or of the image.
    pub now: Moment,
    /// Who sweeps.
    pub uid: u32,
    /// Bigger files are not read.
    pub size_bytes_max: u64,
    /// Whether what packs other files is opened.
    pub opens_archives: bool,
    /// Other people's catalogues of bad packages; where this program runs, not on the host.
    pub advisories: Vec<PathBuf>,
    /// What is asked about code that nothing says ran here.
    pub question: Option<Question>,
    /// What is believed less does not count; `None` for what the kind of file says.
    pub confidence_min: Option<Confidence>,
    /// Whether comments of swept files may set aside the secrets of their lines.
    pub honors_allow: bool,
    /// Which credentials are to be explained, if not all are to be listed.
    pub explain: Option<Target>,
    /// Who sweeps, and where, for the report.
    pub process: Process,
}
