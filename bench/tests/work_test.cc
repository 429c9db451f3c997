// SPDX-License-Identifier: MIT
/*
 * work_test.cc - the loads of the whole matrix verify what they measure.
 * Goal    rings, bursts, private pairs, the open loop, tables of locks, tries,
 *         deadlines, lone writers, phases, crowds: sums are checked, and a
 *         planted fault is found by each.
 * Method  contenders broken on purpose (broken.h, and below); good ones beside.
 */
#include "broken.h"
#include "impl/chan_weir.h"
#include "impl/lock_weir.h"
#include "impl/ring_twin.h"
#include "impl/ring_weir.h"
#if WEIR_BENCH_HAVE_CK
#include "impl/ring_ck.h"
#endif
#include "load/burst.h"
#include "load/hogs.h"
#include "load/lock.h"
#include "load/lock_alone.h"
#include "load/lock_many.h"
#include "load/lock_try.h"
#include "load/memory.h"
#include "load/open.h"
#include "load/polled.h"
#include "load/private.h"
#include "load/rw_crowd.h"
#include "load/rw_phases.h"
#include "load/rw_writer.h"
#include "test.h"

using namespace bench;

#if defined(__SANITIZE_THREAD__)
#define SKIP_WHAT_RACES() TEST_SKIP("races on purpose")
#else
#define SKIP_WHAT_RACES()                                                      \
    do {                                                                       \
        if (here().pus.size() < 2)                                             \
            TEST_SKIP("one CPU");                                              \
    } while (0)
#endif

static const Place &
two()
{
    static const Place place = cores_place(here(), 2);
    return place;
}

static const Place &
one()
{
    static const Place place = cores_place(here(), 1);
    return place;
}

template <class Measure>
static bool
right(Measure measure)
{
    return !until_some(1, measure).wrong;
}

/* A ring that forgets one element in ten, but never the last. */
class Forgetful : public TwinRing<8, 64>
{
  public:
    bool push(const uint64_t &number)
    {
        return (number != end_mark && number % 10 == 9) ||
               TwinRing<8, 64>::push(number);
    }
};

template <class Ring>
static Sample
ring_stream(int side)
{
    const Place place = cores_place(here(), 2 * side);

    return until_some(2, [&] {
        return stream<Polled<Ring>>(here(), place, { side, side, 64 },
                                    short_ns);
    });
}

TEST(rings_keep_what_passes)
{
    EXPECT_FALSE((ring_stream<WeirMpmc<8, 64, Form::exact>>(2).wrong));
    EXPECT_FALSE((ring_stream<WeirMpmc<64, 64, Form::poll>>(2).wrong));
    EXPECT_FALSE((ring_stream<WeirSpsc<8, 64, Form::exact>>(1).wrong));
    EXPECT_FALSE((ring_stream<WeirSpsc<256, 64, Form::poll>>(1).wrong));
    EXPECT_FALSE((ring_stream<TwinRing<256, 64>>(2).wrong));
#if WEIR_BENCH_HAVE_CK
    EXPECT_FALSE((ring_stream<CkMpmc<8, 64>>(2).wrong));
    EXPECT_FALSE((ring_stream<CkSpsc<64, 64>>(1).wrong));
#endif
}

TEST(a_ring_that_forgets_is_found)
{
    EXPECT_TRUE(found_wrong([] { return ring_stream<Forgetful>(1); }));
}

TEST(a_torn_message_is_another_number)
{
    Wide<64> message;

    pack(message, 7);
    EXPECT_EQ(unpack(message), 7);
    message.word[7] = 8;
    EXPECT_NE(unpack(message), 7);
}

TEST(wide_channels_keep_what_passes)
{
    const StreamShape shape = { 1, 1, 64 };

    EXPECT_TRUE(right([&] {
        return stream<WeirChanOf<256>>(here(), two(), shape, short_ns);
    }));
    EXPECT_TRUE(right([&] {
        return stream<TwinQueueOf<64>>(here(), two(), shape, short_ns);
    }));
}

TEST(bursts_are_checked)
{
    EXPECT_TRUE(right(
        [] { return pair_burst<WeirChan>(here(), one(), 64, short_ns); }));
    EXPECT_TRUE(right(
        [] { return burst_turns<WeirChan>(here(), two(), 8, short_ns); }));
    EXPECT_TRUE(found_wrong(
        [] { return pair_burst<Garbling>(here(), one(), 64, short_ns); }));
    EXPECT_TRUE(found_wrong(
        [] { return burst_turns<Garbling>(here(), two(), 64, short_ns); }));
}

TEST(private_pairs_are_checked_each)
{
    const Place place = cores_place(here(), 4);

    EXPECT_TRUE(right([&] {
        return private_pairs<WeirChan>(here(), place, 2, 64, short_ns);
    }));
    EXPECT_TRUE(found_wrong(
        [&] { return private_pairs<Lossy>(here(), place, 2, 64, short_ns); }));
}

/* One receive in a window waits for five milliseconds. */
class Stalling : public TwinQueue
{
  public:
    using TwinQueue::TwinQueue;

    uint64_t recv()
    {
        if (++calls_ == 20)
            sleep_until_ns(now_ns() + 5000000);
        return TwinQueue::recv();
    }

  private:
    int calls_ = 0;
};

TEST(the_open_loop_counts_every_message_that_was_due_in_a_stall)
{
    const Sample sample = until_some(100, [] {
        return open_loop<Stalling>(here(), two(), 1024, 100000, 8000000);
    });

    EXPECT_FALSE(sample.wrong);
    EXPECT_TRUE(sample.p50_ns > 100000 && sample.ns > 100000);
}

TEST(the_open_loop_is_checked)
{
    EXPECT_TRUE(found_wrong(
        [] { return open_loop<Lossy>(here(), two(), 64, 100000, short_ns); }));
}

TEST(locks_alone_count)
{
    EXPECT_TRUE(
        right([] { return lock_hot<WeirMutex>(here(), one(), short_ns); }));
    EXPECT_TRUE(
        right([] { return lock_cold<WeirMutex>(here(), one(), short_ns); }));
}

class Leaky : public NoLock
{
};

/* A counter that loses one update in a thousand. */
namespace bench
{
template <> struct Counted<Leaky> {
    struct Count {
        void operator++(int)
        {
            if (++calls % 1000 != 0)
                kept++;
        }
        operator uint64_t() const
        {
            return kept;
        }
        uint64_t calls = 0;
        uint64_t kept = 0;
    };

    Leaky lock;
    Count count;
};
} // namespace bench

TEST(a_lost_count_of_one_thread_is_found)
{
    EXPECT_TRUE(
        found_wrong([] { return lock_hot<Leaky>(here(), one(), short_ns); }));
}

TEST(the_cold_walk_comes_to_every_lock)
{
    std::vector<bool> seen(cold_locks, false);
    uint64_t at = 0;

    for (uint64_t i = 0; i < cold_locks; i++) {
        seen[at] = true;
        at = next_cold(at);
    }
    for (uint64_t i = 0; i < cold_locks; i++)
        ASSERT_TRUE(seen[i]);
}

class NoTryLock : public NoLock
{
  public:
    bool try_lock(Seat &seat)
    {
        lock(seat);
        return true;
    }
    bool lock_for(Seat &seat, int64_t)
    {
        lock(seat);
        return true;
    }
};

/* All loads of several threads and one lock, or a table of them. */
template <class Lock, class Check>
static void
lock_loads(Check check)
{
    LockShape shape;

    shape.workers = 2;
    shape.newcomer_ns = 10000;
    check([=] { return lock_load<Lock>(here(), two(), shape, short_ns); });
    check([=] { return fair_load<Lock>(here(), two(), shape, short_ns); });
    check([=] { return newcomer_load<Lock>(here(), two(), shape, short_ns); });
    check([=] { return storm_load<Lock>(here(), two(), shape, short_ns); });
    check([=] {
        return deadline_load<Lock>(here(), two(), shape, 1000, short_ns);
    });
    check([=] {
        return many_locks<Lock, Counted<Lock>>(here(), two(), 2, 2, short_ns);
    });
    check([=] {
        return many_locks<Lock, CountedApart<Lock>>(here(), two(), 2, 2,
                                                    short_ns);
    });
    shape.first_long = 100;
    check([=] { return lock_load<Lock>(here(), two(), shape, short_ns); });
}

TEST(lock_loads_pass_locks)
{
    auto passes = [](auto measure) { EXPECT_TRUE(right(measure)); };

    lock_loads<WeirMutex>(passes);
    lock_loads<PthreadMutex>(passes);
}

TEST(lock_loads_find_a_lock_that_lets_two_in)
{
    SKIP_WHAT_RACES();
    lock_loads<NoTryLock>(
        [](auto measure) { EXPECT_TRUE(found_wrong(measure)); });
}

TEST(the_fair_load_knows_the_longest_gap)
{
    LockShape shape;

    shape.workers = 2;
    const Sample sample = until_some(2, [&] {
        return fair_load<PthreadMutex>(here(), two(), shape, short_ns);
    });
    EXPECT_TRUE(sample.gap_ns > 0 && sample.gap_ns >= sample.max_ns * 0.99);
    EXPECT_TRUE(sample.gini >= 0 && sample.gini < 1);
}

/* Forgets one write in ten; reads are always whole. */
class ForgetsWrites : public GuardedPair<PthreadMutex>
{
  public:
    template <class Inside> void write(Seat &seat, Inside &inside)
    {
        if (++calls_ % 10 != 0)
            GuardedPair<PthreadMutex>::write(seat, inside);
    }

  private:
    std::atomic<unsigned> calls_{ 0 };
};

/* Readers see half a write, again and again. */
class HalfWritten : public GuardedPair<NoLock>
{
  public:
    template <class Inside> void write(Seat &, Inside &)
    {
        first++;
        sched_yield();
        __asm__ volatile("" : : : "memory");
        second++;
    }
};

template <class Shared, class Check>
static void
writer_loads(Check check)
{
    const WriterShape active = { 1, Readers::active, 1000 };

    check([=] { return writer_load<Shared>(here(), two(), active, short_ns); });
    check([] { return phases_load<Shared>(here(), two(), 1, 5 * short_ns); });
    check([] {
        return rw_load<Shared>(here(), two(), { 2, 0.3, 20 }, short_ns);
    });
}

TEST(writer_loads_pass_locks)
{
    auto passes = [](auto measure) { EXPECT_TRUE(right(measure)); };
    const WriterShape idle = { 1, Readers::idle, 1000 };

    writer_loads<GuardedPair<WeirRw>>(passes);
    writer_loads<GuardedPair<PthreadRwWriters>>(passes);
    passes([=] {
        return writer_load<GuardedPair<WeirRw>>(here(), two(), idle, short_ns);
    });
    passes([] {
        return crowd_load<GuardedPair<WeirRw>>(here(), one(), 16, short_ns);
    });
}

TEST(writer_loads_find_a_forgotten_write)
{
    auto fails = [](auto measure) { EXPECT_TRUE(found_wrong(measure)); };

    writer_loads<ForgetsWrites>(fails);
    fails(
        [] { return crowd_load<ForgetsWrites>(here(), one(), 16, short_ns); });
}

TEST(readers_find_half_a_write)
{
    SKIP_WHAT_RACES();
    EXPECT_TRUE(found_wrong([] {
        const WriterShape shape = { 1, Readers::active, 1000 };
        return writer_load<HalfWritten>(here(), two(), shape, short_ns);
    }));
    EXPECT_TRUE(found_wrong([] {
        return phases_load<HalfWritten>(here(), two(), 1, 5 * short_ns);
    }));
}

TEST(memory_is_counted_per_object)
{
    struct Thing {
        explicit Thing(int size) : more(new char[size])
        {
        }
        ~Thing()
        {
            delete[] more;
        }
        char *more;
    };
    const Sample good = memory_of<Thing>([](Thing &) { return true; }, 1000);
    const Sample bad = memory_of<Thing>([](Thing &) { return false; }, 1000);

    EXPECT_FALSE(good.wrong);
    EXPECT_TRUE(good.bytes >= 1008 && good.bytes < 1100);
    EXPECT_TRUE(good.ns == good.bytes);
    EXPECT_TRUE(bad.wrong);
}

TEST(hogs_take_cpu_time_until_they_go)
{
    const int64_t before = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    {
        const Hogs hogs(3);
        EXPECT_EQ(hogs.size(), 3);
        TEST_AWAIT(clock_ns(CLOCK_PROCESS_CPUTIME_ID) > before + 20000000);
    }
}

TEST(shares_of_turns)
{
    Sample sample;

    EXPECT_TRUE(gini_of({ 5, 5, 5 }) == 0);
    EXPECT_TRUE(gini_of({ 0, 0, 0, 8 }) == 0.75);
    EXPECT_TRUE(gini_of({ 1 }) == -1);
    settle_turns({ 10, 40, 30 }, sample);
    EXPECT_TRUE(sample.ops == 80 && sample.share == 0.25);
    EXPECT_TRUE(sample.gini > 0.2 && sample.gini < 0.26);
}

TEST(the_middle_is_the_mean_of_the_middle_half)
{
    Hist hist;

    (void)here();
    for (uint64_t value : { 1, 10, 20, 30, 30, 40, 50, 1000000 })
        hist.add(value);
    EXPECT_TRUE(middle_ns(hist) > 29.99 * ns_per_tick() &&
                middle_ns(hist) < 30.01 * ns_per_tick());
    EXPECT_TRUE(middle_ns(Hist()) == 0);
}

TEST(steps_grow_with_time)
{
    Random random(1);

    (void)here();
    EXPECT_EQ(steps_of(0), 0);
    EXPECT_TRUE(steps_of(1) >= 1);
    EXPECT_TRUE(steps_of(2000) > 10 * steps_of(100));
    EXPECT_NE(work(random, 1), 0);
}
