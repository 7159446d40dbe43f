//! k-means, ten starts.

use criterion::{BenchmarkId, Criterion};
use crm_mining::learn::KMeans;
use crm_mining::{Fit, Result};

fn main() -> Result<()> {
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    let mut group = criterion.benchmark_group("kmeans");
    for (rows, width, k) in [(4_000, 3, 8), (100_000, 8, 6)] {
        let features = benches::features(rows, width)?;
        KMeans::new(k).fit(&features)?;
        let name = format!("{rows} rows, {width} features");
        group.bench_with_input(BenchmarkId::new(name, k), &features, |bencher, features| {
            bencher.iter(|| KMeans::new(k).fit(features));
        });
    }
    group.finish();
    criterion.final_summary();
    Ok(())
}
