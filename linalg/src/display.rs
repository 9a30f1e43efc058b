//! Printing: rows in lines, columns aligned, the way one writes a matrix on paper. Chapter: *Tensors and matmul*.

use crate::tensor::Tensor;
use crate::view::View;
use std::fmt::{self, Display, Formatter};

/// Every element is formatted with the caller's precision, then all are padded to the widest.
///
/// ```
/// use linalg::Tensor;
///
/// let a = Tensor::from_rows(&[[1.0, -20.5], [0.25, 3.0]]);
/// assert_eq!(format!("{a:.2}"), "[[  1.00, -20.50],\n [  0.25,   3.00]]");
/// assert_eq!(format!("{:.1}", a.view().at(1)), "[0.2, 3.0]");
/// ```
impl<T: Display> Display for View<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let word = |x: &T| match f.precision() {
            Some(digits) => format!("{x:.digits$}"),
            None => x.to_string(),
        };
        let words: Vec<String> = self.iter().map(word).collect();
        let width = words.iter().map(String::len).max().unwrap_or(0);
        nested(f, &words, self.shape().dims(), width, 1)
    }
}

/// The block of `words` with the axes `dims`, whose opening bracket stands in column `depth` − 1.
fn nested(
    f: &mut Formatter<'_>,
    words: &[String],
    dims: &[usize],
    width: usize,
    depth: usize,
) -> fmt::Result {
    let Some((&n, inner)) = dims.split_first() else {
        return write!(f, "{:>width$}", words[0]);
    };
    let each: usize = inner.iter().product();
    write!(f, "[")?;
    for i in 0..n {
        if i > 0 && inner.is_empty() {
            write!(f, ", ")?;
        } else if i > 0 {
            write!(f, ",\n{:depth$}", "")?;
        }
        nested(f, &words[i * each..][..each], inner, width, depth + 1)?;
    }
    write!(f, "]")
}

impl<T: Display> Display for Tensor<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.view().fmt(f)
    }
}
