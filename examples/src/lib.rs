//! Programs that show crm-mining at work; they are in `examples/`.
