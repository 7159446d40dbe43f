//! A file that is written is whole or not there: killed at any moment, out of room, or refused by the system.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests, of which some run as a child told by its environment what to do"
)]

use crm_mining::data::{Column, Table};
use crm_mining::prepare::write_csv;
use crm_mining::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// A folder of this test's own, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let folder = std::env::temp_dir().join(format!("crm-mining-saving-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }

    fn names(&self) -> Vec<String> {
        let name =
            |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
        let mut names: Vec<String> = std::fs::read_dir(&self.0).unwrap().map(name).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn table(value: &str, rows: usize) -> Table {
    Table::new("t", vec![Column::text("value", (0..rows).map(|_| Some(value)))]).unwrap()
}

/// This program again, as one of its children below.
fn child(name: &str, path: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", name, "--ignored", "--nocapture", "--test-threads=1"]);
    command.env("CRM_MINING_CHILD", path).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

#[test]
#[ignore = "a child of case_52"]
fn writes_for_ever() {
    let Some(path) = std::env::var_os("CRM_MINING_CHILD") else { return };
    let tables = [table("first", 20_000), table("second", 20_000)];
    for table in tables.iter().cycle() {
        write_csv(table, &path).unwrap();
    }
}

#[test]
fn case_52_killed_while_saving() {
    const KILLS: u64 = 100;
    let folder = Folder::new("killed");
    let path = folder.0.join("t.csv");
    let whole = |value: &str| format!("value\n{}", format!("{value}\n").repeat(20_000)).into_bytes();
    let (first, second) = (whole("first"), whole("second"));
    std::fs::write(&path, &first).unwrap();
    let mut seen = [0, 0];
    let mut state = 7_u64;
    for _ in 0..KILLS {
        let mut child = child("writes_for_ever", &path).spawn().unwrap();
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        std::thread::sleep(Duration::from_micros(2_000 + (state >> 33) % 40_000));
        child.kill().unwrap();
        child.wait().unwrap();
        let bytes = std::fs::read(&path).unwrap();
        assert!(bytes == first || bytes == second, "torn: {} bytes", bytes.len());
        seen[usize::from(bytes == second)] += 1;
    }
    assert!(seen.iter().all(|&times| times > 0), "nothing was written between the kills: {seen:?}");
    // What an unfinished write left beside it disturbs none that follows.
    write_csv(&table("third", 1), &path).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"value\nthird\n");
}

#[test]
#[ignore = "a child of case_53"]
fn writes_more_than_fits() {
    let Some(path) = std::env::var_os("CRM_MINING_CHILD") else { return };
    let error = write_csv(&table("too much", 100_000), &path).unwrap_err();
    assert!(names(&error, Path::new(&path)), "{error}");
    // Told to the parent by a file that fits.
    std::fs::write(Path::new(&path).with_file_name("said"), error.to_string()).unwrap();
}

fn names(error: &Error, path: &Path) -> bool {
    matches!(error.kind(), ErrorKind::Io { path: named, action: "write", .. } if named == path)
}

#[test]
fn case_53_no_room_left() {
    let folder = Folder::new("full");
    let path = folder.0.join("t.csv");
    std::fs::write(&path, "old").unwrap();
    let told = child("writes_more_than_fits", &path);
    // A limit of 32 blocks of the shell (16 or 32 KiB), an error to those who write past it.
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 32; exec \"$0\" \"$@\""]).arg(told.get_program());
    shell.args(told.get_args()).env("CRM_MINING_CHILD", &path).stdout(Stdio::null()).stderr(Stdio::null());
    assert!(shell.status().unwrap().success());
    assert_eq!(folder.names(), ["said", "t.csv"]);
    assert_eq!(std::fs::read(&path).unwrap(), b"old");
}

#[test]
fn case_53_places_that_take_no_file() {
    let folder = Folder::new("refused");
    let small = table("x", 1);
    std::fs::create_dir(folder.0.join("taken")).unwrap();
    std::fs::write(folder.0.join("file"), "old").unwrap();
    // A folder, a folder that is not there, a file as a folder, no name at all.
    for name in ["taken", "none/t.csv", "file/t.csv"] {
        let path = folder.0.join(name);
        let error = write_csv(&small, &path).unwrap_err();
        assert!(names(&error, &path), "{name}: {error}");
        assert_eq!(folder.names(), ["file", "taken"], "{name}");
    }
    assert!(write_csv(&small, "").is_err() && write_csv(&small, "/").is_err());
    assert_eq!(std::fs::read(folder.0.join("file")).unwrap(), b"old");
    // A system of files that nobody may write to; root may write to any read-only folder elsewhere.
    let read_only = Path::new("/proc/crm-mining.csv");
    if read_only.parent().is_some_and(|parent| parent.join("self").exists()) {
        assert!(names(&write_csv(&small, read_only).unwrap_err(), read_only));
    }
}
