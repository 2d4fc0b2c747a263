#include "watch_file.h"

#include "form_rows.h"
#include "base/secret.h"

#include <string.h>

enum { SECRET_BYTES_MIN = 16 };

/* --- values --- */

static FORM_PARSE(parse_smtp)
{
    static const struct field words = { .max = 300 };
    size_t start = str_starts(text, STR("smtps://")) ? 8 : str_starts(text, STR("smtp://")) ? 7 : 0;
    bool fine = !text.len || (start && text.len > start);

    (void)field;
    for (size_t i = start; fine && i < text.len; i++)
        fine = text.bytes[i] > ' ' && text.bytes[i] < 0x7f && !strchr("/@?#\\\"", text.bytes[i]);
    if (!fine)
        return form_fault(form, node, "is no mail server; write smtps://mail.example.no, or smtp://mail.example.no:587 (TLS is "
                          "demanded there, too, but of this machine)");
    return form_words(form, node, text, &words, to);
}

/* "22:00-06:30"; the same twice, or nothing: never quiet. */
static FORM_PARSE(parse_quiet)
{
    const char *dash = text.len ? memchr(text.bytes, '-', text.len) : NULL;
    struct day_hours *quiet = to;
    static const struct field hours = { .key = "quiet" };

    (void)field;
    *quiet = (struct day_hours){ 0, 0 };
    if (!text.len)
        return ERR_OK;
    if (!dash)
        return form_fault(form, node, "says no hours; write from and to, such as \"22:00-06:30\"");
    if (form_cutoff(form, node, (struct str){ text.bytes, (size_t)(dash - text.bytes) }, &hours, &quiet->from))
        return ERR_CONFIG;
    return form_cutoff(form, node, (struct str){ dash + 1, text.len - 1 - (size_t)(dash - text.bytes) }, &hours, &quiet->to);
}

/* "" says none. */
static FORM_PARSE(parse_summary)
{
    *(int32_t *)to = -1;
    return text.len ? form_cutoff(form, node, text, field, to) : ERR_OK;
}

/* --- recipients --- */

static enum err read_companies(struct form *form, const yaml_node_t *node, const struct field *field, void *to)
{
    struct watch_recipient *recipient = to;

    (void)field;
    return form_texts(form, node, true, &recipient->companies, &recipient->company_count);
}

#define AT(member) offsetof(struct watch_recipient, member)
static const struct field recipient_fields[] = {
    { "mail", AT(mail), .parse = form_mail, .preset = "", .meaning = "e-mail address" },
    { "webhook", AT(webhook), .parse = form_url_or_none, .preset = "",
      .meaning = "https address that gets signed JSON with POST (http:// of this machine)" },
    { "secret", AT(secret), .read = secret_field, .meaning = "with which the webhook's body is signed, {file: keys/NAME} or "
      "{credential: NAME}" },
    { "command", AT(command), .parse = form_path, .max = 1024, .preset = "",
      .meaning = "program that gets JSON on standard input; exit 0: it has taken it" },
    { "language", AT(language), .parse = form_language, .meaning = "en or nb; unsaid: the installation's" },
    { "companies", .read = read_companies,
      .meaning = "organisation numbers whose venues it is told of; unsaid: all, and the installation itself" },
    { "quiet", AT(quiet), .parse = parse_quiet, .preset = "",
      .meaning = "hours in which nothing is sent but kept until they are over, such as \"22:00-06:30\"" },
    { "summary", AT(summary), .parse = form_bool, .preset = "true", .meaning = "gets the daily summary" },
};
#undef AT

static enum err recipient_judge(struct form *form, const yaml_node_t *node, const struct watch_settings *watch,
                                const struct watch_recipient *recipient)
{
    size_t ways = (size_t)(recipient->mail.len > 0) + (recipient->webhook.len > 0) + (recipient->command.len > 0);

    if (ways != 1)
        return form_fault(form, node, "is to be told one way; write one of mail, webhook and command");
    if (recipient->mail.len && (!watch->smtp.len || !watch->from.len))
        return form_fault(form, node, "gets mail, and watch: says no smtp or no from; write both");
    if (recipient->webhook.len && form->keys == FORM_KEYS_READ && recipient->secret.len < SECRET_BYTES_MIN)
        return form_fault(form, node, "has a webhook without a secret of %d characters or more; write secret: {file: "
                                      "keys/NAME}, "
                          "so that who listens can tell who speaks", SECRET_BYTES_MIN);
    return ERR_OK;
}

static enum err recipient_read(struct form *form, const yaml_node_t *mapping, size_t i, struct watch_recipient *recipient)
{
    const yaml_node_t *value;
    struct str key;
    enum err err = form_pair(form, mapping, i, &key, &value);
    size_t before;

    if (!err)
        err = form_check_key(form, mapping, i, key);
    if (err)
        return err;
    recipient->name = arena_copy(form->arena, key);
    before = form_push(form, key);
    if (!value || value->type != YAML_MAPPING_NODE)
        err = form_fault(form, value, "is to be told one way; write one of mail, webhook and command");
    else
        err = form_mapping(form, value, recipient_fields, COUNT(recipient_fields), recipient);
    form_pop(form, before);
    return err ? err : arena_failed(form->arena) ? ERR_MEMORY : ERR_OK;
}

static enum err read_recipients(struct form *form, const yaml_node_t *node, const struct field *field, void *to)
{
    struct watch_settings *watch = to;
    enum err err = ERR_OK;
    size_t count;

    (void)field;
    if (!node)
        return ERR_OK;
    if (node->type != YAML_MAPPING_NODE)
        return form_fault(form, node, "are names, each with a way to be told: drift: {mail: drift@example.no}");
    count = form_pair_count(node);
    if (count > WATCH_RECIPIENTS_MAX)
        return form_fault(form, node, "are more than %d", WATCH_RECIPIENTS_MAX);
    watch->recipients = arena_array(form->arena, count ? count : 1, sizeof *watch->recipients);
    if (!watch->recipients)
        return ERR_MEMORY;
    for (size_t i = 0; i < count && !err; i++)
        err = recipient_read(form, node, i, &watch->recipients[watch->recipient_count++]);
    return err;
}

/* --- the section --- */

#define AT(member) offsetof(struct watch_settings, member)
#define NUMBER(name, preset_, min_, max_, meaning_) \
    { #name, AT(name), .parse = form_number, .preset = #preset_, .min = (min_), .max = (max_), .meaning = meaning_ },
const struct field watch_fields[WATCH_FIELDS] = {
    { "recipients", .read = read_recipients, .meaning = "who is told: a name each, with mail, webhook or command" },
    { "smtp", AT(smtp), .parse = parse_smtp, .preset = "",
      .meaning = "mail server, smtps://mail.example.no or smtp://mail.example.no:587 (with TLS, but of this machine)" },
    { "smtp_user", AT(smtp_user), .parse = form_words, .max = 128, .preset = "", .meaning = "name at the mail server" },
    { "smtp_password", AT(smtp_password), .read = secret_field, .meaning = "{file: keys/NAME} or {credential: NAME}" },
    { "smtp_trust", AT(smtp_trust), .parse = form_path, .max = 300, .preset = "",
      .meaning = "file of certificates (PEM) that the mail server's is checked by; \"\": those that this machine trusts" },
    { "from", AT(from), .parse = form_mail, .preset = "", .meaning = "e-mail address that mails come from" },
    { "timezone", AT(zone_name), .parse = form_words, .min = 1, .max = 64, .preset = "Europe/Oslo",
      .meaning = "IANA time zone of quiet hours and of the summary" },
    { "summary", AT(summary_s), .parse = parse_summary, .preset = "07:30",
      .meaning = "when the daily summary is made; \"\" for none" },
    WATCH_SETTINGS(NUMBER)
};
#undef AT

static enum err recipients_judge(struct form *form, const yaml_node_t *node, const struct watch_settings *watch)
{
    const yaml_node_t *value = NULL, *one;
    struct str key;
    enum err err = ERR_OK;

    for (size_t i = 0; i < form_pair_count(node) && !value; i++)
        if (!form_pair(form, node, i, &key, &one) && str_equal(key, STR("recipients")))
            value = one;
    if (!value || !watch->recipient_count)
        return form_fault(form, node, "watch: has no recipients; write who is told, recipients: {drift: {mail: "
                          "drift@example.no}}, or leave watch: out");
    for (size_t i = 0; i < watch->recipient_count && !err; i++) {
        size_t before = form_push(form, STR("watch")), inner = form_push(form, STR("recipients"));

        err = form_pair(form, value, i, &key, &one);
        (void)form_push(form, watch->recipients[i].name);
        if (!err)
            err = recipient_judge(form, one, watch, &watch->recipients[i]);
        form_pop(form, inner);
        form_pop(form, before);
    }
    return err;
}

enum err watch_read_secrets(struct form *form, const yaml_node_t *node, struct watch_settings *watch)
{
    size_t before = form_push(form, STR("watch"));
    enum err err;

    *watch = (struct watch_settings){ 0 };
    form->keys = FORM_KEYS_READ;
    err = form_mapping(form, node, watch_fields, COUNT(watch_fields), watch);
    form_pop(form, before);
    return err;
}

enum err watch_judge(struct form *form, const yaml_node_t *node, struct watch_settings *watch)
{
    struct fault fault;
    enum err err;

    if (!node)
        return ERR_OK;
    err = zone_open(watch->zone_name, &watch->zone, &fault);
    if (err == ERR_MEMORY || err == ERR_SYSTEM)
        return fault_set(form->fault, err, "%s", fault.text);
    if (err)
        return form_fault(form, node, "watch: timezone: %s", fault.text);
    if (watch->smtp_user.len && !watch->smtp_password.len && form->keys == FORM_KEYS_READ)
        return form_fault(form, node, "watch: smtp_user has no smtp_password; write smtp_password: {file: keys/NAME}");
    if (watch->retry_first_s > watch->retry_max_s)
        return form_fault(form, node, "watch: retry_first_s is more than retry_max_s; write the smaller one first");
    return recipients_judge(form, node, watch);
}

void watch_settings_close(struct watch_settings *watch)
{
    zone_close(watch->zone);
}

void watch_file_help(struct strbuf *out)
{
    form_help(out, "watch.recipients.NAME.", recipient_fields, COUNT(recipient_fields));
}
