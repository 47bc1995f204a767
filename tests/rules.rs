//! The built-in rules are whole, and proven on their own examples.

use std::path::Path;

use credreach::proof::prove;
use credreach::rules::{builtin_files, folder_files, load};

#[test]
fn every_file_of_the_folder_is_built_in() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let on_disk = folder_files(&folder).unwrap();
    let mut on_disk: Vec<&str> = on_disk.iter().map(|file| file.text.as_str()).collect();
    let built_in = builtin_files();
    let mut built_in: Vec<&str> = built_in.iter().map(|file| file.text.as_str()).collect();
    on_disk.sort_unstable();
    built_in.sort_unstable();
    assert_eq!(on_disk.len(), built_in.len());
    assert!(on_disk == built_in);
}

#[test]
fn the_built_in_rules_are_what_their_examples_say() {
    let rules = load(vec![builtin_files()]).unwrap_or_else(|error| panic!("{error}"));
    let mistakes = prove(&rules);
    let list: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    assert!(list.is_empty(), "{} mistakes\n{}", list.len(), list.join("\n"));
}
