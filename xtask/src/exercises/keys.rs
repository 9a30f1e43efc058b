//! Keys for `watch`: one at a time from a terminal, a letter and Enter from anything else.
//!
//! The terminal keeps everything but three of its habits: it no longer waits for Enter, no longer echoes, and hands over
//! Ctrl-C as a key. So lines are printed as ever, and whatever ends this program by a panic or a return gives them back.

use std::collections::VecDeque;
use std::io::{self, BufRead};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// What came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    Key(char),
    Nothing,
    /// Nobody will press a key any more.
    End,
}

/// Where keys come from.
pub(crate) struct Keys {
    waiting: VecDeque<char>,
    source: Source,
}

enum Source {
    #[cfg(unix)]
    Terminal(terminal::Terminal<io::Stdin>),
    Lines(Receiver<char>),
}

impl Keys {
    /// Takes keys from standard input.
    pub(crate) fn open() -> Self {
        #[cfg(unix)]
        if let Some(terminal) = terminal::Terminal::open() {
            return Keys { waiting: VecDeque::new(), source: Source::Terminal(terminal) };
        }
        let (sender, receiver) = mpsc::channel();
        // It ends with the input or with the program: nothing else can end a read.
        thread::spawn(move || {
            for l in io::stdin().lock().lines() {
                let Ok(l) = l else { break };
                if l.trim().chars().next().is_some_and(|key| sender.send(key).is_err()) {
                    break;
                }
            }
        });
        Keys { waiting: VecDeque::new(), source: Source::Lines(receiver) }
    }

    /// Whether each key wants an Enter after it.
    pub(crate) fn by_line(&self) -> bool {
        matches!(self.source, Source::Lines(_))
    }

    /// The next key, if there is one within this time.
    pub(crate) fn wait(&mut self, patience: Duration) -> Input {
        if let Some(key) = self.waiting.pop_front() {
            return Input::Key(key);
        }
        match &mut self.source {
            #[cfg(unix)]
            Source::Terminal(terminal) => match terminal.read(patience) {
                Some(keys) => {
                    self.waiting.extend(keys.chars());
                    self.waiting.pop_front().map_or(Input::Nothing, Input::Key)
                }
                None => Input::End,
            },
            Source::Lines(lines) => match lines.recv_timeout(patience) {
                Ok(key) => Input::Key(key),
                Err(RecvTimeoutError::Timeout) => Input::Nothing,
                Err(RecvTimeoutError::Disconnected) => Input::End,
            },
        }
    }

    /// Does something with the terminal as others expect it: an editor, say.
    pub(crate) fn aside<R>(&self, work: impl FnOnce() -> R) -> R {
        #[cfg(unix)]
        if let Source::Terminal(terminal) = &self.source {
            return terminal.aside(work);
        }
        work()
    }
}

#[cfg(unix)]
mod terminal {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
    use std::io::{self, IsTerminal, Stdin};
    use std::os::fd::AsFd;
    use std::thread;
    use std::time::Duration;

    /// A terminal that gives keys, until this is dropped.
    pub(super) struct Terminal<F: AsFd> {
        input: F,
        before: Termios,
        keys: Termios,
    }

    impl Terminal<Stdin> {
        /// `None` where there is none, or one that knows no keys (an editor's shell window).
        pub(super) fn open() -> Option<Self> {
            let dumb = std::env::var_os("TERM").is_some_and(|t| t == "dumb");
            if dumb || !io::stdin().is_terminal() { None } else { Terminal::on(io::stdin()) }
        }
    }

    impl<F: AsFd> Terminal<F> {
        fn on(input: F) -> Option<Self> {
            let before = tcgetattr(&input).ok()?;
            let mut keys = before.clone();
            keys.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG);
            // A read takes what is there, and never waits.
            keys.special_codes[SpecialCodeIndex::VMIN] = 0;
            keys.special_codes[SpecialCodeIndex::VTIME] = 0;
            let terminal = Terminal { input, before, keys };
            terminal.set(&terminal.keys).then_some(terminal)
        }

        fn set(&self, modes: &Termios) -> bool {
            tcsetattr(&self.input, OptionalActions::Now, modes).is_ok()
        }

        /// What was typed, `None` when the terminal is gone.
        pub(super) fn read(&self, patience: Duration) -> Option<String> {
            let mut watched = [PollFd::new(&self.input, PollFlags::IN)];
            let limit = Timespec::try_from(patience).unwrap_or_default();
            let ready = poll(&mut watched, Some(&limit));
            let found = watched[0].revents();
            // A signal came, or the system cannot wait for a terminal (some versions of macOS).
            if ready.is_err() || found.contains(PollFlags::NVAL) {
                thread::sleep(patience);
            } else if found.is_empty() {
                return Some(String::new());
            }
            let mut buffer = [0; 256];
            match rustix::io::read(&self.input, &mut buffer) {
                Ok(0) if found.intersects(PollFlags::IN | PollFlags::HUP) => None,
                // An arrow or a function key is many characters, none of them meant.
                Ok(n) if buffer[..n].first() == Some(&0x1b) => Some(String::new()),
                Ok(n) => Some(String::from_utf8_lossy(&buffer[..n]).into_owned()),
                Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => Some(String::new()),
                Err(_) => None,
            }
        }

        /// As it was, for as long as `work` takes.
        pub(super) fn aside<R>(&self, work: impl FnOnce() -> R) -> R {
            self.set(&self.before);
            let result = work();
            self.set(&self.keys);
            result
        }
    }

    impl<F: AsFd> Drop for Terminal<F> {
        fn drop(&mut self) {
            self.set(&self.before);
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use rustix::fs::{Mode, OFlags};
        use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
        use std::panic::{AssertUnwindSafe, catch_unwind};

        #[test]
        fn the_terminal_comes_back() {
            let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
            grantpt(&master).and_then(|()| unlockpt(&master)).unwrap();
            let name = ptsname(&master, Vec::new()).unwrap();
            let slave = rustix::fs::open(&name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
            let modes = || tcgetattr(&slave).unwrap().local_modes;
            let before = modes();
            assert!(before.contains(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG));
            let panicked = catch_unwind(AssertUnwindSafe(|| {
                let terminal = Terminal::on(&slave).unwrap();
                assert!(!modes().intersects(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG));
                rustix::io::write(&master, b"ab\x03").unwrap();
                assert_eq!(terminal.read(Duration::from_secs(5)).as_deref(), Some("ab\x03"));
                rustix::io::write(&master, b"\x1b[A").unwrap();
                assert_eq!(terminal.read(Duration::from_secs(5)).as_deref(), Some(""), "an arrow");
                assert_eq!(terminal.read(Duration::from_millis(1)).as_deref(), Some(""));
                terminal.aside(|| assert_eq!(modes(), before));
                assert_ne!(modes(), before);
                std::panic::resume_unwind(Box::new(()));
            }));
            assert!(panicked.is_err_and(|p| p.is::<()>()));
            assert_eq!(modes(), before);
            let terminal = Terminal::on(&slave).unwrap();
            drop(master);
            assert_eq!(terminal.read(Duration::from_secs(5)), None, "the other side is gone");
        }
    }
}
