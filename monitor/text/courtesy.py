"""Words by which a reply thanks or says sorry, as the guard folds them ("maaf" is "maf").

Layer 1, data only.

Thanks without a word of regret, under a comment full of praise words, is how irony is misread.
"""

from __future__ import annotations

from typing import Final

THANKS: Final = frozenset(
    {
        *("kasih", "makasih", "terimakasih", "trims", "syukur", "alhamdulilah", "senang"),
        *("bangga", "apresiasi", "dukungan", "pujian", "pujianya", "tersanjung", "bahagia"),
        "gembira",
    }
)
SORRY: Final = frozenset(
    {"maf", "mohon", "menyesal", "prihatin", "keluhan", "kecewa", "kritik", "teguran"}
)
