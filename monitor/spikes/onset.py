"""When a rise began: the estimate of a change point by the largest sum of excess."""

from __future__ import annotations

from typing import Final

import numpy as np

from monitor.spikes.state import Floats

# An hour of a rise holds at least this much more than usual; a mere busy hour is not its begin.
_TIMES: Final = 1.5


def onset(counts: Floats, expected: Floats) -> int:
    """The place of the first bin of the rise that runs at the end of ``counts``.

    The bin from which on the sum of ``counts - 1.5 expected`` is largest: the maximum-likelihood
    change point of a Poisson rate to first order (Page 1954, Biometrika 41:100), among those that
    hold anything; ``counts`` must hold something.
    """
    gain = np.cumsum((counts - _TIMES * expected)[::-1])[::-1]
    return int(np.argmax(np.where(counts > 0, gain, -np.inf)))
