"""Importances of parameters by Optuna's PED-ANOVA, and densities of its TPE: importance.json.

Run with optuna 5.0.0: python importance.py
"""

import json
import math
import pathlib
import random

import numpy as np
import optuna
from optuna.importance import PedAnovaImportanceEvaluator
from optuna.samplers._tpe.parzen_estimator import _ParzenEstimator, _ParzenEstimatorParameters
from optuna.samplers._tpe.sampler import default_weights

optuna.logging.set_verbosity(optuna.logging.ERROR)
domains = {
    "lr": optuna.distributions.FloatDistribution(1e-4, 1, log=True),
    "momentum": optuna.distributions.FloatDistribution(0, 0.99),
    "hidden": optuna.distributions.IntDistribution(8, 64),
    "width": optuna.distributions.IntDistribution(4, 256, log=True),
    "opt": optuna.distributions.CategoricalDistribution(["sgd", "adamw", "lion"]),
}


def drawn(count, seed):
    """Trials whose `width` is there for adamw alone, with a made-up accuracy."""
    chance = random.Random(seed)
    trials = []
    for _ in range(count):
        params = {
            "lr": float(f"{math.exp(chance.uniform(math.log(1e-4), 0)):.4g}"),
            "momentum": round(chance.uniform(0, 0.99), 4),
            "hidden": chance.randint(8, 64),
            "opt": chance.choice(["sgd", "adamw", "lion"]),
        }
        if params["opt"] == "adamw":
            params["width"] = round(math.exp(chance.uniform(math.log(4), math.log(256))))
        value = (
            -abs(math.log10(params["lr"]) + 1.5)
            - 0.2 * abs(params["momentum"] - 0.8)
            + 0.003 * params["hidden"]
            + (0.4 if params["opt"] == "adamw" else 0)
            + 0.1 * chance.random()
        )
        trials.append({"params": params, "value": round(value, 6)})
    return trials


def importances(trials):
    study = optuna.create_study(direction="maximize")
    for trial in trials:
        distributions = {name: domains[name] for name in trial["params"]}
        study.add_trial(
            optuna.trial.create_trial(
                params=trial["params"], distributions=distributions, value=trial["value"]
            )
        )
    return PedAnovaImportanceEvaluator().evaluate(study)


def densities(name, observed, asked):
    """The logarithms of TPE's density of some values at others."""
    domain = domains[name]
    internal = [domain.to_internal_repr(value) for value in observed]
    parameters = _ParzenEstimatorParameters(1.0, True, False, default_weights, False)
    estimator = _ParzenEstimator({name: np.asarray(internal, float)}, {name: domain}, parameters)
    at = np.asarray([domain.to_internal_repr(value) for value in asked], float)
    return estimator.log_pdf({name: at}).tolist()


studies = [drawn(count, seed) for count, seed in ((12, 1), (40, 2), (200, 3))]
chance = random.Random(4)
estimators = []
for name, draw in {
    "lr": lambda: math.exp(chance.uniform(math.log(1e-4), 0)),
    "momentum": lambda: chance.uniform(0, 0.99),
    "hidden": lambda: chance.randint(8, 64),
    "width": lambda: round(math.exp(chance.uniform(math.log(4), math.log(256)))),
    "opt": lambda: chance.choice(["sgd", "adamw", "lion"]),
}.items():
    for count in (0, 1, 2, 9, 40):
        # NumPy sorts equal numbers in no defined order, on which the kernels' widths depend.
        observed = [draw() for _ in range(count)]
        observed = observed if name == "opt" else list(dict.fromkeys(observed))
        asked = [draw() for _ in range(5)]
        logs = densities(name, observed, asked)
        estimators.append({"name": name, "observed": observed, "asked": asked, "logs": logs})
content = {
    "made_by": f"optuna {optuna.__version__}",
    "studies": [{"trials": trials, "importances": importances(trials)} for trials in studies],
    "estimators": estimators,
}
path = pathlib.Path(__file__).with_name("importance.json")
path.write_text(json.dumps(content) + "\n")
