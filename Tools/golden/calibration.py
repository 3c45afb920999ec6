"""Golden values of the Refinement module's calibration, with SciPy and NumPy.

Writes Tests/RefinementTests/Fixtures/calibration.json. The fits here share nothing with the Swift
code: they minimise in raw coordinates with SciPy's trust-region method and invert NumPy's Hessian,
where the library takes Newton steps on standardised scores.

    python Tools/golden/calibration.py
"""

import json
import pathlib

import numpy as np
import scipy
from scipy import optimize, special, stats

DATE = "2026-11-21"
RIDGE = 0.01
FIXTURES = pathlib.Path(__file__).resolve().parents[2] / "Tests/RefinementTests/Fixtures"


def logistic_fit(scores, targets, offset, ridge=0.0, slope=None):
    """Minimises sum(softplus(eta) - t eta) + ridge/2 a^2; returns (a, b) and the Hessian."""

    def unpack(p):
        return (p[0], p[1]) if slope is None else (slope, p[0])

    def value(p):
        a, b = unpack(p)
        eta = a * scores + b + offset
        return np.sum(np.logaddexp(0, eta) - targets * eta) + 0.5 * ridge * a * a

    def design():
        ones = np.ones_like(scores)
        return np.stack([scores, ones], 1) if slope is None else ones[:, None]

    def gradient(p):
        a, b = unpack(p)
        residual = special.expit(a * scores + b + offset) - targets
        g = design().T @ residual
        if slope is None:
            g[0] += ridge * a
        return g

    def hessian(p):
        a, b = unpack(p)
        probability = special.expit(a * scores + b + offset)
        h = (design().T * (probability * (1 - probability))) @ design()
        if slope is None:
            h[0, 0] += ridge
        return h

    start = np.zeros(2 if slope is None else 1)
    found = optimize.minimize(
        value, start, jac=gradient, hess=hessian, method="trust-exact", options={"gtol": 1e-7})
    # Polish: the minimiser stops when it no longer sees the value fall.
    polished = optimize.root(gradient, found.x, jac=hessian, method="hybr", tol=1e-15)
    best = polished.x if np.linalg.norm(gradient(polished.x)) < np.linalg.norm(gradient(found.x)) else found.x
    return unpack(best), hessian(best)


def calibrate(real, generated):
    scores = np.concatenate([real, generated])
    n, m = len(real), len(generated)
    targets = np.concatenate([np.full(n, (n + 1) / (n + 2)), np.full(m, 1 / (m + 2))])
    # The ridge is on the slope of the standardised score, scale * deviation.
    ridge = RIDGE * np.var(scores)
    (scale, offset), _ = logistic_fit(scores, targets, np.log(n / m), ridge)
    return {"scale": scale, "offset": offset}


def check(real, generated):
    n, m = len(real), len(generated)
    prior = np.log(n / m)
    d = np.concatenate([real, generated])
    y = np.concatenate([np.ones(n), np.zeros(m)])
    p = special.expit(d + prior)
    auc = stats.mannwhitneyu(real, generated).statistic / (n * m)
    fixed = 1 / n + 1 / m
    result = {
        "areaUnderCurve": auc,
        "logLoss": -np.mean(np.where(y == 1, special.log_expit(d + prior), special.log_expit(-d - prior))),
        "zStatistic": np.sum(y - p) / np.sqrt(np.sum(p * (1 - p))),
        "zStatisticWithinClasses": np.sum(y - p)
        / np.sqrt(n * np.var(p[:n], ddof=1) + m * np.var(p[n:], ddof=1)),
    }
    if min(real) < max(generated) and min(generated) < max(real):
        (slope, intercept), information = logistic_fit(d, y, prior)
        covariance = np.linalg.inv(information)
        result["slope"] = [slope, np.sqrt(covariance[0, 0])]
        result["intercept"] = [intercept, np.sqrt(covariance[1, 1] - fixed)]
    (_, intercept), information = logistic_fit(d, y, prior, slope=1.0)
    result["interceptAtUnitSlope"] = [intercept, np.sqrt(max(0, 1 / information[0, 0] - fixed))]
    counts, _ = np.histogram(p, bins=np.linspace(0, 1, 11))
    predicted, _ = np.histogram(p, bins=np.linspace(0, 1, 11), weights=p)
    observed, _ = np.histogram(p, bins=np.linspace(0, 1, 11), weights=y)
    result["binCounts"] = counts.tolist()
    result["binPredicted"] = [s / c if c else None for s, c in zip(predicted, counts)]
    result["binObserved"] = [s / c if c else None for s, c in zip(observed, counts)]
    return result


def main():
    random = np.random.default_rng(20261121)
    normal = random.normal

    def few():
        return np.array([0.3, 1.5, -0.2, 2.0]), np.array([-1.0, 0.5, -0.4, 0.1, -2.5])

    # Each call draws anew: first the fit set, then the check set.
    draws = {
        "balanced": lambda: (normal(1, 1, 200), normal(-1, 1.3, 200)),
        "unbalanced": lambda: (normal(0.5, 1, 150), normal(-0.2, 1, 40)),
        "ties": lambda: (np.round(normal(0.6, 1, 90)), np.round(normal(-0.4, 1, 110))),
        "small deviation": lambda: (5 + 0.01 * normal(1, 1, 80), 5 + 0.01 * normal(0, 1, 80)),
        "wrong sign": lambda: (normal(-1, 1, 60), normal(1, 1, 60)),
        "few": few,
        "separated": lambda: (normal(8, 1, 50), normal(-8, 1, 50)),
    }
    cases = []
    for name, draw in draws.items():
        real, generated = draw()
        held_real, held_generated = draw()
        fit = calibrate(real, generated)
        cases.append(
            {
                "name": name,
                "real": real.tolist(),
                "generated": generated.tolist(),
                "fit": fit,
                "heldReal": held_real.tolist(),
                "heldGenerated": held_generated.tolist(),
                "check": check(
                    fit["scale"] * held_real + fit["offset"],
                    fit["scale"] * held_generated + fit["offset"]),
            })
    fixture = {
        "provenance": {
            "script": "Tools/golden/calibration.py",
            "date": DATE,
            "numpy": np.__version__,
            "scipy": scipy.__version__,
        },
        "ridge": RIDGE,
        "cases": cases,
    }
    (FIXTURES / "calibration.json").write_text(json.dumps(fixture) + "\n")


if __name__ == "__main__":
    main()
