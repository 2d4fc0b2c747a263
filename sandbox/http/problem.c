/* problem.c - what is wrong with a request, collected, and the problem-details body. */
#include "problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "sandbox/base/json.h"
#include "sandbox/base/text.h"

const char problem_not_found[] = "Object(s) not found";
const char problem_parameter[] = "Invalid resourceParameter";
const char problem_cast[] = "Unable to cast object(s)";

static void fault_add(struct problem *problem, unsigned status, const char *title,
                      const char *member, char *text)
{
    cJSON *list;

    if (!problem->count++) {
        problem->status = status;
        problem->title = title;
        problem->detail = text_copy(text);
        problem->errors = cJSON_CreateObject();
    }
    list = cJSON_GetObjectItemCaseSensitive(problem->errors, member);
    if (!list) {
        list = cJSON_CreateArray();
        json_add(problem->errors, member, list);
    }
    (void)cJSON_AddItemToArray(list, cJSON_CreateString(text));
    free(text);
}

void problem_add(struct problem *problem, unsigned status, const char *title, const char *member,
                 const char *format, ...)
{
    char *text = NULL;
    va_list arguments;

    va_start(arguments, format);
    ensure(vasprintf(&text, format, arguments) >= 0);
    va_end(arguments);
    fault_add(problem, status, title, member, text);
}

bool problem_any(const struct problem *problem)
{
    return problem->count > 0;
}

/* Nobody knows what PowerOffice says: who decides by its words is to be found out. */
static const struct { const char *words, *title, *detail; } wordings[] = {
    { "norwegian", "Valideringsfeil", "Forespørselen kan ikke utføres slik den er." },
    { "other", "The request was not accepted", "Please contact your administrator." },
    { "none", NULL, NULL },
};

static void reword(struct exchange *x, struct problem *problem, const char **title, const char **detail, bool *errors)
{
    *title = problem->count > 1 ? "Aggregated (multiple) Validation Exception" : problem->title;
    *detail = problem->detail;
    for (size_t i = 0; i < COUNT(wordings); i++)
        if (exchange_is(x, SET_words, wordings[i].words)) {
            *title = wordings[i].title;
            *detail = wordings[i].detail;
            *errors = false;
        }
}

void problem_answer(struct exchange *x, struct problem *problem)
{
    bool pascal = exchange_is(x, SET_problem_names, "pascal");
    bool errors = exchange_is(x, SET_problem_errors, "on");
    cJSON *body = cJSON_CreateObject();
    const char *title, *detail;

    reword(x, problem, &title, &detail, &errors);
    json_add_text(body, pascal ? "Title" : "title", title);
    json_add_int(body, pascal ? "Status" : "status", problem->status);
    json_add_text(body, pascal ? "Detail" : "detail", detail);
    if (errors)
        json_add(body, pascal ? "Errors" : "errors", problem->errors);
    else
        cJSON_Delete(problem->errors);
    free(problem->detail);
    answer_json(x, problem->status, body);
    *problem = (struct problem){ 0 };
}

void problem_now(struct exchange *x, unsigned status, const char *title, const char *format, ...)
{
    struct problem problem = { 0 };
    char *text = NULL;
    va_list arguments;

    va_start(arguments, format);
    ensure(vasprintf(&text, format, arguments) >= 0);
    va_end(arguments);
    fault_add(&problem, status, title, "", text);
    problem_answer(x, &problem);
}
