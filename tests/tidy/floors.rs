//! The floors: which room may import from which. A room is a file or folder directly
//! below `src/`.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::complaint::{Complaint, none};
use crate::source::{Source, pattern, sources};

/// How high a room stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Floor {
    Ground,
    Column,
    Beam,
    Roof,
}

/// Every room of the house and its floor. `lib.rs` is no room: it is the list of them.
const ROOMS: &[(&str, Floor)] = &[
    ("model", Floor::Ground),
    ("view", Floor::Ground),
    ("error", Floor::Ground),
    ("forge", Floor::Ground),
    ("rules", Floor::Column),
    ("advisories", Floor::Column),
    ("discover", Floor::Column),
    ("read", Floor::Column),
    ("detect", Floor::Column),
    ("vet", Floor::Column),
    ("components", Floor::Column),
    ("exposure", Floor::Column),
    ("inventory", Floor::Column),
    ("report", Floor::Column),
    ("saved", Floor::Column),
    ("suppress", Floor::Column),
    ("config", Floor::Column),
    ("sweep", Floor::Beam),
    ("proof", Floor::Beam),
    ("cost", Floor::Beam),
    ("selftest", Floor::Beam),
    ("main", Floor::Roof),
    ("cli", Floor::Roof),
];

/// Names of all rooms.
pub fn rooms() -> impl Iterator<Item = &'static str> {
    ROOMS.iter().map(|(room, _)| *room)
}

fn room_of(path: &str) -> &str {
    path.split(['/', '.']).next().unwrap_or_default()
}

fn floor_of(room: &str) -> Option<Floor> {
    ROOMS.iter().find(|(known, _)| *known == room).map(|(_, floor)| *floor)
}

/// Why a room must not import from another; `None` if it may. Test code is no exception:
/// what it needs beyond its own room, `forge` makes.
fn objection(from: &str, to: &str) -> Option<String> {
    let (from_floor, to_floor) = (floor_of(from)?, floor_of(to)?);
    let may = match from_floor {
        Floor::Ground => to_floor == Floor::Ground,
        Floor::Column => to_floor == Floor::Ground || from == to,
        Floor::Beam => to_floor != Floor::Roof,
        Floor::Roof => to_floor == Floor::Roof,
    };
    let rule = match from_floor {
        Floor::Ground => "the ground imports only the ground",
        Floor::Column => "a column imports only the ground and itself",
        Floor::Beam => "the beam does not import the command line",
        Floor::Roof => "the command line uses the library only through `credreach::`",
    };
    (!may).then(|| format!("`{from}` imports `{to}`: {rule}"))
}

/// What stands directly behind each `crate::`, with its offset; groups are taken apart.
fn imports(source: &Source) -> Vec<(usize, &str)> {
    static PATH: LazyLock<Regex> = LazyLock::new(|| pattern(r"\bcrate\s*::\s*(\w+|\{)"));
    let mut imports = Vec::new();
    for range in source.occurrences(&PATH) {
        match &source.code[range.clone()] {
            "{" => imports.extend(group(&source.code, range.start)),
            name => imports.push((range.start, name)),
        }
    }
    imports
}

/// The first names of a group `{a::b, c::{d, e}}`.
fn group(code: &str, open: usize) -> Vec<(usize, &str)> {
    let mut names = Vec::new();
    let mut depth = 0;
    let mut name_start = open;
    for (at, sign) in code.bytes().enumerate().skip(open) {
        if depth == 1 && matches!(sign, b',' | b'}' | b':') && name_start < at {
            let name = code[name_start..at].trim();
            names.extend((!name.is_empty()).then_some((name_start, name)));
        }
        match sign {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        match (depth, sign) {
            (0, _) => break,
            (1, b'{' | b',') => name_start = at + 1,
            (_, b':') => name_start = code.len(),
            _ => {}
        }
    }
    names
}

#[test]
fn every_room_imports_only_from_the_floors_it_may() {
    let check = |source: &Source| -> Vec<Complaint> {
        let room = room_of(&source.path);
        let imports = imports(source).into_iter();
        imports
            .filter_map(|(offset, to)| Some(source.complaint(offset, objection(room, to)?)))
            .collect()
    };
    none(sources().iter().flat_map(check).collect());
}

#[test]
fn every_file_stands_in_a_known_room() {
    let sources = sources();
    let strays = sources.iter().filter(|it| it.path != "lib.rs");
    let strays = strays.filter(|it| floor_of(room_of(&it.path)).is_none());
    none(strays.map(|it| it.complaint(0, "stands in a room that no floor has")).collect());
}

#[test]
fn no_file_leaves_its_room_by_super() {
    let chain = pattern(r"\b((?:super\s*::\s*)+)");
    let check = |source: &Source| -> Vec<Complaint> {
        let leaves = |range: &Range<usize>| {
            let n_up = source.code[range.clone()].matches("super").count();
            n_up >= source.module().len() + usize::from(source.is_test(range.start))
        };
        let complain = |range: Range<usize>| {
            source.complaint(range.start, "leaves its room by `super`: write `crate::`")
        };
        source.occurrences(&chain).into_iter().filter(leaves).map(complain).collect()
    };
    none(sources().iter().flat_map(check).collect());
}

#[test]
fn the_library_cannot_see_the_command_line() {
    let declaration = pattern(r"\bmod\s+(\w+)");
    let may = |file: &str, module: &str| match file {
        "lib.rs" => module != "cli",
        "main.rs" => module == "cli",
        _ => true,
    };
    let check = |source: &Source| -> Vec<Complaint> {
        let modules = source.occurrences(&declaration).into_iter();
        let strange = modules.filter(|name| !may(&source.path, &source.code[name.clone()]));
        let rule = "`cli` is declared in main.rs, and everything else in lib.rs";
        strange.map(|name| source.complaint(name.start, rule)).collect()
    };
    none(sources().iter().flat_map(check).collect());
}

#[test]
fn every_module_stands_where_its_name_says() {
    let redirected = pattern(r"#\[path\b");
    let check = |source: &Source| -> Vec<Complaint> {
        let paths = source.occurrences(&redirected).into_iter().map(|range| range.start);
        let paths = paths.filter(|offset| !source.is_test(*offset));
        paths.map(|offset| source.complaint(offset, "`#[path]` hides a module's place")).collect()
    };
    none(sources().iter().flat_map(check).collect());
}

#[test]
fn groups_of_imports_are_taken_apart() {
    let check = |code: &str, expected: &[&str]| {
        let names: Vec<&str> = group(code, 0).into_iter().map(|(_, name)| name).collect();
        assert_eq!(names, expected, "{code}");
    };
    check("{a}", &["a"]);
    check("{ a::b, c::{d, e}, f as g, }; h", &["a", "c", "f as g"]);
    check("{a::b::{c, d::{e}}, f}", &["a", "f"]);
}
