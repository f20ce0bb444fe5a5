"""Averages with errors, Gaussian densities, sums of weights."""
