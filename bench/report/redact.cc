// SPDX-License-Identifier: MIT
/*
 * report/redact.cc - results are shared: no host name, no user, no path.
 *
 * The card takes none of them by itself; they come in by compiler flags, a
 * custom kernel's release, or a hypervisor's name.
 */
#include "report/json_parts.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstring>

namespace bench
{

static const char *const gone = "[redacted]";

static bool
is_word(char c)
{
    return isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-';
}

static std::string
without_word(std::string text, const std::string &word)
{
    size_t at = 0;

    if (word.size() < 2)
        return text;
    while ((at = text.find(word, at)) != std::string::npos) {
        const size_t end = at + word.size();
        const bool whole = (at == 0 || !is_word(text[at - 1])) &&
                           (end == text.size() || !is_word(text[end]));
        if (whole)
            text.replace(at, word.size(), gone);
        at += whole ? std::string(gone).size() : 1;
    }
    return text;
}

/* Does a path begin here: a slash before a word, at the beginning, after what
 * divides words, or in a compiler's -I and -L?  Not inside a cell's name. */
static bool
begins_path(const std::string &text, size_t at)
{
    if (text[at] != '/' || at + 1 >= text.size() || !is_word(text[at + 1]))
        return false;
    if (at == 0 || strchr(" \t=:;,'\"(", text[at - 1]))
        return true;
    return at > 1 && text[at - 2] == '-' && strchr("IL", text[at - 1]);
}

static std::string
without_paths(const std::string &text)
{
    std::string out;
    size_t at = 0;

    while (at < text.size()) {
        if (!begins_path(text, at)) {
            out += text[at++];
            continue;
        }
        out += gone;
        at = std::min(text.find_first_of(" ,=:;'\")", at), text.size());
    }
    return out;
}

static std::string
host_name()
{
    char name[256] = "";

    return gethostname(name, sizeof name - 1) == 0 ? name : "";
}

static std::string
user_name()
{
    const passwd *entry = getpwuid(getuid());

    return entry ? entry->pw_name : "";
}

std::string
redacted(const std::string &text)
{
    static const std::string host = host_name();
    static const std::string user = user_name();

    return without_word(without_word(without_paths(text), host), user);
}

} // namespace bench
