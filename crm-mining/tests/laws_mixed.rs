//! Laws of scalers, preparation and clusterings of numbers beside categories: there and back, results by definition, the
//! order of rows and threads do not matter, what cannot be done is refused by name.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "common/rows.rs"]
mod rows;

use crm_mining::data::{Column, Features, Mixed, Table};
use crm_mining::feature::{
    ColumnPreparation, Logging, MinMax, MissingNumber, PowerTransform, Preparation, Prepared, QuantileOutput,
    QuantileTransform, Robust, Scaling, Standardize, Unseen, log1p,
};
use crm_mining::learn::{
    Clustering, Dissimilarity, KMedoids, KMedoidsModel, KModes, KModesModel, KPrototypes, KPrototypesModel,
    MedoidInit, ModeInit,
};
use crm_mining::{Error, Fit, Predict};
use proptest::prelude::*;
use rows::{copy, kind, stopped, with_threads};

fn column(values: Vec<f64>) -> Features {
    Features::new(["x"], values).unwrap()
}

/// All scalings, as a preparation that does nothing else has them.
fn scalings() -> Vec<Scaling> {
    let quantile = |output| Scaling::Quantile(QuantileTransform { output, n_quantiles: 1000 });
    vec![
        Scaling::None,
        Scaling::Standard,
        Scaling::Robust(Robust::default()),
        Scaling::MinMax,
        quantile(QuantileOutput::Uniform),
        quantile(QuantileOutput::Normal),
        Scaling::YeoJohnson,
    ]
}

fn scaled(scaling: Scaling, features: &Features) -> (Prepared, Features) {
    let rule = ColumnPreparation { scaling, log: Logging::Never, ..ColumnPreparation::default() };
    let prepared = Preparation { rule, ..Preparation::default() }.fit(features).unwrap();
    let out = prepared.predict(features).unwrap();
    (prepared, out)
}

/// Numbers of groups with clear centers, and categories that mostly follow them. Every row occurs twice.
fn mixed(n: usize, groups: usize) -> Mixed {
    let mut uniform = rows::uniform();
    let (mut values, mut cities, mut tariffs) = (Vec::new(), Vec::new(), Vec::new());
    for i in 0..n {
        let group = i % groups;
        values.extend([group as f64 * 2.0 + uniform() + uniform(), uniform() * 3.0 - group as f64]);
        let city = if uniform() < 0.7 { group } else { (uniform() * 9.0) as usize };
        cities.push((city < 8).then(|| format!("city {city}")));
        tariffs.push(Some(if uniform() < 0.6 { "flat" } else { ["pay", "none"][group % 2] }));
    }
    values.extend(values.clone());
    cities.extend(cities.clone());
    tariffs.extend(tariffs.clone());
    let numbers = Features::new(["spend", "age"], values).unwrap();
    Mixed::new(Some(numbers), &[Column::text("city", cities), Column::text("tariff", tariffs)]).unwrap()
}

/// The categories of mixed data alone.
fn only_categories(mixed: &Mixed) -> Mixed {
    let column = |column: usize| {
        let level = |row| mixed.level(row, column);
        Column::text(&*mixed.categorical()[column], (0..mixed.n_rows()).map(level))
    };
    Mixed::new(None, &[column(0), column(1)]).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn scalers_keep_the_order_and_lead_back(
        values in prop::collection::vec(-1000i32..1000, 1..80),
        exponent in -12i32..12,
        step in 1usize..79,
    ) {
        let size = 10f64.powi(exponent);
        let values: Vec<f64> = values.into_iter().map(|value| f64::from(value) * size).collect();
        let features = column(values.clone());
        // A rotation of the rows.
        let order: Vec<u32> = (0..values.len()).map(|i| ((i + step) % values.len()) as u32).collect();
        for scaling in scalings() {
            let (prepared, out) = scaled(scaling, &features);
            let mut pairs: Vec<(f64, f64)> = values.iter().copied().zip(out.values().iter().copied()).collect();
            pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
            prop_assert!(pairs.is_sorted_by(|a, b| a.1 <= b.1), "{scaling:?}: {pairs:?}");
            let back = prepared.inverse(&out).unwrap();
            let largest = values.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
            for (value, back) in values.iter().zip(back.values()) {
                // Places are only found to a rounding of 1, and normal values blur them at the ends.
                let tolerance = if matches!(scaling, Scaling::Quantile(_)) { 1e-6 } else { 1e-9 };
                prop_assert!((value - back).abs() <= tolerance * largest, "{scaling:?}: {value} {back}");
            }
            prop_assert_eq!(copy(&prepared), prepared.clone());
            if scaling != Scaling::Standard {
                let (other, moved) = scaled(scaling, &features.select(&order));
                prop_assert_eq!(&other, &prepared);
                prop_assert_eq!(&moved, &out.select(&order));
            }
        }
    }

    #[test]
    fn the_power_is_the_best_of_its_neighbours(
        values in prop::collection::vec(-200i32..2000, 3..60),
    ) {
        prop_assume!(values.iter().any(|value| *value != values[0]));
        let values: Vec<f64> = values.into_iter().map(|value| f64::from(value) / 16.0).collect();
        let lambda = PowerTransform.fit(&column(values.clone())).unwrap().lambdas()[0];
        let likelihood = |lambda: f64| {
            let part = |x: f64, power: f64| {
                if power.abs() < 1e-9 { x.ln_1p() } else { (power * x.ln_1p()).exp_m1() / power }
            };
            let bent: Vec<f64> =
                values.iter().map(|&x| if x < 0.0 { -part(-x, 2.0 - lambda) } else { part(x, lambda) }).collect();
            let n = bent.len() as f64;
            let mean = bent.iter().sum::<f64>() / n;
            let variance = bent.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / n;
            let jacobian: f64 = values.iter().map(|x| x.signum() * x.abs().ln_1p()).sum();
            (lambda - 1.0) * jacobian - 0.5 * n * variance.ln()
        };
        // Far from 1 the plain formula rounds too much to compare.
        prop_assume!(lambda.abs() < 8.0);
        let best = likelihood(lambda);
        for step in [1e-3, 1e-2, 0.3] {
            prop_assert!(best >= likelihood(lambda - step) - 1e-9);
            prop_assert!(best >= likelihood(lambda + step) - 1e-9);
        }
    }

    /// Clusterings are what they say, and the order of rows does not matter to a single bit.
    #[test]
    fn clusters_are_what_they_say(n in 6usize..60, groups in 2usize..5, k in 1usize..5, shift in 1usize..50) {
        let data = mixed(n, groups);
        let order: Vec<u32> = (0..2 * n).map(|i| ((i * (2 * n + 1) + shift) % (2 * n)) as u32).rev().collect();
        let shuffled = data.select(&order);
        let moved = |labels: &[u32]| order.iter().map(|&row| labels[row as usize]).collect::<Vec<u32>>();

        let settings = KPrototypes { n_init: 3, ..KPrototypes::new(k) };
        let model = settings.fit(&data).unwrap();
        let other = settings.fit(&shuffled).unwrap();
        prop_assert_eq!(model.predict(&data).unwrap(), model.labels());
        prop_assert_eq!(other.labels(), moved(model.labels()));
        prop_assert_eq!((other.centers(), other.cost(), other.gamma()), (model.centers(), model.cost(), model.gamma()));
        let cost = |row: usize, cluster: usize| {
            let numbers = data.numeric().unwrap().row(row).iter().zip(model.center(cluster));
            let mode = model.mode(cluster);
            let differing = (0..2).filter(|&c| mode[c] != data.level(row, c)).count() as f64;
            numbers.map(|(x, m)| (x - m).powi(2)).sum::<f64>() + model.gamma() * differing
        };
        let mut total = 0.0;
        for (row, &label) in model.labels().iter().enumerate() {
            let own = cost(row, label as usize);
            total += own;
            prop_assert!((0..k).all(|cluster| own <= cost(row, cluster) + 1e-9));
        }
        prop_assert!((total - model.cost()).abs() <= 1e-9 * total.max(1.0), "{total} {}", model.cost());

        let settings = KMedoids { dissimilarity: Dissimilarity::Gower, ..KMedoids::new(k) };
        let model = settings.fit(&data).unwrap();
        let other = settings.fit(&shuffled).unwrap();
        prop_assert_eq!(model.predict(&data).unwrap(), model.labels());
        prop_assert_eq!(other.labels(), moved(model.labels()));
        prop_assert_eq!((other.loss(), other.swaps()), (model.loss(), model.swaps()));
        for (cluster, &medoid) in model.medoids().iter().enumerate() {
            prop_assert_eq!(model.labels()[medoid as usize], cluster as u32);
        }
        prop_assert_eq!(copy(&model), model);

        let data = only_categories(&data);
        for init in [ModeInit::Cao, ModeInit::Huang { n_init: 3, seed: 9 }] {
            let settings = KModes { init, ..KModes::new(k) };
            let Ok(model) = settings.fit(&data) else { continue };
            let other = settings.fit(&data.select(&order)).unwrap();
            prop_assert_eq!(model.predict(&data).unwrap(), model.labels());
            prop_assert_eq!(other.labels(), moved(model.labels()));
            let differing = |row: usize, cluster: u32| {
                model.mode(cluster as usize).iter().enumerate().filter(|(c, l)| **l != data.level(row, *c)).count()
            };
            let cost: usize = model.labels().iter().enumerate().map(|(row, &label)| differing(row, label)).sum();
            prop_assert_eq!(cost as u64, model.cost());
            prop_assert_eq!(copy(&model), model);
        }
    }

    /// No exchange of a medoid and another row lowers the loss.
    #[test]
    fn medoids_cannot_be_exchanged(
        values in prop::collection::vec(-30i32..30, 8..48),
        k in 2usize..4,
        manhattan in any::<bool>(),
    ) {
        let rows = values.len() / 2;
        let values: Vec<f64> = values[..2 * rows].iter().map(|&value| f64::from(value) / 4.0).collect();
        let data = Features::new(["x", "y"], values).unwrap();
        let dissimilarity = if manhattan { Dissimilarity::Manhattan } else { Dissimilarity::Euclidean };
        let Ok(model) = KMedoids { dissimilarity, ..KMedoids::new(k) }.fit(&data) else { return Ok(()) };
        let model: KMedoidsModel = model;
        let distance = |a: usize, b: usize| {
            let (a, b) = (data.row(a), data.row(b));
            let (x, y) = ((a[0] - b[0]).abs(), (a[1] - b[1]).abs());
            if manhattan { x + y } else { x.hypot(y) }
        };
        let loss = |medoids: &[u32]| -> f64 {
            (0..rows).map(|row| medoids.iter().map(|&m| distance(row, m as usize)).fold(f64::MAX, f64::min)).sum()
        };
        let found = loss(model.medoids());
        prop_assert!((found - model.loss()).abs() <= 1e-9 * found.max(1.0));
        for place in 0..k {
            for row in 0..rows {
                let mut other = model.medoids().to_vec();
                other[place] = row as u32;
                prop_assert!(loss(&other) >= found - 1e-9);
            }
        }
    }
}

#[test]
fn threads_do_not_matter() {
    let data = mixed(1_500, 4);
    let numbers = data.numeric().unwrap();
    let work = || {
        let gower = KMedoids { dissimilarity: Dissimilarity::Gower, ..KMedoids::new(3) };
        let drawn = KMedoids { init: MedoidInit::Random { n_init: 2, seed: 5 }, ..KMedoids::new(4) };
        let drawn: KMedoidsModel = drawn.fit(numbers).unwrap();
        let huang = KModes { init: ModeInit::Huang { n_init: 4, seed: 1 }, ..KModes::new(4) };
        let power = PowerTransform.fit(numbers).unwrap();
        (
            KPrototypes::new(4).fit(&data).unwrap(),
            gower.fit(&data).unwrap(),
            drawn,
            KModes::new(4).fit(&only_categories(&data)).unwrap(),
            huang.fit(&only_categories(&data)).unwrap(),
            power,
        )
    };
    let one = with_threads(1, work);
    assert_eq!(one, with_threads(2, work));
    assert_eq!(one, with_threads(8, work));
    assert_eq!(one.0.sizes().iter().sum::<usize>(), 3_000);
}

#[test]
fn constant_columns_extreme_scales_and_one_row() {
    for values in [vec![7.5], vec![0.1; 40], vec![-3.0, -3.0], vec![0.0, -0.0]] {
        for scaling in scalings().into_iter().filter(|scaling| *scaling != Scaling::None) {
            let features = column(values.clone());
            let (prepared, out) = scaled(scaling, &features);
            assert_eq!(out.values(), vec![0.0; values.len()], "{scaling:?}");
            assert_eq!(prepared.constant().collect::<Vec<_>>(), ["x"]);
            assert_eq!(prepared.inverse(&out).unwrap().values()[0], values[0]);
            // Another value is 0 as well: the column parts nobody.
            assert_eq!(prepared.predict(&column(vec![99.0])).unwrap().values(), [0.0]);
        }
    }
    for size in [1e-300, 1e-30, 1e130] {
        for scaling in scalings() {
            let features = column([1.0, 2.0, 3.0, 5.0, 9.0].map(|value| value * size).to_vec());
            let (prepared, out) = scaled(scaling, &features);
            for (back, value) in prepared.inverse(&out).unwrap().values().iter().zip(features.values()) {
                assert!((back / value - 1.0).abs() < 1e-9, "{scaling:?} {size}: {back} {value}");
            }
        }
    }
}

#[test]
fn robust_scales_by_the_deviation_where_the_middle_is_one_value() {
    let features = column(vec![0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 8.0]);
    let scaler = Robust::default().fit(&features).unwrap();
    assert_eq!(scaler.without_range().collect::<Vec<_>>(), ["x"]);
    assert_eq!(scaler.constant().count(), 0);
    assert!((scaler.ranges()[0] - 7f64.sqrt()).abs() < 1e-12);
}

#[test]
fn scalers_refuse_by_name() {
    let good = column(vec![1.0, 2.0, 4.0]);
    let (empty, large) = (column(vec![]), column(vec![1.0, 1e300]));
    assert_eq!(kind(Robust::default().fit(&empty)), "NotEnoughData");
    assert_eq!(kind(MinMax.fit(&empty)), "NotEnoughData");
    assert_eq!(kind(QuantileTransform::default().fit(&empty)), "NotEnoughData");
    assert_eq!(kind(PowerTransform.fit(&empty)), "NotEnoughData");
    assert_eq!(kind(Robust::default().fit(&large)), "Overflow");
    assert_eq!(kind(PowerTransform.fit(&large)), "Overflow");
    assert_eq!(kind(Robust { lower: 0.5, upper: 0.5 }.fit(&good)), "InvalidParameter");
    assert_eq!(kind(Robust { lower: f64::NAN, upper: 0.5 }.fit(&good)), "InvalidParameter");
    assert_eq!(
        kind(QuantileTransform { n_quantiles: 0, ..Default::default() }.fit(&good)),
        "InvalidParameter"
    );
    let scaler = PowerTransform.fit(&good).unwrap();
    let other = Features::new(["y"], vec![1.0]).unwrap();
    assert_eq!(kind(scaler.predict(&other)), "FeatureMismatch");
    assert_eq!(kind(scaler.inverse(&other)), "FeatureMismatch");
    // λ is below 0 here: no value leads so far.
    assert!(scaler.lambdas()[0] < 0.0);
    assert_eq!(kind(scaler.inverse(&column(vec![1e6]))), "InvalidValue");
    let stopped = stopped();
    assert_eq!(kind(PowerTransform.fit_with(&good, &stopped)), "Cancelled");
    assert_eq!(kind(Robust::default().fit_with(&good, &stopped)), "Cancelled");
}

#[test]
fn scalers_come_back_and_wrong_ones_do_not() {
    let features = column(vec![-4.0, 0.5, 2.0, 30.0]);
    let standard = Standardize.fit(&features).unwrap();
    assert_eq!(copy(&standard), standard);
    let back = standard.inverse(&standard.predict(&features).unwrap()).unwrap();
    assert!(back.values().iter().zip(features.values()).all(|(a, b)| (a - b).abs() < 1e-12));
    let robust = Robust::default().fit(&features).unwrap();
    let ends = MinMax.fit(&features).unwrap();
    let ranks = QuantileTransform::default().fit(&features).unwrap();
    let power = PowerTransform.fit(&features).unwrap();
    assert_eq!((copy(&robust), copy(&ends)), (robust.clone(), ends.clone()));
    assert_eq!((copy(&ranks), copy(&power)), (ranks.clone(), power));
    let wrong = |text: String, from: &str, to: &str| {
        assert!(text.contains(from), "{text}");
        text.replace(from, to)
    };
    let text = wrong(serde_json::to_string(&robust).unwrap(), "\"range\":", "\"range\":-");
    assert!(serde_json::from_str::<crm_mining::feature::RobustScaler>(&text).is_err());
    let text = wrong(serde_json::to_string(&ends).unwrap(), "30.0", "-30.0");
    assert!(serde_json::from_str::<crm_mining::feature::MinMaxScaler>(&text).is_err());
    let text = wrong(serde_json::to_string(&ranks).unwrap(), "[-4.0,0.5,", "[0.5,-4.0,");
    assert!(serde_json::from_str::<crm_mining::feature::QuantileScaler>(&text).is_err());
    let text = wrong(serde_json::to_string(&standard).unwrap(), "[\"x\"]", "[\"x\",\"y\"]");
    assert!(serde_json::from_str::<crm_mining::feature::Scaler>(&text).is_err());
}

/// What `Segmentation` did before there was a preparation.
fn as_segmentation_did(features: &Features) -> Features {
    let scaled = Standardize.fit(features).unwrap().predict(features).unwrap();
    let skewness = |column| scaled.column(column).map(|z| z * z * z).sum::<f64>() / scaled.n_rows() as f64;
    let leans = |&column: &usize| features.column(column).all(|value| value >= 0.0) && skewness(column) > 0.5;
    let logged: Vec<usize> = (0..features.n_features()).filter(leans).collect();
    let logs = log1p(features, &logged).unwrap();
    Standardize.fit(&logs).unwrap().predict(&logs).unwrap()
}

#[test]
fn the_default_preparation_is_that_of_segmentation_bit_for_bit() {
    let row = |i: usize| {
        let noise = ((i * i * 7 + i * 5) % 101) as f64;
        [noise.powi(3), noise - 50.0, noise / 7.0, 4.0, if i.is_multiple_of(9) { 1e6 + noise } else { noise }]
    };
    let values = (0..5000).flat_map(row).collect();
    let features = Features::new(["spend", "balance", "even", "same", "rare"], values).unwrap();
    let prepared = Preparation::default().fit(&features).unwrap();
    assert_eq!(prepared.logged().collect::<Vec<_>>(), ["spend", "rare"]);
    assert_eq!(prepared.constant().collect::<Vec<_>>(), ["same"]);
    let bits = |features: Features| features.values().iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(prepared.predict(&features).unwrap()), bits(as_segmentation_did(&features)));
    let back = prepared.inverse(&prepared.predict(&features).unwrap()).unwrap();
    assert!(
        back.values().iter().zip(features.values()).all(|(a, b)| (a - b).abs() <= 1e-9 * b.abs().max(1.0))
    );
}

fn crm(spend: Vec<f64>, city: Vec<Option<&str>>) -> Table {
    let ids = (0..spend.len()).rev().map(|i| Some(format!("c{i}")));
    let columns = vec![Column::text("id", ids), Column::floats("spend", spend), Column::text("city", city)];
    Table::new("crm", columns).unwrap()
}

#[test]
fn tables_are_prepared_by_customer() {
    let table = crm(vec![1.0, 3.0, f64::NAN], vec![Some("Ulm"), None, Some("Bonn")]);
    let mut settings = Preparation::of_table(["spend"], ["city"]);
    settings.customer = Some("id".into());
    assert_eq!(kind(settings.fit(&table)), "InvalidValue");
    settings.overrides.insert(
        "spend".into(),
        ColumnPreparation {
            missing: MissingNumber::Constant(-1.0),
            log: Logging::Never,
            scaling: Scaling::MinMax,
        },
    );
    assert_eq!(kind(settings.fit(&table)), "InvalidValue");
    settings.unseen = Unseen::AllZero;
    settings.level_value = 1.0;
    let prepared = settings.fit(&table).unwrap();
    assert_eq!(copy(&settings), settings);
    assert_eq!(copy(&prepared), prepared);
    assert_eq!(prepared.names(), ["spend", "city=Bonn", "city=Ulm"]);
    let out = prepared.predict(&table).unwrap();
    assert_eq!(out.values(), [0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.5, 0.0, 1.0]);
    assert_eq!(out.customers().unwrap().name(2), "c2");
    let raw = prepared.inverse(&out).unwrap();
    assert_eq!((raw.names(), raw.values()), (&["spend".to_owned()][..], &[-1.0, 3.0, 1.0][..]));
    let other = crm(vec![5.0], vec![Some("Kiel")]);
    assert_eq!(prepared.predict(&other).unwrap().values(), [1.5, 0.0, 0.0]);
    let strict = Preparation { unseen: Unseen::Refuse, customer: None, ..settings };
    let full = crm(vec![1.0, 3.0], vec![Some("Ulm"), Some("Bonn")]);
    assert_eq!(kind(strict.fit(&full).unwrap().predict(&other)), "InvalidValue");
}

#[test]
fn preparation_refuses_by_name() {
    let table = crm(vec![1.0, 3.0], vec![Some("Ulm"), None]);
    let settings = || Preparation::of_table(["spend"], Vec::<String>::new());
    assert_eq!(kind(Preparation::default().fit(&table)), "InvalidParameter");
    assert_eq!(kind(Preparation::of_table(["spend", "spend"], ["city"]).fit(&table)), "DuplicateColumn");
    assert_eq!(kind(Preparation::of_table(["spent"], ["city"]).fit(&table)), "MissingColumn");
    assert_eq!(kind(Preparation { level_value: f64::NAN, ..settings() }.fit(&table)), "InvalidParameter");
    let many = Preparation { max_levels: 1, ..Preparation::of_table(["spend"], ["id"]) };
    assert_eq!(kind(many.fit(&table)), "LimitExceeded");
    let mut wrong = settings();
    wrong.overrides.insert("city".into(), ColumnPreparation::default());
    assert_eq!(kind(wrong.fit(&table)), "InvalidParameter");
    let mut wrong = settings();
    wrong.rule.missing = MissingNumber::Constant(f64::INFINITY);
    assert_eq!(kind(wrong.fit(&table)), "InvalidParameter");
    let mut always = settings();
    always.rule.log = Logging::Always;
    assert_eq!(kind(always.fit(&crm(vec![1.0, -3.0], vec![None, None]))), "InvalidValue");
    let logs = always.fit(&table).unwrap();
    assert_eq!(kind(logs.predict(&crm(vec![-0.5], vec![None]))), "InvalidValue");
    assert_eq!(kind(logs.predict(&Features::new(["spend"], vec![-0.5]).unwrap())), "InvalidValue");
    let mut median = settings();
    median.rule.missing = MissingNumber::Median;
    assert_eq!(kind(median.fit(&crm(vec![f64::NAN], vec![None]))), "NotEnoughData");
    assert_eq!(kind(settings().fit(&crm(vec![1e200], vec![None]))), "Overflow");
    let mut nowhere = Preparation::of_table(Vec::<String>::new(), ["city"]);
    nowhere.unseen = Unseen::AllZero;
    assert_eq!(kind(nowhere.fit(&crm(vec![1.0], vec![None]))), "NotEnoughData");
    assert_eq!(kind(settings().fit(&table.take(&[]))), "NotEnoughData");
    let features = Features::new(["spend"], vec![1.0, 2.0]).unwrap();
    assert_eq!(kind(Preparation::of_table(["age"], Vec::<String>::new()).fit(&features)), "FeatureMismatch");
    assert_eq!(kind(Preparation::of_table(["spend"], ["city"]).fit(&features)), "InvalidParameter");
    let with_city = Preparation { unseen: Unseen::AllZero, ..Preparation::of_table(["spend"], ["city"]) };
    assert_eq!(kind(with_city.fit(&table).unwrap().predict(&features)), "FeatureMismatch");
    let text = serde_json::to_string(&with_city.fit(&table).unwrap()).unwrap();
    assert!(serde_json::from_str::<Prepared>(&text.replace("\"Ulm\"", "")).is_err());
    assert!(serde_json::from_str::<Prepared>(&text.replace("\"city\"", "\"spend\"")).is_err());
}

#[test]
fn clusterings_refuse_by_name() {
    let data = mixed(10, 2);
    let categories = only_categories(&data);
    assert_eq!(kind(KModes::new(2).fit(&data)), "InvalidColumn");
    assert_eq!(kind(KModes::new(0).fit(&categories)), "InvalidParameter");
    let no_start = ModeInit::Huang { n_init: 0, seed: 1 };
    assert_eq!(kind(KModes { init: no_start, ..KModes::new(2) }.fit(&categories)), "InvalidParameter");
    assert_eq!(kind(KModes::new(200).fit(&categories)), "TooManyClusters");
    assert_eq!(kind(KModes::new(2).fit(&categories.select(&[]))), "NotEnoughData");
    assert_eq!(kind(KPrototypes::new(2).fit(&categories)), "NotEnoughData");
    let numbers = Mixed::new(data.numeric().cloned(), &[]).unwrap();
    let alone = KPrototypes::new(2).fit(&numbers).unwrap();
    assert_eq!((alone.categorical(), copy(&alone)), (&[][..], alone.clone()));
    assert_eq!(kind(KPrototypes { gamma: Some(0.0), ..KPrototypes::new(2) }.fit(&data)), "InvalidParameter");
    assert_eq!(kind(KPrototypes::new(11).fit(&data)), "TooManyClusters");
    assert_eq!(kind(KPrototypes::new(1).fit(&data.select(&[]))), "NotEnoughData");
    assert_eq!(kind(KMedoids::new(2).fit(&data)), "InvalidParameter");
    let none: Result<KMedoidsModel, Error> = KMedoids::new(2).fit(&column(vec![]));
    assert_eq!(kind(none), "NotEnoughData");
    let large: Result<KMedoidsModel, Error> = KMedoids::new(1).fit(&column(vec![1e300, 1.0]));
    assert_eq!(kind(large), "Overflow");
    let alike: Result<KMedoidsModel, Error> = KMedoids::new(2).fit(&column(vec![4.0; 9]));
    assert_eq!(kind(alike), "TooManyClusters");
    let huge = Mixed::new(Some(column(vec![1e200, 0.0])), &[Column::text("c", [Some("a"), None])]).unwrap();
    assert_eq!(kind(KPrototypes::new(1).fit(&huge)), "Overflow");
    let stopped = stopped();
    assert_eq!(kind(KModes::new(2).fit_with(&categories, &stopped)), "Cancelled");
    assert_eq!(kind(KPrototypes::new(2).fit_with(&data, &stopped)), "Cancelled");
    assert_eq!(kind(KMedoids::new(2).fit_with(data.numeric().unwrap(), &stopped)), "Cancelled");
    let model = KModes::new(2).fit(&categories).unwrap();
    assert_eq!(kind(model.predict(&data)), "FeatureMismatch");
}

#[test]
fn saved_clusterings_are_checked() {
    let data = mixed(20, 2);
    let prototypes = KPrototypes::new(2).fit(&data).unwrap();
    assert_eq!(copy(&prototypes), prototypes);
    let text = serde_json::to_string(&prototypes).unwrap();
    assert!(
        serde_json::from_str::<KPrototypesModel>(&text.replace("\"labels\":[", "\"labels\":[7,")).is_err()
    );
    assert!(
        serde_json::from_str::<KPrototypesModel>(&text.replace("\"points\":[", "\"points\":[1.0,")).is_err()
    );
    assert!(serde_json::from_str::<KPrototypesModel>(&text.replace("\"gamma\":", "\"gamma\":-")).is_err());
    let modes = KModes::new(2).fit(&only_categories(&data)).unwrap();
    let text = serde_json::to_string(&modes).unwrap();
    assert!(serde_json::from_str::<KModesModel>(&text.replace("\"modes\":[[", "\"modes\":[[null,")).is_err());
    let medoids: KMedoidsModel = KMedoids::new(2).fit(data.numeric().unwrap()).unwrap();
    assert_eq!(copy(&medoids), medoids);
    let text = serde_json::to_string(&medoids).unwrap();
    assert!(
        serde_json::from_str::<KMedoidsModel>(&text.replace("\"medoids\":[", "\"medoids\":[1,")).is_err()
    );
}

#[test]
fn categories_that_no_fit_has_seen_differ_from_all() {
    let data = mixed(40, 2);
    let model = KPrototypes { gamma: Some(100.0), ..KPrototypes::new(2) }.fit(&data).unwrap();
    let spend = Features::new(["spend", "age"], vec![0.5, 1.5, 3.5, 0.5]).unwrap();
    let strange = ["Oslo", "Rome"].map(Some);
    let new =
        Mixed::new(Some(spend), &[Column::text("city", strange), Column::text("tariff", strange)]).unwrap();
    assert_eq!(model.predict(&new).unwrap(), [0, 1]);
}

#[test]
fn extremes_of_mixed_data() {
    let city = || Column::text("city", ["a", "a", "b", "b"].map(Some));
    for size in [1e-300, 1e-100, 1.0, 1e130] {
        let numbers = column([0.0, 1.0, 10.0, 11.0].map(|value| value * size).to_vec());
        let data = Mixed::new(Some(numbers.clone()), &[city()]).unwrap();
        assert_eq!(KPrototypes::new(2).fit(&data).unwrap().labels(), [0, 0, 1, 1], "{size}");
        for dissimilarity in [Dissimilarity::Euclidean, Dissimilarity::Manhattan, Dissimilarity::Gower] {
            let model: KMedoidsModel = KMedoids { dissimilarity, ..KMedoids::new(2) }.fit(&numbers).unwrap();
            assert_eq!(model.labels(), [0, 0, 1, 1], "{size}");
        }
    }
    let same = Mixed::new(Some(column(vec![3.0; 4])), &[city()]).unwrap();
    let model = KPrototypes::new(2).fit(&same).unwrap();
    assert_eq!((model.gamma(), model.cost(), model.labels()), (1.0, 0.0, &[0, 0, 1, 1][..]));
    let one = same.select(&[0]);
    assert_eq!(KPrototypes::new(1).fit(&one).unwrap().cost(), 0.0);
    let gower = KMedoids { dissimilarity: Dissimilarity::Gower, ..KMedoids::new(1) };
    assert_eq!(gower.fit(&one).unwrap().loss(), 0.0);
    assert_eq!(gower.fit(&same).unwrap().loss(), 1.0);
}
