"""Kinds of arrays that the tables of the index share."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
"""Scores and weights."""
Singles = NDArray[np.float32]
"""Vectors of meaning, and how near they are: in single precision, as the model gives them."""
