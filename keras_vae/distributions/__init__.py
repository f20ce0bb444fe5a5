"""Densities, samples and divergences as pure functions of tensors."""

from keras_vae.distributions import batch, bernoulli, continuous_bernoulli, discretized_logistic, laplace, normal

__all__ = ["batch", "bernoulli", "continuous_bernoulli", "discretized_logistic", "laplace", "normal"]
