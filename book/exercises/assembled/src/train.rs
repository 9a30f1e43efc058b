//! Text, schedule, clipping and steps.

use crate::model::{CONTEXT, Model};
use crate::parts;
use calculus::tape::{Arena, Grads, Params, Tape};
use exercises::approximation::relu_net::Net;
use exercises::nn::adamw::{Config, Step};
use nn::corpus::Corpus;
use probability::random;
use probability::uniform;

/// How long, on how much, and what to say afterwards.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Steps of the optimiser.
    pub steps: usize,
    /// Sequences a step.
    pub batch: usize,
    /// Steps between two lines.
    pub report: usize,
    /// The largest learning rate.
    pub peak: f64,
    /// How the sample begins.
    pub prompt: String,
    /// How many characters the sample has.
    pub sample: usize,
    /// Where everything random comes from.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            steps: 1500,
            batch: 4,
            report: 250,
            peak: 1e-2,
            prompt: "The ".into(),
            sample: 300,
            seed: 1,
        }
    }
}

/// A model in training.
pub struct Training {
    alphabet: Vec<char>,
    train: Vec<u32>,
    held_out: Vec<u32>,
    /// The model.
    pub model: Model,
    /// Its weights.
    pub params: Params<f64>,
    grads: Grads<f64>,
    arena: Arena<f64>,
    optimiser: Step,
    schedule: Net,
    batch: usize,
    seed: u64,
}

/// How much of this project's own text is read: its first chapters.
const TEXT: usize = 100_000;

impl Training {
    /// A model that has seen nothing yet.
    pub fn new(settings: &Settings) -> Self {
        let text: Vec<char> = Corpus::embedded()
            .text
            .chars()
            .filter(|c| c.is_ascii_graphic() || [' ', '\n'].contains(c))
            .take(TEXT)
            .collect();
        let mut alphabet = text.clone();
        alphabet.sort_unstable();
        alphabet.dedup();
        let ids: Vec<u32> =
            text.iter().filter_map(|c| Some(alphabet.binary_search(c).ok()? as u32)).collect();
        let (train, held_out) = ids.split_at(ids.len() * 9 / 10);
        let mut params = Params::new();
        let model = Model::new(&mut params, alphabet.len(), settings.seed);
        let (up, end) = (settings.steps as f64 / 20.0, settings.steps as f64);
        Training {
            train: train.to_vec(),
            held_out: held_out.to_vec(),
            grads: Grads::like(&params),
            arena: Arena::new(),
            optimiser: parts::adamw(params.len()),
            schedule: parts::broken_line(&[0.0, up, end], &[0.0, settings.peak, settings.peak / 10.0]),
            batch: settings.batch,
            seed: settings.seed,
            alphabet,
            model,
            params,
        }
    }

    /// How many numbers are learnt.
    pub fn parameters(&self) -> usize {
        self.params.len()
    }

    /// The characters, in the order of their numbers.
    pub fn alphabet(&self) -> &[char] {
        &self.alphabet
    }

    /// Some places of a text: what the model reads, and what comes next at each place.
    fn examples(text: &[u32], starts: impl Iterator<Item = usize>) -> (Vec<u32>, Vec<u32>) {
        let (mut ids, mut targets) = (vec![], vec![]);
        for start in starts {
            ids.extend(&text[start..start + CONTEXT]);
            targets.extend(&text[start + 1..=start + CONTEXT]);
        }
        (ids, targets)
    }

    /// One step; the loss before it.
    pub fn step(&mut self, step: usize) -> f64 {
        let mut rng = random::stream(self.seed, "assembled/batch", step as u64);
        let room = (self.train.len() - CONTEXT) as u64;
        let starts = (0..self.batch).map(|_| uniform::sample_below(&mut rng, room) as usize);
        let (ids, targets) = Self::examples(&self.train, starts);
        self.grads.zero();
        let mut tape = Tape::record(&self.params, &mut self.arena);
        let loss = self.model.loss(&mut tape, &ids, &targets, CONTEXT);
        let value = tape.item(loss);
        tape.backward(loss, &mut self.grads);
        let length = parts::length(self.grads.values());
        if length > 1.0 {
            self.grads.values_mut().iter_mut().for_each(|g| *g /= length);
        }
        let lr = self.schedule.at(step as f64 + 1.0);
        let config = Config { lr, beta1: 0.9, beta2: 0.99, eps: 1e-8, weight_decay: 0.01 };
        (self.optimiser)(self.params.values_mut(), self.grads.values(), &config);
        value
    }

    /// The mean cost of a character of the text that is not trained on: forty places, the same every time.
    pub fn held_out(&mut self) -> f64 {
        const PLACES: usize = 40;
        let gap = (self.held_out.len() - CONTEXT - 1) / PLACES;
        let (ids, targets) = Self::examples(&self.held_out, (0..PLACES).map(|i| i * gap));
        let mut tape = Tape::infer(&self.params, &mut self.arena);
        let loss = self.model.loss(&mut tape, &ids, &targets, CONTEXT);
        tape.item(loss)
    }

    /// Whether the gradient check believes the gradient of the last norm's gain.
    pub fn gradient_is_right(&mut self) -> bool {
        let (ids, targets) = Self::examples(&self.train, std::iter::once(0));
        self.grads.zero();
        let mut tape = Tape::record(&self.params, &mut self.arena);
        let loss = self.model.loss(&mut tape, &ids, &targets, CONTEXT);
        tape.backward(loss, &mut self.grads);
        let id = self.model.norm;
        let gradient = self.grads.view(&self.params, id).to_tensor().into_data();
        let x = self.params.view(id).to_tensor().into_data();
        let f = |x: &[f64]| {
            let (mut params, mut arena) = (self.params.clone(), Arena::new());
            params.get_mut(id).copy_from_slice(x);
            let mut tape = Tape::infer(&params, &mut arena);
            let loss = self.model.loss(&mut tape, &ids, &targets, CONTEXT);
            tape.item(loss)
        };
        parts::gradcheck(&f, &x, &gradient)
    }
}
