"""Singular values to compare with: `python3 svd.py > svd.txt` (numpy, scipy and mpmath).

Every matrix is built by a formula that linalg/tests/svd.rs repeats. `exact` figures come from mpmath with 120 digits, of the matrix as it is
in f64; `lapack` figures from scipy's gesdd.
"""

import mpmath
import numpy as np
import scipy.linalg


def random(m, n, seed):
    a = np.zeros((m, n))
    for i in range(m):
        for j in range(n):
            seed = (seed * 6364136223846793005 + 1442695040888963407) % 2**64
            a[i, j] = (seed >> 11) / 2**53 - 0.5
    return a


def hilbert(n):
    return np.array([[1.0 / (i + j + 1) for j in range(n)] for i in range(n)])


def graded(n):
    """A well-conditioned matrix whose columns shrink by 2 to the 13th each."""
    return random(n + 2, n, 5) @ np.diag([2.0 ** (-13 * j) for j in range(n)])


def kahan(n):
    """Exact in f64: powers of 3/4 times 1 or -5/8 (the usual one has a sine and a cosine)."""
    a = np.zeros((n, n))
    for i in range(n):
        for j in range(i, n):
            a[i, j] = 0.75**i * (1.0 if i == j else -0.625)
    return a


def exact(a):
    mpmath.mp.dps = 120
    s = mpmath.svd_r(mpmath.matrix(a.tolist()), compute_uv=False)
    return sorted((float(x) for x in s), reverse=True)


def lapack(a):
    return scipy.linalg.svd(a, lapack_driver="gesdd", compute_uv=False)


for name, values in [
    ("hilbert 10 exact", exact(hilbert(10))),
    ("graded 10 exact", exact(graded(10))),
    ("kahan 20 exact", exact(kahan(20))),
    ("random 7 4 exact", exact(random(7, 4, 1))),
    ("random 40 40 lapack", lapack(random(40, 40, 2))),
    ("random 30 70 lapack", lapack(random(30, 70, 3))),
]:
    print(name, *[repr(float(x)) for x in values])
