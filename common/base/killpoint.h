/* killpoint.h - places between two durable steps where a test can stop the process dead.
 *
 * In a build with KILLPOINTS=1 the environment variable BILAG_KILLPOINT="name:n" makes the n-th pass of
 * KILLPOINT("name") end the process as kill -9 would; BILAG_KILLPOINT_LIST=FILE appends every name
 * passed. In other builds the macro is nothing at all.
 */
#ifndef BILAG_BASE_KILLPOINT_H
#define BILAG_BASE_KILLPOINT_H

#ifdef BILAG_KILLPOINTS
void killpoint_pass(const char *name);
#define KILLPOINT(name) killpoint_pass(name)
#else
#define KILLPOINT(name) ((void)0)
#endif

#endif
