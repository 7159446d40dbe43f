//! RFM, cohorts, stages, gaps, revenue tree, gain and loss, periods and concentration give the numbers of
//! pandas.
//!
//! Reference values: pandas 3.1.1 and NumPy 2.4.6 on the same logs, counts exact and sums to 1e-9 relative
//! unless said. The code beside each test is the whole of what was run, with `df` a row per line (customer
//! `c`, `day`, `order`, `amt`, units `u`), `buy = amt >= 0`, and `first`, `last` the first and last day with
//! `buy` of a customer. The entry "rfm" of the reference values for customer value is one of them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests"
)]

mod common;

use crm_mining::data::{Day, Days, Keys, Ledger, ToTable, Transaction, Transactions};
use crm_mining::insight::{
    Cohorts, Concentration, GainLoss, HighFrom, Lifecycle, Migration, Period, PeriodOnPeriod, PurchaseGaps,
    RevenueEffects, RevenueTree, Rfm, RfmBorders, RollingRetention, Scoring, Silence, Span, Stages, Turn,
    ValueInput, ValueInputs, ValueTiers,
};
use std::io::Read;
use std::sync::OnceLock;

/// The CDNOW sample (Fader & Hardie 2001): 2,357 customers. An order is a customer's day.
fn cdnow() -> Option<Ledger> {
    let text = std::fs::read_to_string(common::data("cdnow/CDNOW_sample.txt")?).unwrap();
    let rows: Vec<(&str, Day, String, f64, f64)> = text
        .lines()
        .map(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let (id, date, units) = (fields[1], fields[2], fields[3].parse().unwrap());
            let day = format!("{}-{}-{}", &date[..4], &date[4..6], &date[6..]).parse().unwrap();
            (id, day, format!("{id} {date}"), units, fields[4].parse().unwrap())
        })
        .collect();
    let lines = rows.iter().map(|(customer, day, order, units, amount)| Transaction {
        customer,
        time: day.start_micros(),
        order,
        item: "cd",
        quantity: *units,
        unit_price: if *units == 0.0 { 0.0 } else { *amount / *units },
    });
    Some(Ledger::new(&Transactions::from_rows(lines).unwrap()))
}

/// UCI Online Retail as it is, returns included, without the lines that name no customer: 406,829 lines of
/// 4,372.
fn retail() -> Option<&'static Ledger> {
    static LEDGER: OnceLock<Option<Ledger>> = OnceLock::new();
    LEDGER.get_or_init(read_retail).as_ref()
}

fn read_retail() -> Option<Ledger> {
    let file = std::fs::File::open(common::data("online_retail/online_retail.csv.gz")?).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().skip(1).map(fields).filter(|row| !row[6].is_empty()).collect();
    assert_eq!(rows.len(), 406_829);
    let lines = rows.iter().map(|row| Transaction {
        customer: row[6],
        time: row[4][..10].parse::<Day>().unwrap().start_micros(),
        order: row[0],
        item: row[1],
        quantity: row[3].parse().unwrap(),
        unit_price: row[5].parse().unwrap(),
    });
    Some(Ledger::new(&Transactions::from_rows(lines).unwrap()))
}

/// The fields of a line, of which one may be quoted.
fn fields(line: &str) -> Vec<&str> {
    let mut quoted = false;
    let turn = |c: char| {
        quoted ^= c == '"';
        c == ',' && !quoted
    };
    line.split(turn).collect()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn span(from: &str, to: &str) -> Span {
    Span::new(day(from), day(to)).unwrap()
}

#[track_caller]
fn close(got: f64, expected: f64) {
    assert!((got - expected).abs() <= 1e-9 * expected.abs().max(1e-3), "{got} is not {expected}");
}

fn count(scores: &[u8]) -> [usize; 5] {
    std::array::from_fn(|place| scores.iter().filter(|&&score| usize::from(score) == place + 1).count())
}

fn of_day(ledger: &Ledger, lifecycle: &Lifecycle, text: &str) -> Stages {
    lifecycle.stages(ledger, &Keys::default(), day(text)).unwrap()
}

/// `df[buy].groupby([month of first, months since first]).c.nunique()`, and `.amt.sum()` of all lines. The
/// rows of retention are those of the reference values, exact.
#[test]
fn cohorts_of_cdnow() {
    let Some(ledger) = cdnow() else { return };
    let months = Cohorts::default().table(&ledger, day("1998-06-30")).unwrap();
    let rows: Vec<(&str, &[u32])> =
        months.cohorts().iter().map(|cohort| (&cohort.name[..], &cohort.customers[..])).collect();
    let january = [781, 124, 95, 70, 65, 77, 65, 53, 52, 45, 62, 59, 45, 47, 63, 37, 37, 33];
    let february = [857, 134, 110, 75, 77, 75, 61, 61, 74, 70, 59, 57, 59, 70, 56, 59, 60];
    let march = [719, 87, 84, 78, 63, 64, 55, 57, 73, 65, 47, 51, 78, 32, 38, 45];
    assert_eq!(rows, [("1997-01", &january[..]), ("1997-02", &february[..]), ("1997-03", &march[..])]);
    close(months.cohorts()[0].revenue[1], 7003.73);
    close(months.cohorts()[1].revenue[16], 2581.67);
    close(months.cohorts()[2].revenue[15], 1681.64);
    assert!(months.last_complete() && months.left_out() == 0 && months.outside() == 0.0);
    assert_eq!(months.overall()[16], (781 + 857, 37 + 60));
    assert_eq!(months.retention_table().n_rows(), 3);
    // On the day before, June is in progress.
    assert!(!Cohorts::default().table(&ledger, day("1998-06-29")).unwrap().last_complete());

    let quarters = Cohorts::by(Period::Quarter).table(&ledger, day("1998-06-30")).unwrap();
    assert_eq!(quarters.cohorts()[0].customers, [2357, 524, 418, 404, 384, 300]);
    close(quarters.cohorts()[0].revenue[2], 26987.31);
    let years = Cohorts::by(Period::Year).table(&ledger, day("1998-06-30")).unwrap();
    assert_eq!(
        (years.cohorts()[0].name.as_str(), &years.cohorts()[0].customers[..]),
        ("1997", &[2357, 515][..])
    );
    assert!(!years.last_complete());
    let weeks = Cohorts::by(Period::Week).table(&ledger, day("1998-06-30")).unwrap();
    assert_eq!(weeks.cohorts()[0].name, "1996-12-30");
    assert_eq!(weeks.cohorts()[1].customers[..12], [168, 6, 14, 7, 13, 8, 11, 9, 2, 6, 5, 4]);
    close(weeks.cohorts()[2].revenue[3], 709.13);
}

/// The same with returns: 33 customers never bought, and some returned before they bought.
#[test]
fn cohorts_of_online_retail() {
    let Some(ledger) = retail() else { return };
    let months = Cohorts::default().table(ledger, ledger.last_day()).unwrap();
    let sizes: Vec<u32> = months.cohorts().iter().map(|cohort| cohort.size()).collect();
    assert_eq!(sizes, [885, 417, 380, 452, 300, 284, 242, 188, 169, 299, 358, 324, 41]);
    let december = &months.cohorts()[0];
    assert_eq!(december.customers, [885, 324, 286, 340, 321, 352, 321, 309, 313, 350, 331, 445, 235]);
    close((december.revenue[2] * 100.0).round(), 22_693_145.0);
    close((months.cohorts()[8].revenue[3] * 100.0).round(), 4_083_220.0);
    assert_eq!((months.left_out(), months.last_complete()), (33, false));
    close(months.outside(), -14222.1);
    let cells: f64 = months.cohorts().iter().flat_map(|cohort| &cohort.revenue).sum();
    close(cells + months.outside(), 8300065.814);
}

/// Of the customers with `(as_of - first).days >= k * every`, those with a `day` from `(k - 1) * every + 1`
/// to `k * every` days after `first`.
#[test]
fn rolling_retention_of_cdnow() {
    let Some(ledger) = cdnow() else { return };
    let months = RollingRetention::default().windows(18).table(&ledger, day("1998-06-30")).unwrap();
    assert_eq!(months.retained()[..6], [410, 323, 221, 212, 210, 200]);
    assert_eq!(months.known()[14..], [2357, 1855, 937, 125]);
    assert_eq!(months.retained()[14..], [152, 113, 40, 7]);
    close(months.revenue()[0], 26848.42);
    close(months.revenue()[17], 223.36);
    let (share, error) = months.retention()[17].unwrap();
    close(share, 7.0 / 125.0);
    close(error, (0.056f64 * 0.944 / 125.0).sqrt());
    let quarters =
        RollingRetention::default().every(Days(90)).windows(4).table(&ledger, day("1997-09-30")).unwrap();
    assert_eq!((quarters.known(), quarters.retained()), (&[2357, 2357, 57, 0][..], &[687, 465, 9, 0][..]));
    assert_eq!(quarters.retention()[3], None);
}

/// `np.select([silence > 365, silence > 90, age <= 30, orders >= 5], [lost, at risk, new, loyal], active)`.
#[test]
fn stages_by_days() {
    let Some(ledger) = cdnow() else { return };
    let lifecycle = Lifecycle::default();
    let counts = |text| of_day(&ledger, &lifecycle, text).counts();
    assert_eq!(counts("1997-02-15"), [0, 886, 336, 7, 0, 0]);
    assert_eq!(of_day(&ledger, &lifecycle, "1997-02-15").left_out(), 2357 - 1229);
    assert_eq!(counts("1997-09-30"), [0, 0, 257, 154, 1946, 0]);
    assert_eq!(counts("1998-06-30"), [0, 0, 110, 190, 518, 1539]);
    let Some(ledger) = retail() else { return };
    assert_eq!(of_day(ledger, &lifecycle, "2011-12-09").counts(), [33, 272, 1576, 1042, 1385, 64]);
}

/// `m = gaps.groupby(c).mean().mean()`, `e = (s + w * m) / (n + w)`, bounds `np.quantile(gap / e, [q1, q2])`,
/// and the rules above with `silence / e` beyond the bounds.
#[test]
fn stages_by_rhythm() {
    let Some(ledger) = cdnow() else { return };
    let lifecycle = Lifecycle::default().silence(Silence::rhythm());
    let stages = of_day(&ledger, &lifecycle, "1998-06-30");
    assert_eq!(stages.counts(), [0, 0, 334, 236, 201, 1586]);
    let expected = [("0001", 114.27899642304884), ("0003", 112.11598569219535), ("1516", 13.859904421242748)];
    for (name, expected) in expected {
        close(stages.expected_gap()[stages.customers().position(name).unwrap()], expected);
    }
    let earlier = lifecycle.silence(Silence::Rhythm { at_risk: 0.8, lost: 0.95, prior_gaps: 2.0 });
    assert_eq!(of_day(&ledger, &earlier, "1997-09-30").counts(), [0, 0, 312, 123, 110, 1812]);
}

/// `pd.crosstab` of the stages by days, and `counts @ matrix_power(P, 3)`.
#[test]
fn migration_between_stages() {
    use crm_mining::insight::LifecycleStage;
    let Some(ledger) = cdnow() else { return };
    let at = |text| of_day(&ledger, &Lifecycle::default(), text);
    let moved = |from: &Stages, to: &Stages| {
        let [before, after] = [(from.customers(), from.stages()), (to.customers(), to.stages())];
        Migration::among(&LifecycleStage::ALL, before, after).unwrap()
    };
    let (winter, summer) = (at("1997-12-31"), at("1998-06-30"));
    let half_year = moved(&winter, &summer);
    assert_eq!(half_year.counts()[2], [0, 0, 14, 31, 162, 0]);
    assert_eq!(half_year.counts()[3], [0, 0, 0, 100, 95, 0]);
    assert_eq!(half_year.counts()[4], [0, 0, 96, 59, 261, 1539]);
    close(half_year.probability(3, 3).unwrap(), 100.0 / 195.0);
    close(half_year.standard_error(3, 3).unwrap(), (100.0f64 / 195.0 * 95.0 / 195.0 / 195.0).sqrt());
    let later = [0.0, 0.0, 6.960346791717575, 46.26241674602867, 65.94659742298967, 2237.830639039264];
    for (got, expected) in half_year.forecast(3).unwrap().into_iter().zip(later) {
        close(got, expected);
    }
    let early = moved(&at("1997-02-15"), &summer);
    assert_eq!(early.entrants(), [0, 0, 54, 102, 270, 702]);
    assert_eq!(early.counts()[1], [0, 0, 39, 62, 178, 607]);
    assert_eq!(early.leavers(), [0; 6]);
}

/// `gap = day.diff()` within customers, of distinct days; M of the last two, `V = mean((M - .5)**2)`,
/// `k = (1 - 4 * V) / (8 * V)`, `se = sqrt((mean((M - .5)**4) - V * V) / n) / (8 * V * V)`.
#[test]
fn gaps_and_regularity() {
    let Some(ledger) = cdnow() else { return };
    let gaps = PurchaseGaps::new(&ledger, day("1998-06-30"));
    let all = gaps.overall();
    assert_eq!((all.customers, all.repeaters, all.gaps, all.median), (2357, 1139, 4339, Some(34.0)));
    close(all.mean.unwrap(), 70.86056695091035);
    close(all.sd.unwrap(), 91.06382261147115);
    close(all.cv.unwrap(), 1.285112814219464);
    let regularity = all.regularity.unwrap();
    assert_eq!(regularity.customers, 736);
    close(regularity.k, 0.9850534587317635);
    close(regularity.standard_error.unwrap(), 0.04924434624656815);
    let one = gaps.customers().position("1516").unwrap();
    assert_eq!((gaps.gaps()[one], gaps.median()[one], gaps.tenure()[one]), (41, 6.0, 490));
    close(gaps.sd()[one], 14.763294959079444);
    close(gaps.cv()[one], 1.2878619006856535);
    let known = |values: &[f64]| values.iter().filter(|value| !value.is_nan()).sum();
    close(known(gaps.mean()), 127700.10770341051);
    close(known(gaps.median()), 117426.0);
    close(known(gaps.sd()), 57265.60951520076);

    let Some(ledger) = retail() else { return };
    let gaps = PurchaseGaps::new(ledger, ledger.last_day());
    let all = gaps.overall();
    assert_eq!((gaps.left_out(), all.customers, all.repeaters, all.gaps), (33, 4339, 2790, 12427));
    close(all.mean.unwrap(), 45.64955339180816);
    close(all.regularity.unwrap().k, 1.8307519752382977);
}

/// Effects in the order customers, orders per customer, spend per order, units per order, price per unit,
/// returns of others: the mean over all `itertools.permutations` of the factors, units and price side by
/// side.
#[track_caller]
fn check_tree(tree: &RevenueTree, expected: [f64; 6], change: f64) {
    let &RevenueEffects { customers, orders_per_customer, spend_per_order, returns_of_others, .. } =
        tree.effects();
    let (units, price) = (tree.effects().units_per_order.unwrap(), tree.effects().price_per_unit.unwrap());
    let got = [customers, orders_per_customer, spend_per_order, units, price, returns_of_others];
    for (got, expected) in got.into_iter().zip(expected) {
        close(got, expected);
    }
    close(tree.change(), change);
    close(customers + orders_per_customer + spend_per_order + returns_of_others, change);
    close(units + price, spend_per_order);
}

#[test]
fn revenue_trees() {
    let Some(ledger) = cdnow() else { return };
    let quarters =
        RevenueTree::new(&ledger, span("1997-07-01", "1997-09-30"), span("1997-10-01", "1997-12-31"));
    let before = quarters.before();
    assert_eq!((before.customers, before.orders, before.units), (418, 725, 1814.0));
    let effects = [
        -938.7674035812282,
        1165.58355093567,
        895.1438526455573,
        1849.8913735236836,
        -954.7475208781198,
        0.0,
    ];
    check_tree(&quarters, effects, 1121.96);
    let halves =
        RevenueTree::new(&ledger, span("1997-01-01", "1997-06-30"), span("1998-01-01", "1998-06-30"));
    let effects = [
        -133529.84626505882,
        26090.51185825888,
        4178.214406799937,
        8641.684578093395,
        -4463.47017129347,
        0.0,
    ];
    check_tree(&halves, effects, -103261.12);

    let Some(ledger) = retail() else { return };
    let quarters =
        RevenueTree::new(ledger, span("2011-04-01", "2011-06-30"), span("2011-07-01", "2011-09-30"));
    assert_eq!((quarters.after().customers, quarters.after().orders), (2161, 4368));
    close(quarters.after().returns_of_others, -8057.3);
    let effects = [
        155806.10945294987,
        -34074.1084190162,
        323225.93096606684,
        350866.62149176165,
        -27640.690525694576,
        -5223.17,
    ];
    check_tree(&quarters, effects, 439734.762);
}

#[track_caller]
fn check_turn(change: &GainLoss, turn: Turn, customers: u32, before: f64, after: f64) {
    let group = change.of(turn);
    assert_eq!(group.customers, customers, "{turn:?}");
    close(group.before, before);
    close(group.after, after);
    close(group.change, after - before);
}

/// Revenue of each customer in both spans, and sets of those with `buy` in each.
#[test]
fn gain_and_loss() {
    let Some(ledger) = cdnow() else { return };
    let quarters =
        GainLoss::new(&ledger, span("1997-07-01", "1997-09-30"), span("1997-10-01", "1997-12-31")).unwrap();
    check_turn(&quarters, Turn::Expansion, 97, 5102.38, 10872.15);
    check_turn(&quarters, Turn::Contraction, 104, 11694.12, 5998.19);
    check_turn(&quarters, Turn::Unchanged, 2, 25.48, 25.48);
    check_turn(&quarters, Turn::Lost, 215, 10165.33, 0.0);
    check_turn(&quarters, Turn::Reactivated, 201, 0.0, 11213.45);
    check_turn(&quarters, Turn::New, 0, 0.0, 0.0);
    close(quarters.change(), 1121.96);
    assert_eq!(quarters.change_of_customers(), 404 - 418);
    close(quarters.net_retention().unwrap(), 0.6260653618311699);
    close(quarters.gross_retention().unwrap(), 0.4122696926814851);

    let Some(ledger) = retail() else { return };
    let quarters =
        GainLoss::new(ledger, span("2011-04-01", "2011-06-30"), span("2011-07-01", "2011-09-30")).unwrap();
    check_turn(&quarters, Turn::New, 656, 0.0, 350822.522);
    check_turn(&quarters, Turn::Reactivated, 294, -360.54, 172798.24);
    check_turn(&quarters, Turn::Expansion, 631, 687007.02, 1184819.56);
    check_turn(&quarters, Turn::Unchanged, 4, 2305.6, 2305.6);
    check_turn(&quarters, Turn::Contraction, 576, 675466.73, 419358.231);
    check_turn(&quarters, Turn::Lost, 780, 320366.871, -1296.77);
    check_turn(&quarters, Turn::Other, 33, -2473.59, -6760.53);
    close(quarters.change(), 439734.762);
    close(quarters.net_retention().unwrap(), 0.9525503490417871);
    close(quarters.gross_retention().unwrap(), 0.6582744140638522);
}

/// `groupby(day.dt.to_period("M"))`: sums, `nunique`, first days, `pct_change()` and `pct_change(12)`.
#[test]
fn period_on_period() {
    let Some(ledger) = cdnow() else { return };
    let months = PeriodOnPeriod::default().table(&ledger, day("1998-06-30")).unwrap();
    let march = &months.periods()[2];
    assert_eq!(
        (march.name.as_str(), march.customers, march.new_customers, march.orders),
        ("1997-03", 948, 719, 1141)
    );
    let rounded = |value: Option<f64>| (value.unwrap() * 1e6).round() / 1e6;
    assert_eq!((rounded(months.growth(2)), months.growth(0), months.year_growth(11)), (0.075142, None, None));
    assert_eq!((rounded(months.growth(17)), rounded(months.year_growth(17))), (-0.123433, -0.435679));
    let quarters = PeriodOnPeriod::by(Period::Quarter).table(&ledger, day("1998-06-30")).unwrap();
    assert_eq!((rounded(quarters.growth(5)), rounded(quarters.year_growth(5))), (-0.277501, -0.465336));

    let Some(ledger) = retail() else { return };
    let months = PeriodOnPeriod::default().table(ledger, ledger.last_day()).unwrap();
    let of = |get: fn(&crm_mining::insight::PeriodFigures) -> u64| {
        months.periods().iter().map(get).collect::<Vec<_>>()
    };
    let orders = [1400, 987, 998, 1321, 1149, 1555, 1393, 1331, 1281, 1756, 1929, 2658, 778];
    assert_eq!(of(|month| month.orders), orders);
    let customers = [885, 741, 758, 974, 856, 1056, 991, 949, 935, 1266, 1364, 1665, 615];
    assert_eq!(of(|month| u64::from(month.customers)), customers);
    let new = [885, 417, 380, 452, 300, 284, 242, 188, 169, 299, 358, 324, 41];
    assert_eq!(of(|month| u64::from(month.new_customers)), new);
    assert_eq!(rounded(months.growth(11)), 0.161916);
    // The first nine days of December are not compared with a whole month.
    assert_eq!(
        (months.growth(12), months.year_growth(12), months.periods()[12].complete),
        (None, None, false)
    );
}

/// `abs(x[:, None] - x[None, :]).sum() / (2 * n * abs(x).sum())`, `np.interp` of the running sum, and for
/// tiers the share of those with a greater value.
#[test]
fn concentration_and_tiers() {
    let Some(ledger) = cdnow() else { return };
    let rfm = Rfm::default().score(&ledger, day("1998-06-30")).unwrap();
    let spend = Concentration::new(rfm.monetary()).unwrap();
    close(spend.gini(), 0.6309171170162412);
    close(spend.share_of_top(0.2).unwrap().unwrap(), 0.674229415358826);
    close(spend.customers_for(0.8).unwrap().unwrap(), 0.32949460067689);
    let counts = |tiers: ValueTiers| tiers.of(rfm.customers(), rfm.monetary()).unwrap().counts();
    assert_eq!(counts(ValueTiers::by_customers()), [472, 707, 2357 - 472 - 707]);
    assert_eq!(counts(ValueTiers::by_revenue()), [777, 804, 2357 - 777 - 804]);

    let Some(ledger) = retail() else { return };
    let net = |customer: usize| ledger.days(customer).iter().map(|cell| cell.amount.value()).sum();
    let spend: Vec<f64> = (0..ledger.customers().len()).map(net).collect();
    let concentration = Concentration::new(&spend).unwrap();
    close(concentration.gini(), 0.7070297609803069);
    close(concentration.share_of_top(0.2).unwrap().unwrap(), 0.7383260010617535);
    let tiers = ValueTiers::by_revenue().of(ledger.customers(), &spend).unwrap();
    assert_eq!(tiers.counts()[..2], [1178, 1456]);
}

/// Equal width: `floor((x - min) * 5 / (max - min)) + 1`, from the other end for recency. Borders: one more
/// for each that is reached. Cells: scores by quantile above 3 or above their mean, or figures better than
/// their mean.
#[test]
fn other_scores_and_cells() {
    let Some(ledger) = cdnow() else { return };
    let score = |rfm: Rfm| rfm.score(&ledger, day("1998-06-30")).unwrap();
    let width = score(Rfm::default().scoring(Scoring::EqualWidth));
    assert_eq!(count(width.r()), [1428, 176, 157, 232, 364]);
    assert_eq!(count(width.f()), [2256, 75, 16, 6, 4]);
    assert_eq!(count(width.m()), [2347, 9, 0, 0, 1]);
    let borders = RfmBorders {
        recency: vec![30.0, 90.0, 180.0, 365.0],
        frequency: vec![2.0, 3.0, 5.0, 10.0],
        monetary: vec![20.0, 50.0, 100.0, 250.0],
    };
    let fixed = score(Rfm::default().scoring(Scoring::Borders(borders)));
    assert_eq!(count(fixed.r()), [1539, 303, 215, 157, 143]);
    assert_eq!(count(fixed.f()), [1218, 403, 358, 277, 101]);
    assert_eq!(count(fixed.m()), [618, 680, 444, 391, 224]);
    let quantile = score(Rfm::default());
    let mut recency = quantile.recency().to_vec();
    recency.sort_unstable();
    assert_eq!(recency[2357 / 2], 473);
    assert_eq!(quantile.cells(HighFrom::MeanScore).counts(), [983, 100, 72, 260, 74, 263, 10, 595]);
    assert_eq!(quantile.cells(HighFrom::MiddleOfScale).counts(), [734, 0, 94, 116, 211, 0, 100, 1102]);
    assert_eq!(quantile.cells(HighFrom::MeanFigure).counts(), [464, 30, 37, 62, 188, 161, 47, 1368]);
}

/// `(orders - 1) / orders`; `1 / (1 + std / mean)` of two gaps or more; money of days without `buy` by money
/// of days with it; windows of 30 days with a purchase by windows passed.
#[test]
fn what_a_ledger_tells_of_value() {
    let Some(ledger) = retail() else { return };
    let inputs = ValueInputs::from_ledger(ledger, ledger.last_day()).unwrap();
    assert_eq!(inputs.to_table().n_rows(), 4339);
    for (input, known, sum) in [
        (ValueInput::RepeatRate, 4339, 2017.579497309618),
        (ValueInput::Rhythm, 1916, 1198.3479897548045),
        (ValueInput::Returns, 4332, 136.27222599547835),
        (ValueInput::Retention, 4086, 1048.1448412698414),
    ] {
        let values: Vec<f64> = inputs.values(input).unwrap().iter().copied().flatten().collect();
        assert_eq!(values.len(), known, "{input:?}");
        close(values.iter().sum(), sum);
    }
}
