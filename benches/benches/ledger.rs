//! Customer × day out of order lines, and its summary; the summary straight from the lines.

use criterion::{Criterion, Throughput};
use crm_mining::Result;
use crm_mining::data::{Ledger, PurchaseCounting};

fn main() -> Result<()> {
    const ROWS: usize = 1_000_000;
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    let sales = benches::sales(ROWS)?;
    let ledger = Ledger::new(&sales);
    let mut group = criterion.benchmark_group("ledger");
    group.throughput(Throughput::Elements(ROWS as u64));
    group.bench_function("new", |bencher| bencher.iter(|| Ledger::new(&sales)));
    group.bench_function("merge", |bencher| bencher.iter(|| ledger.merge(&ledger)));
    group.bench_function("summary", |bencher| bencher.iter(|| ledger.summary(ledger.last_day())));
    let counting = PurchaseCounting::default();
    group.bench_function("count", |bencher| bencher.iter(|| counting.count(&sales, ledger.last_day())));
    group.finish();
    criterion.final_summary();
    Ok(())
}
