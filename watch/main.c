/* bilag-watch - tells people what is missing or red: once when it begins, and once when it ends.
 *
 * One turn: look on at what `bilag status` looks at, a few venues at a time; when all were looked at, write down what began and
 * what ended, for each recipient, in one commit; then write letters of it and bring them out, each kept until it was taken.
 * No other store is ever written. */
#include "lookout.h"

int main(int argc, char **argv)
{
    static const struct stage_ops ops = {
        .name = "watch",
        .about = "tells people what is missing or red",
        .tells = true,
        .open = lookout_open,
        .close = lookout_close,
        .reload = lookout_reload,
        .turn = lookout_turn,
        .busy = lookout_busy,
        .status = lookout_status,
    };

    return stage_main(&ops, argc, argv);
}
