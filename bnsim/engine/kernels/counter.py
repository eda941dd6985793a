"""Counter-based randomness: every draw is a pure function of a key and an element's number.

The generator is SplitMix64 (Steele, Lea and Flood 2014) read at random places: output i is `mix(key + (i + 1) GOLDEN)`.
A key is itself mixed from (seed, purpose, counters). The functions take NumPy arrays and, inside kernels, scalars.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bnsim.engine.operation import Array

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_A, _B = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
ONE = np.uint64(1)
ROUNDS = 4
TO_UNIT = 2.0**-53

WEIGHT, BIAS, ORDER, MASK, NOISE, NOISE_SHAPE, NOISE_FACTOR = range(1, 8)
"""What a draw is for; each purpose has a stream of its own."""


def mix(z: Any) -> Any:
    """SplitMix64's finalizer, a bijection of 64-bit words."""
    z = (z ^ (z >> _S30)) * _A
    z = (z ^ (z >> _S27)) * _B
    return z ^ (z >> _S31)


def fold(key: Any, counter: Any) -> Any:
    """A new key from a key and one more counter."""
    return mix(key + (counter + ONE) * GOLDEN)


def unit(word: Any) -> Any:
    """A word as a number in [0, 1), on the grid of 2^-53."""
    return (word >> _S11) * TO_UNIT


def key_of(seed: int, purpose: int, *counters: int) -> Array:
    """The key of a stream, shape (1,), uint64."""
    key = mix(np.array([seed], np.uint64))
    for counter in (purpose, *counters):
        key = fold(key, np.array([counter], np.uint64))
    return np.asarray(key)


def uniforms(key: Array, count: int) -> Array:
    """Elements 0 to count - 1 of a stream, uniform in [0, 1), float64."""
    draws: Array = unit(fold(key, np.arange(count, dtype=np.uint64)))
    return draws


def normals(key: Array, count: int) -> Array:
    """Standard normal by Box and Muller: element i from words 2i and 2i + 1, float64."""
    pairs = uniforms(key, 2 * count)
    radius = np.sqrt(-2.0 * np.log1p(-pairs[0::2]))
    draws: Array = radius * np.cos(2.0 * np.pi * pairs[1::2])
    return draws


def half_bits(count: int) -> int:
    """Bits of one half of a Feistel word that can hold every number below `count`."""
    half = 1
    while (1 << (2 * half)) < count:
        half += 1
    return half


def shuffled(position: Any, count: Any, half: Any, key: Any) -> Any:
    """Where a permutation of range(count) sends one position: a Feistel network, walked until inside (kernels)."""
    mask = (ONE << half) - ONE
    word = position
    while True:
        left = word >> half
        right = word & mask
        for number in range(ROUNDS):
            turned = left ^ (fold(key, (right << np.uint64(3)) | np.uint64(number)) & mask)
            left = right
            right = turned
        word = (left << half) | right
        if word < count:
            return word


def shuffled_array(positions: Array, count: int, key: Array) -> Array:
    """`shuffled` for an array of positions, uint64."""
    half = np.uint64(half_bits(count))
    mask = (ONE << half) - ONE
    words = positions.astype(np.uint64)
    outside = np.ones(words.shape, bool)
    while outside.any():
        left, right = words >> half, words & mask
        for number in range(ROUNDS):
            turned = left ^ (fold(key, (right << np.uint64(3)) | np.uint64(number)) & mask)
            left, right = right, turned
        words = np.where(outside, (left << half) | right, words)
        outside = words >= np.uint64(count)
    return words
