//! Numbers that count what is done with them. Chapter: *Reverse mode: the tape, read whole* (slug `wengert`).
//!
//! "A gradient costs about three evaluations" is a statement about operations. A clock blurs it with caches, allocation and whatever else
//! runs; a count does not. [`Counted`] is an `f64` whose every operation adds to a counter of its thread, and since it is a [`Real`], it goes
//! through dual numbers and tapes: what is counted is the code that runs, not a model of it.
//!
//! ```
//! use calculus::counted::{Counted, count};
//! use calculus::dual::Dual;
//!
//! let x = Counted(3.0);
//! let (_, plain) = count(|| x * x);
//! let (_, dual) = count(|| Dual::variable(x) * Dual::variable(x));
//! assert_eq!((plain.products, plain.sums), (1, 0));
//! assert_eq!((dual.products, dual.sums), (3, 1)); // value, and the two terms of the product rule
//! ```

use linalg::Real;
use linalg::kernels::Kernels;
use std::cell::Cell;
use std::fmt;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// How many operations of each kind. Changes of sign, comparisons and copies are free.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Operations {
    /// Additions and subtractions.
    pub sums: u64,
    /// Multiplications and divisions.
    pub products: u64,
    /// Everything else: exp, tanh, a root, a power.
    pub functions: u64,
}

impl Operations {
    /// All of them, a function counted as one.
    pub fn total(self) -> u64 {
        self.sums + self.products + self.functions
    }
}

thread_local! {
    static DONE: Cell<Operations> = const { Cell::new(Operations { sums: 0, products: 0, functions: 0 }) };
}

/// What `f` gives, and how many operations on [`Counted`] numbers it did on this thread.
pub fn count<R>(f: impl FnOnce() -> R) -> (R, Operations) {
    let before = DONE.get();
    let result = f();
    let after = DONE.get();
    let done = Operations {
        sums: after.sums - before.sums,
        products: after.products - before.products,
        functions: after.functions - before.functions,
    };
    (result, done)
}

fn add(change: impl FnOnce(&mut Operations)) {
    let mut done = DONE.get();
    change(&mut done);
    DONE.set(done);
}

/// An `f64` that counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Counted(pub f64);

macro_rules! operators {
    ($($op:ident $method:ident $op_assign:ident $method_assign:ident $kind:ident),*) => {$(
        impl $op for Counted {
            type Output = Self;
            fn $method(self, other: Self) -> Self {
                add(|done| done.$kind += 1);
                Counted(self.0.$method(other.0))
            }
        }
        impl $op_assign for Counted {
            fn $method_assign(&mut self, other: Self) {
                *self = (*self).$method(other);
            }
        }
    )*};
}
operators!(Add add AddAssign add_assign sums, Sub sub SubAssign sub_assign sums);
operators!(Mul mul MulAssign mul_assign products, Div div DivAssign div_assign products);

impl Neg for Counted {
    type Output = Self;
    fn neg(self) -> Self {
        Counted(-self.0)
    }
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

macro_rules! functions {
    ($($name:ident)*) => {$(
        fn $name(self) -> Self {
            add(|done| done.functions += 1);
            Counted(Real::$name(self.0))
        }
    )*};
}

impl Real for Counted {
    const ZERO: Self = Counted(0.0);
    const ONE: Self = Counted(1.0);
    const EPSILON: Self = Counted(f64::EPSILON);

    fn from_f64(x: f64) -> Self {
        Counted(x)
    }
    fn to_f64(self) -> f64 {
        self.0
    }
    functions!(sqrt exp ln tanh erf sin cos);
    fn abs(self) -> Self {
        Counted(self.0.abs())
    }
    fn powi(self, n: i32) -> Self {
        add(|done| done.functions += 1);
        Counted(self.0.powi(n))
    }
    fn is_finite(self) -> bool {
        self.0.is_finite()
    }
    fn is_zero(self) -> bool {
        self.0 == 0.0
    }
    fn kernels() -> &'static Kernels<Self> {
        const { &Kernels::<Self>::PORTABLE }
    }
}
