//! Vector-Jacobian products, Hessian-vector products and checkpoints, against closed forms, duals, hyper-duals, differences and the
//! tape that records everything.

mod wengert {
    use calculus::checkpoint::{Move, Schedule, Sweep, backward};
    use calculus::counted::{Counted, count};
    use calculus::dual::{self, Dual};
    use calculus::hvp::{hessian, hvp, products};
    use calculus::hyper;
    use calculus::moons::{Sample, WEIGHTS, loss, plain_loss, random_weights, two_moons};
    use calculus::scalar::{Tape, Var};
    use calculus::vjp::{gradient, jacobian, vjp};
    use linalg::Real;
    use linalg::eigen::{Lanczos, Which};
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    fn config() -> ProptestConfig {
        ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() }
    }

    fn close(a: f64, b: f64, tolerance: f64) -> bool {
        (a - b).abs() <= tolerance * (1.0 + b.abs())
    }

    /// One function of four inputs, on a tape of any numbers and on plain ones. Every operation of the tape is in it.
    macro_rules! mixed {
        ($x:expr, $powi:expr) => {{
            let x = $x;
            let a = (x[0] * x[1]).sin() * x[2].exp() + x[0] / (x[1] * x[1] + x[3].cos() * 0.1 + 1.5);
            let b = (x[2] * x[0] - 0.5).tanh() - (x[3] * x[3] + 0.7).ln() * (x[1] * x[1] + 1.0).sqrt();
            let c = $powi(x[3] - x[2], 3) + 2.0 / (x[0] * x[0] + 2.0) - $powi(x[2] + 4.0, -2)
                + (x[1] + 5.0).abs();
            0.25 * a * b - c
        }};
    }

    fn on_tape<'t, T: Real>(x: &[Var<'t, T>]) -> Var<'t, T> {
        mixed!(x, |y: Var<'t, T>, n| y.powi(n))
    }

    /// A plain number in a program that says `0.5 * x`.
    #[derive(Clone, Copy)]
    struct Plain<T>(T);
    macro_rules! plain {
        ($($op:ident $method:ident),*) => {$(
            impl<T: Real> std::ops::$op for Plain<T> {
                type Output = Self;
                fn $method(self, other: Self) -> Self { Plain(self.0.$method(other.0)) }
            }
            impl<T: Real> std::ops::$op<f64> for Plain<T> {
                type Output = Self;
                fn $method(self, other: f64) -> Self { Plain(self.0.$method(T::from_f64(other))) }
            }
            impl<T: Real> std::ops::$op<Plain<T>> for f64 {
                type Output = Plain<T>;
                fn $method(self, other: Plain<T>) -> Plain<T> { Plain(T::from_f64(self).$method(other.0)) }
            }
        )*};
    }
    plain!(Add add, Sub sub, Mul mul, Div div);
    macro_rules! plain_functions {
        ($($name:ident)*) => { impl<T: Real> Plain<T> { $(fn $name(self) -> Self { Plain(self.0.$name()) })* } };
    }
    plain_functions!(sin cos exp ln sqrt tanh abs);

    fn plainly<T: Real>(x: &[T]) -> T {
        let x: Vec<Plain<T>> = x.iter().map(|&x| Plain(x)).collect();
        mixed!(&x, |y: Plain<T>, n| Plain(y.0.powi(n))).0
    }

    fn outputs<'t, T: Real>(x: &[Var<'t, T>]) -> Vec<Var<'t, T>> {
        vec![x[0] * x[1], on_tape(x), x[2].sin() - x[3], x[0].tape().var(T::ONE), x[3]]
    }

    proptest! {
        #![proptest_config(config())]

        /// The tape's gradient and its Hessian-vector product are those of duals and hyper-duals, and of differences.
        #[test]
        fn a_product_is_that_of_the_hessian(
            x in prop::collection::vec(-1.5..1.5_f64, 4), v in prop::collection::vec(-2.0..2.0_f64, 4),
        ) {
            let exact = hyper::hessian(plainly, &x);
            let product = hvp(on_tape, &x, &v);
            let h = 1e-5;
            let moved = |h: f64| gradient(on_tape, &x.iter().zip(&v).map(|(x, v)| x + h * v).collect::<Vec<_>>());
            let (above, below) = (moved(h), moved(-h));
            for i in 0..4 {
                let row: f64 = (0..4).map(|j| exact[[i, j]] * v[j]).sum();
                prop_assert!(close(product[i], row, 1e-11), "{i}: {} for {row}", product[i]);
                let measured = (above[i] - below[i]) / (2.0 * h);
                prop_assert!(close(product[i], measured, 1e-5), "{i}: {} measured as {measured}", product[i]);
            }
            let whole = hessian(on_tape, &x);
            for i in 0..4 {
                for j in 0..4 {
                    prop_assert!(close(whole[[i, j]], exact[[i, j]], 1e-11) && close(whole[[i, j]], whole[[j, i]], 1e-12));
                }
            }
        }

        /// uᵀ·(J·v) = (uᵀ·J)·v: forward mode and reverse mode multiply one matrix, from two sides. And its rows are its columns.
        #[test]
        fn forward_and_reverse_meet(
            x in prop::collection::vec(-1.5..1.5_f64, 4), v in prop::collection::vec(-2.0..2.0_f64, 4),
            u in prop::collection::vec(-2.0..2.0_f64, 5),
        ) {
            let forward = dual::directional(plain_outputs, &x, &v);
            let reverse = vjp(outputs, &x, &u);
            let left: f64 = u.iter().zip(&forward).map(|(u, y)| u * y).sum();
            let right: f64 = reverse.iter().zip(&v).map(|(d, v)| d * v).sum();
            prop_assert!(close(left, right, 1e-12), "{left} and {right}");
            let (rows, columns) = (jacobian(outputs, &x), dual::jacobian(plain_outputs, &x));
            for i in 0..5 {
                for j in 0..4 {
                    prop_assert!(close(rows[[i, j]], columns[[i, j]], 1e-13), "[{i}, {j}]");
                }
            }
            for j in 0..4 {
                let sum: f64 = (0..5).map(|i| u[i] * columns[[i, j]]).sum();
                prop_assert!(close(reverse[j], sum, 1e-12), "{j}");
            }
        }

        /// Whatever is kept and whatever is run again, the gradient is the same; and it is the one that differences measure.
        #[test]
        fn every_schedule_gives_the_gradient(
            steps in 1..12_usize, states in 1..6_usize, x in prop::collection::vec(-1.0..1.0_f64, 3),
            w in prop::collection::vec(-0.9..0.9_f64, 4), up in prop::collection::vec(-2.0..2.0_f64, 3),
        ) {
            let all = backward(&Schedule::everything(steps), tick, &w, &x, &up);
            let loss = |p: &[f64]| {
                let end = backward(&Schedule::everything(steps), tick, &p[..4], &p[4..], &up).end;
                end.iter().zip(&up).map(|(x, u)| x * u).sum::<f64>()
            };
            let measured = calculus::differences::gradient(loss, &[&w[..], &x[..]].concat());
            for schedule in [Schedule::segments(steps, states), Schedule::binomial(steps, states)] {
                let some = backward(&schedule, tick, &w, &x, &up);
                prop_assert_eq!(&some.end, &all.end);
                prop_assert_eq!(some.steps, steps + schedule.advanced());
                let both = |sweep: &Sweep| [&sweep.weights[..], &sweep.start[..]].concat();
                for ((a, b), m) in both(&some).iter().zip(both(&all)).zip(&measured) {
                    prop_assert!(close(*a, b, 1e-13) && close(*a, *m, 1e-6), "{schedule:?}: {a}, {b}, measured {m}");
                }
            }
        }
    }

    /// The outputs of a Jacobian, on plain numbers.
    fn plain_outputs<T: Real>(x: &[T]) -> Vec<T> {
        vec![x[0] * x[1], plainly(x), x[2].sin() - x[3], T::ONE, x[3]]
    }

    /// One step of a small recurrent network, different at every k.
    fn tick<'t, T: Real>(k: usize, w: &[Var<'t, T>], x: &[Var<'t, T>]) -> Vec<Var<'t, T>> {
        let shift = 0.1 * (k as f64 + 1.0).sin();
        vec![
            (w[0] * x[1] + w[1] * x[2] + shift).tanh(),
            (w[2] * x[0]).sin() + 0.5 * x[2],
            w[3] * x[0] - 0.25 * x[1],
        ]
    }

    /// At a minimum every gradient is 0, and all of them move: that is where one wants to know the curvature.
    #[test]
    fn the_curvature_at_a_minimum_is_not_lost() {
        // ½·(w·x − 6)² with x = 3, at w = 2: the residual is exactly 0
        let fit = hvp(|w| (3.0 * w[0] - 6.0).powi(2) * 0.5, &[2.0], &[1.0]);
        assert_eq!(fit, [9.0]);
        assert_eq!(gradient(|w| (3.0 * w[0] - 6.0).powi(2) * 0.5, &[2.0]), [0.0]);
        // x²·y² at x = 0: both gradients are 0, and the one in x is about to move
        assert_eq!(hessian(|p| p[0] * p[0] * p[1] * p[1], &[0.0, 3.0]).data(), [18.0, 0.0, 0.0, 0.0]);
        // a product at the origin: both gradients are 0, and each is moved by the other
        assert_eq!(hessian(|p| p[0] * p[1], &[0.0, 0.0]).data(), [0.0, 1.0, 1.0, 0.0]);
        // a 0 that rests still hands on nothing, even along an infinite slope
        assert_eq!(hvp(|x| 0.0 * x[0].sqrt() + x[1] * x[1], &[0.0, 1.0], &[1.0, 1.0]), [0.0, 2.0]);
        // and so does a closed gate
        assert_eq!(hvp(|x| x[0].relu() * x[1] + x[1] * x[1], &[-1.0, 1.0], &[5.0, 1.0]), [0.0, 2.0]);
    }

    /// A function of one's own: the slope has to move with the input, or first derivatives are right and second ones are not.
    #[test]
    fn a_slope_that_stands_still_has_no_curvature() {
        fn softplus<'t, T: Real>(x: Var<'t, T>, detached: bool) -> Var<'t, T> {
            let value = (T::ONE + x.value().exp()).ln();
            let slope = T::ONE / (T::ONE + (-x.value()).exp());
            x.unary(value, if detached { T::from_f64(slope.to_f64()) } else { slope })
        }
        let point = [0.4];
        let [right, wrong] = [false, true].map(|d| gradient(|x| softplus(x[0], d), &point));
        assert_eq!(right, wrong);
        let s = right[0];
        let [right, wrong] = [false, true].map(|d| hvp(|x| softplus(x[0], d), &point, &[1.0])[0]);
        assert!(close(right, s * (1.0 - s), 1e-15));
        assert_eq!(wrong, 0.0);
    }

    fn moons<'t, T: Real>(w: &[Var<'t, T>], data: &[Sample]) -> Var<'t, T> {
        loss(w[0].tape(), w.try_into().expect("all weights"), data).0
    }

    /// A network: against a difference of gradients in all 337 weights, and u·Hv = v·Hu.
    #[test]
    fn the_product_of_a_network() {
        let data = two_moons(20, 0.1, 1);
        let w = random_weights(2);
        let direction = |seed: u64| -> Vec<f64> { random_weights(seed).iter().map(|x| x + 0.1).collect() };
        let (u, v) = (direction(3), direction(4));
        let mut product = products(|w| moons(w, &data), &w);
        let (mut hu, mut hv) = (vec![0.0; WEIGHTS], vec![0.0; WEIGHTS]);
        product(&u, &mut hu);
        product(&v, &mut hv);
        assert_eq!(hv, hvp(|w| moons(w, &data), &w, &v));
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        assert!(close(dot(&u, &hv), dot(&v, &hu), 1e-12));
        let h = 1e-6; // so small that no gate changes
        let at = |h: f64| {
            gradient(|w| moons(w, &data), &w.iter().zip(&v).map(|(w, v)| w + h * v).collect::<Vec<_>>())
        };
        for ((above, below), exact) in at(h).iter().zip(at(-h)).zip(&hv) {
            assert!(close(*exact, (above - below) / (2.0 * h), 1e-7), "{exact}");
        }
        // the largest eigenvalue, through products alone and from the whole matrix
        let whole = hessian(|w| moons(w, &data), &w);
        let lanczos = Lanczos { pairs: 1, which: Which::Largest, tolerance: 1e-10, cap: 400, basis: None };
        let sharpness = lanczos.run(product, &v).expect("converges").values[0];
        let referee = nalgebra::DMatrix::from_row_slice(WEIGHTS, WEIGHTS, whole.data());
        assert!(close(
            sharpness,
            ((&referee + referee.transpose()) * 0.5).symmetric_eigenvalues().max(),
            1e-9
        ));
    }

    /// What a gradient and a product cost, in operations: whatever the number of inputs.
    #[test]
    fn a_product_costs_a_few_gradients() {
        let data = two_moons(20, 0.1, 1);
        let w: Vec<Counted> = random_weights(2).into_iter().map(Counted).collect();
        let v = vec![Counted(1.0); WEIGHTS];
        let (_, plain) = count(|| plain_loss(&w, &data));
        let (_, first) = count(|| gradient(|w| moons(w, &data), &w));
        let (_, second) = count(|| hvp(|w| moons(w, &data), &w, &v));
        let times = |a: calculus::counted::Operations, b: calculus::counted::Operations| {
            a.total() as f64 / b.total() as f64
        };
        assert!((1.0..4.0).contains(&times(first, plain)), "{first:?} after {plain:?}");
        assert!((2.0..3.5).contains(&times(second, first)), "{second:?} after {first:?}");
    }

    #[test]
    fn counts() {
        let (x, y) = (Counted(2.0), Counted(3.0));
        let ((_, inner), outer) = count(|| {
            let _ = x + y;
            count(|| (x * y).exp() / y - x.powi(3))
        });
        assert_eq!((inner.sums, inner.products, inner.functions, inner.total()), (1, 2, 2, 5));
        assert_eq!(outer.total(), 6);
        assert_eq!((-x).abs().to_f64(), 2.0);
        assert!(Counted(0.0).is_zero() && !Counted(f64::NAN).is_finite());
    }

    /// Every number of parts: f32, duals of duals, and a vector of slopes.
    #[test]
    fn tapes_of_other_numbers() {
        assert_eq!(gradient(|x| x[0] * x[0] * 0.5, &[3.0_f32]), [3.0]);
        // x⁴: the second derivative of its gradient is 24x
        let tape = Tape::default();
        let x = tape.var(Dual::new(Dual::variable(2.0), Dual::constant(1.0)));
        assert_eq!(x.powi(4).backward().wrt(x).d.d, 48.0);
        // two directions in one sweep
        let tape = Tape::default();
        let point = [(3.0, [1.0, 0.0]), (5.0, [0.0, 1.0])];
        let [x, y] = point.map(|(value, d)| tape.var(calculus::duals::Duals { value, d }));
        let grads = (x * x * y).backward();
        assert_eq!((grads.wrt(x).d, grads.wrt(y).d), ([10.0, 6.0], [6.0, 0.0]));
    }

    #[test]
    fn wengert_hard_cases() {
        assert_eq!(hessian(|_| unreachable!("no inputs"), &[] as &[f64]).shape().dims(), [0, 0]);
        assert_eq!(hvp(|x| x[0].tape().var(Dual::constant(1.0)), &[2.0], &[1.0]), [0.0]);
        assert!(hvp(|x| x[0].ln() * x[0], &[-1.0_f64], &[1.0])[0].is_nan());
        assert_eq!(hvp(|x| x[0].powi(2) * 1e300, &[1e3], &[1.0]), [2e300]);
        assert_eq!(jacobian(|_| vec![], &[1.0]).shape().dims(), [0, 1]);
        assert_eq!(vjp(|_| vec![], &[1.0], &[]), [0.0]);
        // kinks: as for duals
        assert_eq!(hvp(|x| x[0].abs(), &[0.0], &[1.0]), [0.0]);
        assert_eq!(gradient(|x| x[0].abs(), &[-2.0]), [-1.0]);
        assert!(gradient(|x| x[0].abs(), &[f64::NAN])[0].is_nan());
    }

    #[test]
    #[should_panic(expected = "a point of 2 numbers, a vector of 1")]
    fn a_vector_of_another_length() {
        let _ = hvp(|x| x[0] * x[1], &[1.0, 2.0], &[1.0]);
    }

    #[test]
    #[should_panic(expected = "it needs an input")]
    fn nothing_to_record_on() {
        let _ = gradient(|_| unreachable!("not called"), &[] as &[f64]);
    }

    #[test]
    #[should_panic(expected = "vjp: 1 outputs, 2 weights")]
    fn weights_for_other_outputs() {
        let _ = vjp(|x| vec![x[0]], &[1.0], &[1.0, 2.0]);
    }

    // ---- checkpoints

    /// Plays a schedule: every step is swept once, from the last to the first, from a state that is at hand.
    fn play(schedule: &Schedule, steps: usize) -> (usize, usize) {
        let (mut at, mut left, mut advanced, mut most) = (Some(0), steps, 0, 0);
        let mut pile = vec![];
        for &next in schedule.moves() {
            match next {
                Move::Keep => pile.push(at.expect("a state to keep")),
                Move::Drop => drop(pile.pop().expect("a state to drop")),
                Move::Restore => at = Some(*pile.last().expect("a state to restore")),
                Move::Advance(to) => {
                    let from = at.expect("a state to start from");
                    assert!(from < to && to < left, "from {from} to {to}, with {left} to go");
                    advanced += to - from;
                    at = Some(to);
                }
                Move::Back(to) => {
                    let from = at.take().expect("a state to record from");
                    assert_eq!(to, left);
                    left = from;
                }
            }
            most = most.max(pile.len());
        }
        assert!(left == 0 && pile.is_empty());
        (advanced, most)
    }

    /// The fewest runs there can be: by trying every place for the next state.
    fn fewest(steps: usize, states: usize, known: &mut Vec<Vec<Option<usize>>>) -> usize {
        if steps <= 1 {
            return 0;
        }
        if states == 1 {
            return steps * (steps - 1) / 2;
        }
        if let Some(known) = known[steps][states] {
            return known;
        }
        let best = (1..steps)
            .map(|k| k + fewest(k, states, known) + fewest(steps - k, states - 1, known))
            .min()
            .expect("a place");
        known[steps][states] = Some(best);
        best
    }

    fn binomial(n: usize, k: usize) -> usize {
        (1..=k).fold(1, |c, i| c * (n - k + i) / i)
    }

    /// The binomial schedule is the best one, and its cost is that of the formula.
    #[test]
    fn no_schedule_is_cheaper() {
        let mut known = vec![vec![None; 8]; 61];
        for steps in 1..=60 {
            for states in 1..=7 {
                let schedule = Schedule::binomial(steps, states);
                let (advanced, most) = play(&schedule, steps);
                assert_eq!((advanced, most), (schedule.advanced(), schedule.states()));
                assert!(most <= states);
                assert_eq!(advanced, fewest(steps, states, &mut known), "{steps} steps, {states} states");
                let r = (1..=steps + 1).find(|&r| binomial(states + r, states) >= steps).expect("some r");
                assert_eq!(
                    advanced,
                    r * steps - binomial(states + r, r - 1),
                    "{steps} steps, {states} states, r = {r}"
                );
            }
        }
    }

    #[test]
    fn pieces() {
        for steps in 1..=30 {
            for length in 1..=31 {
                let schedule = Schedule::segments(steps, length);
                let (advanced, most) = play(&schedule, steps);
                assert_eq!(most, steps.div_ceil(length));
                // all but the last piece run once more
                assert_eq!(advanced, (steps.div_ceil(length) - 1) * length);
            }
        }
        assert_eq!(play(&Schedule::everything(9), 9), (0, 0));
        // a million steps in the tape of one and a dozen states
        let million = Schedule::binomial(100_000, 12);
        assert!(million.states() <= 12 && million.advanced() < 800_000, "{}", million.advanced());
    }

    /// What is held: the tape of one step and the states, against the tape of all.
    #[test]
    fn nodes_held() {
        let (w, x, up) = ([0.5, -0.3, 0.8, 0.4], [0.1, 0.2, 0.3], [1.0, -1.0, 0.5]);
        let held = |schedule: &Schedule| backward(schedule, tick, &w, &x, &up).nodes;
        let all = held(&Schedule::everything(200));
        let root = held(&Schedule::segments(200, 14));
        let few = held(&Schedule::binomial(200, 5));
        assert!(all > 200 * 9 && root < all / 6 && few < all / 40, "{all}, {root}, {few}");
    }

    #[test]
    fn chains_hard_cases() {
        // no step: the end is the start
        for schedule in [Schedule::everything(0), Schedule::segments(0, 3), Schedule::binomial(0, 2)] {
            let sweep =
                backward(&schedule, |_, _, _| unreachable!("no step"), &[2.0], &[5.0, 7.0], &[1.0, -1.0]);
            assert_eq!((sweep.end, sweep.start, sweep.weights), (vec![5.0, 7.0], vec![1.0, -1.0], vec![0.0]));
        }
        // more places than steps
        assert_eq!(Schedule::binomial(4, 100).advanced(), 3);
        // NaN is handed through
        let sweep =
            backward(&Schedule::binomial(3, 2), |_, w, x| vec![w[0] * x[0]], &[f64::NAN], &[5.0], &[1.0]);
        assert!(sweep.start[0].is_nan() && sweep.weights[0].is_nan());
        // the last step may be the loss, of another width
        let sweep = backward(&Schedule::binomial(2, 1), last_is_a_sum, &[3.0], &[1.0, 2.0], &[1.0]);
        assert_eq!((sweep.end, sweep.start, sweep.weights), (vec![9.0], vec![3.0, 3.0], vec![3.0]));
    }

    fn last_is_a_sum<'t>(k: usize, w: &[Var<'t>], x: &[Var<'t>]) -> Vec<Var<'t>> {
        if k == 1 { vec![x[0] + x[1]] } else { vec![w[0] * x[0], w[0] * x[1]] }
    }

    #[test]
    #[should_panic(expected = "one state must be kept")]
    fn no_state() {
        let _ = Schedule::binomial(3, 0);
    }

    #[test]
    #[should_panic(expected = "a piece of 0 steps")]
    fn no_length() {
        let _ = Schedule::segments(3, 0);
    }
}
