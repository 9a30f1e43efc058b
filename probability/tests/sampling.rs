//! The tests of the chapter *Softmax and sampling*: `cargo test -p probability -- sampling`.

mod sampling {
    mod law;

    mod random;
    mod uniform;
}
