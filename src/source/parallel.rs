//! The same work for many things, on all processors.

use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Things that one processor takes at a time.
const BATCH: usize = 16;

/// Stack of each further thread; only what is used of it takes memory. Work may recurse as deep as texts may nest.
const STACK_BYTES: usize = 64 << 20;

/// More processors than these bring nothing: a disk is what they wait for.
const MOST_THREADS: usize = 8;

/// What the work gives for each thing, in their order. A few things are not worth a second thread.
pub fn in_parallel<T: Sync, R: Send>(things: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let available = std::thread::available_parallelism().map_or(1, NonZero::get);
    let threads = available.min(MOST_THREADS).min(things.len() / BATCH);
    if threads < 2 {
        return things.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let batches: Mutex<Vec<(usize, Vec<R>)>> = Mutex::default();
    let take_batches = || {
        loop {
            let start = next.fetch_add(BATCH, Ordering::Relaxed);
            let Some(batch) =
                things.get(start..things.len().min(start + BATCH)).filter(|batch| !batch.is_empty())
            else {
                return;
            };
            let done = batch.iter().map(&work).collect();
            batches.lock().expect("no thread panics while it holds the list").push((start, done));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            // Where there is no further thread, this one does it all.
            let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
            drop(thread.spawn_scoped(scope, take_batches));
        }
        take_batches();
    });
    let mut batches = batches.into_inner().expect("no thread panics while it holds the list");
    batches.sort_by_key(|(start, _)| *start);
    batches.into_iter().flat_map(|(_, done)| done).collect()
}

#[cfg(test)]
mod tests {
    use super::in_parallel;

    #[test]
    fn results_stand_in_the_order_of_the_things() {
        for count in [0, 1, 15, 16, 17, 33, 1_000] {
            let things: Vec<usize> = (0..count).collect();
            let doubled: Vec<usize> = (0..count).map(|thing| thing * 2).collect();
            assert_eq!(in_parallel(&things, |thing| thing * 2), doubled, "{count}");
        }
    }
}
