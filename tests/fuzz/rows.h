/* rows.h - which byte of fuzz_rows.c means which table; tool_seeds.c writes them. */
#ifndef TESTS_FUZZ_ROWS_H
#define TESTS_FUZZ_ROWS_H

#include "ingest/eventlog_inside.h"
#include "mapper/tables.h"
#include "sender/docs.h"

enum fuzz_store { FUZZ_MAPPER, FUZZ_DOCS, FUZZ_LOG };
enum { FUZZ_LOG_TABLES = LOG_INDEXED + 1, FUZZ_TABLES = TABLE_COUNT + DOCS_TABLE_COUNT + FUZZ_LOG_TABLES };

#endif
