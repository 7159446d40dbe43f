"""Algorithms that know no customers."""

from ._crm_mining import Apriori, FpGrowth, Itemsets

__all__ = ["Apriori", "FpGrowth", "Itemsets"]
