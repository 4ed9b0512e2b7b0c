"""How sure a ranking is: a logistic over five figures of it, fitted on the base itself, and two thresholds.

Fitting needs rehearsed messages (`rehearsal`); without enough of them the standing weights below are used.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.arrays import Floats

TARGETS = {
    "direct answers right": 0.95,  # of the rehearsed messages answered directly, so many must be right
    "outsiders refused": 0.75,  # of the rehearsed messages that the base cannot answer, so many are refused …
    "insiders refused": 0.14,  # … but never more than so many of those whose entry is among the first three
    "share of outsiders": 0.15,  # how many of the messages people send are taken to be out of scope
}
"""What the two thresholds are chosen for."""

LIMITS = {"answer": (0.84, 0.87), "suggest": (0.2, 0.45)}
"""Least and greatest value that fitting may give to each threshold.

Rehearsed outsiders are harder than real ones: of two near entries, the second answers well a message whose
entry was left out. On fresh messages 0.87 was enough on every base but one with too few entries.
"""

MIN_SAMPLES = 60
"""Fewer rehearsed messages than this: the standing weights and thresholds are kept."""

SHARPNESS = 20.0
"""Factor on the scores before the softmax: 0.05 more is e times likelier."""

_RIDGE = 1.0
_STEPS = 25


@dataclass(frozen=True, slots=True)
class Sample:
    """One rehearsed message."""

    figures: tuple[float, ...]
    """As `figures` gives them."""
    right: bool
    """The first entry is the right one."""
    near: bool
    """The right one is among the first three."""
    inside: bool
    """The base has an entry for it."""


@dataclass(frozen=True, slots=True)
class Confidence:
    """The fitted logistic and its thresholds."""

    bias: float
    slopes: tuple[float, ...]
    """One for each figure, in the order of `figures`."""
    answer: float
    """From this confidence on, the first entry is answered directly."""
    suggest: float
    """From this confidence on, three entries are suggested; below, the message is refused."""

    def of(self, values: Sequence[float]) -> float:
        """The chance, 0 to 1, that the first entry is the right one."""
        linear = self.bias + sum(slope * value for slope, value in zip(self.slopes, values, strict=True))
        return float(1 / (1 + np.exp(-np.clip(linear, -30, 30))))


STANDING = Confidence(-7.0, (4.0, 10.0, 1.5, 2.0, 8.0), answer=0.75, suggest=0.15)
"""Used for a base too small to rehearse on."""


def figures(scores: Floats, known_share: float) -> tuple[float, ...]:
    """Top score, margin to the second, softmax share of the top, known share, product of three of them."""
    if not len(scores):
        return (0.0, 0.0, 0.0, 0.0, 0.0)
    top = float(scores.max())
    second = float(np.partition(scores, -2)[-2]) if len(scores) > 1 else 0.0
    share = 1 / float(np.exp((scores - top) * SHARPNESS).sum())
    return (top, top - second, share, known_share, top * share * known_share)


def fit(samples: Sequence[Sample]) -> Confidence:
    """The confidence of a base, from messages rehearsed on it."""
    rights = sum(sample.right for sample in samples)
    if len(samples) < MIN_SAMPLES or rights < MIN_SAMPLES // 4:
        return STANDING
    values = np.array([sample.figures for sample in samples])
    weights = _weights(samples)
    bias, slopes = _logistic(values, np.array([sample.right for sample in samples]), weights)
    raw = Confidence(bias, slopes, answer=0.0, suggest=0.0)
    sure = np.array([raw.of(sample.figures) for sample in samples])
    suggest = _suggest_threshold(samples, sure)
    return Confidence(bias, slopes, answer=_answer_threshold(samples, sure, weights), suggest=suggest)


def _weights(samples: Sequence[Sample]) -> Floats:
    """Outsiders weigh together what `TARGETS` expects of them."""
    inside = np.array([sample.inside for sample in samples])
    share = TARGETS["share of outsiders"]
    each = share / (1 - share) * max(int(inside.sum()), 1) / max(int((~inside).sum()), 1)
    return np.where(inside, 1.0, each)


def _logistic(values: Floats, right: NDArray[np.bool_], weights: Floats) -> tuple[float, tuple[float, ...]]:
    """Weighted ridge logistic regression; a figure may only raise the confidence, or it is left out."""
    middle, spread = values.mean(axis=0), np.maximum(values.std(axis=0), 1e-6)
    scaled = (values - middle) / spread
    used = list(range(values.shape[1]))
    while True:
        beta = _newton(scaled[:, used], right, weights)
        worst = int(np.argmin(beta[1:])) if used else -1
        if not used or beta[1 + worst] >= 0:
            break
        del used[worst]
    slopes = np.zeros(values.shape[1])
    slopes[used] = beta[1:] / spread[used]
    return float(beta[0] - slopes @ middle), tuple(float(value) for value in slopes)


def _newton(values: Floats, right: NDArray[np.bool_], weights: Floats) -> Floats:
    design = np.column_stack([np.ones(len(values)), values])
    penalty = np.diag([1e-6] + [_RIDGE] * values.shape[1])
    beta: Floats = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(design @ beta, -30, 30)))
        slope = design.T @ (weights * (right - chance)) - penalty @ beta
        curve = (design * (weights * chance * (1 - chance))[:, None]).T @ design + penalty
        step = np.linalg.solve(curve, slope)
        beta = beta + step
        if float(np.abs(step).max()) < 1e-6:
            break
    return beta


def _answer_threshold(samples: Sequence[Sample], sure: Floats, weights: Floats) -> float:
    """The least confidence above which enough direct answers are right."""
    order = np.argsort(-sure)
    right = np.array([sample.right for sample in samples])[order] * weights[order]
    precision = np.cumsum(right) / np.cumsum(weights[order])
    good = np.flatnonzero(precision >= TARGETS["direct answers right"])
    low, high = LIMITS["answer"]
    return float(np.clip(sure[order[good[-1]]] if len(good) else high, low, high))


def _suggest_threshold(samples: Sequence[Sample], sure: Floats) -> float:
    """The least confidence below which enough outsiders, and not too many insiders, fall."""
    outsiders = sure[[not sample.inside for sample in samples]]
    helped = sure[[sample.near for sample in samples]]
    wanted = np.quantile(outsiders, TARGETS["outsiders refused"]) if len(outsiders) else 0.0
    allowed = np.quantile(helped, TARGETS["insiders refused"]) if len(helped) else 1.0
    return float(np.clip(min(wanted, allowed), *LIMITS["suggest"]))
