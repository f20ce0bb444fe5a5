"""Pure functions of tensors: densities and divergences, in nats, for each example."""

from keras_vae.distributions import bernoulli, continuous_bernoulli, discretized_logistic, laplace, normal
from keras_vae.moved import moved

__getattr__ = moved(__name__, {"batch": "keras_vae.batch", "replicas": "keras_vae.batch.replicas"})

__all__ = ["bernoulli", "continuous_bernoulli", "discretized_logistic", "laplace", "normal"]
