//! Laws of similarities: symmetric, from 0 to 1, 1 for the same; fast ones equal the plain definitions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crm_mining::prepare::{PersonName, Similarity, pinyin, to_simplified};
use proptest::prelude::*;

const ALL: [Similarity; 16] = [
    Similarity::Exact,
    Similarity::JaroWinkler,
    Similarity::Levenshtein,
    Similarity::DamerauLevenshtein,
    Similarity::Partial,
    Similarity::TokenJaccard,
    Similarity::TokenOverlap,
    Similarity::MongeElkan,
    Similarity::BigramJaccard,
    Similarity::TrigramJaccard,
    Similarity::Name,
    Similarity::Date,
    Similarity::Phone,
    Similarity::Email,
    Similarity::Address,
    Similarity::Number,
];

/// Those that are 1 for equal texts alone.
const STRICT: [Similarity; 4] =
    [Similarity::Exact, Similarity::JaroWinkler, Similarity::Levenshtein, Similarity::DamerauLevenshtein];

/// Values as they come: words, names, dates, numbers, addresses, and anything at all.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        ".{0,30}",
        "[abAB 王小明,.-]{0,12}",
        "[a-c]{0,150}",
        "(19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]",
        "[0-3]?[0-9]/[01]?[0-9]/(19|20)[0-9]{2}",
        "[+0]{0,2}[0-9 -]{0,14}",
        "[a-d.+]{0,6}@[a-c.]{0,6}",
        "[北京市朝阳区建国路号楼室0-9号臺]{0,14}",
        "[0-9]{1,3} (Main|Ocean) (St|street|Ave)",
        "-?[0-9]{1,5}(\\.[0-9]{1,2})?",
    ]
}

fn levenshtein(a: &[char], b: &[char], swaps: bool) -> usize {
    let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            table[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let kept = table[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let mut best = kept.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1);
                if swaps && i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    best = best.min(table[i - 2][j - 2] + 1);
                }
                best
            };
        }
    }
    table[a.len()][b.len()]
}

fn jaro_winkler(a: &[char], b: &[char]) -> f64 {
    if a.is_empty() && b.is_empty() {
        return 1.0;
    }
    let window = (a.len().max(b.len()) / 2).saturating_sub(1);
    let mut taken = vec![false; b.len()];
    let mut matched = Vec::new();
    for (i, sign) in a.iter().enumerate() {
        let near = i.saturating_sub(window)..b.len().min(i + window + 1);
        if let Some(j) = near.into_iter().find(|&j| !taken[j] && b[j] == *sign) {
            taken[j] = true;
            matched.push(*sign);
        }
    }
    if matched.is_empty() {
        return 0.0;
    }
    let others = b.iter().zip(&taken).filter(|(_, taken)| **taken).map(|(sign, _)| *sign);
    let out_of_order = matched.iter().zip(others).filter(|(x, y)| **x != *y).count();
    let m = matched.len() as f64;
    let transpositions = (out_of_order / 2) as f64;
    let jaro = (m / a.len() as f64 + m / b.len() as f64 + (m - transpositions) / m) / 3.0;
    let start = a.iter().zip(b).take(4).take_while(|(x, y)| x == y).count() as f64;
    if jaro > 0.7 { jaro + 0.1 * start * (1.0 - jaro) } else { jaro }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn from_0_to_1_and_symmetric(a in value(), b in value()) {
        for measure in ALL {
            let found = measure.between(&a, &b);
            prop_assert!((0.0..=1.0).contains(&found), "{measure:?} {a:?} {b:?}: {found}");
            let turned = measure.between(&b, &a);
            prop_assert!((found - turned).abs() < 1e-12, "{measure:?} {a:?} {b:?}: {found}, {turned}");
        }
    }

    #[test]
    fn the_same_is_1(a in value()) {
        for measure in ALL {
            // What is no number is like nothing.
            if measure != Similarity::Number || a.parse::<f64>().is_ok_and(f64::is_finite) {
                let found = measure.between(&a, &a);
                prop_assert!((found - 1.0).abs() < 1e-12, "{measure:?} {a:?}: {found}");
            }
        }
    }

    #[test]
    fn only_the_same_is_1(a in value(), b in value()) {
        for measure in STRICT {
            prop_assert_eq!(measure.between(&a, &b) == 1.0, a == b, "{:?} {:?} {:?}", measure, a, b);
        }
    }

    #[test]
    fn edits_as_defined(a in "[abc王]{0,140}", b in "[abd明]{0,140}") {
        let (x, y): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
        let longer = x.len().max(y.len()).max(1) as f64;
        for (measure, swaps) in [(Similarity::Levenshtein, false), (Similarity::DamerauLevenshtein, true)] {
            let expected = 1.0 - levenshtein(&x, &y, swaps) as f64 / longer;
            prop_assert!((measure.between(&a, &b) - expected).abs() < 1e-12, "{measure:?}");
        }
        let found = Similarity::JaroWinkler.between(&a, &b);
        prop_assert!((found - jaro_winkler(&x, &y)).abs() < 1e-12, "{a:?} {b:?}");
    }

    #[test]
    fn edits_of_ascii_as_defined(a in "[abc]{0,20}", b in "[abc]{0,20}") {
        let (x, y): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
        let longer = x.len().max(y.len()).max(1) as f64;
        let expected = 1.0 - levenshtein(&x, &y, true) as f64 / longer;
        prop_assert!((Similarity::DamerauLevenshtein.between(&a, &b) - expected).abs() < 1e-12);
        prop_assert!((Similarity::JaroWinkler.between(&a, &b) - jaro_winkler(&x, &y)).abs() < 1e-12);
    }

    #[test]
    fn chinese_of_anything(text in ".{0,40}", signs in "[\u{4e00}-\u{9fff}]{0,20}") {
        for text in [text, signs] {
            let once = to_simplified(&text).into_owned();
            prop_assert_eq!(to_simplified(&once), once.as_str());
            prop_assert_eq!(once.chars().count(), text.chars().count());
            let name = PersonName::parse(&text);
            prop_assert!(name.surname.len() + name.given.len() <= text.len());
            prop_assert!(!name.pinyin().is_empty() || name.given.is_empty());
            let _ = pinyin(&text);
        }
    }
}

/// Values far longer than any name cost no more than their first part.
#[test]
fn long_values() {
    let (a, b) = ("ab王 ".repeat(300_000), "ba明 ".repeat(300_000));
    let start = std::time::Instant::now();
    for measure in ALL {
        let found = measure.between(&a, &b);
        assert!((0.0..=1.0).contains(&found));
    }
    assert!(start.elapsed().as_secs() < 10);
}
