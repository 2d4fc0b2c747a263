/* survey_fleet.c - matters of an installation on several machines: one that is lost, and one that runs something else than this. */
#include "survey.h"

#include <inttypes.h>

#include "saying.h"

static bool is_away(const struct fleet_instance *instance)
{
    return instance->ran_out_ms > 0;
}

static bool is_different(const struct fleet_instance *instance)
{
    return instance->differs;
}

static const struct fleet_row {
    enum matter_kind kind;
    bool (*holds)(const struct fleet_instance *instance);
    const char *en, *nb;
} rows[] = {
    { MATTER_MACHINE_AWAY, is_away,
      "): it is lost, cut off, asleep, or was told to stop what it runs. The others do its work. Start it again; what to do if it "
      "never comes back stands in docs/fleet.md.",
      "): den er tapt, avskåret, i dvale, eller det den kjører, er stanset. De andre gjør arbeidet dens. Start den igjen; hva som "
      "gjøres om den aldri kommer tilbake, står i docs/fleet.md." },
    { MATTER_MACHINE_DIFFERS, is_different,
      "): it runs another version, or with other files of venues, than the machine that tells this, and vouchers could differ by "
      "who makes them. Bring programs and files of all machines into line, and reload (bilag status).",
      "): den kjører en annen versjon, eller med andre filer for salgsstedene, enn maskinen som varsler, og bilagene kan bli ulike "
      "etter hvem som lager dem. Sørg for at programmer og filer er like på alle maskiner, og last på nytt (bilag status)." },
};

static bool has_any(const struct fleet_row *row, const struct fleet_machine *machine)
{
    for (size_t i = 0; i < machine->count; i++)
        if (row->holds(&machine->instances[i]))
            return true;
    return false;
}

static enum err tell_machine(struct matters *matters, const struct fleet_row *row, const struct fleet_machine *machine)
{
    const char *before = " (";
    struct saying saying;

    saying_begin(&saying, row->kind, machine->name);
    strbuf_format(&saying.id, "/%" PRId32, machine->number);                  /* two may have one name */
    saying_en(&saying, "The machine ");
    saying_nb(&saying, "Maskinen ");
    saying_foreign(&saying, machine->name);
    for (size_t i = 0; i < machine->count; i++) {
        const struct fleet_instance *instance = &machine->instances[i];

        if (!row->holds(instance))
            continue;
        saying_both(&saying, "%sbilag-" STR_FMT " %d", before, STR_ARG(instance->stage), instance->instance);
        before = ", ";
    }
    saying_en(&saying, "%s", row->en);
    saying_nb(&saying, "%s", row->nb);
    return saying_found(&saying, matters, (struct matter){ .kind = row->kind, .day = DAY_ALWAYS });
}

enum err survey_fleet(struct matters *matters, const struct fleet *fleet)
{
    enum err err = ERR_OK;

    for (size_t i = 0; i < fleet->machine_count && !err; i++)
        for (size_t r = 0; r < COUNT(rows) && !err; r++)
            if (has_any(&rows[r], &fleet->machines[i]))
                err = tell_machine(matters, &rows[r], &fleet->machines[i]);
    return err;
}
