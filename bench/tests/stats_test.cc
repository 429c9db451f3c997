// SPDX-License-Identifier: MIT
/*
 * stats_test.cc - the histogram, medians and intervals, numbers as text.
 * Goal    what is published is what was measured.
 * Method  against sorted lists of the same values, and by hand.
 */
#include "measure/hist.h"
#include "measure/stats.h"
#include "report/format.h"
#include "report/json_parts.h"
#include "report/json_text.h"
#include "test.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace bench;

TEST(hist_buckets_are_exact_below_128_and_fine_above)
{
    for (uint64_t v = 0; v < 128; v++)
        EXPECT_EQ(Hist::low_of(Hist::index_of(v)), v);
    for (uint64_t v = 128; v < (1ull << 40); v += v / 97 + 1) {
        const size_t at = Hist::index_of(v);
        EXPECT_TRUE(Hist::low_of(at) <= v);
        if (at + 1 < Hist::buckets) {
            EXPECT_TRUE(v < Hist::low_of(at + 1));
            EXPECT_TRUE(Hist::low_of(at + 1) - Hist::low_of(at) <= v / 64);
        }
    }
    EXPECT_EQ(Hist::index_of(UINT64_MAX), Hist::buckets - 1);
    EXPECT_EQ(Hist::index_of((1ull << 40) - 1), Hist::buckets - 1);
}

TEST(hist_quantiles_are_those_of_the_sorted_list)
{
    Hist hist;
    Random random(test_seed());
    std::vector<uint64_t> values;

    for (int i = 0; i < 20000; i++)
        values.push_back(random.next() >> (24 + random.next() % 30));
    for (uint64_t v : values)
        hist.add(v);
    std::sort(values.begin(), values.end());
    for (double q : { 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0 }) {
        const size_t rank = static_cast<size_t>(
            std::ceil(q * static_cast<double>(values.size())));
        const double due = static_cast<double>(values[rank - 1]);
        EXPECT_TRUE(std::fabs(hist.quantile(q) - due) <= due / 128 + 0.5);
    }
    EXPECT_EQ(hist.max(), values.back());
}

TEST(hist_merge_loses_nothing)
{
    Hist all, merged;
    Hist parts[7];
    Random random(test_seed());

    for (int i = 0; i < 50000; i++) {
        const uint64_t v = random.next() >> (random.next() % 60);
        all.add(v);
        parts[i % 7].add(v);
    }
    for (const Hist &part : parts)
        merged.merge(part);
    EXPECT_TRUE(merged.counts() == all.counts());
    EXPECT_EQ(merged.max(), all.max());
    EXPECT_EQ(merged.count(), 50000);
}

TEST(hist_text_and_back_loses_nothing)
{
    Hist parts[3], all;
    Random random(test_seed());
    SparseHist read;

    for (int i = 0; i < 30000; i++) {
        const uint64_t v = random.next() >> (random.next() % 60);
        parts[i % 3].add(v);
        all.add(v);
    }
    Hist merged;
    for (const Hist &part : parts) {
        EXPECT_TRUE(hist_parse(hist_text(part.sparse()), read));
        EXPECT_TRUE(read == part.sparse());
        merged.merge(read);
    }
    EXPECT_TRUE(merged.counts() == all.counts());
    EXPECT_TRUE(hist_parse("", read) && read.empty());
}

TEST(hist_parse_takes_nothing_else)
{
    SparseHist read;

    for (const char *text :
         { ":", "1", "1:", "1:2,", ",1:2", "1:2;3:4", "2:1,1:1", "1:1,1:1",
           "1:0", "-1:2", "1:-2", " 1:2", "1:2 ", "1:2,x", "4352:1",
           "99999999999999999999:1", "1:99999999999999999999" }) {
        EXPECT_FALSE(hist_parse(text, read));
        EXPECT_TRUE(read.empty());
    }
    EXPECT_FALSE(hist_parse(std::string("1:2\0", 4), read));
    EXPECT_TRUE(hist_parse("0:1,4351:18446744073709551615", read));
}

TEST(hist_empty_says_zero)
{
    const Hist hist;

    EXPECT_TRUE(hist.quantile(0.5) == 0);
    EXPECT_EQ(hist.count(), 0);
}

TEST(stats_median_and_quantile_by_hand)
{
    EXPECT_TRUE(median({ 3, 1, 2 }) == 2);
    EXPECT_TRUE(median({ 4, 1, 2, 3 }) == 2.5);
    EXPECT_TRUE(quantile({ 10, 20, 30, 40, 50 }, 0.25) == 20);
    EXPECT_TRUE(std::isnan(median({})));
}

TEST(stats_interval_holds_the_median_and_repeats)
{
    std::vector<double> values;
    Random random(test_seed());

    for (int i = 0; i < 11; i++)
        values.push_back(static_cast<double>(random.next() % 1000));
    const Interval one = bootstrap(values), two = bootstrap(values);
    EXPECT_TRUE(one.low <= one.median && one.median <= one.high);
    EXPECT_TRUE(one.low == two.low && one.high == two.high);
    EXPECT_TRUE(one.low >= *std::min_element(values.begin(), values.end()));
    EXPECT_TRUE(bootstrap({ 5, 5, 5 }).low == 5);
}

/* Against tables of Student's distribution. */
TEST(stats_student_by_table)
{
    EXPECT_TRUE(std::fabs(student_quantile(0.05, 5) - 2.5706) < 1e-4);
    EXPECT_TRUE(std::fabs(student_quantile(0.05, 10) - 2.2281) < 1e-4);
    EXPECT_TRUE(std::fabs(student_quantile(0.01, 1) - 63.657) < 1e-3);
    EXPECT_TRUE(std::fabs(student_p(2.0, 2) - 0.183503) < 1e-6);
    EXPECT_TRUE(student_p(0, 7) == 1);
}

/* By hand: of 2^n signs one gives the least sum, and one the greatest. */
TEST(stats_signed_ranks_by_hand)
{
    EXPECT_TRUE(signed_rank_p({ 1, 2, 3, 4, 5, 6 }) == 2.0 / 64);
    EXPECT_TRUE(signed_rank_p({ -1, 2, 3, 4, 5, 6 }) == 4.0 / 64);
    EXPECT_TRUE(signed_rank_p({ 1, -1 }) == 1);
    EXPECT_TRUE(signed_rank_p({ 0, 0, 0 }) == 1);
    EXPECT_TRUE(signed_rank_p({ 2, 2, 2, 2, 0 }) == 2.0 / 16);
    EXPECT_TRUE(least_rank_p(6) == 2.0 / 64);
    EXPECT_TRUE(paired_t_p({ 1, 1, 1 }) < 1e-9);
    EXPECT_TRUE(paired_t_p({ -1, 1 }) == 1);
}

TEST(stats_holm_by_hand)
{
    const Values out = holm({ 0.01, 0.04, 0.03, 0.5 });
    const Values due = { 0.04, 0.09, 0.09, 0.5 };

    for (size_t i = 0; i < due.size(); i++)
        EXPECT_TRUE(std::fabs(out[i] - due[i]) < 1e-12);
    EXPECT_TRUE(holm({}).empty());
}

TEST(stats_trend_and_fences_by_hand)
{
    EXPECT_TRUE(trend_of({ 1, 2, 3, 4, 5 }).rho == 1);
    EXPECT_TRUE(trend_of({ 5, 4, 3, 2, 1 }).rho == -1);
    EXPECT_TRUE(std::fabs(trend_of({ 1, 2, 3, 4, 5 }).p - 2.0 / 120) < 1e-12);
    EXPECT_TRUE(trend_of({ 3, 3, 3, 3, 3, 3, 3, 3 }).p == 1);
    EXPECT_TRUE(trend_of({ 1, 2 }).p == 1);
    const std::vector<int> due = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2 };
    EXPECT_TRUE(tukey_marks({ 1, 2, 3, 4, 5, 6, 7, 8, 9, 17, 30 }) == due);
}

TEST(format_numbers_and_units)
{
    EXPECT_STREQ(format_number(0.0512).c_str(), "0.051");
    EXPECT_STREQ(format_number(1.234).c_str(), "1.23");
    EXPECT_STREQ(format_number(45.67).c_str(), "45.7");
    EXPECT_STREQ(format_number(456.7).c_str(), "457");
    EXPECT_STREQ(format_ns(12345).c_str(), "12.3 us");
    EXPECT_STREQ(format_ns(-1).c_str(), "-");
    EXPECT_STREQ(format_minutes(61).c_str(), "1m01s");
}

TEST(json_escapes_and_says_null)
{
    JsonText json;

    json.open('{').pair("a\"b", "<\n\\>").pair("x", 0.5);
    json.pair("n", std::numeric_limits<double>::quiet_NaN());
    json.key("l").open('[').value(1).value(true).close(']').close('}');
    EXPECT_STREQ(json.text().c_str(),
                 "{\n  \"a\\\"b\": \"<\\u000a\\\\>\",\n  \"x\": 0.5,\n"
                 "  \"n\": null,\n  \"l\": [\n    1,\n    true\n  ]\n}");
}

TEST(redacted_loses_paths_and_keeps_names)
{
    const char *const names[] = {
        "rw/writes=0.1%/threads=4/place=cores",
        "chan/1p1c/cap=0, rw/writes=50%/threads=1",
        "6.1/foo",
    };

    for (const char *name : names)
        EXPECT_STREQ(redacted(name).c_str(), name);
    EXPECT_STREQ(redacted("-I/home/me/x -O3").c_str(), "-I[redacted] -O3");
    EXPECT_STREQ(redacted("-fmap=/a/b=c").c_str(), "-fmap=[redacted]=c");
    EXPECT_STREQ(redacted("/srv/x").c_str(), "[redacted]");
}
