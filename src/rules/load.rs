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
use crate::rules::file::{RuleFile, Shelf};

/// A bigger file is no rule file.
const RULE_FILE_BYTES_MAX: u64 = 4 << 20;

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
    let size_bytes = path.metadata().map_err(|error| error.to_string())?.len();
    if size_bytes > RULE_FILE_BYTES_MAX {
        return Err(format!("is bigger than {RULE_FILE_BYTES_MAX} bytes"));
    }
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    Ok(RuleFile { name, shelf, text })
}

fn mistake(path: &Path, what: String) -> RuleMistake {
    RuleMistake { file: path.to_string_lossy().into_owned(), line: 0, what, code: "rule/file" }
}
