//! Exercises of the second pillar.
