//! The clinic's tests: planted faults are named, healthy runs raise nothing, a look costs no memory.

mod clinic {
    mod faults;
    mod healthy;
    mod nets;
    mod parts;
    mod variants;
}
