/* code.c: finding a code in what people type; see code.h. What codes grant is in code_grant.c.
 */
#include "people/code.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/* ---- reading ------------------------------------------------------------------------------
 */

/* The next character: a capital, a digit, '-' for dashes of all kinds, ' ' for blanks and
 * marks,
 * '*' for anything else; full width counts as half. 0 at the end. */
static char next_char(const char **at)
{
    static const char *const dashes[] = {"－", "—", "–", "‐", "‑", "−"};
    static const char *const marks[] = {"　", "。", "！", "，", "：", "、"};
    const unsigned char *p = (const unsigned char *)*at;
    size_t len = *p < 0x80 ? 1 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;
    unsigned c = *p;
    for (size_t i = 1; i < len; i++)
        if (!p[i])
            len = i; /* cut off */
    *at += *p ? len : 0;
    if (len == 3 && p[0] == 0xef && (p[1] == 0xbc || p[1] == 0xbd)) {
        unsigned wide = (p[1] - 0xbcu) * 64 + p[2] - 0x80u + 0x20; /* U+FF00 is a blank */
        if ((wide >= '0' && wide <= '9') || (wide >= 'A' && wide <= 'Z') ||
            (wide >= 'a' && wide <= 'z'))
            c = wide;
    }
    if (c >= 'a' && c <= 'z')
        return (char)(c - 32);
    if (c < 0x80)
        return strchr(" \t\r\n.!,:;", (int)c) && c ? ' ' : (char)c;
    if (p[0] != 0xe2 && p[0] != 0xe3 && p[0] != 0xef)
        return '*'; /* nearly all of Chinese */
    for (size_t i = 0; i < sizeof dashes / sizeof *dashes; i++)
        if (strncmp((const char *)p, dashes[i], 3) == 0)
            return '-';
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (strncmp((const char *)p, marks[i], 3) == 0)
            return ' ';
    return '*';
}

static bool is_word(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

struct token { /* letters, digits and dashes in a row */
    char text[CODE_LEN + 2];
    size_t len; /* longer than the text: cut */
};

static struct token next_token(const char **at, char *c, bool *other)
{
    struct token t = {.len = 0};
    for (; *c && !is_word(*c); *c = next_char(at))
        *other |= *c != ' ';
    for (; is_word(*c); *c = next_char(at), t.len++)
        if (t.len < sizeof t.text - 1)
            t.text[t.len] = *c;
    return t;
}

/* Copies what is of the alphabet. False: something is not. */
static bool copy(char *to, const char *from, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!strchr(alphabet, from[i]))
            return false;
        to[i] = from[i];
    }
    return true;
}

static bool has_digit(const char *code)
{
    return strpbrk(code, "23456789") != NULL;
}

/* Neither a word nor a number, as all that code_make() makes. */
static bool is_mixed(const char *code)
{
    return has_digit(code) && strspn(code, "23456789") < CODE_LEN;
}

bool code_is_wish(const char *text)
{
    bool other = false;
    const char *at = text;
    char c = next_char(&at);
    if (strstr(text, "绑定"))
        return true;
    for (struct token t = next_token(&at, &c, &other); t.len; t = next_token(&at, &c, &other))
        if (strcmp(t.text, "BIND") == 0)
            return true;
    return false;
}

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* In a group: exactly eight capitals and digits of a code in a row, both among them. */
static bool find_bare(const char *text, char ret_code[CODE_LEN + 1])
{
    for (const char *at = text; *at;) {
        if (!is_alnum(*at)) {
            at++;
            continue;
        }
        size_t len = 1;
        while (is_alnum(at[len]) || at[len] == '-')
            len++;
        size_t fits = len == CODE_LEN ? strspn(at, alphabet) : 0;
        ret_code[CODE_LEN] = '\0';
        if (fits >= CODE_LEN && copy(ret_code, at, CODE_LEN) && is_mixed(ret_code))
            return true;
        at += len;
    }
    return false;
}

bool code_find(const char *text, bool direct, char ret_code[CODE_LEN + 1])
{
    if (!direct && find_bare(text, ret_code))
        return true;
    if (!direct && !strpbrk(text, "-\xe2\xef")) /* every chat line comes here */
        return false;
    bool wish = direct && code_is_wish(text), other = false, dashed = false, found = false;
    size_t tokens = 0;
    struct token last = {.len = 0};
    const char *at = text;
    char c = next_char(&at);
    ret_code[CODE_LEN] = '\0';
    for (struct token t = next_token(&at, &c, &other); t.len && !found;
         t = next_token(&at, &c, &other), tokens++) {
        dashed = t.len == CODE_LEN + 1 && t.text[CODE_LEN / 2] == '-';
        if (dashed)
            found = copy(ret_code, t.text, CODE_LEN / 2) &&
                    copy(ret_code + CODE_LEN / 2, t.text + CODE_LEN / 2 + 1, CODE_LEN / 2);
        else if (direct && t.len == CODE_LEN)
            found = copy(ret_code, t.text, CODE_LEN);
        else if (direct && t.len == CODE_LEN / 2 && last.len == CODE_LEN / 2)
            found = copy(ret_code, last.text, CODE_LEN / 2) &&
                    copy(ret_code + CODE_LEN / 2, t.text, CODE_LEN / 2);
        found = found && (dashed || wish || is_mixed(ret_code));
        last = t;
    }
    for (; c; c = next_char(&at))
        other |= c != ' ';
    if (!found || !direct || wish)
        return found;
    bool alone = !other && tokens <= 2;
    return alone || (dashed && is_mixed(ret_code));
}

/* ---- showing, hashing, making
 * ----------------------------------------------------------------
 */

void code_show(const char *code, char ret_shown[CODE_LEN + 2])
{
    snprintf(ret_shown, CODE_LEN + 2, "%.4s-%.4s", code, code + CODE_LEN / 2);
}

void code_hash(const char *code, char ret_hash[65])
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256((const unsigned char *)code, strlen(code), digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(ret_hash + 2 * i, 3, "%02x", digest[i]);
}

void code_make(const unsigned char bytes[CODE_LEN], char ret_code[CODE_LEN + 1])
{
    for (size_t i = 0; i < CODE_LEN; i++)
        ret_code[i] = alphabet[bytes[i] % 32];
    ret_code[CODE_LEN] = '\0';
    if (!has_digit(ret_code)) /* else it may look like a word */
        ret_code[bytes[0] / 32] = (char)('2' + bytes[1] / 32);
    if (strspn(ret_code, "23456789") == CODE_LEN) /* or like a number */
        ret_code[bytes[0] / 32] = alphabet[bytes[1] % 24];
}
