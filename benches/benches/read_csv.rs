//! CSV from memory to a table of text.

use criterion::{Criterion, Throughput};
use crm_mining::Result;
use crm_mining::prepare::CsvReader;

fn main() -> Result<()> {
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    let file = benches::shop_file(20_000)?;
    let mut group = criterion.benchmark_group("read_csv");
    group.throughput(Throughput::Bytes(file.len() as u64));
    group.bench_function("20,000 customers", |bencher| {
        bencher.iter(|| CsvReader::default().read_bytes("shop", file.as_bytes()));
    });
    group.finish();
    criterion.final_summary();
    Ok(())
}
