//! Fits of the Gamma-Gamma model.

use criterion::{BenchmarkId, Criterion, Throughput};
use crm_mining::insight::GammaGamma;
use crm_mining::{Fit, Result};

fn main() -> Result<()> {
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    let mut group = criterion.benchmark_group("gamma_gamma");
    for customers in [4_000, 400_000] {
        let summary = benches::summary(customers)?;
        GammaGamma::default().fit(&summary)?;
        group.throughput(Throughput::Elements(customers as u64));
        group.bench_with_input(BenchmarkId::new("fit", customers), &summary, |bencher, summary| {
            bencher.iter(|| GammaGamma::default().fit(summary));
        });
    }
    group.finish();
    criterion.final_summary();
    Ok(())
}
