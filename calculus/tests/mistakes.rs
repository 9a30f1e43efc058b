//! What a mistake in a model looks like: blamed on the line that made it, with the operation and the shapes.

mod mistakes {
    use calculus::tape::{Arena, Grads, Params, Tape, Var};
    use linalg::Tensor;
    use std::cell::RefCell;
    use std::panic;

    /// The message of a panic, and the line it is blamed on.
    fn blame(f: impl FnOnce() + panic::UnwindSafe) -> (String, u32) {
        thread_local! { static SEEN: RefCell<Option<(String, u32)>> = const { RefCell::new(None) } }
        static HOOK: std::sync::Once = std::sync::Once::new();
        HOOK.call_once(|| {
            panic::set_hook(Box::new(|info| {
                let line = info
                    .location()
                    .filter(|l| l.file().ends_with("mistakes.rs"))
                    .map_or(0, panic::Location::line);
                let message = info.payload();
                let message = message.downcast_ref::<String>().cloned().unwrap_or_else(|| {
                    message.downcast_ref::<&str>().copied().unwrap_or_default().to_owned()
                });
                eprintln!("{info}");
                SEEN.set(Some((message, line)));
            }));
        });
        assert!(panic::catch_unwind(f).is_err(), "nothing panicked");
        SEEN.take().unwrap()
    }

    /// An operation's name, the shapes that its message must hold, the line of the call, the call.
    type Mistake = (&'static str, [&'static str; 2], u32, fn(&mut Tape<'_, f64>, [Var; 3]));

    #[test]
    fn a_wrong_shape_is_blamed_on_the_caller() {
        #[rustfmt::skip]
        let mistakes: [Mistake; 17] = [
            ("add", ["[2, 3]", "[4]"], line!(), |t, [a, b, _]| { t.add(a, b); }),
            ("sub", ["[2, 3]", "[4]"], line!(), |t, [a, b, _]| { t.sub(a, b); }),
            ("mul", ["[2, 3]", "[4]"], line!(), |t, [a, b, _]| { t.mul(a, b); }),
            ("div", ["[2, 3]", "[4]"], line!(), |t, [a, b, _]| { t.div(a, b); }),
            ("matmul", ["[2, 3]", "[2, 3]"], line!(), |t, [a, _, _]| { t.matmul(a, a); }),
            ("linear", ["[4]", "[2, 3]"], line!(), |t, [a, b, _]| { t.linear(b, a, None); }),
            ("linear", ["[2, 3]", "[4]"], line!(), |t, [a, b, _]| { t.linear(a, a, Some(b)); }),
            ("linear_onto", ["[2, 3]", "[4]"], line!(), |t, [a, b, _]| { t.linear_onto(b, a, a); }),
            ("reshape", ["[2, 3]", "[5]"], line!(), |t, [a, _, _]| { t.reshape(a, [5]); }),
            ("layernorm", ["[2, 3]", "[4]"], line!(), |t, [a, b, _]| { t.layernorm(a, b, None, 1e-5); }),
            ("rmsnorm", ["[2, 3]", "[4]"], line!(), |t, [a, b, _]| { t.rmsnorm(a, b, 1e-5); }),
            ("softmax", ["[]", "no axis"], line!(), |t, [_, _, c]| { t.softmax(c); }),
            ("embedding", ["id 2 at position 1", "[2, 3]"], line!(), |t, [a, _, _]| { t.embedding(a, &[0, 2]); }),
            ("cross_entropy", ["[2, 3]", "3 targets"], line!(), |t, [a, _, _]| { t.cross_entropy(a, &[0; 3]); }),
            ("cross_entropy", ["target 3 of row 1", "[2, 3]"], line!(), |t, [a, _, _]| { t.cross_entropy(a, &[0, 3]); }),
            ("input", ["[2, 3]", "got 5"], line!(), |t, _| { t.input([2, 3], &[0.0; 5]); }),
            ("backward", ["[2, 3]", "one number"], line!(), |t, [a, _, _]| t.backward(a, &mut Grads::default())),
        ];
        for (name, shapes, line, call) in mistakes {
            let (message, blamed) = blame(|| {
                let (params, mut arena) = (Params::new(), Arena::new());
                let mut t = Tape::record(&params, &mut arena);
                let vars = [t.input([2, 3], &[1.0; 6]), t.input([4], &[1.0; 4]), t.input([], &[1.0])];
                call(&mut t, vars);
            });
            assert!(message.starts_with(&format!("{name}: ")), "{name}: {message}");
            assert!(shapes.iter().all(|s| message.contains(s)), "{name}: {message}");
            assert_eq!(blamed, line, "{name}: {message}");
        }
    }

    /// Its number names a node of the new graph, too: silence would be a wrong gradient.
    #[test]
    fn a_value_of_another_graph_is_blamed_on_the_caller() {
        type Use = (u32, fn(&mut Tape<'_, f64>, Var));
        #[rustfmt::skip]
        let uses: [Use; 10] = [
            (line!(), |t, old| { t.tanh(old); }),
            (line!(), |t, old| { t.sum(old); }),
            (line!(), |t, old| { let new = t.input([3], &[1.0; 3]); t.mul(new, old); }),
            (line!(), |t, old| { t.softmax(old); }),
            (line!(), |t, old| { t.reshape(old, [3]); }),
            (line!(), |t, old| { let _ = t.value(old); }),
            (line!(), |t, old| { let _ = t.shape(old); }),
            (line!(), |t, old| { let _ = t.grad(old); }),
            (line!(), |t, old| { t.retain(old); }),
            (line!(), |t, old| { t.backward(old, &mut Grads::default()); }),
        ];
        for (i, (line, wrong)) in uses.into_iter().enumerate() {
            let (message, blamed) = blame(|| {
                let (params, mut arena) = (Params::new(), Arena::new());
                let old = Tape::record(&params, &mut arena).input([3], &[1.0; 3]);
                let mut t = Tape::record(&params, &mut arena);
                t.input([3], &[2.0; 3]);
                wrong(&mut t, old);
            });
            assert!(message.contains("belongs to another graph"), "{i}: {message}");
            assert_eq!(blamed, line, "{i}: {message}");
        }
    }

    #[test]
    fn other_mistakes_are_explained() {
        let (message, _) = blame(|| {
            let (params, mut arena) = (Params::<f64>::new(), Arena::new());
            let mut t = Tape::infer(&params, &mut arena);
            let x = t.input([], &[1.0]);
            t.backward(x, &mut Grads::like(&params));
        });
        assert!(message.contains("does not record"), "{message}");
        let (message, _) = blame(|| {
            let mut params = Params::new();
            let grads = Grads::like(&params);
            params.add("w", Tensor::full([2], 1.0), true);
            let mut arena = Arena::new();
            let mut t = Tape::record(&params, &mut arena);
            let x = t.input([], &[1.0]);
            t.backward(x, &mut grads.clone());
        });
        assert!(message.contains("2 parameters, but 0 gradients"), "{message}");
        let (message, _) = blame(|| {
            let mut params = Params::new();
            params.add("w", Tensor::full([2], 1.0), true);
            params.add("w", Tensor::full([2], 1.0), true);
        });
        assert!(message.contains("\"w\""), "{message}");
        let (message, _) = blame(|| {
            let (params, mut arena) = (Params::<f64>::new(), Arena::new());
            let mut t = Tape::record(&params, &mut arena);
            t.compute([1], |_, _| ());
        });
        assert!(message.contains("no backward twin"), "{message}");
        let (message, _) = blame(|| {
            let (params, mut arena) = (Params::<f64>::new(), Arena::new());
            Tape::record(&params, &mut arena).leave();
        });
        assert!(message.contains("no scope"), "{message}");
    }
}
