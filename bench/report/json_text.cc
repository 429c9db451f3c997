// SPDX-License-Identifier: MIT
/* report/json_text.cc - JSON as text. */
#include "report/json_text.h"

#include <cmath>
#include <cstdio>

namespace bench
{

void
JsonText::separate()
{
    if (after_key_) {
        after_key_ = false;
        return;
    }
    if (!first_)
        text_ += ',';
    first_ = false;
    if (depth_ > 0 && depth_ <= 2) {
        text_ += '\n';
        text_.append(static_cast<size_t>(depth_) * 2, ' ');
    }
}

JsonText &
JsonText::open(char bracket)
{
    separate();
    text_ += bracket;
    depth_++;
    first_ = true;
    return *this;
}

JsonText &
JsonText::close(char bracket)
{
    depth_--;
    if (!first_ && depth_ < 2) {
        text_ += '\n';
        text_.append(static_cast<size_t>(depth_) * 2, ' ');
    }
    text_ += bracket;
    first_ = false;
    return *this;
}

/* Bytes that are not UTF-8 text stay what they are: none come from us but
 * those of /proc and hwloc, which are ASCII; control characters are escaped. */
void
JsonText::quote(const std::string &text)
{
    text_ += '"';
    for (const char c : text) {
        const unsigned char byte = static_cast<unsigned char>(c);
        char escape[8];
        if (c == '"' || c == '\\') {
            text_ += '\\';
            text_ += c;
        } else if (byte < 0x20 || byte >= 0x7f) {
            snprintf(escape, sizeof escape, "\\u%04x", byte);
            text_ += escape;
        } else {
            text_ += c;
        }
    }
    text_ += '"';
}

JsonText &
JsonText::key(const std::string &name)
{
    separate();
    quote(name);
    text_ += ": ";
    after_key_ = true;
    return *this;
}

JsonText &
JsonText::value(const std::string &text)
{
    separate();
    quote(text);
    return *this;
}

JsonText &
JsonText::value(double number)
{
    char text[40];

    separate();
    if (std::isfinite(number))
        snprintf(text, sizeof text, "%.10g", number);
    else
        snprintf(text, sizeof text, "null");
    text_ += text;
    return *this;
}

JsonText &
JsonText::value(bool truth)
{
    separate();
    text_ += truth ? "true" : "false";
    return *this;
}

} // namespace bench
