//! **intensity**: what a matrix product asks for, and how long that takes at least. Chapter: *The matrix product as hardware sees it*.

use crate::observe::Observer;
use crate::spec::{Exercise, Probe};

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! intensity {
    ($file:ident) => {
        ($file::flop, $file::bytes, $file::seconds, $file::batch)
    };
}

/// The exercise.
pub struct Spec;

/// What a probe asks for.
#[derive(Clone, Debug)]
pub enum Input {
    /// Operations, bytes and seconds of one product.
    Product {
        /// m, k, n.
        shape: [usize; 3],
        /// Bytes of an element.
        size: usize,
        /// The factor of the old C.
        beta: f64,
        /// Operations per second.
        flops: f64,
        /// Bytes per second.
        bandwidth: f64,
    },
    /// The batch from which arithmetic decides.
    Batch {
        /// Rows of the matrix.
        k: usize,
        /// Columns of the matrix.
        n: usize,
        /// Bytes of an element.
        size: usize,
        /// Operations per second.
        flops: f64,
        /// Bytes per second.
        bandwidth: f64,
    },
}

type Flop = fn([usize; 3]) -> f64;
type Bytes = fn([usize; 3], usize, f64) -> f64;
type Seconds = fn([usize; 3], usize, f64, f64, f64) -> f64;
type Batch = fn(usize, usize, usize, f64, f64) -> Option<usize>;

impl Exercise for Spec {
    type Subject = (Flop, Bytes, Seconds, Batch);
    type Input = Input;

    fn probes() -> Vec<Probe<Input>> {
        const TWO40: f64 = (1_u64 << 40) as f64;
        const TWO34: f64 = (1_u64 << 34) as f64;
        let accumulates = &["C is added to"];
        let batch = &["a batch is asked for"];
        let never = &["no batch is large enough"];
        let product = |name: &str, shape, size, beta, flops, bandwidth| {
            Probe::new(name, Input::Product { shape, size, beta, flops, bandwidth })
        };
        let rows = |name: &str, k, n, size, flops, bandwidth| {
            Probe::new(name, Input::Batch { k, n, size, flops, bandwidth }).tags(batch)
        };
        vec![
            product("3×5 by 5×7, bound by memory", [3, 5, 7], 4, 0.0, 9e9, 2e9),
            product("3×5 by 5×7, bound by arithmetic", [3, 5, 7], 4, 0.0, 1.5e9, 2.5e10),
            product("3×5 by 5×7, both take long", [3, 5, 7], 4, 0.0, 1.25e9, 2e9),
            product("added to C", [3, 5, 7], 4, 1.0, 9e9, 2e9).tags(accumulates),
            product("half of C kept", [6, 4, 11], 4, 0.5, 9e9, 2e9).tags(accumulates),
            product("twice C taken away", [6, 4, 11], 4, -2.0, 9e9, 2e9).tags(accumulates),
            product("next to nothing of C kept", [6, 4, 11], 4, 1e-300, 9e9, 2e9).tags(accumulates),
            product("elements of 8 bytes", [7, 9, 4], 8, 0.0, 9e9, 2e9),
            product("elements of 2 bytes", [7, 9, 4], 2, 0.0, 9e9, 2e9),
            product("elements of 2 bytes, added to C", [7, 9, 4], 2, 1.0, 9e9, 2e9).tags(accumulates),
            product("elements of 1 byte", [7, 9, 4], 1, 0.0, 9e9, 2e9),
            product("one row: a token", [1, 2048, 1024], 4, 0.0, 1.4e11, 1.1e10),
            product("one row of 2 bytes", [1, 4096, 11008], 2, 0.0, 9e13, 1.2e12),
            product("one column", [700, 300, 1], 4, 0.0, 1.4e11, 1.1e10),
            product("a column times a row", [40, 1, 60], 4, 0.0, 1.4e11, 1.1e10),
            product("a column times a row, added to C", [40, 1, 60], 4, 1.0, 1.4e11, 1.1e10)
                .tags(accumulates),
            product("large, bound by arithmetic", [200, 300, 400], 4, 0.0, 1.4e11, 1.1e10),
            product("a number", [1, 1, 1], 8, 0.0, 3e9, 2e9),
            product("sums of nothing", [4, 0, 6], 4, 0.0, 3e9, 2e9),
            product("sums of nothing, added to C", [4, 0, 6], 4, 1.0, 3e9, 2e9).tags(accumulates),
            product("more operations than 2⁶⁴", [5_000_000, 4_000_000, 3_000_000], 4, 0.0, 1.4e11, 1.1e10)
                .magnitude(1.2e20),
            rows("4096×4096, ridge 10", 4096, 4096, 4, 1e11, 1e10),
            rows("1000×3000, ridge 12.5", 1000, 3000, 4, 1.5e11, 1.2e10),
            rows("4096×4096 of 2 bytes, ridge 75", 4096, 4096, 2, 9e13, 1.2e12),
            rows("700×90 of 8 bytes", 700, 90, 8, 3e10, 1.5e10),
            rows("2000×500 of 1 byte", 2000, 500, 1, 1.4e11, 1.1e10),
            rows("exactly 256", 512, 512, 4, TWO40, TWO34),
            rows("barely", 261, 261, 4, TWO40, TWO34),
            rows("slow arithmetic", 1024, 1024, 4, 2.5e9, 1e10),
            rows("a thin matrix", 64, 16, 4, 1e11, 1e10).tags(never),
            rows("one column of weights", 4096, 1, 4, 1e11, 1e10).tags(never),
            rows("as fast only in the limit", 256, 256, 4, TWO40, TWO34).tags(never),
        ]
    }

    fn observe((flop, bytes, seconds, batch): &Self::Subject, input: &Input, out: &mut Observer) {
        match *input {
            Input::Product { shape, size, beta, flops, bandwidth } => {
                out.given("[m, k, n]", &shape.map(|x| x as f64));
                out.given("size", size as f64);
                out.given("beta", beta);
                out.given("flops", flops);
                out.given("bandwidth", bandwidth);
                out.see("flop", flop(shape));
                out.see("bytes", bytes(shape, size, beta));
                out.see("seconds", seconds(shape, size, beta, flops, bandwidth)).within(1e-9, 0.0);
            }
            Input::Batch { k, n, size, flops, bandwidth } => {
                out.given("k, n", &[k as f64, n as f64]);
                out.given("size", size as f64);
                out.given("flops", flops);
                out.given("bandwidth", bandwidth);
                out.text("batch", format!("{:?}", batch(k, n, size, flops, bandwidth)));
            }
        }
    }
}

#[cfg(feature = "judge")]
pub mod solution;
#[cfg(feature = "judge")]
#[allow(unused_variables)]
pub mod starter;
#[cfg(feature = "judge")]
mod wrong;

#[cfg(feature = "judge")]
impl crate::spec::Judged for Spec {
    fn starter() -> Self::Subject {
        crate::intensity!(starter)
    }
    fn solution() -> Self::Subject {
        crate::intensity!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
}
