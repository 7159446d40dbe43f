//! Random forest of 300 trees: growing, predicting, explaining.

use criterion::{Criterion, Throughput};
use crm_mining::learn::RandomForest;
use crm_mining::{Fit, Result};

fn main() -> Result<()> {
    const ROWS: usize = 4_000;
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    let data = benches::labeled(ROWS, 12)?;
    let model = RandomForest::default().fit(&data)?;
    let mut group = criterion.benchmark_group("forest");
    group.throughput(Throughput::Elements(ROWS as u64));
    group.bench_function("fit", |bencher| bencher.iter(|| RandomForest::default().fit(&data)));
    group.bench_function("predict", |bencher| bencher.iter(|| model.predict_probability(data.features())));
    group.bench_function("explain", |bencher| bencher.iter(|| model.explain(data.features())));
    group.finish();
    criterion.final_summary();
    Ok(())
}
