//! Exercises of the fifth room, where the four are composed.

pub mod adamw;
pub mod attention;
pub mod kv_cache;
pub mod rmsnorm;
pub mod rope;
