//! Fits of the BG/NBD model.

use criterion::{BenchmarkId, Criterion, Throughput};
use crm_mining::insight::BgNbd;
use crm_mining::{Fit, Result};

fn main() -> Result<()> {
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    let mut group = criterion.benchmark_group("bg_nbd");
    for customers in [4_000, 400_000] {
        let summary = benches::summary(customers)?;
        BgNbd::default().fit(&summary)?;
        group.throughput(Throughput::Elements(customers as u64));
        group.bench_with_input(BenchmarkId::new("fit", customers), &summary, |bencher, summary| {
            bencher.iter(|| BgNbd::default().fit(summary));
        });
    }
    group.finish();
    criterion.final_summary();
    Ok(())
}
