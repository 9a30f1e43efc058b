//! Finite differences. Chapter: *Reverse mode*.
