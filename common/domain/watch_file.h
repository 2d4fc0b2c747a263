/* watch_file.h - the section watch: of bilag.yaml: who is told what is missing or red, how, and when not (docs/operator.md).
 *
 * Each recipient has one way: mail, webhook or command. What belongs together is judged by watch_judge(), with the fault at the
 * recipient's place.
 */
#ifndef BILAG_DOMAIN_WATCH_FILE_H
#define BILAG_DOMAIN_WATCH_FILE_H

#include "config.h"
#include "base/form.h"

enum { WATCH_FIELDS = 16 };
extern const struct field watch_fields[WATCH_FIELDS];        /* over struct watch_settings */

/* The section as it was read. */
USED enum err watch_judge(struct form *form, const yaml_node_t *node, struct watch_settings *watch);
/* The section once more, with its secrets, for the one program that holds them and no other keys. */
USED enum err watch_read_secrets(struct form *form, const yaml_node_t *node, struct watch_settings *watch);
void watch_settings_close(struct watch_settings *watch);              /* its zone */
void watch_file_help(struct strbuf *out);

#endif
