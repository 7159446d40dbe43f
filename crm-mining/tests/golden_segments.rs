//! Figures of segments against scikit-learn 1.9.1, scipy 1.17.1 and numpy 2.4.6. The data are made of whole numbers,
//! so that both sides have the same; the Python that gave the figures stands beside them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use crm_mining::Fit;
use crm_mining::data::Features;
use crm_mining::insight::{
    ExplainSegments, MatchBy, NamedSegments, Revenue, SegmentDrift, Segmentation, match_segments,
};

/// `((i*7919 + j*104729 + (i*i % 1009)*31) % 10007) / 10`
fn value(i: u64, j: u64) -> f64 {
    ((i * 7919 + j * 104_729 + (i * i % 1009) * 31) % 10_007) as f64 / 10.0
}

/// `X = [[value(i, j) for j in range(3)] for i in range(400)]`, and
/// `y = [(0 if value(i, 0) < 300 else 1 if value(i, 1) < 500 else 2) if i * 13 % 11 else i % 3 for i in range(400)]`
fn cut_squares() -> (Features, NamedSegments) {
    let values = (0..400).flat_map(|i| (0..3).map(move |j| value(i, j))).collect();
    let label = |i: u64| match (i * 13 % 11, value(i, 0) < 300.0, value(i, 1) < 500.0) {
        (0, _, _) => (i % 3) as u32,
        (_, true, _) => 0,
        (_, false, true) => 1,
        (_, false, false) => 2,
    };
    let segments = NamedSegments::new(["a", "b", "c"], (0..400).map(label).collect()).unwrap();
    (Features::new(["x", "y", "z"], values).unwrap(), segments)
}

#[test]
fn trees_are_as_good_as_those_of_scikit_learn() {
    let (features, segments) = cut_squares();
    // DecisionTreeClassifier(max_depth=d, min_samples_leaf=m, random_state=0).fit(X, y).score(X, y)
    for (depth, least, score) in [(1, 1, 0.7225), (2, 4, 0.94), (3, 4, 0.94), (4, 4, 0.94), (4, 40, 0.94)] {
        let settings = ExplainSegments::default().depth(depth).min_share(f64::from(least) / 400.0);
        let report = settings.explain(&features, &segments, Revenue::Unknown).unwrap();
        assert!((report.fidelity() - score).abs() < 1e-12, "{depth} {least}: {}", report.fidelity());
    }
    let report = ExplainSegments::default().explain(&features, &segments, Revenue::Unknown).unwrap();
    let rules: Vec<Vec<String>> =
        report.segments().iter().map(|of| of.rules.iter().map(ToString::to_string).collect()).collect();
    assert_eq!(rules, [["x <= 300"], ["x > 530"], ["x > 300 and x <= 530"]]);
}

#[test]
fn effects_equal_numpy() {
    let (features, segments) = cut_squares();
    let report = ExplainSegments::default().explain(&features, &segments, Revenue::Unknown).unwrap();
    // a, b = X[y == s, j], X[y != s, j]: (mean a - mean b) / pooled standard deviation, ddof 1;
    // np.sign(a[:, None] - b[None, :]).mean(); a.mean(); np.median(a)
    for (segment, feature, d, delta, mean, median) in EFFECTS {
        let effect = &report.segments()[segment].effects[feature];
        assert!((effect.cohens_d.unwrap() - d).abs() < 1e-11, "{effect:?}");
        assert!((effect.cliffs_delta - delta).abs() < 1e-13, "{effect:?}");
        assert!((effect.mean - mean).abs() < 1e-10 && (effect.median - median).abs() < 1e-10, "{effect:?}");
    }
}

const EFFECTS: [(usize, usize, f64, f64, f64, f64); 9] = [
    (0, 0, -2.3877671968113034, -0.93625427526831, 167.8016393442623, 160.45),
    (0, 1, 0.5182414730717547, 0.2787474938082321, 600.8918032786886, 613.7),
    (0, 2, -0.8604551973515195, -0.47523292841136927, 336.77295081967213, 159.45),
    (1, 0, 2.604098219580926, 0.9173752404089482, 743.3460674157303, 763.75),
    (1, 1, -2.3840322575055093, -0.8846290110335054, 253.52134831460677, 246.65),
    (1, 2, 1.4378340888887884, 0.6785858892600466, 685.6898876404493, 701.6500000000001),
    (2, 0, -0.2821620204412975, -0.1499, 428.59199999999987, 409.1),
    (2, 1, 1.871756534722729, 0.8501, 814.436, 853.35),
    (2, 2, -0.6612209035906047, -0.35656666666666664, 359.69200000000006, 340.2),
];

/// `u = [((i*7919 + j*104729 + (i*i % 1009)*31) % 1009) / 100 for j in range(2)]`, of even i
/// `[10 + u[0] + shift, 200 + u[1] + 0.3 * u[0]]`, of odd i `[100 + u[0], 20 + u[1] + 0.3 * u[0] + 0.4 * shift]`
fn two_groups(rows: std::ops::Range<u64>, first: u64, shift: f64) -> Features {
    let row = |i: u64| {
        let u = |j: u64| {
            let i = i + first;
            ((i * 7919 + j * 104_729 + (i * i % 1009) * 31) % 1009) as f64 / 100.0
        };
        match (i + first) % 2 {
            0 => [10.0 + u(0) + shift, 200.0 + u(1) + 0.3 * u(0)],
            _ => [100.0 + u(0), 20.0 + u(1) + 0.3 * u(0) + 0.4 * shift],
        }
    };
    Features::new(["x", "y"], rows.flat_map(row).collect()).unwrap()
}

#[test]
fn drift_equals_scipy() {
    let (june, july) = (two_groups(0..120, 0, 0.0), two_groups(0..90, 1000, 0.9));
    let two = Segmentation::kmeans(2..=2);
    let (before, after) = (two.fit(&june).unwrap(), two.fit(&july).unwrap());
    assert_eq!(before.logged().count(), 0);
    let matched = match_segments(&before, &after, MatchBy::Centers).unwrap();
    let drift =
        SegmentDrift::between((before.without_customers(), &june), (&after, &july), &matched).unwrap();
    // June and July minus the means of June over its standard deviations (ddof 0); of each group
    // ttest_ind(july, june, equal_var=False): statistic, df, pvalue
    let welch = [
        (1.5291004816317102, 101.24429599431163, 0.12935797055009868),
        (-1.7086607053869485, 95.44948844209058, 0.09076376811285725),
        (0.2927681760613331, 89.94422130707588, 0.7703736973608258),
        (1.9492265514641798, 97.84386139051888, 0.05413181058393559),
    ];
    let features: Vec<_> = drift.pairs().iter().flat_map(|pair| &pair.features).collect();
    for (found, (t, degrees, p)) in features.iter().zip(welch) {
        let near = |a: f64, b: f64| (a - b).abs() < 1e-9 * b.abs();
        assert!(near(found.t, t) && near(found.degrees, degrees) && near(found.p, p), "{found:?}");
    }
    // Holm: sorted 0.0541, 0.0908, 0.1294, 0.7704 times 4, 3, 2, 1, never falling
    let adjusted =
        [3.0 * 0.09076376811285725, 3.0 * 0.09076376811285725, 0.7703736973608258, 4.0 * 0.05413181058393559];
    for (found, adjusted) in features.iter().zip(adjusted) {
        assert!((found.adjusted_p - adjusted).abs() < 1e-9, "{found:?}");
    }
    // With S = cov(a) / n1 + cov(b) / n2, T² = d' S⁻¹ d; Krishnamoorthy and Yu's nu; f.sf(T² (nu - 1) / (2 nu), 2, nu - 1)
    let together = [
        (6.656052534364539, 97.79301239911597, 0.04124979981023021),
        (3.7995076890841966, 92.77473837195545, 0.1584339878943788),
    ];
    for (pair, (t_squared, down, p)) in drift.pairs().iter().zip(together) {
        let found = pair.together.unwrap();
        assert!((found.t_squared - t_squared).abs() < 1e-8, "{found:?}");
        assert!((found.down - down).abs() < 1e-6 && (found.p - p).abs() < 1e-9, "{found:?}");
    }
}
