/* on_engine.h - whether a unit test's stores lie in PostgreSQL (on_engine.c): what looks into LMDB's files skips itself then. */
#ifndef BILAG_TESTS_ON_ENGINE_H
#define BILAG_TESTS_ON_ENGINE_H

#include <stdlib.h>

#define SKIP_ON_ENGINE() do { if (getenv("BILAG_UNITS_ENGINE")) skip(); } while (0)

#define SKIP_WITHOUT_ENGINE() do { if (!getenv("BILAG_UNITS_ENGINE")) skip(); } while (0)

#endif
