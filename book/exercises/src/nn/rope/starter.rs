//! Rotary position embedding (Su et al., 2021).
//!
//! A key or query x of even length d is read as d/2 points in the plane, (x[0], x[1]), (x[2], x[3]), …; point i is turned
//! counter-clockwise by the angle
//!
//! ```text
//! angle(i) = position · base^(−2i/d)        i = 0, 1, …, d/2 − 1
//! ```
//!
//! Turning by an angle a takes (u, v) to (u·cos a − v·sin a, u·sin a + v·cos a). After it, the product of a query and a key depends on the
//! *difference* of their positions only. (Some models pair x[i] with x[i + d/2] instead. Both are in use; here neighbours are pairs.)

/// Turns the pairs of `x`, in place, by the angles that belong to `position`.
pub fn rope(x: &mut [f64], position: usize, base: f64) {
    todo!("turn each pair by its angle")
}
