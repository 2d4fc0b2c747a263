/* api_routes.h - every address of the interface for programs, one row each, as routes.h has the pages'; docs/api.yaml describes them. */
#ifndef BILAG_CONSOLE_API_ROUTES_H
#define BILAG_CONSOLE_API_ROUTES_H

#include "routes.h"

extern const struct route api_routes[];
extern const size_t api_route_count;

/* api_venues.c, api_document.c, ... */
void api_venues(struct view *view);
void api_month(struct view *view);
void api_day_documents(struct view *view);
void api_documents(struct view *view);
void api_document(struct view *view);
void api_line(struct view *view);
void api_requests(struct view *view);
void api_receipt(struct view *view);
void api_customers(struct view *view);
void api_connection(struct view *view);
void api_import_look(struct view *view);
void api_manual(struct view *view);
void api_setup(struct view *view);
void api_refused(struct view *view);
void api_status(struct view *view);
void api_stages(struct view *view);
void api_not_in_use(struct view *view);
void api_audit(struct view *view);
void api_me(struct view *view);
void api_users(struct view *view);
void api_tokens(struct view *view);
void api_setup_change(struct view *view);
void api_venue_acts(struct view *view);
void api_acts(struct view *view);

#endif
