//! Exercises of the fourth pillar.
