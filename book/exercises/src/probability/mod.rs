//! Exercises of the third pillar.

pub mod softmax;
