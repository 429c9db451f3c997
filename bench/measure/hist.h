// SPDX-License-Identifier: MIT
/*
 * measure/hist.h - a log-linear histogram of times.
 *
 * 128 buckets per power of two: a bucket is at most 1/128 of its value wide.
 * Values are ticks of the cycle counter; below 128 every value has a bucket of
 * its own.  A merge adds counts, so it loses nothing.
 *
 * Limits   values from 2^40 on count in the last bucket
 */
#ifndef BENCH_MEASURE_HIST_H
#define BENCH_MEASURE_HIST_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace bench
{

/** The buckets that hold something, in order: index and count. */
using SparseHist = std::vector<std::pair<uint32_t, uint64_t>>;

class Hist
{
  public:
    static constexpr unsigned sub_bits = 7;
    static constexpr unsigned top_bits = 40;
    static constexpr size_t buckets = ((top_bits - sub_bits) + 1) << sub_bits;

    Hist() : counts_(buckets, 0)
    {
    }

    void add(uint64_t value)
    {
        counts_[index_of(value)]++;
        if (value > max_)
            max_ = value;
    }

    void merge(const Hist &other);
    void merge(const SparseHist &other);
    SparseHist sparse() const;
    uint64_t count() const;
    uint64_t max() const
    {
        return max_;
    }

    /** The middle of the bucket that holds the q-th part; 0 when empty. */
    double quantile(double q) const;

    static size_t index_of(uint64_t value);
    static uint64_t low_of(size_t index);
    const std::vector<uint64_t> &counts() const
    {
        return counts_;
    }

  private:
    std::vector<uint64_t> counts_;
    uint64_t max_ = 0;
};

/** "index:count,index:count", as in the result file. */
std::string hist_text(const SparseHist &hist);

/** False, and an empty list, for what hist_text does not write. */
bool hist_parse(const std::string &text, SparseHist &hist);

inline size_t
Hist::index_of(uint64_t value)
{
    if (value < (1u << sub_bits))
        return static_cast<size_t>(value);
    const unsigned top = 63u - static_cast<unsigned>(__builtin_clzll(value));
    if (top >= top_bits)
        return buckets - 1;
    const uint64_t sub = (value >> (top - sub_bits)) & ((1u << sub_bits) - 1);
    return ((static_cast<size_t>(top - sub_bits) + 1) << sub_bits) +
           static_cast<size_t>(sub);
}

} // namespace bench

#endif
