//! Dense clusters as the peers find them, on data that both sides make by one formula: scikit-learn 1.9.1, and
//! hdbscan 0.8.44 for persistences, outlier scores and `cluster_selection_epsilon`. `golden/density.json` holds
//! their labels, orders, distances and probabilities, written by this program:
//!
//! ```python
//! import json, warnings, numpy as np, hdbscan
//! from sklearn.cluster import DBSCAN, HDBSCAN, OPTICS, cluster_optics_dbscan
//! warnings.simplefilter("ignore")
//!
//! def clouds(n, width, groups, step):
//!     state, rows = 12345, []
//!     def uniform():
//!         nonlocal state
//!         state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
//!         return (state >> 11) / 2**53
//!     for i in range(n):
//!         row = []
//!         for j in range(width):
//!             center = (i % groups) * (j + 3) % 7 * 1.5
//!             noise = uniform() * 12.0
//!             near = center + (uniform() + uniform() + uniform()) * (0.4 + 0.2 * (i % groups))
//!             value = noise if i % 12 == 11 else near
//!             row.append(value if step == 0.0 else round(value / step) * step)
//!         rows.append(row)
//!     return np.array(rows)
//!
//! def finite(values):
//!     return [None if np.isinf(v) else v for v in values.tolist()]
//!
//! DATA = {"one": (300, 1, 5, 0.0), "two": (400, 2, 4, 0.0), "three": (600, 3, 5, 0.0),
//!         "six": (300, 6, 5, 0.0), "counts": (400, 2, 4, 1.0), "tenths": (400, 3, 5, 0.25)}
//! out = {"dbscan": [], "optics": [], "hdbscan": [], "hdbscan_package": []}
//! for data, eps, k in [("one", 0.05, 4), ("two", 0.3, 5), ("three", 0.5, 4), ("three", 1e-9, 1), ("six", 1.4, 5),
//!                      ("counts", 1.0, 9), ("counts", 2**0.5, 40), ("tenths", 0.5, 6), ("tenths", 0.25, 2)]:
//!     m = DBSCAN(eps=eps, min_samples=k).fit(clouds(*DATA[data]))
//!     out["dbscan"].append(dict(data=data, eps=eps, min_points=k, labels=m.labels_.tolist(), core=m.core_sample_indices_.tolist()))
//! for data, k, max_eps, xi, size, cut in [("two", 5, None, 0.05, None, 0.3), ("three", 8, 1.5, 0.02, 20, 0.6),
//!                                         ("six", 5, None, 0.05, None, 1.4), ("counts", 6, None, 0.05, 10, 1.0)]:
//!     X = clouds(*DATA[data])
//!     m = OPTICS(min_samples=k, max_eps=max_eps or np.inf, xi=xi, min_cluster_size=size).fit(X)
//!     at = cluster_optics_dbscan(reachability=m.reachability_, core_distances=m.core_distances_, ordering=m.ordering_, eps=cut)
//!     out["optics"].append(dict(data=data, min_points=k, max_eps=max_eps, xi=xi, min_cluster_size=size, cut=cut,
//!         order=m.ordering_.tolist(), core=finite(m.core_distances_), reachability=finite(m.reachability_),
//!         predecessors=[None if p < 0 else p for p in m.predecessor_.tolist()], labels=m.labels_.tolist(),
//!         hierarchy=m.cluster_hierarchy_.tolist(), labels_at=at.tolist()))
//! for data, size, k, single, leaf in [("one", 10, 1, False, False), ("two", 15, 2, False, False), ("three", 10, 2, False, True),
//!         ("three", 20, 6, False, False), ("six", 10, 5, False, False), ("two", 150, 2, True, False), ("three", 12, 2, True, False)]:
//!     m = HDBSCAN(min_cluster_size=size, min_samples=k, allow_single_cluster=single, copy=True,
//!                 cluster_selection_method="leaf" if leaf else "eom").fit(clouds(*DATA[data]))
//!     out["hdbscan"].append(dict(data=data, min_cluster_size=size, min_samples=k, allow_single_cluster=single, leaf=leaf,
//!         epsilon=0.0, labels=m.labels_.tolist(), probabilities=m.probabilities_.tolist()))
//! for data, size, k, single, leaf, epsilon in [("two", 15, 2, False, False, 0.0), ("three", 10, 2, False, True, 0.0),
//!         ("six", 10, 2, False, False, 0.0), ("two", 5, 2, False, False, 0.35), ("three", 5, 2, False, True, 0.6),
//!         ("two", 5, 2, True, False, 5.0), ("two", 150, 2, True, False, 1.0)]:
//!     m = hdbscan.HDBSCAN(min_cluster_size=size, min_samples=k - 1, allow_single_cluster=single, cluster_selection_epsilon=epsilon,
//!         cluster_selection_method="leaf" if leaf else "eom", approx_min_span_tree=False).fit(clouds(*DATA[data]))
//!     out["hdbscan_package"].append(dict(data=data, min_cluster_size=size, min_samples=k, allow_single_cluster=single, leaf=leaf,
//!         epsilon=epsilon, labels=m.labels_.tolist(), probabilities=m.probabilities_.tolist(),
//!         outlier_scores=m.outlier_scores_.tolist(), persistences=m.cluster_persistence_.tolist()))
//! json.dump(out, open("density.json", "w"), separators=(",", ":"))
//! ```
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crm_mining::Fit;
use crm_mining::data::Features;
use crm_mining::learn::{ClusterSelection, Clustering, Dbscan, Hdbscan, HdbscanModel, NOISE, Optics};
use serde::Deserialize;
use std::collections::HashMap;

/// `clouds` of the program above.
fn data(name: &str) -> Features {
    let (n, width, groups, step) = match name {
        "one" => (300, 1, 5, 0.0),
        "two" => (400, 2, 4, 0.0),
        "three" => (600, 3, 5, 0.0),
        "six" => (300, 6, 5, 0.0),
        "counts" => (400, 2, 4, 1.0),
        _ => (400, 3, 5, 0.25),
    };
    let mut state = 12345_u64;
    let mut uniform = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    let mut values = Vec::new();
    for i in 0..n {
        for j in 0..width {
            let center = ((i % groups) * (j + 3) % 7) as f64 * 1.5;
            let noise = uniform() * 12.0;
            let near = center + (uniform() + uniform() + uniform()) * (0.4 + 0.2 * (i % groups) as f64);
            let value = if i % 12 == 11 { noise } else { near };
            values.push(if step == 0.0 { value } else { (value / step).round_ties_even() * step });
        }
    }
    Features::new((0..width).map(|j| j.to_string()), values).unwrap()
}

#[derive(Deserialize)]
struct Golden {
    dbscan: Vec<GoldenDbscan>,
    optics: Vec<GoldenOptics>,
    hdbscan: Vec<GoldenHdbscan>,
    hdbscan_package: Vec<GoldenHdbscan>,
}

#[derive(Deserialize)]
struct GoldenDbscan {
    data: String,
    eps: f64,
    min_points: usize,
    labels: Vec<i64>,
    core: Vec<u32>,
}

#[derive(Deserialize)]
struct GoldenOptics {
    data: String,
    min_points: usize,
    max_eps: Option<f64>,
    xi: f64,
    min_cluster_size: Option<usize>,
    cut: f64,
    order: Vec<u32>,
    core: Vec<Option<f64>>,
    reachability: Vec<Option<f64>>,
    predecessors: Vec<Option<u32>>,
    labels: Vec<i64>,
    hierarchy: Vec<(u32, u32)>,
    labels_at: Vec<i64>,
}

#[derive(Deserialize)]
struct GoldenHdbscan {
    data: String,
    min_cluster_size: usize,
    min_samples: usize,
    allow_single_cluster: bool,
    leaf: bool,
    epsilon: f64,
    labels: Vec<i64>,
    probabilities: Vec<f64>,
    #[serde(default)]
    outlier_scores: Vec<f64>,
    #[serde(default)]
    persistences: Vec<f64>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("golden/density.json")).unwrap()
}

fn signed(labels: &[u32]) -> Vec<i64> {
    labels.iter().map(|&label| if label == NOISE { -1 } else { i64::from(label) }).collect()
}

fn infinite(values: &[Option<f64>]) -> Vec<f64> {
    values.iter().map(|value| value.unwrap_or(f64::INFINITY)).collect()
}

/// Labels, border rows and ties included, are identical.
#[test]
fn dbscan_labels_are_those_of_scikit_learn() {
    for case in golden().dbscan {
        let settings = Dbscan { eps: case.eps, min_points: case.min_points };
        let model = settings.fit(&data(&case.data)).unwrap();
        assert_eq!(signed(model.labels()), case.labels, "{} {settings:?}", case.data);
        assert_eq!(model.core_rows(), case.core, "{} {settings:?}", case.data);
    }
}

/// Everything is identical, distances to the last bit.
#[test]
fn optics_is_that_of_scikit_learn() {
    for case in golden().optics {
        let settings = Optics {
            min_points: case.min_points,
            max_eps: case.max_eps,
            xi: case.xi,
            min_cluster_size: case.min_cluster_size,
        };
        let model = settings.fit(&data(&case.data)).unwrap();
        assert_eq!(model.order(), case.order, "{} {settings:?}", case.data);
        assert_eq!(model.core_distances(), infinite(&case.core), "{} {settings:?}", case.data);
        assert_eq!(model.reachability(), infinite(&case.reachability), "{} {settings:?}", case.data);
        assert_eq!(model.predecessors(), case.predecessors, "{} {settings:?}", case.data);
        assert_eq!(model.hierarchy(), case.hierarchy, "{} {settings:?}", case.data);
        assert_eq!(signed(model.labels()), case.labels, "{} {settings:?}", case.data);
        assert_eq!(signed(&model.labels_at(case.cut).unwrap()), case.labels_at, "{} {settings:?}", case.data);
    }
}

fn fit(case: &GoldenHdbscan) -> HdbscanModel {
    let settings = Hdbscan {
        min_samples: Some(case.min_samples),
        cluster_selection_epsilon: case.epsilon,
        allow_single_cluster: case.allow_single_cluster,
        selection: if case.leaf { ClusterSelection::Leaf } else { ClusterSelection::ExcessOfMass },
        ..Hdbscan::new(case.min_cluster_size)
    };
    settings.fit(&data(&case.data)).unwrap()
}

/// Labels are those of the peer under other names; says which name is which.
fn renamed(case: &GoldenHdbscan, model: &HdbscanModel) -> HashMap<i64, usize> {
    let mut names = HashMap::from([(-1, NOISE)]);
    for (row, (&theirs, &ours)) in case.labels.iter().zip(model.labels()).enumerate() {
        let name = *names.entry(theirs).or_insert(ours);
        let about = (&case.data, case.min_cluster_size, case.min_samples);
        assert_eq!(name, ours, "{about:?}, row {row}: theirs {theirs}");
    }
    assert_eq!(names.len(), model.n_clusters() + 1);
    names.into_iter().map(|(theirs, ours)| (theirs, ours as usize)).collect()
}

fn assert_near(got: &[f64], expected: &[f64]) {
    assert_eq!(got.len(), expected.len());
    for (row, (got, expected)) in got.iter().zip(expected).enumerate() {
        assert!((got - expected).abs() <= 1e-12, "row {row}: got {got}, expected {expected}");
    }
}

#[test]
fn hdbscan_labels_and_probabilities_are_those_of_scikit_learn() {
    for case in golden().hdbscan {
        let model = fit(&case);
        renamed(&case, &model);
        assert_near(model.probabilities(), &case.probabilities);
    }
}

/// `min_samples` of the package leaves the row itself out.
#[test]
fn hdbscan_scores_are_those_of_the_package() {
    for case in golden().hdbscan_package {
        let model = fit(&case);
        let names = renamed(&case, &model);
        assert_near(model.probabilities(), &case.probabilities);
        assert_near(model.outlier_scores(), &case.outlier_scores);
        // With an epsilon the package gives what the clusters within have together, not what the cluster has.
        for (theirs, persistence) in (0..).zip(&case.persistences).filter(|_| case.epsilon == 0.0) {
            assert_near(&[model.persistences()[names[&theirs]]], &[*persistence]);
        }
    }
}
