// SPDX-License-Identifier: MIT
/* run/options.cc - the command line. */
#include "run/options.h"

#include "measure/clock.h"
#include "run/replay.h"
#include "run/stop.h"

#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace bench
{

static const char help_text[] =
    "usage: bench [options]\n"
    "\n"
    "Measures this machine's CPU with channels and locks: weir beside a fair\n"
    "mutex and condition variable twin and beside installed peers.  Prints a\n"
    "table on standard output, progress on standard error, and writes one "
    "JSON\n"
    "file.\n"
    "\n"
    "  --quick          fewer and shorter rounds, under 60 seconds\n"
    "                   (default: the headline cells, under 5 minutes)\n"
    "  --full           the whole matrix, however long it takes\n"
    "  --only PATTERN   only cells whose name contains PATTERN; '*' matches\n"
    "                   any text (may be given with --list)\n"
    "  --list           print the plan and its estimated time, measure "
    "nothing\n"
    "  --out DIR        folder of the results (default: results)\n"
    "  --json FILE      write the result as FILE, not into that folder; '-':\n"
    "                   standard output has the JSON and nothing else\n"
    "  --seed N         of all that is drawn: order, offsets (1 to 2^32-1;\n"
    "                   default: another one each time, kept in the file)\n"
    "  --replay FILE    once more with the seed, CPU pairs, depth and pattern\n"
    "                   of an older result; other options come on top\n"
    "  --topology DESC  plan for a machine in hwloc's synthetic language;\n"
    "                   with --list only\n"
    "  --honesty        check the suite itself on this machine: planted and\n"
    "                   absent differences, a line each; status 1 if one does\n"
    "                   not hold\n"
    "  --peers          other libraries and languages, too, as far as they "
    "were\n"
    "                   built; may take three times as long\n"
    "  --help           this text\n"
    "\n"
    "exit status: 0 done, 1 a measurement failed or was wrong, 2 bad option,\n"
    "             path or file, 128 + n ended by signal n; what was measured\n"
    "             till then is kept in a file whose name ends in --partial\n";

void
print_help()
{
    fputs(help_text, stdout);
}

const char *
depth_name(Depth depth)
{
    switch (depth) {
    case Depth::quick:
        return "quick";
    case Depth::normal:
        return "default";
    case Depth::full:
        return "full";
    }
    return "unknown";
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

static uint64_t
seed_from(const char *text)
{
    char *end = nullptr;

    errno = 0;
    const unsigned long long value = strtoull(text, &end, 10);
    if (!isdigit(static_cast<unsigned char>(*text)) || *end || errno ||
        value < 1 || value > seed_max)
        die(exit_usage, "--seed needs a number from 1 to 4294967295, not '%s'",
            text);
    return value;
}

void
set_rounds(Options &options)
{
    const bool quick = options.depth == Depth::quick;
    const long long second = 1000000000;

    options.rounds = quick ? 6 : 11;
    options.window_ns = quick ? 15000000 : 25000000;
    options.budget_ns = quick                            ? 48 * second
                        : options.depth == Depth::normal ? 270 * second
                                                         : 86400 * second;
    if (options.peers)
        options.budget_ns *= 3;
}

static bool
read_flag(Options &options, const char *argument)
{
    if (strcmp(argument, "--quick") == 0)
        options.depth = Depth::quick;
    else if (strcmp(argument, "--full") == 0)
        options.depth = Depth::full;
    else if (strcmp(argument, "--list") == 0)
        options.list = true;
    else if (strcmp(argument, "--honesty") == 0)
        options.honesty = true;
    else if (strcmp(argument, "--peers") == 0)
        options.peers = true;
    else if (strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0)
        options.help = true;
    else
        return false;
    return true;
}

static void
read_one(Options &options, int argc, char **argv, int *i)
{
    const char *argument = argv[*i];
    const char *value = nullptr;

    if (read_flag(options, argument))
        return;
    if ((value = value_of("--only", argc, argv, i)))
        options.only = value;
    else if ((value = value_of("--out", argc, argv, i)))
        options.out = value;
    else if ((value = value_of("--json", argc, argv, i)))
        options.json = *value ? value : "/";
    else if ((value = value_of("--seed", argc, argv, i)))
        options.seed = seed_from(value);
    else if ((value = value_of("--replay", argc, argv, i)))
        options.replay = value;
    else if ((value = value_of("--topology", argc, argv, i)))
        options.topology = value;
    else
        die(exit_usage, "unknown option '%s'; see --help", argument);
}

/* What a replayed file says comes before what the command line says. */
static Options
read_all(int argc, char **argv, Options options)
{
    for (int i = 1; i < argc; i++)
        read_one(options, argc, argv, &i);
    return options;
}

static void
check_options(int argc, char **argv, const Options &options)
{
    bool quick = false, full = false;

    for (int i = 1; i < argc; i++) {
        quick = quick || strcmp(argv[i], "--quick") == 0;
        full = full || strcmp(argv[i], "--full") == 0;
    }
    if (quick && full)
        die(exit_usage, "--quick and --full exclude each other");
    if (options.out.empty())
        die(exit_usage, "--out needs the name of a folder");
    if (!options.json.empty() && options.json.back() == '/')
        die(exit_usage, "--json needs the name of a file, or '-'");
    if (!options.topology.empty() && !options.list)
        die(exit_usage, "--topology describes a machine that is not here: it "
                        "plans only, with --list");
}

Options
read_options(int argc, char **argv)
{
    Options options = read_all(argc, argv, Options());

    if (!options.replay.empty())
        options = read_all(argc, argv, read_replay(options.replay));
    check_options(argc, argv, options);
    if (options.seed == 0)
        options.seed =
            static_cast<uint64_t>(clock_ns(CLOCK_REALTIME)) % seed_max + 1;
    set_rounds(options);
    return options;
}

std::string
command_of(const Options &options)
{
    std::string out;

    if (options.depth != Depth::normal)
        out += std::string("--") + depth_name(options.depth) + " ";
    if (!options.only.empty())
        out += "--only '" + options.only + "' ";
    return out + "--seed " + std::to_string(options.seed);
}

} // namespace bench
