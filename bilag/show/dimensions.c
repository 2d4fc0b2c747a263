#include "dimensions.h"

struct str dimensions_text(const struct voucher_line *line, struct str language, struct arena *arena)
{
    bool nb = str_equal(language, STR("nb")), both = line->project.len && line->location.len;
    struct str project = line->project.len ? arena_format(arena, "%s " STR_FMT, nb ? "prosjekt" : "project",
                                                          STR_ARG(line->project)) : STR_NONE;
    struct str location = line->location.len ? arena_format(arena, "%s " STR_FMT, nb ? "lokasjon" : "location",
                                                            STR_ARG(line->location)) : STR_NONE;

    if (!project.len && !location.len)
        return STR_NONE;
    return arena_format(arena, " [" STR_FMT "%s" STR_FMT "]", STR_ARG(project), both ? ", " : "", STR_ARG(location));
}
