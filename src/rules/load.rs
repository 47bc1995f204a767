//! Brings rule files together: the built-in ones and, over them, those of a folder.
//! The only door to walkdir.

use std::path::Path;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use walkdir::WalkDir;

use crate::error::{Error, RuleMistake};
use crate::model::rule_set::RuleSet;
use crate::rules::builtin::BUILTIN;
use crate::rules::check;
use crate::rules::file::{PathLists, RuleFile, Shelf};
use crate::rules::foreign;

/// A bigger file is no rule file.
const RULE_FILE_BYTES_MAX: u64 = 4 << 20;
/// A file of another program may extend one that extends one, and so on.
const EXTENSIONS_MAX: usize = 4;

/// A checked rule set from layers of files: an id in a later layer replaces the
/// same id of an earlier one; twice in one layer is a mistake.
pub fn load(layers: Vec<Vec<RuleFile>>) -> Result<RuleSet, Error> {
    let digest = digest(&layers);
    let rules = check::check(layers).map_err(|mut mistakes| {
        mistakes.sort();
        Error::Rules { mistakes }
    })?;
    Ok(RuleSet { digest, ..rules })
}

/// The first 16 bytes of the SHA-256 over all texts in their order, in hexadecimal.
fn digest(layers: &[Vec<RuleFile>]) -> String {
    let mut hash = Sha256::new();
    for file in layers.iter().flatten() {
        if file.shelf == Shelf::Foreign(PathLists::Obeyed) {
            hash.update(b"paths");
        }
        hash.update(file.text.len().to_le_bytes());
        hash.update(&file.text);
    }
    HEXLOWER.encode(&hash.finalize()[..16])
}

/// The rules in the binary.
pub fn builtin_files() -> Vec<RuleFile> {
    BUILTIN
        .iter()
        .map(|(name, text)| RuleFile {
            name: (*name).to_owned(),
            shelf: Shelf::of(name).expect("build.rs lists these shelves only"),
            text: (*text).to_owned(),
        })
        .collect()
}

/// The rules at a path: a folder with the layout of `rules/`, one file of such a folder, or a file
/// of gitleaks or Betterleaks, after the files that it extends.
pub fn files(path: &Path, path_lists: PathLists) -> Result<Vec<RuleFile>, Error> {
    if path.is_dir() {
        return folder_files(path);
    }
    let is_ours = Shelf::of(&path.to_string_lossy()).is_some();
    let files =
        if is_ours { rule_file(path).map(|file| vec![file]) } else { chain(path, path_lists) };
    files.map_err(|why| Error::Rules { mistakes: vec![mistake(path, why)] })
}

/// A file of another program, after those that it extends.
fn chain(path: &Path, path_lists: PathLists) -> Result<Vec<RuleFile>, String> {
    let mut files = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(path) = next {
        if files.len() > EXTENSIONS_MAX {
            return Err("extends a file that extends a file, and so on without end".into());
        }
        let is_first = files.is_empty();
        let file = text_of(&path, Shelf::Foreign(path_lists)).map_err(|why| {
            if is_first { why } else { format!("extends a file that cannot be used: {why}") }
        })?;
        next = foreign::extended(&file);
        files.push(file);
    }
    files.reverse();
    Ok(files)
}

/// The rules in a folder with the layout of `rules/`. Every file that cannot be used
/// is a mistake; none is passed over.
pub fn folder_files(folder: &Path) -> Result<Vec<RuleFile>, Error> {
    let mut files = Vec::new();
    let mut mistakes = Vec::new();
    for entry in WalkDir::new(folder).sort_by_file_name() {
        match entry {
            Ok(entry) if !entry.file_type().is_file() => {}
            Ok(entry) => match rule_file(entry.path()) {
                Ok(file) => files.push(file),
                Err(why) => mistakes.push(mistake(entry.path(), why)),
            },
            Err(error) => mistakes.push(mistake(folder, error.to_string())),
        }
    }
    if files.is_empty() && mistakes.is_empty() {
        mistakes.push(mistake(folder, "no rule file in it".into()));
    }
    if mistakes.is_empty() { Ok(files) } else { Err(Error::Rules { mistakes }) }
}

fn rule_file(path: &Path) -> Result<RuleFile, String> {
    let name = path.to_string_lossy().into_owned();
    if path.extension().is_none_or(|extension| extension != "toml") {
        return Err("is no .toml file".into());
    }
    let shelf = Shelf::of(&name)
        .ok_or("stands in none of credentials/, stores/, harvests/, advisories/")?;
    text_of(path, shelf)
}

fn text_of(path: &Path, shelf: Shelf) -> Result<RuleFile, String> {
    let size_bytes = path.metadata().map_err(|error| error.to_string())?.len();
    if size_bytes > RULE_FILE_BYTES_MAX {
        return Err(format!("is bigger than {RULE_FILE_BYTES_MAX} bytes"));
    }
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    Ok(RuleFile { name: path.to_string_lossy().into_owned(), shelf, text })
}

fn mistake(path: &Path, what: String) -> RuleMistake {
    RuleMistake { file: path.to_string_lossy().into_owned(), line: 0, what, code: "rule/file" }
}
