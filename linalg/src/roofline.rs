//! What a piece of work can reach at most: two numbers of the machine, two of the work. Chapter: *The matrix product as hardware
//! sees it*.
//!
//! The machine has a ceiling of arithmetic, [`peak::flops`](crate::peak::flops), and one of transport,
//! [`bandwidth::read`](crate::bandwidth::read). Work has operations and bytes. Whichever takes longer decides, since the other
//! happens meanwhile.
//!
//! Source: S. Williams, A. Waterman, D. Patterson, *Roofline: An Insightful Visual Performance Model for Multicore Architectures*,
//! CACM 52 (2009). A roof for each cache: A. Ilic, F. Pratas, L. Sousa, *Cache-aware Roofline Model*, IEEE CAL 13 (2014).

/// What has to be done, and what has to be moved for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Work {
    /// Additions and multiplications.
    pub flop: f64,
    /// Bytes that cross the border: of the registers, of a cache, of the processor. Which one is the caller's choice.
    pub bytes: f64,
}

impl Work {
    /// C ← A·B, shapes (m, k)·(k, n), elements of `size` bytes: A and B are fetched once, C is written once.
    ///
    /// flop = 2·m·k·n, bytes = size·(m·k + k·n + m·n). No program moves less, if nothing of the matrices is near beforehand.
    ///
    /// ```
    /// use linalg::roofline::Work;
    ///
    /// let square = Work::product([512, 512, 512], 4);
    /// assert!((square.intensity() - 512.0 / 6.0).abs() < 1e-12); // grows with n
    /// let token = Work::product([1, 512, 512], 4);
    /// assert!(token.intensity() < 0.5); // two operations for each weight of four bytes, whatever n is
    /// ```
    // ANCHOR: product
    pub fn product([m, k, n]: [usize; 3], size: usize) -> Work {
        let [m, k, n, size] = [m, k, n, size].map(|x| x as f64);
        Work { flop: 2.0 * m * k * n, bytes: size * (m * k + k * n + m * n) }
    }
    // ANCHOR_END: product

    /// C ← C + A·B: C is fetched as well. This is what a piece of a larger product does, and most rungs of the ladder.
    pub fn accumulating([m, k, n]: [usize; 3], size: usize) -> Work {
        let work = Work::product([m, k, n], size);
        Work { bytes: work.bytes + (m * n * size) as f64, ..work }
    }

    /// y ← y + a·x, n elements of `size` bytes: two are fetched and one is written for two operations.
    pub fn axpy(n: usize, size: usize) -> Work {
        Work { flop: 2.0 * n as f64, bytes: 3.0 * (n * size) as f64 }
    }

    /// Operations for each byte that is moved: the *arithmetic intensity*.
    // ANCHOR: intensity
    pub fn intensity(&self) -> f64 {
        self.flop / self.bytes
    }
    // ANCHOR_END: intensity
}

/// A machine, or a core of it, as seen from one border of memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Roof {
    /// Operations per second, at most.
    pub flops: f64,
    /// Bytes per second across the border, at most.
    pub bandwidth: f64,
}

impl Roof {
    /// The intensity at which arithmetic and transport take equally long. To the left of it memory decides, to the right arithmetic.
    pub fn ridge(&self) -> f64 {
        self.flops / self.bandwidth
    }

    /// Operations per second that work of an intensity can reach.
    ///
    /// ```
    /// use linalg::roofline::Roof;
    ///
    /// let roof = Roof { flops: 100e9, bandwidth: 10e9 };
    /// assert_eq!(roof.reachable(0.5), 5e9); // the slope
    /// assert_eq!(roof.reachable(80.0), 100e9); // the flat part
    /// assert_eq!(roof.ridge(), 10.0);
    /// ```
    pub fn reachable(&self, intensity: f64) -> f64 {
        (intensity * self.bandwidth).min(self.flops)
    }

    /// Seconds that the work takes at least. Moving and computing overlap, so the longer of the two counts.
    // ANCHOR: seconds
    pub fn seconds(&self, work: &Work) -> f64 {
        (work.flop / self.flops).max(work.bytes / self.bandwidth)
    }
    // ANCHOR_END: seconds

    /// The smallest batch m for which a product of m rows with a (k, n) matrix is no longer bound by memory; `None` if no batch is
    /// large enough: the rows come and go through the same border, and a thin matrix gives them too little to do.
    ///
    /// m·(2kn/flops − size·(k + n)/bandwidth) ≥ size·kn/bandwidth.
    pub fn batch(&self, k: usize, n: usize, size: usize) -> Option<usize> {
        let (weights, sides) = ((k * n) as f64, (k + n) as f64);
        let gain = 2.0 * weights / self.flops - size as f64 * sides / self.bandwidth;
        let needed = size as f64 * weights / self.bandwidth;
        (gain > 0.0).then(|| (needed / gain).ceil().max(1.0) as usize)
    }
}
