//! The printed report on segments of two public data sets, `docs/segments.md`: CRM_MINING_WRITE=1 writes it anew.
//! Figures whose true value is known elsewhere are asserted here; the rest is held to what it was.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod common;

use crm_mining::data::Day;
use crm_mining::insight::{
    ExplainSegments, MatchBy, Migration, NamedSegments, Refit, Revenue, RfmScores, SegmentDrift, Segmented,
    match_segments,
};
use crm_mining::learn::Contingency;
use crm_mining::prelude::*;
use std::fmt::Write;

/// The ledger of Online Retail, cleaned as the customary script does.
fn online_retail() -> Option<Ledger> {
    let path = common::data("online_retail/online_retail.csv.gz")?;
    let cleaned = Cleaner::customary().clean(read_csv(path).unwrap()).unwrap();
    Some(Ledger::new(&Transactions::with_roles(&cleaned.table, &cleaned.roles).unwrap()))
}

/// The ledger of the sample of Complete Journey, as it is.
fn complete_journey() -> Option<Ledger> {
    let path = common::data("completejourney/transactions_sample.csv.gz")?;
    let roles = Roles::default()
        .customer("household_id")
        .order("basket_id")
        .time("transaction_timestamp")
        .item("product_id")
        .quantity("quantity")
        .amount("sales_value");
    Some(Ledger::new(&Transactions::with_roles(&read_csv(path).unwrap().table, &roles).unwrap()))
}

fn rfm(ledger: &Ledger, as_of: Day) -> RfmScores {
    Rfm::default().score(ledger, as_of).unwrap()
}

#[test]
fn the_page_is_what_the_library_prints() {
    let (Some(retail), Some(journey)) = (online_retail(), complete_journey()) else { return };
    let mut page = HEAD.to_owned();
    write!(page, "\n## UCI Online Retail\n\n{RETAIL}\n").unwrap();
    let best_share = section(&mut page, &retail, Days(90));
    // The best segment of Online Retail brings most of the revenue, in any sound division of it.
    assert!(best_share > 0.5, "{best_share}");
    write!(page, "\n## Complete Journey\n\n{JOURNEY}\n").unwrap();
    section(&mut page, &journey, Days(90));
    common::page("segments.md", &page);
}

/// One data set; the share of revenue of its best segment.
fn section(page: &mut String, ledger: &Ledger, ago: Days) -> f64 {
    let as_of = ledger.last_day();
    let scores = rfm(ledger, as_of);
    let features = scores.features();
    let chosen = Segmentation::choose(2..=12).fit(&features).unwrap();
    let (segments, choice) = (chosen.segments(), chosen.choice());
    writeln!(page, "\n### How many\n\n```text\n{choice}\n```\n").unwrap();
    let place = choice.reports().iter().position(|report| report.k == choice.k()).unwrap();
    let stability = choice.reports()[place].stability.as_ref().unwrap();
    writeln!(page, "Each segment over {} draws of the customers:\n", stability.resamples).unwrap();
    writeln!(page, "| segment | mean Jaccard | dissolved in | silhouette |\n|---|---:|---:|---:|").unwrap();
    for (segment, of) in segments.segments().iter().zip(&stability.clusters) {
        let (name, silhouette) = (&segment.name, segment.silhouette);
        writeln!(page, "| {name} | {:.3} | {:.3} | {silhouette:.3} |", of.mean, of.dissolved).unwrap();
    }
    let report =
        ExplainSegments::default().explain(&features, segments, Revenue::Feature("monetary")).unwrap();
    assert!(report.fidelity() > 0.8, "{}", report.fidelity());
    writeln!(page, "\n### What they are\n\n```text\n{report}```\n").unwrap();

    writeln!(page, "### Beside segments by hand\n").unwrap();
    writeln!(
        page,
        "| by hand | segments | adjusted Rand | normalized mutual information |\n|---|---:|---:|---:|"
    )
    .unwrap();
    let by_hand = [
        ("the ten segments of RFM scores", NamedSegments::from(&scores)),
        ("the best fifth by spend", NamedSegments::top_share(&features, "monetary", 0.2).unwrap()),
        ("the rules of the decision tree above", report.rules().apply(&features).unwrap()),
    ];
    for (name, other) in by_hand {
        let both = Contingency::new(segments.labels(), other.labels()).unwrap();
        let (rand, mutual) = (both.adjusted_rand(), both.normalized_mutual_information());
        let n = other.sizes().iter().filter(|size| **size > 0).count();
        writeln!(page, "| {name} | {n} | {rand:.3} | {mutual:.3} |").unwrap();
    }
    let k = segments.k();
    let earlier = rfm(ledger, as_of - ago).features();
    let before = Segmentation::kmeans(k..=k).fit(&earlier).unwrap();
    let matched = match_segments(&before, segments, MatchBy::Centers).unwrap();
    writeln!(page, "\n### From {} to {as_of}\n", as_of - ago).unwrap();
    writeln!(
        page,
        "The same k on both days; segments matched by their centers. Shares of the customers of a row, \
        with standard errors.\n"
    )
    .unwrap();
    migration(page, &matched.migration(&before, segments).unwrap());
    writeln!(
        page,
        "\nHow far the centers moved, in standard deviations of the features on the first day, logged where \
        they lean right; p-values after Holm. Orders and money add up over time, so they rise in most segments.\n"
    )
    .unwrap();
    writeln!(
        page,
        "| segment | feature | mean before | mean after | shift | t | p |\n|---|---|---:|---:|---:|---:|---:|"
    )
    .unwrap();
    let drift =
        SegmentDrift::between((before.without_customers(), &earlier), (segments, &features), &matched)
            .unwrap();
    for pair in drift.pairs() {
        for of in &pair.features {
            let p = match of.adjusted_p {
                p if p < 1e-4 => "< 0.0001".to_owned(),
                p => format!("{p:.4}"),
            };
            writeln!(
                page,
                "| {} | {} | {:.2} | {:.2} | {:.3} | {:.2} | {p} |",
                pair.name, of.feature, of.mean_before, of.mean_after, of.shift, of.t
            )
            .unwrap();
        }
    }
    let check = Refit::default().check(before.without_customers(), &features).unwrap();
    writeln!(page, "\nDoes a new fit pay? {check}.").unwrap();
    let best = *report.worst_to_best().last().unwrap();
    report.segments()[best].revenue_share.unwrap()
}

fn migration(page: &mut String, moved: &Migration) {
    let states = moved.states();
    writeln!(page, "| from | {} | gone |", states.join(" | ")).unwrap();
    writeln!(page, "|---|{}", "---:|".repeat(states.len() + 1)).unwrap();
    for (from, state) in states.iter().enumerate() {
        let cell = |to| match (moved.probability(from, to), moved.standard_error(from, to)) {
            (Some(share), Some(error)) => format!("{share:.3} ± {error:.3}"),
            _ => "-".to_owned(),
        };
        let cells: Vec<String> = (0..states.len()).map(cell).collect();
        writeln!(page, "| {state} | {} | {} |", cells.join(" | "), moved.leavers()[from]).unwrap();
    }
    let entrants: Vec<String> = moved.entrants().iter().map(u32::to_string).collect();
    writeln!(page, "| new customers | {} |  |", entrants.join(" | ")).unwrap();
}

const HEAD: &str = "\
# Segments of two public data sets

Written by the test `segments_report` (`CRM_MINING_WRITE=1 cargo test -p crm-mining --test segments_report`, with the data
folder in `CRM_MINING_DATA`), which fails when the library prints something else. All settings are the defaults, all seeds
42; what stands here comes out again on any number of threads.

The features are recency (days from the last purchase to the last day of the data), frequency (orders) and monetary (money
paid less returned). Segments are numbered by their centers. `CH`, `DB` and `gap` are the Calinski-Harabasz and Davies-Bouldin
indices and the gap statistic; stability is the mean Jaccard likeness of the least stable segment when the customers are
drawn anew; delta is Cliff's, d Cohen's, each of the segment against everyone else. `next` is the smallest change that leads
the most typical customer into the next better segment by its rules: it says where the border runs.

```rust
let chosen = Segmentation::choose(2..=12).fit(&features)?;
println!(\"{}\", chosen.choice());
println!(\"{}\", ExplainSegments::default().explain(&features, chosen.segments(), Revenue::Feature(\"monetary\"))?);
```
";

const RETAIL: &str = "\
D. Chen (2015), Online Retail, UCI Machine Learning Repository: 541 909 lines of a British wholesaler of gifts, December 2010
to December 2011, cleaned by `Cleaner::customary()`.";

const JOURNEY: &str = "\
84.51° and dunnhumby, The Complete Journey, as the sample of 75 000 lines in the R package completejourney 1.1.1: households
of a grocer in 2017. A sample of lines, so orders and money are a part of what the households did.";
