//! Charts of results: complete specifications, the right columns in the right places, and nobody's key.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "common/specification.rs"]
mod specification;

use crm_mining::data::{Column, Day, Days, Keys, Ledger, Table, ToTable, Transaction, Transactions};
use crm_mining::insight::{
    BgNbd, Clv, ClvEstimates, Cohorts, Concentration, GainLoss, GammaGamma, Holdout, Lifecycle, Migration,
    Period, PeriodOnPeriod, PurchaseGaps, RevenueTree, Rfm, RollingRetention, Span, ValueTiers,
};
use crm_mining::learn::{Durations, KaplanMeier, SurvivalCurve};
use crm_mining::report::{self, Bins, Channel, Chart, Encoding, Mark};
use crm_mining::{ErrorKind, Fit, Predict};
use serde_json::Value;
use specification::{assert_complete, values};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// Sixty customers named secret-00 and so on: half buy every ten days, half stop after a while.
fn ledger() -> Ledger {
    let names: Vec<String> = (0..60).map(|number| format!("secret-{number:02}")).collect();
    let mut orders = Vec::new();
    for (number, name) in (0..).zip(&names) {
        let last = if number % 2 == 0 { 201 } else { 60 + number };
        for at in (number % 10..last).step_by(10 + number as usize % 7) {
            let time = (day("2024-01-01") + Days(at)).start_micros();
            let unit_price = 20.0 + f64::from(3 * (number % 7) + at % 3);
            orders.push((format!("{name} {at}"), name, time, unit_price));
        }
    }
    let rows = orders.iter().map(|(order, customer, time, unit_price)| Transaction {
        customer,
        time: *time,
        order,
        item: "tea",
        quantity: 1.0,
        unit_price: *unit_price,
    });
    Ledger::new(&Transactions::from_rows(rows).unwrap())
}

/// Every chart of a result, by its name.
fn all() -> Vec<(&'static str, Chart)> {
    let ledger = ledger();
    let last = ledger.last_day();
    let holdout = Holdout::new(&ledger, day("2024-05-31"), last).unwrap();
    let summary = ledger.summary(last);
    let (buying, spend) =
        (BgNbd::default().fit(&summary).unwrap(), GammaGamma::default().fit(&summary).unwrap());
    let tracking = holdout.track(&buying).unwrap();
    let clv = Clv::new(&buying, &spend).months(12);
    let estimates = clv.predict(&summary).unwrap();
    let rfm = Rfm::default().score(&ledger, last).unwrap();
    let cohorts = Cohorts::default().table(&ledger, last).unwrap();
    let stages = |at: Day| Lifecycle::default().stages(&ledger, &Keys::default(), at).unwrap();
    let (early, late) = (stages(day("2024-03-31")).to_table(), stages(last).to_table());
    let migration = Migration::from_tables(&early, &late, "stage", "customer", None).unwrap();
    let [before, after] = ["2024-02-01", "2024-05-01"].map(|at| Span::of(Period::Month, day(at)));
    let tiers = ValueTiers::default().of(rfm.customers(), rfm.monetary()).unwrap();
    let periods = PeriodOnPeriod::default().table(&ledger, last).unwrap();
    let rolling = RollingRetention::default().windows(5).table(&ledger, last).unwrap();
    let models = holdout.judge(&[("BG/NBD", &BgNbd::default())], 0.9).unwrap();
    let tree = RevenueTree::new(&ledger, before, after);
    let forecast = buying.forecast(&summary, Days(90), 0.9).unwrap();
    let value = clv.forecast(&summary, 0.9).unwrap();
    let halves: Vec<u32> = (0..60).map(|number| number % 2).collect();
    let groups = Some((&halves[..], &["stay", "stop"][..]));
    let next = buying.next_purchase(&summary, last, 0.9).unwrap();
    let gaps = PurchaseGaps::new(&ledger, last);
    let (stay, stop) = curves();
    vec![
        ("tracking", report::tracking_chart(&tracking)),
        ("weekly", report::weekly_chart(&tracking)),
        ("frequency", report::frequency_chart(&buying.frequency_table(&summary, 7).unwrap())),
        ("holdout", report::holdout_chart(&models)),
        ("clv_by_month", report::clv_by_month_chart(&clv.by_month(&summary).unwrap())),
        ("clv", report::clv_chart(&estimates, "clv", &Bins::default()).unwrap()),
        ("p_alive", report::clv_chart(&estimates, "p_alive", &Bins::Borders(vec![0.0, 0.5, 1.0])).unwrap()),
        ("rfm", report::rfm_chart(&rfm, "customers").unwrap()),
        ("rfm_monetary", report::rfm_chart(&rfm, "monetary").unwrap()),
        ("concentration", report::concentration_chart(&Concentration::new(rfm.monetary()).unwrap())),
        ("tiers", report::tier_chart(&tiers).unwrap()),
        ("cohorts", report::cohort_chart(&cohorts, "retention").unwrap()),
        ("migration", report::migration_chart(&migration, "probability").unwrap()),
        ("stages", report::stage_chart(&stages(last))),
        ("gain_loss", report::gain_loss_chart(&GainLoss::new(&ledger, before, after).unwrap())),
        ("revenue_tree", report::revenue_tree_chart(&tree)),
        ("periods", report::period_chart(&periods, "revenue").unwrap()),
        ("rolling", report::rolling_retention_chart(&rolling)),
        ("gaps", report::gap_chart(&gaps, "median", &Bins::default()).unwrap()),
        ("tenure", report::gap_chart(&gaps, "tenure", &Bins::default()).unwrap()),
        ("forecast", report::forecast_chart(&forecast, None).unwrap()),
        ("forecasts", report::forecast_chart(&forecast, groups).unwrap()),
        ("value", report::clv_forecast_chart(&value, None).unwrap()),
        ("values", report::clv_forecast_chart(&value, groups).unwrap()),
        ("next", report::next_purchase_chart(&next, "days", None).unwrap()),
        ("again", report::next_purchase_chart(&next, "probability", None).unwrap()),
        ("survival", report::survival_chart(&[("", &stay)]).unwrap()),
        ("survivals", report::survival_chart(&[("stay", &stay), ("stop", &stop)]).unwrap()),
    ]
}

/// Of a group in which nobody is left, and of one in which the last was watched to the end.
fn curves() -> (SurvivalCurve, SurvivalCurve) {
    let fit = |days: &[f64], observed: &[bool]| {
        let days = Durations::new(days.to_vec(), observed.to_vec()).unwrap();
        KaplanMeier::default().fit(&days).unwrap()
    };
    let stay = fit(&[10.0, 20.0, 30.0, 40.0, 50.0], &[true, false, true, false, false]);
    (stay, fit(&[5.0, 10.0, 10.0, 60.0], &[true; 4]))
}

fn chart(name: &str) -> Chart {
    all().into_iter().find(|(other, _)| *other == name).unwrap().1
}

#[test]
fn every_specification_is_complete_and_holds_no_key() {
    for (name, chart) in all() {
        assert_complete(name, &chart);
        assert!(!chart.to_vega_lite().to_string().contains("secret"), "{name}");
    }
}

#[test]
fn tracking_is_folded_by_series() {
    let rows = values(&chart("tracking"));
    assert_eq!((&rows[0]["series"], &rows[1]["series"]), (&"actual".into(), &"expected".into()));
    assert_eq!(rows[0]["week_end"], rows[1]["week_end"]);
    assert_eq!(rows[0]["week_end"].as_str().unwrap().len(), "2024-01-01".len());
    let spec = chart("tracking").to_vega_lite();
    assert_eq!(spec["encoding"]["x"]["scale"]["type"], "utc");
    // Weeks add up to what was reached.
    let sum: f64 = values(&chart("weekly")).iter().step_by(2).map(|row| row["value"].as_f64().unwrap()).sum();
    let actual: Vec<f64> = rows.iter().step_by(2).map(|row| row["value"].as_f64().unwrap()).collect();
    assert!((sum - (actual.last().unwrap() - actual[0])).abs() < 1e-9);
}

#[test]
fn histograms_and_cells_count_every_customer() {
    let count = |name: &str| {
        values(&chart(name)).iter().map(|row| row["customers"].as_f64().unwrap_or(0.0)).sum::<f64>()
    };
    assert_eq!((count("clv"), count("rfm"), count("stages")), (60.0, 60.0, 60.0));
    let spec = chart("clv").to_vega_lite();
    assert_eq!(
        (&spec["encoding"]["x"]["bin"], &spec["encoding"]["x2"]["field"]),
        (&"binned".into(), &"to".into())
    );
    assert_eq!(values(&chart("rfm")).len(), 25);
    assert_eq!((&values(&chart("rfm"))[0]["r"], &values(&chart("rfm"))[24]["r"]), (&5.into(), &1.into()));
    // Also scores that no customer has keep their place.
    let scores = |channel: &str| chart("rfm").to_vega_lite()["encoding"][channel]["scale"]["domain"].clone();
    assert_eq!((scores("x"), scores("y")), ([1, 2, 3, 4, 5].into(), [5, 4, 3, 2, 1].into()));
    let values = [1.0, 2.0, 9.0, f64::NAN];
    let left_out = report::histogram_chart("h", "x", &values, &Bins::Borders(vec![0.0, 2.0, 4.0])).unwrap();
    assert_eq!(left_out.subtitle(), Some("not shown: 1 without a figure, 1 outside of the bins"));
}

#[test]
fn the_waterfall_begins_where_the_step_before_ends() {
    let rows = values(&chart("gain_loss"));
    let [first, steps @ .., last] = &rows[..] else { panic!("too few rows") };
    let mut level = first["to"].as_f64().unwrap();
    for step in steps {
        assert_eq!(step["from"].as_f64().unwrap(), level);
        level = step["to"].as_f64().unwrap();
        assert_eq!(step["kind"] == "loss", level < step["from"].as_f64().unwrap());
    }
    assert_eq!((last["from"].as_f64(), last["to"].as_f64()), (Some(0.0), Some(level)));
    assert_eq!(
        chart("gain_loss").subtitle(),
        Some("2024-02-01 to 2024-02-29, then 2024-05-01 to 2024-05-31")
    );
}

#[test]
fn periods_in_progress_are_left_out() {
    let cohorts = chart("cohorts");
    assert_eq!(cohorts.subtitle(), Some("without the month in progress"));
    // January was followed to June; July has only begun.
    let ages = values(&cohorts).iter().map(|row| row["age"].as_i64().unwrap()).max();
    assert_eq!((ages, values(&chart("periods")).len()), (Some(5), 6));
    assert_eq!(values(&chart("tiers"))[0]["value"], 0.2);
    assert!(chart("concentration").subtitle().unwrap().starts_with("Gini coefficient 0."));
    let rolling = chart("rolling").to_vega_lite();
    assert_eq!(
        (&rolling["layer"][0]["mark"]["type"], &rolling["layer"][0]["encoding"]["y2"]["field"]),
        (&"area".into(), &"high".into())
    );
}

#[test]
fn survival_begins_at_all_and_steps_down() {
    let rows = values(&chart("survival"));
    let number = |row: &Value, column: &str| row[column].as_f64().unwrap();
    let times: Vec<f64> = rows.iter().map(|row| number(row, "time")).collect();
    assert_eq!(times, [0.0, 10.0, 30.0, 50.0], "no corner where one was only lost sight of, but the last");
    assert_eq!((number(&rows[0], "survival"), number(&rows[1], "survival")), (1.0, 0.8));
    for row in &rows {
        assert!(number(row, "lower") <= number(row, "survival"));
        assert!(number(row, "survival") <= number(row, "upper"));
    }
    assert!(chart("survival").encoding(Channel::Color).is_none());
    let spec = chart("survivals").to_vega_lite();
    for (place, mark) in ["area", "line"].into_iter().enumerate() {
        let layer = &spec["layer"][place];
        assert_eq!(
            (&layer["mark"]["type"], &layer["mark"]["interpolate"]),
            (&mark.into(), &"step-after".into())
        );
        let domain = &layer["encoding"]["color"]["scale"]["domain"];
        assert_eq!(domain, &Value::from(["stay", "stop"].to_vec()));
    }
    assert_eq!(chart("survivals").subtitle(), Some("with pointwise intervals of 95 %"));
    let (stay, stop) = curves();
    let twice = report::survival_chart(&[("web", &stay), ("web", &stop)]).unwrap_err();
    assert!(matches!(twice.kind(), ErrorKind::InvalidParameter { parameter: "curves", .. }));
    let none = report::survival_chart(&[]).unwrap_err();
    assert!(matches!(none.kind(), ErrorKind::NotEnoughData { got: 0, .. }));
}

#[test]
fn forecasts_have_their_interval_as_a_rule() {
    for name in ["forecast", "value"] {
        let [all] = &values(&chart(name))[..] else { panic!("{name}") };
        let [stay, stop] = &values(&chart(&format!("{name}s")))[..] else { panic!("{name}") };
        let number = |row: &Value, column: &str| row[column].as_f64().unwrap();
        for row in [all, stay, stop] {
            let [low, expected, high] = ["low", "expected", "high"].map(|column| number(row, column));
            assert!(low < expected && expected < high, "{name}: {row}");
        }
        let sum = number(stay, "expected") + number(stop, "expected");
        assert!((sum - number(all, "expected")).abs() < 1e-9 * sum, "{name}");
        let spec = chart(name).to_vega_lite();
        let mark = |layer: usize| spec["layer"][layer]["mark"]["type"].clone();
        assert_eq!((mark(0), mark(1)), ("rule".into(), "point".into()));
        assert!(spec["layer"][0]["encoding"]["y"].get("stack").is_none());
        // These models are at a boundary.
        let words = "with intervals of 90 %, the error of the parameters left out";
        assert_eq!(chart(name).subtitle(), Some(words));
    }
    let ledger = ledger();
    let summary = ledger.summary(ledger.last_day());
    let buying = BgNbd::default().fit(&summary).unwrap();
    let forecast = buying.forecast(&summary, Days(90), 0.9).unwrap();
    let of = [0; 60];
    let kind = |names: &[&str]| report::forecast_chart(&forecast, Some((&of, names))).unwrap_err();
    assert!(matches!(kind(&[]).kind(), ErrorKind::LengthMismatch { .. }));
    assert!(matches!(kind(&["a", "a"]).kind(), ErrorKind::InvalidParameter { .. }));
    let empty = report::forecast_chart(&forecast, Some((&of, &["all", "nobody"]))).unwrap();
    assert_eq!(values(&empty)[1]["expected"], 0.0);
    assert!(report::forecast_chart(&forecast, Some((&of[1..], &["all"]))).is_err());
}

#[test]
fn a_bar_stands_behind_its_rule() {
    let columns = vec![
        Column::text("plan", [Some("a")]),
        Column::floats("mean", vec![2.0]),
        Column::floats("from", vec![1.0]),
        Column::floats("to", vec![3.0]),
    ];
    let table = Table::new("means", columns).unwrap();
    let encodings = [
        (Channel::X, Encoding::nominal("plan", "")),
        (Channel::Y, Encoding::quantitative("mean", "mean")),
        (Channel::Low, Encoding::quantitative("from", "")),
        (Channel::High, Encoding::quantitative("to", "")),
    ];
    let spec = Chart::of_table("t", Mark::Bar, &table, encodings).unwrap().to_vega_lite();
    let mark = |layer: usize| spec["layer"][layer]["mark"]["type"].clone();
    assert_eq!((mark(0), mark(1)), ("bar".into(), "rule".into()));
    assert_eq!(spec["layer"][1]["encoding"]["y2"]["field"], "to");
}

#[test]
fn gaps_and_next_purchases_are_counted() {
    let count =
        |name: &str| values(&chart(name)).iter().map(|row| row["customers"].as_f64().unwrap()).sum::<f64>();
    assert_eq!((count("gaps"), count("tenure"), count("again")), (60.0, 60.0, 60.0));
    // One in twenty may wait for ever, and is counted.
    assert!(count("next") >= 57.0, "{}", count("next"));
    let left_out = 60.0 - count("next");
    match chart("next").subtitle() {
        None => assert_eq!(left_out, 0.0),
        Some(words) => assert_eq!(words, format!("not shown: {left_out} outside of the bins")),
    }
    // Bins of no width are never made of waits that are all the same.
    assert!(values(&chart("next")).iter().all(|row| row["from"].as_f64() < row["to"].as_f64()));
    let ledger = ledger();
    let gaps = PurchaseGaps::new(&ledger, ledger.last_day());
    let wrong = report::gap_chart(&gaps, "customer", &Bins::default()).unwrap_err();
    assert!(wrong.to_string().contains("\"median\""), "{wrong}");
}

#[test]
fn who_began_in_the_period_in_progress_is_shown_at_age_0() {
    let line = |(customer, at)| Transaction {
        customer,
        time: day(at).start_micros(),
        order: at,
        item: "tea",
        quantity: 1.0,
        unit_price: 4.0,
    };
    let rows = [("a", "2024-01-05"), ("a", "2024-02-05"), ("b", "2024-03-05")].map(line);
    let ledger = Ledger::new(&Transactions::from_rows(rows).unwrap());
    let at = |as_of: &str, column: &str| {
        let cohorts = Cohorts::default().table(&ledger, day(as_of)).unwrap();
        let chart = report::cohort_chart(&cohorts, column).unwrap();
        let cell = |row: &Value| format!("{} {}", row["cohort"].as_str().unwrap(), row["age"]);
        let cells: Vec<String> = values(&chart).iter().map(cell).collect();
        (cells.join(", "), chart.subtitle().map(str::to_owned))
    };
    let (cells, subtitle) = at("2024-03-10", "retention");
    assert_eq!(cells, "2024-01 0, 2024-01 1, 2024-03 0");
    assert_eq!(subtitle.as_deref(), Some("without the month in progress, but for age 0"));
    let (cells, subtitle) = at("2024-03-10", "customers");
    assert_eq!(cells, "2024-01 0, 2024-01 1", "more customers may still begin in March");
    assert_eq!(subtitle.as_deref(), Some("without the month in progress"));
    assert_eq!(at("2024-03-31", "customers"), ("2024-01 0, 2024-01 1, 2024-01 2, 2024-03 0".into(), None));
}

#[test]
fn a_chart_of_any_table() {
    let table = Table::new(
        "of anything",
        vec![
            Column::ints("customer", vec![7, 8]),
            Column::times("at", vec![0, 43_200_000_000]),
            Column::floats("share.of [all]", vec![f64::INFINITY, f64::NAN]),
            Column::text("name", [Some("a"), None]),
        ],
    )
    .unwrap();
    let x = || (Channel::X, Encoding::temporal("at", "when"));
    let y = || (Channel::Y, Encoding::quantitative("share.of [all]", ""));
    let points = Chart::of_table("t", Mark::Point, &table, [x(), y()]).unwrap();
    let spec = points.to_vega_lite();
    assert_eq!(spec["encoding"]["y"]["field"], "share\\.of \\[all\\]");
    assert_eq!(spec["encoding"]["y"]["title"], Value::Null);
    let rows = values(&points);
    assert_eq!((&rows[0]["at"], &rows[1]["at"]), (&"1970-01-01".into(), &"1970-01-01T12:00:00Z".into()));
    assert_eq!(rows[0].as_object().unwrap().len(), 2, "the customers stay behind");
    assert_eq!((&rows[0]["share.of [all]"], &rows[1]["share.of [all]"]), (&Value::Null, &Value::Null));

    let ends = [(Channel::Low, Encoding::quantitative("customer", "")), (Channel::High, y().1)];
    let steps =
        Chart::of_table("t", Mark::Step, &table, [x(), y()].into_iter().chain(ends)).unwrap().to_vega_lite();
    for (layer, mark) in [("area", 0), ("line", 1)].map(|(mark, layer)| (&steps["layer"][layer], mark)) {
        assert_eq!(
            (&layer["mark"]["type"], &layer["mark"]["interpolate"]),
            (&mark.into(), &"step-after".into())
        );
    }

    let kind = |encodings: Vec<(Channel, Encoding)>| {
        Chart::of_table("t", Mark::Line, &table, encodings).unwrap_err()
    };
    let text = (Channel::Y, Encoding::quantitative("name", ""));
    assert!(matches!(kind(vec![x(), text]).kind(), ErrorKind::InvalidColumn { .. }));
    let number = (Channel::X, Encoding::temporal("customer", ""));
    assert!(matches!(kind(vec![number, y()]).kind(), ErrorKind::InvalidColumn { .. }));
    let nothing = (Channel::Y, Encoding::nominal("nothing", ""));
    assert!(matches!(kind(vec![x(), nothing]).kind(), ErrorKind::MissingColumn { .. }));
    let low = (Channel::Low, y().1);
    for wrong in [vec![x()], vec![x(), y(), y()], vec![x(), y(), low]] {
        assert!(matches!(kind(wrong).kind(), ErrorKind::InvalidParameter { .. }));
    }
    let no_choice = report::clv_chart(&clv(), "customer", &Bins::default()).unwrap_err();
    assert!(no_choice.to_string().contains("\"expected_spend\""), "{no_choice}");
}

fn clv() -> ClvEstimates {
    let ledger = ledger();
    let summary = ledger.summary(ledger.last_day());
    let (buying, spend) =
        (BgNbd::default().fit(&summary).unwrap(), GammaGamma::default().fit(&summary).unwrap());
    Clv::new(&buying, &spend).predict(&summary).unwrap()
}
