//! A picture that nobody has to load: a sun over hills, behind a fence. Chapter: *The singular value decomposition*.

#![allow(unreachable_pub)] // an example of linalg includes this file

use linalg::Mat;

/// Grey values from 0 (black) to 1 (white), shape (32, 40).
pub fn picture() -> Mat {
    Mat::from_fn(32, 40, |i, j| {
        let (y, x) = (i as f64, j as f64);
        let sky = 0.85 - 0.012 * y;
        let hills = 22.0 + 3.0 * (x / 5.0).sin() + 1.5 * (x / 2.3).cos();
        let from_sun = (x - 28.0).hypot(y - 8.0);
        if i >= 24 && (j % 6 < 2 || i == 25 || i == 29) {
            0.95 // the fence
        } else if y > hills {
            0.3 - 0.1 * (x / 40.0)
        } else if from_sun < 5.0 {
            1.0
        } else if from_sun < 6.5 {
            0.92
        } else {
            sky
        }
    })
}
