//! Survival analysis gives the numbers of lifelines and scikit-survival, uplift those of scikit-uplift.
//!
//! Reference values: lifelines 0.30.3 on its data sets waltons and rossi, which are read as
//! `lifelines/waltons.csv` and `lifelines/rossi.csv` from the folder of shared data when they are there;
//! scikit-survival 0.28.0 on the same; scikit-uplift 0.5.1.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests"
)]

mod common;

use crm_mining::Fit;
use crm_mining::data::Features;
use crm_mining::learn::{
    Aft, AftDistribution, AftModel, Cox, CoxModel, Durations, KaplanMeier, SurvivalCurve, Ties, Timed,
    log_rank,
};

/// The lines of a data set of lifelines, without the head, as fields.
fn lifelines(name: &str) -> Option<Vec<Vec<String>>> {
    let text = std::fs::read_to_string(common::data(&format!("lifelines/{name}.csv"))?).unwrap();
    Some(text.lines().skip(1).map(|line| line.split(',').map(String::from).collect()).collect())
}

#[track_caller]
fn close(got: f64, expected: f64, tolerance: f64) {
    assert!((got - expected).abs() <= tolerance, "{got} is not {expected}");
}

#[track_caller]
fn all_close(got: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(got.len(), expected.len());
    for (got, expected) in got.iter().zip(expected) {
        close(*got, *expected, tolerance);
    }
}

/// Fruit flies: all of them, those of the group miR-137, and the control group.
fn waltons() -> Option<[Durations; 3]> {
    let rows = lifelines("waltons")?;
    let of = |keep: &dyn Fn(&str) -> bool| {
        let rows: Vec<_> = rows.iter().filter(|row| keep(&row[2])).collect();
        let duration = rows.iter().map(|row| row[0].parse().unwrap()).collect();
        Durations::new(duration, rows.iter().map(|row| row[1] == "1").collect()).unwrap()
    };
    Some([of(&|_| true), of(&|group| group == "miR-137"), of(&|group| group == "control")])
}

struct Curve {
    events: usize,
    median: f64,
    survival: [f64; 6],
    interval: [f64; 2],
    hazard: f64,
    mean: f64,
}

#[track_caller]
fn check_curve(durations: &Durations, expected: &Curve) -> SurvivalCurve {
    let curve = KaplanMeier::default().fit(durations).unwrap();
    assert_eq!(durations.n_events(), expected.events);
    assert_eq!(curve.median(), Some(expected.median));
    let survival: Vec<f64> = (1..=6).map(|tens| curve.survival_at(f64::from(tens) * 10.0)).collect();
    all_close(&survival, &expected.survival, 1e-12);
    let (lower, upper) = curve.interval_at(50.0);
    all_close(&[lower, upper], &expected.interval, 1e-12);
    close(curve.cumulative_hazard_at(50.0), expected.hazard, 1e-12);
    close(curve.restricted_mean(60.0).unwrap(), expected.mean, 1e-12);
    curve
}

#[test]
fn kaplan_meier_waltons() {
    let Some([all, mir, control]) = waltons() else { return };
    check_curve(
        &all,
        &Curve {
            events: 156,
            median: 56.0,
            survival: [
                0.9692101226993866,
                0.9136503067484664,
                0.8272239263803682,
                0.7778374233128837,
                0.6168168456032719,
                0.31152365939559185,
            ],
            interval: [0.537239074124696, 0.6867652305478503],
            hazard: 0.47260448205068417,
            mean: 48.27749481651898,
        },
    );
    check_curve(
        &mir,
        &Curve {
            events: 34,
            median: 26.0,
            survival: [
                0.8823529411764705,
                0.6470588235294118,
                0.23529411764705874,
                0.11764705882352941,
                0.0588235294117647,
                0.0588235294117647,
            ],
            interval: [0.010526764426069285, 0.17157892776798933],
            hazard: 2.425272940567058,
            mean: 25.58823529411764,
        },
    );
    check_curve(
        &control,
        &Curve {
            events: 122,
            median: 58.0,
            survival: [
                0.9922480620155038,
                0.98443508514924,
                0.98443508514924,
                0.9531831776841849,
                0.7650764584659476,
                0.37859453614809785,
            ],
            interval: [0.6815132309319227, 0.829437992646438],
            hazard: 0.25951988886312155,
            mean: 54.303556822839006,
        },
    );
    let test = log_rank(&[mir, control]).unwrap();
    close(test.statistic, 122.24912557300615, 1e-9);
    assert_eq!(test.degrees_of_freedom, 1);
    assert!((test.p_value / 2.0359832222855426e-28 - 1.0).abs() < 1e-9, "{:e}", test.p_value);
}

const ROSSI: [&str; 7] = ["fin", "age", "race", "wexp", "mar", "paro", "prio"];

/// 432 people released from prison, followed for 52 weeks (Rossi, Berk & Lenihan 1980).
fn rossi() -> Option<Timed> {
    let rows = lifelines("rossi")?;
    let number = |text: &String| text.parse::<f64>().unwrap();
    let durations = Durations::new(
        rows.iter().map(|row| number(&row[0])).collect(),
        rows.iter().map(|row| row[1] == "1").collect(),
    );
    let values = rows.iter().flat_map(|row| row[2..].iter().map(number)).collect();
    Some(Timed::new(Features::new(ROSSI, values).unwrap(), durations.unwrap()).unwrap())
}

#[test]
fn cox_rossi() {
    let Some(data) = rossi() else { return };
    let model: CoxModel = Cox::default().fit(&data).unwrap();
    // lifelines 0.30.3 CoxPHFitter
    all_close(
        model.coefficients(),
        &[
            -0.3794221657180835,
            -0.05743774002920776,
            0.3138997872674409,
            -0.14979570182124166,
            -0.43370388118524955,
            -0.0848710806345732,
            0.09149708173533616,
        ],
        1e-6,
    );
    all_close(
        &model.standard_errors(),
        &[
            0.19137948069828947,
            0.021999470362241924,
            0.30799277660836105,
            0.21222429637584322,
            0.38186805708539334,
            0.1957566718758514,
            0.028648549895298747,
        ],
        1e-6,
    );
    close(model.log_likelihood(), -658.7476594460858, 1e-4);
    close(model.likelihood_ratio().statistic, 33.26594580156939, 1e-4);
    close(model.concordance().unwrap(), 0.6403292470997135, 1e-12);
    close(model.baseline_survival_at(52.0), 0.7600486476815088, 1e-6);
    let first = data.features().select(&[0, 1, 2]);
    let survival = model.survival(&first, &[52.0]).unwrap();
    all_close(&survival, &[0.7156993140570004, 0.41218092933687367, 0.4353347581642343], 1e-6);
    // scikit-survival 0.28.0 CoxPHSurvivalAnalysis, ties="efron"
    all_close(
        model.coefficients(),
        &[
            -0.3794221668712044,
            -0.05743774301376203,
            0.31389978594928886,
            -0.14979569722277927,
            -0.4337038766902518,
            -0.08487108299083299,
            0.09149707935112147,
        ],
        1e-6,
    );
}

/// scikit-survival 0.28.0 CoxPHSurvivalAnalysis, ties="breslow".
#[test]
fn cox_rossi_breslow() {
    let Some(data) = rossi() else { return };
    let model = Cox::default().ties(Ties::Breslow).fit(&data).unwrap();
    all_close(
        model.coefficients(),
        &[
            -0.3790218877950259,
            -0.057245925363557416,
            0.3141297650682439,
            -0.15111459962745602,
            -0.43278257254905134,
            -0.08498283575160503,
            0.09111154050046555,
        ],
        1e-6,
    );
    close(model.concordance().unwrap(), 0.6404231835047672, 1e-12);
}

/// lifelines 0.30.3 WeibullFitter; λ and ρ to the tolerance of coefficients, on their logarithms.
#[test]
fn weibull_rossi() {
    let Some(data) = rossi() else { return };
    let model = Aft::default().fit(data.durations()).unwrap();
    close(model.intercept(), 123.67708708943374_f64.ln(), 1e-4);
    close(model.log_shape(), 1.3651415090782515_f64.ln(), 1e-4);
    close(model.log_likelihood(), -696.624396947792, 1e-4);
}

#[track_caller]
fn check_aft(
    data: &Timed,
    distribution: AftDistribution,
    expected: &[f64; 9],
    log_likelihood: f64,
) -> AftModel {
    let model = Aft::default().distribution(distribution).fit(data).unwrap();
    // The reference lists features by name, which is their order here but for "fin" and "age".
    let [age, fin, mar, paro, prio, race, wexp, intercept, log_shape] = *expected;
    all_close(model.coefficients(), &[fin, age, race, wexp, mar, paro, prio], 1e-4);
    close(model.intercept(), intercept, 1e-4);
    close(model.log_shape(), log_shape, 1e-4);
    close(model.log_likelihood(), log_likelihood, 1e-4);
    model
}

/// lifelines 0.30.3 WeibullAFTFitter.
#[test]
fn weibull_aft_rossi() {
    let Some(data) = rossi() else { return };
    let model = check_aft(
        &data,
        AftDistribution::Weibull,
        &[
            0.040714888849660305,
            0.272172395962409,
            0.3112603252115355,
            0.058821999545389816,
            -0.06581658804252027,
            -0.22480829075715883,
            0.1065507911043417,
            3.990123078673609,
            0.3391027392756084,
        ],
        -679.9165639475835,
    );
    all_close(
        &model.standard_errors(),
        &[
            0.13796318018731168,
            0.016003766261771968,
            0.22016080314406888,
            0.15154185773924658,
            0.27330154304534415,
            0.1396392917936766,
            0.020940766632898424,
            0.4190994575786634,
            0.08902706942318254,
        ],
        1e-4,
    );
    close(model.concordance().unwrap(), 0.6401413742896059, 1e-12);
    let median = model.median(&data.features().select(&[0, 1, 2])).unwrap();
    for (got, expected) in median.iter().zip([86.91075837033353, 43.35252231736958, 45.256934950495236]) {
        close(got.ln(), f64::ln(expected), 1e-4);
    }
}

/// lifelines 0.30.3 LogNormalAFTFitter and LogLogisticAFTFitter.
#[test]
fn other_aft_rossi() {
    let Some(data) = rossi() else { return };
    check_aft(
        &data,
        AftDistribution::LogNormal,
        &[
            0.027205621923262858,
            0.3428263633973534,
            0.46023634245746337,
            0.05587574490707296,
            -0.0655195595843033,
            -0.3631074160739915,
            0.26812967842816693,
            4.267536838518284,
            0.2581637179440835,
        ],
        -683.2346254408508,
    );
    check_aft(
        &data,
        AftDistribution::LogLogistic,
        &[
            0.03628673280326657,
            0.2894331337350183,
            0.3475845881289595,
            0.05252267739133822,
            -0.0691812093769461,
            -0.27920468793820385,
            0.17840618355079768,
            3.918909293155398,
            0.43520693417431766,
        ],
        -679.9385061781236,
    );
}
