// SPDX-License-Identifier: MIT
//! The same loads as tasks of tokio's multi-threaded runtime, which has a
//! thread per CPU of the place and moves tasks as it likes.

use crate::load::{is_consumer, settle_stream, END_MARK, MIXER, TIMED_EVERY};
use crate::team::{clock_ns, settle, ticks, Answer, Ask, Worker};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// Start line and stop flag of tasks.
#[derive(Default)]
pub struct Line {
    stop: AtomicBool,
    begin: Notify,
    arrived: AtomicUsize,
    pub producing: AtomicUsize,
}

impl Line {
    #[inline(always)]
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /* Notified from its making on, even before it is awaited. */
    pub async fn start(&self) -> u64 {
        let begin = self.begin.notified();
        self.arrived.fetch_add(1, Ordering::SeqCst);
        begin.await;
        ticks()
    }
}

/// Let the tasks begin at once, stop them after the window, gather them.
pub fn gather(
    ask: &Ask, runtime: &Runtime, line: &Line, tasks: Vec<JoinHandle<Worker>>,
) -> (Vec<Worker>, Answer) {
    while line.arrived.load(Ordering::SeqCst) < tasks.len() {
        std::thread::sleep(Duration::from_micros(20));
    }
    let before = clock_ns(libc::CLOCK_PROCESS_CPUTIME_ID);
    line.begin.notify_waiters();
    std::thread::sleep(Duration::from_nanos(ask.window_ns));
    line.stop.store(true, Ordering::Relaxed);
    let workers: Vec<Worker> = tasks
        .into_iter()
        .map(|task| runtime.block_on(task).expect("a task"))
        .collect();
    let mut answer = settle(ask, &workers);
    answer.cpu_ns =
        (clock_ns(libc::CLOCK_PROCESS_CPUTIME_ID) - before) as f64;
    (workers, answer)
}

pub fn runtime(ask: &Ask) -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(ask.cpus.len())
        .build()
        .expect("a runtime")
}

/// Streams and ping-pong through one kind of ends; `$pair` makes them.
macro_rules! task_loads {
    ($name:ident, $Tx:ty, $Rx:ty, $pair:expr, $recv:ident) => {
        pub mod $name {
            use super::*;

            async fn produce(
                index: usize, tx: $Tx, line: Arc<Line>, consumers: usize,
            ) -> Worker {
                let mut w = Worker { index, ..Worker::default() };
                let mut message = (index as u64) << 40;
                let (mut ops, mut sum, mut bits) = (0u64, 0u64, 0u64);
                w.begin = line.start().await;
                while !line.stopped() {
                    if ops % TIMED_EVERY == 0 {
                        let before = ticks();
                        tx.send(message).await.expect("open");
                        w.hist.add(ticks() - before);
                    } else {
                        tx.send(message).await.expect("open");
                    }
                    ops += 1;
                    sum = sum.wrapping_add(message);
                    bits ^= message.wrapping_mul(MIXER);
                    message += 1;
                }
                w.end = ticks();
                w.ops = ops;
                w.sum = sum;
                w.bits = bits;
                if line.producing.fetch_sub(1, Ordering::SeqCst) == 1 {
                    for _ in 0..consumers {
                        tx.send(END_MARK).await.expect("open");
                    }
                }
                w
            }

            #[allow(unused_mut)]
            async fn consume(
                index: usize, mut rx: $Rx, line: Arc<Line>,
            ) -> Worker {
                let mut w = Worker { index, ..Worker::default() };
                let (mut ops, mut sum, mut bits) = (0u64, 0u64, 0u64);
                w.begin = line.start().await;
                loop {
                    let message = rx.recv().await.$recv("open");
                    if message == END_MARK {
                        break;
                    }
                    ops += 1;
                    sum = sum.wrapping_add(message);
                    bits ^= message.wrapping_mul(MIXER);
                }
                w.end = ticks();
                w.ops = ops;
                w.sum = sum;
                w.bits = bits;
                w
            }

            pub fn stream(ask: &Ask) -> Answer {
                let runtime = runtime(ask);
                let line = Arc::new(Line::default());
                let (tx, mut rx) = $pair(ask.capacity, ask.consumers);
                let mut tasks = Vec::new();
                line.producing.store(ask.producers, Ordering::SeqCst);
                for index in 0..ask.producers + ask.consumers {
                    let line = line.clone();
                    tasks.push(if is_consumer(ask, index) {
                        let rx = rx.pop().expect("an end");
                        runtime.spawn(consume(index, rx, line))
                    } else {
                        let n = ask.consumers;
                        runtime.spawn(produce(index, tx.clone(), line, n))
                    });
                }
                let (workers, mut answer) =
                    gather(ask, &runtime, &line, tasks);
                settle_stream(ask, &workers, &mut answer);
                answer
            }

            #[allow(unused_mut)]
            async fn question(
                tx: $Tx, mut rx: $Rx, line: Arc<Line>,
            ) -> Worker {
                let mut w = Worker::default();
                w.begin = line.start().await;
                let mut before = ticks();
                while !line.stopped() {
                    tx.send(w.ops).await.expect("open");
                    if rx.recv().await.$recv("open") != w.ops {
                        w.wrong = true;
                    }
                    w.ops += 1;
                    let now = ticks();
                    w.hist.add(now - before);
                    before = now;
                }
                w.end = ticks();
                tx.send(END_MARK).await.expect("open");
                w
            }

            #[allow(unused_mut)]
            async fn answer(
                tx: $Tx, mut rx: $Rx, line: Arc<Line>,
            ) -> Worker {
                let mut w = Worker { index: 1, ..Worker::default() };
                w.begin = line.start().await;
                loop {
                    let message = rx.recv().await.$recv("open");
                    if message == END_MARK {
                        break;
                    }
                    tx.send(message).await.expect("open");
                }
                w.end = ticks();
                w
            }

            pub fn pingpong(ask: &Ask) -> Answer {
                let runtime = runtime(ask);
                let line = Arc::new(Line::default());
                let (there, mut asked) = $pair(ask.capacity, 1);
                let (back, mut answered) = $pair(ask.capacity, 1);
                let (asked, answered) =
                    (asked.pop().expect("an end"), answered.pop().expect("an end"));
                let tasks = vec![
                    runtime.spawn(question(there, answered, line.clone())),
                    runtime.spawn(answer(back, asked, line.clone())),
                ];
                let (workers, mut answer) =
                    gather(ask, &runtime, &line, tasks);
                answer.ops = workers[0].ops;
                answer
            }
        }
    };
}

type AsyncTx = async_channel::Sender<u64>;
type AsyncRx = async_channel::Receiver<u64>;

fn async_pair(capacity: usize, consumers: usize) -> (AsyncTx, Vec<AsyncRx>) {
    let (tx, rx) = async_channel::bounded(capacity);
    (tx, vec![rx; consumers])
}

type TokioTx = tokio::sync::mpsc::Sender<u64>;
type TokioRx = tokio::sync::mpsc::Receiver<u64>;

fn tokio_pair(capacity: usize, _: usize) -> (TokioTx, Vec<TokioRx>) {
    let (tx, rx) = tokio::sync::mpsc::channel(capacity);
    (tx, vec![rx])
}

task_loads!(asynced, AsyncTx, AsyncRx, async_pair, expect);
task_loads!(tokioed, TokioTx, TokioRx, tokio_pair, expect);
