/* bilag-console - what bookkeepers see and press, in a browser: pages over the stores, and decisions into the audit trail.
 *
 * One turn: take what has arrived over HTTP and answer it. A page is made of the same readers as the command's, and what is
 * pressed is judged and written down by the same acts; the stages take it up from the audit trail. Nothing is served unless
 * bilag.yaml has the section console:. */
#include "console.h"

int main(int argc, char **argv)
{
    static const struct stage_ops ops = {
        .name = "console",
        .about = "serves the bookkeepers' pages",
        .open = console_open,
        .close = console_close,
        .reload = console_reload,
        .turn = console_turn,
        .status = console_status,
    };

    return stage_main(&ops, argc, argv);
}
