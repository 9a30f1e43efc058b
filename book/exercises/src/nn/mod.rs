//! Exercises of the fifth room, where the four are composed.
