//! From what was typed to what a sweep is told. The only place that asks for the time,
//! the user, the home and random numbers; the only door to dirs and getrandom.

use std::fs::File;
use std::io::Read;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;
use std::time::{SystemTime, UNIX_EPOCH};

use credreach::config::{Config, SIZE_BYTES_MAX_DEFAULT};
use credreach::error::Error;
use credreach::model::explanation::Target;
use credreach::model::host::HostRoot;
use credreach::model::inventory::Task;
use credreach::model::manifest::Process;
use credreach::model::path_pattern::PathPattern;
use credreach::model::rule::Confidence;
use credreach::model::rule_set::RuleSet;
use credreach::model::secret::{KeyOrigin, SecretKey};
use credreach::model::time::Moment;
use credreach::rules::{PathLists, RuleFile};

use crate::cli::args::{AuditArgs, ConfidenceArg, ExplainArgs, FurtherRules, ScopeArgs, SweepArgs};
use crate::cli::process::process;

/// A key file holds at least this much.
const KEY_BYTES_MIN: usize = 32;
/// So many digits of a secret id are enough, if no other one starts with them; so many it has.
const ID_DIGITS: RangeInclusive<usize> = 8..=32;
/// So much of it counts.
const KEY_BYTES_MAX: u64 = 1 << 20;

/// The configuration that a scope alone gives.
pub fn scope(args: &ScopeArgs) -> Result<Config, Error> {
    if args.no_default_scope && args.paths.is_empty() {
        return Err(Error::Usage {
            what: "--no-default-scope without PATH leaves nothing to sweep".into(),
            help: "name at least one PATH, or take the flag away".into(),
        });
    }
    let root = root(args.root.as_deref())?;
    let paths = args.paths.iter().map(|path| absolute(path, &root)).collect::<Result<_, _>>()?;
    Ok(Config {
        task: Task::Sweep,
        home: if root.is_live() { dirs::home_dir() } else { None },
        root,
        paths,
        excluded: Vec::new(),
        n_threads: available_parallelism().map_or(1, usize::from),
        key: random_key()?,
        now: now(),
        uid: rustix::process::geteuid().as_raw(),
        size_bytes_max: SIZE_BYTES_MAX_DEFAULT,
        opens_archives: true,
        advisories: Vec::new(),
        question: None,
        confidence_min: None,
        honors_allow: false,
        explain: None,
        process: Process::default(),
    })
}

/// The configuration of a sweep.
pub fn sweep(args: &SweepArgs) -> Result<Config, Error> {
    let mut config = audit(&args.audit)?;
    config.task = Task::Sweep;
    if let Some(path) = &args.key_file {
        config.key = key_of(path)?;
    }
    config.confidence_min = args.min_confidence.map(ConfidenceArg::meant);
    config.honors_allow = args.allow.honor_inline_allow;
    Ok(config)
}

impl ConfidenceArg {
    const fn meant(self) -> Confidence {
        match self {
            Self::High => Confidence::High,
            Self::Medium => Confidence::Medium,
            Self::Low => Confidence::Low,
        }
    }
}

/// The configuration of a sweep for the sake of one explanation.
pub fn explain(args: &ExplainArgs) -> Result<Config, Error> {
    let mut config = sweep(&args.sweep)?;
    let target = target(&args.target, &config.root)?;
    if matches!(target, Target::SecretId(_)) && args.sweep.key_file.is_none() {
        return Err(Error::Explain {
            what: "an id of another run means nothing without its key".into(),
            help: "pass the --key-file of the report that has the id, or name the file".into(),
        });
    }
    config.explain = Some(target);
    Ok(config)
}

/// What is all hexadecimal is an id; a file of such a name is `./cafe`.
fn target(typed: &Path, root: &HostRoot) -> Result<Target, Error> {
    let digits = typed.to_str().filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()));
    match digits.map(str::to_ascii_lowercase) {
        Some(digits) if ID_DIGITS.contains(&digits.len()) => Ok(Target::SecretId(digits)),
        Some(digits) => Err(Error::Explain {
            what: format!("`{}` is no id", digits.escape_debug()),
            help: "give 8 to 32 hexadecimal digits, or a path: a file of that name is `./NAME`"
                .into(),
        }),
        None => Ok(Target::Path(absolute(typed, root)?)),
    }
}

/// The configuration of an audit.
pub fn audit(args: &AuditArgs) -> Result<Config, Error> {
    let mut config = scope(&args.scope)?;
    config.task = Task::Audit;
    config.process = process();
    config.excluded = args.exclude.iter().map(|glob| exclude(glob)).collect::<Result<_, _>>()?;
    match args.threads {
        Some(0) => {
            let help = "leave --threads away to use every core".into();
            return Err(Error::Usage { what: "--threads 0 does nothing".into(), help });
        }
        Some(n_threads) => config.n_threads = n_threads,
        None => {}
    }
    if let Some(text) = &args.as_of {
        config.now = Moment::parse(text).ok_or_else(|| Error::Usage {
            what: format!("--as-of {} is no time", text.escape_debug()),
            help: "times look like 2026-03-24T10:39:00Z".into(),
        })?;
    }
    config.advisories.clone_from(&args.advisories);
    if let Some(mebibytes) = args.max_file_size {
        config.size_bytes_max = mebibytes.saturating_mul(1 << 20);
    }
    Ok(config)
}

/// The built-in rules, with further ones over them. Rules from outside are proven on their own
/// examples before they are used.
pub fn rules(further: &FurtherRules) -> Result<RuleSet, Error> {
    let rules = credreach::rules::load(layers(further)?)?;
    let is_proven = further.paths.is_empty();
    let mistakes = if is_proven { Vec::new() } else { credreach::proof::prove(&rules) };
    if mistakes.is_empty() { Ok(rules) } else { Err(Error::Rules { mistakes }) }
}

/// The files of the built-in rules, and those of each path; or what is wrong with all paths.
pub fn layers(further: &FurtherRules) -> Result<Vec<Vec<RuleFile>>, Error> {
    let path_lists = if further.honor_rule_paths { PathLists::Obeyed } else { PathLists::Off };
    let mut layers = vec![credreach::rules::builtin_files()];
    let mut mistakes = Vec::new();
    for path in &further.paths {
        match credreach::rules::files(path, path_lists) {
            Ok(files) => layers.push(files),
            Err(Error::Rules { mistakes: further }) => mistakes.extend(further),
            Err(error) => return Err(error),
        }
    }
    if mistakes.is_empty() { Ok(layers) } else { Err(Error::Rules { mistakes }) }
}

fn root(folder: Option<&Path>) -> Result<HostRoot, Error> {
    let Some(folder) = folder else { return Ok(HostRoot::live()) };
    let unusable = |why: String| Error::RootUnusable { path: folder.to_owned(), why };
    let real = folder.canonicalize().map_err(|error| unusable(error.to_string()))?;
    if !real.is_dir() {
        return Err(unusable("is no folder".into()));
    }
    Ok(if real == Path::new("/") { HostRoot::live() } else { HostRoot::image(real) })
}

/// As the host sees it: in an image, paths start at its root.
fn absolute(path: &Path, root: &HostRoot) -> Result<PathBuf, Error> {
    if path.is_absolute() {
        return Ok(path.to_owned());
    }
    if !root.is_live() {
        return Ok(Path::new("/").join(path));
    }
    std::path::absolute(path)
        .map_err(|error| Error::PathMissing { path: path.to_owned(), why: error.to_string() })
}

/// A pattern without a beginning means "anywhere".
fn exclude(glob: &str) -> Result<PathPattern, Error> {
    let is_anchored = glob.starts_with('/') || glob.starts_with("~/") || glob.starts_with("**/");
    let text = if is_anchored { glob.to_owned() } else { format!("**/{glob}") };
    let text = text.trim_end_matches('/');
    PathPattern::new(text).map_err(|why| Error::Exclude { pattern: glob.to_owned(), why })
}

/// A pipe will do, so that a key need not rest on the swept host.
fn key_of(path: &Path) -> Result<SecretKey, Error> {
    let wrong = |why: String| Error::KeyFile { path: path.to_owned(), why };
    let file = File::open(path).map_err(|error| wrong(error.to_string()))?;
    let mut bytes = Vec::new();
    let read = file.take(KEY_BYTES_MAX).read_to_end(&mut bytes);
    read.map_err(|error| wrong(error.to_string()))?;
    if bytes.len() < KEY_BYTES_MIN {
        return Err(wrong(format!("holds {} bytes; {KEY_BYTES_MIN} are needed", bytes.len())));
    }
    Ok(SecretKey { bytes: credreach::vet::derive_key(&bytes), origin: KeyOrigin::File })
}

/// A key of this run alone.
pub fn random_key() -> Result<SecretKey, Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| Error::Usage {
        what: format!("the system gives no random numbers: {error}"),
        help: "pass a key with --key-file".into(),
    })?;
    Ok(SecretKey { bytes, origin: KeyOrigin::Random })
}

/// The time.
pub fn now() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment::new(i64::try_from(since.as_secs()).unwrap_or(i64::MAX), since.subsec_nanos())
}
