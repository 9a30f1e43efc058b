//! A table with one row for each token. Chapter: *A GPT in one sitting*.

use crate::init::Builder;
use calculus::tape::{ParamId, Tape, Var};
use linalg::Real;

/// Looks tokens up: ids → (ids, width). PyTorch's `nn.Embedding`.
///
/// ```
/// use calculus::tape::{Arena, Tape};
/// use nn::{embedding::Embedding, init::Builder};
///
/// let mut builder = Builder::<f64>::new(1);
/// let letters = Embedding::new(&mut builder, "letters", 26, 8);
/// let params = builder.finish();
/// let mut arena = Arena::new();
/// let mut tape = Tape::record(&params, &mut arena);
/// let x = letters.forward(&mut tape, &[1, 0, 1]);
/// assert_eq!(tape.shape(x).dims(), [3, 8]);
/// assert_eq!(tape.value(x)[..8], tape.value(x)[16..]); // the same token, the same row
/// // The same table read the other way: how much does each row agree with what came out? (3, 26)
/// let logits = letters.logits(&mut tape, x);
/// assert_eq!(tape.shape(logits).dims(), [3, 26]);
/// ```
#[derive(Clone, Debug)]
pub struct Embedding {
    table: ParamId,
}

impl Embedding {
    /// Registers `name`, a table of (rows, width).
    ///
    /// # Panics
    /// If the name is taken.
    #[track_caller]
    pub fn new<T: Real>(builder: &mut Builder<T>, name: &str, rows: usize, width: usize) -> Self {
        Embedding { table: builder.normal(name, [rows, width], crate::init::TABLE) }
    }

    /// The rows of some tokens.
    ///
    /// # Panics
    /// If an id is no row of the table.
    #[track_caller]
    pub fn forward<T: Real>(&self, tape: &mut Tape<'_, T>, ids: &[u32]) -> Var {
        let table = tape.param(self.table);
        tape.embedding(table, ids)
    }

    /// The dot product with every row: (…, width) → (…, rows). With the same table for both directions ("tied"), the
    /// gradient of reading and that of writing add up in it. Source: Press and Wolf 2017.
    ///
    /// # Panics
    /// If the last axis of `x` is not `width` long.
    #[track_caller]
    pub fn logits<T: Real>(&self, tape: &mut Tape<'_, T>, x: Var) -> Var {
        let table = tape.param(self.table);
        tape.linear(x, table, None)
    }
}
