// SPDX-License-Identifier: MIT

//go:build !amd64 && !arm64

package main

import "time"

var began = time.Now()

// ticks are nanoseconds where no counter is read.
func ticks() uint64 {
	return uint64(time.Since(began))
}

const ticksAreNs = true
