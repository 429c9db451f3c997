// SPDX-License-Identifier: MIT
//! A team of threads as in measure/team.h: bound if there is a CPU for each,
//! one start line, one stop flag, times of the whole.

use crate::hist::Hist;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::Duration;

/// One request, read.
#[derive(Clone, Default)]
pub struct Ask {
    pub kind: String,
    pub producers: usize,
    pub consumers: usize,
    pub capacity: usize,
    pub threads: usize,
    pub cases: usize,
    pub outside: u64,
    pub writes: f64,
    pub cpus: Vec<usize>,
    pub window_ns: u64,
    pub tick_ns: f64,
}

#[repr(align(128))]
#[derive(Default)]
pub struct Worker {
    pub index: usize,
    pub ops: u64,
    pub sum: u64,
    pub bits: u64,
    pub wrong: bool,
    pub least: u64,
    pub begin: u64,
    pub end: u64,
    pub cpu_ns: i64,
    pub unbound: bool,
    pub stray: bool,
    pub hist: Hist,
}

/// What a team came to.
#[derive(Default)]
pub struct Answer {
    pub ops: u64,
    pub window_ns: f64,
    pub cpu_ns: f64,
    pub overlap: f64,
    pub share: f64,
    pub bound: bool,
    pub unbound: bool,
    pub stray: bool,
    pub wrong: bool,
    pub hist: Hist,
    pub tick_ns: f64,
    pub chunks: u64,
    /// Per operation in the best chunk.
    pub least_ns: f64,
    /// Per operation where the window does not tell.
    pub ns: f64,
}

/// The counter that the suite reads, too.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub fn ticks() -> u64 {
    unsafe { core::arch::x86_64::_rdtsc() }
}

#[cfg(target_arch = "aarch64")]
#[inline(always)]
pub fn ticks() -> u64 {
    let t: u64;
    unsafe { core::arch::asm!("mrs {}, cntvct_el0", out(reg) t) };
    t
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub fn ticks() -> u64 {
    clock_ns(libc::CLOCK_MONOTONIC) as u64
}

/// Whether ticks() is in the suite's ticks or in nanoseconds.
pub const TICKS_ARE_NS: bool =
    !cfg!(any(target_arch = "x86_64", target_arch = "aarch64"));

pub fn clock_ns(clock: libc::clockid_t) -> i64 {
    let mut ts: libc::timespec = unsafe { std::mem::zeroed() };
    unsafe { libc::clock_gettime(clock, &mut ts) };
    ts.tv_sec as i64 * 1_000_000_000 + ts.tv_nsec as i64
}

fn bind(cpus: &[usize]) -> bool {
    unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        for &cpu in cpus {
            libc::CPU_SET(cpu, &mut set);
        }
        let bytes = std::mem::size_of::<libc::cpu_set_t>();
        libc::sched_setaffinity(0, bytes, &set) == 0
    }
}

/// Start line and stop flag, on lines of their own.
#[repr(align(128))]
pub struct Line {
    stop: AtomicBool,
    apart: [u64; 16],
    arrived: AtomicUsize,
    begun: AtomicBool,
    asleep: Mutex<bool>,
    wake: Condvar,
    spins: bool,
}

impl Line {
    fn new(spins: bool) -> Line {
        Line {
            stop: AtomicBool::new(false),
            apart: [0; 16],
            arrived: AtomicUsize::new(0),
            begun: AtomicBool::new(false),
            asleep: Mutex::new(true),
            wake: Condvar::new(),
            spins,
        }
    }

    #[inline(always)]
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    pub fn start(&self, worker: &mut Worker) {
        debug_assert!(self.apart[0] == 0);
        self.arrived.fetch_add(1, Ordering::SeqCst);
        if self.spins {
            while !self.begun.load(Ordering::Acquire) {
                std::hint::spin_loop();
            }
        } else {
            let mut asleep = self.asleep.lock().unwrap();
            while *asleep {
                asleep = self.wake.wait(asleep).unwrap();
            }
        }
        worker.cpu_ns = clock_ns(libc::CLOCK_THREAD_CPUTIME_ID);
        worker.begin = ticks();
    }

    pub fn finish(&self, worker: &mut Worker) {
        worker.end = ticks();
        worker.cpu_ns =
            clock_ns(libc::CLOCK_THREAD_CPUTIME_ID) - worker.cpu_ns;
    }

    fn release(&self) {
        self.begun.store(true, Ordering::Release);
        *self.asleep.lock().unwrap() = false;
        self.wake.notify_all();
    }
}

fn enter<F: Fn(&mut Worker, &Line)>(
    ask: &Ask, line: &Line, body: &F, worker: &mut Worker, bound: bool,
) {
    if bound {
        worker.unbound = !bind(&ask.cpus[worker.index..worker.index + 1]);
    } else {
        worker.unbound = !bind(&ask.cpus);
    }
    body(worker, line);
    let cpu = unsafe { libc::sched_getcpu() };
    worker.stray = if bound {
        cpu != ask.cpus[worker.index] as i32
    } else {
        !ask.cpus.contains(&(cpu as usize))
    };
}

/// Run `body` on n threads at once, and stop them after the window.
pub fn run<F: Fn(&mut Worker, &Line) + Sync>(
    ask: &Ask, n: usize, body: F,
) -> (Vec<Worker>, Answer) {
    let bound = n <= ask.cpus.len();
    let line = Line::new(bound);
    let mut workers: Vec<Worker> = Vec::new();
    for index in 0..n {
        workers.push(Worker { index, ..Worker::default() });
    }
    std::thread::scope(|scope| {
        for worker in &mut workers {
            let (line, body) = (&line, &body);
            std::thread::Builder::new()
                .stack_size(256 * 1024)
                .spawn_scoped(scope, move || {
                    enter(ask, line, body, worker, bound)
                })
                .expect("a thread");
        }
        while line.arrived.load(Ordering::SeqCst) < n {
            std::thread::sleep(Duration::from_micros(20));
        }
        line.release();
        std::thread::sleep(Duration::from_nanos(ask.window_ns));
        line.stop.store(true, Ordering::Relaxed);
    });
    let mut answer = settle(ask, &workers);
    answer.bound = bound;
    answer.cpu_ns = workers.iter().map(|w| w.cpu_ns as f64).sum();
    (workers, answer)
}

/// From the first start to the last end.
pub fn settle(ask: &Ask, workers: &[Worker]) -> Answer {
    let first = workers.iter().map(|w| w.begin).min().unwrap();
    let latest = workers.iter().map(|w| w.begin).max().unwrap();
    let last = workers.iter().map(|w| w.end).max().unwrap();
    let earliest = workers.iter().map(|w| w.end).min().unwrap();
    let mut answer = Answer {
        share: -1.0,
        tick_ns: ask.tick_ns,
        window_ns: (last - first) as f64 * ask.tick_ns,
        ..Answer::default()
    };
    if earliest > latest && last > first {
        answer.overlap = (earliest - latest) as f64 / (last - first) as f64;
    }
    for worker in workers {
        answer.hist.merge(&worker.hist);
        answer.unbound |= worker.unbound;
        answer.stray |= worker.stray;
        answer.wrong |= worker.wrong;
    }
    answer
}

/// Slowest over fastest; -1 if there is nobody to compare.
pub fn share(workers: &[&Worker]) -> f64 {
    let least = workers.iter().map(|w| w.ops).min().unwrap_or(0);
    let most = workers.iter().map(|w| w.ops).max().unwrap_or(0);
    if workers.len() > 1 && most > 0 {
        least as f64 / most as f64
    } else {
        -1.0
    }
}
