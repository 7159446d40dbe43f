#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| crm_mining_fuzz::csv::run(data));
