//! Laws of explained segments: figures equal their definitions, order and threads do not matter, what is saved
//! scores the same in another process, what cannot be done is refused by name.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests, of which one runs as a child told by its environment what to do"
)]

#[path = "common/draw.rs"]
mod draw;
#[path = "common/rows.rs"]
mod rows;

use crm_mining::data::{Column, Features, Keys, Table, ToTable};
use crm_mining::feature::{ColumnPreparation, MissingNumber, Preparation, Scaling};
use crm_mining::insight::{
    ChooseSegments, Condition, Direction, ExplainSegments, Lever, MatchBy, NamedSegments, Refit,
    RefitDecision, Revenue, SegmentDrift, SegmentMatch, SegmentModel, SegmentReport, SegmentRules,
    Segmentation, Segmented, Segments, match_segments,
};
use crm_mining::learn::NOISE;
use crm_mining::{ErrorKind, Fit, Predict};
use draw::Draw;
use rows::with_threads;

const NAMES: [&str; 3] = ["recency", "frequency", "monetary"];

/// Customers of three kinds: lately and often, once and long ago, and in between.
fn customers(n: usize, seed: u64, louder: f64) -> Features {
    let mut draw = Draw::new(seed);
    let mut values = Vec::new();
    for i in 0..n {
        let (recency, frequency, each) = [(20.0, 12.0, 40.0), (300.0, 1.0, 20.0), (90.0, 4.0, 25.0)][i % 3];
        let days = (recency * (0.7 + 0.6 * draw.uniform())).round();
        let orders = (frequency * (0.7 + 0.6 * draw.uniform())).round().max(1.0);
        values.extend([days, orders, orders * each * louder * (0.8 + 0.4 * draw.uniform())]);
    }
    Features::new(NAMES, values).unwrap().of_customers(keys(n)).unwrap()
}

fn keys(n: usize) -> Keys {
    (0..n).map(|i| format!("c{i:05}")).collect()
}

fn segments(features: &Features) -> Segments {
    Segmentation::kmeans(3..=3).fit(features).unwrap()
}

fn explain(features: &Features, segments: &impl Segmented) -> SegmentReport {
    ExplainSegments::default().explain(features, segments, Revenue::Feature("monetary")).unwrap()
}

/// Labels that any features can have.
fn any_labels(draw: &mut Draw, n: usize, k: usize) -> Vec<u32> {
    (0..n).map(|_| if draw.chance(0.05) { NOISE } else { draw.below(k) as u32 }).collect()
}

#[test]
fn figures_equal_their_definitions() {
    let mut draw = Draw::new(3);
    for round in 0..20 {
        let (n, k) = (30 + draw.below(200), 1 + draw.below(5));
        let values = (0..n).flat_map(|_| [draw.below(9) as f64, draw.uniform() * 100.0]).collect();
        let features = Features::new(["orders", "spend"], values).unwrap();
        let names: Vec<String> = (0..k).map(|i| format!("s{i}")).collect();
        let labels = any_labels(&mut draw, n, k);
        let segments = NamedSegments::new(names, labels.clone()).unwrap();
        let report =
            ExplainSegments::default().explain(&features, &segments, Revenue::Feature("spend")).unwrap();
        let total: f64 = features.column(1).sum();
        let mut suggested: Vec<&str> = Vec::new();
        for segment in report.segments() {
            let inside = |row: usize| labels[row] as usize == segment.index;
            let members: Vec<usize> = (0..n).filter(|&row| inside(row)).collect();
            assert_eq!(segment.size, members.len());
            if members.is_empty() {
                assert!(segment.effects.is_empty() && segment.rules.is_empty() && segment.typical.is_empty());
                continue;
            }
            let revenue: f64 = members.iter().map(|&row| features.row(row)[1]).sum();
            assert!((segment.revenue_share.unwrap() - revenue / total).abs() < 1e-12);
            for (feature, effect) in segment.effects.iter().enumerate() {
                let (mut more, mut pairs) = (0.0, 0.0);
                for a in (0..n).filter(|&row| inside(row)) {
                    for b in (0..n).filter(|&row| !inside(row)) {
                        let difference = features.row(a)[feature] - features.row(b)[feature];
                        more += if difference == 0.0 { 0.0 } else { difference.signum() };
                        pairs += 1.0;
                    }
                }
                assert!((effect.cliffs_delta - more / f64::max(pairs, 1.0)).abs() < 1e-12, "round {round}");
            }
            assert!(!segment.rules.is_empty());
            for rule in &segment.rules {
                let meets = |row: usize| {
                    rule.conditions.iter().all(|condition| {
                        let place = features.names().iter().position(|name| *name == condition.feature);
                        condition.holds(features.row(row)[place.unwrap()])
                    })
                };
                let met = (0..n).filter(|&row| meets(row)).count();
                let right = (0..n).filter(|&row| meets(row) && inside(row)).count();
                assert_eq!(rule.customers, met);
                assert_eq!(rule.coverage, right as f64 / members.len() as f64);
                assert_eq!(rule.precision, right as f64 / met as f64);
            }
            suggested.push(&segment.suggested_name);
        }
        let distinct: std::collections::BTreeSet<&str> = suggested.iter().copied().collect();
        assert_eq!(distinct.len(), suggested.len());
    }
}

#[test]
fn rules_of_the_tree_are_segments_by_hand() {
    let features = customers(600, 1, 1.0);
    let segments = segments(&features);
    let report = explain(&features, &segments);
    assert!(report.fidelity() > 0.97, "{}", report.fidelity());
    let by_hand = report.rules().apply(&features).unwrap();
    let agree = (0..600)
        .filter(|&row| by_hand.name_of(row) == segments.segment_of(row).map(|segment| segment.name.as_str()));
    assert_eq!(agree.count() as f64 / 600.0, report.fidelity());
    // The best buys lately and often, and the way there is up.
    let best = *report.worst_to_best().last().unwrap();
    let best = &report.segments()[best];
    assert!(best.step_up.is_none() && best.suggested_name.contains("frequent"), "{best:?}");
    for segment in report.segments().iter().filter(|segment| segment.index != best.index) {
        let step = segment.step_up.as_ref().unwrap();
        let to = &report.segments()[step.to];
        assert!(to.revenue_per_customer > segment.revenue_per_customer);
        // Whoever does as it says meets the rule.
        let mut values = segment.typical[0].values.clone();
        for change in &step.changes {
            let place = NAMES.iter().position(|name| *name == change.to.feature).unwrap();
            values[place] = change.to.bound;
            assert!(change.to.holds(values[place]) || change.to.bound == values[place]);
        }
        let there = Features::new(NAMES, values).unwrap();
        let found = report.rules().apply(&there).unwrap();
        let strict = step.changes.iter().any(|change| change.to.comparison.sign() == ">");
        assert!(
            strict || found.name_of(0) == Some(to.name.as_str()),
            "{step} leads to {:?}",
            found.name_of(0)
        );
    }
}

#[test]
fn levers_and_orderings_are_obeyed() {
    let features = customers(300, 5, 1.0);
    let segments = segments(&features);
    let none = ExplainSegments::default().levers([Lever::new("recency", Direction::Up)]);
    let report = none.explain(&features, &segments, Revenue::Feature("monetary")).unwrap();
    assert!(report.segments().iter().all(|segment| segment.step_up.is_none()));
    let unknown = ExplainSegments::default().explain(&features, &segments, Revenue::Unknown).unwrap();
    assert!(unknown.worst_to_best().is_empty() && unknown.segments()[0].revenue.is_none());
    let backwards: Vec<&str> = {
        let by_revenue = explain(&features, &segments).worst_to_best();
        by_revenue.iter().rev().map(|&place| segments.names()[place]).collect()
    };
    let turned = ExplainSegments::default().ordering(backwards.clone());
    let report = turned.explain(&features, &segments, Revenue::Feature("monetary")).unwrap();
    let order: Vec<&str> = report.worst_to_best().iter().map(|&place| segments.names()[place]).collect();
    assert_eq!(order, backwards);
}

#[test]
fn order_of_rows_and_threads_do_not_matter() {
    let features = customers(900, 2, 1.0);
    let segments = segments(&features);
    let report = explain(&features, &segments);
    for threads in [1, 2, 8] {
        let again = with_threads(threads, || explain(&features, &self::segments(&features)));
        assert_eq!(again, report);
        assert_eq!(serde_json::to_string(&again).unwrap(), serde_json::to_string(&report).unwrap());
    }
    let turned: Vec<u32> = (0..900).rev().collect();
    let labels = turned.iter().map(|&row| segments.labels()[row as usize]).collect();
    let names: Vec<String> = segments.names().into_iter().map(str::to_owned).collect();
    let named = NamedSegments::new(names, labels).unwrap();
    let backwards = explain(&features.select(&turned), &named);
    for (a, b) in report.segments().iter().zip(backwards.segments()) {
        assert_eq!((&a.effects, &a.rules, a.revenue), (&b.effects, &b.rules, b.revenue));
        assert_eq!(a.suggested_name, b.suggested_name);
        let rows: Vec<usize> = b.typical.iter().map(|typical| 899 - typical.row).collect();
        assert_eq!(a.typical.iter().map(|typical| typical.row).collect::<Vec<_>>(), rows);
    }
}

#[test]
fn hostile_input_has_a_name() {
    let features = customers(9, 4, 1.0);
    let labels = vec![0; 9];
    let one = NamedSegments::new(["all"], labels.clone()).unwrap();
    let kind = |settings: ExplainSegments, features: &Features, segments: &NamedSegments, revenue| {
        settings.explain(features, segments, revenue).map(|_| ()).unwrap_err().into_kind().name()
    };
    let plain = ExplainSegments::default;
    let unknown = Revenue::Unknown;
    assert_eq!(kind(plain().depth(0), &features, &one, unknown), "InvalidParameter");
    assert_eq!(kind(plain().min_share(f64::NAN), &features, &one, unknown), "InvalidParameter");
    assert_eq!(kind(plain().ordering(["nobody"]), &features, &one, unknown), "InvalidParameter");
    assert_eq!(kind(plain(), &features.select(&[0]), &one, unknown), "LengthMismatch");
    assert_eq!(kind(plain(), &features, &one, Revenue::Values(&[1.0])), "LengthMismatch");
    assert_eq!(kind(plain(), &features, &one, Revenue::Feature("age")), "MissingColumn");
    let levers = plain().levers([Lever::new("age", Direction::Up)]);
    assert_eq!(kind(levers, &features, &one, unknown), "MissingColumn");
    let nobody = NamedSegments::new(["all"], Vec::new()).unwrap();
    assert_eq!(kind(plain(), &features.select(&[]), &nobody, unknown), "NotEnoughData");
    let huge = Features::new(["x"], vec![1e200; 9]).unwrap();
    assert_eq!(kind(plain(), &huge, &one, unknown), "Overflow");
    assert_eq!(kind(plain(), &features, &one, Revenue::Values(&[1e100; 9])), "Overflow");
    assert_eq!(kind(plain(), &features, &one, Revenue::Values(&[f64::NAN; 9])), "InvalidValue");
    assert!(NamedSegments::new(["a", "a"], labels.clone()).is_err());
    assert!(NamedSegments::new(["a"], vec![1]).is_err());
    let others: Keys = (1..10).map(|i| format!("c{i:05}")).collect();
    let of_others = features.clone().of_customers(others).unwrap();
    let everyone = SegmentRules::new().segment("all", [Condition::at_least("frequency", 0.0)]);
    let known = everyone.apply(&features).unwrap();
    let error = plain().explain(&of_others, &known, unknown).unwrap_err();
    assert_eq!(error.kind().name(), "Incompatible");
    assert!(
        error.to_string().ends_with("the label of another in row 1") && !error.to_string().contains("c0000")
    );
    let (before, after) = (segments(&features), segments(&of_others));
    let matched = match_segments(&before, &after, MatchBy::Centers).unwrap();
    let drift = |after_rows| {
        SegmentDrift::between((before.without_customers(), &features), (&after, after_rows), &matched)
    };
    assert_eq!(drift(&features).unwrap_err().kind().name(), "Incompatible");
    assert!(drift(&of_others).is_ok());
    // Everyone alike, everyone in one segment, everyone in none, a segment of nobody: all have an answer.
    for (values, labels) in
        [(7.0, vec![0; 9]), (7.0, vec![0, 0, 0, 1, 1, 1, 1, 1, 1]), (1e139, vec![NOISE; 9])]
    {
        let features = Features::new(["x"], vec![values; 9]).unwrap();
        let segments = NamedSegments::new(["a", "b"], labels).unwrap();
        let report = plain().explain(&features, &segments, Revenue::Values(&[0.0; 9])).unwrap();
        assert!(report.to_string().contains("a"));
        assert_eq!(report.to_table().n_rows(), 2);
        assert!(report.segments().iter().all(|segment| segment.revenue_share.is_none()));
    }
    let alone = NamedSegments::new(["a"], vec![0]).unwrap();
    let report = plain().explain(&features.select(&[3]), &alone, Revenue::Feature("monetary")).unwrap();
    assert_eq!((report.fidelity(), report.segments()[0].rules[0].to_string()), (1.0, "everyone".into()));
}

#[test]
fn rules_by_hand_are_asked_in_order() {
    let features = customers(30, 6, 1.0);
    let rules = SegmentRules::new()
        .segment("best", [Condition::at_most("recency", 31.0), Condition::at_least("frequency", 6.0)])
        .segment("lost", [Condition::above("recency", 200.0)])
        .segment("best", [Condition::at_least("monetary", 1e6)])
        .other("others");
    let found = rules.apply(&features).unwrap();
    assert_eq!(found.names(), ["best", "lost", "others"]);
    assert!(found.about()[0].description.ends_with("; or monetary >= 1000000"));
    for (row, values) in features.rows().enumerate() {
        let expected = match values {
            [recency, frequency, _] if *recency <= 31.0 && *frequency >= 6.0 => "best",
            [recency, ..] if *recency > 200.0 => "lost",
            _ => "others",
        };
        assert_eq!(found.name_of(row), Some(expected));
    }
    let saved: SegmentRules = serde_json::from_str(&serde_json::to_string(&rules).unwrap()).unwrap();
    assert_eq!(saved.apply(&features).unwrap(), found);
    let kind = |rules: SegmentRules| rules.apply(&features).unwrap_err().into_kind();
    assert!(matches!(kind(SegmentRules::new()), ErrorKind::InvalidParameter { .. }));
    let unknown = SegmentRules::new().segment("a", [Condition::above("age", 1.0)]);
    assert!(matches!(kind(unknown), ErrorKind::MissingColumn { .. }));
    let nothing = SegmentRules::new().segment("a", [Condition::above("recency", f64::NAN)]);
    assert!(matches!(kind(nothing), ErrorKind::InvalidParameter { parameter: "bound", .. }));
    assert_eq!(NamedSegments::top_share(&features, "monetary", 0.3).unwrap().sizes(), [9, 21]);
    let equal = Features::new(["x"], vec![1.0; 4]).unwrap();
    assert_eq!(NamedSegments::top_share(&equal, "x", 0.1).unwrap().sizes(), [4, 0]);
    assert_eq!(NamedSegments::top_share(&equal, "x", 0.0).unwrap().sizes(), [0, 4]);
    assert!(NamedSegments::top_share(&equal, "x", f64::NAN).is_err());
}

#[test]
fn matching_finds_the_same_segments_again() {
    let (june, july) = (customers(600, 7, 1.0), customers(660, 8, 1.0));
    let (before, after) = (segments(&june), segments(&july));
    for by in [MatchBy::Centers, MatchBy::Customers] {
        let matched = match_segments(&before, &after, by).unwrap();
        assert_eq!(matched.pairs().len(), 3);
        assert!(matched.appeared().is_empty() && matched.disappeared().is_empty());
        for pair in matched.pairs() {
            // Customers of one kind are those of equal row modulo 3, on both days.
            let kind = |segments: &Segments, of: usize| {
                segments.labels().iter().position(|&label| label as usize == of).unwrap() % 3
            };
            assert_eq!(kind(&before, pair.before), kind(&after, pair.after), "{by:?}");
            assert!(pair.cost < 0.2, "{pair:?}");
        }
        let moved = matched.migration(&before, &after).unwrap();
        let stayed: u32 = (0..3).map(|state| moved.counts()[state][state]).sum();
        let all: u32 = moved.counts().iter().flatten().sum();
        assert_eq!((all, moved.entrants().iter().sum::<u32>()), (600, 60));
        assert!(stayed > 590, "{stayed}");
        assert!(matched.migration(&after, &before).is_err() || before.names() == after.names());
    }
    let more = Segmentation::kmeans(5..=5).fit(&july).unwrap();
    let matched = match_segments(&before, &more, MatchBy::Centers).unwrap();
    assert_eq!((matched.pairs().len(), matched.appeared().len()), (3, 2));
    let moved = matched.migration(&before, &more).unwrap();
    assert_eq!(moved.states().iter().filter(|name| name.starts_with("new: ")).count(), 2);
    assert_eq!(matched.to_table().n_rows(), 5);
    let fewer = match_segments(&more, &before, MatchBy::Customers).unwrap();
    assert_eq!((fewer.pairs().len(), fewer.disappeared().len()), (3, 2));
    let strangers = NamedSegments::new(["a"], vec![0]).unwrap();
    let error = SegmentMatch::by_customers(&before, &strangers).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NotEnoughData { .. }));
    let strangers = strangers.of_customers(["nobody"].into_iter().collect()).unwrap();
    assert!(SegmentMatch::by_customers(&before, &strangers).is_err());
}

#[test]
fn drift_is_found_where_it_is() {
    let (mut alarms, mut found) = (0, 0);
    let rounds = 40;
    for round in 0..rounds {
        let june = customers(240, 100 + round, 1.0);
        let before = segments(&june);
        for louder in [1.0, 1.15] {
            let july = customers(240, 1000 + round, louder);
            let after = segments(&july);
            let matched = match_segments(&before, &after, MatchBy::Centers).unwrap();
            let drift = SegmentDrift::between((before.without_customers(), &june), (&after, &july), &matched)
                .unwrap();
            let spend = drift.pairs().iter().any(|pair| pair.features[2].adjusted_p < 0.05);
            let any = drift.pairs().iter().flat_map(|pair| &pair.features).any(|of| of.adjusted_p < 0.05);
            alarms += usize::from(louder == 1.0 && any);
            found += usize::from(louder > 1.0 && spend);
        }
    }
    // 5 % of false alarms at most: 2 of 40 expected, 7 or more of them in 1 of 100 such tests.
    assert!(alarms < 7, "{alarms} of {rounds}");
    assert!(found > 30, "{found} of {rounds}");
    let june = customers(60, 9, 1.0);
    let before = segments(&june);
    let matched = match_segments(&before, &before, MatchBy::Centers).unwrap();
    let drift =
        SegmentDrift::between((before.without_customers(), &june), (&before, &june), &matched).unwrap();
    assert!(drift.pairs().iter().flat_map(|pair| &pair.features).all(|of| of.p == 1.0 && of.shift == 0.0));
    assert_eq!(drift.to_table().n_rows(), 9);
    let short = june.select(&[0, 1]);
    assert!(SegmentDrift::between((before.without_customers(), &june), (&before, &short), &matched).is_err());
}

#[test]
fn a_new_fit_pays_when_customers_changed() {
    let june = customers(600, 11, 1.0);
    let before = segments(&june);
    let old = before.without_customers();
    for seed in 0..5 {
        let same = Refit::default().seed(seed).check(old, &customers(500, 20 + seed, 1.0)).unwrap();
        assert_eq!(same.decision, RefitDecision::Keep, "{same}");
        assert!(same.gain < 0.02 && same.moved < 0.05, "{same:?}");
        let other = Refit::default().seed(seed).check(old, &customers(500, 30 + seed, 6.0)).unwrap();
        assert_eq!(other.decision, RefitDecision::Refit, "{other}");
    }
    let one = Refit::default().check(old, &june.select(&[0]).of_customers(keys(1)).unwrap()).unwrap_err();
    assert!(matches!(one.kind(), ErrorKind::NotEnoughData { .. }));
    let few = Refit::default().check(old, &june.select(&[0, 0, 0, 1])).unwrap_err();
    assert!(matches!(few.kind(), ErrorKind::TooManyClusters { .. }));
    assert!(Refit::default().min_gain(f64::NAN).check(old, &june).is_err());
    assert!(Refit::default().check(old, &Features::new(["x"], vec![1.0; 9]).unwrap()).is_err());
}

/// Clouds of one size on a line of steps, in two features.
fn clouds(n: usize, k: usize, spread: f64, seed: u64) -> Features {
    let mut draw = Draw::new(seed);
    let mut values = Vec::new();
    for i in 0..n {
        let angle = (i % k) as f64 * 2.4;
        let mut noise = || (0..6).map(|_| draw.uniform() - 0.5).sum::<f64>() * spread;
        values.extend([200.0 + 10.0 * angle.cos() * (1.0 + (i % k) as f64 / 4.0) + noise()]);
        values.extend([200.0 + 10.0 * angle.sin() * (1.0 + (i % k) as f64 / 4.0) + noise()]);
    }
    Features::new(["x", "y"], values).unwrap()
}

#[test]
fn the_number_of_clouds_is_found() {
    for k in 2..=6 {
        for seed in 0..3 {
            let chosen = Segmentation::choose(2..=9).seed(seed).fit(&clouds(420, k, 2.0, seed + 50)).unwrap();
            assert_eq!(chosen.choice().k(), k, "seed {seed}: {}", chosen.choice());
            assert!(chosen.choice().fits() && chosen.segments().k() == k);
        }
    }
}

#[test]
fn choices_obey_their_rule() {
    let features = customers(400, 15, 1.0);
    let settings = Segmentation::choose(2..=6);
    let chosen = settings.fit(&features).unwrap();
    let again = with_threads(1, || settings.fit(&features).unwrap());
    assert_eq!(again, with_threads(8, || settings.fit(&features).unwrap()));
    assert_eq!(again, chosen);
    let plain = Segmentation::kmeans(chosen.segments().k()..=chosen.segments().k()).fit(&features).unwrap();
    assert_eq!(plain.labels(), chosen.segments().labels());
    assert_eq!(chosen.choice().to_table().n_rows(), 5);
    assert_eq!(chosen.choice().favorites().silhouette, Some(3));
    // Asked for the impossible, it says so and gives what comes nearest.
    let none = settings.clone().min_share(0.5).min_stability(1.0).fit(&features).unwrap();
    assert!(!none.choice().fits() && none.choice().why().starts_with("no number of segments fits"));
    let kind =
        |settings: ChooseSegments, features: &Features| settings.fit(features).unwrap_err().into_kind();
    let of = |settings: ChooseSegments| kind(settings, &features);
    assert!(matches!(of(Segmentation::choose(1..=3)), ErrorKind::InvalidParameter { parameter: "k", .. }));
    assert!(matches!(of(settings.clone().min_share(f64::NAN)), ErrorKind::InvalidParameter { .. }));
    let alike = Features::new(["x"], vec![4.0; 50]).unwrap();
    assert!(matches!(kind(settings.clone(), &alike), ErrorKind::TooManyClusters { distinct: 1, .. }));
    assert!(matches!(kind(settings.clone(), &alike.select(&[])), ErrorKind::NotEnoughData { .. }));
    let huge = Features::new(["x"], vec![1e200, 0.0]).unwrap();
    assert!(matches!(kind(settings.clone(), &huge), ErrorKind::Overflow { .. }));
    let few = Features::new(["x"], (0..40).map(|i| f64::from(i % 5)).collect()).unwrap();
    let chosen = settings.fit(&few).unwrap();
    assert_eq!((chosen.choice().reports().len(), chosen.segments().skipped()), (1, Some(3..=6)));
}

#[test]
#[ignore = "a child of a_saved_model_scores_the_same_in_another_process"]
fn scores_what_it_is_told() {
    let Some(folder) = std::env::var_os("CRM_MINING_CHILD") else { return };
    let folder = std::path::PathBuf::from(folder);
    let saved = std::fs::read_to_string(folder.join("model.json")).unwrap();
    let model: SegmentModel = serde_json::from_str(&saved).unwrap();
    let labels = model.predict(&customers(5000, 13, 1.1)).unwrap();
    let bytes: Vec<u8> = labels.iter().flat_map(|label| label.to_le_bytes()).collect();
    std::fs::write(folder.join("labels"), bytes).unwrap();
    std::fs::write(folder.join("again.json"), serde_json::to_string(&model).unwrap()).unwrap();
}

#[test]
fn a_saved_model_scores_the_same_in_another_process() {
    let folder = std::env::temp_dir().join(format!("crm-mining-segments-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let features = customers(3000, 12, 1.0);
    let segments = segments(&features);
    let saved = serde_json::to_string(segments.without_customers()).unwrap();
    assert!(!saved.contains("c00000"), "a saved model names a customer");
    std::fs::write(folder.join("model.json"), &saved).unwrap();
    let status = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "scores_what_it_is_told", "--ignored", "--test-threads=1"])
        .env("CRM_MINING_CHILD", &folder)
        .stdout(std::process::Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    let here = segments.predict(&customers(5000, 13, 1.1)).unwrap();
    let here: Vec<u8> = here.iter().flat_map(|label| label.to_le_bytes()).collect();
    assert_eq!(std::fs::read(folder.join("labels")).unwrap(), here);
    assert_eq!(std::fs::read_to_string(folder.join("again.json")).unwrap(), saved);
    assert_eq!(segments.predict(&features).unwrap(), segments.labels());
    let _ = std::fs::remove_dir_all(&folder);
}

#[test]
fn damaged_models_are_refused() {
    let features = customers(90, 14, 1.0);
    let model = segments(&features).without_customers().clone();
    let saved = serde_json::to_value(&model).unwrap();
    type Harm = fn(&mut serde_json::Value);
    let harms: [Harm; 9] = [
        |v| _ = v["centers"].as_array_mut().unwrap().pop(),
        |v| v["centers"][0] = serde_json::Value::Null,
        |v| v["segments"] = serde_json::json!([]),
        |v| v["segments"][1]["index"] = 0.into(),
        |v| _ = v["segments"][2]["medians"].as_array_mut().unwrap().pop(),
        |v| v["preparation"]["columns"] = serde_json::json!([]),
        |v| v["preparation"]["columns"][0]["name"] = v["preparation"]["columns"][1]["name"].clone(),
        |v| v["preparation"]["columns"][0]["scale"]["standard"]["deviation"] = (-1.0).into(),
        |v| _ = v["preparation"]["columns"].as_array_mut().unwrap().pop(),
    ];
    for (number, harm) in harms.into_iter().enumerate() {
        let mut damaged = saved.clone();
        harm(&mut damaged);
        assert!(serde_json::from_value::<SegmentModel>(damaged).is_err(), "harm {number} went unseen");
    }
    // Whatever is cut off or changed, loading either refuses or gives a model that scores.
    let text = serde_json::to_string(&model).unwrap();
    let mut draw = Draw::new(1);
    for _ in 0..400 {
        let mut bytes = text.clone().into_bytes();
        let place = draw.below(bytes.len());
        bytes[place] = b"0123456789-.e{}[],\"x"[draw.below(20)];
        if let Ok(model) = serde_json::from_slice::<SegmentModel>(&bytes) {
            let _ = model.predict(&features);
            let _ = match_segments_of(&model);
        }
    }
}

/// Matching a model with itself finds every segment in its place.
fn match_segments_of(model: &SegmentModel) -> usize {
    SegmentMatch::by_centers(model, model).map_or(0, |matched| matched.pairs().len())
}

/// Rows of a table with a missing number and a category, prepared as their columns are told, and scored raw.
#[test]
fn raw_rows_of_a_table_are_prepared_and_scored() {
    let spend = |i: usize| if i == 7 { f64::NAN } else { [20.0, 900.0][i % 2] + (i * i % 13) as f64 };
    let tier = |i: usize| Some(["basic", "gold"][i % 2]);
    let those = |rows: &[usize]| {
        let columns = vec![
            Column::text("id", rows.iter().map(|i| Some(format!("c{i:03}")))),
            Column::floats("spend", rows.iter().map(|&i| spend(i)).collect()),
            Column::text("tier", rows.iter().map(|&i| tier(i))),
        ];
        Table::new("crm", columns).unwrap()
    };
    let rows = |from: usize, to: usize| those(&(from..to).collect::<Vec<usize>>());
    let rule = ColumnPreparation {
        missing: MissingNumber::Median,
        scaling: Scaling::YeoJohnson,
        ..Default::default()
    };
    let named =
        Preparation { rule, customer: Some("id".into()), ..Preparation::of_table(["spend"], ["tier"]) };
    let settings = Segmentation::kmeans(2..=2).preparation(named);
    let segments = settings.fit(&rows(0, 60)).unwrap();
    assert_eq!(segments.feature_names(), ["spend", "tier=basic", "tier=gold"]);
    assert_eq!(segments.customers().unwrap().name(1), "c001");
    assert!((0..60).all(|i| (segments.labels()[i] == segments.labels()[0]) == (i % 2 == 0) || i == 7));
    let saved = serde_json::to_string(segments.without_customers()).unwrap();
    let loaded: SegmentModel = serde_json::from_str(&saved).unwrap();
    assert_eq!(loaded.predict(&rows(60, 90)).unwrap(), segments.predict(&rows(60, 90)).unwrap());
    assert_eq!(loaded.predict(&rows(0, 60)).unwrap(), segments.labels());
    // Rows keep their order, which is not that of their customers; who they are does not matter.
    let mixed: Vec<usize> = (0..60).map(|i| (i * 7 + 3) % 60).collect();
    let labels = segments.predict(&those(&mixed)).unwrap();
    assert!(labels.iter().zip(&mixed).all(|(label, &i)| *label == segments.labels()[i]));
    assert_eq!(segments.predict(&those(&[4, 4])).unwrap().len(), 2);
    // As features they are followed and explained like any others.
    let plain = loaded.plain(&those(&mixed)).unwrap();
    assert_eq!(plain.row(1)[1..], [0.0, 1.0]);
    assert_eq!(loaded.predict(&plain).unwrap(), segments.labels());
    assert_eq!(Refit::default().check(&loaded, &plain).unwrap().decision, RefitDecision::Keep);
    let same = match_segments(&segments, &segments, MatchBy::Customers).unwrap();
    let drift = SegmentDrift::between((&loaded, &plain), (&segments, &plain), &same).unwrap();
    assert!(drift.pairs().iter().all(|pair| pair.features.iter().all(|of| of.shift == 0.0)));
    assert_eq!(
        ExplainSegments::default().explain(&plain, &segments, Revenue::Unknown).unwrap().segments().len(),
        2
    );
    let misspelt = r#"{"numeric": ["spend"], "categorial": ["tier"]}"#;
    assert!(serde_json::from_str::<Preparation>(misspelt).unwrap_err().to_string().contains("categorial"));
    let chosen = Segmentation::choose(2..=3);
    let chosen =
        ChooseSegments { preparation: settings.preparation.clone(), ..chosen }.fit(&rows(0, 60)).unwrap();
    assert_eq!(chosen.segments().feature_names().len(), 3);
    let unseen = Table::new(
        "crm",
        vec![
            Column::text("id", [Some("x")]),
            Column::floats("spend", vec![5.0]),
            Column::text("tier", [Some("platinum")]),
        ],
    );
    let error = loaded.predict(&unseen.unwrap()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidValue { .. }), "{error}");
    assert!(Segmentation::kmeans(2..=2).fit(&rows(0, 60)).is_err());
}
