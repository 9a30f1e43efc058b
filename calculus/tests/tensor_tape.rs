//! The tests of the chapter *The tensor tape*.

/// `cargo test -p calculus -- tensor_tape`
mod tensor_tape {
    mod every;
    mod fused;
    mod memory;
    mod operations;
    mod parts;
}
