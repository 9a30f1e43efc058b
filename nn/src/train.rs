//! Training: the same four lines, two thousand times. Chapter: *A GPT in one sitting*.
//!
//! Nothing here knows of files, clocks or progress bars: see [`checkpoint`](crate::checkpoint) and the program's own
//! `train` command for these.

use crate::Error;
use crate::data::{Batch, Dataset};
use crate::evaluate::evaluate;
use crate::gpt::{Config, Gpt};
use calculus::clinic::{Action, Alarm, Clinic, Settings};
use calculus::optim::{AdamW, WarmupCosine, clip_global_norm};
use calculus::tape::{Arena, Grads, Memory, Params, Tape, Var};
use linalg::par;

/// How a model is trained: everything but the model, the text and the seed.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "native", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "native", serde(deny_unknown_fields))]
pub struct Recipe {
    /// How many examples one step sees.
    pub batch: usize,
    /// How many steps there are at most.
    pub steps: u64,
    /// Over how many steps the learning rate rises.
    pub warmup: u64,
    /// The highest learning rate, after the warm-up.
    pub peak: f64,
    /// The lowest learning rate, at the end.
    pub floor: f64,
    /// How much of the mean gradient survives a step.
    pub beta1: f64,
    /// How much of the mean squared gradient survives a step.
    pub beta2: f64,
    /// How fast matrices decay, in units of the learning rate.
    pub weight_decay: f64,
    /// The longest gradient, in global norm.
    pub clip: f64,
    /// After how many steps the model is judged by a sample of the held-out part, and saved.
    pub evaluate_every: u64,
    /// After how many steps without a better judgement training stops and the best model is kept. `None`: never, and
    /// the last model is kept.
    pub patience: Option<u64>,
}

impl Recipe {
    /// Whether one can train like this.
    ///
    /// # Errors
    /// [`Error::Setting`] says what is wrong.
    pub fn check(&self) -> Result<(), Error> {
        let positive = [self.peak, self.clip];
        let fine = self.batch > 0
            && self.batch <= 1 << 20
            && self.steps > 0
            && self.warmup <= self.steps
            && self.evaluate_every > 0
            && positive.iter().all(|&x| x.is_finite() && x > 0.0)
            && [self.floor, self.weight_decay].iter().all(|&x| x.is_finite() && x >= 0.0)
            && [self.beta1, self.beta2].iter().all(|x| (0.0..1.0).contains(x));
        if fine {
            Ok(())
        } else {
            Err(Error::Setting { message: format!("one cannot train like this: {self:?}") })
        }
    }

    fn schedule(&self) -> WarmupCosine {
        WarmupCosine { peak: self.peak, floor: self.floor, warmup: self.warmup, steps: self.steps }
    }
}

/// What happened in a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Report {
    /// The number of the step, counted from 1.
    pub step: u64,
    /// The mean cross-entropy of its batch before the step, in nats a token.
    pub loss: f64,
    /// The norm of the gradient before clipping.
    pub norm: f64,
    /// The learning rate.
    pub lr: f64,
}

/// The best model so far, by its judgement.
#[derive(Clone, Debug, PartialEq)]
pub struct Best {
    /// After which step.
    pub step: u64,
    /// Its loss on the sample of the held-out part.
    pub loss: f64,
    /// Its parameters.
    pub(crate) values: Vec<f32>,
}

/// A model in training: the model, the optimiser, and where they are.
///
/// A pure function of its settings, the text and the seed: interrupted, saved, loaded and continued, on one thread or
/// on many, it arrives at the same bits.
///
/// ```
/// use nn::data::{Dataset, Split};
/// use nn::gpt::Config;
/// use nn::preset;
/// use nn::train::Trainer;
///
/// // A text that could hardly be simpler: 0 1 2 3 0 1 2 3 …
/// let data = Dataset::new((0..1000).map(|i| i % 4).collect(), Split::Tail, 8).unwrap();
/// let config = Config { vocab: 4, context: 8, blocks: 1, heads: 1, width: 8 };
/// let recipe = nn::train::Recipe { steps: 60, warmup: 5, peak: 0.03, ..preset::find("tiny").unwrap().recipe };
/// let mut trainer = Trainer::new(config, recipe, 1).unwrap();
/// while !trainer.done() {
///     trainer.step(&data).unwrap();
/// }
/// assert!(trainer.evaluate(&data) < 0.1); // it began at ln 4 = 1.39
/// ```
#[derive(Debug)]
pub struct Trainer {
    pub(crate) gpt: Gpt,
    pub(crate) params: Params<f32>,
    pub(crate) adamw: AdamW<f32>,
    pub(crate) best: Option<Best>,
    pub(crate) recipe: Recipe,
    pub(crate) seed: u64,
    pub(crate) step: u64,
    grads: Grads<f32>,
    arena: Arena<f32>,
    batch: Batch,
    clinic: Clinic<f32>,
}

impl Trainer {
    /// A model that has not learned anything yet.
    ///
    /// # Errors
    /// [`Error::Setting`] if there can be no such model, or one cannot train like this.
    pub fn new(config: Config, recipe: Recipe, seed: u64) -> Result<Self, Error> {
        config.check()?;
        recipe.check()?;
        let (gpt, params) = Gpt::new(config, seed);
        let mut adamw = AdamW::new(&params);
        (adamw.beta1, adamw.beta2) = (recipe.beta1, recipe.beta2);
        adamw.weight_decay = recipe.weight_decay;
        let grads = Grads::like(&params);
        let (arena, batch, clinic) = (Arena::new(), Batch::default(), Clinic::off());
        Ok(Trainer { gpt, params, adamw, best: None, recipe, seed, step: 0, grads, arena, batch, clinic })
    }

    /// Lets the gradient clinic watch from now on. It changes no bit of what is learned, unless its policy skips a
    /// step.
    pub fn watch(&mut self, settings: Settings) {
        self.clinic = Clinic::new(&self.params, settings);
    }

    /// What the clinic has to say since the last call.
    pub fn news(&mut self) -> &[Alarm] {
        self.clinic.news()
    }

    /// One step: an answer, its gradient, a limit on its length, and a small move against it.
    ///
    /// # Errors
    /// [`Error::Diverged`] if the loss or the gradient is not finite (unless the clinic's policy is to skip such a
    /// step), or if the clinic's policy is to stop. The parameters are then as they were before the step.
    // ANCHOR: step
    pub fn step(&mut self, data: &Dataset) -> Result<Report, Error> {
        // A thousand pieces of work are shared below: one way to where the threads are, not one for each.
        par::inside(|| {
            let (recipe, step) = (&self.recipe, self.step);
            let lr = recipe.schedule().at(step);
            data.batch(self.seed, step, recipe.batch, &mut self.batch);

            self.grads.zero();
            let mut tape = Tape::record(&self.params, &mut self.arena);
            let Batch { inputs, targets, rows } = &self.batch;
            let loss = self.gpt.loss(&mut tape, inputs, targets, *rows);
            self.clinic.backward(step, &mut tape, loss, &mut self.grads); // tape.backward, and perhaps a look at what passes
            let value = f64::from(tape.item(loss));
            let norm = clip_global_norm(&mut self.grads, recipe.clip);
            let action = self.clinic.judge(&mut tape, &self.grads, norm);
            if action == Action::Stop || action != Action::Skip && !(value.is_finite() && norm.is_finite()) {
                return Err(diverged(step, &mut tape, loss));
            }
            if action != Action::Skip {
                self.adamw.step(&mut self.params, &self.grads, lr);
                self.clinic.updated(&self.params);
            }

            self.step += 1;
            Ok(Report { step: self.step, loss: value, norm, lr })
        })
    }
    // ANCHOR_END: step

    /// Judges the model by a fixed sample of the held-out part, and remembers it if it is the best so far.
    ///
    /// The best of many judgements by the same sample is a little flattered by it: that is why the last word has
    /// [`Trainer::evaluate`], on everything.
    pub fn judge(&mut self, data: &Dataset) -> f64 {
        let windows = data.windows();
        // About 8,000 tokens, evenly spread.
        let every = (windows.len() * data.context() / 8192).max(1);
        let sample: Vec<_> = windows.into_iter().step_by(every).collect();
        let loss = evaluate(&self.gpt, &self.params, &mut self.arena, data, &sample, self.recipe.batch);
        if self.recipe.patience.is_some() && self.best.as_ref().is_none_or(|best| loss < best.loss) {
            self.best = Some(Best { step: self.step, loss, values: self.params.values().to_vec() });
        }
        loss
    }

    /// The mean cross-entropy of the whole held-out part, in nats a token, of the model that is kept.
    pub fn evaluate(&mut self, data: &Dataset) -> f64 {
        let (windows, batch) = (data.windows(), self.recipe.batch);
        let kept;
        let params = if self.best.is_some() {
            kept = self.kept();
            &kept
        } else {
            &self.params
        };
        evaluate(&self.gpt, params, &mut self.arena, data, &windows, batch)
    }

    /// Whether it is time to call [`Trainer::judge`].
    pub fn judgement_is_due(&self) -> bool {
        self.step.is_multiple_of(self.recipe.evaluate_every) || self.step == self.recipe.steps
    }

    /// Whether training is at its end: all steps are made, or the best model is too long ago.
    pub fn done(&self) -> bool {
        self.step >= self.recipe.steps || self.stopped_early()
    }

    /// Whether patience ran out.
    pub fn stopped_early(&self) -> bool {
        match (self.recipe.patience, &self.best) {
            (Some(patience), Some(best)) => self.step - best.step >= patience,
            _ => false,
        }
    }

    /// How many steps were made.
    pub fn steps(&self) -> u64 {
        self.step
    }

    /// The model.
    pub fn gpt(&self) -> &Gpt {
        &self.gpt
    }

    /// How it is trained.
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// The seed that everything random comes from.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The parameters as they are now.
    pub fn params(&self) -> &Params<f32> {
        &self.params
    }

    /// The parameters of the model that is kept: the best where training may stop early, the last otherwise.
    pub fn kept(&self) -> Params<f32> {
        let mut params = self.params.clone();
        if let Some(best) = &self.best {
            params.values_mut().copy_from_slice(&best.values);
        }
        params
    }

    /// After which step the model that is kept was made.
    pub fn kept_step(&self) -> u64 {
        self.best.as_ref().map_or(self.step, |best| best.step)
    }

    /// What one step needs besides parameters, gradients and moments: known before the first one, by rehearsing it.
    pub fn memory(&self) -> Memory {
        let (recipe, context) = (&self.recipe, self.gpt.config().context);
        let ids = vec![0; recipe.batch * context];
        let mut arena = Arena::new();
        let mut tape = Tape::rehearse(&self.params, &mut arena);
        let loss = self.gpt.loss(&mut tape, &ids, &ids, recipe.batch);
        tape.memory(loss)
    }
}

/// Names the first operation that made a number which is not finite.
fn diverged(step: u64, tape: &mut Tape<'_, f32>, loss: Var) -> Error {
    let culprit = tape.first_non_finite().or_else(|| tape.first_non_finite_gradient(loss));
    let cause = culprit.map(|culprit| culprit.to_string());
    Error::Diverged { step, cause: cause.unwrap_or("the clinic's policy is to stop".into()) }
}
