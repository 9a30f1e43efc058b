//! The scalar tape: reverse mode, one number a node. Chapter: *Reverse mode*.
