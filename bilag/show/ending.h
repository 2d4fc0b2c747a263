/* ending.h - how PowerOffice's own pages end without a token (docs/poweroffice-api.md section 19), for a person. */
#ifndef BILAG_BILAG_SHOW_ENDING_H
#define BILAG_BILAG_SHOW_ENDING_H

/* One status and what it means in both languages; NULL: another one. */
struct ending { const char *status, *en, *nb; };
const struct ending *ending_of(const char *status);

#endif
