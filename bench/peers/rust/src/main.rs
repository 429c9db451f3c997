// SPDX-License-Identifier: MIT
//! A peer of weir's suite: Rust's channels and locks.
//! bench/peers/PROTOCOL.md has the protocol.

mod alone;
mod hist;
mod load;
mod select;
mod tasks;
mod team;

use load::{Chan, Lock, Words};
use std::io::{BufRead, Write};
use team::{Answer, Ask};

macro_rules! channel {
    ($Type:ident, $Tx:ty, $Rx:ty, $make:expr, $send:ident, $recv:ident) => {
        struct $Type {
            tx: $Tx,
            rx: $Rx,
        }

        impl Chan for $Type {
            fn make(capacity: usize) -> Self {
                let (tx, rx) = $make(capacity);
                $Type { tx, rx }
            }
            #[inline(always)]
            fn send(&self, message: u64) {
                self.tx.$send(message).expect("open")
            }
            #[inline(always)]
            fn recv(&self) -> u64 {
                self.rx.$recv().expect("open")
            }
            #[inline(always)]
            fn try_send(&self, message: u64) -> bool {
                self.tx.try_send(message).is_ok()
            }
            #[inline(always)]
            fn try_recv(&self) -> bool {
                self.rx.try_recv().is_ok()
            }
        }
    };
}

channel!(Crossbeam, crossbeam_channel::Sender<u64>,
         crossbeam_channel::Receiver<u64>, crossbeam_channel::bounded,
         send, recv);
channel!(Flume, flume::Sender<u64>, flume::Receiver<u64>, flume::bounded,
         send, recv);
channel!(AsyncBlocking, async_channel::Sender<u64>,
         async_channel::Receiver<u64>, async_channel::bounded,
         send_blocking, recv_blocking);

type StdMutex = std::sync::Mutex<Words>;
type StdRw = std::sync::RwLock<Words>;
type PlMutex = parking_lot::Mutex<Words>;
type PlRw = parking_lot::RwLock<Words>;

impl Lock for StdMutex {
    fn make() -> Self {
        StdMutex::new(Words::new())
    }
    #[inline(always)]
    fn lock<F: FnOnce(&mut Words)>(&self, f: F) {
        f(&mut StdMutex::lock(self).unwrap())
    }
    fn rlock<F: FnOnce(&Words) -> bool>(&self, f: F) -> bool {
        f(&StdMutex::lock(self).unwrap())
    }
}

impl Lock for StdRw {
    fn make() -> Self {
        StdRw::new(Words::new())
    }
    #[inline(always)]
    fn lock<F: FnOnce(&mut Words)>(&self, f: F) {
        f(&mut self.write().unwrap())
    }
    #[inline(always)]
    fn rlock<F: FnOnce(&Words) -> bool>(&self, f: F) -> bool {
        f(&self.read().unwrap())
    }
}

impl Lock for PlMutex {
    fn make() -> Self {
        PlMutex::new(Words::new())
    }
    #[inline(always)]
    fn lock<F: FnOnce(&mut Words)>(&self, f: F) {
        f(&mut PlMutex::lock(self))
    }
    fn rlock<F: FnOnce(&Words) -> bool>(&self, f: F) -> bool {
        f(&PlMutex::lock(self))
    }
}

impl Lock for PlRw {
    fn make() -> Self {
        PlRw::new(Words::new())
    }
    #[inline(always)]
    fn lock<F: FnOnce(&mut Words)>(&self, f: F) {
        f(&mut self.write())
    }
    #[inline(always)]
    fn rlock<F: FnOnce(&Words) -> bool>(&self, f: F) -> bool {
        f(&self.read())
    }
}

fn chan<C: Chan>(ask: &Ask) -> Option<Answer> {
    match ask.kind.as_str() {
        "chan" => Some(load::stream::<C>(ask)),
        "pingpong" => Some(load::pingpong::<C>(ask)),
        "pair" => Some(alone::pair::<C>(ask)),
        "try-empty" => Some(alone::try_empty::<C>(ask)),
        "try-full" => Some(alone::try_full::<C>(ask)),
        _ => None,
    }
}

fn crossbeam(ask: &Ask) -> Option<Answer> {
    match (ask.kind.as_str(), ask.cases) {
        ("select-ready", 2) => Some(select::ready::<select::Two>(ask)),
        ("select-ready", 8) => Some(select::ready::<select::Eight>(ask)),
        ("select-default", 2) => Some(select::default::<select::Two>(ask)),
        ("select-default", 8) => Some(select::default::<select::Eight>(ask)),
        ("select-parked", 2) => Some(select::parked::<select::Two>(ask)),
        ("select-parked", 8) => Some(select::parked::<select::Eight>(ask)),
        _ => chan::<Crossbeam>(ask),
    }
}

fn crossbeam_select(ask: &Ask) -> Option<Answer> {
    match ask.kind.as_str() {
        "select-ready" => Some(select::ready_any(ask)),
        "select-default" => Some(select::default_any(ask)),
        "select-parked" => Some(select::parked_any(ask)),
        _ => None,
    }
}

fn locks<M: Lock, R: Lock>(ask: &Ask) -> Option<Answer> {
    match ask.kind.as_str() {
        "mutex" => Some(load::fight::<M>(ask)),
        "rw" => Some(load::readers::<R>(ask)),
        _ => None,
    }
}

fn tasks(
    ask: &Ask, stream: fn(&Ask) -> Answer, pingpong: fn(&Ask) -> Answer,
) -> Option<Answer> {
    match ask.kind.as_str() {
        "chan" => Some(stream(ask)),
        "pingpong" => Some(pingpong(ask)),
        _ => None,
    }
}

fn measure(name: &str, ask: &Ask) -> Option<Answer> {
    use tasks::{asynced, tokioed};
    match name {
        "crossbeam" => crossbeam(ask),
        "crossbeam-select" => crossbeam_select(ask),
        "flume" => chan::<Flume>(ask),
        "async-channel-blocking" => chan::<AsyncBlocking>(ask),
        "async-channel" => tasks(ask, asynced::stream, asynced::pingpong),
        "tokio" => tasks(ask, tokioed::stream, tokioed::pingpong),
        "rust-std" => locks::<StdMutex, StdRw>(ask),
        "parking_lot" => locks::<PlMutex, PlRw>(ask),
        _ => None,
    }
}

fn hello() {
    let flags = format!(
        "{}; cargo build --release: opt-level=3 lto=fat codegen-units=1",
        env!("OF_RUSTC")
    );
    let both = "kinds=chan,pingpong";
    let more = "kinds=chan,pingpong,pair,try";
    let entries = [
        ("crossbeam", env!("OF_CROSSBEAM_CHANNEL"),
         "kinds=chan,pingpong,pair,try,select", "cap=0", ""),
        ("crossbeam-select", env!("OF_CROSSBEAM_CHANNEL"), "kinds=select",
         "cap=0", "Select, made once, in place of select!"),
        ("flume", env!("OF_FLUME"), more, "cap=0", ""),
        ("async-channel", env!("OF_ASYNC_CHANNEL"), both, "cap=1",
         "tasks on tokio, a thread per CPU"),
        ("async-channel-blocking", env!("OF_ASYNC_CHANNEL"), more, "cap=1",
         "its blocking calls, on threads"),
        ("tokio", env!("OF_TOKIO"), both, "sides=mpsc cap=1",
         "tasks, a thread per CPU"),
        ("rust-std", "of rustc", "kinds=mutex,rw", "cap=0", ""),
        ("parking_lot", env!("OF_PARKING_LOT"), "kinds=mutex,rw", "cap=0", ""),
    ];
    for (name, version, kinds, more, note) in entries {
        println!(
            "weir-peer 1 name={} version=\"{}\" lang=rust flags=\"{}\" {} {} \
             note=\"{}\"",
            name, version, flags, kinds, more, note
        );
    }
    println!("ready");
}

fn read(line: &str) -> Option<(String, Ask)> {
    let mut words = line.split_whitespace();
    if words.next() != Some("run") {
        return None;
    }
    let mut name = String::new();
    let mut ask =
        Ask { producers: 1, consumers: 1, threads: 1, ..Ask::default() };
    ask.outside = 8;
    ask.cases = 2;
    for word in words {
        let (key, value) = word.split_once('=')?;
        match key {
            "name" => name = value.into(),
            "kind" => ask.kind = value.into(),
            "shape" => {
                let (p, c) = value.strip_suffix('c')?.split_once('p')?;
                ask.producers = p.parse().ok()?;
                ask.consumers = c.parse().ok()?;
            }
            "cap" => ask.capacity = value.parse().ok()?,
            "size" if value != "8" => return None,
            "threads" => ask.threads = value.parse().ok()?,
            "cases" => ask.cases = value.parse().ok()?,
            "outside" => ask.outside = value.parse().ok()?,
            "writes" => ask.writes = value.parse().ok()?,
            "window_ns" => ask.window_ns = value.parse().ok()?,
            "tick_ns" => ask.tick_ns = value.parse().ok()?,
            "cpus" => {
                for cpu in value.split(',') {
                    ask.cpus.push(cpu.parse().ok()?);
                }
            }
            _ => {}
        }
    }
    if team::TICKS_ARE_NS {
        ask.tick_ns = 1.0;
    }
    let whole = ask.window_ns > 0
        && ask.tick_ns > 0.0
        && !ask.cpus.is_empty()
        && ask.producers.min(ask.consumers).min(ask.threads) > 0
        && (ask.cases == 2 || ask.cases == 8);
    if whole { Some((name, ask)) } else { None }
}

fn text_of(a: &Answer) -> String {
    let mut text = format!(
        "ok ops={} window_ns={:.0} cpu_ns={:.0} overlap={:.6}",
        a.ops, a.window_ns, a.cpu_ns, a.overlap
    );
    if a.share >= 0.0 {
        text += &format!(" share={:.6}", a.share);
    }
    if a.hist.count() > 0 {
        for (key, q) in [("p50_ns", 0.5), ("p99_ns", 0.99), ("p999_ns", 0.999)] {
            text += &format!(" {}={:.2}", key, a.hist.quantile(q) * a.tick_ns);
        }
        text += &format!(" max_ns={:.2}", a.hist.max as f64 * a.tick_ns);
    }
    if a.chunks > 0 {
        text += &format!(" chunks={} least_ns={:.4}", a.chunks, a.least_ns);
    }
    if a.ns > 0.0 {
        text += &format!(" ns={:.2}", a.ns);
    }
    let fault = match (a.unbound, a.stray) {
        (true, _) => "unbound",
        (_, true) => "stray",
        _ => "none",
    };
    let sum = if a.wrong { "wrong" } else { "ok" };
    format!("{} bound={} fault={} sum={}", text, a.bound as i32, fault, sum)
}

fn main() {
    hello();
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("input");
        let reply = match read(&line) {
            None => "unsupported why=\"not a request for us\"".to_string(),
            Some((name, ask)) => match measure(&name, &ask) {
                None => "unsupported why=\"no such contender\"".to_string(),
                Some(answer) => text_of(&answer),
            },
        };
        println!("{}", reply);
        std::io::stdout().flush().expect("output");
    }
}
