//! Charts of segments, of clusters, and of how many there are.

use super::chart::{Channel, Chart, Encoding, Mark};
use super::pick::{numbers, one_of};
use crate::data::{Column, Features, Table, ToTable};
use crate::error::{Result, invalid_parameter};
use crate::insight::{ExplainedSegment, SegmentChoice, SegmentDescription, SegmentModel, SegmentReport};
use crate::learn::{Dendrogram, NOISE, Silhouette, SilhouetteSamples};
use crate::model::Predict;
use std::collections::BTreeSet;

/// The share of every segment in the customers, beside its share in the revenue where that is known.
pub fn segment_size_chart(report: &SegmentReport) -> Chart {
    let known = report.segments().iter().any(|segment| segment.revenue_share.is_some());
    let mut rows: Vec<(String, &str, f64)> = Vec::new();
    for segment in report.segments() {
        rows.push((called(segment), "customers", segment.share));
        if known {
            rows.push((called(segment), "revenue", segment.revenue_share.unwrap_or(f64::NAN)));
        }
    }
    size_chart(&rows, report.n_customers())
}

/// The share of every segment in the customers of the fit.
pub fn segment_share_chart(segments: &SegmentModel) -> Chart {
    let of = |segment: &SegmentDescription| {
        (format!("{}: {}", segment.index, segment.name), "customers", segment.share)
    };
    let rows: Vec<(String, &str, f64)> = segments.segments().iter().map(of).collect();
    size_chart(&rows, segments.segments().iter().map(|segment| segment.size).sum())
}

/// Segments, each with what its share is one of.
fn size_chart(rows: &[(String, &str, f64)], n_customers: usize) -> Chart {
    let columns = vec![
        Column::text("segment", rows.iter().map(|(segment, ..)| Some(segment))),
        Column::text("of", rows.iter().map(|(_, of, _)| Some(*of))),
        Column::floats("share", rows.iter().map(|(.., share)| *share).collect()),
    ];
    let encodings = [
        (Channel::X, Encoding::quantitative("share", "share of all").format(".0%")),
        (Channel::Y, Encoding::nominal("segment", "")),
        (Channel::YOffset, Encoding::nominal("of", "")),
        (Channel::Color, Encoding::nominal("of", "")),
    ];
    Chart::of("Segments", Mark::Bar, Table::of("segments", columns), encodings)
        .with_subtitle(format!("{n_customers} customers"))
}

/// How far every feature sets a segment apart, by Cliff's δ: from −1, where everyone has less of it than everyone else,
/// to 1, where everyone has more.
pub fn effect_chart(report: &SegmentReport) -> Chart {
    let rows = || report.segments().iter().flat_map(|of| of.effects.iter().map(move |effect| (of, effect)));
    let columns = vec![
        Column::text("segment", rows().map(|(of, _)| Some(called(of)))),
        Column::text("feature", rows().map(|(_, effect)| Some(&effect.feature))),
        Column::floats("cliffs_delta", rows().map(|(_, effect)| effect.cliffs_delta).collect()),
    ];
    let encodings = [
        (Channel::X, Encoding::ordinal("feature", "")),
        (Channel::Y, Encoding::ordinal("segment", "")),
        (Channel::Color, Encoding::quantitative("cliffs_delta", "Cliff's δ").format(".2f")),
    ];
    Chart::of("What sets segments apart", Mark::HeatMap, Table::of("effects", columns), encodings)
        .with_subtitle("each segment against everyone else")
}

/// A segment by its number and name: two may have one name.
fn called(segment: &ExplainedSegment) -> String {
    let name = if segment.suggested_name.is_empty() { &segment.name } else { &segment.suggested_name };
    format!("{}: {name}", segment.index)
}

/// The silhouettes of every cluster from the lowest to the highest, at the percents of its rows. A cluster that
/// begins far below 0 holds rows that lie closer to another.
pub fn silhouette_chart(samples: &SilhouetteSamples) -> Chart {
    // Those that occur: samples are plain data, and a label may be any number.
    let clusters: BTreeSet<u32> = samples.labels.iter().copied().filter(|&label| label != NOISE).collect();
    let at: Vec<f64> = (0..=100u32).map(|percent| f64::from(percent) / 100.0).collect();
    let clusters = clusters.into_iter().map(|cluster| (cluster, samples.quantiles(cluster, &at)));
    let rows: Vec<(u32, f64, f64)> = clusters
        .flat_map(|(cluster, values)| {
            at.iter().zip(values).map(move |(&at, value)| (cluster, at, value)).collect::<Vec<_>>()
        })
        .collect();
    let columns = vec![
        Column::floats("rows", rows.iter().map(|row| row.1).collect()),
        Column::text("cluster", rows.iter().map(|row| Some(row.0.to_string()))),
        Column::floats("silhouette", rows.iter().map(|row| row.2).collect()),
    ];
    let mean = samples.values.iter().sum::<f64>() / samples.values.len() as f64;
    let encodings = [
        (Channel::X, Encoding::quantitative("rows", "rows of the cluster, lowest first").format(".0%")),
        (Channel::Y, Encoding::quantitative("silhouette", "silhouette")),
        (Channel::Color, Encoding::nominal("cluster", "cluster")),
    ];
    let chart = Chart::of("Silhouettes", Mark::Line, Table::of("silhouettes", columns), encodings);
    if mean.is_nan() { chart } else { chart.with_subtitle(format!("mean {mean:.3}")) }
}

/// The silhouettes of customers in these segments, those of the fit or others, by their features as they are: a
/// [`silhouette_chart`] of the features prepared as at the fit, of a sample where there are more than 20 000. The rows
/// of a table become such features by [`SegmentModel::plain`].
///
/// # Errors
/// Other features than at the fit; customers of one segment only.
pub fn segment_silhouette_chart(segments: &SegmentModel, features: &Features) -> Result<Chart> {
    let labels = segments.predict(features)?;
    let prepared = segments.preparation().predict(features)?;
    Ok(silhouette_chart(&Silhouette::default().samples(&prepared, &labels)?))
}

/// The last merges of a tree, those that leave so many clusters (at least 1, at most 500): every merge joins two at its
/// height. Below its lowest forks stand clusters, from left to right.
///
/// # Errors
/// No cluster, or more than 500.
pub fn dendrogram_chart(tree: &Dendrogram, clusters: usize) -> Result<Chart> {
    if !(1..=500).contains(&clusters) {
        return invalid_parameter("dendrogram_chart", "clusters", "from 1 to 500", clusters);
    }
    let shown = clusters.min(tree.n_rows());
    let first = tree.n_rows() - shown;
    let labels = tree.cut_count(shown)?;
    let mut sizes = vec![0usize; shown];
    for &label in &labels {
        sizes.get_mut(label as usize).into_iter().for_each(|size| *size += 1);
    }
    // Where each node stands: its place from left to right, and its height. Nodes made before the cut stand where the
    // cluster of one of their rows does.
    let n = tree.n_rows();
    let cluster_of = |mut node: usize| {
        while let Some(merge) = node.checked_sub(n).and_then(|merge| tree.merges().get(merge)) {
            node = merge.left as usize;
        }
        (labels.get(node).copied().map_or(0.0, f64::from), 0.0)
    };
    let mut made: Vec<(f64, f64)> = Vec::with_capacity(shown);
    let mut path: Vec<(f64, f64)> = Vec::new();
    for merge in tree.merges().iter().skip(first) {
        let stands = |node: u32| {
            let later = (node as usize).checked_sub(n + first).and_then(|place| made.get(place));
            later.copied().unwrap_or_else(|| cluster_of(node as usize))
        };
        let (left, right) = (stands(merge.left), stands(merge.right));
        path.extend([left, (left.0, merge.height), (right.0, merge.height), right]);
        path.push((right.0, f64::NAN));
        made.push(((left.0 + right.0) / 2.0, merge.height));
    }
    let columns = vec![
        Column::floats("cluster", path.iter().map(|at| at.0).collect()),
        Column::floats("height", path.iter().map(|at| at.1).collect()),
        Column::ints("place", (0..path.len() as i64).collect()),
    ];
    let encodings = [
        (Channel::X, Encoding::quantitative("cluster", "clusters from left to right")),
        (Channel::Y, Encoding::quantitative("height", "height")),
        (Channel::Order, Encoding::quantitative("place", "")),
    ];
    let (least, most) = (sizes.iter().min().copied(), sizes.iter().max().copied());
    let of = format!("{n} rows in {shown} clusters of {} to {}", least.unwrap_or(0), most.unwrap_or(0));
    Ok(Chart::of("Dendrogram", Mark::Line, Table::of("dendrogram", columns), encodings).with_subtitle(of))
}

/// One criterion by the number of segments: `silhouette`, `stability` (of the least stable segment),
/// `smallest_share`, `calinski_harabasz`, `davies_bouldin`, `gap` or `inertia`.
///
/// # Errors
/// Another criterion.
pub fn choice_chart(choice: &SegmentChoice, column: &str) -> Result<Chart> {
    let choices = [
        ("silhouette", "mean silhouette"),
        ("stability", "stability of the least stable segment"),
        ("smallest_share", "share of the smallest segment"),
        ("calinski_harabasz", "Calinski-Harabasz"),
        ("davies_bouldin", "Davies-Bouldin, smaller is better"),
        ("gap", "gap"),
        ("inertia", "inertia"),
    ];
    let words = one_of("choice_chart", column, &choices)?;
    let table = choice.to_table();
    let columns =
        vec![Column::floats("k", numbers(&table, "k")), Column::floats(column, numbers(&table, column))];
    let encodings = [
        (Channel::X, Encoding::quantitative("k", "segments").format("d")),
        (Channel::Y, Encoding::quantitative(column, words)),
    ];
    let chart = Chart::of("How many segments", Mark::Line, Table::of("choice", columns), encodings);
    Ok(chart.with_subtitle(format!("chosen: {}", choice.k())))
}
