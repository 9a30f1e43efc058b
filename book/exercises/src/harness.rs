//! The program around the learner's code: it runs the probes and streams what it sees, and it knows no right answer.

use crate::observe::{HEAP, observe};
use crate::spec::Exercise;
use crate::wire;
use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal, Read, Write};
use std::process::{ExitCode, exit};
use std::thread;
use std::time::Duration;

/// The harness could not do its part (no fault of the learner's code).
pub const FAULT: u8 = 86;
/// The harness ended itself because whoever started it did not.
pub const ABANDONED: u8 = 87;

/// What the grader says through standard input before anything runs.
struct Orders {
    channel: File,
    key: String,
}

/// Runs all probes of `E` on the learner's code, twice, and streams the observations.
///
/// Standard input must hold four lines: the file for observations, the key of its seals, the limit of the heap in bytes, the limit of
/// time in seconds. It is read to its end first, so the learner's code finds it empty.
pub fn main<E: Exercise>(subject: E::Subject) -> ExitCode {
    if io::stdin().is_terminal() {
        eprintln!(
            "This program is run by `cargo xtask exercises run`, which also says what its findings mean."
        );
        return ExitCode::from(2);
    }
    let orders = match orders() {
        Ok(orders) => orders,
        Err(e) => {
            eprintln!("harness [-]: {e}");
            return ExitCode::from(FAULT);
        }
    };
    // A thread of our own has the same stack on every system.
    let run = thread::Builder::new().name("learner".into()).stack_size(16 << 20).spawn(move || {
        let Orders { channel, key } = orders;
        if let Err(e) = stream::<E>(&subject, channel, &key) {
            eprintln!("{}", wire::fault(&key, &format!("cannot write observations: {e}")));
            exit(i32::from(FAULT));
        }
        // At once: threads that the learner's code left running must not outlive the last probe.
        exit(0);
    });
    if let Ok(handle) = run {
        let _ = handle.join();
    }
    // The thread ends the process; coming here means that it could not even do that.
    ExitCode::from(FAULT)
}

fn orders() -> io::Result<Orders> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    let mut lines = text.lines();
    let mut next = || lines.next().ok_or_else(|| io::Error::other("incomplete orders"));
    let (path, key) = (next()?, next()?.to_string());
    let number = |text: &str| text.parse::<u64>().map_err(io::Error::other);
    let (heap, seconds) = (number(next()?)?, number(next()?)?);
    let channel = OpenOptions::new().append(true).open(path)?;
    let limit = usize::try_from(heap).unwrap_or(usize::MAX).saturating_add(HEAP.allocated());
    HEAP.set_limit(limit).map_err(|()| io::Error::other("cannot limit the heap"))?;
    // Should the grader itself be killed, a loop must not run for ever.
    thread::spawn(move || {
        thread::sleep(Duration::from_secs(seconds.saturating_add(5)));
        exit(i32::from(ABANDONED));
    });
    Ok(Orders { channel, key })
}

fn stream<E: Exercise>(subject: &E::Subject, mut channel: File, key: &str) -> io::Result<()> {
    let mut seal = wire::Seal::new(key);
    let mut say = |text: String| channel.write_all(text.as_bytes());
    say(seal.begin(E::probes().len()))?;
    for pass in 0..2 {
        for (i, probe) in E::probes().iter().enumerate() {
            say(seal.announce(pass, i))?;
            let (seen, _) = observe::<E>(subject, &probe.input);
            say(seal.outcome(&seen))?;
        }
    }
    say(seal.end())
}
