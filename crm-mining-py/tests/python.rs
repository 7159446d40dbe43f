//! The Python package as its users get it: installed by the README's command into an environment of its own,
//! its tests passed, its stubs equal to what was compiled.
//!
//! `PYTHON` names the interpreter to start from; `python3` without it. The environment and the build stay in
//! the target folder, so that only the first run downloads and compiles everything.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use crm_mining::Fit;
use crm_mining::data::{PurchaseCounting, Summary};
use crm_mining::feature::{QuantileTransform, Robust};
use crm_mining::insight::{
    BgBb, BgNbd, ChooseSegments, Churn, Clv, Cohorts, CompositeValue, Contract, ExplainSegments, GammaGamma,
    Lifecycle, Nbd, ParetoNbd, PeriodOnPeriod, Refit, Rfm, RollingRetention, Rules, SegmentRules,
    Segmentation, ValueTiers,
};
use crm_mining::learn::{
    Aft, Agglomerative, Apriori, BisectingKMeans, CompareK, Cox, Dbscan, FpGrowth, Gap, GaussianMixture,
    Hdbscan, KMeans, KMedoids, KModes, KPrototypes, KaplanMeier, MiniBatchKMeans, Optics, Stability,
};
use crm_mining::prepare::{
    Cleaner, CsvReader, DependencySearch, ErrorDetector, ExcelReader, JsonLinesReader, Linker, Merge,
    ParquetReader, Quality, SampleShop,
};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// What the README has its readers install.
const PACKAGE: &str = "./crm-mining-py[test]";

#[test]
fn the_readme_says_how_to_install_it() {
    assert!(include_str!("../../README.md").contains(&format!("pip install '{PACKAGE}'")));
}

#[test]
fn its_tests_pass() {
    let mut tests = python();
    tests.args(["-m", "pytest", "-q", "crm-mining-py/tests"]).env("CRM_MINING_DEFAULTS", defaults());
    let output = run(&mut tests);
    say(output.trim_end().lines().last().unwrap_or_default());
}

#[test]
fn its_stubs_say_what_was_compiled() {
    say(run(python().args(["-m", "mypy.stubtest", "crm_mining"])).trim_end());
}

#[test]
fn its_types_hold_in_a_program() {
    say(run(python().args(["-m", "mypy", "--strict", "crm-mining-py/tests/typed_program.py"])).trim_end());
}

/// The default settings of Rust as JSON, for the tests to compare with those of Python.
fn defaults() -> String {
    let summary = Summary::new(vec![2.0, 1.0], vec![20.0, 9.0], vec![30.0; 2], vec![4.0, 5.0]).unwrap();
    let (buying, spend) =
        (BgNbd::default().fit(&summary).unwrap(), GammaGamma::default().fit(&summary).unwrap());
    let all = [
        ("Rfm", json(&Rfm::default())),
        ("ValueTiers", json(&ValueTiers::default())),
        ("Lifecycle", json(&Lifecycle::default())),
        ("Cohorts", json(&Cohorts::default())),
        ("RollingRetention", json(&RollingRetention::default())),
        ("PeriodOnPeriod", json(&PeriodOnPeriod::default())),
        ("CompositeValue", json(&CompositeValue::default())),
        ("BgNbd", json(&BgNbd::default())),
        ("ParetoNbd", json(&ParetoNbd::default())),
        ("Nbd", json(&Nbd::default())),
        ("BgBb", json(&BgBb::default())),
        ("Contract", json(&Contract::default())),
        ("GammaGamma", json(&GammaGamma::default())),
        ("Clv", json(&Clv::new(&buying, &spend))),
        ("PurchaseCounting", json(&PurchaseCounting::default())),
        ("Segmentation", json(&Segmentation::default())),
        ("ChooseSegments", json(&ChooseSegments::default())),
        ("ExplainSegments", json(&ExplainSegments::default())),
        ("SegmentRules", json(&SegmentRules::default())),
        ("Refit", json(&Refit::default())),
        ("Churn", json(&Churn::default())),
        ("Rules", json(&Rules::default())),
        ("FpGrowth", json(&FpGrowth::default())),
        ("Apriori", json(&Apriori::default())),
        ("KaplanMeier", json(&KaplanMeier::default())),
        ("Cox", json(&Cox::default())),
        ("Aft", json(&Aft::default())),
        ("KMeans", json(&KMeans::new(2))),
        ("MiniBatchKMeans", json(&MiniBatchKMeans::new(2))),
        ("BisectingKMeans", json(&BisectingKMeans::new(2))),
        ("Agglomerative", json(&Agglomerative::new(2))),
        ("Dbscan", json(&Dbscan::new(0.5))),
        ("Optics", json(&Optics::default())),
        ("Hdbscan", json(&Hdbscan::default())),
        ("GaussianMixture", json(&GaussianMixture::new(2))),
        ("KModes", json(&KModes::new(2))),
        ("KPrototypes", json(&KPrototypes::new(2))),
        ("KMedoids", json(&KMedoids::new(2))),
        ("CompareK", json(&CompareK::new(1..=2))),
        ("Gap", json(&Gap::default())),
        ("Stability", json(&Stability::default())),
        ("Robust", json(&Robust::default())),
        ("QuantileTransform", json(&QuantileTransform::default())),
        ("SampleShop", json(&SampleShop::default())),
        ("CsvReader", json(&CsvReader::default())),
        ("JsonLinesReader", json(&JsonLinesReader::default())),
        ("ExcelReader", json(&ExcelReader::default())),
        ("ParquetReader", json(&ParquetReader::default())),
        ("Linker", json(&Linker::new(Vec::new(), Vec::new()))),
        ("Merge", json(&Merge::default())),
        ("Quality", json(&Quality::default())),
        ("ErrorDetector", json(&ErrorDetector::default())),
        ("DependencySearch", json(&DependencySearch::default())),
        ("transactions", json(&Cleaner::transactions())),
        ("customary", json(&Cleaner::customary())),
    ];
    // Not a map: the order of the settings counts, and maps of serde_json have their own.
    let members: Vec<String> = all.iter().map(|(name, json)| format!("{name:?}: {json}")).collect();
    format!("{{{}}}", members.join(", "))
}

fn json(settings: &impl serde::Serialize) -> String {
    serde_json::to_string(settings).unwrap()
}

/// The interpreter of an environment into which the package was installed by the README's command.
fn python() -> Command {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    let python = PYTHON.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("python");
        let python = folder.join("venv/bin/python");
        if !python.exists() {
            #[allow(clippy::disallowed_methods, reason = "a test may be told which Python to use")]
            let base = std::env::var("PYTHON").unwrap_or_else(|_| "python3".into());
            run(command(&base).args(["-m", "venv"]).arg(folder.join("venv")));
        }
        let mut install = command(&python);
        install.args(["-m", "pip", "install", PACKAGE]).env("CARGO_TARGET_DIR", &folder);
        run(&mut install);
        python
    });
    command(python)
}

/// A command in the root of the workspace.
fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    command
}

/// What the command printed; a panic that shows it all when it failed.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let [out, err] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    assert!(output.status.success(), "{command:?}: {}\n{out}\n{err}", output.status);
    out.into_owned()
}

/// A line for whoever runs the tests; unlike `println!`, shown when they pass.
#[allow(clippy::explicit_write, reason = "eprintln! is held back when the test passes")]
fn say(line: &str) {
    writeln!(std::io::stderr(), "python: {line}").unwrap();
}
