// SPDX-License-Identifier: MIT
/* measure/hist.cc - quantiles and exact merging. */
#include "measure/hist.h"

#include <cctype>
#include <cerrno>
#include <cmath>
#include <cstdlib>

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

void
Hist::merge(const SparseHist &other)
{
    for (const auto &bucket : other)
        counts_[bucket.first] += bucket.second;
}

SparseHist
Hist::sparse() const
{
    SparseHist out;

    for (size_t i = 0; i < buckets; i++)
        if (counts_[i] > 0)
            out.emplace_back(static_cast<uint32_t>(i), counts_[i]);
    return out;
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

std::string
hist_text(const SparseHist &hist)
{
    std::string out;

    for (const auto &bucket : hist)
        out += (out.empty() ? "" : ",") + std::to_string(bucket.first) + ":" +
               std::to_string(bucket.second);
    return out;
}

/* Digits alone: strtoull would take signs and spaces, too. */
static bool
take_number(const char *&at, uint64_t &number)
{
    char *end = nullptr;

    if (!isdigit(static_cast<unsigned char>(*at)))
        return false;
    errno = 0;
    number = strtoull(at, &end, 10);
    at = end;
    return errno == 0;
}

bool
hist_parse(const std::string &text, SparseHist &hist)
{
    const char *at = text.c_str();
    uint64_t index = 0, count = 0;

    hist.clear();
    while (take_number(at, index) && *at++ == ':' && take_number(at, count)) {
        const bool next = hist.empty() || index > hist.back().first;
        if (!next || index >= Hist::buckets || count == 0)
            break;
        hist.emplace_back(static_cast<uint32_t>(index), count);
        if (*at == '\0' && at == text.c_str() + text.size())
            return true;
        if (*at++ != ',')
            break;
    }
    hist.clear();
    return text.empty();
}

} // namespace bench
