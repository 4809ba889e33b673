"""Neural networks from scratch, in NumPy: the library behind the notebooks.

One concept a file, in the order in which the course meets them. Every formula
carries the number of the equation of the notebook that derives it: ``(1.5)`` is
equation 5 of notebook 01.
"""
