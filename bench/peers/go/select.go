// SPDX-License-Identifier: MIT

// The loads of load/select.h.  A select of Go is written out, for 2 and for 8
// channels, in the loops themselves.

package main

import "runtime"

const selectPauseNs = 50000

func channels(ask *ask) []chan uint64 {
	all := make([]chan uint64, ask.cases)
	for i := range all {
		all[i] = make(chan uint64, ask.capacity)
	}
	return all
}

// lot draws one of n channels, n a power of two.
func (r *random) lot(n int) uint64 {
	return r.next() >> 32 & uint64(n-1)
}

func readyTwo(c []chan uint64) func(uint64) bool {
	r := newRandom(1)
	c0, c1 := c[0], c[1]
	return func(first uint64) bool {
		var wrong uint64
		for n := first; n < first+chunkOps; n++ {
			var at, message uint64
			lot := r.lot(2)
			c[lot] <- n
			select {
			case message = <-c0:
				at = 0
			case message = <-c1:
				at = 1
			}
			wrong |= at ^ lot | message ^ n
		}
		return wrong == 0
	}
}

func readyEight(c []chan uint64) func(uint64) bool {
	r := newRandom(1)
	c0, c1, c2, c3 := c[0], c[1], c[2], c[3]
	c4, c5, c6, c7 := c[4], c[5], c[6], c[7]
	return func(first uint64) bool {
		var wrong uint64
		for n := first; n < first+chunkOps; n++ {
			var at, message uint64
			lot := r.lot(8)
			c[lot] <- n
			select {
			case message = <-c0:
				at = 0
			case message = <-c1:
				at = 1
			case message = <-c2:
				at = 2
			case message = <-c3:
				at = 3
			case message = <-c4:
				at = 4
			case message = <-c5:
				at = 5
			case message = <-c6:
				at = 6
			case message = <-c7:
				at = 7
			}
			wrong |= at ^ lot | message ^ n
		}
		return wrong == 0
	}
}

func selectReady(ask *ask) *answer {
	c := channels(ask)
	if ask.cases == 2 {
		return alone(ask, readyTwo(c))
	}
	return alone(ask, readyEight(c))
}

func defaultTwo(c []chan uint64) func(uint64) bool {
	c0, c1 := c[0], c[1]
	return func(uint64) bool {
		got := 0
		for n := 0; n < chunkOps; n++ {
			got++
			select {
			case <-c0:
			case <-c1:
			default:
				got--
			}
		}
		return got == 0
	}
}

func defaultEight(c []chan uint64) func(uint64) bool {
	c0, c1, c2, c3 := c[0], c[1], c[2], c[3]
	c4, c5, c6, c7 := c[4], c[5], c[6], c[7]
	return func(uint64) bool {
		got := 0
		for n := 0; n < chunkOps; n++ {
			got++
			select {
			case <-c0:
			case <-c1:
			case <-c2:
			case <-c3:
			case <-c4:
			case <-c5:
			case <-c6:
			case <-c7:
			default:
				got--
			}
		}
		return got == 0
	}
}

func selectDefault(ask *ask) *answer {
	c := channels(ask)
	if ask.cases == 2 {
		return alone(ask, defaultTwo(c))
	}
	return alone(ask, defaultEight(c))
}

// wait selects from 2 or 8 channels.
func wait(c []chan uint64) (message uint64) {
	if len(c) == 2 {
		select {
		case message = <-c[0]:
		case message = <-c[1]:
		}
		return
	}
	select {
	case message = <-c[0]:
	case message = <-c[1]:
	case message = <-c[2]:
	case message = <-c[3]:
	case message = <-c[4]:
	case message = <-c[5]:
	case message = <-c[6]:
	case message = <-c[7]:
	}
	return
}

func wake(w *worker, c []chan uint64, back chan uint64) {
	pause := uint64(selectPauseNs / w.team.ask.tickNs)
	r := newRandom(1)
	var n uint64
	w.startLine()
	before := ticks()
	for !w.stopped() {
		for ticks()-before < pause {
			runtime.Gosched() // one processor may have to run both
		}
		before = ticks()
		c[r.lot(len(c))] <- n
		if <-back != n {
			w.wrong = true
		}
		now := ticks()
		w.times.add(now - before)
		before = now
		n++
	}
	w.finish()
	w.ops = n
	c[0] <- endMark
}

func selectParked(ask *ask) *answer {
	c := channels(ask)
	back := make(chan uint64, ask.capacity)
	t, cpu := run(ask, 2, func(w *worker) {
		if w.index == 0 {
			wake(w, c, back)
			return
		}
		w.startLine()
		for message := wait(c); message != endMark; message = wait(c) {
			back <- message
		}
		w.finish()
	})
	a := settle(t, cpu)
	a.ops, a.wrong = t.workers[0].ops, t.workers[0].wrong
	a.ns = a.times.middle() * a.tickNs
	return a
}
