"""Writes einsum.txt: what numpy.einsum makes of small whole numbers, so that every digit is exact.

    python3 einsum.py > einsum.txt

A line: expression | shape of each operand | shape of the result | the result's numbers. Element number i of operand number k is
((7 i + 5 k + 3) mod 11) - 5.
"""
import numpy as np

CASES = [
    ("ij,jk->ik", (2, 3), (3, 4)),
    ("ji,jk->ik", (3, 2), (3, 4)),
    ("ij,kj->ki", (2, 3), (4, 3)),
    ("bij,bjk->bik", (2, 3, 4), (2, 4, 5)),
    ("bqhd,bkhd->bhqk", (2, 3, 2, 4), (2, 5, 2, 4)),
    ("bhqk,bkhd->bqhd", (2, 2, 3, 5), (2, 5, 2, 4)),
    ("ij->ji", (2, 3)),
    ("ij->", (2, 3)),
    ("ij->j", (2, 3)),
    ("ii->", (4, 4)),
    ("ii->i", (4, 4)),
    ("iji->ji", (3, 2, 3)),
    ("iii->i", (3, 3, 3)),
    ("i,j->ij", (3,), (4,)),
    ("i,i->", (5,), (5,)),
    ("i,i->i", (5,), (5,)),
    ("ij,ij->ij", (3, 4), (3, 4)),
    ("ij,ji->", (3, 4), (4, 3)),
    ("ii,i->i", (3, 3), (3,)),
    ("ij,jk,k->i", (2, 3), (3, 4), (4,)),
    ("ij,kl,j->il", (2, 3), (3, 4), (3,)),
    ("a,b,c->cab", (2,), (3,), (2,)),
    ("ijk,jil->kl", (2, 3, 4), (3, 2, 5)),
    (",ij->ij", (), (2, 3)),
    (",->", (), ()),
    ("->", ()),
    ("ij,jk->ik", (2, 0), (0, 3)),
    ("ij,jk->ki", (0, 3), (3, 2)),
    ("xaybzc,cz->abxy", (2, 1, 2, 3, 2, 2), (2, 2)),
]

for expression, *shapes in CASES:
    operands = [
        (((7 * np.arange(int(np.prod(shape, dtype=int))) + 5 * k + 3) % 11) - 5).reshape(shape).astype(float)
        for k, shape in enumerate(shapes)
    ]
    result = np.einsum(expression, *operands)
    words = lambda numbers: " ".join(str(int(n)) for n in numbers)
    print(expression, "; ".join(words(shape) for shape in shapes), words(result.shape), words(result.ravel()), sep=" | ")
