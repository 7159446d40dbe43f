//! The main job as a stranger runs it: on the sample shop, on a file, and on what is no file.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Cargo builds the examples of a package before its tests, beside them.
fn program() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    tests.parent().unwrap().parent().unwrap().join("examples/customer_profiles")
}

fn run(arguments: &[&str], out: &Path) -> (Output, String) {
    let output = Command::new(program()).args(arguments).arg("--out").arg(out).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    (output, said)
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("crm-mining-example-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn the_sample_shop() {
    let out = folder("sample");
    let (output, said) = run(&[], &out);
    assert!(output.status.success(), "{output:?}");
    for words in [
        "sample shop",
        "exact duplicates",
        "RFM segments",
        "BG/NBD",
        "AUC",
        "candle → matches",
        "profiles in",
    ] {
        assert!(said.contains(words), "{words} is not in:\n{said}");
    }
    let profiles = std::fs::read_to_string(out.join("profiles.jsonl")).unwrap();
    assert!(profiles.lines().count() > 1_900);
    assert!(profiles.lines().all(|line| line.starts_with("{\"customer\":\"0") && line.ends_with('}')));
    for file in ["profiles.parquet", "rejected.csv", "rules.csv"] {
        assert!(out.join(file).metadata().unwrap().len() > 100, "{file}");
    }
    std::fs::remove_dir_all(out).unwrap();
}

#[test]
fn a_small_file_gives_what_it_can() {
    let out = folder("small");
    let file = out.join("orders.csv");
    std::fs::write(&file, "客户编号;下单时间;订单号;商品编号;数量;单价\n007;2024年3月5日;A1;茶;2;3.5\n7;2024-03-09;A2;壶;1;20\n").unwrap();
    let (output, said) = run(&[file.to_str().unwrap()], &out);
    assert!(output.status.success(), "{output:?}");
    assert!(said.contains("2 lines of 2 customers until 2024-03-09, 27.00 in all"), "{said}");
    assert!(said.contains("no churn: Churn: needs at least"), "{said}");
    assert_eq!(std::fs::read_to_string(out.join("profiles.jsonl")).unwrap().lines().count(), 2);
    std::fs::remove_dir_all(out).unwrap();
}

#[test]
fn what_is_no_order_file() {
    let out = folder("bad");
    let file = out.join("orders.csv");
    for (text, message) in [
        ("", "is empty"),
        ("a,b\n1,2\n", "no column for the role customer; found columns: a, b"),
        ("customer,date,amount\n1,03/04/2024,5\n1,05/06/2024,5\n", "choose a DateOrder"),
    ] {
        std::fs::write(&file, text).unwrap();
        let (output, _) = run(&[file.to_str().unwrap()], &out);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.starts_with("error: ") && said.contains(message), "{said}");
    }
    let (output, _) = run(&[out.to_str().unwrap()], &out);
    assert!(!output.status.success());
    assert!(!out.join("profiles.jsonl").exists());
    std::fs::remove_dir_all(out).unwrap();
}
