"""The library beside PyTorch and scikit-learn, in one process: `make bench`."""
