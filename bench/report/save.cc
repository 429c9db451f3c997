// SPDX-License-Identifier: MIT
/*
 * report/save.cc - where the result goes.
 *
 * Whether it can be written there is tried before anything is measured.  A
 * file is written under another name, flushed and renamed, so a reader sees
 * whole files only, and what was there stays until then.  With "--json -"
 * standard output is kept for the result: whatever else would be printed there
 * goes to standard error.
 */
#include "report/report.h"

#include "run/stop.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace bench
{

static const std::string suffix = ".json";
static const std::string partial_suffix = "--partial.json";
static int json_out = -1; /* what was standard output, for "--json -" */

/* Everything that may not stand in a file name becomes one dash. */
static std::string
slug(const std::string &text)
{
    std::string out;

    for (const char c : text) {
        const bool plain = isalnum(static_cast<unsigned char>(c)) || c == '.';
        if (plain)
            out += static_cast<char>(tolower(static_cast<unsigned char>(c)));
        else if (!out.empty() && out.back() != '-')
            out += '-';
    }
    while (!out.empty() && out.back() == '-')
        out.pop_back();
    return out.substr(0, 60);
}

static bool
ends_with(const std::string &text, const std::string &end)
{
    return text.size() >= end.size() &&
           text.compare(text.size() - end.size(), end.size(), end) == 0;
}

static std::string
path_of_result(const Run &run)
{
    if (!run.options.json.empty())
        return run.options.json;
    return run.options.out + "/" + slug(fact(run.card, "cpu_model")) + "--" +
           std::to_string(run.topology.pus.size()) + "cpu--" + run.date + "--" +
           slug(fact(run.card, "weir_git")) + suffix;
}

static std::string
folder_of(const std::string &path)
{
    const size_t slash = path.rfind('/');

    if (slash == std::string::npos)
        return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

/* Makes missing folders of a path, from the top; true if the last was made. */
static bool
make_folders(const std::string &path)
{
    size_t at = 0;
    bool made = false;

    while (at != std::string::npos) {
        at = path.find('/', at + 1);
        const std::string part = path.substr(0, at);
        made = mkdir(part.c_str(), 0777) == 0;
        if (!made && errno != EEXIST)
            die(exit_usage, "cannot make the folder '%s': %s", part.c_str(),
                strerror(errno));
    }
    return made;
}

static void
try_to_write_in(const std::string &folder)
{
    const std::string probe = folder + "/.weir-bench-probe";
    const int file = open(probe.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    if (file < 0)
        die(exit_usage, "cannot write in '%s': %s", folder.c_str(),
            strerror(errno));
    close(file);
    unlink(probe.c_str());
}

/* A rename would put a file in the place of a device or a folder. */
static void
refuse_unless_file(const std::string &path)
{
    struct stat status;

    if (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
        die(exit_usage, "'%s' is not a file: the result cannot replace it",
            path.c_str());
}

static void
keep_standard_output()
{
    setvbuf(stdout, nullptr, _IOLBF, 0);
    json_out = dup(STDOUT_FILENO);
    if (json_out < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
        die(exit_usage, "standard output cannot be written: %s",
            strerror(errno));
}

void
prepare_output(const Options &options)
{
    if (options.json == "-") {
        keep_standard_output();
    } else if (!options.json.empty()) {
        refuse_unless_file(options.json);
        try_to_write_in(folder_of(options.json));
    } else {
        if (make_folders(options.out))
            remove_on_early_end(options.out);
        try_to_write_in(options.out);
    }
}

static bool
write_all(int out, const std::string &text)
{
    size_t done = 0;

    while (done < text.size()) {
        const ssize_t some = write(out, text.data() + done, text.size() - done);
        if (some < 0 && errno != EINTR)
            return false;
        done += some > 0 ? static_cast<size_t>(some) : 0;
    }
    return true;
}

static int
open_part(const std::string &path, int how)
{
    return open((path + ".part").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | how,
                0666);
}

/*
 * Equal machines that share a folder may have begun in the same second.  Who
 * makes the part has the name, unless it was used before; all others count on.
 */
static int
open_new(std::string &path)
{
    const std::string stem = path.substr(0, path.size() - suffix.size());

    for (int n = 2; n < 10000; n++) {
        const int file = open_part(path, O_EXCL);
        if (file < 0 && errno != EEXIST)
            return -1;
        if (file >= 0 && access(path.c_str(), F_OK) != 0)
            return file;
        if (file >= 0) {
            close(file);
            unlink((path + ".part").c_str());
        }
        path = stem + "-" + std::to_string(n) + suffix;
    }
    return -1;
}

/* Whole under its name, or not at all; a name of ours may grow a number. */
static bool
write_file(const Options &options, std::string &path, const std::string &text)
{
    const int file =
        options.json.empty() ? open_new(path) : open_part(path, O_TRUNC);
    const std::string part = path + ".part";

    if (file < 0)
        return false;
    const bool whole = write_all(file, text) && fsync(file) == 0;
    if (close(file) == 0 && whole && rename(part.c_str(), path.c_str()) == 0)
        return true;
    const int error = errno;
    unlink(part.c_str());
    errno = error;
    return false;
}

std::string
save_report(const Run &run)
{
    std::string path = path_of_result(run);

    if (path == "-") {
        if (!write_all(json_out, json_of(run)))
            die(exit_failed, "cannot write the result: %s", strerror(errno));
        return "";
    }
    if (!write_file(run.options, path, json_of(run)))
        die(exit_failed, "cannot write '%s': %s", path.c_str(),
            strerror(errno));
    printf("wrote %s\n", path.c_str());
    return path;
}

/* The youngest whole result of a folder, or "". */
static std::string
last_complete(const std::string &folder)
{
    DIR *list = opendir(folder.c_str());
    std::string last;
    time_t youngest = 0;

    while (const dirent *entry = list ? readdir(list) : nullptr) {
        const std::string name = entry->d_name;
        const std::string path = folder + "/" + name;
        struct stat status;
        if (!ends_with(name, suffix) || ends_with(name, partial_suffix) ||
            stat(path.c_str(), &status) != 0 || status.st_mtime < youngest)
            continue;
        youngest = status.st_mtime;
        last = path;
    }
    if (list)
        closedir(list);
    return last;
}

static std::string
save_part(Run &run, const std::string &path)
{
    const std::string cells =
        std::to_string(run.results.size()) + " cells that were finished";
    std::string partial = path;

    judge(run.results);
    if (path == "-")
        return write_all(json_out, json_of(run))
                   ? "the " + cells + " were written"
                   : "nothing was written";
    if (ends_with(partial, suffix))
        partial.resize(partial.size() - suffix.size());
    partial += partial_suffix;
    if (!write_file(run.options, partial, json_of(run)))
        return "nothing was written: " + std::string(strerror(errno));
    return "the " + cells + " are in '" + partial + "'";
}

std::string
save_partial(Run &run)
{
    const std::string path = path_of_result(run);
    std::string out = "nothing was written";

    if (!run.results.empty())
        out = save_part(run, path);
    const std::string last = path == "-" ? "" : last_complete(folder_of(path));
    if (!last.empty())
        out += "; the last complete result is '" + last + "'";
    return out;
}

} // namespace bench
