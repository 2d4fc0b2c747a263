#include "host.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <strings.h>

/* The host of "host", "host:port" or "[host]:port". */
static struct str host_of(struct str text)
{
    size_t end = 0;

    if (text.len && text.bytes[0] == '[') {
        while (end < text.len && text.bytes[end] != ']')
            end++;
        return (struct str){ text.bytes + 1, end - 1 };
    }
    while (end < text.len && text.bytes[end] != ':')
        end++;
    return (struct str){ text.bytes, end };
}

static bool is_address(struct str host)
{
    char text[INET6_ADDRSTRLEN];
    unsigned char bytes[sizeof(struct in6_addr)];

    return str_copy(host, text, sizeof text) && (inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1);
}

static bool is_name(struct str host, struct str name)
{
    return host.len == name.len && strncasecmp(host.bytes, name.bytes, name.len) == 0;
}

bool host_is_ours(const char *value, struct str listen, const struct str *names, size_t count)
{
    struct str host = host_of(str_of(value ? value : ""));

    if (!value || is_address(host) || is_name(host, STR("localhost")) || is_name(host, host_of(listen)))
        return true;
    for (size_t i = 0; i < count; i++)
        if (is_name(host, names[i]))
            return true;
    return false;
}
