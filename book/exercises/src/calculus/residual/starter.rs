//! The way back through a residual network: each block adds something to what it was given.
//!
//! ```text
//! h ← h + scale·V·tanh(U·h)     one block; U is (hidden, width), V is (width, hidden)
//! loss = cotangent · h          behind the last block
//! ```
//!
//! Wanted is ∂loss/∂x, where x is what the first block was given. Without any block that is the cotangent. Scales may be negative, and the
//! numbers of hidden units differ from block to block.

use exercises::calculus::residual::Block;

/// ∂loss/∂x.
pub fn vjp(blocks: &[Block], x: &[f64], cotangent: &[f64]) -> Vec<f64> {
    todo!("forward, and remember what the slopes need; then back, last block first")
}
