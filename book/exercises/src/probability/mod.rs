//! Exercises of the third pillar.

pub mod log_sum_exp;
pub mod softmax;
pub mod temperature;
pub mod top_k;
pub mod top_p;
