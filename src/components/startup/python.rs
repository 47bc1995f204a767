//! What every start of a Python runs: lines of `.pth` files, entry points of `.start` files
//! (PEP 829), `sitecustomize` and `usercustomize`. Goes by the rule of Python's `site`
//! module, of all versions together. Does not say what a line does.

use std::path::Path;

use crate::components::catalogue::hex_digest;
use crate::components::startup::{Family, Hit, Page, folder_above, name_of};
use crate::model::startup::StartupKind;

/// `_virtualenv.py` has a few kilobytes.
const VIRTUALENV_BYTES_MAX: u64 = 16 << 10;

/// Recognises a file by its place: these only count at the top of a folder that `site` reads,
/// or beside the standard library.
pub fn family(path: &Path, name: &str) -> Option<Family> {
    if matches!(name, "sitecustomize.py" | "usercustomize.py") {
        let is_imported = is_site(path) || is_library(folder_above(path, 1));
        return is_imported.then_some(Family::Contents(module));
    }
    // Not by `name`: Python also reads a file whose name is not UTF-8.
    let extension = path.extension()?;
    if extension == "pth" {
        return is_site(path).then_some(Family::Contents(path_file));
    }
    (extension == "start" && is_site(path)).then_some(Family::Contents(start_file))
}

fn is_site(path: &Path) -> bool {
    path.parent().is_some_and(is_packages)
}

/// Whether a folder is one of packages that `site` reads.
pub fn is_packages(folder: &Path) -> bool {
    matches!(name_of(folder), "site-packages" | "dist-packages")
}

/// `python3.12`, the folder of a standard library.
fn is_library(name: &str) -> bool {
    name.strip_prefix("python").is_some_and(|rest| rest.starts_with(['2', '3']))
}

/// Lines that begin with `import` and a blank or tab are executed.
fn path_file(page: &Page<'_>) -> Option<Hit> {
    let is_code = |line: &&str| line.starts_with("import ") || line.starts_with("import\t");
    starts(page, StartupKind::PythonPath, is_code)
}

fn start_file(page: &Page<'_>) -> Option<Hit> {
    let is_entry = |line: &&str| !line.trim_start().starts_with('#') && line.contains(':');
    starts(page, StartupKind::PythonStart, is_entry)
}

/// A module of comments alone, as Debian ships one, runs nothing.
fn module(page: &Page<'_>) -> Option<Hit> {
    let is_code = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    starts(page, StartupKind::PythonSite, is_code)
}

/// The first line that runs and is not commonly known to be harmless.
fn starts(page: &Page<'_>, kind: StartupKind, runs: impl Fn(&&str) -> bool) -> Option<Hit> {
    let text = String::from_utf8_lossy(page.bytes);
    let mut lines = lines(text.trim_start_matches('\u{feff}')).filter(|(_, line)| runs(line));
    let (number, _) = lines.clone().next()?;
    let uncommon = lines.find(|(_, line)| !is_common(line, page));
    let (number, _) = uncommon.unwrap_or((number, ""));
    Some(Hit {
        sha256: Some(hex_digest(page.bytes)),
        is_common: uncommon.is_none(),
        ..Hit::at(kind, number)
    })
}

/// As `str.splitlines` cuts them, which newer Pythons use, with their numbers from 1 as an
/// editor counts them: what stands after a vertical tab is a line of its own and hides nowhere.
fn lines(text: &str) -> impl Iterator<Item = (u64, &str)> + Clone {
    let is_end = |c: char| {
        matches!(
            c,
            '\r' | '\u{b}'..='\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}'
        )
    };
    let numbered = (1_u64..).zip(text.split('\n'));
    numbered.flat_map(move |(number, line)| line.split(is_end).map(move |part| (number, part)))
}

/// Lines that tools write into every environment. Known by all of the line, not by the name
/// of the file, which anybody may take.
const COMMON_LINES: &[&str] = &[
    // setuptools, in its two forms.
    "import os; var = 'SETUPTOOLS_USE_DISTUTILS'; enabled = os.environ.get(var, 'local') == \
     'local'; enabled and __import__('_distutils_hack').add_shim();",
    "import os; var = 'SETUPTOOLS_USE_DISTUTILS'; enabled = os.environ.get(var, 'stdlib') == \
     'local'; enabled and __import__('_distutils_hack').add_shim();",
    // easy_install, around the paths of its eggs.
    "import sys; sys.__plen = len(sys.path)",
    "import sys; new=sys.path[sys.__plen:]; del sys.path[sys.__plen:]; \
     p=getattr(sys,'__egginsert',0); sys.path[p:p]=new; sys.__egginsert = p+len(new)",
];

fn is_common(line: &str, page: &Page<'_>) -> bool {
    let line = line.trim();
    COMMON_LINES.contains(&line) || (line == "import _virtualenv" && is_virtualenv(page))
}

/// The module that virtualenv and uv put beside their `.pth` is in no RECORD. It imports a
/// few modules that start nothing, asks `os` for paths only, and executes no text.
fn is_virtualenv(page: &Page<'_>) -> bool {
    let module = page.path.with_file_name("_virtualenv.py");
    let read = page.files.read(&module, VIRTUALENV_BYTES_MAX);
    let is_harmless = |bytes: Vec<u8>| {
        let text = String::from_utf8_lossy(&bytes).replace("os.path.", "");
        let reaches_out = ["exec(", "eval(", "compile(", "__import__", "open(", "os.", "(os"];
        text.lines().all(imports_little) && !reaches_out.iter().any(|call| text.contains(call))
    };
    name_of(page.path) == "_virtualenv.pth" && read.is_ok_and(is_harmless)
}

/// Whether a line imports nothing but what virtualenv's module needs.
fn imports_little(line: &str) -> bool {
    const NEEDED: &[&str] = &[
        "__future__",
        "collections",
        "contextlib",
        "functools",
        "imp",
        "importlib",
        "os",
        "sys",
        "threading",
        "types",
        "typing",
    ];
    let is_needed = |name: &str| {
        let first = name.trim().split(['.', ' ']).next().unwrap_or_default();
        NEEDED.contains(&first)
    };
    match line.trim_start().split_once(char::is_whitespace) {
        Some(("import", names)) => names.split(',').all(is_needed),
        Some(("from", name)) => is_needed(name),
        _ => !line.contains("import_module"),
    }
}
