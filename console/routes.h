/* routes.h - every address of the console, one row each: method, path, who may, and what answers. */
#ifndef BILAG_CONSOLE_ROUTES_H
#define BILAG_CONSOLE_ROUTES_H

#include "view.h"
#include "bilag/read/refusals.h"

struct route {
    const char *method, *path;            /* {} stands for one piece of the path */
    enum console_act act;
    void (*run)(struct view *view);
};

/* The route of the view's method and path; its parts are taken. NULL: none; *ret_known: with another method. */
const struct route *route_of(struct view *view, bool *ret_known);

/* What is pressed on a page: the row of that POST, its right and what it does; for whoever has it done otherwise. */
const struct route *route_of_act(const char *path);

/* sign_page.c */
void page_sign_in(struct view *view);
void do_sign_in(struct view *view);
void do_sign_out(struct view *view);
void page_style(struct view *view);
void page_icon(struct view *view);
/* overview_page.c, venue_page.c, day_page.c, ... */
void page_overview(struct view *view);
void page_venue(struct view *view);
void page_day(struct view *view);
void page_line(struct view *view);
void page_period(struct view *view);
void page_orders(struct view *view);
void page_customers(struct view *view);
void page_manual(struct view *view);
void page_refused(struct view *view);
void page_audit(struct view *view);
void page_receipt(struct view *view);
void page_many(struct view *view);
void page_requests(struct view *view);
void file_vouchers(struct view *view);
void file_settlement(struct view *view);
/* setup_page.c */
void page_setup(struct view *view);
void do_setup(struct view *view);
void do_read_books(struct view *view);
void do_confirm(struct view *view);
/* connect_page.c */
void page_connect(struct view *view);
void do_give_key(struct view *view);
void do_ask(struct view *view);
/* journey_page.c */
void do_pages(struct view *view);
void page_connected(struct view *view);
void do_connected(struct view *view);
/* new_venue_page.c */
void page_new_venue(struct view *view);
void do_new_venue(struct view *view);
/* acts.c */
void do_decide(struct view *view);
void do_transfer(struct view *view);
void do_connect(struct view *view);
void do_tick(struct view *view);
void do_undo(struct view *view);
/* users_page.c, tokens_page.c, operate_page.c */
void page_users(struct view *view);
void do_user_add(struct view *view);
void do_user_remove(struct view *view);
void page_me(struct view *view);
void do_me(struct view *view);
void page_tokens(struct view *view);
void do_token_add(struct view *view);
void do_token_revoke(struct view *view);
void page_operate(struct view *view);
/* users_page.c: whether it is the person's own password; false: answered. */
bool me_knows_password(struct view *view, struct str password);
/* my_tokens_page.c: below one's own sign-in. */
void my_tokens(struct view *view);
void do_my_token_add(struct view *view);
void do_my_token_revoke(struct view *view);
void page_metrics(struct view *view);         /* metrics_page.c */
/* refused_page.c, customers_import.c */
void do_dismiss(struct view *view);
void do_retry(struct view *view);
void page_import(struct view *view);
void do_import(struct view *view);
void do_disconnect(struct view *view);
/* receipt_acts.c */
void do_choose(struct view *view);
void do_restarted(struct view *view);
void do_leave_out(struct view *view);

/* new_venue_page.c: whether a venue's file can be read, whatever else is wrong with it. */
bool venue_can_be_opened(struct view *view, struct str id, struct venue *ret_venue);
/* One of which the configuration has a fault, if it waits for its set-up or its key and is this person's to see. */
bool venue_waits(struct view *view, size_t fault, struct venue *ret_venue);
const char *venue_waits_words(struct view *view);

/* refused_page.c: whether what was refused or is parked for this venue is this person's to see. */
bool refused_is_seen(const struct view *view, struct str venue);
bool refusal_is_seen(const struct view *view, const struct refusal *refusal);

/* tokens_page.c: whether all that the token opens is this person's to see. */
struct door_token;
bool token_is_seen(const struct view *view, const struct door_token *token);

#endif
