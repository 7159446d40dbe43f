use super::*;
use crate::insight::value::buying::Dropout;

const BG: BuyingProcess = BuyingProcess::BgNbd { dropout: Dropout::AfterRepeats, regularity: 1 };

fn given(process: BuyingProcess, parameters: [f64; 4]) -> BuyingModel {
    BuyingModel {
        process,
        parameters,
        covariates: Vec::new(),
        effects: Vec::new(),
        covariance: None,
        days_per_unit: 1.0,
        n_customers: 0,
        log_likelihood: 0.0,
        iterations: 0,
        status: FitStatus::Converged,
    }
}

fn one([x, recency, age]: [f64; 3]) -> Summary {
    Summary::new(vec![x], vec![recency], vec![age], vec![0.0]).unwrap()
}

/// mpmath at 60 digits from the closed forms. Tolerances: log-likelihood 1e-8, P(alive) 1e-9 and expectation
/// 1e-8 relative; below 1e-300 zero is right. Columns: parameters, (x, t_x, T), horizon, figures.
#[test]
#[allow(clippy::excessive_precision, reason = "as computed")]
fn stress_cases_at_high_precision() {
    #[rustfmt::skip]
    let cases = [
        ([0.243, 4.414, 0.793, 2.426], [0.0, 0.0, 39.0], 52, [-0.555498160841463, 1.0, 0.251358034894446]),
        ([0.243, 4.414, 0.793, 2.426], [100.0, 30.0, 39.0], 52, [-3.26202182912241, 9.83770856436446e-9, 8.4749559388327e-7]),
        ([0.243, 4.414, 0.793, 2.426], [500.0, 450.0, 520.0], 52, [-466.033489788751, 4.72635621822047e-29, 2.25768588329005e-27]),
        ([0.1, 50.16, 0.4, 0.81], [2000.0, 1.0, 730.0], 365, [5315.72458935691, 0.0, 0.0]),
        ([0.1, 50.16, 0.4, 0.81], [2000.0, 729.0, 730.0], 365, [-125.1102689358, 0.997405461828394, 860.983272832732]),
        ([0.243, 4.414, 0.793, 2.426], [5000.0, 3649.0, 3650.0], 365, [-3442.79335750425, 0.999377378064006, 480.4539680254]),
        ([0.6, 12.0, 1.00001, 2.0], [3.0, 20.0, 39.0], 52, [-11.815676714787, 0.427602741777356, 1.16369401462266]),
        ([0.01, 100.0, 0.01, 0.01], [1.0, 0.0, 1000.0], 100, [-9.81845260588841, 0.0815198139628985, 0.00747858501819535]),
        ([0.24, 4.4, 1222.8, 9043.8], [5.0, 30.0, 39.0], 52, [-17.4447476661934, 0.686452732806683, 2.89928057158443]),
    ];
    #[rustfmt::skip]
    let pareto = [
        ([0.55, 10.58, 0.61, 11.67], [132.0, 200.0, 200.0], 10, [-196.382446853758, 1.0, 6.20605178896293]),
        ([0.55, 10.58, 0.61, 11.67], [133.0, 200.0, 200.0], 10, [-196.845352549451, 1.0, 6.2528722475745]),
        ([10.465, 0.00798565181, 3.0516, 2.82], [400.0, 5.0, 6.0], 10, [1323.18893096782, 5.13745811331938e-31, 1.19023584899938e-28]),
        ([10.465, 0.00798565181, 3.0516, 2.82], [500.0, 1.0, 37.0], 10, [2594.40445462276, 0.0, 0.0]),
        ([0.5143, 2.8845, 0.2856, 14.1087], [200.0, 103.42857, 103.57143], 10, [-75.894232711054, 0.999601970676797, 18.6073987332014]),
        ([0.55, 10.58, 0.61, 10.58], [3.0, 20.0, 39.0], 52, [-12.0591805584944, 0.513332052083964, 1.50820613669753]),
        ([0.55, 10.58, 1.00001, 11.67], [3.0, 20.0, 39.0], 52, [-12.2608338989488, 0.371098852551936, 0.950779656443595]),
        ([0.3, 0.001, 0.4, 5000.0], [50.0, 3.0, 700.0], 52, [75.0588419339178, 1.5421200903388e-114, 5.75176460407895e-114]),
        ([0.3, 5000.0, 0.4, 0.001], [2.0, 300.0, 700.0], 52, [-23.2921499714984, 0.691601904259193, 0.0143030643293818]),
        ([0.55, 10.58, 0.61, 11.67], [0.0, 0.0, 0.001], 52, [-5.19810620087267e-5, 0.999947731467158, 1.45909304604287]),
        ([0.55, 10.58, 0.61, 11.67], [5.0, 39.0, 39.0], 52, [-17.704564331982, 1.0, 4.61140454315995]),
    ];
    let all =
        cases.map(|case| (BG, case)).into_iter().chain(pareto.map(|case| (BuyingProcess::ParetoNbd, case)));
    for (process, (parameters, record, horizon, [log_likelihood, p_alive, expected])) in all {
        let (model, customer) = (given(process, parameters), one(record));
        let got = model.log_likelihood_on(&customer).unwrap();
        assert!((got - log_likelihood).abs() < 1e-8, "{record:?}: log-likelihood {got}");
        let got = model.p_alive(&customer).unwrap()[0];
        assert!((got - p_alive).abs() <= 1e-9 * p_alive, "{record:?}: P(alive) {got}");
        let got = model.expected_purchases(&customer, Days(horizon)).unwrap()[0];
        assert!((got - expected).abs() <= 1e-8 * expected, "{record:?}: expected {got}");
    }
}

/// The expectation of a new customer and its published values (Hardie's spreadsheet, through the tests of
/// lifetimes; there within 0.003), recomputed to 1e-7 at the rounded parameters.
#[test]
fn a_new_customer_at_published_parameters() {
    let model = BuyingModel { days_per_unit: 7.0, ..given(BG, [0.243, 4.414, 0.793, 2.426]) };
    let expected = [
        (1, 0.007826011171846527),
        (7, 0.05326789117165627),
        (21, 0.15086523089304896),
        (223, 1.0419970357503545),
        (224, 1.045243328374436),
        (546, 1.8605190579427455),
    ];
    for (days, expected) in expected {
        let got = model.expected_from_start(Days(days), &[]).unwrap();
        assert!((got / expected - 1.0).abs() < 1e-7, "{days}: {got}");
    }
}

/// BTYD 2.4.3, walkthrough: customer 1516, rounded record, its own parameters; 1e-6 relative.
#[test]
fn walkthrough_of_btyd() {
    let model =
        BuyingModel { days_per_unit: 7.0, ..given(BG, [0.242598152, 4.413684163, 0.792989874, 2.426166696]) };
    let customer = one([26.0, 30.86 * 7.0, 31.0 * 7.0]).in_weeks();
    let expected = model.expected_purchases(&customer, Days(364)).unwrap()[0];
    assert!((expected / 25.7582417 - 1.0).abs() < 1e-6, "{expected}");
    let p_alive = model.p_alive(&customer).unwrap()[0];
    assert!((p_alive / 0.968916237 - 1.0).abs() < 1e-6, "{p_alive}");
}

#[test]
fn a_model_file_is_checked() {
    let model = given(BG, [0.2, 4.4, 0.8, 2.4]);
    let text = serde_json::to_string(&model).unwrap();
    assert_eq!(serde_json::from_str::<BuyingModel>(&text).unwrap(), model);
    for (from, to) in [("\"r\":0.2", "\"r\":0"), ("\"a\":0.8", "\"a\":-1"), ("\"b\":2.4", "\"b\":1e300")] {
        assert!(text.contains(from) && serde_json::from_str::<BuyingModel>(&text.replace(from, to)).is_err());
    }
    let read = |covariance: &str| {
        serde_json::from_str::<BuyingModel>(
            &text.replace("\"covariance\":null", &format!("\"covariance\":{covariance}")),
        )
    };
    assert!(read("[[1,0.5,0,0],[0.5,1,0,0],[0,0,1,0],[0,0,0,1]]").unwrap().covariance.is_some());
    let error = read("[[1,0.5,0,0],[0.4,1,0,0],[0,0,1,0],[0,0,0,1]]").unwrap_err();
    assert!(error.to_string().contains("symmetric"), "{error}");
}
