//! The tests of the chapter *Softmax and sampling*: `cargo test -p probability -- sampling`.

mod sampling {
    mod law;

    mod continuous;
    mod decoding;
    mod discrete;
    mod information;
    mod random;
    mod softmax;
    mod uniform;
}
