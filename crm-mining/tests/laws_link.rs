//! Laws of linking: threads and row order do not matter, the fast way finds what the slow way finds, searches
//! climb, clusters are components, decisions can be taken back, and bad input ends in a typed outcome.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crm_mining::data::Column;
use crm_mining::prelude::*;
use crm_mining::prepare::{Block, Clusters, Comparison, Kind, LinkModel, Linker, Links, Records, Transform};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Numbers that look random (SplitMix64).
fn draw(state: &mut u64, n: usize) -> usize {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    ((z ^ (z >> 27)) % n as u64) as usize
}

const GIVEN: [&str; 12] =
    ["anna", "ben", "carla", "david", "emma", "felix", "greta", "hugo", "ines", "jonas", "karla", "leo"];
const SURNAMES: [&str; 10] =
    ["fischer", "weber", "meyer", "wagner", "becker", "schulz", "hoffmann", "koch", "bauer", "richter"];
const TOWNS: [&str; 7] = ["york", "bath", "ely", "wells", "ripon", "truro", "durham"];

/// Customers, every third of them twice with an error.
fn people(customers: usize, seed: u64) -> Vec<[Option<String>; 4]> {
    let mut state = seed;
    let mut rows = Vec::new();
    for at in 0..customers {
        let mut pick = |list: &[&str]| list[draw(&mut state, list.len())].to_owned();
        let (given, surname, town) = (pick(&GIVEN), pick(&SURNAMES), pick(&TOWNS));
        let born = format!("{}-{:02}-{:02}", 1940 + draw(&mut state, 60), 1 + draw(&mut state, 12), 7);
        let row = [Some(given), Some(surname), Some(born), Some(town)];
        rows.push(row.clone());
        if at % 3 == 0 {
            let mut again = row;
            match draw(&mut state, 4) {
                0 => again.swap(0, 1),
                1 => again[draw(&mut state, 4)] = None,
                2 => again[1].as_mut().unwrap().insert(2, 'x'),
                _ => {}
            }
            rows.push(again);
        }
    }
    rows
}

fn table(rows: &[[Option<String>; 4]]) -> Table {
    let column = |at: usize, name: &str| Column::text(name, rows.iter().map(|row| row[at].as_deref()));
    let columns = vec![column(0, " given"), column(1, "surname "), column(2, "born"), column(3, "town")];
    Table::new("people", columns).unwrap()
}

fn linker() -> Linker {
    let comparisons = vec![
        Comparison::new("given", Kind::Name),
        Comparison::new("surname", Kind::Name),
        Comparison::new("born", Kind::Date),
        Comparison::new("town", Kind::Text),
    ];
    let blocking = vec![
        Block::on(["given", "surname"]).in_any_order(),
        Block::on(["born"]),
        Block::on(["town"]).and("surname", Transform::Soundex),
        Block::on(["given", "town"]).and("born", Transform::Year),
    ];
    Linker::new(comparisons, blocking)
}

fn fit(table: &Table) -> (LinkModel, Links) {
    let records = Records::within(table);
    let model = linker().fit(&records).unwrap();
    let links = model.predict(&records).unwrap();
    (model, links)
}

#[test]
fn threads_do_not_matter() {
    // More pairs than are drawn, so that samples are at work.
    let table = table(&people(2_500, 1));
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| fit(&table))
    };
    let one = run(1);
    assert!(one.1.pairs().len() > 700);
    for threads in [2, 8] {
        assert_eq!(run(threads), one);
    }
}

#[test]
fn row_order_does_not_matter() {
    let rows = people(400, 2);
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let mut state = 5;
    for last in (1..order.len()).rev() {
        order.swap(last, draw(&mut state, last + 1));
    }
    let shuffled: Vec<_> = order.iter().map(|&at| rows[at].clone()).collect();
    let (_, straight) = fit(&table(&rows));
    let (_, other) = fit(&table(&shuffled));
    let mut back: Vec<(u32, u32, f64)> = other
        .pairs()
        .iter()
        .map(|link| {
            let (a, b) = (order[link.left as usize] as u32, order[link.right as usize] as u32);
            (a.min(b), a.max(b), link.weight)
        })
        .collect();
    back.sort_by_key(|&(a, b, _)| (a, b));
    assert_eq!(back.len(), straight.pairs().len());
    for (link, (a, b, weight)) in straight.pairs().iter().zip(back) {
        assert_eq!((link.left, link.right), (a, b));
        assert!((link.weight - weight).abs() < 1e-9);
    }
}

#[test]
fn searches_climb() {
    let (model, links) = fit(&table(&people(900, 3)));
    assert_eq!(model.report().sessions.len(), 4);
    for session in &model.report().sessions {
        assert!(session.converged, "{session:?}");
        for step in session.log_likelihood.windows(2) {
            assert!(step[1] >= step[0] - 1e-9 * step[0].abs(), "{step:?}");
        }
    }
    for (levels, comparison) in model.levels().iter().zip(&model.settings().comparisons) {
        assert_eq!(levels.len(), comparison.levels.len() + 2);
        for share in [levels.iter().map(|l| l.m).sum::<f64>(), levels.iter().map(|l| l.u).sum::<f64>()] {
            assert!((share - 1.0).abs() < 1e-9);
        }
    }
    let threshold = links.suggest_threshold();
    let best = links.expected(threshold).f1;
    for other in [0.02, 0.2, 0.5, 0.9, 0.999] {
        assert!(links.expected(other).f1 <= best + 1e-12);
    }
}

/// The pairs that agree by a rule of `linker()`, by looking at all pairs.
fn naive_pairs(rows: &[[Option<String>; 4]]) -> BTreeSet<(u32, u32)> {
    let soundex = |name: &str| {
        // Enough for the surnames here, with and without an x in third place.
        let code = |c: char| "bfpv cgjkqsxz dt l mn r".split(' ').position(|group| group.contains(c));
        let mut out = String::from(&name[..1]);
        let mut last = name.chars().next().and_then(code);
        for c in name.chars().skip(1) {
            let now = code(c);
            if let Some(digit) = now
                && now != last
            {
                out.push_str(&(digit + 1).to_string());
            }
            if !matches!(c, 'h' | 'w') {
                last = now;
            }
        }
        out.push_str("000");
        out[..4].to_owned()
    };
    let met = |a: &[Option<String>; 4], b: &[Option<String>; 4]| {
        let all = |row: &[Option<String>; 4], at: &[usize]| {
            at.iter().map(|&at| row[at].clone()).collect::<Option<Vec<String>>>()
        };
        let same = |x: Option<Vec<String>>, y: Option<Vec<String>>| x.is_some() && x == y;
        let sorted = |row: &[Option<String>; 4]| {
            all(row, &[0, 1]).map(|mut names| {
                names.sort();
                names
            })
        };
        let sound = |row: &[Option<String>; 4]| {
            all(row, &[1, 3]).map(|both| vec![soundex(&both[0]), both[1].clone()])
        };
        let year = |row: &[Option<String>; 4]| {
            all(row, &[0, 3, 2]).map(|all| vec![all[0].clone(), all[1].clone(), all[2][..4].to_owned()])
        };
        same(sorted(a), sorted(b))
            || same(all(a, &[2]), all(b, &[2]))
            || same(sound(a), sound(b))
            || same(year(a), year(b))
    };
    let mut pairs = BTreeSet::new();
    for a in 0..rows.len() {
        for b in a + 1..rows.len() {
            if met(&rows[a], &rows[b]) {
                pairs.insert((a as u32, b as u32));
            }
        }
    }
    pairs
}

#[test]
fn fast_pairs_are_the_naive_ones() {
    let rows = people(250, 4);
    let table = table(&rows);
    // Everything is kept, so that all pairs that meet are seen.
    let linker = Linker { keep: 1e-300, ..linker() };
    let records = Records::within(&table);
    let model = linker.fit(&records).unwrap();
    let links = model.predict(&records).unwrap();
    let found: Vec<(u32, u32)> = links.pairs().iter().map(|link| (link.left, link.right)).collect();
    let naive = naive_pairs(&rows);
    assert_eq!(found.iter().copied().collect::<BTreeSet<_>>(), naive);
    assert_eq!(found.len(), naive.len(), "no pair twice");
    assert_eq!(model.report().compared, naive.len() as f64);
    // And each weight is the sum that its explanation shows.
    for link in links.pairs().iter().step_by(7) {
        let explanation = model.explain(&records, link.left, link.right).unwrap();
        assert!((explanation.weight - link.weight).abs() < 1e-9);
        let parts: f64 = explanation.contributions.iter().map(|part| part.weight).sum();
        assert!((explanation.prior + parts - link.weight).abs() < 1e-9);
    }
}

#[test]
fn two_tables_meet_across_only() {
    let rows = people(300, 6);
    let (left, right) = rows.split_at(200);
    let (left, right) = (table(left), table(right));
    let records = Records::between(&left, &right);
    let linker = Linker { keep: 1e-300, ..linker() };
    let links = linker.fit(&records).unwrap().predict(&records).unwrap();
    let across: BTreeSet<(u32, u32)> =
        naive_pairs(&rows).into_iter().filter(|&(a, b)| a < 200 && b >= 200).collect();
    assert_eq!(links.pairs().iter().map(|link| (link.left, link.right)).collect::<BTreeSet<_>>(), across);
}

#[test]
fn models_survive_storage_and_are_checked() {
    let table = table(&people(300, 7));
    let (model, links) = fit(&table);
    let text = serde_json::to_string(&model).unwrap();
    let back: LinkModel = serde_json::from_str(&text).unwrap();
    assert_eq!(back, model);
    assert_eq!(back.predict(&Records::within(&table)).unwrap(), links);
    let prior = format!("\"prior\":{}", model.prior());
    assert!(text.contains(&prior));
    assert!(serde_json::from_str::<LinkModel>(&text.replace(&prior, "\"prior\":2.0")).is_err());
}

#[test]
fn one_record_finds_its_rows() {
    let rows = people(600, 8);
    let table = table(&rows);
    let (model, links) = fit(&table);
    let records = Records::within(&table);
    let index = model.index(&records).unwrap();
    let mut weights: BTreeMap<(u32, u32), f64> = BTreeMap::new();
    for link in links.pairs() {
        weights.insert((link.left, link.right), link.weight);
    }
    for (at, row) in (0u32..).zip(&rows) {
        let names = ["Given ", "SURNAME", "born", "town"];
        let record = names.iter().zip(row).map(|(name, value)| (*name, value.as_deref().unwrap_or("")));
        let found = index.link_one(record).unwrap();
        let linked = weights.iter().filter(|((a, b), _)| *a == at || *b == at).count();
        let others: Vec<_> = found.iter().filter(|found| found.row != at).collect();
        assert_eq!(others.len(), linked);
        for found in others {
            let weight = weights[&(at.min(found.row), at.max(found.row))];
            assert!((weight - found.weight).abs() < 1e-9);
        }
    }
    assert!(index.link_one([("colour", "red")]).is_err());
}

/// Components by repainting.
fn naive_components(n: usize, pairs: &[(u32, u32)]) -> Vec<u32> {
    let mut color: Vec<u32> = (0..n as u32).collect();
    for &(a, b) in pairs {
        let (from, to) = (color[a as usize], color[b as usize]);
        color.iter_mut().filter(|color| **color == from).for_each(|color| *color = to);
    }
    color
}

fn clusters(seed: u64) -> (Clusters, Links) {
    let (_, links) = fit(&table(&people(150, seed)));
    (links.clusters(0.3).unwrap(), links)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn clusters_are_components(seed in 10u64..1_000) {
        let (clusters, links) = clusters(seed);
        let n = clusters.cluster_of().len();
        let pairs: Vec<(u32, u32)> = links.above(0.3).map(|link| (link.left, link.right)).collect();
        let color = naive_components(n, &pairs);
        for a in 0..n {
            for b in 0..n {
                prop_assert_eq!(color[a] == color[b], clusters.cluster_of()[a] == clusters.cluster_of()[b]);
            }
        }
        prop_assert_eq!(clusters.iter().map(<[u32]>::len).sum::<usize>(), n);
        prop_assert_eq!(clusters.to_table().n_rows(), n);
    }

    #[test]
    fn splits_hold_and_can_be_taken_back(seed in 10u64..1_000) {
        let (before, _) = clusters(seed);
        let mut clusters = before.clone();
        let Some(at) = (0..clusters.len()).find(|&at| clusters.members(at).len() > 1) else { return Ok(()) };
        let members = clusters.members(at).to_vec();
        let (one, other) = members.split_at(1);
        clusters.split(at, &[one.to_vec(), other.to_vec()]).unwrap();
        for row in other {
            prop_assert_ne!(clusters.cluster_of()[one[0] as usize], clusters.cluster_of()[*row as usize]);
        }
        // The others are as they were.
        for (cluster, rows) in before.iter().enumerate().filter(|(cluster, _)| *cluster != at) {
            prop_assert!(clusters.iter().any(|now| now == rows), "{} {:?}", cluster, rows);
        }
        // A split stands whatever is decided elsewhere.
        let elsewhere: Vec<u32> =
            (0..before.cluster_of().len() as u32).filter(|row| !members.contains(row)).take(2).collect();
        let (x, y) = (elsewhere[0], elsewhere[1]);
        clusters.unlink(x, y).unwrap();
        prop_assert_ne!(clusters.cluster_of()[x as usize], clusters.cluster_of()[y as usize]);
        clusters.join(x, y).unwrap();
        prop_assert_eq!(clusters.cluster_of()[x as usize], clusters.cluster_of()[y as usize]);
        prop_assert_ne!(clusters.cluster_of()[one[0] as usize], clusters.cluster_of()[other[0] as usize]);
        let mut back = before.clone();
        back.split(at, &[one.to_vec(), other.to_vec()]).unwrap();
        back.join(one[0], other[0]).unwrap();
        prop_assert_eq!(back.cluster_of(), before.cluster_of());
    }
}

#[test]
fn wrong_decisions_are_refused() {
    let (mut clusters, _) = clusters(1);
    let before = clusters.clone();
    let n = clusters.cluster_of().len() as u32;
    assert!(clusters.unlink(3, 3).is_err());
    assert!(clusters.join(0, n).is_err());
    let outside = clusters.members(1)[0];
    assert!(clusters.split(0, &[vec![outside], vec![]]).is_err());
    assert_eq!(clusters, before);
}

/// What linking says of a table, by itself and by our settings: a kind of error, or links.
fn outcome(table: &Table) -> Result<usize, &'static str> {
    let records = Records::within(table);
    if let Ok(found) = Linker::for_records(&records) {
        let _ = found.fit(&records).map(|model| model.predict(&records).unwrap());
    }
    match linker().fit(&records) {
        Ok(model) => {
            let links = model.predict(&records).unwrap();
            assert!(links.pairs().iter().all(|link| link.weight.is_finite()));
            let expected = links.expected(0.5);
            assert!(expected.f1.is_finite() && links.suggest_threshold().is_finite());
            assert_eq!(links.clusters(0.5).unwrap().cluster_of().len(), table.n_rows());
            Ok(links.pairs().len())
        }
        Err(error) => Err(error.kind().name()),
    }
}

#[test]
fn hostile_tables() {
    let row = |values: [&str; 4]| values.map(|value| Some(value.to_owned()));
    assert_eq!(outcome(&table(&[])), Err("NotEnoughData"));
    assert_eq!(outcome(&table(&[row(["a", "b", "1970-01-01", "c"])])), Err("NotEnoughData"));
    assert_eq!(outcome(&table(&vec![[const { None }; 4]; 50])), Err("NotEnoughData"));
    // No two rows have anything in common.
    let apart: Vec<_> = (0..30)
        .map(|at| row([&format!("g{at}"), &format!("{at}s"), &format!("19{at:02}-01-01"), &format!("t{at}")]))
        .collect();
    assert_eq!(outcome(&table(&apart)), Err("NotEnoughData"));
    let strange = [row(["\u{0}", "王小明", "0000-00-00", "𝕏"]), row(["a\u{301}", "王", "x", " "])];
    assert!(matches!(outcome(&table(&strange)), Ok(_) | Err("NotEnoughData")));
    let constant = vec![row(["ann", "lee", "1970-01-01", "york"]); 40];
    assert!(outcome(&table(&constant)).is_ok());
    let empty = Table::new("empty", vec![]).unwrap();
    assert_eq!(outcome(&empty), Err("NotEnoughData"));
    assert!(Linker::for_records(&Records::within(&empty)).is_err());
    let other = Table::new("other", vec![Column::ints("n", vec![1, 2, 3])]).unwrap();
    assert_eq!(outcome(&other), Err("MissingColumn"));
}

#[test]
fn a_hundred_thousand_equal_rows_stay_cheap() {
    let row = ["ann", "lee", "1970-01-01", "york"].map(|value| Some(value.to_owned()));
    let table = table(&vec![row; 100_000]);
    let records = Records::within(&table);
    let model = linker().fit(&records).unwrap();
    let blocks = &model.report().blocks;
    let all = 100_000u64 * 99_999 / 2;
    assert!(blocks.iter().all(|block| block.pairs + block.left_out == all && block.pairs < 2_000_001));
    let links = model.predict(&records).unwrap();
    assert!(links.pairs().len() <= 2_000_000);
}

#[test]
fn settings_are_checked() {
    let table = table(&people(50, 9));
    let records = Records::within(&table);
    let refused = |linker: Linker| linker.fit(&records).unwrap_err().kind().name();
    let good = linker();
    assert_eq!(refused(Linker { comparisons: vec![], ..good.clone() }), "InvalidParameter");
    assert_eq!(refused(Linker { blocking: vec![], ..good.clone() }), "InvalidParameter");
    assert_eq!(refused(Linker { keep: 0.0, ..good.clone() }), "InvalidParameter");
    assert_eq!(refused(Linker { threshold: f64::NAN, ..good.clone() }), "InvalidParameter");
    assert_eq!(refused(Linker { window: 0, ..good.clone() }), "InvalidParameter");
    let mut rising = good;
    rising.comparisons[0].levels = vec![0.5, 0.9];
    assert_eq!(refused(rising), "InvalidParameter");
}
