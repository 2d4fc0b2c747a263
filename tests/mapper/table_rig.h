/* table_rig.h - rows for tables over the mapper's rig: events as short JSON, problems by their codes. */
#ifndef BILAG_TESTS_MAPPER_TABLE_RIG_H
#define BILAG_TESTS_MAPPER_TABLE_RIG_H

#include "mapper_rig.h"

enum { ROW_EVENTS = 8, ROW_CODES = 4 };

/* A whole venue file in place of the rig's own. */
HELPER void rig_text(struct rig *rig, const char *text)
{
    folder_write(&rig->folder, "venues/v.yaml", text, strlen(text), 0644);
    config_free(rig->config);
    rig->config = folder_load(&rig->folder);
    if (rig->config->fault_count)
        fail_msg("%s", rig->config->faults[0].text);
}

HELPER void rig_events(struct rig *rig, const char *const *events)
{
    for (size_t i = 0; i < ROW_EVENTS && events[i]; i++)
        rig_event(rig, "%s", events[i]);
}

/* Exactly these codes, in any order; "" ends them. */
HELPER void same_codes(const char *why, const struct draft *draft, const char *const *codes)
{
    size_t count = 0, kinds = 0;

    for (; count < ROW_CODES && codes[count]; count++) {
        enum problem_code code;

        assert_true(problem_code_parse(str_of(codes[count]), &code));
        if (!rig_has_problem(draft, code))
            fail_msg("%s: %s is not raised", why, codes[count]);
    }
    for (int code = 0; code < PROBLEM_COUNT; code++)
        kinds += rig_has_problem(draft, (enum problem_code)code);
    if (kinds != count)
        for (size_t i = 0; i < draft->problems.count; i++) {
            struct strbuf text;

            strbuf_init(&text, 4096);
            problem_write(&draft->problems.at[i], STR("en"), &text);
            print_error("%s: " STR_FMT "\n", why, STR_ARG(strbuf_str(&text)));
            strbuf_free(&text);
        }
    if (kinds != count)
        fail_msg("%s: %zu kinds of problems, must be %zu", why, kinds, count);
}

/* The sentence of a problem that is there. */
HELPER void has_words(const char *why, const struct draft *draft, enum problem_code code, const char *words)
{
    bool found = false;

    for (size_t i = 0; i < draft->problems.count; i++) {
        struct strbuf text;

        if (draft->problems.at[i].code != code)
            continue;
        strbuf_init(&text, 4096);
        problem_write(&draft->problems.at[i], STR("en"), &text);
        strbuf_char(&text, '\0');
        found |= strstr(text.bytes, words) != NULL;
        strbuf_free(&text);
    }
    if (!found)
        fail_msg("%s: no sentence of %s says \"%s\"", why, problem_code_text(code), words);
}

#endif
