//! Exercises of the third pillar.

pub mod softmax;
pub mod top_p;
