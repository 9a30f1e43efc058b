//! A vector store that was made up: it is known which documents belong together, and what all of them share.

use crate::normals;
use linalg::{Mat, norm2};

pub(crate) const WIDTH: usize = 384;
pub(crate) const TOPICS: usize = 100;
pub(crate) const PER_TOPIC: usize = 20;
pub(crate) const DOCUMENTS: usize = TOPICS * PER_TOPIC;
pub(crate) const QUERIES: usize = 200;

/// What one model adds to every vector, and by how much that varies from document to document.
#[derive(Clone, Copy)]
pub(crate) struct Model {
    common: f64,
    varies: f64,
}

impl Model {
    /// Nearly everything is common.
    pub(crate) const A: Model = Model { common: 1.9, varies: 0.25 };
    /// Hardly anything is.
    pub(crate) const B: Model = Model { common: 0.4, varies: 0.25 };
}

pub(crate) struct Store {
    pub(crate) documents: Mat,
    pub(crate) queries: Mat,
    pub(crate) query_topics: Vec<usize>,
}

// ANCHOR: store
impl Store {
    /// Each vector is a little of its topic, a lot of its own, and a piece of one direction that all share.
    pub(crate) fn new(model: Model) -> Self {
        let mut normal = normals(1);
        let mut direction = || {
            let v: Vec<f64> = (0..WIDTH).map(|_| normal()).collect();
            let length = norm2(&v);
            v.into_iter().map(|x| x / length).collect::<Vec<f64>>()
        };
        let common = direction();
        let topics: Vec<Vec<f64>> = (0..TOPICS).map(|_| direction()).collect();
        let mut amounts = normals(2);
        let mut vector = |topic: usize| {
            let (own, amount) = (direction(), model.common * (model.varies * amounts()).exp());
            (0..WIDTH).map(|j| amount * common[j] + 0.5 * topics[topic][j] + own[j]).collect::<Vec<f64>>()
        };
        let documents: Vec<Vec<f64>> = (0..DOCUMENTS).map(|i| vector(i / PER_TOPIC)).collect();
        let query_topics: Vec<usize> = (0..QUERIES).map(|q| q % TOPICS).collect();
        let queries: Vec<Vec<f64>> = query_topics.iter().map(|&topic| vector(topic)).collect();
        Store { documents: Mat::from_rows(&documents), queries: Mat::from_rows(&queries), query_topics }
    }

    pub(crate) fn topic_of(document: usize) -> usize {
        document / PER_TOPIC
    }
}
// ANCHOR_END: store
