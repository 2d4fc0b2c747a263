#include "shellword.h"

#include <ctype.h>
#include <string.h>

static bool is_plain(struct str text)
{
    if (text.len == 0 || text.bytes[0] == '-')
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (!isalnum((unsigned char)text.bytes[i]) && !memchr("._-/:", text.bytes[i], 5))
            return false;
    return true;
}

void shellword_add(struct strbuf *out, struct str text)
{
    if (is_plain(text)) {
        strbuf_add(out, text);
        return;
    }
    strbuf_char(out, '\'');
    for (size_t i = 0; i < text.len; i++)
        strbuf_add(out, text.bytes[i] == '\'' ? STR("'\\''") : (struct str){ text.bytes + i, 1 });
    strbuf_char(out, '\'');
}
