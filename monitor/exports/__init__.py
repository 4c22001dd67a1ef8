"""The office's own data as a folder of CSV: what ``siaga export`` does. Layer 5.

``writing`` makes the folder, ``rows`` a row of each kind, ``cells`` what stands in a cell.
"""

from monitor.exports.writing import Exported, Wish, day, export

__all__ = ["Exported", "Wish", "day", "export"]
