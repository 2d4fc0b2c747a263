#include "html.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clean.h"
#include "base/err.h"

void html_init(struct html *html, size_t limit)
{
    *html = (struct html){ .depth = 0 };
    strbuf_init(&html->out, limit);
    strbuf_add(&html->out, STR("<!doctype html>\n"));
}

void html_free(struct html *html)
{
    strbuf_free(&html->out);
}

void html_take(struct html *html, struct strbuf *out, const char *const *open, size_t depth)
{
    ensure(depth <= HTML_DEPTH_MAX);
    *html = (struct html){ .out = *out, .depth = depth };
    for (size_t i = 0; i < depth; i++)
        html->open[i] = open[i];
}

/* Names are ours: a mistake in one is a mistake in this program. */
static bool is_plain_name(const char *name)
{
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

    return len > 0 && name[len] == '\0';
}

static void close_tag(struct html *html)
{
    if (html->in_tag)
        strbuf_char(&html->out, '>');
    html->in_tag = false;
}

void html_single(struct html *html, const char *element)
{
    ensure(is_plain_name(element));
    close_tag(html);
    strbuf_format(&html->out, "<%s", element);
    html->in_tag = true;
    html->asks |= strcmp(element, "input") == 0 || strcmp(element, "select") == 0 || strcmp(element, "textarea") == 0;
}

void html_begin(struct html *html, const char *element)
{
    ensure(html->depth < HTML_DEPTH_MAX);
    ensure(strcmp(element, "script") != 0);
    ensure(strcmp(element, "style") != 0);
    html_single(html, element);
    html->open[html->depth++] = element;
}

void html_end(struct html *html)
{
    ensure(html->depth > 0);
    close_tag(html);
    strbuf_format(&html->out, "</%s>", html->open[--html->depth]);
}

void html_end_to(struct html *html, size_t depth)
{
    while (html->depth > depth)
        html_end(html);
}

void html_give(struct html *html, struct strbuf *out)
{
    close_tag(html);
    *out = html->out;
}

static void own(struct html *html, const char *element, const char *literal)
{
    ensure(strstr(literal, "</") == NULL);
    html_single(html, element);
    close_tag(html);
    strbuf_format(&html->out, "%s</%s>", literal, element);
}

void html_sheet(struct html *html, const char *sheet)
{
    own(html, "style", sheet);
}

void html_script(struct html *html, const char *script)
{
    own(html, "script", script);
}

const char *html_hash(const char *literal, char to[HTML_HASH_SIZE])
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    char text[sodium_base64_ENCODED_LEN(sizeof hash, sodium_base64_VARIANT_ORIGINAL)];

    (void)crypto_hash_sha256(hash, (const unsigned char *)literal, strlen(literal));
    (void)sodium_bin2base64(text, sizeof text, hash, sizeof hash, sodium_base64_VARIANT_ORIGINAL);
    (void)snprintf(to, HTML_HASH_SIZE, "'sha256-%s'", text);
    return to;
}

static void write_attr(struct html *html, const char *name, struct str value)
{
    ensure(html->in_tag);
    ensure(is_plain_name(name));
    ensure(strncmp(name, "on", 2) != 0);
    ensure(strcmp(name, "style") != 0);
    strbuf_format(&html->out, " %s=\"", name);
    strbuf_clean_html(&html->out, value);
    strbuf_char(&html->out, '"');
}

void html_attr(struct html *html, const char *name, struct str value)
{
    ensure(strcmp(name, "href") != 0);
    ensure(strcmp(name, "src") != 0);
    ensure(strcmp(name, "action") != 0);
    ensure(strcmp(name, "formaction") != 0);
    write_attr(html, name, value);
}

void html_class(struct html *html, const char *words)
{
    html_attr(html, "class", str_of(words));
}

/* "//host" and "/\host" lead elsewhere. */
void html_link(struct html *html, const char *name, struct str path)
{
    bool ours = path.len > 0 && (path.bytes[0] == '/' || path.bytes[0] == '?' || path.bytes[0] == '#') &&
                (path.len == 1 || (path.bytes[1] != '/' && path.bytes[1] != '\\'));

    write_attr(html, name, ours ? path : STR("/"));
}

void html_elsewhere(struct html *html, struct str address)
{
    ensure(str_starts(address, STR("https://")) || str_starts(address, STR("http://127.0.0.1:")));
    write_attr(html, "href", address);
}

/* No slash and no colon: it leads nowhere else. */
void html_file(struct html *html, const char *name, struct str file)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";

    ensure(file.len && file.bytes[0] != '.');
    for (size_t i = 0; i < file.len; i++)
        ensure(file.bytes[i] && strchr(plain, file.bytes[i]));
    write_attr(html, name, file);
}

void html_text(struct html *html, struct str text)
{
    close_tag(html);
    strbuf_clean_html(&html->out, text);
}

static void say(struct html *html, const char *format, va_list list)
{
    char text[4096];
    int len = vsnprintf(text, sizeof text, format, list);

    if (len > 0)
        html_text(html, (struct str){ text, (size_t)len < sizeof text ? (size_t)len : sizeof text - 1 });
}

void html_say(struct html *html, const char *format, ...)
{
    va_list list;

    va_start(list, format);
    say(html, format, list);
    va_end(list);
}

void html_element(struct html *html, const char *element, const char *class_, struct str text)
{
    html_begin(html, element);
    if (class_)
        html_class(html, class_);
    html_text(html, text);
    html_end(html);
}

void html_words(struct html *html, const char *element, const char *class_, const char *format, ...)
{
    va_list list;

    html_begin(html, element);
    if (class_)
        html_class(html, class_);
    va_start(list, format);
    say(html, format, list);
    va_end(list);
    html_end(html);
}

void html_money(struct html *html, const char *element, const char *class_, struct money amount)
{
    char text[MONEY_TEXT_SIZE];

    html_element(html, element, class_, str_of(money_kroner(amount, text)));
}

/* --- addresses --- */

void url_add(struct strbuf *out, struct str text)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";

    for (size_t i = 0; i < text.len; i++)
        if (text.bytes[i] && strchr(plain, text.bytes[i]))
            strbuf_char(out, text.bytes[i]);
        else
            strbuf_format(out, "%%%02X", (unsigned)(unsigned char)text.bytes[i]);
}

static int hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* '+' is a blank; a NUL, or a percent sign without its two digits, is no form. */
static bool decode(struct str text, struct arena *arena, struct str *ret_text)
{
    char *to = arena_alloc(arena, text.len + 1);
    size_t len = 0;

    for (size_t i = 0; to && i < text.len; i++) {
        bool coded = text.bytes[i] == '%';
        int high = coded && i + 2 < text.len ? hex(text.bytes[i + 1]) : -1;
        int low = coded && i + 2 < text.len ? hex(text.bytes[i + 2]) : -1;

        if (coded && (high < 0 || low < 0))
            return false;
        to[len] = coded ? (char)(high * 16 + low) : text.bytes[i] == '+' ? ' ' : text.bytes[i];
        if (!to[len++])
            return false;                    /* no text, coded or not */
        i += coded ? 2 : 0;
    }
    *ret_text = (struct str){ to, len };
    return to != NULL;
}

static struct str until(struct str *rest, char end)
{
    const char *at = rest->len ? memchr(rest->bytes, end, rest->len) : NULL;
    struct str part = { rest->bytes, at ? (size_t)(at - rest->bytes) : rest->len };
    size_t taken = part.len + (at != NULL);

    *rest = (struct str){ rest->bytes + taken, rest->len - taken };
    return part;
}

bool url_pair(struct str *rest, struct arena *arena, struct str *ret_name, struct str *ret_value, bool *fine)
{
    struct str value, name;

    if (!rest->len)
        return false;
    value = until(rest, '&');
    name = until(&value, '=');
    *fine = decode(name, arena, ret_name) && decode(value, arena, ret_value);
    return *fine;
}
