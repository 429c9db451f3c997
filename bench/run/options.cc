// SPDX-License-Identifier: MIT
/* run/options.cc - the command line. */
#include "run/options.h"

#include "run/stop.h"

#include <cstdio>
#include <cstring>

namespace bench
{

static const char help_text[] =
    "usage: bench [options]\n"
    "\n"
    "Measures this machine's CPU with channels and locks: weir beside a fair\n"
    "mutex and condition variable twin and beside installed peers.  Prints a\n"
    "table and writes one JSON file and one HTML page.\n"
    "\n"
    "  --quick          fewer and shorter rounds, under 60 seconds\n"
    "                   (default: the headline cells, under 5 minutes)\n"
    "  --only PATTERN   only cells whose name contains PATTERN; '*' matches\n"
    "                   any text (may be given with --list)\n"
    "  --list           print the plan and its estimated time, measure "
    "nothing\n"
    "  --out DIR        folder of the results (default: results)\n"
    "  --topology DESC  plan for a machine in hwloc's synthetic language;\n"
    "                   with --list only\n"
    "  --help           this text\n"
    "\n"
    "exit status: 0 done, 1 a measurement failed, 2 bad option or path,\n"
    "             128 + n ended by signal n\n";

void
print_help()
{
    fputs(help_text, stdout);
}

/* "--name value" or "--name=value"; null when argv[*i] is another option. */
static const char *
value_of(const char *name, int argc, char **argv, int *i)
{
    const size_t length = strlen(name);

    if (strncmp(argv[*i], name, length) != 0)
        return nullptr;
    const char *rest = argv[*i] + length;
    if (*rest == '=')
        return rest + 1;
    if (*rest != '\0')
        return nullptr;
    if (*i + 1 >= argc)
        die(exit_usage, "option '%s' needs a value; see --help", name);
    return argv[++*i];
}

static void
set_depth(Options &options)
{
    const bool quick = options.depth == Depth::quick;

    options.rounds = quick ? 5 : 11;
    options.window_ns = quick ? 15000000 : 25000000;
    options.budget_ns = (quick ? 48ll : 270ll) * 1000000000;
}

static void
read_one(Options &options, int argc, char **argv, int *i)
{
    const char *argument = argv[*i];
    const char *value = nullptr;

    if (strcmp(argument, "--quick") == 0)
        options.depth = Depth::quick;
    else if (strcmp(argument, "--list") == 0)
        options.list = true;
    else if (strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0)
        options.help = true;
    else if ((value = value_of("--only", argc, argv, i)))
        options.only = value;
    else if ((value = value_of("--out", argc, argv, i)))
        options.out = value;
    else if ((value = value_of("--topology", argc, argv, i)))
        options.topology = value;
    else
        die(exit_usage, "unknown option '%s'; see --help", argument);
}

Options
read_options(int argc, char **argv)
{
    Options options;

    for (int i = 1; i < argc; i++)
        read_one(options, argc, argv, &i);
    if (options.out.empty())
        die(exit_usage, "--out needs the name of a folder");
    if (!options.topology.empty() && !options.list)
        die(exit_usage, "--topology describes a machine that is not here: it "
                        "plans only, with --list");
    set_depth(options);
    return options;
}

} // namespace bench
