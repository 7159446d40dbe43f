//! Recency, frequency and monetary scores.

use criterion::{Criterion, Throughput};
use crm_mining::Result;
use crm_mining::insight::Rfm;

fn main() -> Result<()> {
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    let ledger = benches::ledger(1_000_000)?;
    let mut group = criterion.benchmark_group("rfm");
    group.throughput(Throughput::Elements(ledger.customers().len() as u64));
    group.bench_function("score", |bencher| {
        bencher.iter(|| Rfm::default().score(&ledger, ledger.last_day()));
    });
    group.finish();
    criterion.final_summary();
    Ok(())
}
