/* health.h: `loubot health`: asks the running daemon how it is. */
#ifndef LOUBOT_CLI_HEALTH_H
#define LOUBOT_CLI_HEALTH_H

/* Exit status: 0 (it can do its work), 1 (it cannot, or none runs), 2 (usage). */
int cli_health(int argc, char **argv);

#endif
