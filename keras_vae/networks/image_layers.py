"""Keras' layers of images, told that the channels are the last axis: untold, they follow the user's keras.json."""

from functools import partial

from keras import layers

Conv2D = partial(layers.Conv2D, data_format="channels_last")
Conv2DTranspose = partial(layers.Conv2DTranspose, data_format="channels_last")
Cropping2D = partial(layers.Cropping2D, data_format="channels_last")
Flatten = partial(layers.Flatten, data_format="channels_last")
MaxPooling2D = partial(layers.MaxPooling2D, data_format="channels_last")
UpSampling2D = partial(layers.UpSampling2D, data_format="channels_last")
