// SPDX-License-Identifier: MIT
/*
 * report/save.cc - the output folder and the files in it.
 *
 * Whether the folder can be written is tried before anything is measured.  A
 * file is written under another name, flushed and renamed, so a reader sees
 * whole files only.
 */
#include "report/report.h"

#include "run/stop.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace bench
{

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

static std::string
file_stem(const Run &run)
{
    return slug(fact(run.card, "cpu_model")) + "--" +
           std::to_string(run.topology.pus.size()) + "cpu--" + run.date + "--" +
           slug(fact(run.card, "weir_git"));
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

void
prepare_folder(const std::string &folder)
{
    const std::string probe = folder + "/.weir-bench-probe";

    if (make_folders(folder))
        remove_on_early_end(folder);
    const int file = open(probe.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0)
        die(exit_usage, "cannot write in '%s': %s", folder.c_str(),
            strerror(errno));
    close(file);
    unlink(probe.c_str());
}

/* True when the whole text is on the disk under the temporary name. */
static bool
write_part(const std::string &part, const std::string &text)
{
    FILE *file = fopen(part.c_str(), "we");

    if (!file)
        return false;
    const bool whole =
        fwrite(text.data(), 1, text.size(), file) == text.size() &&
        fflush(file) == 0 && fsync(fileno(file)) == 0;
    return fclose(file) == 0 && whole;
}

void
save_report(const Run &run)
{
    const std::string stem = run.options.out + "/" + file_stem(run);
    const std::string parts[] = { stem + ".json.part", stem + ".html.part" };
    const bool written = write_part(parts[0], json_of(run)) &&
                         write_part(parts[1], html_of(run));
    const int error = errno;

    if (!written) {
        for (const std::string &part : parts)
            unlink(part.c_str());
        die(exit_failed, "cannot write the results in '%s': %s",
            run.options.out.c_str(), strerror(error));
    }
    for (const std::string &part : parts) {
        const std::string name = part.substr(0, part.size() - 5);
        if (rename(part.c_str(), name.c_str()) != 0)
            die(exit_failed, "cannot write '%s': %s", name.c_str(),
                strerror(errno));
        printf("wrote %s\n", name.c_str());
    }
}

} // namespace bench
