// SPDX-License-Identifier: MIT
/*
 * measure/layout.h - where things happen to lie is drawn anew in every round.
 *
 * The offset of an object within its cache sets, and of a stack within its
 * pages, can be worth some percent.  They are drawn per round and are the same
 * for all contenders of a round, so they blur no ratio and favour nobody.
 *
 * Source   T. Mytkowicz et al., "Producing Wrong Data Without Doing Anything
 *          Obviously Wrong!" (2009)
 */
#ifndef BENCH_MEASURE_LAYOUT_H
#define BENCH_MEASURE_LAYOUT_H

#include <cstddef>
#include <cstdint>
#include <string>

namespace bench
{

/** One number of a few others; the same ones give the same. */
uint64_t mixed(uint64_t a, uint64_t b);
uint64_t mixed(uint64_t a, const std::string &text);

/** The draws of one sample start here.  Between samples only. */
void layout_begin(uint64_t seed);

/** The next object's offset: a multiple of 128 below layout_span. */
constexpr size_t layout_span = 4096;
size_t layout_offset();

/** A worker's stack offset: a multiple of 16 below layout_span. */
size_t layout_stack(int worker);

/** Seed of a worker's private random numbers. */
uint64_t layout_seed(int worker);

} // namespace bench

#endif
