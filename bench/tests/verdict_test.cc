// SPDX-License-Identifier: MIT
/*
 * verdict_test.cc - how often intervals and verdicts are right.
 * Goal    an interval holds the truth as often as it says; of a whole matrix
 *         without differences 5 % at most are said to have one; 5 % are found.
 * Method  simulated rounds of known truth, normal, skewed, heavy-tailed,
 *         drifting, with a seed that does not change.
 */
#include "bars/judge.h"
#include "run/result.h"
#include "run/runner.h"
#include "test.h"

#include <cmath>
#include <cstdio>

using namespace bench;

constexpr uint64_t fixed_seed = 20240131;

/* Of 2000 tries: 95 % less two standard errors of the simulation itself. */
constexpr double nominal = 0.95 - 0.01;

static double
normal(Random &random)
{
    return std::sqrt(-2 * std::log(random.unit())) *
           std::cos(2 * M_PI * random.unit());
}

/* Noise of one sample, median 0; its size is about that of the normal one. */
using Shape = double (*)(Random &);

static double
skewed(Random &random)
{
    return -std::log(random.unit()) - M_LN2;
}

static double
heavy(Random &random)
{
    const double t = std::tan(M_PI * (random.unit() - 0.5));

    return std::max(-50.0, std::min(50.0, t));
}

/* One in eight samples is hit by something that takes long. */
static double
struck(Random &random)
{
    return normal(random) + (random.unit() < 0.125 ? 8 : 0);
}

static const struct {
    const char *name;
    Shape shape;
} shapes[] = {
    { "normal", normal },
    { "skewed", skewed },
    { "heavy", heavy },
    { "struck", struck },
};

/* Ratios of n paired rounds of two contenders of truth 1: A, B and what both
 * drift by in a pair. */
static Values
null_ratios(Random &random, Shape shape, int n, double size, double factor)
{
    Values out;

    for (int i = 0; i < n; i++) {
        const double drift = 1 + 0.05 * i;
        const double a = drift * std::exp(size * shape(random)) * factor;
        const double b = drift * std::exp(size * shape(random));
        out.push_back(a / b);
    }
    return out;
}

TEST(stats_interval_covers_what_it_says)
{
    constexpr int tries = 2000;

    for (const auto &one : shapes)
        for (int n = 6; n <= 20; n++) {
            Random random(fixed_seed + static_cast<uint64_t>(n));
            int held = 0;
            for (int i = 0; i < tries; i++) {
                const Interval interval =
                    bootstrap(null_ratios(random, one.shape, n, 0.03, 1));
                held += interval.low <= 1 && 1 <= interval.high;
            }
            const double part = static_cast<double>(held) / tries;
            printf("# coverage n=%d %s %.3f\n", n, one.name, part);
            EXPECT_TRUE(part >= nominal);
        }
}

/* A median of one sided, skewed samples is covered, too. */
TEST(stats_interval_covers_a_skewed_median)
{
    constexpr int tries = 2000;

    for (int n = 6; n <= 20; n++) {
        Random random(fixed_seed);
        int held = 0;
        for (int i = 0; i < tries; i++) {
            Values values;
            for (int k = 0; k < n; k++)
                values.push_back(skewed(random));
            const Interval interval = bootstrap(values);
            held += interval.low <= 0 && 0 <= interval.high;
        }
        const double part = static_cast<double>(held) / tries;
        printf("# coverage of a median n=%d %.3f\n", n, part);
        EXPECT_TRUE(part >= nominal);
    }
}

/* The exact bootstrap distribution against drawn samples, where the sign test's
 * interval is not the wider one. */
TEST(stats_interval_is_that_of_many_draws)
{
    Random random(fixed_seed);

    for (size_t n : { 7, 9, 12 }) {
        Values values, medians, draw(n);
        for (size_t i = 0; i < n; i++)
            values.push_back(normal(random));
        for (int r = 0; r < 50000; r++) {
            for (double &one : draw)
                one = values[(random.next() >> 32) % n];
            medians.push_back(median(draw));
        }
        const double size = static_cast<double>(n);
        const double t = student_quantile(0.05, static_cast<int>(n) - 1);
        const double z = std::sqrt(size / (size - 1)) * t;
        const double tail = 0.5 * std::erfc(z / M_SQRT2);
        const Interval interval = bootstrap(values);
        double below = 0, up_to = 0;
        for (double one : medians) {
            below += one < interval.low;
            up_to += one <= interval.low;
        }
        EXPECT_TRUE(below / 5e4 <= tail * 1.2);
        EXPECT_TRUE(up_to / 5e4 >= tail * 0.8);
    }
}

/* Cells of a baseline, itself again, and two others. */
struct Matrix {
    std::vector<Cell> cells;
    std::deque<CellResult> results;
};

static void
fill(CellResult &result, Random &random, Shape shape, double size,
     const Values &factors, int rounds)
{
    for (int i = 0; i < rounds; i++) {
        Round round;
        const double drift = 1 + 0.02 * i;
        for (double factor : factors) {
            Sample sample;
            sample.ns = 100 * drift * factor * std::exp(size * shape(random));
            round.samples.push_back(sample);
        }
        round.rows.resize(factors.size());
        result.rounds.push_back(round);
    }
    mark_rounds(result, rounds);
    summarize(result);
}

static Matrix
simulated(Random &random, Shape shape, size_t cells, const Values &factors,
          int rounds)
{
    Matrix out;
    static const char *const names[] = { "base", "again", "x", "y" };

    out.cells.resize(cells);
    for (size_t c = 0; c < cells; c++) {
        Cell &cell = out.cells[c];
        cell.family = c % 4 ? "some" : "others";
        cell.baseline = "base";
        cell.repeat = "again";
        for (size_t i = 0; i < factors.size(); i++) {
            Contender one;
            one.name = names[i];
            cell.contenders.push_back(one);
        }
        const double size = 0.01 * static_cast<double>(1 + c % 5);
        out.results.emplace_back();
        out.results.back().cell = &cell;
        fill(out.results.back(), random, shape, size, factors, rounds);
    }
    judge(out.results);
    return out;
}

static int
verdicts(const Matrix &matrix, size_t contender, Verdict verdict)
{
    int count = 0;

    for (const CellResult &result : matrix.results)
        count += result.summaries[contender].verdict == verdict;
    return count;
}

TEST(verdicts_of_a_matrix_without_differences)
{
    constexpr int matrices = 60;

    for (const auto &one : shapes)
        for (int rounds : { 6, 11 }) {
            Random random(fixed_seed);
            int wrong = 0;
            for (int m = 0; m < matrices; m++) {
                const Matrix matrix =
                    simulated(random, one.shape, 60, { 1, 1, 1, 1 }, rounds);
                const int same = verdicts(matrix, 2, Verdict::same) +
                                 verdicts(matrix, 3, Verdict::same);
                wrong += same != 120;
            }
            printf("# family-wise wrong, %d rounds, %s: %d of %d\n", rounds,
                   one.name, wrong, matrices);
            EXPECT_TRUE(wrong <= matrices / 20);
        }
}

TEST(verdicts_find_five_percent)
{
    Random random(fixed_seed);
    const Matrix matrix =
        simulated(random, normal, 40, { 1, 1, 1.05, 1 / 1.05 }, 11);
    int quiet = 0, slower = 0, faster = 0;

    for (const CellResult &result : matrix.results) {
        slower += result.summaries[2].verdict == Verdict::slower;
        faster += result.summaries[3].verdict == Verdict::faster;
        EXPECT_TRUE(result.summaries[2].verdict != Verdict::faster);
        EXPECT_TRUE(result.summaries[3].verdict != Verdict::slower);
        quiet++;
    }
    printf("# of %d cells with noise of 1 to 5 %%, 5 %% are found in %d and "
           "%d\n",
           quiet, slower, faster);
    EXPECT_TRUE(slower >= 8 && faster >= 8);
}

/* One cell, as in the honesty command: noise of 2 %, many rounds. */
TEST(verdicts_of_one_cell_have_power)
{
    Random random(fixed_seed);
    int found = 0;

    for (int i = 0; i < 200; i++) {
        const Matrix matrix = simulated(random, normal, 1, { 1, 1, 1.05 }, 20);
        found += matrix.results[0].summaries[2].verdict == Verdict::slower;
    }
    printf("# a shift of 5 %% is found in %d of 200 cells\n", found);
    EXPECT_TRUE(found >= 190);
}

TEST(verdicts_by_role)
{
    Random random(fixed_seed);
    Matrix matrix = simulated(random, normal, 1, { 1, 1, 0.5, 2 }, 6);
    CellResult &result = matrix.results[0];

    EXPECT_STREQ(verdict_name(result.summaries[0].verdict), "baseline");
    EXPECT_STREQ(verdict_name(result.summaries[1].verdict), "baseline");
    EXPECT_STREQ(verdict_name(result.summaries[2].verdict), "faster");
    EXPECT_STREQ(verdict_name(result.summaries[3].verdict), "slower");
    matrix.cells[0].contenders[2].role = Role::floor;
    for (Round &round : result.rounds)
        round.samples[3].reason = Void::stray;
    summarize(result);
    judge(matrix.results);
    EXPECT_STREQ(verdict_name(result.summaries[2].verdict), "floor");
    EXPECT_STREQ(verdict_name(result.summaries[3].verdict), "void");
}

static Round
noisy_round(double delay)
{
    Round round;

    round.samples.resize(2);
    round.samples[0].ns = round.samples[1].ns = 10;
    round.samples[1].run_delay = delay;
    round.rows.resize(2);
    return round;
}

TEST(rounds_that_are_noisy_count_last)
{
    const Cell cell = [] {
        Cell out;
        out.contenders.resize(2);
        out.contenders[0].name = out.baseline = "base";
        return out;
    }();
    CellResult result;

    result.cell = &cell;
    for (double delay : { 0.0, 0.3, 0.01, 0.2, 0.9, -1.0 })
        result.rounds.push_back(noisy_round(delay));
    EXPECT_EQ(mark_rounds(result, 4), 3);
    EXPECT_EQ(result.counted, 4);
    EXPECT_EQ(result.noisy, 1);
    EXPECT_TRUE(result.rounds[3].counts && result.rounds[3].noisy);
    EXPECT_FALSE(result.rounds[1].counts || result.rounds[4].counts);
    EXPECT_EQ(mark_rounds(result, 3), 3);
    EXPECT_EQ(result.noisy, 0);
}

TEST(rounds_come_as_an_order_and_its_reverse)
{
    for (size_t contenders : { 1, 2, 3, 8 })
        for (int turn = 0; turn < 20; turn += 2) {
            const auto there = order_of_round(contenders, turn, 7);
            const auto back = order_of_round(contenders, turn + 1, 7);
            EXPECT_EQ(there.size(), contenders);
            EXPECT_TRUE(std::vector<size_t>(there.rbegin(), there.rend()) ==
                        back);
        }
    EXPECT_TRUE(order_of_round(3, 0, 1) != order_of_round(3, 0, 2));
    EXPECT_TRUE(order_of_round(3, 0, 1) != order_of_round(3, 2, 1));
}

static std::string
judged(double limit, double median, double half, double spread, bool in_ns)
{
    const Interval value = { median, median - half, median + half, 10 };

    return kept_text(judge_line(limit, value, spread), limit, median, in_ns);
}

TEST(bars_hold_or_say_by_how_much_they_do_not)
{
    EXPECT_STREQ(judged(0.5, 0.4, 0.01, 0.02, false).c_str(), "holds");
    EXPECT_STREQ(judged(0.5, 0.6, 0.01, 0.02, false).c_str(), "short by 20 %");
    EXPECT_STREQ(judged(10, 13, 0.5, 0.1, true).c_str(), "short by 3.00 ns");
    EXPECT_STREQ(judged(10, -2, 0.5, 0.1, true).c_str(), "holds");
}

TEST(bars_settle_nothing_within_twice_their_noise)
{
    const char *open = "not settled";

    EXPECT_STREQ(judged(0.5, 0.4, 0.01, 0.05, false).c_str(), open);
    EXPECT_STREQ(judged(0.5, 0.6, 0.01, 0.05, false).c_str(), open);
    EXPECT_STREQ(judged(0.5, 0.49, 0.02, 0.001, false).c_str(), open);
    EXPECT_STREQ(judged(0.5, 0.51, 0.02, 0.001, false).c_str(), open);
    EXPECT_STREQ(judged(0.5, 0.5, 0, 0, false).c_str(), open);
}
