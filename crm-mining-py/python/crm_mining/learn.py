"""Algorithms that know no customers.

Those that need rows of numbers only are estimators of scikit-learn's kind: settings are keywords, `fit` returns
the estimator, what it found are attributes whose names end in an underscore.
"""

from ._cluster import KMeans
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
)
from ._scale import MinMax, PowerTransform, QuantileTransform, Robust, Standardize

__all__ = [
    "Aft",
    "AftModel",
    "Apriori",
    "Cox",
    "CoxModel",
    "Durations",
    "FpGrowth",
    "Itemsets",
    "KMeans",
    "KaplanMeier",
    "LogRank",
    "MinMax",
    "PowerTransform",
    "QuantileTransform",
    "Robust",
    "Standardize",
    "SurvivalCurve",
    "Uplift",
    "concordance",
    "log_rank",
]
