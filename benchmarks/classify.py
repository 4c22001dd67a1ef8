"""How many short comments a second one core understands, the whole of ``siaga classify``."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator

from benchmarks.report import Figure
from benchmarks.texts import comments
from monitor.config import find_config, load_settings
from monitor.texts import classify_lines

_COUNT = 6000


def measure() -> Iterator[Figure]:
    """CPU time of reading lines, classifying and writing JSON; loading the model left out."""
    settings = load_settings(find_config(None))
    texts = comments(_COUNT)
    lengths = sum(map(len, texts)) / len(texts)
    yield Figure("mean length of a comment", lengths, "chars")
    lines = classify_lines(settings, "off", iter(texts))
    out = io.StringIO()
    out.write(next(lines))  # the model is loaded here
    begin = time.process_time()
    for line in lines:
        out.write(line + "\n")
    spent = time.process_time() - begin
    # The first batch was understood with the first line.
    counted = _COUNT - 1000
    yield Figure("comments a second and core, without embeddings", counted / spent, "/s", 2000)
