// SPDX-License-Identifier: MIT
/*
 * impl/select_weir.h - several channels of libweir, and a select over receives
 * from all of them.
 *
 * Two forms: an array of cases that stands (weir_selectv), and the block form,
 * which is written out and builds its cases each time, as Go's select does.
 */
#ifndef BENCH_IMPL_SELECT_WEIR_H
#define BENCH_IMPL_SELECT_WEIR_H

#include "impl/chan_weir.h"

#include <weir/select.h>

#include <deque>
#include <vector>

namespace bench
{

/** Channels of 8-byte messages; select by weir_selectv. */
class WeirCases
{
  public:
    using Reply = WeirChan;

    WeirCases(size_t count, size_t capacity) : cases_(count)
    {
        for (weir_case &one : cases_) {
            chans_.emplace_back(capacity);
            one = { chans_.back().get(), &message_, WEIR_CASE_RECV, 0 };
        }
    }

    void send(size_t at, uint64_t message)
    {
        chans_[at].send(message);
    }

    uint64_t recv(size_t at)
    {
        return chans_[at].recv();
    }

    /** Which channel it came from. */
    size_t wait(uint64_t &message)
    {
        const int at = weir_selectv(cases_.data(), cases_.size(), 0);

        if (at < 0)
            abort();
        message = message_;
        return static_cast<size_t>(at);
    }

    bool poll(uint64_t &message)
    {
        if (weir_try_selectv(cases_.data(), cases_.size(), 0) < 0)
            return false;
        message = message_;
        return true;
    }

    const void *where() const
    {
        return chans_.front().where();
    }

  protected:
    std::deque<WeirChan> chans_;

  private:
    std::vector<weir_case> cases_;
    uint64_t message_ = 0;
};

WEIR_CHAN(bench_numbers, uint64_t);

/** The same by the block form, for N channels: 2 or 8. */
template <size_t N> class WeirBlock : public WeirCases
{
  public:
    explicit WeirBlock(size_t count, size_t capacity)
        : WeirCases(count, capacity)
    {
        static_assert(N == 2 || N == 8, "written out for these");
        for (size_t i = 0; i < N; i++)
            typed_[i] = reinterpret_cast<bench_numbers *>(chans_[i].get());
    }

    size_t wait(uint64_t &message)
    {
        size_t at = N;

        weir_select(s)
        {
            weir_on_recv(s, typed_[0], &message) at = 0;
            weir_on_recv(s, typed_[1], &message) at = 1;
            if constexpr (N == 8) {
                weir_on_recv(s, typed_[2], &message) at = 2;
                weir_on_recv(s, typed_[3], &message) at = 3;
                weir_on_recv(s, typed_[4], &message) at = 4;
                weir_on_recv(s, typed_[5], &message) at = 5;
                weir_on_recv(s, typed_[6], &message) at = 6;
                weir_on_recv(s, typed_[7], &message) at = 7;
            }
        }
        return at;
    }

    bool poll(uint64_t &message)
    {
        bool got = true;

        weir_select(s)
        {
            weir_on_recv(s, typed_[0], &message) got = true;
            weir_on_recv(s, typed_[1], &message) got = true;
            if constexpr (N == 8) {
                weir_on_recv(s, typed_[2], &message) got = true;
                weir_on_recv(s, typed_[3], &message) got = true;
                weir_on_recv(s, typed_[4], &message) got = true;
                weir_on_recv(s, typed_[5], &message) got = true;
                weir_on_recv(s, typed_[6], &message) got = true;
                weir_on_recv(s, typed_[7], &message) got = true;
            }
            weir_on_default(s) got = false;
        }
        return got;
    }

  private:
    bench_numbers *typed_[N];
};

} // namespace bench

#endif
