//! **two_by_two**: the eigenvalues of a 2×2 block, which are two numbers or a turn. Chapter: *Eigenvalues without symmetry, and powers that
//! explode*.

use crate::observe::Observer;
use crate::spec::{Exercise, Probe};

/// Makes a subject of a module like the learner's file.
#[macro_export]
macro_rules! two_by_two {
    ($file:ident) => {
        $file::eigenvalues
    };
}

/// The exercise.
pub struct Spec;

impl Exercise for Spec {
    type Subject = fn([[f64; 2]; 2]) -> [[f64; 2]; 2];
    type Input = [[f64; 2]; 2];

    fn probes() -> Vec<Probe<Self::Input>> {
        let turn = &["the eigenvalues are a pair"];
        let double = &["the two eigenvalues are equal"];
        let large = &["a square is too large for an f64"];
        let small = &["the squares are too small for an f64"];
        let apart = &["one eigenvalue is far larger than the other"];
        vec![
            Probe::new("two real ones", [[2.5, 1.5], [0.75, -1.25]]),
            Probe::new("a turn", [[0.5, -2.25], [1.5, 0.5]]).tags(turn),
            Probe::new("a turn, the diagonal not equal", [[1.25, -3.5], [2.5, -0.75]]).tags(turn),
            Probe::new("a turn that shrinks", [[-0.25, 0.75], [-0.5, 0.5]]).tags(turn),
            Probe::new("both negative", [[-2.5, 0.5], [1.25, -3.25]]),
            Probe::new("the larger in size is negative", [[-3.5, 1.25], [0.5, 1.75]]),
            Probe::new("opposites", [[0.0, 2.0], [3.0, 0.0]]),
            Probe::new("a quarter turn", [[0.0, -1.0], [1.0, 0.0]]).tags(turn),
            Probe::new("upper triangle", [[1.5, 4.0], [0.0, -0.25]]),
            Probe::new("upper triangle, the smaller number above", [[-0.75, 2.5], [0.0, 3.5]]),
            Probe::new("lower triangle", [[-0.75, 0.0], [2.5, 3.5]]),
            Probe::new("symmetric", [[1.5, 0.75], [0.75, -0.5]]),
            Probe::new("singular", [[1.0, 2.0], [2.0, 4.0]]),
            Probe::new("equal, and nothing beside them", [[-1.5, 0.0], [0.0, -1.5]]).tags(double),
            Probe::new("equal, with a shear", [[2.0, 1.0], [0.0, 2.0]]).tags(double),
            Probe::new("equal, and the diagonal is not", [[3.0, 1.0], [-1.0, 1.0]]).tags(double),
            Probe::new("zeros", [[0.0; 2]; 2]).tags(double),
            Probe::new("nothing after two steps", [[0.0, 1.5], [0.0, 0.0]]).tags(double),
            Probe::new("a slow turn", [[1.0, 1e-9], [-1e-9, 1.0]]).tags(turn),
            Probe::new("a slow turn, unlike weights", [[0.75, -1e-7], [2.5e-7, 0.75]]).tags(turn),
            Probe::new("1e9 above 0", [[1e9, 1.0], [1.0, 0.0]]).tags(apart).magnitude(1e9),
            Probe::new("0 above 1e9", [[0.0, 2.0], [1.5, 1e9]]).tags(apart).magnitude(1e9),
            Probe::new("−1e9 above 0", [[-1e9, 2.0], [1.0, 0.0]]).tags(apart).magnitude(1e9),
            Probe::new("two real ones near 1e200", [[2.5e200, 1.5e200], [0.75e200, -1.25e200]])
                .tags(large)
                .magnitude(2.5e200),
            Probe::new("a turn near 1e200", [[0.5e200, -2.25e200], [1.5e200, 0.75e200]])
                .tags(large)
                .magnitude(2.25e200),
            Probe::new("two real ones near 1e−200", [[2.5e-200, 1.5e-200], [0.75e-200, -1.25e-200]])
                .tags(small),
            Probe::new("a turn near 1e−200", [[0.5e-200, -2.25e-200], [1.5e-200, 0.75e-200]]).tags(small),
        ]
    }

    fn observe(eigenvalues: &Self::Subject, m: &Self::Input, out: &mut Observer) {
        out.given("m, by rows", &[m[0][0], m[0][1], m[1][0], m[1][1]]);
        let [first, second] = eigenvalues(*m);
        // Relative: nine digits of each part, however small. Where 0 is expected, it is 0.
        out.see("first: real, imaginary", &first).within(1e-9, 0.0);
        out.see("second: real, imaginary", &second).within(1e-9, 0.0);
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
        crate::two_by_two!(starter)
    }
    fn solution() -> Self::Subject {
        crate::two_by_two!(solution)
    }
    fn wrong() -> Vec<crate::spec::Wrong<Self>> {
        wrong::wrong()
    }
}
