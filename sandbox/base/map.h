/* map.h - a set of texts, each naming something. Keys are copied; values stay the caller's. */
#ifndef BILAG_SANDBOX_BASE_MAP_H
#define BILAG_SANDBOX_BASE_MAP_H

struct map { void *root; };

void  map_put(struct map *map, const char *key, void *value);   /* replaces */
void *map_find(const struct map *map, const char *key);         /* NULL: not there */
void  map_drop(struct map *map, const char *key);
void  map_free(struct map *map);                                /* empty afterwards */

#endif
