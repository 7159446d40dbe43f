//! Stages, cohorts, migration, gaps, revenue tree, gain and loss, periods, tiers, concentration and composite
//! value keep their laws on any ledger: nothing depends on the order of rows, on how a ledger was put
//! together or on threads, and what is divided adds up again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crm_mining::ErrorKind;
use crm_mining::data::{Column, Day, Days, Keys, Ledger, Table, ToTable, Transaction, Transactions};
use crm_mining::insight::{
    Cohorts, CompositeValue, Concentration, GainLoss, HighFrom, Lifecycle, LifecycleStage, Migration, Period,
    PeriodOnPeriod, PurchaseGaps, RevenueTree, Rfm, RfmBorders, RollingRetention, Scale, Scoring, Silence,
    Span, Turn, ValueDimension, ValueInput, ValueInputs, ValueTiers,
};
use proptest::prelude::*;

/// Customer, day, order, units and price.
type Line = (u8, u16, u16, i8, u16);

fn lines() -> impl Strategy<Value = Vec<Line>> {
    let order = prop_oneof![4 => 0..400u16, 1 => 0..4u16];
    let units = prop_oneof![4 => 1..5i8, 1 => -4..0i8];
    prop::collection::vec((0..9u8, 0..500u16, order, units, 1..9000u16), 0..60)
}

fn ledger(lines: &[Line]) -> Ledger {
    let texts: Vec<(String, String)> = lines
        .iter()
        .map(|(customer, _, order, ..)| (format!("c{customer}"), format!("{customer}-{order}")))
        .collect();
    let rows = lines.iter().zip(&texts).map(|(&(_, day, _, units, cents), (customer, order))| Transaction {
        customer,
        time: start(i32::from(day)).start_micros(),
        order,
        item: "tea",
        quantity: f64::from(units),
        unit_price: f64::from(cents) / 100.0,
    });
    Ledger::new(&Transactions::from_rows(rows).unwrap())
}

/// A day counted from 2023-01-01.
fn start(day: i32) -> Day {
    Day::from_number(19358 + day)
}

fn spans() -> [Span; 2] {
    [Span::new(start(100), start(220)).unwrap(), Span::new(start(240), start(400)).unwrap()]
}

/// Every result as a table or as text.
fn results(ledger: &Ledger, as_of: Day) -> (Vec<Table>, Vec<String>) {
    let known: Keys = ["c1", "zoe"].into_iter().collect();
    let [before, after] = spans();
    let inputs = ValueInputs::from_ledger(ledger, as_of).unwrap();
    let gaps = PurchaseGaps::new(ledger, as_of);
    let mut tables = vec![gaps.to_table(), inputs.to_table()];
    for period in [Period::Week, Period::Month, Period::Quarter, Period::Year] {
        let cohorts = Cohorts::by(period).table(ledger, as_of).unwrap();
        tables.extend([cohorts.to_table(), cohorts.retention_table()]);
        tables.push(PeriodOnPeriod::by(period).table(ledger, as_of).unwrap().to_table());
    }
    tables.push(RollingRetention::default().table(ledger, as_of).unwrap().to_table());
    tables.push(RevenueTree::new(ledger, before, after).to_table());
    let change = GainLoss::new(ledger, before, after).unwrap();
    tables.extend([change.to_table(), change.customers_table()]);
    for silence in [Silence::Days { at_risk: 60, lost: 200 }, Silence::rhythm()] {
        let lifecycle = Lifecycle::default().silence(silence);
        tables.extend(lifecycle.stages(ledger, &known, as_of).ok().map(|stages| stages.to_table()));
    }
    for scoring in [Scoring::Quantile, Scoring::EqualWidth, Scoring::Borders(borders())] {
        let rfm = Rfm::default().scoring(scoring).score(ledger, as_of).ok();
        tables
            .extend(rfm.iter().flat_map(|rfm| [rfm.to_table(), rfm.cells(HighFrom::MeanFigure).to_table()]));
        for tiers in [ValueTiers::by_customers(), ValueTiers::by_revenue()] {
            tables
                .extend(rfm.iter().map(|rfm| tiers.of(rfm.customers(), rfm.monetary()).unwrap().to_table()));
        }
        tables.extend(rfm.iter().map(|rfm| Concentration::new(rfm.monetary()).unwrap().to_table()));
    }
    tables.extend(CompositeValue::default().score(&inputs).ok().map(|scores| scores.to_table()));
    (
        tables,
        vec![format!("{:?}", gaps.overall()), format!("{:?} {:?}", change.net_retention(), change.change())],
    )
}

fn borders() -> RfmBorders {
    RfmBorders {
        recency: vec![30.0, 60.0, 90.0, 180.0],
        frequency: vec![2.0, 3.0, 4.0, 5.0],
        monetary: vec![10.0, 20.0, 50.0, 100.0],
    }
}

fn with_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

fn net(ledger: &Ledger, span: Span) -> f64 {
    let customers = 0..ledger.customers().len();
    let cells = customers.flat_map(|customer| ledger.days(customer)).filter(|cell| span.contains(cell.day));
    cells.map(|cell| cell.amount.value()).sum()
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-8 * a.abs().max(b.abs()).max(1.0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn order_of_rows_splits_and_threads_change_nothing(
        lines in lines(), turn in 0..60usize, cut in 0..60usize, as_of in -5..520i32
    ) {
        let as_of = start(as_of);
        let whole = ledger(&lines);
        let expected = with_threads(1, || results(&whole, as_of));
        let mut turned = lines.clone();
        turned.reverse();
        turned.rotate_left(turn % lines.len().max(1));
        prop_assert_eq!(&with_threads(3, || results(&ledger(&turned), as_of)), &expected);
        let (a, b) = turned.split_at(cut.min(turned.len()));
        let merged = ledger(a).merge(&ledger(b)).unwrap();
        prop_assert_eq!(&results(&merged, as_of), &expected);
    }

    /// What a day shows depends on nothing later.
    #[test]
    fn later_rows_are_not_seen(lines in lines(), as_of in 0..500i32) {
        let until: Vec<Line> = lines.iter().copied().filter(|line| i32::from(line.1) <= as_of).collect();
        let (whole, until) = (ledger(&lines), ledger(&until));
        let as_of = start(as_of);
        for period in [Period::Week, Period::Quarter] {
            let table = |ledger: &Ledger| Cohorts::by(period).table(ledger, as_of).unwrap().to_table();
            prop_assert_eq!(table(&whole), table(&until));
            let table = |ledger: &Ledger| PeriodOnPeriod::by(period).table(ledger, as_of).unwrap().to_table();
            prop_assert_eq!(table(&whole), table(&until));
        }
        let stages = |ledger: &Ledger| {
            Lifecycle::default().stages(ledger, &Keys::default(), as_of).unwrap().to_table()
        };
        prop_assert_eq!(stages(&whole), stages(&until));
        let gaps = |ledger: &Ledger| PurchaseGaps::new(ledger, as_of).to_table();
        prop_assert_eq!(gaps(&whole), gaps(&until));
        let inputs = |ledger: &Ledger| ValueInputs::from_ledger(ledger, as_of).unwrap().to_table();
        prop_assert_eq!(inputs(&whole), inputs(&until));
    }

    #[test]
    fn cohorts_and_periods_add_up(lines in lines(), as_of in -5..520i32) {
        let (ledger, as_of) = (ledger(&lines), start(as_of));
        let n_customers = ledger.customers().len();
        let whole = net(&ledger, Span::new(start(-1000), as_of).unwrap());
        for period in [Period::Week, Period::Month, Period::Quarter, Period::Year] {
            let table = Cohorts::by(period).table(&ledger, as_of).unwrap();
            let sizes: u32 = table.cohorts().iter().map(|cohort| cohort.size()).sum();
            prop_assert_eq!(sizes as usize + table.left_out(), n_customers);
            let cells: f64 = table.cohorts().iter().flat_map(|cohort| &cohort.revenue).sum();
            prop_assert!(near(cells + table.outside(), whole));
            for cohort in table.cohorts() {
                prop_assert_eq!(cohort.retention(0), Some(1.0));
                let sound = |age| (0.0..=1.0).contains(&cohort.retention(age).unwrap());
                prop_assert!((0..cohort.customers.len()).all(sound));
                prop_assert_eq!(cohort.retention(cohort.customers.len()), None);
            }
            let periods = PeriodOnPeriod::by(period).table(&ledger, as_of).unwrap();
            prop_assert!(near(periods.periods().iter().map(|period| period.revenue).sum(), whole));
            let new: u32 = periods.periods().iter().map(|period| period.new_customers).sum();
            prop_assert_eq!(new, sizes);
            let orders: u64 = periods.periods().iter().map(|period| period.orders).sum();
            let distinct = (0..n_customers).map(|customer| u64::from(ledger.n_orders(customer, as_of))).sum::<u64>();
            prop_assert_eq!(orders, distinct);
            prop_assert!(periods.periods().iter().rev().skip(1).all(|period| period.complete));
        }
        let rolling = RollingRetention::default().table(&ledger, as_of).unwrap();
        for share in rolling.retention().into_iter().flatten() {
            prop_assert!((0.0..=1.0).contains(&share.0) && share.1 >= 0.0);
        }
        prop_assert!(rolling.known().windows(2).all(|pair| pair[0] >= pair[1]));
    }

    #[test]
    fn what_is_divided_adds_up_again(lines in lines()) {
        let ledger = ledger(&lines);
        let [before, after] = spans();
        let change = net(&ledger, after) - net(&ledger, before);
        let tree = RevenueTree::new(&ledger, before, after);
        let effects = tree.effects();
        let sum =
            effects.customers + effects.orders_per_customer + effects.spend_per_order + effects.returns_of_others;
        prop_assert!(near(tree.change(), change) && near(sum, change), "{sum} of {change}: {tree:?}");
        if let (Some(units), Some(price)) = (effects.units_per_order, effects.price_per_unit) {
            prop_assert!(near(units + price, effects.spend_per_order), "{tree:?}");
        }
        // Backwards, every effect turns round.
        let back = RevenueTree::new(&ledger, after, before);
        prop_assert!(near(back.effects().customers, -effects.customers));
        prop_assert!(near(back.effects().spend_per_order, -effects.spend_per_order));

        let turns = GainLoss::new(&ledger, before, after).unwrap();
        prop_assert!(near(turns.change(), change));
        let groups = || Turn::ALL.map(|turn| turns.of(turn));
        prop_assert!(near(groups().iter().map(|group| group.change).sum(), change));
        prop_assert_eq!(groups().iter().map(|group| group.customers as usize).sum::<usize>(), turns.customers().len());
        let difference = i64::from(tree.after().customers) - i64::from(tree.before().customers);
        prop_assert_eq!(turns.change_of_customers(), difference);
        prop_assert!(turns.gross_retention().is_none_or(|share| (0.0..=1.0).contains(&share)));
        prop_assert!(turns.of(Turn::Expansion).change >= 0.0 && turns.of(Turn::Contraction).change <= 0.0);
    }

    #[test]
    fn moves_add_up(
        before in prop::collection::btree_map(0..40u8, 0..4u8, 0..30),
        after in prop::collection::btree_map(0..40u8, 0..4u8, 0..30),
    ) {
        let side = |labels: &std::collections::BTreeMap<u8, u8>| {
            let keys: Keys = labels.keys().map(|key| format!("{key:02}")).collect();
            (keys, labels.values().copied().collect::<Vec<u8>>())
        };
        let ((a, from), (b, to)) = (side(&before), side(&after));
        let moved = Migration::among(&[0, 1, 2, 3], (&a, &from), (&b, &to)).unwrap();
        let naive = |x: u8, y: u8| before.iter().filter(|(key, state)| **state == x && after.get(key) == Some(&y)).count();
        for x in 0..4 {
            for y in 0..4 {
                prop_assert_eq!(moved.counts()[usize::from(x)][usize::from(y)] as usize, naive(x, y));
            }
            let row = usize::from(x);
            let sum: Option<f64> = (0..4).map(|to| moved.probability(row, to)).sum();
            prop_assert!(sum.is_none_or(|sum| (sum - 1.0).abs() < 1e-12));
            prop_assert_eq!(sum.is_none(), moved.counts()[row].iter().sum::<u32>() == 0);
            let stayed: u32 = moved.counts()[row].iter().sum::<u32>() + moved.leavers()[row];
            prop_assert_eq!(stayed as usize, before.values().filter(|&&state| state == x).count());
        }
        let all = |values: &[f64]| values.iter().sum::<f64>();
        prop_assert!((all(&moved.forecast(5).unwrap()) - after.len() as f64).abs() < 1e-9);
        let seen = Migration::between((&a, &from), (&b, &to)).unwrap();
        prop_assert_eq!(seen.entrants().iter().sum::<u32>(), moved.entrants().iter().sum::<u32>());
    }

    #[test]
    fn gini_is_that_of_the_sum_over_pairs(values in prop::collection::vec(-300i32..3000, 1..40)) {
        let values: Vec<f64> = values.into_iter().map(|value| f64::from(value.max(-5)) / 8.0).collect();
        let found = Concentration::new(&values).unwrap();
        let size: f64 = values.iter().map(|value| value.abs()).sum();
        let pairs: f64 = values.iter().flat_map(|a| values.iter().map(move |b| (a - b).abs())).sum();
        let naive = if size > 0.0 { pairs / (2.0 * values.len() as f64 * size) } else { 0.0 };
        prop_assert!((found.gini() - naive).abs() < 1e-12, "{} is not {naive}", found.gini());
        prop_assert!((0.0..1.0).contains(&found.gini()));
        prop_assert_eq!(Concentration::new(&vec![values[0]; values.len()]).unwrap().gini(), 0.0);
        if found.total() > 0.0 {
            prop_assert_eq!(found.share_of_top(1.0).unwrap(), Some(1.0));
            prop_assert_eq!(found.share_of_top(0.0).unwrap(), Some(0.0));
            for share in [0.1, 0.5, 0.8, 1.0] {
                let customers = found.customers_for(share).unwrap().unwrap();
                prop_assert!((0.0..=1.0).contains(&customers));
                let back = found.share_of_top(customers).unwrap().unwrap();
                prop_assert!((back - share).abs() < 1e-9, "{back} is not {share}");
            }
        }
        let keys: Keys = (0..values.len()).map(|number| format!("{number:03}")).collect();
        for settings in [ValueTiers::by_customers(), ValueTiers::by_revenue()] {
            let tiers = settings.of(&keys, &values).unwrap();
            for (a, x) in values.iter().zip(tiers.tiers()) {
                for (b, y) in values.iter().zip(tiers.tiers()) {
                    prop_assert!(if a > b { x <= y } else { a != b || x == y }, "{a} {x:?} beside {b} {y:?}");
                }
            }
        }
    }

    #[test]
    fn contributions_add_up_to_the_score(
        rows in prop::collection::vec(prop::array::uniform4(prop::option::of(0.0..1.0f64)), 1..30),
        weights in prop::array::uniform4(0.0..5.0f64), borders in any::<bool>(),
    ) {
        let keys: Keys = (0..rows.len()).map(|number| format!("{number:03}")).collect();
        let used = [ValueInput::Retention, ValueInput::Returns, ValueInput::ChurnRisk, ValueInput::Clv];
        let (mut inputs, mut settings) = (ValueInputs::new(keys.clone()), CompositeValue::none());
        for (place, (input, weight)) in used.into_iter().zip(weights).enumerate() {
            let values: Vec<Option<f64>> = rows.iter().map(|row| row[place]).collect();
            inputs = inputs.with(input, &keys, &values).unwrap();
            settings = settings.weight(input, weight + 0.01);
            if borders {
                settings = settings.scale(input, Scale::Between { low: 0.2, high: 0.7 });
            }
        }
        let value = settings.score(&inputs).unwrap();
        let total: f64 = weights.iter().map(|weight| weight + 0.01).sum();
        for (row, figures) in rows.iter().enumerate() {
            let parts: Vec<Option<f64>> = used.iter().map(|&input| value.contribution(input).unwrap()[row]).collect();
            let known: f64 =
                figures.iter().zip(weights).filter(|(figure, _)| figure.is_some()).map(|(_, weight)| weight + 0.01).sum();
            prop_assert!((value.coverage()[row] - known / total).abs() < 1e-12);
            for (part, figure) in parts.iter().zip(figures) {
                prop_assert_eq!(part.is_some(), figure.is_some());
            }
            let score = value.scores()[row];
            if known == 0.0 {
                prop_assert!(score.is_nan());
                continue;
            }
            prop_assert!((-1e-9..=100.0 + 1e-9).contains(&score));
            prop_assert_eq!(parts.into_iter().flatten().sum::<f64>(), score);
        }
        let loyalty = value.dimension(ValueDimension::Loyalty);
        prop_assert!(loyalty.iter().zip(&rows).all(|(score, row)| score.is_nan() == row[0].is_none()));
        prop_assert!(value.dimension(ValueDimension::Potential).iter().all(|score| score.is_nan()));
    }
}

#[test]
fn nothing_and_nobody() {
    let empty = ledger(&[]);
    let returns: [Line; 2] = [(0, 5, 1, -1, 300), (1, 9, 2, -2, 300)];
    for (ledger, as_of) in
        [(&empty, start(0)), (&ledger(&returns), start(300)), (&ledger(&[(0, 50, 1, 1, 300)]), start(20))]
    {
        let (tables, _) = results(ledger, as_of);
        assert!(tables.iter().all(|table| !table.columns().is_empty()));
        assert_eq!(Cohorts::default().table(ledger, as_of).unwrap().cohorts().len(), 0);
        assert_eq!(PurchaseGaps::new(ledger, as_of).overall().mean, None);
        let rhythm = Lifecycle::default().silence(Silence::rhythm());
        let error = rhythm.stages(ledger, &Keys::default(), as_of).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::NotEnoughData { .. }));
        let inputs = ValueInputs::from_ledger(ledger, as_of).unwrap();
        let error = CompositeValue::default().score(&inputs).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::NotEnoughData { .. }));
    }
    // Who only returned, and who is only known, has not bought yet.
    let known: Keys = ["c1", "dee"].into_iter().collect();
    let stages = Lifecycle::default().stages(&ledger(&returns), &known, start(300)).unwrap();
    assert_eq!(stages.stages(), [LifecycleStage::Potential; 3]);
    assert_eq!(stages.left_out(), 0);
    let change = GainLoss::new(
        &ledger(&returns),
        Span::new(start(0), start(6)).unwrap(),
        Span::new(start(7), start(9)).unwrap(),
    );
    let change = change.unwrap();
    assert_eq!((change.of(Turn::Other).customers, change.change()), (2, -3.0));
    assert_eq!((change.net_retention(), change.gross_retention()), (None, None));
}

#[test]
fn one_customer_and_all_equal() {
    let one = ledger(&[(0, 10, 1, 1, 500), (0, 20, 2, 1, 500), (0, 30, 3, 1, 500)]);
    let gaps = PurchaseGaps::new(&one, start(40));
    assert_eq!((gaps.mean()[0], gaps.sd()[0], gaps.cv()[0]), (10.0, 0.0, 0.0));
    assert_eq!(gaps.overall().regularity.unwrap().k, f64::INFINITY);
    let rhythm = Lifecycle::default().silence(Silence::rhythm());
    let stage = |day| rhythm.stages(&one, &Keys::default(), start(day)).unwrap().stages()[0];
    assert_eq!((stage(40), stage(41)), (LifecycleStage::New, LifecycleStage::Lost)); // every gap was 10 days
    let equal: Vec<Line> = (0..8).map(|customer| (customer, 10, 1, 1, 500)).collect();
    let rfm = |scoring| Rfm::default().scoring(scoring).score(&ledger(&equal), start(40)).unwrap();
    for scoring in [Scoring::Quantile, Scoring::EqualWidth] {
        assert_eq!((rfm(scoring.clone()).r(), rfm(scoring).m()), (&[3; 8][..], &[3; 8][..]));
    }
    let rfm = rfm(Scoring::Quantile);
    assert_eq!(Concentration::new(rfm.monetary()).unwrap().gini(), 0.0);
    assert_eq!(ValueTiers::by_revenue().of(rfm.customers(), rfm.monetary()).unwrap().counts(), [8, 0, 0]);
    assert_eq!(rfm.cells(HighFrom::MeanScore).counts()[7], 8);
    let inputs = ValueInputs::from_ledger(&ledger(&equal), start(400)).unwrap();
    let value = CompositeValue::default().score(&inputs).unwrap();
    assert_eq!(value.scores(), [50.0; 8]); // equal customers stand in the middle of every rank
    // Retention, repeat rate and returns; no rhythm of one purchase.
    assert_eq!(value.coverage(), [0.15; 8]);
}

/// From nobody to somebody, all is an effect of customers; and back.
#[test]
fn a_tree_from_nothing() {
    let [before, after] = spans();
    let tree = RevenueTree::new(&ledger(&[(0, 250, 1, 2, 500), (0, 260, 2, 1, 500)]), before, after);
    let effects = tree.effects();
    assert_eq!((effects.customers, effects.orders_per_customer, effects.spend_per_order), (15.0, 0.0, 0.0));
    assert_eq!((effects.units_per_order, tree.before().orders_per_customer), (Some(0.0), None));
    let none = RevenueTree::new(&ledger(&[]), before, after);
    assert_eq!((none.change(), none.effects().customers, none.effects().price_per_unit), (0.0, 0.0, None));
    assert!(GainLoss::new(&ledger(&[]), after, before).is_err());
}

/// 4,000 customers of very different rates, each with three purchases whose gaps are sums of k exponential
/// ones: the regularity found is k within three standard errors, whatever the rates.
#[test]
fn regularity_of_simulated_customers() {
    let mut state = 7u64;
    let mut exponential = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        -(((state >> 11) as f64 + 0.5) / (1u64 << 53) as f64).ln()
    };
    for k in [1, 3] {
        let mut rows = Vec::new();
        for customer in 0..4000 {
            let mean = [300.0, 900.0, 2500.0][customer % 3];
            let mut day = 0.0;
            for order in 0..3 {
                rows.push((format!("{customer:04}"), start(day as i32), format!("{customer} {order}")));
                // At least a day, so that three purchases are three purchase days.
                day += 1.0 + (0..k).map(|_| exponential()).sum::<f64>() * mean / f64::from(k);
            }
        }
        let lines = rows.iter().map(|(customer, day, order)| Transaction {
            customer,
            time: day.start_micros(),
            order,
            item: "tea",
            quantity: 1.0,
            unit_price: 1.0,
        });
        let ledger = Ledger::new(&Transactions::from_rows(lines).unwrap());
        let found = PurchaseGaps::new(&ledger, ledger.last_day()).overall().regularity.unwrap();
        let error = found.standard_error.unwrap();
        assert_eq!(found.customers, 4000);
        assert!((found.k - f64::from(k)).abs() < 3.0 * error + 0.01 * f64::from(k), "{k}: {found:?}");
        assert!(error < 0.05 * f64::from(k), "{k}: {found:?}");
    }
}

#[test]
fn settings_out_of_range_are_refused() {
    let ledger = ledger(&[(0, 10, 1, 1, 500), (0, 20, 2, 1, 500)]);
    let as_of = start(30);
    let silences = [
        Silence::Days { at_risk: 90, lost: 30 },
        Silence::Rhythm { at_risk: 1.5, lost: 2.0, prior_gaps: 1.0 },
        Silence::Rhythm { at_risk: 0.9, lost: 0.5, prior_gaps: 1.0 },
        Silence::Rhythm { at_risk: 0.9, lost: f64::NAN, prior_gaps: 1.0 },
        Silence::Rhythm { at_risk: 0.9, lost: 0.99, prior_gaps: 0.0 },
    ];
    for silence in silences {
        let error =
            Lifecycle::default().silence(silence).stages(&ledger, &Keys::default(), as_of).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::InvalidParameter { .. }), "{silence:?}");
    }
    for rolling in [
        RollingRetention::default().every(Days(0)),
        RollingRetention::default().windows(0),
        RollingRetention::default().windows(5000),
    ] {
        assert!(rolling.table(&ledger, as_of).is_err());
    }
    let keys: Keys = ["a"].into_iter().collect();
    for tiers in [
        ValueTiers::default().high(1.5),
        ValueTiers::default().middle(0.9),
        ValueTiers::default().high(f64::NAN),
    ] {
        assert!(matches!(tiers.of(&keys, &[1.0]).unwrap_err().kind(), ErrorKind::InvalidParameter { .. }));
    }
    let error = ValueTiers::default().of(&keys, &[f64::NAN]).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidValue { row: 1, .. }));
    assert!(ValueTiers::default().of(&keys, &[]).is_err());
    let wide = Rfm::default().bins(3).scoring(Scoring::Borders(borders()));
    assert!(matches!(wide.score(&ledger, as_of).unwrap_err().kind(), ErrorKind::InvalidParameter { .. }));
    let inputs = ValueInputs::from_ledger(&ledger, as_of).unwrap();
    for value in [
        CompositeValue::none(),
        CompositeValue::none().weight(ValueInput::Clv, -1.0),
        CompositeValue::none().weight(ValueInput::Clv, f64::NAN),
        CompositeValue::default().scale(ValueInput::Clv, Scale::Between { low: 1.0, high: 1.0 }),
        CompositeValue::default().scale(ValueInput::Clv, Scale::Between { low: 0.0, high: f64::INFINITY }),
    ] {
        assert!(matches!(value.score(&inputs).unwrap_err().kind(), ErrorKind::InvalidParameter { .. }));
    }
    let long = Transaction {
        customer: "old",
        time: "1900-01-01".parse::<Day>().unwrap().start_micros(),
        order: "1",
        item: "tea",
        quantity: 1.0,
        unit_price: 1.0,
    };
    let long = Ledger::new(&Transactions::from_rows([long]).unwrap());
    let error = Cohorts::by(Period::Week).table(&long, as_of).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::LimitExceeded { .. }));
}

#[test]
fn inputs_of_a_table() {
    let table = |customers: [Option<&str>; 3], risk: Vec<f64>| {
        let columns = vec![
            Column::text("id", customers),
            Column::floats("churn_risk", risk),
            Column::ints("complaints", vec![0, 2, 1]),
            Column::text("note", [Some("x"); 3]),
        ];
        Table::new("crm", columns).unwrap()
    };
    let customers = [Some("b"), Some("a"), Some("c")];
    let inputs = ValueInputs::from_table(&table(customers, vec![0.5, f64::NAN, 0.25]), "id").unwrap();
    assert_eq!(inputs.inputs().collect::<Vec<_>>(), [ValueInput::Complaints, ValueInput::ChurnRisk]);
    assert_eq!(inputs.customers().name(0), "a");
    assert_eq!(inputs.values(ValueInput::ChurnRisk).unwrap(), [None, Some(0.5), Some(0.25)]);
    let value = CompositeValue::default().score(&inputs).unwrap();
    assert_eq!(value.coverage(), [0.05, 0.1, 0.1]);
    let error = ValueInputs::from_table(&table(customers, vec![0.5, 0.5, 7.0]), "id").unwrap_err();
    assert_eq!(error.to_string(), "crm: column \"churn_risk\", row 3: must be from 0 to 1; got 7.0");
    for (customers, risk) in [
        ([Some("b"), Some("b"), Some("c")], vec![0.5; 3]),
        ([Some("b"), None, Some("c")], vec![0.5; 3]),
        (customers, vec![0.5, f64::INFINITY, 0.5]),
        (customers, vec![0.5, 1.5, 0.5]),
    ] {
        let error = ValueInputs::from_table(&table(customers, risk), "id").unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::InvalidValue { .. }), "{error}");
    }
    assert!(ValueInputs::from_table(&table(customers, vec![0.5; 3]), "nobody").is_err());
    let more = table(customers, vec![0.25; 3]);
    let inputs = inputs.with_column(ValueInput::Returns, &more, "complaints", "id").unwrap();
    assert_eq!(inputs.values(ValueInput::Returns).unwrap(), [Some(2.0), Some(0.0), Some(1.0)]);
    assert!(inputs.clone().with_column(ValueInput::ChurnRisk, &more, "complaints", "id").is_err());
    assert!(inputs.with_column(ValueInput::Clv, &more, "worth", "id").is_err());
    // A file says numbers as texts.
    let texts = [Column::text("id", [Some("b"), Some("a")]), Column::text("margin", [Some("1200.5"), None])];
    let inputs = ValueInputs::from_table(&Table::new("file", texts.to_vec()).unwrap(), "id").unwrap();
    assert_eq!(inputs.values(ValueInput::Margin).unwrap(), [None, Some(1200.5)]);
    let texts =
        [Column::text("id", [Some("b"), Some("a")]), Column::text("margin", [Some("12"), Some("much")])];
    let error = ValueInputs::from_table(&Table::new("file", texts.to_vec()).unwrap(), "id").unwrap_err();
    assert_eq!(error.to_string(), "file: column \"margin\", row 2: must be finite; got text like \"aaaa\"");
}

#[test]
fn settings_travel_as_json() {
    fn same<T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) {
        assert_eq!(serde_json::from_str::<T>(&serde_json::to_string(value).unwrap()).unwrap(), *value);
    }
    same(&Rfm::default().scoring(Scoring::Borders(borders())));
    same(&Lifecycle::default().silence(Silence::rhythm()));
    same(&Cohorts::by(Period::Quarter));
    same(&PeriodOnPeriod::default());
    same(&RollingRetention::default());
    same(&ValueTiers::by_revenue());
    same(&CompositeValue::default().scale(ValueInput::Clv, Scale::Between { low: 0.0, high: 9.0 }));
    same(&spans()[0]);
    assert!(serde_json::from_str::<Span>(r#"{"from": "2024-01-02", "to": "2024-01-01"}"#).is_err());
    assert_eq!(serde_json::to_string(&Rfm::default().scoring).unwrap(), "\"quantile\"");
}
