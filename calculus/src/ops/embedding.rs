//! Looking up rows of a table. Chapter: *A GPT in one sitting*.

use crate::tape::{Attrs, Backward, Forward, Op, Tape, Var};
use linalg::{Real, kernels};

impl<T: Real> Tape<'_, T> {
    /// Row `ids[i]` of a table (vocabulary, d), for all i: (ids, d).
    ///
    /// It is the product of one-hot rows with the table, without the zeros. So backward adds each row's gradient to the row
    /// that was read; a token that occurs twice gets both.
    ///
    /// ```
    /// use calculus::tape::{Arena, Params, Tape};
    ///
    /// let (params, mut arena) = (Params::<f64>::new(), Arena::new());
    /// let mut tape = Tape::record(&params, &mut arena);
    /// let table = tape.constant([3, 2], &[0.0, 0.1, 1.0, 1.1, 2.0, 2.1]);
    /// let x = tape.embedding(table, &[2, 0]);
    /// assert_eq!(tape.value(x), [2.0, 2.1, 0.0, 0.1]);
    /// ```
    ///
    /// # Panics
    /// If `table` is no matrix, or an id is no row of it; the message names the id, the shape and the caller's line.
    #[track_caller]
    pub fn embedding(&mut self, table: Var, ids: &[u32]) -> Var {
        let op = const { &Op { name: "embedding", forward: forward::<T>, backward: backward::<T> } };
        let shape = self.shape(table);
        assert!(shape.rank() == 2, "embedding: table {shape} is no matrix; wanted (vocabulary, d)");
        if let Some(i) = ids.iter().position(|&id| id as usize >= shape[0]) {
            panic!("embedding: id {} at position {i} is not a row of table {shape}", ids[i]);
        }
        self.push(op, &[table], [ids.len(), shape[1]], Attrs::default(), ids, 0)
    }
}

fn forward<T: Real>(f: &mut Forward<'_, T>) {
    let (table, d) = (f.input(0), f.shape(0)[1]);
    if d > 0 {
        for (row, &id) in f.out.chunks_exact_mut(d).zip(f.ints) {
            row.copy_from_slice(&table[id as usize * d..][..d]);
        }
    }
}

fn backward<T: Real>(b: &mut Backward<'_, T>) {
    let (d, ids, d_rows) = (b.shape(0)[1], b.ints, b.d_out());
    let Some((d_table, beta)) = b.d_input(0) else { return };
    if beta == T::ZERO {
        d_table.fill(T::ZERO); // rows that nobody read
    }
    if d > 0 {
        for (d_row, &id) in d_rows.chunks_exact(d).zip(ids) {
            kernels::axpy(T::ONE, d_row, &mut d_table[id as usize * d..][..d]);
        }
    }
}
