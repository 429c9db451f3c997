// SPDX-License-Identifier: MIT
/* measure/hist.cc - quantiles and exact merging. */
#include "measure/hist.h"

#include <cmath>

namespace bench
{

uint64_t
Hist::low_of(size_t index)
{
    const size_t octave = index >> sub_bits;
    const uint64_t sub = index & ((1u << sub_bits) - 1);

    if (octave == 0)
        return sub;
    return ((1ull << sub_bits) + sub) << (octave - 1);
}

void
Hist::merge(const Hist &other)
{
    for (size_t i = 0; i < buckets; i++)
        counts_[i] += other.counts_[i];
    if (other.max_ > max_)
        max_ = other.max_;
}

uint64_t
Hist::count() const
{
    uint64_t sum = 0;

    for (uint64_t c : counts_)
        sum += c;
    return sum;
}

double
Hist::quantile(double q) const
{
    const uint64_t all = count();

    if (all == 0)
        return 0;
    uint64_t rank =
        static_cast<uint64_t>(std::ceil(q * static_cast<double>(all)));
    if (rank == 0)
        rank = 1;
    uint64_t seen = 0;
    size_t i = 0;
    for (; i < buckets - 1; i++) {
        seen += counts_[i];
        if (seen >= rank)
            break;
    }
    const double low = static_cast<double>(low_of(i));
    const double width =
        i + 1 < buckets ? static_cast<double>(low_of(i + 1)) - low : 1;
    return low + (width - 1) / 2;
}

} // namespace bench
