/* style.h - how the pages look: one style sheet, light and dark, on paper and at 390 px. */
#ifndef BILAG_BILAG_SHOW_STYLE_H
#define BILAG_BILAG_SHOW_STYLE_H

extern const char page_sheet[];

#endif
