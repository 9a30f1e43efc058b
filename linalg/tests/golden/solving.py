"""Figures of LAPACK for linalg/tests/solving_lapack.rs: `python solving.py > solving.txt` (NumPy and SciPy).

A line is a name and its numbers, a matrix row by row after its shape. Numbers are printed so that they read back to the same bits.
"""
import numpy as np
import scipy
from scipy.linalg import lapack

rng = np.random.default_rng(20)


def line(name, x):
    x = np.asarray(x, dtype=float)
    numbers = " ".join(repr(float(v)) for v in x.ravel())
    print(f"{name} {' '.join(map(str, x.shape))} : {numbers}")


def hilbert(m, n):
    return np.array([[1.0 / (i + j + 1) for j in range(n)] for i in range(m)])


def with_singular_values(m, n, s):
    u = np.linalg.qr(rng.standard_normal((m, m)))[0][:, : len(s)]
    v = np.linalg.qr(rng.standard_normal((n, n)))[0][:, : len(s)]
    return (u * s) @ v.T


def kahan(n, c):
    s = np.sqrt(1 - c * c)
    return np.diag(s ** np.arange(n)) @ (np.eye(n) - c * np.triu(np.ones((n, n)), 1))


vandermonde = np.vander(np.linspace(0, 1, 21), 9, increasing=True)
cases = {
    "random_square": rng.standard_normal((9, 9)),
    "random_tall": rng.standard_normal((40, 35)),
    "random_wide": rng.standard_normal((5, 11)),
    "hilbert": hilbert(8, 8),
    "vandermonde": vandermonde,
    "rank_3": with_singular_values(12, 7, [5.0, 2.0, 0.25]),
    "rank_2_wide": with_singular_values(4, 9, [3.0, 1.0]),
    "graded": with_singular_values(10, 10, 10.0 ** -np.arange(10.0)),
    "clustered": with_singular_values(10, 6, [1.0, 1.0, 1.0, 1 - 1e-12, 1e-5, 1e-5]),
    "kahan": kahan(12, 0.3),
    "huge": rng.standard_normal((6, 4)) * 1e150,
    "tiny": rng.standard_normal((6, 4)) * 1e-150,
    "zero": np.zeros((3, 2)),
}
print(f"# numpy {np.__version__}, scipy {scipy.__version__}: dgeqrf, dgeqp3, dgelsy, dgetrf, dgecon, dpotrf, dpocon")
for name, a in cases.items():
    m, n = a.shape
    b = rng.standard_normal((m, 2)) * (1 if np.max(np.abs(a)) == 0 else np.max(np.abs(a)))
    print(f"case {name}")
    line("a", a)
    line("b", b)
    line("r", np.triu(lapack.dgeqrf(a)[0])[: min(m, n)])
    qr, jpvt, *_ = lapack.dgeqp3(a)
    line("pivoted", np.abs(np.diag(qr)))
    line("columns", jpvt - 1)
    x, residues, rank, _ = scipy.linalg.lstsq(a, b, cond=1e-13, lapack_driver="gelsy")
    line("x", x)
    line("rank", rank)
    if m == n:
        lu, piv, info = lapack.dgetrf(a)
        line("u", np.triu(lu))
        line("rcond", lapack.dgecon(lu, np.linalg.norm(a, 1))[0])
        line("solution", np.linalg.solve(a, b))
    gram = a.T @ a if np.max(np.abs(a)) < 1e100 and np.max(np.abs(a)) > 1e-100 else np.eye(n)
    gram = (gram + gram.T) / 2 + 0.125 * np.eye(n)
    l, info = lapack.dpotrf(gram, lower=1)
    assert info == 0
    line("gram", gram)
    line("l", np.tril(l))
    line("gram_rcond", lapack.dpocon(l, np.linalg.norm(gram, 1), uplo="L")[0])
