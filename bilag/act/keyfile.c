#include "keyfile.h"

#include "base/secret.h"
#include "base/wholefile.h"

#include <string.h>

enum { KEY_MIN = 8 };

enum err keyfile_judge(struct str text, struct str *ret_key, struct fault *fault)
{
    while (text.len && strchr(" \t\r\n", text.bytes[text.len - 1]))
        text.len--;
    while (text.len && strchr(" \t\r\n", text.bytes[0]))
        text = (struct str){ text.bytes + 1, text.len - 1 };
    if (text.len < KEY_MIN || text.len > SECRET_MAX)
        return fault_set(fault, ERR_FORMAT, "that is no client key: one has %d to %d characters, usually 36", KEY_MIN,
                         SECRET_MAX);
    for (size_t i = 0; i < text.len; i++)
        if (text.bytes[i] <= 0x20 || text.bytes[i] >= 0x7f)
            return fault_set(fault, ERR_FORMAT, "that is no client key: it holds more than one word of plain ASCII; copy it "
                             "again, alone, without quotes or line breaks");
    *ret_key = text;
    return ERR_OK;
}

enum err keyfile_write(const char *path, struct str key, struct fault *fault)
{
    char line[SECRET_MAX + 1];
    enum err err;

    ensure(key.len <= SECRET_MAX);
    memcpy(line, key.bytes, key.len);
    line[key.len] = '\n';
    err = wholefile_write(path, (struct str){ line, key.len + 1 }, 0600, WHOLEFILE_REPLACE, fault);
    explicit_bzero(line, sizeof line);
    return err;
}
