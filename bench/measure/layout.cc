// SPDX-License-Identifier: MIT
/* measure/layout.cc - drawn offsets. */
#include "measure/layout.h"

namespace bench
{

/* Set while no worker runs, read by workers; starting them orders both. */
static uint64_t sample_seed = 1;
static uint64_t objects;

/* The finisher of MurmurHash3 (A. Appleby) over a sum that keeps order. */
uint64_t
mixed(uint64_t a, uint64_t b)
{
    uint64_t x = a * 0x9e3779b97f4a7c15ull + b + 1;

    x ^= x >> 33;
    x *= 0xff51afd7ed558ccdull;
    x ^= x >> 33;
    x *= 0xc4ceb9fe1a85ec53ull;
    return x ^ x >> 33;
}

uint64_t
mixed(uint64_t a, const std::string &text)
{
    for (const char c : text)
        a = mixed(a, static_cast<unsigned char>(c));
    return a;
}

void
layout_begin(uint64_t seed)
{
    sample_seed = seed;
    objects = 0;
}

size_t
layout_offset()
{
    return mixed(sample_seed, ++objects) % (layout_span / 128) * 128;
}

size_t
layout_stack(int worker)
{
    const uint64_t which = static_cast<uint64_t>(worker) << 32;

    return mixed(sample_seed, which) % (layout_span / 16) * 16;
}

uint64_t
layout_seed(int worker)
{
    const uint64_t which = (static_cast<uint64_t>(worker) << 32) + 1;

    return mixed(sample_seed, which);
}

} // namespace bench
