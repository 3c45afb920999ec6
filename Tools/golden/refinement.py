"""Golden values of the Refinement module: f-divergences (mpmath) and ten flow steps (NumPy).

Writes divergences.json and flow.json to Tests/RefinementTests/Fixtures. Divergences are evaluated
from their definitions in r with 200 digits and a numerical second derivative; flow gradients are
complex-step derivatives in float64. No formula is shared with the Swift code.

    python Tools/golden/refinement.py
"""

import json
import pathlib

import mpmath
import numpy as np

DATE = "2026-11-30"
FIXTURES = pathlib.Path(__file__).resolve().parents[2] / "Tests/RefinementTests/Fixtures"

mpmath.mp.dps = 200

DIVERGENCES = {
    "kl": lambda r: r * mpmath.log(r),
    "js": lambda r: r * mpmath.log(r) - (r + 1) * mpmath.log((r + 1) / 2),
    "logd": lambda r: (r + 1) * mpmath.log(r + 1) - 2 * mpmath.log(2),
    "reverse-kl": lambda r: -mpmath.log(r),
    "pearson": lambda r: (r - 1) ** 2,
    "jeffreys": lambda r: (r - 1) * mpmath.log(r),
}


def derivatives(f, r):
    """f'(r) and f''(r) by central differences with a relative step of 1e-20."""
    h = r * mpmath.mpf(10) ** -20
    first = (f(r + h) - f(r - h)) / (2 * h)
    second = (f(r + h) - 2 * f(r) + f(r - h)) / (h * h)
    return first, second


def divergence_rows():
    points = [-80, -79.5, -40.25, -20, -5, -2, -1.0000001, -1, -0.5, -1e-3, -1e-8, 0]
    points += [1e-8, 1e-3, 0.5, 1, 1.0000001, 2, 5, 20, 39.75, 40.5, 79.5, 80]
    rows = []
    for name, f in DIVERGENCES.items():
        for d in points:
            r = mpmath.exp(-mpmath.mpf(d))
            first, second = derivatives(f, r)
            rows.append(
                {
                    "divergence": name,
                    "logDensityRatio": d,
                    "value": float(f(r)),
                    "derivative": float(first),
                    "driftWeight": float(r * second),
                })
    return rows


DATA = (np.array([0.5, -0.25, 1.0]), np.array([0.8, 1.25, 0.5]))
MODEL = (np.array([0.0, 0.5, 0.25]), np.array([1.0, 1.5, 0.75]))


def log_density_ratio(z):
    """d of two diagonal Gaussians; works for complex z."""

    def log_density(z, mean, deviation):
        return np.sum(-0.5 * ((z - mean) / deviation) ** 2 - np.log(deviation), -1)

    return log_density(z, *DATA) - log_density(z, *MODEL)


def gradient(z):
    result = np.zeros_like(z)
    for k in range(z.shape[1]):
        shifted = z.astype(complex)
        shifted[:, k] += 1e-30j
        result[:, k] = log_density_ratio(shifted).imag / 1e-30
    return result


# The largest weight that a flow uses.
CAP = 10

WEIGHTS = {
    "kl": lambda d: np.ones_like(d),
    "js": lambda d: 0.5 * (1 + np.tanh(d / 2)),
    "logd": lambda d: 0.5 * (1 - np.tanh(d / 2)),
    "reverse-kl": lambda d: np.minimum(np.exp(d), CAP),
    "pearson": lambda d: np.minimum(2 * np.exp(-d), CAP),
    "jeffreys": lambda d: np.minimum(1 + np.exp(d), CAP),
}


def flow(name, latents, noise, step_size, noise_weight):
    """The update as the released code writes it: eta s grad d + sqrt(2 eta) sqrt(gamma) xi."""
    z = latents.astype(np.float64)
    for xi in noise:
        s = WEIGHTS[name](log_density_ratio(z))[:, None]
        z = z + step_size * s * gradient(z)
        z = z + np.sqrt(2 * step_size) * np.sqrt(noise_weight) * xi
    return z


def main():
    random = np.random.default_rng(20261121)
    latents = random.standard_normal((5, 3)).astype(np.float32)
    noise = random.standard_normal((10, 5, 3)).astype(np.float32)
    step_size, noise_weight = 0.1, 0.05
    provenance = {
        "script": "Tools/golden/refinement.py",
        "date": DATE,
        "numpy": np.__version__,
        "mpmath": mpmath.__version__,
    }
    fixture = {"provenance": provenance, "rows": divergence_rows()}
    (FIXTURES / "divergences.json").write_text(json.dumps(fixture) + "\n")
    fixture = {
        "provenance": provenance,
        "data": [p.tolist() for p in DATA],
        "model": [p.tolist() for p in MODEL],
        "stepSize": step_size,
        "noiseWeight": noise_weight,
        "latents": latents.ravel().astype(float).tolist(),
        "noise": noise.ravel().astype(float).tolist(),
        "valuesBefore": log_density_ratio(latents.astype(float)).tolist(),
        "refined": {
            name: flow(name, latents, noise, step_size, noise_weight).ravel().tolist()
            for name in WEIGHTS
        },
    }
    (FIXTURES / "flow.json").write_text(json.dumps(fixture) + "\n")


if __name__ == "__main__":
    main()
