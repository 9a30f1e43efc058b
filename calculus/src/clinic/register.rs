//! What is suspected, since when, and whether it has been said. Chapter: *The gradient clinic*.

use super::alarm::{Alarm, Fault};
use super::trace::{Trace, place};
use crate::tape::{Tape, Var};
use linalg::Real;

/// Something that looked wrong in the last step that was looked at.
#[derive(Clone, Copy, Debug)]
struct Suspicion {
    fault: Fault,
    key: usize,
    since: u64,
    seen: u64,
    times: u32,
    said: bool,
}

/// Keeps suspicions from step to step, so that a doubt becomes an alarm only when it lasts, and an alarm is raised
/// once.
#[derive(Clone, Debug)]
pub(super) struct Register {
    open: Vec<Suspicion>,
    pub(super) alarms: Vec<Alarm>,
    pub(super) step: u64,
    /// How far apart looks are.
    pub(super) gap: u64,
}

impl Register {
    pub(super) fn new(gap: u64) -> Self {
        Register { open: Vec::with_capacity(64), alarms: Vec::with_capacity(16), step: 0, gap: gap.max(1) }
    }

    /// This looks wrong now. Gives the step in which it began, if it is time to say so: seen `patience` times in a
    /// row, and not said.
    pub(super) fn suspect(&mut self, fault: Fault, key: usize, patience: u32) -> Option<u64> {
        let (step, gap) = (self.step, self.gap);
        self.open.retain(|s| s.seen + gap >= step); // what was not seen again is well
        let fresh = Suspicion { fault, key, since: step, seen: step, times: 0, said: false };
        let at = self.open.iter().position(|s| s.fault == fault && s.key == key).unwrap_or_else(|| {
            self.open.push(fresh);
            self.open.len() - 1
        });
        let suspicion = &mut self.open[at];
        if suspicion.seen < step || suspicion.times == 0 {
            (suspicion.seen, suspicion.times) = (step, suspicion.times + 1);
        }
        if suspicion.said || suspicion.times < patience {
            return None;
        }
        suspicion.said = true;
        Some(suspicion.since)
    }

    /// Whether this is suspected in the present step, said or not.
    pub(super) fn holds(&self, fault: Fault) -> bool {
        self.open.iter().any(|s| s.fault == fault && s.seen == self.step)
    }

    /// Whether anything is.
    pub(super) fn anything(&self) -> bool {
        self.open.iter().any(|s| s.seen == self.step)
    }

    /// Raises an alarm about a node.
    pub(super) fn raise<T: Real>(
        &mut self,
        tape: &Tape<'_, T>,
        v: Var,
        (fault, since): (Fault, u64),
        evidence: String,
        cause: &'static str,
        trace: Option<Trace>,
    ) {
        let info = tape.info(v);
        self.alarms.push(Alarm {
            fault,
            step: since,
            noticed: self.step,
            place: place(tape, v),
            op: info.op,
            shape: Some(info.shape),
            location: Some(info.location),
            evidence,
            cause,
            trace,
        });
    }
}
