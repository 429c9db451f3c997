// SPDX-License-Identifier: MIT
/*
 * stats_test.cc - the histogram, medians and intervals, numbers as text.
 * Goal    what is published is what was measured.
 * Method  against sorted lists of the same values, and by hand.
 */
#include "measure/hist.h"
#include "measure/stats.h"
#include "report/format.h"
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
