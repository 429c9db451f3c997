// SPDX-License-Identifier: MIT
/* run/peer_line.cc - reading and writing the lines of the peers' protocol. */
#include "run/peer_line.h"

#include <cctype>
#include <cmath>
#include <cstdlib>

namespace bench
{

double
PeerLine::number(const std::string &key, double otherwise) const
{
    const std::string value = text(key);
    char *end = nullptr;
    const double number = strtod(value.c_str(), &end);

    if (value.empty() || *end != '\0' || !std::isfinite(number))
        return otherwise;
    return number;
}

static bool
all_printable(const std::string &text)
{
    for (unsigned char c : text)
        if (c < ' ' || c == 0x7f)
            return false;
    return true;
}

/* The value that begins at `at`, which moves behind it. */
static bool
take_value(const std::string &text, size_t &at, std::string &value)
{
    const bool quoted = at < text.size() && text[at] == '"';
    const size_t begin = quoted ? at + 1 : at;
    size_t end = text.find(quoted ? '"' : ' ', begin);

    if (end == std::string::npos && quoted)
        return false;
    if (end == std::string::npos)
        end = text.size();
    value = text.substr(begin, end - begin);
    at = quoted ? end + 1 : end;
    return at == text.size() || text[at] == ' ';
}

bool
parse_peer_line(const std::string &text, PeerLine &line)
{
    size_t at = text.find(' ');

    line = PeerLine();
    if (text.empty() || text.size() > peer_line_max || !all_printable(text))
        return false;
    if (at == std::string::npos)
        at = text.size();
    line.verb = text.substr(0, at);
    while (at < text.size()) {
        if (text[at] == ' ') {
            at++;
            continue;
        }
        const size_t end = text.find_first_of("= ", at);
        const std::string key = text.substr(at, end - at);
        std::string value;
        if (end == std::string::npos || text[end] == ' ') {
            at = end == std::string::npos ? text.size() : end;
        } else {
            at = end + 1;
            if (!take_value(text, at, value))
                return false;
        }
        if (!line.fields.emplace(key, value).second)
            return false;
    }
    return true;
}

std::string
peer_field(const std::string &key, const std::string &value)
{
    std::string clean = value;
    bool plain = !clean.empty();

    for (char &c : clean) {
        if (c == '"' || static_cast<unsigned char>(c) < ' ')
            c = ' ';
        plain = plain && c != ' ' && c != '=';
    }
    return " " + key + "=" + (plain ? clean : "\"" + clean + "\"");
}

std::vector<std::string>
split_commas(const std::string &text)
{
    std::vector<std::string> parts;

    for (size_t at = 0; at <= text.size() && !text.empty();) {
        const size_t comma = std::min(text.find(',', at), text.size());
        parts.push_back(text.substr(at, comma - at));
        at = comma + 1;
    }
    return parts;
}

} // namespace bench
