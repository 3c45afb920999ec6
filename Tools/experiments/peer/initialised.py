#!/usr/bin/env python3
"""Runs the PyTorch program from initial weights as gan_language.py and dgflow draw them.

usage: initialised.py PEER ARGUMENTS...

Uniform weights of variance 4 / (K (in + out)) in convolutions and 2 / (in + out) in dense layers, zero biases; PyTorch's
own are of variance 1 / (3 K in), biases alike.
"""
import math
import runpy
import sys

from torch import nn


def convolution(layer):
    begin(layer, 4 / (layer.kernel_size[0] * (layer.in_channels + layer.out_channels)))


def dense(layer):
    begin(layer, 2 / (layer.in_features + layer.out_features))


def begin(layer, variance):
    bound = math.sqrt(3 * variance)
    nn.init.uniform_(layer.weight, -bound, bound)
    nn.init.zeros_(layer.bias)


nn.Conv1d.reset_parameters = convolution
nn.Linear.reset_parameters = dense
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
