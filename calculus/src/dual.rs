//! Dual numbers: forward mode. Chapter: *Reverse mode*.
