"""Eigenvalues of symmetric matrices by LAPACK, for linalg/tests/eigen.rs.

    python3 eigen.py > eigen.txt        (NumPy and SciPy; the last line says which)

Every entry is an integer or an exact fraction, so that Rust builds the same matrix to the bit.
"""
import numpy as np
import scipy
import scipy.linalg


def integers(n):
    i, j = np.meshgrid(np.arange(n), np.arange(n), indexing="ij")
    return ((i * j * 7 + (i + j) * 5 + (i - j) ** 2) % 23 - 11).astype(float)


def tridiagonal(d, e):
    return np.diag(d) + np.diag(e, 1) + np.diag(e, -1)


def glued(blocks, glue):
    n = 21 * blocks
    d = np.abs(np.arange(n) % 21 - 10.0)
    e = np.where(np.arange(n - 1) % 21 == 20, glue, 1.0)
    return tridiagonal(d, e)


MATRICES = {
    "integers 40": integers(40),
    "integers 150": integers(150),
    "wilkinson 21": glued(1, 0.0),
    "glued 105": glued(5, 2.0**-40),
    "graded 48": np.array([[2.0 ** -(i + j) * (1 if i == j else 0.25) for j in range(48)] for i in range(48)]),
}

for name, a in MATRICES.items():
    values = scipy.linalg.eigh(a, eigvals_only=True, driver="evd")
    print(name, *(repr(float(x)) for x in values))
print("#", "numpy", np.__version__, "scipy", scipy.__version__)
