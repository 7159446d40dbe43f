//! Trees of merges as SciPy 1.17.1 and scikit-learn 1.9.1 grow them, on data that both sides make by one
//! formula.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crm_mining::Fit;
use crm_mining::data::Features;
use crm_mining::learn::{Agglomerative, Clustering, Cut, Linkage};

/// Four groups of 50 points without ties. In Python:
/// `np.sin(i*(1.7+j*0.9)+j)*4 + np.array([20,-15,9])[j]*np.array([0,1,3,4])[i%4] + ((i*i*7+i*(5+j*3))%101)/32`
fn four_groups() -> Features {
    let value = |i: usize, j: usize| {
        let (x, y) = (i as f64, j as f64);
        (x * (1.7 + y * 0.9) + y).sin() * 4.0
            + [20.0, -15.0, 9.0][j] * [0.0, 1.0, 3.0, 4.0][i % 4]
            + ((i * i * 7 + i * (5 + j * 3)) % 101) as f64 / 32.0
    };
    let values = (0..200).flat_map(|i| (0..3).map(move |j| value(i, j))).collect();
    Features::new(["a", "b", "c"], values).unwrap()
}

struct Golden {
    linkage: Linkage,
    sum: f64,
    /// At the places 0, 50, 100, 150, 190, 195, 196, 197, 198.
    heights: [f64; 9],
    /// The number of clusters, their sizes, and the sum over the rows of row · size of the row's cluster.
    cuts: [(usize, Vec<usize>, usize); 4],
}

fn assert_near(got: f64, expected: f64) {
    assert!((got - expected).abs() <= 1e-9 * expected.abs(), "got {got}, expected {expected}");
}

/// `Z = linkage(X, method)`: `Z[:, 2].sum()` and single heights; `fcluster(Z, k, "maxclust")`, which was
/// compared with `AgglomerativeClustering(k, linkage=method).fit(X).labels_` in the same run (adjusted Rand
/// index 1): sorted sizes, and `sum(row * size_of_its_cluster)`.
#[test]
fn heights_and_clusters() {
    let data = four_groups();
    for golden in goldens() {
        let model = Agglomerative { linkage: golden.linkage, ..Agglomerative::new(2) }.fit(&data).unwrap();
        let tree = model.dendrogram();
        let heights: Vec<f64> = tree.merges().iter().map(|merge| merge.height).collect();
        assert_near(heights.iter().sum(), golden.sum);
        for (place, expected) in [0, 50, 100, 150, 190, 195, 196, 197, 198].into_iter().zip(golden.heights) {
            assert_near(heights[place], expected);
        }
        for (k, expected, hash) in golden.cuts {
            let labels = tree.cut_count(k).unwrap();
            let mut sizes = vec![0; k];
            labels.iter().for_each(|&label| sizes[label as usize] += 1);
            let found = labels.iter().enumerate().map(|(row, &label)| row * sizes[label as usize]);
            assert_eq!(found.sum::<usize>(), hash);
            sizes.sort_unstable();
            assert_eq!(sizes, expected);
        }
        // fcluster(Z, Z[185, 2], "distance") has 14 clusters.
        let by_height = Agglomerative {
            linkage: golden.linkage,
            clusters: Cut::Height(heights[185]),
            ..Agglomerative::new(1)
        };
        assert_eq!(by_height.fit(&data).unwrap().n_clusters(), 14);
    }
}

fn goldens() -> [Golden; 4] {
    [
        Golden {
            linkage: Linkage::Ward,
            sum: 2128.3282286794347,
            heights: [
                0.24401949910333945,
                1.5583470219960125,
                2.683812688401254,
                5.947868728869784,
                22.695716034476426,
                28.541438169662996,
                187.86312075867022,
                188.60780219902432,
                797.1229263592727,
            ],
            cuts: [
                (2, vec![100, 100], 1990000),
                (3, vec![50, 50, 100], 1497500),
                (5, vec![21, 29, 50, 50, 50], 871776),
                (9, vec![14, 14, 17, 21, 22, 23, 27, 29, 33], 477414),
            ],
        },
        Golden {
            linkage: Linkage::Average,
            sum: 713.1898601133419,
            heights: [
                0.24401949910333945,
                1.4724007766828728,
                2.44860243144811,
                3.9491418289579387,
                8.062621347046086,
                9.427099713886067,
                27.26290065694096,
                27.372084185529275,
                79.95911456748145,
            ],
            cuts: [
                (2, vec![100, 100], 1990000),
                (3, vec![50, 50, 100], 1497500),
                (5, vec![2, 48, 50, 50, 50], 977288),
                (9, vec![1, 2, 5, 5, 7, 43, 43, 44, 50], 819146),
            ],
        },
        Golden {
            linkage: Linkage::Complete,
            sum: 946.3719147415454,
            heights: [
                0.24401949910333945,
                1.562294518206056,
                2.768780294203681,
                5.170166272373465,
                12.811021840370044,
                15.96357326091789,
                38.97551255146885,
                40.24073194625351,
                119.11862136338489,
            ],
            cuts: [
                (2, vec![100, 100], 1990000),
                (3, vec![50, 50, 100], 1487500),
                (5, vec![22, 28, 50, 50, 50], 870768),
                (9, vec![13, 16, 17, 21, 22, 23, 27, 28, 33], 476708),
            ],
        },
        Golden {
            linkage: Linkage::Single,
            sum: 459.58290987989824,
            heights: [
                0.24401949910333945,
                1.3071072447625942,
                2.0825604358302603,
                2.6287199079951202,
                3.371987340067691,
                4.749138979493033,
                13.372849027377715,
                14.639394571467035,
                40.564449370010216,
            ],
            cuts: [
                (2, vec![100, 100], 1990000),
                (3, vec![50, 50, 100], 1497500),
                (5, vec![1, 49, 50, 50, 50], 980884),
                (9, vec![1, 1, 3, 3, 16, 31, 46, 49, 50], 815938),
            ],
        },
    ]
}
