/* onebot_emoji.c: QQ has two sets of emoji ids: its own faces (small numbers) and Unicode code
 * points in decimal. Both are used in reactions; faces stand in messages too, where people
 * answer with a thumb instead of a word.
 */
#include "adapters/onebot/onebot_emoji.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    int face;
    const char *emoji;
} faces[] = {
    {76, "👍"}, {77, "👎"}, {66, "❤"},  {63, "🌹"},  {78, "🤝"},
    {79, "✌"}, {99, "👏"}, {124, "👌"}, {201, "👍"},
};
#define FIRST_CODE_POINT 1000 /* faces are below it */

static size_t put_utf8(uint32_t point, char *out)
{
    if (point < 0x800) {
        out[0] = (char)(0xC0 | point >> 6);
        out[1] = (char)(0x80 | (point & 0x3F));
        return 2;
    }
    if (point < 0x10000) {
        out[0] = (char)(0xE0 | point >> 12);
        out[1] = (char)(0x80 | (point >> 6 & 0x3F));
        out[2] = (char)(0x80 | (point & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | point >> 18);
    out[1] = (char)(0x80 | (point >> 12 & 0x3F));
    out[2] = (char)(0x80 | (point >> 6 & 0x3F));
    out[3] = (char)(0x80 | (point & 0x3F));
    return 4;
}

bool onebot_emoji_of(const char *id, char value[ONEBOT_EMOJI_SIZE])
{
    char *end;
    long number = strtol(id, &end, 10);
    for (size_t i = 0; !*end && i < sizeof faces / sizeof *faces; i++) {
        if (faces[i].face != number)
            continue;
        snprintf(value, ONEBOT_EMOJI_SIZE, "%s", faces[i].emoji);
        return true;
    }
    bool surrogate = number >= 0xD800 && number < 0xE000;
    if (*id && !*end && number >= FIRST_CODE_POINT && number <= 0x10FFFF && !surrogate) {
        value[put_utf8((uint32_t)number, value)] = '\0';
        return true;
    }
    snprintf(value, ONEBOT_EMOJI_SIZE, "face:%.12s", id);
    return false;
}

static uint32_t first_code_point(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    int more = p[0] >= 0xF0 ? 3 : p[0] >= 0xE0 ? 2 : p[0] >= 0xC0 ? 1 : 0;
    uint32_t point = more == 3 ? p[0] & 7u : more == 2 ? p[0] & 15u : more ? p[0] & 31u : p[0];
    for (int i = 1; i <= more && (p[i] & 0xC0) == 0x80; i++)
        point = point << 6 | (p[i] & 0x3Fu);
    return point;
}

void onebot_emoji_id(const char *emoji, char id[ONEBOT_EMOJI_SIZE])
{
    uint32_t point = first_code_point(emoji);
    for (size_t i = 0; i < sizeof faces / sizeof *faces; i++) {
        if (first_code_point(faces[i].emoji) != point)
            continue;
        snprintf(id, ONEBOT_EMOJI_SIZE, "%d", faces[i].face);
        return;
    }
    snprintf(id, ONEBOT_EMOJI_SIZE, "%u", (unsigned)point);
}
