// SPDX-License-Identifier: MIT

package main

// ticks reads the counter that the suite reads, too.
func ticks() uint64

const ticksAreNs = false
