// SPDX-License-Identifier: MIT
//! The loads of load/alone.h: one thread, in chunks.

use crate::load::Chan;
use crate::team::{run, ticks, Answer, Ask};
use std::sync::Mutex;

pub const CHUNK_OPS: u64 = 256;

/// Run chunks of CHUNK_OPS operations, which say whether all was right.
pub fn alone<F: FnMut(u64) -> bool + Send>(ask: &Ask, chunk: F) -> Answer {
    let chunk = Mutex::new(chunk);
    let (workers, mut answer) = run(ask, 1, |w, line| {
        let mut chunk = chunk.lock().unwrap();
        let (mut ops, mut least, mut right) = (0u64, u64::MAX, true);
        line.start(w);
        while !line.stopped() {
            let before = ticks();
            right &= (*chunk)(ops);
            least = least.min(ticks() - before);
            ops += CHUNK_OPS;
        }
        line.finish(w);
        w.ops = ops;
        w.wrong = !right;
        w.least = least;
    });
    answer.ops = workers[0].ops;
    answer.chunks = answer.ops / CHUNK_OPS;
    if answer.chunks > 0 {
        let least = workers[0].least as f64;
        answer.least_ns = least * ask.tick_ns / CHUNK_OPS as f64;
    }
    answer
}

pub fn pair<C: Chan>(ask: &Ask) -> Answer {
    let chan = C::make(ask.capacity);
    alone(ask, |first| {
        let (mut sent, mut got) = (0u64, 0u64);
        for n in first..first + CHUNK_OPS {
            chan.send(n);
            sent = sent.wrapping_add(n);
            got = got.wrapping_add(chan.recv());
        }
        sent == got
    })
}

pub fn try_empty<C: Chan>(ask: &Ask) -> Answer {
    let chan = C::make(ask.capacity);
    alone(ask, |_| {
        let mut got = 0;
        for _ in 0..CHUNK_OPS {
            got += chan.try_recv() as u64;
        }
        got == 0
    })
}

pub fn try_full<C: Chan>(ask: &Ask) -> Answer {
    let chan = C::make(ask.capacity);
    while chan.try_send(1) {}
    alone(ask, |_| {
        let mut sent = 0;
        for n in 0..CHUNK_OPS {
            sent += chan.try_send(n) as u64;
        }
        sent == 0
    })
}
