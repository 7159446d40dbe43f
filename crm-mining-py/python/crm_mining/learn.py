"""Algorithms that know no customers."""

from ._crm_mining import (
    Aft,
    AftModel,
    Apriori,
    Cox,
    CoxModel,
    Durations,
    FpGrowth,
    Itemsets,
    KaplanMeier,
    LogRank,
    SurvivalCurve,
    Uplift,
    concordance,
    log_rank,
    survival_chart,
)

__all__ = [
    "Aft",
    "AftModel",
    "Apriori",
    "Cox",
    "CoxModel",
    "Durations",
    "FpGrowth",
    "Itemsets",
    "KaplanMeier",
    "LogRank",
    "SurvivalCurve",
    "Uplift",
    "concordance",
    "log_rank",
    "survival_chart",
]
