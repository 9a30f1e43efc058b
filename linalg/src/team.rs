//! A team: while one thread computes, others look for pieces of its work. Chapter: *The matrix product as hardware sees it*.
//!
//! Whoever has pieces to share writes down where they are, and how many, on a [`Slot`]. Everybody takes them from there one by one, the owner
//! too, so that nobody waits for a thread that is not there. The owner then waits for the pieces that others have taken, and wipes the slot.
//!
//! The one thing that the compiler cannot check: the slot points to a closure on the owner's stack. See [`Slot::work`] for the argument.
#![allow(unsafe_code)]

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// So many works can be shared at the same time, one inside another; whoever finds no slot free computes alone.
const SLOTS: usize = 16;
/// How often a thread looks in vain before it offers its core to other programs between any two looks.
const PATIENCE: u32 = 1 << 10;

/// Where a computation shares its pieces.
pub(crate) struct Team {
    slots: [Slot; SLOTS],
    /// How many more threads it can do with.
    seats: AtomicUsize,
    /// The computation has ended.
    done: AtomicBool,
}

/// One shared work. It has lines of the cache for itself: whoever polls reads `open` all the time.
#[derive(Default)]
#[repr(align(128))]
struct Slot {
    /// Somebody owns this slot.
    taken: AtomicBool,
    /// How many pieces nobody has taken yet.
    open: AtomicUsize,
    /// How many pieces are done.
    finished: AtomicUsize,
    /// What to do; valid while a piece is taken and not finished.
    work: AtomicPtr<Work<'static>>,
}

/// Pieces `f(0)` to `f(n − 1)`.
struct Work<'a> {
    n: usize,
    f: &'a (dyn Fn(usize) + Sync),
    /// What the first piece that failed has to say.
    panic: Mutex<Option<Box<dyn Any + Send>>>,
}

impl Work<'_> {
    /// Keeps the first panic, and forgets the others: to drop one could panic again, and then its piece would never be finished.
    fn keep(&self, panic: Box<dyn Any + Send>) {
        let mut first = self.panic.lock().unwrap_or_else(PoisonError::into_inner);
        if first.is_none() {
            *first = Some(panic);
        } else {
            std::mem::forget(panic);
        }
    }
}

thread_local! {
    /// The team that this thread works for.
    static MINE: RefCell<Option<Arc<Team>>> = const { RefCell::new(None) };
    /// Whether this thread serves a team already, further up its stack.
    static SERVES: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread works for a team: then another one takes a piece of work within a microsecond.
pub(crate) fn is_member() -> bool {
    MINE.with_borrow(Option::is_some)
}

/// Runs `f(0)`, …, `f(n − 1)` with the team of this thread; false, and nothing is done, if it has none.
pub(crate) fn share(n: usize, f: &(dyn Fn(usize) + Sync)) -> bool {
    let team = MINE.with_borrow(Clone::clone);
    team.is_some_and(|team: Arc<Team>| {
        team.share(n, f);
        true
    })
}

/// Runs `f` as the work of a team of this thread and up to `others` more. They come through `hire`, which gets the team and has each thread that
/// it finds call [`Team::serve`]. They return when `f` has ended, whenever they began, and nobody waits for them.
pub(crate) fn lead<R>(others: usize, hire: impl FnOnce(Arc<Team>), f: impl FnOnce() -> R) -> R {
    let seats = AtomicUsize::new(others);
    let team = Arc::new(Team { slots: Default::default(), seats, done: AtomicBool::new(false) });
    let _end = End { team: Arc::clone(&team), before: MINE.replace(Some(Arc::clone(&team))) };
    hire(team);
    f()
}

/// The end of a team's work, also when it panics: nobody polls for ever.
struct End {
    team: Arc<Team>,
    before: Option<Arc<Team>>,
}

impl Drop for End {
    fn drop(&mut self) {
        self.team.done.store(true, Ordering::Release);
        MINE.replace(self.before.take());
    }
}

/// While it lives, this thread serves.
struct Serves;

impl Serves {
    fn begin() -> Self {
        SERVES.set(true);
        Serves
    }
}

impl Drop for Serves {
    fn drop(&mut self) {
        SERVES.set(false);
    }
}

impl Team {
    /// Does pieces of this team's work until there will be none any more; where there is none now, `other` may do something else, and says
    /// whether it has.
    ///
    /// A thread that works already, for this team or another, goes back at once. For `other` can be anything, even a call of this function: then
    /// one thread would sit on several seats, and one call below another would wait for the one above.
    pub(crate) fn serve(self: Arc<Self>, other: impl Fn() -> bool) {
        let one_less = |seats: usize| seats.checked_sub(1);
        if is_member()
            || SERVES.get()
            || self.seats.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_err()
        {
            return;
        }
        let _serves = Serves::begin();
        let mut not_now = Some(Arc::clone(&self));
        let mut idle = 0;
        while !self.done.load(Ordering::Acquire) {
            not_now = MINE.replace(not_now); // pieces may share their work, too
            let helped = self.help();
            not_now = MINE.replace(not_now);
            if helped || other() {
                idle = 0;
            } else {
                wait(&mut idle);
            }
        }
    }

    /// Takes a piece, if there is one, and does it.
    fn help(&self) -> bool {
        self.slots.iter().any(Slot::work)
    }

    /// Runs `f(0)`, …, `f(n − 1)` on whoever has time.
    fn share(&self, n: usize, f: &(dyn Fn(usize) + Sync)) {
        let Some(slot) = self.slots.iter().find(|slot| slot.take()) else { return (0..n).for_each(f) };
        let work = Work { n, f, panic: Mutex::new(None) };
        slot.finished.store(0, Ordering::Relaxed);
        slot.work.store(ptr::from_ref(&work).cast_mut().cast(), Ordering::Relaxed);
        slot.open.store(n, Ordering::Release); // from here on others take pieces
        while slot.work() {}
        let mut idle = 0;
        while slot.finished.load(Ordering::Acquire) < n {
            if self.help() {
                idle = 0; // perhaps a part of the very piece that is missing
            } else {
                wait(&mut idle);
            }
        }
        slot.taken.store(false, Ordering::Release);
        if let Some(panic) = work.panic.into_inner().unwrap_or_else(PoisonError::into_inner) {
            resume_unwind(panic);
        }
    }
}

impl Slot {
    /// Makes the slot this thread's, if it is free.
    fn take(&self) -> bool {
        !self.taken.load(Ordering::Relaxed) && !self.taken.swap(true, Ordering::Acquire)
    }

    /// Takes a piece, if there is one, and does it.
    // ANCHOR: work
    fn work(&self) -> bool {
        let take_one = |open: usize| open.checked_sub(1);
        let Ok(open) = self.open.fetch_update(Ordering::Acquire, Ordering::Relaxed, take_one) else {
            return false;
        };
        // SAFETY: this thread has taken a piece, so there was one to take: `Team::share` stored `work` before `open`. It does not return before
        // `finished` is n, the last thing that is done about each piece, also if it panics. So until then `work` is where it was.
        let work = unsafe { &*self.work.load(Ordering::Relaxed) };
        let piece = work.n - open;
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| (work.f)(piece))) {
            work.keep(panic);
        }
        self.finished.fetch_add(1, Ordering::Release);
        true
    }
    // ANCHOR_END: work
}

/// Waits for an instant, the longer the more often it was in vain.
fn wait(idle: &mut u32) {
    if *idle < PATIENCE {
        *idle += 1;
        std::hint::spin_loop();
    } else {
        std::thread::yield_now(); // another program may want this core
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// Runs `f` as the leader of a team with so many others.
    fn with<R: Send>(others: usize, f: impl FnOnce() -> R + Send) -> R {
        std::thread::scope(|scope| {
            let hire = |team: Arc<Team>| {
                for _ in 0..others {
                    let team = Arc::clone(&team);
                    scope.spawn(move || team.serve(|| false));
                }
            };
            lead(others, hire, f)
        })
    }

    /// Adds 1 to every counter, each in a piece of its own, `depth` shared works deep.
    fn count(counters: &[AtomicUsize], depth: usize) {
        let part = counters.len().div_ceil(3).max(1);
        let f = |i: usize| {
            let part = &counters[(i * part).min(counters.len())..((i + 1) * part).min(counters.len())];
            if depth > 1 && part.len() > 1 {
                count(part, depth - 1);
            } else {
                for counter in part {
                    counter.fetch_add(1, Ordering::Relaxed);
                }
            }
        };
        assert!(share(3, &f));
    }

    #[test]
    fn every_piece_is_done_once_however_many_help_and_however_deep() {
        for others in 0..4 {
            for depth in [1, 2, 5, 12] {
                let counters: Vec<_> = (0..1000).map(|_| AtomicUsize::new(0)).collect();
                let rounds = 50;
                with(others, || (0..rounds).for_each(|_| count(&counters, depth)));
                assert!(
                    counters.iter().all(|c| c.load(Ordering::Relaxed) == rounds),
                    "{others} others, {depth} deep"
                );
            }
        }
    }

    /// What pieces write is there when `share` returns, and what was written before is there for the pieces: a hundred thousand times.
    #[test]
    fn nothing_is_seen_too_early_or_too_late() {
        let values: Vec<_> = (0..4).map(|_| AtomicUsize::new(0)).collect();
        with(3, || {
            for round in 1..100_000 {
                let stack = round; // the closure lies on this stack, and borrows from it
                share(4, &|i| {
                    let before = values[i].load(Ordering::Relaxed);
                    assert_eq!(before + 1, stack);
                    values[i].store(stack, Ordering::Relaxed);
                });
                assert!(values.iter().all(|v| v.load(Ordering::Relaxed) == round));
            }
        });
    }

    #[test]
    fn a_piece_that_panics_panics_at_the_owner_after_all_others_are_done() {
        for culprit in 0..4 {
            let done = AtomicUsize::new(0);
            let outcome = with(2, || {
                let piece = |i: usize| {
                    assert!(i != culprit, "piece {i} fails");
                    std::thread::sleep(Duration::from_millis(1));
                    done.fetch_add(1, Ordering::Relaxed);
                };
                catch_unwind(AssertUnwindSafe(|| share(4, &piece)))
            });
            let message = outcome.unwrap_err();
            assert_eq!(message.downcast_ref::<String>().unwrap(), &format!("piece {culprit} fails"));
            assert_eq!(done.load(Ordering::Relaxed), 3);
        }
    }

    /// A panic whose message panics when it is dropped.
    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }

    #[test]
    fn all_pieces_may_panic_and_even_their_messages() {
        let outcome = with(2, || catch_unwind(|| share(8, &|_| std::panic::panic_any(Bomb))));
        std::mem::forget(outcome.unwrap_err());
    }

    /// What a thread finds to do between the pieces may be to serve again: the same team, whose second seat it must not take, or another, above
    /// which it would wait for the end of that one.
    #[test]
    fn nobody_serves_twice() {
        let served = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            let served = &served;
            let hire = |team: Arc<Team>| {
                for _ in 0..3 {
                    let (team, again) = (Arc::clone(&team), Arc::clone(&team));
                    scope.spawn(move || {
                        let once = Cell::new(true);
                        team.serve(move || {
                            served.fetch_add(usize::from(once.replace(false)), Ordering::Relaxed);
                            Arc::clone(&again).serve(|| unreachable!("it serves already"));
                            false
                        });
                    });
                }
            };
            lead(2, hire, || std::thread::sleep(Duration::from_millis(50)));
        });
        assert!(served.load(Ordering::Relaxed) <= 2, "there were two seats");
    }

    #[test]
    fn no_team_no_help_and_none_left_behind() {
        assert!(!is_member() && !share(2, &|_| unreachable!()));
        let outcome = catch_unwind(|| with(1, || panic!("the work fails")));
        assert!(outcome.is_err()); // and `with` has come back: the other one has stopped
        assert!(!is_member());
    }
}
