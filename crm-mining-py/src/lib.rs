//! The Python package `crm_mining`: it converts, calls `crm-mining` with Python detached, and wraps.
//! It holds no logic of its own. One file per folder of the core, and these beside them: [`arrow_glue`]
//! (data in and out), [`convert`], [`given`] (parameters), [`date`], [`error`], [`refusal`] (what is wrong with JSON),
//! [`show`] and [`run`] (threads, progress, Ctrl-C).

#![deny(unsafe_code)]

mod arrow_glue;
mod convert;
mod data;
mod date;
mod error;
mod feature;
mod given;
mod insight;
mod learn;
mod prepare;
mod profile;
mod refusal;
mod report;
mod run;
mod settings;
mod show;
mod table;

use pyo3::prelude::*;

/// The compiled part of `crm_mining`; import `crm_mining` itself.
#[pymodule(gil_used = false)]
mod _crm_mining {
    #[pymodule_export]
    use crate::data::{
        Baskets, CountedPurchases, Customers, Features, Ledger, PurchaseCounting, Summary, Transactions,
    };
    #[pymodule_export]
    use crate::insight::{
        BgBb, BgNbd, BuyingModel, Churn, ChurnEvaluation, ChurnModel, ChurnScores, Clv, ClvByMonth,
        ClvEstimates, ClvForecast, Contract, ContractModel, CrossSell, Forecast, FrequencyTable, GammaGamma,
        GammaGammaModel, Holdout, HoldoutReport, Nbd, NextPurchases, ParetoNbd, Rfm, RfmScores, RuleSet,
        Rules, Segmentation, Segments, SimulatedBuyers, Tracking,
    };
    #[pymodule_export]
    use crate::insight::{
        ChooseSegments, ChosenSegments, ExplainSegments, NamedSegments, Refit, RefitCheck, SegmentChoice,
        SegmentDrift, SegmentMatch, SegmentModel, SegmentReport, SegmentRules, match_segments,
    };
    #[pymodule_export]
    use crate::insight::{
        CohortTable, Cohorts, CompositeValue, Concentration, GainLoss, Lifecycle, Migration, PeriodOnPeriod,
        PeriodTable, PurchaseGaps, RevenueTree, RollingRetention, RollingTable, Stages, Tiers, ValueInputs,
        ValueTiers, distance_to_best, rfm_segments,
    };
    #[pymodule_export]
    use crate::learn::{
        Aft, AftModel, Apriori, Cox, CoxModel, Durations, Fitted, FpGrowth, Itemsets, KaplanMeier, LogRank,
        SurvivalCurve, Uplift, concordance, features, log_rank, survival_chart,
    };
    #[pymodule_export]
    use crate::learn::{
        CompareK, Gap, GapAt, KComparison, Mixed, SilhouetteScore, Stability, StabilityScore, agreement,
        separation, silhouette, silhouette_chart, silhouettes, table,
    };
    #[pymodule_export]
    use crate::prepare::{
        Cleaned, Cleaner, CsvChunks, Dependencies, Dependency, DependencySearch, ErrorDetector, Quality,
        RawTable, Sample, SampleShop, Suspicions, TableQuality, dependencies, read_csv, read_csv_chunks,
        read_excel, read_jsonl, read_parquet, write_csv, write_parquet,
    };
    #[pymodule_export]
    use crate::prepare::{
        CleaningPlan, Clusters, FittedPlan, LinkByExample, LinkByExampleModel, LinkExplanation, LinkIndex,
        LinkModel, Linker, Links, Merge, Merged, PlanResult, ScoredPairs,
    };
    #[pymodule_export]
    use crate::profile::{Profile, Profiles};
    #[pymodule_export]
    use crate::report::Chart;
    #[pymodule_export]
    use crate::table::Table;

    #[pymodule_export]
    #[allow(non_upper_case_globals, reason = "its name in Python")]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}
