//! Logistic regression.

use criterion::{BenchmarkId, Criterion, Throughput};
use crm_mining::learn::LogisticRegression;
use crm_mining::{Fit, Result};

fn main() -> Result<()> {
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    let mut group = criterion.benchmark_group("logistic");
    for rows in [4_000, 200_000] {
        let data = benches::labeled(rows, 12)?;
        LogisticRegression::default().fit(&data)?;
        group.throughput(Throughput::Elements(rows as u64));
        group.bench_with_input(BenchmarkId::new("fit, 12 features", rows), &data, |bencher, data| {
            bencher.iter(|| LogisticRegression::default().fit(data));
        });
    }
    group.finish();
    criterion.final_summary();
    Ok(())
}
