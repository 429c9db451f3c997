// SPDX-License-Identifier: MIT
//! The loads of load/stream.h, pingpong.h, lock.h and rw.h, loop by loop.

use crate::team::{run, share, ticks, Answer, Ask, Line, Worker};
use std::sync::atomic::{AtomicUsize, Ordering};

pub const END_MARK: u64 = u64::MAX;
pub const MIXER: u64 = 0x9e37_79b9_7f4a_7c15;
pub const TIMED_EVERY: u64 = 64;
const READ_TIMED_EVERY: u64 = 256;

/// Both ends of a channel.
pub trait Chan: Sync {
    fn make(capacity: usize) -> Self;
    fn send(&self, message: u64);
    fn recv(&self) -> u64;
    fn try_send(&self, message: u64) -> bool;
    fn try_recv(&self) -> bool;
}

/// A lock around what `fight` and `read_mostly` protect.
pub trait Lock: Sync {
    fn make() -> Self;
    fn lock<F: FnOnce(&mut Words)>(&self, f: F);
    fn rlock<F: FnOnce(&Words) -> bool>(&self, f: F) -> bool;
}

pub struct Words {
    pub first: u64,
    pub second: u64,
    random: Random,
}

impl Words {
    pub fn new() -> Words {
        Words { first: 0, second: 0, random: Random::new(1) }
    }
}

/// measure/stats.h's Random.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(2685821657736338717).wrapping_add(1))
    }

    /// One of n, a power of two.
    #[inline(always)]
    pub fn lot(&mut self, n: usize) -> usize {
        (self.next() >> 32) as usize & (n - 1)
    }

    #[inline(always)]
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(2685821657736338717)
    }
}

pub fn is_consumer(ask: &Ask, index: usize) -> bool {
    let all = ask.producers + ask.consumers;
    (index + 1) * ask.consumers / all > index * ask.consumers / all
}

fn produce<C: Chan>(
    w: &mut Worker, line: &Line, chan: &C, producing: &AtomicUsize,
    consumers: usize,
) {
    let mut message = (w.index as u64) << 40;
    let (mut ops, mut sum, mut bits) = (0u64, 0u64, 0u64);
    line.start(w);
    while !line.stopped() {
        if ops % TIMED_EVERY == 0 {
            let before = ticks();
            chan.send(message);
            w.hist.add(ticks() - before);
        } else {
            chan.send(message);
        }
        ops += 1;
        sum = sum.wrapping_add(message);
        bits ^= message.wrapping_mul(MIXER);
        message += 1;
    }
    line.finish(w);
    w.ops = ops;
    w.sum = sum;
    w.bits = bits;
    if producing.fetch_sub(1, Ordering::SeqCst) == 1 {
        for _ in 0..consumers {
            chan.send(END_MARK);
        }
    }
}

fn consume<C: Chan>(w: &mut Worker, line: &Line, chan: &C) {
    let (mut ops, mut sum, mut bits) = (0u64, 0u64, 0u64);
    line.start(w);
    loop {
        let message = chan.recv();
        if message == END_MARK {
            break;
        }
        ops += 1;
        sum = sum.wrapping_add(message);
        bits ^= message.wrapping_mul(MIXER);
    }
    line.finish(w);
    w.ops = ops;
    w.sum = sum;
    w.bits = bits;
}

/// Totals of both sides, and the spread among producers.
pub fn settle_stream(ask: &Ask, workers: &[Worker], answer: &mut Answer) {
    let totals = |consumers: bool| {
        let mut t = (0u64, 0u64, 0u64);
        for w in workers {
            if is_consumer(ask, w.index) == consumers {
                t.0 += w.ops;
                t.1 = t.1.wrapping_add(w.sum);
                t.2 ^= w.bits;
            }
        }
        t
    };
    let producers: Vec<&Worker> =
        workers.iter().filter(|w| !is_consumer(ask, w.index)).collect();
    answer.wrong = totals(false) != totals(true);
    answer.ops = totals(true).0;
    answer.share = share(&producers);
}

pub fn stream<C: Chan>(ask: &Ask) -> Answer {
    let chan = C::make(ask.capacity);
    let producing = AtomicUsize::new(ask.producers);
    let (workers, mut answer) =
        run(ask, ask.producers + ask.consumers, |w, line| {
            if is_consumer(ask, w.index) {
                consume(w, line, &chan);
            } else {
                produce(w, line, &chan, &producing, ask.consumers);
            }
        });
    settle_stream(ask, &workers, &mut answer);
    answer
}

pub fn pingpong<C: Chan>(ask: &Ask) -> Answer {
    let there = C::make(ask.capacity);
    let back = C::make(ask.capacity);
    let (workers, mut answer) = run(ask, 2, |w, line| {
        line.start(w);
        if w.index == 1 {
            loop {
                let message = there.recv();
                if message == END_MARK {
                    break;
                }
                back.send(message);
            }
            return line.finish(w);
        }
        let mut before = ticks();
        while !line.stopped() {
            there.send(w.ops);
            if back.recv() != w.ops {
                w.wrong = true;
            }
            w.ops += 1;
            let now = ticks();
            w.hist.add(now - before);
            before = now;
        }
        line.finish(w);
        there.send(END_MARK);
    });
    answer.ops = workers[0].ops;
    answer
}

#[repr(align(128))]
struct Apart<T>(T);

#[inline(always)]
fn step(words: &mut Words) {
    words.first += 1;
    words.second += words.random.next() & 1;
}

pub fn fight<L: Lock>(ask: &Ask) -> Answer {
    let shared = Apart(L::make());
    let (workers, mut answer) = run(ask, ask.threads, |w, line| {
        let mut random = Random::new(w.index as u64 + 7);
        let (mut ops, mut sink) = (0u64, 0u64);
        line.start(w);
        while !line.stopped() {
            if ops % TIMED_EVERY == 0 {
                let before = ticks();
                let mut waited = 0;
                shared.0.lock(|words| {
                    waited = ticks() - before;
                    step(words);
                });
                w.hist.add(waited);
            } else {
                shared.0.lock(step);
            }
            ops += 1;
            for _ in 0..ask.outside {
                sink = sink.wrapping_add(random.next());
            }
        }
        line.finish(w);
        w.ops = ops;
        w.bits = sink;
    });
    settle_shares(&workers, &mut answer);
    let mut first = 0;
    shared.0.lock(|words| first = words.first);
    answer.wrong = first != answer.ops;
    answer
}

fn settle_shares(workers: &[Worker], answer: &mut Answer) {
    let all: Vec<&Worker> = workers.iter().collect();
    answer.ops = workers.iter().map(|w| w.ops).sum();
    answer.share = share(&all);
}

/// Reads until the next write when `share` of all operations are writes.
fn gap(share: f64, random: &mut Random) -> u64 {
    if share <= 0.0 {
        return u64::MAX;
    }
    let u = ((random.next() >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
    (u.ln() / (-share).ln_1p()) as u64
}

/* Both words are really loaded while the lock is held. */
#[inline(always)]
fn same(words: &Words) -> bool {
    let one = unsafe { std::ptr::read_volatile(&words.first) };
    let two = unsafe { std::ptr::read_volatile(&words.second) };
    one == two
}

#[inline(always)]
fn both(words: &mut Words) {
    unsafe {
        std::ptr::write_volatile(&mut words.first, words.first + 1);
        std::ptr::write_volatile(&mut words.second, words.second + 1);
    }
}

pub fn readers<L: Lock>(ask: &Ask) -> Answer {
    let shared = Apart(L::make());
    let (workers, mut answer) = run(ask, ask.threads, |w, line| {
        let mut random = Random::new(w.index as u64 + 3);
        let mut left = gap(ask.writes, &mut random);
        let (mut ops, mut writes, mut right) = (0u64, 0u64, true);
        line.start(w);
        while !line.stopped() {
            let before = ticks();
            right &= shared.0.rlock(same);
            w.hist.add(ticks() - before);
            for _ in 1..READ_TIMED_EVERY {
                if left != 0 {
                    left -= 1;
                    right &= shared.0.rlock(same);
                    continue;
                }
                shared.0.lock(both);
                writes += 1;
                left = gap(ask.writes, &mut random);
            }
            ops += READ_TIMED_EVERY;
        }
        line.finish(w);
        w.ops = ops;
        w.sum = writes;
        w.wrong = !right;
    });
    settle_shares(&workers, &mut answer);
    let mut second = 0;
    shared.0.lock(|words| second = words.second);
    answer.wrong |= workers.iter().map(|w| w.sum).sum::<u64>() != second;
    answer
}
