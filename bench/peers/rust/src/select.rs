// SPDX-License-Identifier: MIT
//! The loads of load/select.h over crossbeam's channels: by its macro, written
//! out for 2 and 8 channels, and by Select, which is made once.

use crate::alone::{alone, CHUNK_OPS};
use crate::load::{Random, END_MARK};
use crate::team::{run, ticks, Answer, Ask, Line, Worker};
use crossbeam_channel::{bounded, select, Receiver, Select, Sender};

const PAUSE_NS: f64 = 50_000.0;

type Ends = (Vec<Sender<u64>>, Vec<Receiver<u64>>);

fn channels(ask: &Ask) -> Ends {
    (0..ask.cases).map(|_| bounded(ask.capacity)).unzip()
}

/// A select that is written out.
pub trait Written {
    fn wait(rx: &[Receiver<u64>]) -> (usize, u64);
    fn poll(rx: &[Receiver<u64>]) -> bool;
}

pub struct Two;
pub struct Eight;

impl Written for Two {
    #[inline(always)]
    fn wait(rx: &[Receiver<u64>]) -> (usize, u64) {
        select! {
            recv(rx[0]) -> m => (0, m.expect("open")),
            recv(rx[1]) -> m => (1, m.expect("open")),
        }
    }

    #[inline(always)]
    fn poll(rx: &[Receiver<u64>]) -> bool {
        select! {
            recv(rx[0]) -> _ => true,
            recv(rx[1]) -> _ => true,
            default => false,
        }
    }
}

impl Written for Eight {
    #[inline(always)]
    fn wait(rx: &[Receiver<u64>]) -> (usize, u64) {
        select! {
            recv(rx[0]) -> m => (0, m.expect("open")),
            recv(rx[1]) -> m => (1, m.expect("open")),
            recv(rx[2]) -> m => (2, m.expect("open")),
            recv(rx[3]) -> m => (3, m.expect("open")),
            recv(rx[4]) -> m => (4, m.expect("open")),
            recv(rx[5]) -> m => (5, m.expect("open")),
            recv(rx[6]) -> m => (6, m.expect("open")),
            recv(rx[7]) -> m => (7, m.expect("open")),
        }
    }

    #[inline(always)]
    fn poll(rx: &[Receiver<u64>]) -> bool {
        select! {
            recv(rx[0]) -> _ => true,
            recv(rx[1]) -> _ => true,
            recv(rx[2]) -> _ => true,
            recv(rx[3]) -> _ => true,
            recv(rx[4]) -> _ => true,
            recv(rx[5]) -> _ => true,
            recv(rx[6]) -> _ => true,
            recv(rx[7]) -> _ => true,
            default => false,
        }
    }
}

/// Select from all of these, made once.
fn all_of(rx: &[Receiver<u64>]) -> Select<'_> {
    let mut all = Select::new();
    for one in rx {
        all.recv(one);
    }
    all
}

#[inline(always)]
fn take(all: &mut Select, rx: &[Receiver<u64>]) -> (usize, u64) {
    let ready = all.select();
    let at = ready.index();
    (at, ready.recv(&rx[at]).expect("open"))
}

/// Send into one drawn by lot, and receive by `wait` from all.
fn drawn<W>(ask: &Ask, tx: &[Sender<u64>], mut wait: W) -> Answer
where
    W: FnMut() -> (usize, u64) + Send,
{
    let mut random = Random::new(1);
    let cases = ask.cases;
    alone(ask, move |first| {
        let mut wrong = 0;
        for n in first..first + CHUNK_OPS {
            let lot = random.lot(cases);
            tx[lot].send(n).expect("open");
            let (at, message) = wait();
            wrong |= (at ^ lot) as u64 | (message ^ n);
        }
        wrong == 0
    })
}

pub fn ready<S: Written>(ask: &Ask) -> Answer {
    let (tx, rx) = channels(ask);
    drawn(ask, &tx, || S::wait(&rx))
}

pub fn ready_any(ask: &Ask) -> Answer {
    let (tx, rx) = channels(ask);
    let mut all = all_of(&rx);
    drawn(ask, &tx, || take(&mut all, &rx))
}

fn none<P: FnMut() -> bool + Send>(ask: &Ask, mut poll: P) -> Answer {
    alone(ask, move |_| {
        let mut got = 0;
        for _ in 0..CHUNK_OPS {
            got += poll() as u64;
        }
        got == 0
    })
}

pub fn default<S: Written>(ask: &Ask) -> Answer {
    let (_tx, rx) = channels(ask);
    none(ask, || S::poll(&rx))
}

pub fn default_any(ask: &Ask) -> Answer {
    let (_tx, rx) = channels(ask);
    let mut all = all_of(&rx);
    none(ask, || match all.try_select() {
        Ok(ready) => {
            let at = ready.index();
            ready.recv(&rx[at]).is_ok()
        }
        Err(_) => false,
    })
}

fn wake(
    ask: &Ask, w: &mut Worker, line: &Line, tx: &[Sender<u64>],
    back: &Receiver<u64>,
) {
    let pause = (PAUSE_NS / ask.tick_ns) as u64;
    let mut random = Random::new(1);
    line.start(w);
    let mut before = ticks();
    while !line.stopped() {
        while ticks() - before < pause {
            std::hint::spin_loop();
        }
        before = ticks();
        tx[random.lot(ask.cases)].send(w.ops).expect("open");
        if back.recv().expect("open") != w.ops {
            w.wrong = true;
        }
        let now = ticks();
        w.hist.add(now - before);
        before = now;
        w.ops += 1;
    }
    line.finish(w);
    tx[0].send(END_MARK).expect("open");
}

fn woken<W: FnMut() -> (usize, u64)>(
    w: &mut Worker, line: &Line, back: &Sender<u64>, mut wait: W,
) {
    line.start(w);
    loop {
        let (_, message) = wait();
        if message == END_MARK {
            break;
        }
        back.send(message).expect("open");
    }
    line.finish(w);
}

fn sleeper(
    ask: &Ask, answers: impl Fn(&mut Worker, &Line, &Sender<u64>) + Sync,
    tx: &[Sender<u64>],
) -> Answer {
    let (there, back) = bounded(ask.capacity);
    let (workers, mut answer) = run(ask, 2, |w, line| {
        if w.index == 0 {
            wake(ask, w, line, tx, &back);
        } else {
            answers(w, line, &there);
        }
    });
    answer.ops = workers[0].ops;
    answer.ns = answer.hist.middle() * ask.tick_ns;
    answer
}

pub fn parked<S: Written>(ask: &Ask) -> Answer {
    let (tx, rx) = channels(ask);
    sleeper(ask, |w, line, there| woken(w, line, there, || S::wait(&rx)), &tx)
}

pub fn parked_any(ask: &Ask) -> Answer {
    let (tx, rx) = channels(ask);
    sleeper(
        ask,
        |w, line, there| {
            let mut all = all_of(&rx);
            woken(w, line, there, || take(&mut all, &rx))
        },
        &tx,
    )
}
