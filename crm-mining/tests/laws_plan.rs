//! Laws of cleaning plans, over random plans and tables: rows in = rows kept + rows set aside, the way back leads
//! to the very input, what was fitted does the same again, on any number of threads, saved or not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crm_mining::data::{Bitmap, Column, Roles, Table, ToTable, Values};
use crm_mining::prepare::*;
use proptest::prelude::*;

const WORDS: [&str; 16] = [
    "",
    " ",
    "NA",
    "a",
    "A",
    " a ",
    "Ａ",
    "b",
    "1",
    "1,5",
    "03/04/2024",
    "25/12/2024",
    "138 1234 5678",
    "x@Y.com",
    "臺",
    "a\u{301}",
];
const NUMBERS: [f64; 10] =
    [0.0, -0.0, 1.0, 2.0, 2.5, -7.0, 1e300, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];

fn bits(n: usize) -> impl Strategy<Value = Bitmap> {
    proptest::collection::vec(proptest::bool::weighted(0.7), n).prop_map(|bits| bits.into_iter().collect())
}

/// Two columns of text, whole numbers, numbers, moments and truth values; a third of the values missing. Whole
/// numbers and moments have something below their missing values, and rows may be out of order or repeated.
fn table() -> impl Strategy<Value = Table> {
    (0..40_usize).prop_flat_map(|n| {
        let text = || {
            proptest::collection::vec(
                proptest::option::weighted(0.8, proptest::sample::select(WORDS.to_vec())),
                n,
            )
        };
        let number = proptest::collection::vec(proptest::sample::select(NUMBERS.to_vec()), n);
        let whole = || (proptest::collection::vec(-4..5_i64, n), proptest::option::of(bits(n)));
        let order = proptest::option::of(proptest::collection::vec(0..n.max(1) as u32, n));
        (text(), text(), number, whole(), whole(), bits(n), proptest::option::of(bits(n)), order).prop_map(
            |(s, t, x, (n, n_present), (d, d_present), truth, truth_present, order)| {
                let table = Table::new(
                    "random",
                    vec![
                        Column::text("s", s),
                        Column::text("t", t),
                        Column::floats("x", x),
                        Column::new("n", Values::Int(n, n_present)),
                        Column::new(
                            "d",
                            Values::Time(d.iter().map(|d| d * 90_000_000_123).collect(), d_present),
                        ),
                        Column::new("b", Values::Bool(truth, truth_present)),
                    ],
                )
                .unwrap();
                match order.filter(|order| order.len() == table.n_rows()) {
                    Some(order) => table.take(&order),
                    None => table,
                }
            },
        )
    })
}

fn any<T: Clone + std::fmt::Debug + 'static>(of: &[T]) -> impl Strategy<Value = T> + use<T> {
    proptest::sample::select(of.to_vec())
}

fn step() -> impl Strategy<Value = PlanStep> {
    let column = || any(&["s", "t", "x", "n", "d", "b"]);
    let number = || any(&["x", "n", "d"]);
    let text = || any(&["s", "t"]);
    let action = || any(&[Action::Flag, Action::SetMissing, Action::Cap, Action::Reject]);
    let unfit = || any(&[Unfit::Flag, Unfit::SetMissing, Unfit::Reject]);
    let with = any(&[FillWith::Mean, FillWith::Median, FillWith::Mode, FillWith::Constant("7".into())]);
    let rule = any(&[
        OutlierRule::Sigma(1.0),
        OutlierRule::BoxPlot(0.5),
        OutlierRule::Mad(1.0),
        OutlierRule::Quantiles(0.2, 0.8),
    ]);
    let form = any(&[
        TextForm::Nfc,
        TextForm::Nfkc,
        TextForm::HalfWidth,
        TextForm::Trim,
        TextForm::CollapseSpaces,
        TextForm::Simplified,
        TextForm::LowerCase,
        TextForm::UpperCase,
    ]);
    let kind = any(&[
        FormatKind::Phone { country: 86 },
        FormatKind::Email,
        FormatKind::Number,
        FormatKind::Date { order: None },
        FormatKind::Date { order: Some(crm_mining::data::DateOrder::DayFirst) },
    ]);
    let keep = any(&[Keep::First, Keep::Last, Keep::MostComplete]);
    let said = any(&[
        "x > 1",
        "n = 1 or s = 'a'",
        "s is missing or n < 3 and not b",
        "d >= '1970-01-02'",
        "t in ('b', '1')",
    ]);
    let repair = any(&[DependencyAction::Flag, DependencyAction::Repair, DependencyAction::Reject]);
    let keys = Column::text("key", ["a", "1", "2"].map(Some));
    prop_oneof![
        (proptest::option::of(column()), keep).prop_map(|(by, keep)| Duplicates {
            columns: by.map(str::to_owned).into_iter().collect(),
            keep
        }
        .into()),
        proptest::option::of(text()).prop_map(|c| MissingMarkers::usual(c).into()),
        column().prop_map(|c| DropMissing::of([c]).into()),
        (column(), with, proptest::option::of(column())).prop_map(|(c, with, by)| Fill {
            columns: vec![c.into()],
            with,
            by: by.map(str::to_owned)
        }
        .into()),
        (column(), proptest::option::of(number()), proptest::option::of(column())).prop_map(
            |(c, along, by)| {
                let (along, by) = (along.map(str::to_owned), by.map(str::to_owned));
                ForwardFill { columns: vec![c.into()], along, by }.into()
            }
        ),
        (number(), proptest::option::of(number()), proptest::option::of(column())).prop_map(
            |(c, along, by)| {
                let (along, by) = (along.map(str::to_owned), by.map(str::to_owned));
                Interpolate { columns: vec![c.into()], along, by }.into()
            }
        ),
        (column(), column(), 1..4_u32).prop_map(|(c, using, k)| NearestFill::of([c], [using]).k(k).into()),
        (number(), rule, action()).prop_map(|(c, rule, action)| Outliers {
            columns: vec![c.into()],
            rule,
            action
        }
        .into()),
        any(&[Action::Flag, Action::Reject]).prop_map(|action| Isolation {
            trees: 5,
            ..Isolation::of(["x", "n"], action).share(0.2)
        }
        .into()),
        (proptest::option::of(text()), form).prop_map(|(c, form)| NormalizeText {
            columns: c.map(str::to_owned).into_iter().collect(),
            forms: vec![form]
        }
        .into()),
        (text(), kind, unfit())
            .prop_map(|(c, to, unfit)| Format { columns: vec![c.into()], to, unfit }.into()),
        (text(), 0..3_u8).prop_map(|(c, edits)| Spelling::fingerprint([c]).edits(edits).into()),
        (any(&["x", "n"]), action()).prop_map(|(c, action)| Range::of(c, action).min(-2.0).max(2.5).into()),
        (column(), action()).prop_map(move |(c, action)| Reference::to(c, "keys", &keys, action).into()),
        (said, any(&[Action::Flag, Action::Reject]), any(&[WhenMissing::Passes, WhenMissing::Fails]))
            .prop_map(|(rule, action, missing)| Rule { rule: rule.into(), action, missing }.into()),
        (column(), column(), repair)
            .prop_map(|(from, to, action)| EnforceDependency::of([from], to, action).into()),
        Just(Cleaner::transactions().roles(lines()).into()),
    ]
}

fn lines() -> Roles {
    let roles = Roles {
        customer: Some("s".into()),
        time: Some("d".into()),
        item: Some("t".into()),
        ..Roles::default()
    };
    Roles { quantity: Some("n".into()), unit_price: Some("x".into()), ..roles }
}

/// Those of the steps that fit the table as the ones before left it.
fn fitting(steps: Vec<PlanStep>, table: &Table) -> CleaningPlan {
    let mut plan = CleaningPlan::new();
    for step in steps {
        let longer = plan.clone().step(step);
        if longer.run(table.clone()).is_ok() {
            plan = longer;
        }
    }
    plan
}

/// Everything there is to know of a table, NaN by its bits.
fn bytes(table: &Table) -> String {
    let mut all = format!(
        "{} {:?}\n",
        table.name(),
        (0..table.n_rows()).map(|r| table.row_number(r)).collect::<Vec<_>>()
    );
    for column in table.columns() {
        let values = match column.values() {
            Values::Float(values) => {
                format!("{:?}", values.iter().map(|value| value.to_bits()).collect::<Vec<_>>())
            }
            other => format!("{other:?}"),
        };
        all.push_str(&format!("{} {values}\n", column.name()));
    }
    all
}

fn all_of(result: &PlanResult) -> String {
    let parts = [&result.table, &result.rejected.to_table(), &result.log.to_table()].map(bytes);
    format!("{}{:?}", parts.concat(), result.steps)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_row_is_lost_and_the_way_back_is_exact(
        table in table(),
        steps in proptest::collection::vec(step(), 1..9),
    ) {
        let plan = fitting(steps, &table);
        let result = plan.run(table.clone()).unwrap();
        prop_assert_eq!(result.table.n_rows() + result.rejected.len(), table.n_rows());
        prop_assert_eq!(bytes(&result.undo().unwrap()), bytes(&table));
        // The rows set aside are rows of the input, as they were.
        for at in 0..result.rejected.len() {
            let number = result.rejected.rows().row_number(at);
            let same = |row: usize| {
                table.row_number(row) == number
                    && table.columns().iter().zip(result.rejected.rows().columns()).all(|(a, b)| a.show(row) == b.show(at))
            };
            prop_assert!((0..table.n_rows()).any(same));
        }
        // The steps add up: rows from one to the next, and changes to the log.
        let mut rows = table.n_rows() as u64;
        for step in &result.steps {
            prop_assert_eq!(step.rows_in, rows);
            rows -= step.rejected;
        }
        prop_assert_eq!(rows, result.table.n_rows() as u64);
        prop_assert_eq!(result.steps.iter().map(|step| step.changed).sum::<u64>(), result.log.len() as u64);
    }

    #[test]
    fn a_fitted_plan_does_the_same_again(
        table in table(),
        next in table(),
        steps in proptest::collection::vec(step(), 1..6),
    ) {
        let plan = fitting(steps, &table);
        let read = CleaningPlan::from_json(&serde_json::to_string(&plan).unwrap()).unwrap();
        prop_assert_eq!(&read, &plan);
        let (fitted, at_once) = plan.fit_and_run(table.clone()).unwrap();
        prop_assert_eq!(&plan.fit(&table).unwrap(), &fitted);
        prop_assert_eq!(all_of(&fitted.run(table.clone()).unwrap()), all_of(&at_once));
        let saved = FittedPlan::from_json(&serde_json::to_string(&fitted).unwrap()).unwrap();
        prop_assert_eq!(&saved, &fitted);
        match (fitted.run(next.clone()), saved.run(next.clone())) {
            (Ok(a), Ok(b)) => {
                prop_assert_eq!(all_of(&a), all_of(&b));
                prop_assert_eq!(bytes(&a.undo().unwrap()), bytes(&next));
            }
            (a, b) => prop_assert_eq!(a.is_err(), b.is_err()),
        }
    }

    #[test]
    fn threads_change_nothing(table in table(), steps in proptest::collection::vec(step(), 1..6)) {
        let plan = fitting(steps, &table);
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| all_of(&plan.run(table.clone()).unwrap()))
        };
        prop_assert_eq!(on(1), on(3));
    }

    #[test]
    fn no_text_of_a_rule_panics(rule in "[a-d0-9 ().,'`<>=!+*/-]{0,40}|(not|and|or|in|is|missing|x|n|1|'a'|\\(|\\)| |=|<|-)*") {
        let table = Table::new("t", vec![Column::floats("x", vec![1.0, f64::NAN]), Column::ints("n", vec![0, 1])]).unwrap();
        let _ = CleaningPlan::new().step(Rule::keep_where(rule)).run(table);
    }
}

/// Enough rows for several pieces of work: the same on one thread and on three, and back to the input.
#[test]
fn many_rows() {
    let n = 150_000_u64;
    let draw = |row: u64, salt: u64| (row ^ (salt << 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
    let number = |row: u64| if draw(row, 1) % 9 == 0 { f64::NAN } else { draw(row, 2) as f64 };
    let table = Table::new(
        "many",
        vec![
            Column::text("t", (0..n).map(|row| Some(format!(" T{}", draw(row / 2 * 2, 3) % 5_000)))),
            Column::floats("x", (0..n).map(|row| number(row / 2 * 2)).collect()),
            Column::ints("n", (0..n).map(|row| (draw(row / 2 * 2, 4) % 100) as i64).collect()),
        ],
    )
    .unwrap();
    let plan = CleaningPlan::new()
        .step(Duplicates::exact())
        .step(NormalizeText::usual(["t"]).and(TextForm::LowerCase))
        .step(Fill::median(["x"]).by("n"))
        .step(Outliers::winsorize(["x"], 0.05, 0.95))
        .step(Rule::keep_where("x > n * 100000"))
        .step(Duplicates::by(["t", "n"]).keep(Keep::MostComplete));
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| plan.run(table.clone()).unwrap())
    };
    let (one, three) = (on(1), on(3));
    assert!(one.steps.iter().all(|step| step.rejected + step.changed > 0), "{:?}", one.steps);
    assert!(one.steps[0].rejected >= n / 2);
    assert_eq!(all_of(&one), all_of(&three));
    assert_eq!(bytes(&one.undo().unwrap()), bytes(&table));
}
