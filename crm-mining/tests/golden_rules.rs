//! Frequent itemsets and rules of public baskets equal what other programs find in them.
//!
//! Itemset counts: pyfim 6.28, `relim` and `sam` agreeing (its `fpgrowth` loses items of every basket).
//! Rules: exact fractions over those itemsets in Python, and mlxtend 0.25.0. All counts are exact.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests"
)]

mod common;

use crm_mining::data::{Baskets, ToTable};
use crm_mining::insight::{Algorithm, Rule, RuleSet, Rules};
use crm_mining::learn::{Apriori, FpGrowth, Itemsets, Support};
use crm_mining::{Error, Fit};
use std::io::Read;

fn data(file: &str) -> Option<Vec<u8>> {
    Some(std::fs::read(common::data(file)?).unwrap())
}

fn groceries() -> Option<Baskets> {
    let text = String::from_utf8(data("groceries/groceries.csv")?).unwrap();
    Some(Baskets::from_rows(text.lines().map(|line| line.split(',').map(str::trim).collect::<Vec<_>>())))
}

fn fimi(name: &str) -> Option<Baskets> {
    let packed = data(&format!("fimi/{name}.dat.gz"))?;
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut text).unwrap();
    Some(Baskets::from_rows(text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>())))
}

/// How many sets of each length, and the sum of all counts.
fn profile(found: &Itemsets) -> (Vec<usize>, u64) {
    let mut lengths = vec![0; found.longest()];
    for set in found.iter() {
        lengths[set.items.len() - 1] += 1;
    }
    (lengths, found.iter().map(|set| u64::from(set.count)).sum())
}

fn fp_growth(baskets: &Baskets, min_support: Support) -> Itemsets {
    FpGrowth { min_support, ..FpGrowth::default() }.fit(baskets).unwrap()
}

fn apriori(baskets: &Baskets, min_support: Support) -> Itemsets {
    Apriori { min_support, ..Apriori::default() }.fit(baskets).unwrap()
}

/// 1 % of 9,835 baskets is 98.35: a set must stand in 99.
#[test]
fn groceries_itemsets() {
    let Some(baskets) = groceries() else { return };
    assert_eq!((baskets.len(), baskets.items().len()), (9_835, 169));
    let found = fp_growth(&baskets, Support::Share(0.01));
    assert_eq!((found.min_count(), found.len()), (99, 333));
    assert_eq!(profile(&found), (vec![88, 213, 32], 82_103));
    let milk = baskets.items().position("whole milk").unwrap() as u32;
    assert_eq!(found.count_of(&[milk]), Some(2_513));
    assert_eq!(found, apriori(&baskets, Support::Count(99)));
    let more = fp_growth(&baskets, Support::Count(10));
    assert_eq!(profile(&more), (vec![157, 2_981, 6_831, 3_137, 376, 10], 339_547));
    assert_eq!(more, apriori(&baskets, Support::Share(0.001)));
}

/// Dense rows: attribute values of mushrooms, positions of chess.
#[test]
fn dense_itemsets() {
    let Some(mushroom) = fimi("mushroom") else { return };
    let found = fp_growth(&mushroom, Support::Share(0.2));
    let lengths =
        vec![43, 376, 1_472, 3_559, 6_267, 8_802, 10_151, 9_488, 7_010, 4_004, 1_729, 546, 119, 16, 1];
    assert_eq!(profile(&found), (lengths, 98_797_340));
    assert_eq!(found, apriori(&mushroom, Support::Share(0.2)));
    // One item stands in every row: the set that some programs lose.
    assert_eq!(found.iter().filter(|set| set.support == 1.0).count(), 1);

    let Some(chess) = fimi("chess") else { return };
    let found = fp_growth(&chess, Support::Share(0.7));
    let lengths = vec![24, 238, 1_237, 3_857, 7_891, 11_125, 11_113, 7_916, 3_895, 1_216, 204, 14, 1];
    assert_eq!((found.min_count(), profile(&found)), (2_238, (lengths, 117_572_401)));
}

/// Long tails: a supermarket, and the synthetic T10.I4.D100K.
#[test]
fn sparse_itemsets() {
    let Some(retail) = fimi("retail") else { return };
    assert_eq!((retail.len(), retail.items().len()), (88_162, 16_470));
    // The share that ceil(share * n) makes 442 of.
    let found = fp_growth(&retail, Support::Share(441.0 / 88_162.0));
    assert_eq!((found.min_count(), profile(&found)), (441, (vec![221, 237, 102, 19, 1], 717_785)));
    let found = fp_growth(&retail, Support::Share(0.0005));
    let lengths = vec![3_926, 8_198, 5_411, 1_534, 170, 3];
    assert_eq!((found.min_count(), profile(&found)), (45, (lengths, 2_568_840)));
    assert_eq!(found, apriori(&retail, Support::Count(45)));

    let Some(t10) = fimi("T10I4D100K") else { return };
    assert_eq!(profile(&fp_growth(&t10, Support::Share(0.01))), (vec![375, 9, 1], 807_396));
    let found = fp_growth(&t10, Support::Count(200));
    assert_eq!(profile(&found), (vec![741, 3_873, 3_279, 2_528, 1_601, 827, 337, 68, 1], 4_629_191));
}

fn with_one_consequent(rules: &RuleSet) -> Vec<Rule<'_>> {
    rules.iter().filter(|rule| rule.consequent.len() == 1).collect()
}

#[test]
fn groceries_rules() -> Result<(), Error> {
    let Some(baskets) = groceries() else { return Ok(()) };
    let rules = Rules::min_support(0.01).mine(&baskets)?;
    assert_eq!(rules.len(), 125);
    // Sums over all rules by mlxtend.
    let sum = |get: fn(Rule<'_>) -> f64| rules.iter().map(get).sum::<f64>();
    assert!((sum(|rule| rule.lift) - 238.248_298_703_435_9).abs() < 1e-9);
    assert!((sum(|rule| rule.leverage) - 0.996_685_741_785_727_7).abs() < 1e-12);
    assert!((sum(|rule| rule.conviction) - 166.411_199_679_853_27).abs() < 1e-9);
    let best = rules.get(0).unwrap();
    assert_eq!(rules.names(best.antecedent), "citrus fruit + other vegetables");
    assert_eq!(rules.names(best.consequent), "root vegetables");
    let close = |got: f64, want: f64| (got / want - 1.0).abs() < 1e-14;
    assert!(close(best.support, 0.010_371_123_538_383_325));
    assert!(close(best.confidence, 0.359_154_929_577_464_8));
    assert!(close(best.lift, 3.295_045_459_323_103));
    assert!(close(best.conviction, 1.390_354_028_279_803_5));
    // A difference of nearby numbers, which mlxtend rounds three times.
    assert!((best.leverage - 0.007_223_633_263_540_849).abs() < 1e-17);
    assert_eq!(rules, Rules::min_support(0.01).algorithm(Algorithm::Apriori).mine(&baskets)?);
    assert_eq!(rules.to_table().n_rows(), 125);
    Ok(())
}

/// The figures that tutorials of R's arules show: rules with one consequent, 15 at support 0.01 and
/// confidence 0.5, 410 at 0.001 and 0.8, the first of them liquor and wine with beer.
#[test]
fn groceries_as_in_arules() -> Result<(), Error> {
    let Some(baskets) = groceries() else { return Ok(()) };
    let rules = Rules::min_support(0.01).min_confidence(0.5).mine(&baskets)?;
    assert_eq!(with_one_consequent(&rules).len(), 15);
    let rules = Rules::min_support(0.001).min_confidence(0.8).mine(&baskets)?;
    assert_eq!(rules.len(), 413);
    let single = with_one_consequent(&rules);
    assert_eq!(single.len(), 410);
    let best = single[0];
    assert_eq!(rules.names(best.antecedent), "liquor + red/blush wine");
    assert_eq!((rules.names(best.consequent).as_str(), best.count), ("bottled beer", 19));
    assert!((best.support - 0.001_931_876).abs() < 5e-10);
    assert!((best.confidence - 0.904_761_9).abs() < 5e-8);
    assert!((best.lift - 11.235_269).abs() < 5e-7);
    Ok(())
}
