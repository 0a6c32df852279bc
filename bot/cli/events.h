/* events.h: `loubot events` and `loubot event ID`: looks into a running system, over the
 * redis-server of its data folder. */
#ifndef LOUBOT_CLI_EVENTS_H
#define LOUBOT_CLI_EVENTS_H

/* Exit status: 0, 1 (nothing runs there, no such event), 2 (usage). argv[0] is the command. */
int cli_events(int argc, char **argv);
int cli_event(int argc, char **argv);

#endif
