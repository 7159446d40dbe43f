//! Gaussian mixtures as scikit-learn 1.9.1 fits them, on data that both sides make by one formula.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crm_mining::data::Features;
use crm_mining::learn::{Clustering, Covariance, GaussianMixture};
use crm_mining::{Fit, Predict};

/// Three groups that overlap: 75, 75 and 150 points, the last of two halves. In Python:
/// `((i*i*7+i*(5+j*3)+j*13)%101)/8 + np.array([20,-15,9])[j]*np.array([0,0.5,1.5,2])[i%4]`
fn groups() -> Features {
    let value = |i: usize, j: usize| {
        ((i * i * 7 + i * (5 + j * 3) + j * 13) % 101) as f64 / 8.0
            + [20.0, -15.0, 9.0][j] * [0.0, 0.5, 1.5, 2.0][i % 4]
    };
    let values = (0..300).flat_map(|i| (0..3).map(move |j| value(i, j))).collect();
    Features::new(["a", "b", "c"], values).unwrap()
}

struct Golden {
    covariance: Covariance,
    tolerance: f64,
    iterations: usize,
    log_likelihood: f64,
    aic: f64,
    bic: f64,
    weights: [f64; 3],
    means: [f64; 9],
    covariances: Vec<f64>,
    probabilities: [f64; 9],
    sizes: [usize; 3],
}

fn assert_near(got: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(got.len(), expected.len());
    for (got, expected) in got.iter().zip(expected) {
        let near = (got - expected).abs() <= tolerance * expected.abs().max(1e-3);
        assert!(near, "got {got}, expected {expected}");
    }
}

/// `m = GaussianMixture(3, covariance_type=..., n_init=10, random_state=0, tol=..., max_iter=5000).fit(X)`,
/// components by ascending means_: n_iter_, score(X) * 300, aic(X), bic(X), weights_, means_, covariances_,
/// predict_proba of three rows, and how many rows predict gives each. Both sides start from the same
/// division by k-means, so they also end after the same number of updates. scikit-learn sums squares around
/// 0, which costs it the digits that the tolerance of 1e-8 allows for.
#[test]
fn mixtures() {
    let data = groups();
    let rows = Features::new(["a", "b", "c"], vec![20.0, 0.0, 10.0, 30.0, -15.0, 15.0, 45.0, -20.0, 30.0]);
    let rows = rows.unwrap();
    for golden in goldens() {
        let settings = GaussianMixture {
            covariance: golden.covariance,
            tolerance: golden.tolerance,
            n_init: 10,
            max_iterations: 5000,
            // Ten starts from other seeds end in other divisions, whose likelihood differs by less than 0.01.
            seed: 1,
            ..GaussianMixture::new(3)
        };
        let model = settings.fit(&data).unwrap();
        assert!(model.converged());
        let (got, expected) = (model.iterations(), golden.iterations);
        // The last digits decide when a change below 1e-10 is reached.
        let slack = if golden.tolerance < 1e-6 { 1 } else { 0 };
        assert!(got.abs_diff(expected) <= slack, "{:?} {got} {expected}", golden.covariance);
        assert_near(&[model.log_likelihood()], &[golden.log_likelihood], 1e-8);
        assert_near(&[model.aic(), model.bic()], &[golden.aic, golden.bic], 1e-8);
        assert_near(model.weights(), &golden.weights, 1e-6);
        assert_near(model.means(), &golden.means, 1e-6);
        assert_near(model.covariances(), &golden.covariances, 1e-6);
        assert_near(&model.predict_probabilities(&rows).unwrap(), &golden.probabilities, 1e-6);
        assert_eq!(model.sizes(), golden.sizes);
        assert_eq!(model.predict(&data).unwrap(), model.labels());
    }
}

fn goldens() -> [Golden; 8] {
    [
        Golden {
            covariance: Covariance::Full,
            tolerance: 0.001,
            iterations: 3,
            log_likelihood: -2874.976641354675,
            aic: 5807.95328270935,
            bic: 5915.362974474379,
            weights: [0.236233645061476, 0.2635224819048026, 0.5002438730337212],
            means: [
                5.8922043421009365,
                6.447675042967451,
                5.988025500199877,
                15.975184236726443,
                -1.1116989321054107,
                10.34034216527763,
                41.344653424955126,
                -19.899860819514828,
                21.99113579978413,
            ],
            covariances: vec![
                14.438274800661802,
                1.0082364306957656,
                -0.9587525982326347,
                1.008236430695766,
                15.665154191435763,
                -1.1284696764753726,
                -0.9587525982326345,
                -1.128469676475372,
                12.598714988930956,
                16.720963358361033,
                -0.46058526733297867,
                0.14490931121103054,
                -0.46058526733297905,
                16.397952071096388,
                -0.8808010516033384,
                0.14490931121103048,
                -0.8808010516033384,
                12.259469226604,
                42.371203169938376,
                -19.01938987093119,
                10.196761681950509,
                -19.01938987093119,
                28.44625114178552,
                -8.96939103769809,
                10.196761681950509,
                -8.96939103769809,
                17.222526938912527,
            ],
            probabilities: [
                0.00013057884267321363,
                0.9996104037807703,
                0.00025901737655682473,
                2.0894603739285022e-17,
                5.182001935213658e-05,
                0.999948179980647,
                3.4249410972567886e-45,
                4.377120541152341e-21,
                1.0,
            ],
            sizes: [72, 78, 150],
        },
        Golden {
            covariance: Covariance::Tied,
            tolerance: 0.001,
            iterations: 6,
            log_likelihood: -2891.9754323843767,
            aic: 5817.9508647687535,
            bic: 5880.915166837909,
            weights: [0.24917379727269945, 0.2513001258017306, 0.4995260769255699],
            means: [
                7.997085229468542,
                5.081989792925526,
                6.795648534729023,
                14.445041119958395,
                -0.17498675503522834,
                9.782984826798314,
                41.36212877901158,
                -19.912689834740693,
                21.998158467078504,
            ],
            covariances: vec![
                36.60073615123203,
                -14.746102593880353,
                8.039986120864828,
                -14.746102593880353,
                25.98453812528805,
                -7.172613038384711,
                8.03998612086473,
                -7.172613038384711,
                16.104013230571585,
            ],
            probabilities: [
                0.1960676628566311,
                0.8038436779105744,
                8.865923279404773e-05,
                0.00032162679272512587,
                0.03460860403119231,
                0.9650697691760828,
                5.104273989980135e-12,
                1.6876605482646096e-08,
                0.9999999831182899,
            ],
            sizes: [75, 75, 150],
        },
        Golden {
            covariance: Covariance::Diagonal,
            tolerance: 0.001,
            iterations: 3,
            log_likelihood: -2918.63338213975,
            aic: 5877.2667642795,
            bic: 5951.342413772624,
            weights: [0.2414439569828987, 0.25855551396217163, 0.5000005290549296],
            means: [
                6.014156057557711,
                6.378039515540317,
                6.043176694990695,
                16.068422526273448,
                -1.2019607729491963,
                10.378450893901944,
                41.35496781265143,
                -19.907476628395568,
                21.995821661358832,
            ],
            covariances: vec![
                14.883926088668384,
                15.717686137896978,
                12.696868580298977,
                16.582404454300164,
                16.180799619617705,
                12.220731260027394,
                42.170162155863295,
                28.338595378327685,
                17.183101701766535,
            ],
            probabilities: [
                0.0003407421137010668,
                0.9996591768390735,
                8.104722594620431e-08,
                3.0975904625441827e-15,
                0.00012669086734805538,
                0.9998733091326494,
                2.3936205000839146e-41,
                2.7911407319763477e-22,
                1.0,
            ],
            sizes: [73, 77, 150],
        },
        Golden {
            covariance: Covariance::Spherical,
            tolerance: 0.001,
            iterations: 3,
            log_likelihood: -2934.5854897141817,
            aic: 5897.170979428363,
            bic: 5949.02393407355,
            weights: [0.24685531954652476, 0.2531446928866154, 0.4999999875668598],
            means: [
                6.0995864809597515,
                6.326250161236261,
                6.160646496517267,
                16.20004089832625,
                -1.3134952407761695,
                10.356582436024127,
                41.35499486604543,
                -19.907495473189872,
                21.995829401021396,
            ],
            covariances: vec![14.592998154901766, 14.713658824833374, 29.23031042829812],
            probabilities: [
                0.00035048881647743317,
                0.9996494624546834,
                4.872883964948942e-08,
                1.6442390142151322e-15,
                5.7361729026131355e-05,
                0.9999426382709723,
                2.7138668224760125e-41,
                4.3375919367951284e-23,
                1.0,
            ],
            sizes: [75, 75, 150],
        },
        Golden {
            covariance: Covariance::Full,
            tolerance: 1e-10,
            iterations: 120,
            log_likelihood: -2874.905526659594,
            aic: 5807.811053319188,
            bic: 5915.220745084218,
            weights: [0.22400776920345958, 0.27574880178260475, 0.5002434290139358],
            means: [
                5.667027969026632,
                6.641544890847298,
                5.875495760903973,
                15.711130594109333,
                -0.9340405146633626,
                10.238803165484352,
                41.3446369062842,
                -19.899872458663573,
                21.991137965403382,
            ],
            covariances: vec![
                13.835701513465462,
                1.8394757879310875,
                -1.4449350501909122,
                1.839475787931087,
                15.340678959915834,
                -0.8504158506304256,
                -1.444935050190912,
                -0.8504158506304256,
                12.506439269707522,
                17.81766673159697,
                -1.397429208106124,
                0.6717430136631237,
                -1.3974292081061244,
                16.71947842909379,
                -1.1642240875019687,
                0.6717430136631234,
                -1.1642240875019683,
                12.373060226352829,
                42.3723144209207,
                -19.019595036727996,
                10.196956714089481,
                -19.019595036727996,
                28.446132572985253,
                -8.96936258501474,
                10.196956714089481,
                -8.96936258501474,
                17.222569612914786,
            ],
            probabilities: [
                2.958359743223948e-05,
                0.9997033056753639,
                0.0002671107272031486,
                5.80014019003701e-20,
                0.00011672451453983942,
                0.9998832754854605,
                2.3254642127908834e-51,
                2.487381905938497e-19,
                1.0,
            ],
            sizes: [67, 83, 150],
        },
        Golden {
            covariance: Covariance::Tied,
            tolerance: 1e-10,
            iterations: 571,
            log_likelihood: -2891.02170581655,
            aic: 5816.0434116331,
            bic: 5879.007713702255,
            weights: [0.16196091764840617, 0.33803642902569525, 0.5000026533258985],
            means: [
                10.71780129679005,
                -0.33744914349164623,
                8.309502278392575,
                11.461799966256095,
                3.7893849153857957,
                8.278944885312852,
                41.34737218922355,
                -19.90165419964019,
                21.99191747120161,
            ],
            covariances: vec![
                41.753779004171726,
                -19.33338896853753,
                10.450771298315185,
                -19.33338896853758,
                27.585813765816965,
                -9.122987850488624,
                10.450771298315185,
                -9.122987850488574,
                17.216464167363796,
            ],
            probabilities: [
                0.18655582453653152,
                0.8130260416850615,
                0.0004181337784064332,
                0.013711362658984918,
                0.005970891661426675,
                0.9803177456795892,
                6.739842871284418e-09,
                1.2273585865407442e-08,
                0.9999999809865712,
            ],
            sizes: [36, 114, 150],
        },
        Golden {
            covariance: Covariance::Diagonal,
            tolerance: 1e-10,
            iterations: 19,
            log_likelihood: -2918.632311758441,
            aic: 5877.264623516882,
            bic: 5951.340273010006,
            weights: [0.2421597887970736, 0.25783969233199094, 0.5000005188709354],
            means: [
                6.030671218585277,
                6.369217906702402,
                6.0530334400822765,
                16.080825499172654,
                -1.2147200958679907,
                10.38122966604049,
                41.35496808205474,
                -19.90747682244744,
                21.99582178224496,
            ],
            covariances: vec![
                14.953092627263901,
                15.715893622715898,
                12.723584867743748,
                16.553007657848926,
                16.149624902707178,
                12.2223073495977,
                42.17015893554856,
                28.33859370437091,
                17.18310110250798,
            ],
            probabilities: [
                0.000359377111213211,
                0.9996405418433064,
                8.104547984091446e-08,
                3.561070277868243e-15,
                0.00012666031586402226,
                0.9998733396841326,
                3.421125628122938e-41,
                2.7252954728593343e-22,
                1.0,
            ],
            sizes: [73, 77, 150],
        },
        Golden {
            covariance: Covariance::Spherical,
            tolerance: 1e-10,
            iterations: 17,
            log_likelihood: -2934.584397993826,
            aic: 5897.168795987652,
            bic: 5949.021750632838,
            weights: [0.24609882309990752, 0.2539011872542894, 0.4999999896458031],
            means: [
                6.084606420030856,
                6.337227185844421,
                6.15195127330631,
                16.1844663725471,
                -1.3013723645615214,
                10.352508703588462,
                41.35499477760368,
                -19.907495406380843,
                21.99582935077134,
            ],
            covariances: vec![14.567236914759965, 14.739235933289711, 29.230311443136127],
            probabilities: [
                0.0003383359638793873,
                0.9996616152329822,
                4.880313860843819e-08,
                1.4681691774522014e-15,
                5.71779055943816e-05,
                0.9999428220944037,
                2.129208749649445e-41,
                4.5208960976305346e-23,
                1.0,
            ],
            sizes: [75, 75, 150],
        },
    ]
}
