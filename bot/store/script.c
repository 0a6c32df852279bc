#include "store/script.h"

#include <assert.h>
#include <stdlib.h>

#include "host/assets.h"
#include "host/mem.h"

void script_init(struct redis_script *script, const char *asset)
{
    const struct asset *keys = asset_find("bot/store/keys.lua");
    const struct asset *body = asset_find(asset);
    assert(keys && body);
    *script = (struct redis_script){.source = xasprintf("%s%s", keys->bytes, body->bytes)};
}

void script_finish(struct redis_script *script)
{
    free((char *)script->source);
    script->source = NULL;
}
