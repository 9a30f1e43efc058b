//! Pillar 4: approximation.

pub mod relu_net;
