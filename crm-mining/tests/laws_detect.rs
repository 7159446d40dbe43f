//! What holds for every table: detection and dependencies do not depend on threads or on what is not there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crm_mining::data::{Column, Table, ToTable};
use crm_mining::prepare::{DependencySearch, ErrorDetector, Repair, Signal, dependencies};
use crm_mining::{Control, ErrorKind};
use proptest::prelude::*;
use std::sync::{Arc, atomic::AtomicBool};

fn word() -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        4 => "[abx]{1,3}".prop_map(Some),
        2 => "[0-9]{1,4}(\\.[0-9])?( ?oz|%)?".prop_map(Some),
        1 => any::<String>().prop_map(Some),
        1 => prop_oneof![Just("N/A"), Just(" "), Just("-"), Just("1e400"), Just("-0"), Just("２０")]
            .prop_map(|text| Some(text.to_owned())),
        1 => Just(None),
    ]
}

/// Up to 300 rows of few distinct words, so that columns repeat and determine each other.
fn table() -> impl Strategy<Value = Table> {
    (prop::collection::vec(word(), 1..12), 1usize..6, 0usize..300, any::<u64>()).prop_map(
        |(words, columns, rows, seed)| {
            let mut state = seed;
            let mut draw = |n: usize| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 33) as usize % n
            };
            let mut read = Vec::new();
            for position in 0..columns {
                let pick: Vec<Option<&String>> = (0..rows)
                    .map(|row| {
                        words[if draw(10) > 0 {
                            row % (position + 2) % words.len()
                        } else {
                            draw(words.len())
                        }]
                        .as_ref()
                    })
                    .collect();
                read.push(Column::text(format!("c{position}"), pick));
            }
            read.push(Column::floats(
                "f",
                (0..rows).map(|row| if row % 7 == 0 { f64::NAN } else { row as f64 }).collect(),
            ));
            Table::new("any", read).unwrap()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn threads_change_nothing(table in table()) {
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| (dependencies(&table).unwrap(), ErrorDetector::default().detect(&table).unwrap()))
        };
        let one = run(1);
        prop_assert_eq!(&one, &run(2));
        prop_assert_eq!(&one, &run(8));
    }

    #[test]
    fn suspicions_are_sound(table in table()) {
        let found = ErrorDetector::default().detect(&table).unwrap();
        let mut before = None;
        for cell in &found.cells {
            let column = table.columns().iter().position(|column| column.name() == &*cell.column).unwrap();
            prop_assert!(before < Some((cell.row, column)), "ordered, one per cell");
            before = Some((cell.row, column));
            let shown = table.columns()[column].show(cell.row as usize - 1);
            prop_assert_eq!(shown.as_deref(), cell.found.as_deref());
            prop_assert!((0.5..=1.0).contains(&cell.score) && (0.0..=1.0).contains(&cell.confidence));
            prop_assert!(!cell.reasons.is_empty());
            prop_assert_eq!(cell.repair.is_some(), cell.confidence > 0.0);
            if let Some(Repair::Value(value)) = &cell.repair {
                prop_assert_ne!(Some(&**value), cell.found.as_deref(), "a repair changes something");
            }
        }
        prop_assert_eq!(found.to_table().n_rows(), found.cells.len());
    }

    #[test]
    fn dependencies_are_what_they_say(table in table()) {
        for found in dependencies(&table).unwrap() {
            prop_assert!(found.g3 <= 0.15 && found.rows >= 20 && found.g3 <= found.g3_by_chance);
            let deviating = found.violations(&table).unwrap();
            prop_assert!(deviating.iter().all(|violation| violation.votes >= 2 && violation.votes <= violation.of));
        }
    }
}

#[test]
fn rows_keep_their_numbers() {
    let values = (0..200).map(|row| Some(if row == 150 { "Birmxngham" } else { "Birmingham" }));
    let table = Table::new("t", vec![Column::text("city", values)]).unwrap();
    let half = table.take(&(100..200).collect::<Vec<_>>());
    let found = ErrorDetector::default().detect(&half).unwrap();
    assert_eq!(found.cells.iter().map(|cell| cell.row).collect::<Vec<_>>(), [151]);
}

#[test]
fn sources_are_weighed_by_agreement() {
    // Two careless sources of five agree on the same wrong hour of every second flight; two good ones do not.
    let (mut flight, mut source, mut hour, mut gate) = (vec![], vec![], vec![], vec![]);
    for thing in 0..40 {
        for from in 0..5 {
            let careless = from >= 3;
            flight.push(Some(format!("F{thing}")));
            source.push(Some(format!("S{from}")));
            let right = format!("{}:{:02}", thing % 12 + 1, thing);
            let silent = thing % 2 == 0 && from == 0;
            let wrong = careless && thing % 2 == 0;
            hour.push((!silent).then(|| if wrong { format!("late {thing}") } else { right }));
            gate.push(Some(if careless && thing % 3 > 0 {
                format!("G?{thing}{from}")
            } else {
                format!("G{thing}")
            }));
        }
    }
    let columns = vec![
        Column::text("flight", flight),
        Column::text("source", source),
        Column::text("hour", hour),
        Column::text("gate", gate),
    ];
    let table = Table::new("flights", columns).unwrap();
    let found = ErrorDetector::default().detect(&table).unwrap();
    let suspect = |row: u64| {
        found.cells.iter().find(|cell| cell.row == row && &*cell.column == "hour").map(|cell| &cell.reasons)
    };
    assert!(matches!(suspect(4).unwrap()[0], Signal::Conflict { .. }));
    assert!(suspect(2).is_none() && suspect(3).is_none(), "the good ones are in the right");
}

#[test]
fn settings_and_control() {
    let table = Table::new("t", vec![Column::text("a", (0..100).map(|row| Some(row.to_string())))]).unwrap();
    for threshold in [0.0, 1.1, f64::NAN] {
        let error = ErrorDetector { threshold, ..ErrorDetector::default() }.detect(&table).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::InvalidParameter { parameter: "threshold", .. }),
            "{error}"
        );
    }
    let search = DependencySearch { max_g3: 0.6, ..DependencySearch::default() };
    assert!(matches!(search.find(&table).unwrap_err().kind(), ErrorKind::InvalidParameter { .. }));
    let control = Control::default().cancelled_by(Arc::new(AtomicBool::new(true)));
    let error = ErrorDetector::default().detect_with(&table, &control).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Cancelled { .. }));
    let json = serde_json::to_string(&ErrorDetector::default()).unwrap();
    assert_eq!(serde_json::from_str::<ErrorDetector>(&json).unwrap(), ErrorDetector::default());
    let empty = Table::new("none", vec![]).unwrap();
    assert!(ErrorDetector::default().detect(&empty).unwrap().cells.is_empty());
}
