//! Regular buying and covariates, against an own program that shares nothing with the library.
//!
//! The data of the papers cannot be shipped, so 300 made-up customers stand in; whole numbers only, so that Python and
//! Rust draw the same. The program is numpy 2 and scipy 1; its formulas (Reutterer, Platzer & Schröder 2021; Fader &
//! Hardie 2007, note 019; Fader, Hardie & Lee 2005), with gaps g, m = x chances to leave (modified: x + 1):
//!
//! ```text
//! L(λ, p)  = Π λᵏ gᵏ⁻¹ / (k−1)! · [ (1−p)ᵐ e^−λT Σ_{j<k} (λ(T−t_x))ʲ / j!  +  [m > 0] p (1−p)ᵐ⁻¹ e^−λt_x ]
//! L        = ∫∫ L(λ, p) Gamma(λ; r, α) Beta(p; a, b) dp dλ                        closed form with Γ and B
//! P(alive) = ∫∫ first summand / L
//! E(t)     = ∫∫ Σ_{j<k} first summand's j · Σ_{n≥1} P(Poisson(λt) ≥ kn − j) (1−p)ⁿ⁻¹ / L
//! BG/NBD with z:     α e^−γz, a e^δz;       Pareto/NBD with z: α e^−γz, β e^−δz
//! Pareto/NBD: L    = Γ(r+x)/Γ(r) αʳ βˢ [ (α+T)^−(r+x) (β+T)^−s + s ∫_{t_x}^{T} (α+y)^−(r+x) (β+y)^−(s+1) dy ]
//! ```
//!
//! Estimates: BFGS, then Newton steps until |gradient| < 1e-12, with gradients by complex steps; the integral over y by
//! 200 Gauss-Legendre nodes in ln(1 + y). Standard errors: the inverse of the Hessian, from differences of fourth order.
//! P(alive) and E(t): the double integrals by the trapezoidal rule in ln λ (steps of 0.05) and ln p/(1−p) (0.1), for
//! Pareto/NBD in ln λ and ln μ; they give back every closed log-likelihood to 2e-13. 1.2e7 simulated new customers of
//! MBG/CNBD-2 bought 3.5088 ± 0.0014 times in 26 weeks (here 3.5104).
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crm_mining::Fit;
use crm_mining::data::{Day, Days, Features, Ledger, Summary, Transaction, Transactions};
use crm_mining::insight::{BgNbd, BuyingModel, Dropout, ParetoNbd};

/// A linear congruential generator modulo 2⁶⁴ (Knuth's), of which the upper 31 bits are taken.
struct Lcg(u64);

impl Lcg {
    fn below(&mut self, n: i32) -> i32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % n as u64) as i32
    }
}

/// Purchase days of customers whose gaps are uniform around a mean of their own: more even than by chance.
fn regular() -> Summary {
    let mut draw = Lcg(7);
    let mut days: Vec<(String, i32)> = Vec::new();
    for customer in 0..300 {
        let mut day = draw.below(90);
        let mean = [7, 12, 20, 35, 60][draw.below(5) as usize];
        let leave = [4, 12, 30, 60][draw.below(4) as usize];
        days.push((format!("{customer:03}"), day));
        while draw.below(100) >= leave {
            day += 1 + draw.below(2 * mean);
            if day > 364 {
                break;
            }
            days.push((format!("{customer:03}"), day));
        }
    }
    let start: Day = "2024-01-01".parse().unwrap();
    let lines = days.iter().map(|(customer, day)| Transaction {
        customer,
        time: (start + Days(*day)).start_micros(),
        order: "",
        item: "tea",
        quantity: 1.0,
        unit_price: 4.0,
    });
    Ledger::new(&Transactions::from_rows(lines).unwrap()).summary(start + Days(364)).in_weeks()
}

/// Customers whose rates of buying and leaving rise with z, a known number; gaps about as by chance.
fn with_covariate() -> Summary {
    // Quantiles of the exponential distribution, in hundredths of the mean.
    const GAPS: [i32; 16] = [3, 10, 17, 25, 33, 42, 52, 63, 75, 89, 105, 125, 149, 182, 233, 347];
    let mut draw = Lcg(11);
    let mut columns: [Vec<f64>; 4] = Default::default();
    for _ in 0..300 {
        let (start, level) = (draw.below(90), draw.below(4) as usize);
        let mean = [6, 10, 16, 28, 50][draw.below(5) as usize] * [100, 80, 65, 50][level] / 100;
        let leave = [3, 8, 15, 35][draw.below(4) as usize] * [10, 13, 16, 20][level] / 10;
        let (age, mut day, mut x, mut last) = (364 - start, 0, 0, 0);
        loop {
            day += 1 + mean * GAPS[draw.below(16) as usize] / 100;
            if day > age {
                break;
            }
            (x, last) = (x + 1, day);
            if draw.below(100) < leave {
                break;
            }
        }
        for (column, value) in columns.iter_mut().zip([x, last, age, level as i32]) {
            column.push(f64::from(value));
        }
    }
    let [x, recency, age, level] = columns;
    let z = Features::new(["z"], level.iter().map(|level| level / 2.0).collect()).unwrap();
    let summary = Summary::new(x, recency, age, vec![0.0; 300]).unwrap().in_weeks();
    summary.with_covariates(z).unwrap()
}

struct Figures {
    settings: BgNbd,
    /// r, α, a, b.
    parameters: [f64; 4],
    errors: [f64; 4],
    /// With the term of the gaps.
    log_likelihood: f64,
    /// Of `PICKED`: P(alive) and purchases expected in 26 weeks.
    customers: [(f64, f64); 7],
    /// Purchases expected of a new customer in 4, 26 and 104 weeks.
    new: [f64; 3],
}

/// Customers, with their x, t_x and T in days.
const PICKED: [(usize, [f64; 3]); 7] = [
    (0, [11.0, 171.0, 356.0]),
    (1, [4.0, 30.0, 284.0]),
    (2, [1.0, 9.0, 282.0]),
    (3, [4.0, 273.0, 284.0]),
    (4, [0.0, 0.0, 298.0]),
    (5, [1.0, 6.0, 351.0]),
    (34, [43.0, 324.0, 335.0]),
];

fn figures() -> [Figures; 4] {
    let (plain, modified) = (BgNbd::default(), BgNbd::modified());
    assert_eq!(modified.dropout, Dropout::AfterEvery);
    [
        Figures {
            settings: plain.clone().regularity(2),
            parameters: [0.42590147487696467, 0.6777016134359523, 0.7211396368153651, 2.6407535020555337],
            errors: [0.03891256958649381, 0.09506429746282441, 0.15661330290989406, 0.8426230702023527],
            log_likelihood: -3315.814648835849,
            customers: [
                (2.170941377093183e-05, 0.00011632288974355023),
                (1.1734689035844066e-06, 3.224865379317346e-06),
                (0.0075768554966737294, 0.007639921195884973),
                (0.8816403774179277, 2.0530160029474374),
                (1.0, 0.2078020096970784),
                (0.0025158872413251054, 0.0021290184407936285),
                (0.9318566707683988, 18.75200620592748),
            ],
            new: [0.8274581087479183, 3.3705077070782297, 7.25340344550903],
        },
        Figures {
            settings: plain.regularity(3),
            parameters: [0.4262495241464268, 0.43042519205453544, 0.739128232766197, 2.61524448649145],
            errors: [0.03821555719875971, 0.05872593493644558, 0.15673861457256402, 0.8140019367243498],
            log_likelihood: -3361.1262642733714,
            customers: [
                (8.947027092097387e-08, 4.910953560141838e-07),
                (1.2532875989612154e-09, 3.625254527692714e-09),
                (0.0007715279207711199, 0.0008860519473948046),
                (0.8819883856737133, 2.0218559223354764),
                (1.0, 0.19886931448881137),
                (0.00014092848880132615, 0.00013776689821494353),
                (0.9218769961919018, 18.6609116627962),
            ],
            new: [0.8209868747179242, 3.3811274553970163, 7.1811750242639025],
        },
        Figures {
            settings: modified.clone().regularity(2),
            parameters: [1.787192431049155, 2.1676827518503465, 0.7844706315053875, 1.9079241479631177],
            errors: [0.23418924887226886, 0.3243918517640647, 0.12497251663754355, 0.44300403103910324],
            log_likelihood: -3280.8582136448063,
            customers: [
                (1.575205776387227e-05, 8.573777596991899e-05),
                (6.458479940637187e-07, 1.9219504312894835e-06),
                (0.0012384725952290314, 0.0017084729410133126),
                (0.8765093012579608, 2.2636137279207436),
                (0.028527790435085482, 0.02048589687592403),
                (0.000347118227346264, 0.0004061994849953332),
                (0.9288566169351681, 18.234229027539516),
            ],
            new: [0.836909055117723, 3.5103632069379125, 7.195640822594074],
        },
        Figures {
            settings: modified.regularity(3),
            parameters: [1.7121013310689628, 1.323006905866143, 0.8040673696747416, 1.9561562647141442],
            errors: [0.2136434749372775, 0.19006133745859513, 0.1277360961514987, 0.4538981730374096],
            log_likelihood: -3326.2703477393065,
            customers: [
                (6.461503945524238e-08, 3.5735971792045784e-07),
                (6.952728426353161e-10, 2.110481559510414e-09),
                (0.00013627066137201037, 0.00019067703816764734),
                (0.8789820377005606, 2.165430386509696),
                (0.028506350176704418, 0.01837235966024956),
                (2.2248535739241562e-05, 2.6641291965088206e-05),
                (0.9180068019909182, 18.223465407719598),
            ],
            new: [0.8335535430486709, 3.5511051708104153, 7.177067363737966],
        },
    ]
}

#[track_caller]
fn close(got: f64, expected: f64, relative: f64, what: &str) {
    assert!((got - expected).abs() <= relative * expected.abs(), "{what}: {got} is not {expected}");
}

/// Estimates, standard errors and figures of customers to 1e-5 relative, the log-likelihood to 1e-7.
#[test]
fn regular_buying() {
    let summary = regular();
    assert_eq!((summary.len(), summary.frequency().iter().sum::<f64>()), (300, 1467.0));
    for figures in figures() {
        let model = figures.settings.fit(&summary).unwrap();
        let name = model.process().name();
        for (found, (value, error)) in
            model.parameters().iter().zip(figures.parameters.iter().zip(figures.errors))
        {
            let what = format!("{name} {}", found.name);
            close(found.value, *value, 1e-5, &what);
            close(found.standard_error.unwrap(), error, 1e-5, &format!("{what}, standard error"));
        }
        let got = model.log_likelihood();
        assert!((got - figures.log_likelihood).abs() < 1e-7, "{name}: log-likelihood {got}");
        close(model.log_likelihood_on(&summary).unwrap(), got, 1e-13, &name);
        let p_alive = model.p_alive(&summary).unwrap();
        let expected = model.expected_purchases(&summary, Days(26 * 7)).unwrap();
        for ((number, record), (alive, purchases)) in PICKED.iter().zip(figures.customers) {
            let row = summary.customers().position(&format!("{number:03}")).unwrap();
            let columns = [summary.frequency(), summary.recency(), summary.age()];
            for (column, (value, unit)) in columns.iter().zip(record.iter().zip([1.0, 7.0, 7.0])) {
                close(column[row] * unit, *value, 1e-14, "a record");
            }
            close(p_alive[row], alive, 1e-5, &format!("{name}, P(alive) of {number}"));
            close(expected[row], purchases, 1e-5, &format!("{name}, purchases of {number}"));
        }
        for (weeks, purchases) in [4, 26, 104].into_iter().zip(figures.new) {
            let got = model.expected_from_start(Days(7 * weeks), &[]).unwrap();
            close(got, purchases, 1e-5, &format!("{name}, a new customer in {weeks} weeks"));
        }
    }
}

/// The term of the gaps, (k − 1) Σ ln g − x ln (k − 1)!, is what makes k comparable: two stages fit these best, as in
/// the other program (k = 1: −3488.1969555640135; k = 4: −3489.6224514868763).
#[test]
fn the_number_of_stages_is_judged_by_the_likelihood() {
    let summary = regular();
    let of = |stages: u32| BgNbd::default().regularity(stages).fit(&summary).unwrap().log_likelihood();
    assert!((of(1) + 3488.1969555640135).abs() < 1e-7);
    assert!((of(4) + 3489.6224514868763).abs() < 1e-7);
    assert!(of(2) > of(3) && of(3) > of(1));
}

#[track_caller]
fn check_effects(model: &BuyingModel, summary: &Summary, of: &WithCovariate) {
    let names: Vec<String> = model.parameters().into_iter().map(|parameter| parameter.name).collect();
    assert_eq!(names[4..], ["buying: z", "leaving: z"]);
    let name = model.process().name();
    for (found, (value, error)) in model.parameters().iter().zip(of.parameters.iter().zip(of.errors)) {
        let what = format!("{name} {}", found.name);
        close(found.value, *value, 1e-4, &what);
        close(found.standard_error.unwrap(), error, 1e-3, &format!("{what}, standard error"));
    }
    let got = model.log_likelihood();
    assert!((got - of.log_likelihood).abs() < 1e-6, "{name}: log-likelihood {got}");
    let p_alive = model.p_alive(summary).unwrap();
    let expected = model.expected_purchases(summary, Days(26 * 7)).unwrap();
    for (row, (alive, purchases)) in of.customers.into_iter().enumerate() {
        close(p_alive[row], alive, 1e-5, &format!("{name}, P(alive) of {row}"));
        close(expected[row], purchases, 1e-5, &format!("{name}, purchases of {row}"));
    }
}

struct WithCovariate {
    parameters: [f64; 6],
    errors: [f64; 6],
    log_likelihood: f64,
    /// Of the first customers: P(alive) and purchases expected in 26 weeks.
    customers: [(f64, f64); 6],
}

/// Estimates to 1e-4 relative, standard errors to 1e-3, the log-likelihood to 1e-6; figures of customers to 1e-5.
#[test]
fn effects_of_a_covariate() {
    let summary = with_covariate();
    assert_eq!(summary.frequency().iter().sum::<f64>(), 2259.0);
    let bg = WithCovariate {
        parameters: [
            2.0497031333090687,
            3.945043142605152,
            0.8242172577583469,
            3.304818870876692,
            0.4582391289117244,
            0.25423098525452015,
        ],
        errors: [
            0.22905321280111562,
            0.6023558392920961,
            0.16335270851027897,
            0.8382530188336609,
            0.09416776942935044,
            0.12399719978120856,
        ],
        log_likelihood: -3918.4306842065794,
        customers: [
            (0.9465166620958209, 10.825071160005391),
            (3.433618490747706e-07, 2.1885736899895215e-06),
            (0.0008735699028235067, 0.0010980279698438174),
            (0.0021324930969991796, 0.002919487894878283),
            (0.00015068044828544505, 0.0005097726623267698),
            (6.009211294267965e-07, 2.180132839349178e-06),
        ],
    };
    check_effects(&BgNbd::default().fit(&summary).unwrap(), &summary, &bg);
    let pareto = WithCovariate {
        parameters: [
            1.9499346693000856,
            4.6745183940999375,
            2.0878486549459905,
            44.18530711379266,
            0.4199377949875069,
            0.7093374005410249,
        ],
        errors: [
            0.2166994101741251,
            0.6863747273509703,
            0.5753745791534488,
            16.502637177206957,
            0.09519711610593085,
            0.14801817592673966,
        ],
        log_likelihood: -3996.5547835709367,
        customers: [
            (0.9834062156143297, 9.919662330745506),
            (2.0151355372397344e-07, 1.129644089271102e-06),
            (0.000625329482283557, 0.0006555936376938159),
            (0.0024972583917585124, 0.002895755202629622),
            (4.880966720822488e-05, 0.00013963434251155585),
            (5.749844689011444e-07, 1.8060251920233369e-06),
        ],
    };
    check_effects(&ParetoNbd::default().fit(&summary).unwrap(), &summary, &pareto);
}
