//! mdBook's warnings (an unclosed HTML tag, a footnote nobody refers to): it logs them, and here they are caught.

use std::cell::RefCell;
use std::fmt::{self, Write as _};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

thread_local! {
    static CAUGHT: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Keeps the messages of warnings and errors, and nothing else.
struct Catcher;

impl Subscriber for Catcher {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::WARN && metadata.target().starts_with("mdbook")
    }

    fn event(&self, event: &Event<'_>) {
        let mut message = Message(String::new());
        event.record(&mut message);
        CAUGHT.with_borrow_mut(|caught| caught.push(message.0));
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            let _ = write!(self.0, "{value:?}");
        }
    }
}

/// Runs `work` and returns what mdBook warned of meanwhile, on this thread.
pub(crate) fn collect<T>(work: impl FnOnce() -> T) -> (T, Vec<String>) {
    CAUGHT.take();
    let result = tracing::subscriber::with_default(Catcher, work);
    (result, CAUGHT.take())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_are_caught_and_the_rest_is_not() {
        let (result, caught) = collect(|| {
            tracing::warn!(target: "mdbook_html::html", "unclosed <{}>", "p");
            tracing::info!(target: "mdbook_html::html", "building");
            tracing::warn!(target: "another", "not ours");
            7
        });
        assert_eq!((result, caught), (7, vec!["unclosed <p>".to_string()]));
    }
}
