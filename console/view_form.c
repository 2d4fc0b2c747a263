#include "view.h"

#include <string.h>

enum { REASON_BYTES_MAX = 1000 };

static void form_begin(struct view *view, const char *path, const char *class_, const char *type)
{
    html_begin(&view->html, "form");
    html_attr(&view->html, "method", STR("post"));
    if (type)
        html_attr(&view->html, "enctype", str_of(type));
    html_link(&view->html, "action", str_of(path));
    if (class_)
        html_class(&view->html, class_);
    if (view->signed_in)
        view_hidden(view, "token", str_of(view->form_token));
}

void view_form(struct view *view, const char *path, const char *class_)
{
    form_begin(view, path, class_, NULL);
}

void view_file_form(struct view *view, const char *path, const char *class_)
{
    form_begin(view, path, class_, "multipart/form-data");
}

void view_hidden(struct view *view, const char *name, struct str value)
{
    bool asks = view->html.asks;

    html_single(&view->html, "input");
    html_attr(&view->html, "type", STR("hidden"));
    html_attr(&view->html, "name", str_of(name));
    html_attr(&view->html, "value", value);
    view->html.asks = asks;              /* nobody fills it in */
}

void view_button(struct view *view, const char *class_, const char *text)
{
    html_begin(&view->html, "button");
    if (class_)
        html_class(&view->html, class_);
    html_text(&view->html, str_of(text));
    html_end(&view->html);
}

void view_button_of(struct view *view, const char *class_, const char *name, const char *value, const char *text)
{
    html_begin(&view->html, "button");
    html_attr(&view->html, "name", str_of(name));
    html_attr(&view->html, "value", str_of(value));
    if (class_)
        html_class(&view->html, class_);
    html_text(&view->html, str_of(text));
    html_end(&view->html);
}

void view_input_begin(struct view *view, const char *name, const char *label, const char *type)
{
    struct html *html = &view->html;

    html_begin(html, "label");
    html_element(html, "span", NULL, str_of(label));
    html_single(html, "input");
    html_attr(html, "name", str_of(name));
    html_attr(html, "type", str_of(type));
}

void view_input(struct view *view, const char *name, const char *label, const char *type, bool required)
{
    struct html *html = &view->html;

    view_input_begin(view, name, label, type);
    html_attr(html, "maxlength", STR("300"));
    if (required)
        html_attr(html, "required", STR(""));
    html_end(html);
}

void view_reason(struct view *view)
{
    view_input(view, "reason", SAY(view, "Why", "Hvorfor"), "text", true);
}

bool view_has_reason(struct view *view, struct str *ret_reason)
{
    struct str reason = view_field(view, "reason");

    while (reason.len && (reason.bytes[0] == ' ' || reason.bytes[0] == '\t'))
        reason = (struct str){ reason.bytes + 1, reason.len - 1 };
    if (!reason.len || reason.len > REASON_BYTES_MAX) {
        view_refuse(view, MHD_HTTP_BAD_REQUEST, SAY(view, "Say why: it is kept in the audit trail.",
                                                    "Skriv hvorfor: det lagres i revisjonssporet."));
        return false;
    }
    *ret_reason = reason;
    return true;
}

void view_form_end(struct view *view)
{
    html_end(&view->html);
}

void view_search(struct view *view, struct str path, const char *label, const char *name, struct str value)
{
    struct html *html = &view->html;

    html_begin(html, "form");
    html_class(html, "row");
    html_attr(html, "role", STR("search"));
    html_link(html, "action", path);
    html_begin(html, "label");
    html_element(html, "span", NULL, str_of(label));
    html_single(html, "input");
    html_attr(html, "name", str_of(name));
    html_attr(html, "type", STR("search"));
    html_attr(html, "value", value);
    html_end(html);
}

static void venue_button(struct view *view, struct str path, struct str back, const char *text)
{
    view_form(view, path.bytes, "row");
    view_hidden(view, "back", back);
    view_button(view, "plain", text);
    view_form_end(view);
}

void view_read_books(struct view *view, struct str venue, struct str back)
{
    venue_button(view, view_venue_path(view, venue, "/setup/read"), back, SAY(view, "Read PowerOffice again",
                                                                              "Les PowerOffice på nytt"));
}

void view_confirm_add_on(struct view *view, struct str venue, struct str back)
{
    venue_button(view, view_venue_path(view, venue, "/setup/confirm"), back, SAY(view, "QuickOrder has the add-on",
                                                                                 "QuickOrder har utvidelsen"));
}

/* --- fields that several pages have --- */

static void date_field(struct view *view, const char *name, const char *label, int32_t day)
{
    struct html *html = &view->html;
    char text[16];

    html_begin(html, "label");
    html_element(html, "span", NULL, str_of(label));
    html_single(html, "input");
    html_attr(html, "type", STR("date"));
    html_attr(html, "name", str_of(name));
    html_attr(html, "value", str_of(day_text(day, text)));
    html_end(html);
}

void view_period_fields(struct view *view, int32_t from, int32_t to)
{
    date_field(view, "from", SAY(view, "From", "Fra"), from);
    date_field(view, "to", SAY(view, "To", "Til"), to);
}

void view_period_form(struct view *view, const struct venue *venue, const char *page, int32_t from, int32_t to)
{
    html_begin(&view->html, "form");
    html_class(&view->html, "row");
    html_link(&view->html, "action", view_venue_path(view, venue->id, page));
    view_period_fields(view, from, to);
    view_button(view, "plain", SAY(view, "Show", "Vis"));
    html_end(&view->html);
}

void view_only_red(struct view *view, bool on)
{
    struct html *html = &view->html;

    html_begin(html, "label");
    html_class(html, "check");
    html_single(html, "input");
    html_attr(html, "type", STR("checkbox"));
    html_attr(html, "name", STR("red"));
    html_attr(html, "value", STR("1"));
    if (on)
        html_attr(html, "checked", STR(""));
    html_element(html, "span", NULL, str_of(SAY(view, "only red", "bare røde")));
    html_end(html);
}
