/* script.h: Lua scripts among the embedded files, each with store/keys.lua in front, so that no
 * script spells a key by itself. */
#ifndef LOUBOT_STORE_SCRIPT_H
#define LOUBOT_STORE_SCRIPT_H

#include "store/redis.h"

/* Fills `script` with keys.lua and the file of that name ("bot/turn/commit.lua"), which must be
 * embedded. */
void script_init(struct redis_script *script, const char *asset);
void script_finish(struct redis_script *script);

#endif
