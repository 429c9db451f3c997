// SPDX-License-Identifier: MIT
/*
 * cells_test.cc - every cell says what it is.
 * Goal    names are unique and of one form, each cell has its baseline and its
 *         A/A, a sentence, and parameters that agree with its name; the default
 *         run leaves the bulk to --full.
 * Method  the whole plan of this machine and of synthetic ones.
 */
#include "run/plan.h"
#include "test.h"

#include <regex>
#include <set>

using namespace bench;

static Options
with_depth(Depth depth)
{
    Options options;

    options.depth = depth;
    options.rounds = 11;
    options.window_ns = 25000000;
    options.budget_ns = depth == Depth::full ? INT64_MAX : 270000000000;
    return options;
}

/* The cells of this machine, then of machines with more of everything. */
template <class Check>
static void
for_each_machine(Check check)
{
    const char *const machines[] = {
        "",
#if WEIR_BENCH_HAVE_HWLOC
        "pack:1 core:1 pu:1",
        "pack:1 [numa] l3:8 l2:8 core:1 pu:2",
        "pack:2 [numa] l3:1 l2:64 core:1 pu:2",
#endif
    };

    for (const char *machine : machines) {
        std::string error;
        const Topology topology = topology_load(machine, error);
        check(topology);
    }
}

/* For every cell of every machine. */
template <class Check>
static void
for_each_cell(Check check)
{
    for_each_machine([&](const Topology &topology) {
        const ClassPairs pairs = middle_pairs(topology);
        const Plan plan = make_plan(topology, pairs, with_depth(Depth::full));
        EXPECT_TRUE(plan.cells.size() > 150);
        EXPECT_TRUE(plan.omitted.empty());
        for (const Cell &cell : plan.cells)
            check(cell);
    });
}

static int
count_of(const Cell &cell, Role role)
{
    int count = 0;

    for (const Contender &contender : cell.contenders)
        count += contender.role == role;
    return count;
}

TEST(cell_names_are_unique)
{
    for_each_machine([](const Topology &topology) {
        std::set<std::string> names;
        const Plan plan = make_plan(topology, middle_pairs(topology),
                                    with_depth(Depth::full));
        for (const Cell &cell : plan.cells)
            if (!names.insert(cell.name).second)
                test_true(TEST_HERE, cell.name.c_str(), false);
    });
}

TEST(cell_names_are_words_then_parameters)
{
    const std::regex form("[a-z]+(/[a-z0-9-]+)*"
                          "(/[a-z]+=[A-Za-z0-9.%:+-]+)+");

    for_each_cell([&](const Cell &cell) {
        if (!std::regex_match(cell.name, form))
            test_true(TEST_HERE, cell.name.c_str(), false);
    });
}

/* Every key=value of a name is a parameter, but the place, which is told
 * apart. */
TEST(cell_names_agree_with_the_parameters)
{
    const std::regex pair("/([a-z]+)=([^/]+)");

    for_each_cell([&](const Cell &cell) {
        std::sregex_iterator at(cell.name.begin(), cell.name.end(), pair);
        for (; at != std::sregex_iterator(); ++at) {
            const std::string key = (*at)[1], value = (*at)[2];
            const auto found = cell.params.find(key);
            const bool right = key == "place" ? value == cell.place.name
                                              : found != cell.params.end() &&
                                                    found->second == value;
            if (!right)
                test_true(TEST_HERE, cell.name.c_str(), false);
        }
    });
}

TEST(cells_have_a_sentence_a_family_and_a_unit)
{
    for_each_cell([](const Cell &cell) {
        const bool right = !cell.family.empty() && !cell.unit.empty() &&
                           cell.title.size() > 20 && cell.title.back() == '.';
        if (!right)
            test_true(TEST_HERE, cell.name.c_str(), false);
    });
}

TEST(cells_have_weir_a_baseline_and_their_a_a)
{
    for_each_cell([](const Cell &cell) {
        const bool right = count_of(cell, Role::weir) >= 1 &&
                           cell.contenders[0].role == Role::weir &&
                           count_of(cell, Role::baseline) == 1 &&
                           count_of(cell, Role::again) == 1 &&
                           cell.repeat == cell.baseline + "-again";
        if (!right)
            test_true(TEST_HERE, cell.name.c_str(), false);
    });
}

TEST(contenders_are_unique_and_say_their_version)
{
    for_each_cell([](const Cell &cell) {
        std::set<std::string> names;
        for (const Contender &contender : cell.contenders)
            if (!names.insert(contender.name).second ||
                contender.version.empty() || !contender.measure)
                test_true(TEST_HERE, cell.name.c_str(), false);
    });
}

TEST(the_default_run_leaves_the_bulk_to_full)
{
    for_each_machine([](const Topology &topology) {
        const ClassPairs pairs = middle_pairs(topology);
        const Plan some = make_plan(topology, pairs, with_depth(Depth::normal));
        for (const Cell &cell : some.cells)
            if (cell.priority >= full_priority)
                test_true(TEST_HERE, cell.name.c_str(), false);
        EXPECT_TRUE(some.omitted.size() > 50);
    });
}

TEST(a_pattern_reaches_the_cells_of_full)
{
    std::string error;
    const Topology topology = topology_load("", error);
    Options options = with_depth(Depth::normal);

    options.only = "mutex/fair/";
    const Plan plan = make_plan(topology, middle_pairs(topology), options);
    EXPECT_TRUE(!plan.cells.empty());
}
