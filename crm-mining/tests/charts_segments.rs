//! Charts of segments, of clusters and of how many there are: complete specifications, the figures of the results in
//! the right places, and nobody's key.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "common/rows.rs"]
mod rows;
#[path = "common/specification.rs"]
mod specification;

use crm_mining::data::{Column, Features, Keys, Table, ToTable, Values};
use crm_mining::feature::Preparation;
use crm_mining::insight::{
    ExplainSegments, NamedSegments, Revenue, SegmentChoice, SegmentDescription, SegmentReport, Segmentation,
    Segments,
};
use crm_mining::learn::{Agglomerative, Dendrogram, Linkage, NOISE, Silhouette, SilhouetteSamples};
use crm_mining::report::{self, Chart};
use crm_mining::{ErrorKind, Fit, Predict};
use rows::{clouds, features};
use serde_json::{Value, json};
use specification::{assert_complete, values};

const CRITERIA: [&str; 7] =
    ["silhouette", "stability", "smallest_share", "calinski_harabasz", "davies_bouldin", "gap", "inertia"];

/// Eight customers in three segments of five, three and none.
fn report(revenue: Revenue) -> SegmentReport {
    let values = [1.0, 9.0, 2.0, 9.0, 1.0, 7.0, 3.0, 8.0, 2.0, 9.0, 40.0, 1.0, 50.0, 2.0, 44.0, 9.0];
    let keys: Keys = (0..8).map(|number| format!("secret-{number}")).collect();
    let of = Features::new(["days", "orders"], values.to_vec()).unwrap().of_customers(keys.clone()).unwrap();
    let segments = NamedSegments::new(["here", "gone", "nobody"], vec![0, 0, 0, 0, 0, 1, 1, 1]).unwrap();
    ExplainSegments::default().explain(&of, &segments.of_customers(keys).unwrap(), revenue).unwrap()
}

fn with_revenue() -> SegmentReport {
    report(Revenue::Values(&[10.0, 10.0, 10.0, 10.0, 10.0, 50.0, 70.0, 30.0]))
}

/// Sixty customers, and the three segments learnt from them.
fn learnt() -> (Features, Segments) {
    let keys: Keys = (0..60).map(|number| format!("secret-{number:02}")).collect();
    let spend = (0..60u32).map(|i| f64::from(i % 3 * 40 + i % 7)).collect();
    let of = Features::new(["spend"], spend).unwrap().of_customers(keys).unwrap();
    let segments = Segmentation::kmeans(3..=3).fit(&of).unwrap();
    (of, segments)
}

/// Rows at 0, 1, 10 and 14, merged at 1, 4 and 9.
fn tree() -> Dendrogram {
    let settings = Agglomerative { linkage: Linkage::Single, ..Agglomerative::new(1) };
    settings.fit(&features(1, vec![0.0, 1.0, 10.0, 14.0])).unwrap().dendrogram().clone()
}

fn silhouettes() -> SilhouetteSamples {
    Silhouette::default().samples(&features(1, vec![0.0, 1.0, 10.0, 11.0]), &[0, 0, 1, 1]).unwrap()
}

fn choice() -> SegmentChoice {
    Segmentation::choose(2..=5).fit(&clouds(90, 2, 3)).unwrap().choice().clone()
}

fn mark(chart: &Chart) -> Value {
    chart.to_vega_lite()["mark"]["type"].clone()
}

/// The column that a channel shows, and how.
fn shown(chart: &Chart, channel: &str) -> (String, String) {
    let of = chart.to_vega_lite()["encoding"][channel].clone();
    let text = |member: &str| of[member].as_str().unwrap().to_owned();
    (text("field"), text("type"))
}

fn field(column: &str, scaling: &str) -> (String, String) {
    (column.to_owned(), scaling.to_owned())
}

#[test]
fn every_specification_is_complete_and_holds_no_key() {
    let (report, choice, (of, segments)) = (with_revenue(), choice(), learnt());
    let mut charts = vec![
        report::segment_size_chart(&report),
        report::segment_share_chart(segments.without_customers()),
        report::segment_silhouette_chart(segments.without_customers(), &of).unwrap(),
        report::effect_chart(&report),
        report::silhouette_chart(&silhouettes()),
        report::dendrogram_chart(&tree(), 4).unwrap(),
    ];
    charts.extend(CRITERIA.map(|column| report::choice_chart(&choice, column).unwrap()));
    assert!(report.segments()[0].typical[0].key.as_ref().unwrap().starts_with("secret"));
    for chart in &charts {
        assert_complete(chart.title(), chart);
        assert!(!chart.to_vega_lite().to_string().contains("secret"), "{}", chart.title());
    }
}

#[test]
fn sizes_are_shares_of_customers_beside_shares_of_revenue() {
    let report = with_revenue();
    let chart = report::segment_size_chart(&report);
    assert_eq!((mark(&chart), chart.subtitle()), ("bar".into(), Some("8 customers")));
    assert_eq!(shown(&chart, "x"), field("share", "quantitative"));
    assert_eq!(shown(&chart, "y"), field("segment", "nominal"));
    assert_eq!(shown(&chart, "yOffset"), field("of", "nominal"));
    assert_eq!(shown(&chart, "color"), field("of", "nominal"));
    assert_eq!(chart.to_vega_lite()["encoding"]["x"]["axis"]["format"], ".0%");
    // By number and name: the suggested one, and that of the caller where nobody is.
    let [here, gone, _] = report.segments() else { panic!("three segments") };
    let names = [format!("0: {}", here.suggested_name), format!("1: {}", gone.suggested_name)];
    let row = |segment: &str, of: &str, share: f64| json!({ "of": of, "segment": segment, "share": share });
    let expected = [
        row(&names[0], "customers", 0.625),
        row(&names[0], "revenue", 0.25),
        row(&names[1], "customers", 0.375),
        row(&names[1], "revenue", 0.75),
        row("2: nobody", "customers", 0.0),
        row("2: nobody", "revenue", 0.0),
    ];
    assert_eq!(values(&chart), expected);
    assert_eq!(
        chart.to_vega_lite()["encoding"]["y"]["scale"]["domain"],
        json!([names[0], names[1], "2: nobody"])
    );
    // Revenue that is not known, or that nobody brings, is not shown.
    for revenue in [Revenue::Unknown, Revenue::Values(&[0.0; 8])] {
        let chart = report::segment_size_chart(&self::report(revenue));
        assert_eq!((values(&chart).len(), &values(&chart)[0]["of"]), (3, &"customers".into()));
    }
}

#[test]
fn learnt_segments_have_shares() {
    let (of, segments) = learnt();
    let chart = report::segment_share_chart(segments.without_customers());
    let row = |segment: &SegmentDescription| {
        let name = format!("{}: {}", segment.index, segment.name);
        json!({ "of": "customers", "segment": name, "share": segment.share })
    };
    assert_eq!(values(&chart), segments.segments().iter().map(row).collect::<Vec<_>>());
    assert_eq!((mark(&chart), chart.subtitle()), ("bar".into(), Some("60 customers")));
    let explained = ExplainSegments::default().explain(&of, &segments, Revenue::Unknown).unwrap();
    assert_eq!(chart.encodings(), report::segment_size_chart(&explained).encodings());
}

#[test]
fn learnt_segments_have_silhouettes_by_features_as_they_are() {
    let (of, segments) = learnt();
    let model = segments.without_customers();
    let drawn = |prepared: &Features, labels: &[u32]| {
        report::silhouette_chart(&Silhouette::default().samples(prepared, labels).unwrap())
    };
    let expected = drawn(&model.preparation().predict(&of).unwrap(), segments.labels());
    assert_eq!(report::segment_silhouette_chart(model, &of).unwrap(), expected);
    // Of others than those of the fit.
    let few = of.select(&[0, 1, 2, 3, 4]);
    let expected = drawn(&model.preparation().predict(&few).unwrap(), &model.predict(&few).unwrap());
    assert_eq!(report::segment_silhouette_chart(model, &few).unwrap(), expected);
    let kind = |of: &Features| report::segment_silhouette_chart(model, of).unwrap_err().into_kind();
    assert!(matches!(kind(&of.select(&[0, 3, 6])), ErrorKind::NotEnoughData { .. }));
    assert!(matches!(kind(&of.select(&[])), ErrorKind::NotEnoughData { .. }));
    assert!(matches!(kind(&features(1, vec![1.0])), ErrorKind::FeatureMismatch { .. }));

    // Of the rows of a table, with categories, whose customers do not stand in the order of their keys.
    let customer = Column::text("customer", (0..60).map(|i| Some(format!("secret-{:02}", i * 7 % 60))));
    let spend = Column::floats("spend", of.values().to_vec());
    let plan = Column::text("plan", (0..60).map(|i| Some(["basic", "gold", "gold"][i % 3])));
    let table = Table::new("customers", vec![customer, spend, plan]).unwrap();
    let preparation =
        Preparation { customer: Some("customer".into()), ..Preparation::of_table(["spend"], ["plan"]) };
    let segments = Segmentation::kmeans(3..=3).preparation(preparation).fit(&table).unwrap();
    let model = segments.without_customers();
    let chart = report::segment_silhouette_chart(model, &model.plain(&table).unwrap()).unwrap();
    assert_eq!(chart, drawn(&model.preparation().predict(&table).unwrap(), segments.labels()));
    let mean = chart.subtitle().unwrap().strip_prefix("mean ").unwrap().parse::<f64>().unwrap();
    assert!((mean - segments.silhouettes()[0].1).abs() < 1e-3, "{mean} {:?}", segments.silhouettes());
}

#[test]
fn effects_are_cells_of_segments_by_features() {
    let report = with_revenue();
    let chart = report::effect_chart(&report);
    assert_eq!((mark(&chart), chart.subtitle()), ("rect".into(), Some("each segment against everyone else")));
    assert_eq!(shown(&chart, "x"), field("feature", "ordinal"));
    assert_eq!(shown(&chart, "y"), field("segment", "ordinal"));
    assert_eq!(shown(&chart, "color"), field("cliffs_delta", "quantitative"));
    let rows = values(&chart);
    let delta = |segment: usize, feature: &str| {
        let of = |row: &&Value| {
            let of_segment = row["segment"].as_str().unwrap().starts_with(&format!("{segment}: "));
            of_segment && row["feature"] == feature
        };
        rows.iter().find(of).unwrap()["cliffs_delta"].as_f64().unwrap()
    };
    // Everyone of the one segment has fewer days than everyone of the other; of the 15 pairs of orders, ten are
    // more, two less and three equal.
    assert_eq!((rows.len(), delta(0, "days"), delta(1, "days")), (4, -1.0, 1.0));
    assert!((delta(0, "orders") - 8.0 / 15.0).abs() < 1e-12, "{}", delta(0, "orders"));
    assert!((delta(0, "orders") + delta(1, "orders")).abs() < 1e-12);
    assert_eq!(rows.len(), report.effects_table().n_rows());
    // A segment of nobody has no cell, and a division of nobody none at all.
    assert!(rows.iter().all(|row| row["segment"] != "2: nobody"));
    let alike = features(1, vec![7.0; 9]);
    let nobody = NamedSegments::new(["a", "b"], vec![NOISE; 9]).unwrap();
    let report = ExplainSegments::default().explain(&alike, &nobody, Revenue::Unknown).unwrap();
    let chart = report::effect_chart(&report);
    assert_eq!((values(&chart), chart.table().n_rows()), (vec![], 0));
    assert_eq!(values(&report::segment_size_chart(&report)).len(), 2);
}

#[test]
fn silhouettes_rise_from_the_lowest_row_of_their_cluster() {
    let chart = report::silhouette_chart(&silhouettes());
    assert_eq!((mark(&chart), chart.subtitle()), ("line".into(), Some("mean 0.900")));
    assert_eq!(shown(&chart, "x"), field("rows", "quantitative"));
    assert_eq!(shown(&chart, "y"), field("silhouette", "quantitative"));
    assert_eq!(shown(&chart, "color"), field("cluster", "nominal"));
    assert_eq!(chart.to_vega_lite()["encoding"]["color"]["scale"]["domain"], json!(["0", "1"]));
    let rows = values(&chart);
    assert_eq!(rows.len(), 2 * 101);
    for (cluster, line) in rows.chunks(101).enumerate() {
        let name = Value::from(cluster.to_string());
        assert!(line.iter().all(|row| row["cluster"] == name));
        let numbers = |column: &str| line.iter().map(|row| row[column].as_f64().unwrap()).collect::<Vec<_>>();
        let (at, silhouette) = (numbers("rows"), numbers("silhouette"));
        assert!(at.is_sorted() && silhouette.is_sorted());
        assert_eq!((at[0], at[100]), (0.0, 1.0));
        assert_eq!((silhouette[0], silhouette[100]), (8.5 / 9.5, 9.5 / 10.5));
    }
}

/// Samples are plain data: whoever made them, charts of them end.
#[test]
fn silhouettes_of_any_samples() {
    let of = |labels: Vec<u32>, values: Vec<f64>| {
        let rows = (0..labels.len() as u32).collect();
        report::silhouette_chart(&SilhouetteSamples { rows, labels, values })
    };
    let nothing = of(vec![], vec![]);
    assert_eq!((values(&nothing), nothing.subtitle()), (vec![], None));
    let far = of(vec![NOISE - 1, 7, NOISE, 7], vec![0.5, -0.25, 1.0, 0.25]);
    let rows = values(&far);
    assert_eq!(
        (rows.len(), &rows[0]["cluster"], &rows[101]["cluster"]),
        (2 * 101, &"7".into(), &(NOISE - 1).to_string().into())
    );
    assert_eq!((&rows[0]["silhouette"], &rows[50]["silhouette"]), (&(-0.25).into(), &0.0.into()));
    let unknown = of(vec![0, 0], vec![f64::NAN, f64::NAN]);
    assert_eq!((&values(&unknown)[0]["silhouette"], unknown.subtitle()), (&Value::Null, None));
    assert_eq!(values(&of(vec![0, 1], vec![0.5])).len(), 101, "a label without a value is no cluster");
}

#[test]
fn dendrograms_are_forks_over_clusters() {
    let chart = report::dendrogram_chart(&tree(), 3).unwrap();
    assert_eq!((mark(&chart), chart.subtitle()), ("line".into(), Some("4 rows in 3 clusters of 1 to 2")));
    assert_eq!(shown(&chart, "x"), field("cluster", "quantitative"));
    assert_eq!(shown(&chart, "y"), field("height", "quantitative"));
    assert_eq!(shown(&chart, "order"), field("place", "quantitative"));
    let (rows, none) = (values(&chart), Value::Null);
    let at = |row: &Value| (row["cluster"].as_f64().unwrap(), row["height"].clone());
    // The rows at 10 and 14 join at 4; their fork joins the cluster of the two others at 9. Lines break between.
    let (first, second): (Vec<_>, Vec<_>) =
        (rows[..5].iter().map(at).collect(), rows[5..].iter().map(at).collect());
    let height = |height: f64| Value::from(height);
    assert_eq!(
        first,
        [(1.0, height(0.0)), (1.0, height(4.0)), (2.0, height(4.0)), (2.0, height(0.0)), (2.0, none.clone())]
    );
    assert_eq!(
        second,
        [(0.0, height(0.0)), (0.0, height(9.0)), (1.5, height(9.0)), (1.5, height(4.0)), (1.5, none)]
    );
    assert!(rows.iter().enumerate().all(|(place, row)| row["place"] == place));
}

#[test]
fn dendrograms_of_any_size() {
    let tree = tree();
    for clusters in [0, 501, usize::MAX] {
        let error = report::dendrogram_chart(&tree, clusters).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::InvalidParameter { parameter: "clusters", .. }),
            "{clusters}: {error}"
        );
    }
    let all = report::dendrogram_chart(&tree, 500).unwrap();
    assert_eq!((values(&all).len(), all.subtitle()), (15, Some("4 rows in 4 clusters of 1 to 1")));
    let one = report::dendrogram_chart(&tree, 1).unwrap();
    assert_eq!((values(&one), one.subtitle()), (vec![], Some("4 rows in 1 clusters of 4 to 4")));
    let alone = Agglomerative::new(1).fit(&features(1, vec![3.0])).unwrap();
    let alone = report::dendrogram_chart(alone.dendrogram(), 9).unwrap();
    assert_eq!((values(&alone), alone.subtitle()), (vec![], Some("1 rows in 1 clusters of 1 to 1")));
    // As deep as a tree can be: each row joins all before it.
    let line = features(1, (0..3_000).map(|i| f64::from(i * i)).collect());
    let settings = Agglomerative { linkage: Linkage::Single, ..Agglomerative::new(1) };
    let deep = report::dendrogram_chart(settings.fit(&line).unwrap().dendrogram(), 500).unwrap();
    assert_eq!(deep.subtitle(), Some("3000 rows in 500 clusters of 1 to 2501"));
    assert_eq!(values(&deep).len(), 5 * 499);
}

#[test]
fn choices_are_lines_over_the_number_of_segments() {
    let choice = choice();
    let table = choice.to_table();
    assert_eq!(choice.k(), 3);
    for column in CRITERIA {
        let chart = report::choice_chart(&choice, column).unwrap();
        assert_eq!((mark(&chart), chart.subtitle()), ("line".into(), Some("chosen: 3")), "{column}");
        assert_eq!(shown(&chart, "x"), field("k", "quantitative"));
        assert_eq!(shown(&chart, "y"), field(column, "quantitative"));
        let rows = values(&chart);
        assert_eq!(
            rows.iter().map(|row| row["k"].as_f64().unwrap()).collect::<Vec<_>>(),
            [2.0, 3.0, 4.0, 5.0]
        );
        let Values::Float(expected) = table.column(column).unwrap().values() else { panic!("{column}") };
        let got: Vec<Value> = rows.iter().map(|row| row[column].clone()).collect();
        assert_eq!(got, expected.iter().map(|&value| Value::from(value)).collect::<Vec<_>>(), "{column}");
    }
    for column in ["", "k", "Silhouette", "silhouette ", "verdict"] {
        let error = report::choice_chart(&choice, column).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::InvalidParameter { parameter: "column", .. }), "{error}");
        assert!(CRITERIA.iter().all(|criterion| error.to_string().contains(criterion)), "{error}");
    }
}
