/* siblings.h - the venues that share a company, or a client key, with a venue: found by index, not by going through all.
 *
 * Both are in the order of the configuration and have the venue itself among them. The index is made with the configuration
 * (config_load()) and lives as long as it does.
 */
#ifndef BILAG_DOMAIN_SIBLINGS_H
#define BILAG_DOMAIN_SIBLINGS_H

#include "config.h"

struct siblings { const size_t *at; size_t count; };         /* places in config->venues */

USED enum err siblings_index(struct config *config);         /* the venues are there and sorted */
struct siblings siblings_of_company(const struct config *config, const struct venue *venue);
struct siblings siblings_of_client(const struct config *config, const struct venue *venue);  /* none without a key */

#endif
