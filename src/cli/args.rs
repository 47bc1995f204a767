//! The command line, as typed. Says nothing about what it means: that is `resolve.rs`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

/// Which credentials on this host could a malicious package have read, and what to
/// rotate first. Offline and read-only.
#[derive(Parser)]
#[command(version, propagate_version = true, max_term_width = 90)]
#[command(
    after_help = "Exit codes: 0 nothing found and everything read · 1 something to rotate · \
2 the run failed\n            3 nothing found, but not everything could be read · 130 interrupted"
)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Subcommand)]
pub enum Command {
    /// Sweep this host, an image or some folders
    Sweep(SweepArgs),
    /// Only look for infected installs, past and present: fast, and looks for no credential
    Audit(AuditArgs),
    /// Sweep, and print the whole reasoning about one credential
    Explain(ExplainArgs),
    /// Write a saved report in another format, without the host
    Report(ReportArgs),
    /// Compare two saved reports of a host: what was rotated, what is still there, what is new
    Diff(DiffArgs),
    /// The same as a document that shows that a rotation happened
    Receipt(ReceiptArgs),
    /// Make one inventory of the saved reports of many hosts
    Merge(MergeArgs),
    /// Check that a saved report is still what was written
    Verify(VerifyArgs),
    /// Show what a sweep would look at, and why
    Roots(RootsArgs),
    /// List the known campaigns, or be briefed on one
    Campaigns(CampaignsArgs),
    /// List the rules, or check a folder of them
    Rules(RulesArgs),
    /// Plant an infected host in a temporary folder, sweep it and check the result
    Selftest(SelftestArgs),
}

/// Where to look.
#[derive(ClapArgs)]
pub struct ScopeArgs {
    /// Files or folders to sweep instead of the default scope (homes, CI workspaces, installed
    /// packages, configuration, running processes)
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Sweep a mounted image: users, homes and paths are those below DIR
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// Refuse to fall back on the default scope when no PATH is given
    #[arg(long)]
    pub no_default_scope: bool,
}

#[derive(ClapArgs)]
pub struct SweepArgs {
    #[command(flatten)]
    pub audit: AuditArgs,
    /// Key of the secret ids: the same key gives the same ids on every host
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// List only what is believed so much [default: all; medium in source code; in the code of
    /// others only what has a shape of its own]
    #[arg(long, value_name = "LEVEL")]
    pub min_confidence: Option<ConfidenceArg>,
    #[command(flatten)]
    pub question: QuestionArgs,
    #[command(flatten)]
    pub known: KnownArgs,
    #[command(flatten)]
    pub allow: AllowArgs,
}

/// How much a finding is believed.
#[derive(Clone, Copy, ValueEnum)]
pub enum ConfidenceArg {
    /// A shape of its own, or a store's own field
    High,
    /// A shape and a context that go together
    Medium,
    /// Context only
    Low,
}

/// What the user says is known.
#[derive(ClapArgs)]
#[command(next_help_heading = "Known")]
pub struct KnownArgs {
    /// Set aside what this file names, with reason and end: docs/suppressions.md (repeatable)
    #[arg(long, value_name = "FILE")]
    pub suppress: Vec<PathBuf>,
    /// The same for an ignore file or a baseline of gitleaks or betterleaks: by file and line
    /// only (repeatable)
    #[arg(long, value_name = "FILE")]
    pub suppress_gitleaks: Vec<PathBuf>,
    /// Mark what this earlier report, made with the same --key-file, does not have yet
    #[arg(long, value_name = "REPORT")]
    pub baseline: Option<PathBuf>,
}

/// What a sweep alone may obey.
#[derive(ClapArgs)]
#[command(next_help_heading = "Known")]
pub struct AllowArgs {
    /// Obey comments in swept files: set aside what stands in a line with credreach:allow,
    /// gitleaks:allow, betterleaks:allow, trufflehog:ignore or pragma: allowlist secret
    #[arg(long)]
    pub honor_inline_allow: bool,
}

#[derive(ClapArgs)]
pub struct ExplainArgs {
    /// A secret id of a report made with the same --key-file, or its first 8 digits; or a file
    /// that holds the credential
    #[arg(value_name = "SECRET-ID|PATH")]
    pub target: PathBuf,
    #[command(flatten)]
    pub sweep: SweepArgs,
}

/// A question about code that nothing says ran here.
#[derive(ClapArgs)]
#[command(next_help_heading = "What if")]
pub struct QuestionArgs {
    /// Ask what code running as these users could have read, by name or id [default: everybody
    /// who logs in, and root]
    #[arg(long = "as", value_name = "USER", value_delimiter = ',')]
    pub users: Vec<String>,
    /// Ask about this time, either end may be left away: '2026-03-24..2026-03-26', '..TO'
    /// [default: the moment of the sweep]
    #[arg(long, value_name = "FROM..TO")]
    pub window: Option<String>,
    /// Ask about a campaign: its list of targets, from its first publication to the sweep
    #[arg(long, value_name = "CAMPAIGN")]
    pub incident: Option<String>,
}

/// What a sweep and an audit have in common.
#[derive(ClapArgs)]
pub struct AuditArgs {
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// Workers (default: one a core)
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// Leave paths alone: '**/node_modules', '/srv/*/cache' (repeatable)
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    #[command(flatten)]
    pub rules: FurtherRules,
    /// Somebody else's catalogue of bad packages: an OSV record, a Bumblebee catalogue, a folder
    /// of them or a zip of OSV records (repeatable)
    #[arg(long, value_name = "PATH")]
    pub advisories: Vec<PathBuf>,
    /// Judge as of this time instead of now: for an image, when it was taken
    #[arg(long, value_name = "TIME")]
    pub as_of: Option<String>,
    /// Do not read files bigger than this many MiB; each is reported [default: 4096]
    #[arg(long, value_name = "MIB")]
    pub max_file_size: Option<u64>,
    /// Do not open archives and compressed files; each is counted
    #[arg(long)]
    pub no_archives: bool,
    /// Exit with 0 whatever was found; failures still exit with 2
    #[arg(long)]
    pub exit_zero: bool,
    #[command(flatten)]
    pub print: PrintArgs,
}

/// How a report is written, and where to.
#[derive(ClapArgs)]
pub struct PrintArgs {
    /// How to write the report
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = FormatArg::Terminal)]
    pub format: FormatArg,
    /// Write the report to a new file, readable by you alone
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// When to use colour
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = ColourArg::Auto)]
    pub color: ColourArg,
    /// Only the answer and what to do
    #[arg(long, short, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Every place, reason, step and problem
    #[arg(long, short)]
    pub verbose: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    /// For a person
    Terminal,
    /// One document, docs/report-schema.md
    Json,
    /// One record a line
    Ndjson,
    /// SARIF 2.1.0, for code-scanning pages and pipelines
    Sarif,
    /// A table: a row for each place of a credential
    Csv,
    /// A checklist for an issue or a ticket
    Markdown,
    /// One page for a browser, docs/html.md
    Html,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColourArg {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    Always,
    Never,
}

#[derive(ClapArgs)]
pub struct ReportArgs {
    /// A report that was saved with --format json or ndjson; - for standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub known: KnownArgs,
    #[command(flatten)]
    pub print: PrintArgs,
}

/// Two saved reports.
#[derive(ClapArgs)]
pub struct PairArgs {
    /// The report from before the rotation, JSON or NDJSON; - for standard input
    #[arg(value_name = "BEFORE")]
    pub before: PathBuf,
    /// The report from after it
    #[arg(value_name = "AFTER")]
    pub after: PathBuf,
    /// Compare although the reports name different hosts: it is one host with a new name
    #[arg(long)]
    pub renamed_host: bool,
    /// Write to a new file, readable by you alone
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(ClapArgs)]
#[command(
    after_help = "Exit codes: 0 nothing that was to be rotated is left · 1 something is still \
there ·\n            2 the run failed · 3 not everything can be told"
)]
pub struct DiffArgs {
    #[command(flatten)]
    pub pair: PairArgs,
    /// How to write it
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ListFormatArg::Terminal)]
    pub format: ListFormatArg,
    /// When to use colour
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = ColourArg::Auto)]
    pub color: ColourArg,
    /// Every credential and place
    #[arg(long, short)]
    pub verbose: bool,
}

#[derive(ClapArgs)]
#[command(
    after_help = "Exit codes: 0 nothing that was to be rotated is left · 1 something is still \
there ·\n            2 the run failed · 3 not everything can be told"
)]
pub struct ReceiptArgs {
    #[command(flatten)]
    pub pair: PairArgs,
    /// How to write it
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ReceiptFormatArg::Markdown)]
    pub format: ReceiptFormatArg,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReceiptFormatArg {
    /// For a person, and to be filed
    Markdown,
    /// One document, docs/comparison.md
    Json,
}

#[derive(ClapArgs)]
#[command(
    after_help = "Exit codes: 0 every report is in · 2 the run failed · 3 some are not, or not as a whole"
)]
pub struct MergeArgs {
    /// Reports that were saved with --format json or ndjson, or folders of them
    #[arg(value_name = "REPORT")]
    pub reports: Vec<PathBuf>,
    /// A file that names further reports, one a line
    #[arg(long, value_name = "FILE")]
    pub from_list: Option<PathBuf>,
    #[command(flatten)]
    pub print: PrintArgs,
}

#[derive(ClapArgs)]
#[command(after_help = "Exit codes: 0 intact · 1 changed or cut off · 2 unreadable · 3 no chain")]
pub struct VerifyArgs {
    /// A report that was saved with --format ndjson; - for standard input
    #[arg(value_name = "REPORT")]
    pub file: PathBuf,
}

#[derive(ClapArgs)]
pub struct RootsArgs {
    #[command(flatten)]
    pub scope: ScopeArgs,
}

#[derive(ClapArgs)]
pub struct CampaignsArgs {
    #[command(subcommand)]
    pub command: CampaignsCommand,
    #[command(flatten)]
    pub rules: FurtherRules,
}

/// Rules that are not built in.
#[derive(ClapArgs, Default)]
pub struct FurtherRules {
    /// A folder of further rules, one file of it, or a file of gitleaks or betterleaks; an id that
    /// exists replaces the built-in one (repeatable)
    #[arg(id = "rules", long, value_name = "PATH", global = true)]
    pub paths: Vec<PathBuf>,
    /// Obey the lists of paths in files of gitleaks: nothing is found in such files by their rules
    #[arg(long, global = true)]
    pub honor_rule_paths: bool,
}

#[derive(Subcommand)]
pub enum CampaignsCommand {
    /// A line for each campaign, newest first
    List {
        /// How to write the list
        #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ListFormatArg::Terminal)]
        format: ListFormatArg,
    },
    /// What to stop first, what it reads, what it leaves and what to do
    Show {
        /// As the list shows it
        #[arg(value_name = "ID")]
        id: String,
        /// When to use colour
        #[arg(long, value_enum, value_name = "WHEN", default_value_t = ColourArg::Auto)]
        color: ColourArg,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListFormatArg {
    /// For a person
    Terminal,
    /// One document, docs/rules.md
    Json,
}

#[derive(ClapArgs)]
pub struct RulesArgs {
    #[command(subcommand)]
    pub command: RulesCommand,
    #[command(flatten)]
    pub rules: FurtherRules,
}

#[derive(Subcommand)]
pub enum RulesCommand {
    /// Every credential kind, store, harvest and advisory
    List {
        /// How to write the list
        #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ReferenceFormatArg::Terminal)]
        format: ReferenceFormatArg,
    },
    /// Everything that is wrong with rules, and what of others' files is not obeyed
    Check {
        /// The same as with --rules
        #[arg(value_name = "PATH")]
        checked: Vec<PathBuf>,
        /// Also measure what each rule costs on the files of a folder
        #[arg(long, value_name = "FOLDER")]
        cost: Option<PathBuf>,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReferenceFormatArg {
    /// For a person: a line for each
    Terminal,
    /// One document with all that is known of each, docs/rules.md
    Json,
    /// Tables: docs/kinds.md and docs/stores.md
    Markdown,
}

#[derive(ClapArgs)]
pub struct SelftestArgs {
    /// Leave the planted host where it is and say where
    #[arg(long)]
    pub keep: bool,
}
