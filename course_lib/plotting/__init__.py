"""Figures of arrays and callables, a module for each kind; the style is course.mplstyle.

Every ``plot_*(…, *, ax=None)`` draws into `ax`, or into a new figure, and returns the Axes;
`show` displays a figure, with its alt text.
"""

from course_lib.plotting.curves import plot_fit, plot_functions, plot_history, plot_probability
from course_lib.plotting.diagrams import plot_network
from course_lib.plotting.figures import show
from course_lib.plotting.graphs import plot_graph
from course_lib.plotting.histograms import plot_histograms
from course_lib.plotting.landscapes import plot_contours, plot_surface, plot_valley
from course_lib.plotting.outcomes import plot_outcomes
from course_lib.plotting.pictures import plot_feature_maps, plot_filters, plot_pictures
from course_lib.plotting.planes import plot_line, plot_plane, plot_points
from course_lib.plotting.tables import plot_convolution, plot_pooling

__all__ = [
    "plot_contours",
    "plot_convolution",
    "plot_feature_maps",
    "plot_filters",
    "plot_fit",
    "plot_functions",
    "plot_graph",
    "plot_histograms",
    "plot_history",
    "plot_line",
    "plot_network",
    "plot_outcomes",
    "plot_pictures",
    "plot_plane",
    "plot_points",
    "plot_pooling",
    "plot_probability",
    "plot_surface",
    "plot_valley",
    "show",
]
