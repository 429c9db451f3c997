// SPDX-License-Identifier: MIT

// The log-linear histogram of measure/hist.h: 128 buckets per power of two.

package main

import (
	"math"
	"math/bits"
)

const (
	subBits = 7
	topBits = 40
	buckets = (topBits - subBits + 1) << subBits
)

type hist struct {
	counts [buckets]uint64
	max    uint64
}

func (h *hist) add(value uint64) {
	h.counts[indexOf(value)]++
	if value > h.max {
		h.max = value
	}
}

func indexOf(value uint64) int {
	if value < 1<<subBits {
		return int(value)
	}
	top := bits.Len64(value) - 1
	if top >= topBits {
		return buckets - 1
	}
	sub := int(value>>(top-subBits)) & (1<<subBits - 1)
	return (top-subBits+1)<<subBits + sub
}

func lowOf(index int) float64 {
	octave, sub := index>>subBits, index&(1<<subBits-1)
	if octave == 0 {
		return float64(sub)
	}
	return float64(uint64(1<<subBits+sub) << (octave - 1))
}

func (h *hist) merge(other *hist) {
	for i, count := range other.counts {
		h.counts[i] += count
	}
	if other.max > h.max {
		h.max = other.max
	}
}

func (h *hist) count() (all uint64) {
	for _, count := range h.counts {
		all += count
	}
	return all
}

// middle is the mean of the middle half.
func (h *hist) middle() float64 {
	all := float64(h.count())
	from, to := all/4, all-all/4
	var seen, sum float64
	for i, count := range h.counts {
		low := math.Max(seen, from)
		seen += float64(count)
		if part := math.Min(seen, to) - low; part > 0 {
			sum += part * lowOf(i)
		}
	}
	return sum / math.Max(to-from, 1)
}

// quantile is the middle of the bucket that holds the q-th part.
func (h *hist) quantile(q float64) float64 {
	rank := uint64(math.Max(1, math.Ceil(q*float64(h.count()))))
	seen, i := uint64(0), 0
	for ; i < buckets-1; i++ {
		seen += h.counts[i]
		if seen >= rank {
			break
		}
	}
	width := 1.0
	if i+1 < buckets {
		width = lowOf(i+1) - lowOf(i)
	}
	return lowOf(i) + (width-1)/2
}
