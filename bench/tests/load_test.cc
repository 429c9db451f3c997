// SPDX-License-Identifier: MIT
/*
 * load_test.cc - the loads verify what they measure.
 * Goal    a channel that loses, a lock that lets two in, a worker that leaves
 *         its CPU and a contender that hangs are all found.
 * Method  contenders broken on purpose; the good ones beside them.
 */
#include "broken.h"
#include "impl/chan_weir.h"
#include "impl/deque.h"
#include "impl/lock_weir.h"
#include "impl/select_twin.h"
#include "impl/select_weir.h"
#include "load/alone.h"
#include "load/deque.h"
#include "load/lock.h"
#include "load/notes.h"
#include "load/pingpong.h"
#include "load/rw.h"
#include "load/select.h"
#include "load/stream.h"
#include "run/apart.h"
#include "run/result.h"
#include "test.h"

#include <sched.h>

using namespace bench;

template <class Chan>
static Sample
small_stream(StreamShape shape)
{
    const Place place = cores_place(here(), shape.producers + shape.consumers);

    return until_some(
        2, [&] { return stream<Chan>(here(), place, shape, short_ns); });
}

TEST(stream_sums_of_whole_channels_agree)
{
    for (int side : { 1, 3 })
        for (size_t capacity : { size_t(1), size_t(64) }) {
            EXPECT_FALSE(
                small_stream<TwinQueue>({ side, side, capacity }).wrong);
            EXPECT_FALSE(
                small_stream<WeirChan>({ side, side, capacity }).wrong);
        }
    EXPECT_FALSE(small_stream<TwinMeeting>({ 3, 2, 0 }).wrong);
    EXPECT_FALSE(small_stream<WeirChan>({ 3, 2, 0 }).wrong);
}

TEST(stream_finds_a_lost_message)
{
    EXPECT_TRUE(found_wrong([] { return small_stream<Lossy>({ 1, 1, 64 }); }));
}

TEST(stream_finds_a_changed_message)
{
    EXPECT_TRUE(found_wrong([] {
        return small_stream<Garbling>({ 2, 2, 64 });
    }));
}

TEST(stream_roles_are_dealt_evenly)
{
    const StreamShape shape = { 64, 1, 64 };
    int consumers = 0;

    for (int i = 0; i < 65; i++)
        consumers += is_consumer(shape, i);
    EXPECT_EQ(consumers, 1);
    EXPECT_FALSE(is_consumer({ 1, 1, 1 }, 0));
    EXPECT_TRUE(is_consumer({ 1, 1, 1 }, 1));
    EXPECT_TRUE(is_consumer({ 2, 2, 1 }, 1));
    EXPECT_FALSE(is_consumer({ 2, 2, 1 }, 2));
}

TEST(alone_and_pingpong_count_and_time)
{
    const Place one = cores_place(here(), 1);
    const Place two = cores_place(here(), 2);
    const Sample lone = until_some(
        1, [&] { return pair<TwinQueue>(here(), one, 4, short_ns); });
    const Sample game = until_some(
        1, [&] { return pingpong<TwinQueue>(here(), two, 1, short_ns); });

    EXPECT_FALSE(lone.wrong);
    EXPECT_TRUE(lone.ns > 0 && lone.ops >= alone_batch);
    EXPECT_FALSE(game.wrong);
    EXPECT_TRUE(game.p50_ns > 0 && game.p50_ns <= game.p999_ns);
    EXPECT_FALSE(try_empty<TwinQueue>(here(), one, 4, short_ns).wrong);
    EXPECT_FALSE(try_full<TwinQueue>(here(), one, 4, short_ns).wrong);
}

template <class Cases>
static Sample
small_select()
{
    const Place one = cores_place(here(), 1);

    return until_some(1, [&] {
        return select_ready<Cases>(here(), one, { 2, 4 }, short_ns);
    });
}

TEST(select_loads_pass_selects)
{
    const Place one = cores_place(here(), 1);
    const Place two = cores_place(here(), 2);
    const Sample ready = small_select<WeirBlock<2>>();
    const Sample parked = until_some(1, [&] {
        return select_parked<WeirCases>(here(), two, { 2, 4 }, short_ns);
    });

    EXPECT_FALSE(ready.wrong);
    EXPECT_TRUE(ready.least_ns > 0 && ready.least_ns <= ready.ns);
    EXPECT_TRUE(ready.chunks >= 1);
    EXPECT_FALSE(parked.wrong);
    EXPECT_TRUE(parked.ns > 0);
    EXPECT_FALSE(small_select<TwinCases>().wrong);
    EXPECT_FALSE(
        select_default<TwinCases>(here(), one, { 2, 4 }, short_ns).wrong);
}

/* Says that the message came from the other channel. */
class Misnaming : public TwinCases
{
  public:
    using TwinCases::TwinCases;

    size_t wait(uint64_t &message)
    {
        return TwinCases::wait(message) ^ (message % 10 == 9);
    }
};

TEST(select_finds_a_message_from_elsewhere)
{
    EXPECT_TRUE(found_wrong([] { return small_select<Misnaming>(); }));
}

template <class Deque>
static Sample
small_deque()
{
    const Place two = cores_place(here(), 2);

    return until_some(
        1, [&] { return deque_load<Deque>(here(), two, 1, short_ns); });
}

/* Hands every tenth element to two. */
class Doubling : public TwinDeque<64>
{
  public:
    bool pop(uint64_t &number)
    {
        if (again_ && number_ % 10 == 9) {
            again_ = false;
            number = number_;
            return true;
        }
        again_ = TwinDeque::pop(number_);
        number = number_;
        return again_;
    }

  private:
    bool again_ = false;
    uint64_t number_ = 0;
};

TEST(deque_sums_agree_unless_an_element_is_doubled)
{
    EXPECT_FALSE(small_deque<WeirDeque<64>>().wrong);
    EXPECT_FALSE(small_deque<TwinDeque<64>>().wrong);
    EXPECT_TRUE(found_wrong([] { return small_deque<Doubling>(); }));
}

TEST(lock_load_passes_a_lock)
{
    const Place place = cores_place(here(), 2);

    EXPECT_FALSE(lock_load<PthreadMutex>(here(), place, { 4 }, short_ns).wrong);
    EXPECT_FALSE(
        rw_load<GuardedPair<PthreadRw>>(here(), place, { 4, 0.1, 0 }, short_ns)
            .wrong);
    EXPECT_FALSE(lock_load<WeirMutex>(here(), place, { 4 }, short_ns).wrong);
    EXPECT_FALSE(
        rw_load<GuardedPair<WeirRw>>(here(), place, { 4, 0.1, 0 }, short_ns)
            .wrong);
    EXPECT_FALSE(notes_load<PthreadRw>(here(), place, 300).wrong);
    EXPECT_FALSE(notes_load<WeirRw>(here(), place, 300).wrong);
}

TEST(lock_load_finds_a_lock_that_lets_two_in)
{
    const Place place = cores_place(here(), 2);

#if defined(__SANITIZE_THREAD__)
    TEST_SKIP("races on purpose");
#endif
    if (here().pus.size() < 2)
        TEST_SKIP("one CPU");
    EXPECT_TRUE(found_wrong(
        [&] { return lock_load<NoLock>(here(), place, { 2 }, short_ns); }));
}

TEST(team_finds_a_worker_off_its_cpu)
{
    const Place place = cores_place(here(), 1);
    const Topology &t = here();

    if (t.pus.size() < 2)
        TEST_SKIP("one CPU");
    const int other = place.pus[0] == 0 ? 1 : 0;
    const Sample sample = until_some(1, [&] {
        return alone(t, place, short_ns, [&](uint64_t) {
            return bind_to(t, std::vector<int>(1, other));
        });
    });
    EXPECT_EQ(static_cast<int>(sample.reason), static_cast<int>(Void::stray));
}

TEST(apart_ends_a_contender_that_hangs)
{
    Contender contender;

    contender.measure = [](int64_t) -> Sample {
        for (;;)
            sched_yield();
    };
    EXPECT_EQ(static_cast<int>(measure_apart(contender, short_ns).reason),
              static_cast<int>(Void::timed_out));
    contender.measure = [](int64_t window_ns) {
        Sample sample;
        sample.ns = static_cast<double>(window_ns);
        return sample;
    };
    EXPECT_TRUE(measure_apart(contender, 42).ns == 42);
}

TEST(write_gap_keeps_its_share)
{
    WriteGap gap(0.01, test_seed());
    double sum = 0;

    for (int i = 0; i < 100000; i++)
        sum += static_cast<double>(gap.next());
    EXPECT_TRUE(sum / 100000 > 94 && sum / 100000 < 104);
    EXPECT_TRUE(WriteGap(0, 1).next() == UINT64_MAX);
}

static Cell
two_contenders()
{
    Cell cell;

    cell.contenders.resize(2);
    cell.contenders[0].name = "own";
    cell.contenders[1].name = "base";
    cell.baseline = "base";
    return cell;
}

static Round
round_of(double own, double base, double trip)
{
    Round round;

    round.samples.resize(2);
    round.samples[0].ns = own;
    round.samples[1].ns = base;
    round.trip_ns = trip;
    return round;
}

TEST(result_pairs_rounds_and_leaves_out_moved_ones)
{
    const Cell cell = two_contenders();
    CellResult result;

    result.cell = &cell;
    for (int i = 0; i < 5; i++)
        result.rounds.push_back(round_of(10 + i, 20 + 2 * i, 100));
    result.rounds.push_back(round_of(900, 20, 400));
    EXPECT_EQ(mark_rounds(result, 5), 5);
    summarize(result);
    EXPECT_EQ(result.moved, 1);
    EXPECT_EQ(result.summaries[0].rounds, 5);
    EXPECT_TRUE(result.summaries[0].ratio.median == 0.5);
    EXPECT_TRUE(result.summaries[0].ratio.high == 0.5);
    EXPECT_TRUE(result.summaries[0].per_trip.median == 0.12);
    EXPECT_TRUE(result.summaries[0].ns.median == 12);
}

TEST(result_leaves_out_void_samples)
{
    const Cell cell = two_contenders();
    CellResult result;

    result.cell = &cell;
    result.rounds = { round_of(10, 20, 0), round_of(1000, 20, 0) };
    result.rounds[1].samples[0].reason = Void::stray;
    summarize(result);
    EXPECT_EQ(result.summaries[0].rounds, 1);
    EXPECT_EQ(result.summaries[0].voided, 1);
    EXPECT_TRUE(result.summaries[0].ratio.median == 0.5);
    EXPECT_EQ(result.summaries[1].rounds, 2);
}
