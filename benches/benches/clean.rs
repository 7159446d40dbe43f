//! Rows kept, changed or set aside.

use criterion::{BatchSize, Criterion, Throughput};
use crm_mining::Result;
use crm_mining::prepare::Cleaner;

fn main() -> Result<()> {
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    let raw = benches::shop(20_000)?;
    Cleaner::transactions().clean(raw.clone())?;
    let mut group = criterion.benchmark_group("clean");
    group.throughput(Throughput::Elements(raw.table.n_rows() as u64));
    group.bench_function("transactions", |bencher| {
        let clean = |raw| Cleaner::transactions().clean(raw);
        bencher.iter_batched(|| raw.clone(), clean, BatchSize::LargeInput);
    });
    group.finish();
    criterion.final_summary();
    Ok(())
}
