/* puppet.h: `loubot puppet DATA NOW_MS`: the daemon that `loubot play` directs. Not for people:
 * descriptors 3 and 4 are the control link (play_wire.h) and the platform link
 * (adapters/play/). */
#ifndef LOUBOT_CLI_PUPPET_H
#define LOUBOT_CLI_PUPPET_H

#include "cli/tables.h"

int cli_puppet(const struct tables *tables, int argc, char **argv);

#endif
