"""Neural networks from scratch, in NumPy: the library behind the notebooks.

One idea a file. Every formula carries the number of the equation of the notebook that
derives it: ``(1.5)`` is equation 5 of notebook 01. `ROOT` is the checkout, the folder that
holds course_lib/, notebooks/ and data/.
"""

from pathlib import Path

__all__ = ["ROOT"]

ROOT = Path(__file__).resolve().parents[1]
# Names of modules that notebooks of the first edition import.
__path__.append(str(ROOT / "course_lib" / "former"))
