//! The house rules that a compiler does not check: imports go down or stay, files and functions stay short,
//! and every setting that is fitted says what it costs and where it comes from.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The floors, lowest first. Names on one line share a floor and may not import each other.
const FLOORS: &[&[&str]] = &[
    &["error", "model", "math"],
    &["data"],
    &["prepare", "privacy"],
    &["feature"],
    &["learn"],
    &["insight"],
    &["profile"],
    &["report"],
];

/// Rooms that have a floor and are not built yet.
const LATER: &[&str] = &["privacy"];

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, into: &mut Vec<(PathBuf, String)>) {
        let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(&path, into);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                into.push((path, text));
            }
        }
    }
    let mut sources = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut sources);
    sources
}

fn relative(path: &Path) -> String {
    path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap().display().to_string()
}

/// The folder or file directly below `src`.
fn room(path: &Path) -> String {
    relative(path).split(['/', '.']).next().unwrap().to_owned()
}

fn floor(room: &str) -> usize {
    FLOORS
        .iter()
        .position(|rooms| rooms.contains(&room))
        .unwrap_or_else(|| panic!("{room} stands on no floor"))
}

/// The code of a file without its tests and comments.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]").next().unwrap();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")).collect()
}

/// Every `crate::room` that the code names, uses and paths alike; a group `crate::{a, b::c}` counts for each.
fn imports(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let names: Vec<String> = match rest.strip_prefix('{') {
            Some(group) => top_level_names(group),
            None => vec![rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap().to_owned()],
        };
        found.extend(names);
    }
    found
}

fn top_level_names(group: &str) -> Vec<String> {
    let (mut depth, mut names, mut name) = (0, Vec::new(), String::new());
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 && c == ',' {
            names.push(std::mem::take(&mut name));
        } else {
            name.push(c);
        }
    }
    names.push(name);
    names.iter().map(|name| name.trim().split("::").next().unwrap().to_owned()).collect()
}

/// Rooms that are not there would be checked for nothing.
#[test]
fn every_floor_is_built() {
    let built: BTreeSet<String> = sources().iter().map(|(path, _)| room(path)).collect();
    for room in FLOORS.iter().copied().flatten().filter(|room| !LATER.contains(room)) {
        assert!(built.contains(*room), "{room} has a floor, but is not built");
    }
}

#[test]
fn imports_go_down() {
    let mut upward = Vec::new();
    for (path, text) in sources() {
        let here = room(&path);
        if here == "lib" {
            continue;
        }
        for there in imports(&code(&text)) {
            // What lib.rs re-exports of floor 0, and the macros of the crate root.
            if there.is_empty() || there.starts_with(char::is_uppercase) || there == here {
                continue;
            }
            if floor(&there) >= floor(&here) && !(floor(&here) == 0 && floor(&there) == 0) {
                upward.push(format!("{} uses crate::{there}", relative(&path)));
            }
        }
    }
    assert!(upward.is_empty(), "imports must go down:\n{}", upward.join("\n"));
}

#[test]
fn siblings_do_not_meet() {
    let mut meetings = Vec::new();
    for (path, text) in sources() {
        let name = relative(&path);
        let mut parts = name.split(['/', '.']);
        let (Some(here @ ("learn" | "insight")), Some(own)) = (parts.next(), parts.next()) else { continue };
        for (at, _) in code(&text).match_indices(&format!("crate::{here}::")) {
            let rest = &code(&text)[at + here.len() + "crate::".len() + 2..];
            let other = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
            let is_room = |other: &str| {
                sources().iter().any(|(path, _)| {
                    let name = relative(path);
                    name == format!("{here}/{other}.rs") || name == format!("{here}/{other}/mod.rs")
                })
            };
            if !other.is_empty() && other != own && is_room(other) {
                meetings.push(format!("{name} uses {other}"));
            }
        }
    }
    assert!(meetings.is_empty(), "siblings must not import each other:\n{}", meetings.join("\n"));
}

/// The floor test cannot order the rooms of floor 0 among themselves; here they may not import each other in a ring.
#[test]
fn rooms_of_floor_0_have_no_circle() {
    let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, text) in sources() {
        let here = room(&path);
        if FLOORS[0].contains(&here.as_str()) {
            let there = imports(&code(&text)).into_iter().filter(|name| *name != here);
            edges.entry(here.clone()).or_default().extend(there);
        }
    }
    for (a, to) in &edges {
        for b in to {
            let back = edges.get(b).is_some_and(|to| to.contains(a));
            assert!(!back, "{a} and {b} import each other");
        }
    }
}

#[test]
fn files_and_functions_stay_short() {
    let mut long = Vec::new();
    for (path, text) in sources() {
        let own = text.split("#[cfg(test)]").next().unwrap();
        let lines: Vec<&str> = own.lines().collect();
        if lines.len() > 450 {
            long.push(format!("{}: {} lines", relative(&path), lines.len()));
        }
        for (start, line) in lines.iter().enumerate() {
            let head = line.trim_start();
            let is_fn =
                ["fn ", "pub fn ", "pub(crate) fn ", "pub(super) fn "].iter().any(|p| head.starts_with(p));
            if !is_fn || line.ends_with(';') {
                continue;
            }
            let close = format!("{}}}", " ".repeat(line.len() - head.len()));
            let length = lines[start..].iter().take_while(|line| **line != close).count();
            if length > 60 {
                long.push(format!("{}:{}: a function of {length} lines", relative(&path), start + 1));
            }
        }
    }
    assert!(long.is_empty(), "too long:\n{}", long.join("\n"));
}

/// Settings (types with a public fit, score, mine or clean) document errors, cost, source and an example.
#[test]
fn settings_are_documented_by_one_template() {
    let mut missing = Vec::new();
    for (path, text) in sources() {
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let Some(name) =
                line.strip_prefix("pub struct ").and_then(|l| l.split([' ', '(', '<', ';']).next())
            else {
                continue;
            };
            let fits = text.contains(&format!("for {name} {{\n    type Model"));
            if !fits {
                continue;
            }
            let docs: String = lines[..at]
                .iter()
                .rev()
                .take_while(|l| l.starts_with("///") || l.starts_with("#["))
                .copied()
                .collect();
            for heading in ["# Errors", "# Complexity", "# Reference", "# Example"] {
                if !docs.contains(heading) {
                    missing.push(format!("{}: {name} lacks {heading}", relative(&path)));
                }
            }
        }
    }
    assert!(missing.is_empty(), "doc template:\n{}", missing.join("\n"));
}
