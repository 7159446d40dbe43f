//! The bodies of the fuzz targets, run over their corpora and some thousand mutations of them: what coverage-guided
//! fuzzing found once stays found, without its tools. `fuzz/README.md` says how to search for more.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "tests, some of them a library of their own"
)]

#[path = "../fuzz/src/lib.rs"]
mod bodies;

use std::path::Path;
use std::time::{Duration, Instant};

/// The longest that one input may take, a slow machine allowed for.
const LONGEST: Duration = Duration::from_secs(10);

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut paths: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} is empty", folder.display());
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// Every input of the corpus, then as many mutations of them.
fn run(target: &str, body: fn(&[u8]), mutations: usize) {
    let corpus = corpus(target);
    let mut random = Random(0x5EED);
    let mutated = (0..mutations).map(|_| random.mutated(&corpus));
    for input in corpus.iter().cloned().chain(mutated) {
        let began = Instant::now();
        let outcome = std::panic::catch_unwind(|| body(&input));
        assert!(outcome.is_ok(), "{target} breaks on {:?}", String::from_utf8_lossy(&input));
        let took = began.elapsed();
        assert!(took < LONGEST, "{target} takes {took:?} for {:?}", String::from_utf8_lossy(&input));
    }
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % n.max(1) as u64) as usize
    }

    /// One of the inputs, changed in one to four places.
    fn mutated(&mut self, corpus: &[Vec<u8>]) -> Vec<u8> {
        const SIGNS: &[u8] = b"\0\t\n\r \"',;|\\-+.:/0159eNZ{}[]<>=\x80\xC3\xE7\xFE\xFF";
        let mut bytes = corpus[self.below(corpus.len())].clone();
        for _ in 0..1 + self.below(4) {
            let at = self.below(bytes.len() + 1);
            let end = (at + 1 + self.below(12)).min(bytes.len());
            match self.below(7) {
                0 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
                1 if at < bytes.len() => bytes[at] = SIGNS[self.below(SIGNS.len())],
                2 => bytes.insert(at, SIGNS[self.below(SIGNS.len())]),
                3 => drop(bytes.drain(at..end)),
                4 => {
                    let piece = bytes[at..end].to_vec();
                    bytes.splice(at..at, piece);
                }
                5 => {
                    let other = &corpus[self.below(corpus.len())];
                    let from = self.below(other.len() + 1);
                    let to = (from + 1 + self.below(24)).min(other.len());
                    bytes.splice(at..end, other[from..to].iter().copied());
                }
                _ => bytes.truncate(at.max(1)),
            }
        }
        bytes
    }
}

#[test]
fn csv() {
    run("csv", bodies::csv::run, 3_000);
}

#[test]
fn dates() {
    run("dates", bodies::dates::run, 1_000);
}

#[test]
fn numbers() {
    run("numbers", bodies::numbers::run, 2_000);
}

#[test]
fn plans() {
    run("plans", bodies::plans::run, 3_000);
}

#[test]
fn steps() {
    run("steps", bodies::steps::run, 2_000);
}

#[test]
fn jsonl() {
    run("jsonl", bodies::jsonl::run, 3_000);
}

#[cfg(feature = "excel")]
#[test]
fn excel() {
    run("excel", bodies::excel::run, 1_000);
}

#[test]
fn tables() {
    run("tables", bodies::tables::run, 500);
}

#[test]
fn link() {
    run("link", bodies::link::run, 500);
}

#[test]
fn merge() {
    run("merge", bodies::merge::run, 2_000);
}
