// SPDX-License-Identifier: MIT

// The loads of load/stream.h, pingpong.h, lock.h and rw.h, loop by loop.

package main

import (
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

const (
	endMark        = math.MaxUint64
	timedEvery     = 64
	readTimedEvery = 256
	mixer          = 0x9e3779b97f4a7c15
)

type worker struct {
	index            int
	ops, sum, bits   uint64
	wrong            bool
	begin, end       uint64
	unbound, strayed bool
	times            *hist
	team             *team
	_                [128]byte
}

type team struct {
	ask     *ask
	workers []worker
	arrived atomic.Int32
	start   chan struct{}
	stop    atomic.Bool
}

// random is measure/stats.h's Random.
type random struct{ state uint64 }

func newRandom(seed uint64) random {
	return random{seed*2685821657736338717 + 1}
}

func (r *random) next() uint64 {
	r.state ^= r.state >> 12
	r.state ^= r.state << 25
	r.state ^= r.state >> 27
	return r.state * 2685821657736338717
}

func (w *worker) startLine() {
	w.team.arrived.Add(1)
	<-w.team.start
	w.begin = ticks()
}

func (w *worker) finish() {
	w.end = ticks()
}

func (w *worker) stopped() bool {
	return w.team.stop.Load()
}

// enter is one worker: a goroutine, or one that keeps its thread.
func (w *worker) enter(body func(*worker)) {
	ask := w.team.ask
	bound := w.team.bound()
	if ask.locked {
		runtime.LockOSThread() // and end it: it may be bound
	}
	if bound {
		w.unbound = !bindThread(ask.cpus[w.index])
	}
	body(w)
	if cpu := currentCPU(); bound && cpu >= 0 {
		w.strayed = cpu != ask.cpus[w.index]
	}
}

func (t *team) bound() bool {
	return t.ask.locked && len(t.workers) <= len(t.ask.cpus)
}

// run starts n workers at once and stops them after the window.
func run(ask *ask, n int, body func(*worker)) (*team, int64) {
	t := &team{ask: ask, workers: make([]worker, n),
		start: make(chan struct{})}
	var all sync.WaitGroup
	for i := range t.workers {
		w := &t.workers[i]
		w.index, w.team, w.times = i, t, &hist{}
		all.Add(1)
		go func() {
			defer all.Done()
			w.enter(body)
		}()
	}
	for int(t.arrived.Load()) < n {
		time.Sleep(20 * time.Microsecond)
	}
	before := processNs()
	close(t.start)
	time.Sleep(time.Duration(ask.windowNs))
	t.stop.Store(true)
	all.Wait()
	return t, processNs() - before
}

func isConsumer(producers, consumers, index int) bool {
	all := producers + consumers
	return (index+1)*consumers/all > index*consumers/all
}

func produce(w *worker, c chan uint64, producing *atomic.Int32, consumers int) {
	message := uint64(w.index) << 40
	var ops, sum, bits uint64
	w.startLine()
	for !w.stopped() {
		if ops%timedEvery == 0 {
			before := ticks()
			c <- message
			w.times.add(ticks() - before)
		} else {
			c <- message
		}
		ops++
		sum += message
		bits ^= message * mixer
		message++
	}
	w.finish()
	w.ops, w.sum, w.bits = ops, sum, bits
	if producing.Add(-1) == 0 {
		for i := 0; i < consumers; i++ {
			c <- endMark
		}
	}
}

func consume(w *worker, c chan uint64) {
	var ops, sum, bits uint64
	w.startLine()
	for {
		message := <-c
		if message == endMark {
			break
		}
		ops++
		sum += message
		bits ^= message * mixer
	}
	w.finish()
	w.ops, w.sum, w.bits = ops, sum, bits
}

func stream(ask *ask) *answer {
	c := make(chan uint64, ask.capacity)
	var producing atomic.Int32
	producing.Store(int32(ask.producers))
	t, cpu := run(ask, ask.producers+ask.consumers, func(w *worker) {
		if isConsumer(ask.producers, ask.consumers, w.index) {
			consume(w, c)
		} else {
			produce(w, c, &producing, ask.consumers)
		}
	})
	var in, out worker
	least, most := math.MaxFloat64, 0.0
	for i := range t.workers {
		w, side := &t.workers[i], &in
		if isConsumer(ask.producers, ask.consumers, i) {
			side = &out
		} else {
			least = math.Min(least, float64(w.ops))
			most = math.Max(most, float64(w.ops))
		}
		side.ops += w.ops
		side.sum += w.sum
		side.bits ^= w.bits
	}
	a := settle(t, cpu)
	a.ops = out.ops
	a.wrong = in.ops != out.ops || in.sum != out.sum || in.bits != out.bits
	if ask.producers > 1 && most > 0 {
		a.share = least / most
	}
	return a
}

func pingpong(ask *ask) *answer {
	there := make(chan uint64, ask.capacity)
	back := make(chan uint64, ask.capacity)
	t, cpu := run(ask, 2, func(w *worker) {
		if w.index == 1 {
			w.startLine()
			for message := <-there; message != endMark; message = <-there {
				back <- message
			}
			w.finish()
			return
		}
		var n uint64
		w.startLine()
		before := ticks()
		for !w.stopped() {
			there <- n
			if <-back != n {
				w.wrong = true
			}
			n++
			now := ticks()
			w.times.add(now - before)
			before = now
		}
		w.finish()
		w.ops = n
		there <- endMark
	})
	a := settle(t, cpu)
	a.ops, a.wrong = t.workers[0].ops, t.workers[0].wrong
	return a
}

// guarded is what the workers fight for, on lines of its own.
type guarded struct {
	_             [128]byte
	mutex         sync.Mutex
	_             [120]byte
	rw            sync.RWMutex
	_             [104]byte
	first, second uint64
	random        random
	_             [128]byte
}

func (g *guarded) step() {
	g.first++
	g.second += g.random.next() & 1
	g.mutex.Unlock()
}

func fight(ask *ask) *answer {
	g := &guarded{random: newRandom(1)}
	t, cpu := run(ask, ask.threads, func(w *worker) {
		r := newRandom(uint64(w.index) + 7)
		var ops, sink uint64
		w.startLine()
		for !w.stopped() {
			if ops%timedEvery == 0 {
				before := ticks()
				g.mutex.Lock()
				w.times.add(ticks() - before)
			} else {
				g.mutex.Lock()
			}
			g.step()
			ops++
			for i := 0; i < ask.outside; i++ {
				sink += r.next()
			}
		}
		w.finish()
		w.ops, w.bits = ops, sink
	})
	a := settle(t, cpu)
	a.shares(t)
	a.wrong = g.first != a.ops
	return a
}

func (g *guarded) read() bool {
	g.rw.RLock()
	one, two := atomic.LoadUint64(&g.first), atomic.LoadUint64(&g.second)
	g.rw.RUnlock()
	return one == two
}

func (g *guarded) write() {
	g.rw.Lock()
	g.first++
	g.second++
	g.rw.Unlock()
}

// gapTo is the number of reads until the next write.
func gapTo(share float64, r *random) uint64 {
	if share <= 0 {
		return math.MaxUint64
	}
	u := (float64(r.next()>>11) + 0.5) * 0x1p-53
	return uint64(math.Log(u) / math.Log1p(-share))
}

func readMostly(w *worker, g *guarded, share float64) {
	r := newRandom(uint64(w.index) + 3)
	left, right := gapTo(share, &r), true
	var ops, writes uint64
	w.startLine()
	for !w.stopped() {
		before := ticks()
		right = g.read() && right
		w.times.add(ticks() - before)
		for i := 1; i < readTimedEvery; i++ {
			if left != 0 {
				left--
				right = g.read() && right
				continue
			}
			g.write()
			writes++
			left = gapTo(share, &r)
		}
		ops += readTimedEvery
	}
	w.finish()
	w.ops, w.sum, w.wrong = ops, writes, !right
}

func readers(ask *ask) *answer {
	g := &guarded{}
	t, cpu := run(ask, ask.threads, func(w *worker) {
		readMostly(w, g, ask.writes)
	})
	a := settle(t, cpu)
	a.shares(t)
	var writes uint64
	for i := range t.workers {
		writes += t.workers[i].sum
		a.wrong = a.wrong || t.workers[i].wrong
	}
	a.wrong = a.wrong || writes != g.second
	return a
}
