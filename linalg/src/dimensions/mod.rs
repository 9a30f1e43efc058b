//! What is different with a thousand axes. Chapter: *High dimensions*.
//!
//! | file | what it holds |
//! |---|---|
//! | [`cosine`](mod@cosine) | how much two vectors point the same way, at any size of their numbers; the nearest of many |
//! | [`concentration`] | why random vectors are all equally long, equally far apart, and at right angles |
//! | [`projection`] | a thousand axes squeezed into a few hundred, with every distance kept (Johnson and Lindenstrauss) |
//! | [`anisotropy`] | how many axes an embedding really uses; taking away what all its vectors have in common |
//! | [`spectra`] | where the eigenvalues of random matrices lie: semicircle, Marchenko and Pastur, the circular law |
//!
//! Random numbers come in as closures: `FnMut() -> f64`, standard normal or uniform in [0, 1).

pub mod anisotropy;
pub mod concentration;
pub mod cosine;
pub mod projection;
pub mod spectra;

pub use anisotropy::{Whitening, effective_rank, mean_cosine, participation_ratio};
pub use cosine::{cosine, cosines, nearest};
pub use projection::Projection;
pub use spectra::{CircularLaw, MarchenkoPastur, Semicircle};
