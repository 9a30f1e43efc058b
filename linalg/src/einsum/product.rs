//! The matrix product inside: sort the axes into four groups, and `gemm` does the rest.

use super::{Einsum, plain};
use crate::gemm::gemm;
use crate::real::Real;
use crate::shape::MAX_RANK;
use crate::tensor::Tensor;
use crate::view::{View, ViewMut};

/// A tensor whose axes have letters, each at most once.
struct Named<'a, T> {
    letters: Vec<usize>,
    numbers: Numbers<'a, T>,
}

/// An operand is borrowed as long as a label will do.
enum Numbers<'a, T> {
    Seen(View<'a, T>),
    Owned(Tensor<T>),
}

impl<T: Copy> Numbers<'_, T> {
    fn view(&self) -> View<'_, T> {
        match self {
            Numbers::Seen(view) => *view,
            Numbers::Owned(tensor) => tensor.view(),
        }
    }
}

impl<'a, T: Real> Named<'a, T> {
    fn owned(letters: Vec<usize>, tensor: Tensor<T>) -> Self {
        Named { letters, numbers: Numbers::Owned(tensor) }
    }

    /// An operand as it comes; an axis that is named twice becomes the diagonal.
    fn new(mut letters: Vec<usize>, mut view: View<'a, T>) -> Self {
        while let Some((first, second)) = twice(&letters) {
            let letter = letters[first];
            view = view.diagonal(first, second);
            letters.remove(second);
            letters.remove(first);
            letters.push(letter);
        }
        Named { letters, numbers: Numbers::Seen(view) }
    }

    /// The length of the axis of a letter that it has.
    fn length(&self, letter: usize) -> usize {
        self.numbers.view().shape()[self.place(letter)]
    }

    fn place(&self, letter: usize) -> usize {
        self.letters.iter().position(|&l| l == letter).expect("the letter is one of this tensor's")
    }

    /// The axes in the order of these letters, which are all of them.
    fn sorted(&self, letters: &[usize]) -> View<'_, T> {
        let axes: Vec<usize> = letters.iter().map(|&letter| self.place(letter)).collect();
        self.numbers.view().permute(&axes)
    }

    /// Sums over the letters that nobody else needs: before they are multiplied with anything, that is cheapest.
    fn without(self, needed: impl Fn(usize) -> bool) -> Self {
        let (keep, drop): (Vec<usize>, Vec<usize>) = self.letters.iter().partition(|&&letter| needed(letter));
        if drop.is_empty() {
            return self;
        }
        let all: Vec<usize> = keep.iter().chain(&drop).copied().collect();
        let view = self.sorted(&all);
        let places: Vec<usize> = (0..all.len()).collect();
        let sum = plain::sum_of_products(view.shape().dims(), keep.len(), &[view], &[&places]);
        Named::owned(keep, sum)
    }
}

/// Two places that have the same letter.
fn twice(letters: &[usize]) -> Option<(usize, usize)> {
    (0..letters.len())
        .find_map(|second| Some((letters[..second].iter().position(|&l| l == letters[second])?, second)))
}

/// The whole expression, operand after operand.
#[track_caller]
pub(super) fn run<T: Real>(einsum: &Einsum, operands: &[View<'_, T>]) -> Tensor<T> {
    let named = |nth: usize| Named::new(einsum.operands[nth].clone(), operands[nth]);
    let wanted = |letter: usize| letter < einsum.kept;
    let later = |from: usize, letter: usize| einsum.operands[from..].iter().flatten().any(|&l| l == letter);
    let mut done = named(0);
    for nth in 1..operands.len() {
        let next = named(nth);
        let done_letters = done.letters.clone();
        let left = done.without(|l| wanted(l) || later(nth, l));
        let right = next.without(|l| wanted(l) || later(nth + 1, l) || done_letters.contains(&l));
        done = pair(&left, &right, |l| wanted(l) || later(nth + 1, l));
    }
    let done = done.without(wanted);
    let order: Vec<usize> = (0..einsum.kept).collect();
    if let Named { letters, numbers: Numbers::Owned(tensor) } = done {
        if letters == order {
            return tensor;
        }
        return Named::owned(letters, tensor).sorted(&order).to_tensor();
    }
    done.sorted(&order).to_tensor()
}

/// Products smaller than this do not repay the call; the loops of the definition are as quick.
const SMALL: usize = 64;

// ANCHOR: pair
/// Two operands into one. `needed`: which letters the result, or a later operand, still asks for.
#[track_caller]
fn pair<T: Real>(a: &Named<'_, T>, b: &Named<'_, T>, needed: impl Fn(usize) -> bool) -> Named<'static, T> {
    let (shared, left): (Vec<usize>, Vec<usize>) = a.letters.iter().partition(|l| b.letters.contains(l));
    let (batch, summed): (Vec<usize>, Vec<usize>) = shared.iter().partition(|&&l| needed(l));
    let right: Vec<usize> = b.letters.iter().filter(|l| !shared.contains(l)).copied().collect();

    // Whatever the expression was, it is now  batch left summed, batch summed right -> batch left right.
    let a_letters = [&batch[..], &left, &summed].concat();
    let b_letters = [&batch[..], &summed, &right].concat();
    let letters = [&batch[..], &left, &right].concat();
    let length = |l: usize| if a.letters.contains(&l) { a.length(l) } else { b.length(l) };
    let lengths = |group: &[usize]| group.iter().map(|&l| length(l)).collect::<Vec<_>>();
    let [rows, inner, cols] = [&left, &summed, &right].map(|group| lengths(group).iter().product::<usize>());
    let mut each = lengths(&batch);
    if each.len() > MAX_RANK - 2 {
        each = vec![each.iter().product()];
    }

    // Each of the other groups as one axis: a matrix for every entry of the batch.
    let matrices = |rows, cols| [&each[..], &[rows, cols]].concat();
    let a = matrices_of(a.sorted(&a_letters), &matrices(rows, inner));
    let b = matrices_of(b.sorted(&b_letters), &matrices(inner, cols));
    let c = if rows * inner * cols < SMALL {
        let n = each.len();
        let all = [&each[..], &[rows, cols, inner]].concat();
        let axes = |last: [usize; 2]| (0..n).chain(last.map(|l| n + l)).collect::<Vec<_>>();
        plain::sum_of_products(&all, n + 2, &[a.view(), b.view()], &[&axes([0, 2]), &axes([2, 1])])
    } else {
        let mut c = Tensor::zeros(&matrices(rows, cols)[..]);
        multiply_each(a.view(), b.view(), c.view_mut());
        c
    };
    Named::owned(letters.clone(), c.reshape(&lengths(&letters)[..]))
}

/// By a label where one will do, by a copy where not.
fn matrices_of<'a, T: Copy>(view: View<'a, T>, shape: &[usize]) -> Numbers<'a, T> {
    view.reshape(shape).map_or_else(|| Numbers::Owned(view.to_tensor().reshape(shape)), Numbers::Seen)
}

/// A matrix product for every entry of the leading axes.
fn multiply_each<T: Real>(a: View<'_, T>, b: View<'_, T>, mut c: ViewMut<'_, T>) {
    if a.shape().rank() == 2 {
        return gemm(T::ONE, a, b, T::ZERO, c);
    }
    for i in 0..a.shape()[0] {
        multiply_each(a.at(i), b.at(i), c.reborrow().at(i));
    }
}
// ANCHOR_END: pair
