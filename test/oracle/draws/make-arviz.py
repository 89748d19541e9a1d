"""Draws that ArviZ wrote: python make-arviz.py (writes arviz.json and arviz-summary.json)."""

import json

import arviz as az
import numpy as np

rng = np.random.default_rng(7)
posterior = {
    "mu": rng.normal(size=(2, 30)).round(6),
    "theta": rng.normal(size=(2, 30, 3)).round(6),
    "Sigma": rng.normal(size=(2, 30, 2, 2)).round(6),
}
posterior["mu"][1, 29] = np.nan
posterior["theta"][0, 0, 2] = -np.inf
idata = az.from_dict(
    posterior=posterior,
    sample_stats={"lp": rng.normal(size=(2, 30)).round(6)},
    observed_data={"y": np.arange(3.0)},
    coords={"school": ["Choate", "Deerfield", "St. Paul's, Infinity"]},
    dims={"theta": ["school"]},
)
idata.to_json("arviz.json")
finite = az.from_dict(posterior={"Sigma": posterior["Sigma"]})
summary = az.summary(finite, round_to="none")
with open("arviz-summary.json", "w", encoding="utf-8") as file:
    json.dump(
        {
            "generator": "test/oracle/draws/make-arviz.py",
            "versions": {"arviz": az.__version__, "numpy": np.__version__},
            "seed": 7,
            "names": list(summary.index),
            "mean": summary["mean"].tolist(),
            "sd": summary["sd"].tolist(),
        },
        file,
        indent=1,
    )
