"""Writes comparison.json beside this file: what statsmodels, SciPy and NumPy compute.

python comparison.py
"""

import json
import pathlib

import numpy as np
import scipy
import statsmodels
from scipy.stats import binomtest
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint


def interval(right, count):
    low, high = proportion_confint(right, count, alpha=0.05, method="wilson")
    return {"right": right, "count": count, "low": float(low), "high": float(high)}


def test(first, second):
    """statsmodels' exact test, and SciPy's binomial test where that gives more digits."""
    p = float(mcnemar([[0, first], [second, 0]], exact=True).pvalue)
    same = binomtest(first, first + second).pvalue if first + second else 1.0
    assert abs(p - same) <= 1e-9 * p + 1e-300, (first, second, p, same)
    return {"first": first, "second": second, "p": float(same)}


def spread(values):
    deviation = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    return {"values": values, "mean": float(np.mean(values)), "deviation": deviation}


shares = [(0, 1), (1, 1), (0, 10000), (10000, 10000), (8437, 10000), (7, 30), (5000, 10000)]
tables = [(0, 0), (1, 0), (0, 5), (3, 3), (4, 9), (10, 25), (25, 10), (101, 86), (512, 265)]
tables += [(745, 248), (1, 1000), (0, 1000), (2500, 2400), (5000, 4999)]
families = [[0.04], [0.01, 0.04, 0.03, 0.005], [0.5, 0.6, 0.9], [1e-20, 0.2, 1e-20, 0.03, 1.0]]
content = {
    "made_by": {
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "statsmodels": statsmodels.__version__,
    },
    "cases": [
        {
            "wilson": [interval(*share) for share in shares],
            "mcnemar": [test(*table) for table in tables],
            "holm": [
                {"values": values, "adjusted": multipletests(values, method="holm")[1].tolist()}
                for values in families
            ],
            "spread": [spread([0.84]), spread([0.84, 0.82]), spread([88.1, 88.9, 87.7, 90.2])],
        }
    ],
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(content) + "\n")
