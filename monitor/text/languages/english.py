"""English, for words mixed into comments and the occasional visitor."""

from __future__ import annotations

from monitor.text.languages.base import Language

ENGLISH = Language(
    code="en",
    name="Inggris",
    own_negators=frozenset(
        {"not", "no", "never", "without", "nothing", "nobody", "none", "neither", "nor", "hardly"}
        | {"cannot", "can't", "don't", "doesn't", "didn't", "isn't", "aren't", "wasn't", "weren't"}
        | {"won't", "wouldn't", "couldn't", "shouldn't", "haven't", "hasn't", "hadn't", "ain't"}
        | {"cant", "dont", "doesnt", "didnt", "isnt", "arent", "wasnt", "wont", "havent", "hasnt"}
    ),
)
