// SPDX-License-Identifier: MIT

// The loads of load/alone.h: one goroutine, in chunks.

package main

import "math"

const chunkOps = 256

// alone runs chunks of chunkOps operations, which say whether all was right.
func alone(ask *ask, chunk func(first uint64) bool) *answer {
	var shortest uint64
	t, cpu := run(ask, 1, func(w *worker) {
		var ops uint64
		least, right := uint64(math.MaxUint64), true
		w.startLine()
		for !w.stopped() {
			before := ticks()
			right = chunk(ops) && right
			if took := ticks() - before; took < least {
				least = took
			}
			ops += chunkOps
		}
		w.finish()
		w.ops, w.wrong, shortest = ops, !right, least
	})
	a := settle(t, cpu)
	a.ops, a.wrong = t.workers[0].ops, t.workers[0].wrong
	a.chunks = a.ops / chunkOps
	a.leastNs = float64(shortest) * a.tickNs / chunkOps
	return a
}

func pair(ask *ask) *answer {
	c := make(chan uint64, ask.capacity)
	return alone(ask, func(first uint64) bool {
		var sent, got uint64
		for n := first; n < first+chunkOps; n++ {
			c <- n
			sent += n
			got += <-c
		}
		return sent == got
	})
}

func tryEmpty(ask *ask) *answer {
	c := make(chan uint64, ask.capacity)
	return alone(ask, func(uint64) bool {
		got := 0
		for n := 0; n < chunkOps; n++ {
			select {
			case <-c:
				got++
			default:
			}
		}
		return got == 0
	})
}

func tryFull(ask *ask) *answer {
	c := make(chan uint64, ask.capacity)
	for i := 0; i < ask.capacity; i++ {
		c <- 1
	}
	return alone(ask, func(uint64) bool {
		sent := 0
		for n := uint64(0); n < chunkOps; n++ {
			select {
			case c <- n:
				sent++
			default:
			}
		}
		return sent == 0
	})
}
