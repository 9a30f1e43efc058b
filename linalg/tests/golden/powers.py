"""Eigenvalues and norms of powers by LAPACK (through SciPy), for linalg/tests/powers.rs.

    python3 linalg/tests/golden/powers.py > linalg/tests/golden/powers.txt

Each matrix is built from whole numbers or from the generator below, so that both sides hold the same bits.
"""

import numpy as np
import scipy
import scipy.linalg


def random(n, seed):
    """The generator of the tests: entries in [-1/2, 1/2)."""
    a = np.empty((n, n))
    for i in range(n):
        for j in range(n):
            seed = (seed * 6364136223846793005 + 1442695040888963407) % 2**64
            a[i, j] = (seed >> 11) / 2**53 - 0.5
    return a


def frank(n):
    return np.array([[min(n - i, n - j) if j >= i - 1 else 0 for j in range(n)] for i in range(n)], float)


def grcar(n):
    return np.array([[-1 if j == i - 1 else 1 if i <= j <= i + 3 else 0 for j in range(n)] for i in range(n)], float)


def companion(c):
    n = len(c)
    a = np.zeros((n, n))
    a[0] = [-x for x in c]
    a[np.arange(1, n), np.arange(n - 1)] = 1
    return a


def unbalanced(n):
    """A random matrix in units that differ by powers of eight."""
    d = 8.0 ** (np.arange(n) % 7)
    return random(n, 5) * d[:, None] / d[None, :]


MATRICES = {
    "random": random(30, 1),
    "frank": frank(9),
    "grcar": grcar(20),
    "companion": companion([1.0, -3.0, 2.0, 5.0, -1.0, 4.0, 0.5]),
    "unbalanced": unbalanced(12),
}

print(f"# SciPy {scipy.__version__}, NumPy {np.__version__}; written by powers.py")
for name, a in MATRICES.items():
    values, left, right = scipy.linalg.eig(a, left=True, right=True)
    # by how much an eigenvalue moves for a change of A of length 1: what both sides may differ by
    condition = 1 / np.abs(np.sum(left.conj() * right, axis=0))
    order = np.lexsort((values.imag, values.real))
    print("eigenvalues", name, len(values))
    for k in order:
        print(f"{values[k].real:.17e} {values[k].imag:.17e} {condition[k]:.3e}")
for name, a in {"grcar": grcar(20), "random": random(30, 1)}.items():
    norms = [np.linalg.norm(np.linalg.matrix_power(a, k), 2) for k in range(9)]
    print("norms", name, len(norms))
    for x in norms:
        print(f"{x:.17e}")
for name, a in {"grcar": grcar(20), "frank": frank(9)}.items():
    singular = [scipy.linalg.svdvals(complex(re, im) * np.eye(len(a)) - a)[-1] for re, im in [(0, 0), (1, 2), (-2, 0.5)]]
    print("smallest", name, len(singular))
    for x in singular:
        print(f"{x:.17e}")
