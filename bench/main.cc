// SPDX-License-Identifier: MIT
/*
 * main.cc - the order of a run: options, topology, output folder, machine card,
 * core-to-core latency, plan, cells, table, result file, page.
 */
#include "run/main.h"
#include "honesty/honesty.h"
#include "report/report.h"
#include "run/core.h"

int
main(int argc, char **argv)
{
    using namespace bench;
    const Options options = read_options(argc, argv);
    Run run;

    if (options.help) {
        print_help();
        return 0;
    }
    run.options = options;
    run.topology = load_or_die(options.topology);
    if (options.list) {
        print_plan(run.topology, options);
        return 0;
    }
    if (options.honesty)
        return run_honesty(run.topology, options.seed);
    prepare(run);
    run.trips = core_to_core(run.topology);
    choose_pairs(run);
    run.plan = make_plan(run.topology, run.pairs, options);
    measure(run);
    print_report(run);
    make_page(save_report(run));
    return 0;
}
