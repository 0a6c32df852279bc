/* scripts.h: the scripts of the heart, each a .lua file of this folder. Private to bot/turn/, a
 * part of internal.h. When you add one: its file's name in core.c. */
#ifndef LOUBOT_TURN_SCRIPTS_H
#define LOUBOT_TURN_SCRIPTS_H

/* One of the scripts, in the order of script_files in core.c. */
enum script {
    SCRIPT_CONTEXT,
    SCRIPT_COMMIT,
    SCRIPT_DUE,
    SCRIPT_LOAD,
    SCRIPT_OUTBOX_LOAD,
    SCRIPT_OUTBOX_SENT,
    SCRIPT_OUTBOX_PARK,
    SCRIPT_PEOPLE,
    SCRIPT_MARKS,
    SCRIPT_ROSTER,
    SCRIPT_ROWS,
    SCRIPT_PAST_DUE,
    SCRIPT_PAST_MOVE,
    SCRIPT_LEAVERS,
    SCRIPT_FORGETTING,
    SCRIPT_HEALTH,
    SCRIPT_PARKED,
    SCRIPT_SWEEP,
    SCRIPT_COUNT
};

#endif
