//! What always holds of itemsets, rules and offers: all ways of finding them agree with the definition, and
//! with each other, whatever the order of the baskets, the number of threads, or the limits set.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crm_mining::data::{Baskets, ToTable, Transaction, Transactions};
use crm_mining::insight::{Algorithm, RuleSet, Rules};
use crm_mining::learn::{Apriori, FpGrowth, Itemsets, Support};
use crm_mining::{Control, ErrorKind, Fit};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const NAMES: [&str; 7] = ["a", "b", "c", "d", "e", "f", "g"];

/// Baskets of up to 7 items, empty ones among them, of which each item holds in its own measure.
fn rows() -> impl Strategy<Value = Vec<Vec<&'static str>>> {
    let held = |item: usize| prop::bool::weighted(0.25 + 0.1 * item as f64);
    let basket = (0..NAMES.len()).map(held).collect::<Vec<_>>().prop_map(|held| {
        NAMES.iter().zip(held).filter_map(|(&name, held)| held.then_some(name)).collect::<Vec<_>>()
    });
    vec(basket, 1..24)
}

/// Every set of items, counted in every basket.
fn by_definition(baskets: &Baskets, min_count: usize) -> Vec<(Vec<u32>, u32)> {
    let n_items = baskets.items().len() as u32;
    let mut found = Vec::new();
    for set in 1u32..1 << n_items {
        let items: Vec<u32> = (0..n_items).filter(|item| set >> item & 1 == 1).collect();
        let holds = |basket: &&[u32]| items.iter().all(|item| basket.contains(item));
        let count = baskets.baskets().rows().filter(holds).count();
        if count >= min_count {
            found.push((items, count as u32));
        }
    }
    found.sort_by(|(a, _), (b, _)| (a.len(), a).cmp(&(b.len(), b)));
    found
}

fn as_pairs(found: &Itemsets) -> Vec<(Vec<u32>, u32)> {
    found.iter().map(|set| (set.items.to_vec(), set.count)).collect()
}

fn both(baskets: &Baskets, min_count: u32, max_len: Option<usize>, max_itemsets: u32) -> Itemsets {
    let min_support = Support::Count(min_count);
    let found = FpGrowth { min_support, max_len, max_itemsets }.fit(baskets).unwrap();
    assert_eq!(found, Apriori { min_support, max_len, max_itemsets }.fit(baskets).unwrap());
    found
}

/// The rules by the names of their sides.
fn by_names(rules: &RuleSet) -> Vec<(String, String, u32, f64)> {
    let name = |items: &[u32]| rules.names(items);
    rules.iter().map(|r| (name(r.antecedent), name(r.consequent), r.count, r.lift)).collect()
}

proptest! {
    #[test]
    fn both_miners_follow_the_definition(rows in rows(), min_count in 1u32..6) {
        let baskets = Baskets::from_rows(rows);
        let found = both(&baskets, min_count, None, u32::MAX);
        prop_assert_eq!(as_pairs(&found), by_definition(&baskets, min_count as usize));
        prop_assert!(found.is_complete());
        for set in found.iter() {
            prop_assert_eq!(found.count_of(set.items), Some(set.count));
            for without in 0..set.items.len() {
                let mut part = set.items.to_vec();
                part.remove(without);
                if !part.is_empty() {
                    prop_assert!(found.count_of(&part).unwrap() >= set.count);
                }
            }
        }
    }

    #[test]
    fn a_limit_leaves_out_the_longest(rows in rows(), limit in 1u32..60, max_len in 1usize..8) {
        let baskets = Baskets::from_rows(rows);
        let all = by_definition(&baskets, 1);
        let up_to = |len: usize| all.iter().filter(|(items, _)| items.len() <= len).count();
        let longest = (0..=max_len).rev().find(|&len| up_to(len) <= limit as usize).unwrap();
        let found = both(&baskets, 1, Some(max_len), limit);
        prop_assert_eq!(as_pairs(&found), &all[..up_to(longest)]);
        prop_assert_eq!(found.is_complete(), longest == max_len);
    }

    #[test]
    fn rules_follow_the_definition(rows in rows(), min_count in 1u32..4, confidence in 0u32..=10) {
        let baskets = Baskets::from_rows(rows);
        let n = baskets.len() as f64;
        let counts: BTreeMap<Vec<u32>, u32> = by_definition(&baskets, 1).into_iter().collect();
        let threshold = f64::from(confidence) / 10.0;
        let rules =
            Rules::min_count(min_count).min_confidence(threshold).min_lift(0.0).mine(&baskets).unwrap();
        let mut expected = 0;
        for (set, &count) in counts.iter().filter(|&(set, &count)| set.len() > 1 && count >= min_count) {
            for split in 1u32..(1 << set.len()) - 1 {
                let side = |bit| -> Vec<u32> {
                    (0..set.len()).filter(|place| split >> place & 1 == bit).map(|place| set[place]).collect()
                };
                let antecedent = counts[&side(0)];
                expected += usize::from(10 * count >= confidence * antecedent);
            }
        }
        prop_assert_eq!(rules.len(), expected);
        for rule in rules.iter() {
            let (a, c) = (counts[rule.antecedent], counts[rule.consequent]);
            let mut set = [rule.antecedent, rule.consequent].concat();
            set.sort_unstable();
            let ac = counts[&set];
            prop_assert_eq!((rule.count, rule.antecedent_count, rule.consequent_count), (ac, a, c));
            let (a, c, ac) = (f64::from(a) / n, f64::from(c) / n, f64::from(ac) / n);
            let close = |got: f64, want: f64| (got - want).abs() <= 1e-12 * want.abs().max(1.0);
            prop_assert!(close(rule.support, ac) && close(rule.confidence, ac / a));
            prop_assert!(close(rule.lift, ac / (a * c)) && close(rule.leverage, ac - a * c));
            if rule.count == rule.antecedent_count {
                prop_assert_eq!((rule.confidence, rule.conviction), (1.0, f64::INFINITY));
            } else {
                prop_assert!(close(rule.conviction, (1.0 - c) / (1.0 - ac / a)));
            }
        }
        let strength = rules.iter().map(|rule| rule.lift).collect::<Vec<_>>();
        prop_assert!(strength.is_sorted_by(|a, b| *a >= *b * (1.0 - 1e-15)));
        // Unless a lift is asked for, it must be above 1.
        let lifted = Rules::min_count(min_count).min_confidence(threshold).mine(&baskets).unwrap();
        let above_one = rules.iter().filter(|rule| {
            u64::from(rule.count) * baskets.len() as u64
                > u64::from(rule.antecedent_count) * u64::from(rule.consequent_count)
        });
        prop_assert_eq!(lifted.len(), above_one.count());
    }

    #[test]
    fn the_order_of_baskets_does_not_show(rows in rows(), seed in any::<u64>()) {
        let mut shuffled = rows.clone();
        shuffled.sort_by_key(|row| (row.len() as u64).wrapping_mul(seed | 1));
        shuffled.rotate_left(rows.len() / 2);
        let (a, b) = (Baskets::from_rows(rows), Baskets::from_rows(shuffled));
        prop_assert_eq!(both(&a, 2, None, u32::MAX), both(&b, 2, None, u32::MAX));
        let rules = Rules::min_count(2).min_lift(0.0);
        prop_assert_eq!(by_names(&rules.mine(&a).unwrap()), by_names(&rules.mine(&b).unwrap()));
    }

    #[test]
    fn offers_follow_the_definition(bought in vec((0usize..8, 0usize..7), 1..40), max in 1usize..4) {
        let orders = orders(&bought);
        let rules = Rules::min_count(1).min_confidence(0.0).mine(&Baskets::new(&orders)).unwrap();
        let offers = rules.cross_sell(max).unwrap();
        for customer in 0..offers.customers().len() {
            let name = offers.customers().name(customer);
            let has: Vec<u32> = bought
                .iter()
                .filter(|&&(order, _)| customer_of(order) == name)
                .map(|&(_, item)| rules.items().position(NAMES[item]).unwrap() as u32)
                .collect();
            let mut expected: Vec<(u32, u32)> = Vec::new();
            for (rule, position) in rules.iter().zip(0..) {
                if let (&[from], &[to]) = (rule.antecedent, rule.consequent) {
                    let is_new = !has.contains(&to) && expected.iter().all(|&(item, _)| item != to);
                    if has.contains(&from) && is_new && expected.len() < max {
                        expected.push((to, position));
                    }
                }
            }
            let given = offers.to_customer(customer);
            prop_assert_eq!(given.iter().map(|o| (o.item, o.rule)).collect::<Vec<_>>(), expected);
            for offer in given {
                let rule = rules.get(offer.rule as usize).unwrap();
                prop_assert_eq!((rule.antecedent, rule.consequent), (&[offer.because][..], &[offer.item][..]));
                prop_assert_eq!((rule.lift, rule.confidence), (offer.lift, offer.confidence));
            }
        }
        prop_assert_eq!(offers.to_table().n_rows(), offers.len());
    }
}

fn customer_of(order: usize) -> String {
    (order / 2).to_string()
}

/// Lines of (order, item); every customer has two orders.
fn orders(bought: &[(usize, usize)]) -> Transactions {
    let texts: Vec<(String, String)> =
        bought.iter().map(|&(order, _)| (customer_of(order), order.to_string())).collect();
    let line = |((customer, order), &(_, item)): (&'_ (String, String), &(usize, usize))| {
        (customer.clone(), order.clone(), NAMES[item])
    };
    let lines: Vec<_> = texts.iter().zip(bought).map(line).collect();
    Transactions::from_rows(lines.iter().map(|(customer, order, item)| Transaction {
        customer,
        time: 0,
        order,
        item,
        quantity: 1.0,
        unit_price: 1.0,
    }))
    .unwrap()
}

/// Baskets large enough for several tasks: basket `i` holds the divisors of `i` up to 60, and a stray item.
fn divisors(n: u32) -> Baskets {
    Baskets::from_rows((1..=n).map(|i| {
        (1..=60)
            .filter(move |d| i % d == 0 || (i * 7919) % 61 == *d)
            .map(|d| d.to_string())
            .collect::<Vec<_>>()
    }))
}

#[test]
fn same_result_on_any_number_of_threads() {
    let baskets = divisors(20_000);
    let mine = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let full = both(&baskets, 200, None, u32::MAX);
            let cut = both(&baskets, 200, None, full.len() as u32 / 2);
            let rules = Rules::min_count(200).min_lift(0.0).min_confidence(0.1).max_len(7);
            (full, cut, rules.mine(&baskets).unwrap())
        })
    };
    let one = mine(1);
    assert!(one.0.longest() > 4 && one.0.len() > 5_000 && !one.1.is_complete());
    assert!(one.2.len() > 70_000, "{} rules are too few to be sorted in several runs", one.2.len());
    assert_eq!(one, mine(2));
    assert_eq!(one, mine(8));
}

/// An item of every basket belongs to the result; mlxtend and pyfim each lose one of these.
#[test]
fn thresholds_met_exactly() {
    let everywhere = Baskets::from_rows([vec!["a", "b"], vec!["a", "b", "c"]]);
    let found = both(&everywhere, 2, None, u32::MAX);
    assert_eq!(as_pairs(&found), [(vec![0], 2), (vec![1], 2), (vec![0, 1], 2)]);
    // 237 of the 790 baskets with x hold y: a confidence of 0.3, and a lift of 1.2 over 300 of 1,200.
    let row = |i: u32| match i {
        0..237 => vec!["x", "y"],
        237..790 => vec!["x"],
        790..853 => vec!["y"],
        _ => vec![],
    };
    let baskets = Baskets::from_rows((0..1_200).map(row));
    for algorithm in [Algorithm::FpGrowth, Algorithm::Apriori] {
        let rules = Rules::min_support(237.0 / 1200.0).min_lift(1.2).algorithm(algorithm);
        assert_eq!(rules.clone().min_confidence(0.3).mine(&baskets).unwrap().len(), 2);
        assert_eq!(rules.clone().min_confidence(0.301).mine(&baskets).unwrap().len(), 1);
        assert_eq!(rules.min_lift(1.201).mine(&baskets).unwrap().len(), 0);
    }
}

#[test]
fn bad_settings_and_data_are_refused() {
    let baskets = Baskets::from_rows([vec!["a", "b"]]);
    let invalid = |rules: Rules, setting: &str| {
        let error = rules.mine(&baskets).unwrap_err();
        let ErrorKind::InvalidParameter { parameter, .. } = error.kind() else { panic!("{error}") };
        assert_eq!(*parameter, setting);
    };
    for share in [f64::NAN, 0.0, -0.5, 1.5, f64::INFINITY] {
        invalid(Rules::min_support(share), "min_support");
        invalid(Rules::min_support(share).algorithm(Algorithm::Apriori), "min_support");
    }
    invalid(Rules::min_count(0), "min_support");
    for bad in [f64::NAN, -0.1, f64::INFINITY] {
        invalid(Rules::default().min_confidence(bad), "min_confidence");
        invalid(Rules::default().min_lift(bad), "min_lift");
    }
    invalid(Rules::default().max_len(1), "max_len");
    invalid(Rules::default().max_itemsets(0), "max_itemsets");
    let none = Rules::default().mine(&Baskets::default()).unwrap_err();
    assert!(matches!(none.kind(), ErrorKind::NotEnoughData { needed: 1, got: 0, .. }), "{none}");
    let too_many = Rules::min_count(1).min_lift(0.0).max_rules(1).mine(&baskets).unwrap_err();
    assert!(matches!(too_many.kind(), ErrorKind::LimitExceeded { limit: 1, .. }), "{too_many}");
    let rules = Rules::default().mine(&baskets).unwrap();
    assert!(matches!(rules.cross_sell(5).unwrap_err().kind(), ErrorKind::NotEnoughData { .. }));
    assert!(matches!(rules.cross_sell(0).unwrap_err().kind(), ErrorKind::InvalidParameter { .. }));
}

#[test]
fn empty_baskets_count() {
    let baskets = Baskets::from_rows([vec![], vec!["a", "b"], vec![], vec![]]);
    let rules = Rules::min_support(0.25).mine(&baskets).unwrap();
    assert_eq!((rules.len(), rules.get(0).unwrap().support, rules.get(0).unwrap().lift), (2, 0.25, 4.0));
    let nothing = both(&Baskets::from_rows([Vec::<&str>::new()]), 1, None, 10);
    assert!(nothing.is_empty() && nothing.is_complete() && nothing.longest() == 0);
}

/// Two baskets of 40 items hold 2⁴⁰ sets that stand in one basket.
#[test]
fn an_explosion_stops() {
    let items: Vec<String> = (0..40).map(|item| item.to_string()).collect();
    let baskets = Baskets::from_rows([items.clone(), items]);
    let found = both(&baskets, 1, None, 10_000);
    assert_eq!((found.len(), found.longest(), found.is_complete()), (40 + 780, 2, false));
    let rules = Rules::min_count(1).min_lift(0.0).max_itemsets(10_000).mine(&baskets).unwrap();
    assert_eq!((rules.len(), rules.is_complete()), (780 * 2, false));

    for algorithm in [Algorithm::FpGrowth, Algorithm::Apriori] {
        let settings = Rules::min_count(1).max_itemsets(u32::MAX).algorithm(algorithm);
        let soon = Control::default().until(Instant::now() + Duration::from_millis(20));
        let late = settings.mine_with(&baskets, &soon).unwrap_err();
        assert!(matches!(late.kind(), ErrorKind::DeadlinePassed { .. }), "{late}");
        let flag = Arc::new(AtomicBool::new(false));
        let raised = flag.clone();
        let control =
            Control::default().cancelled_by(flag).on_progress(move |_| raised.store(true, Ordering::Relaxed));
        let stopped = settings.mine_with(&baskets, &control).unwrap_err();
        assert!(matches!(stopped.kind(), ErrorKind::Cancelled { .. }), "{stopped}");
    }
}

#[test]
fn settings_survive_json() {
    let rules = Rules::min_support(0.02).min_confidence(0.4).min_lift(1.5).max_len(3);
    let text = serde_json::to_string(&rules).unwrap();
    assert_eq!(serde_json::from_str::<Rules>(&text).unwrap(), rules);
    assert_eq!(serde_json::from_str::<FpGrowth>("{}").unwrap(), FpGrowth::default());
    fn is_shared<T: Send + Sync + Clone>() {}
    is_shared::<(Itemsets, RuleSet, crm_mining::insight::CrossSell)>();
}
