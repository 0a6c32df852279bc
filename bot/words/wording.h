/* wording.h: all templates and the dictionary of terms (templates/<lang>/terms.yaml), compiled
 * once: from a template's name, a language and values to the text that people read. */
#ifndef LOUBOT_WORDS_WORDING_H
#define LOUBOT_WORDS_WORDING_H

#include <stdbool.h>
#include <stddef.h>

#include "host/buf.h"
#include "words/template.h"
#include "words/understand.h"

struct faults;
struct lexicon;
struct wording;

/* From the embedded templates/zh-CN/ and templates/en/, then, for files that exist there, from
 * `folder` (same layout; NULL: none). A template present in one language only is a fault. Never
 * NULL. */
struct wording *wording_create(const struct lexicon *lexicon, const char *folder,
                               struct faults *faults);
void wording_destroy(struct wording **wording);
/* Renders; false (and nothing appended) when there is no such template. */
bool wording_render(const struct wording *wording, const char *name, enum lang lang,
                    const struct value *values, struct buf *out);
bool wording_has(const struct wording *wording, const char *name);
/* A term in that language: terms.yaml first ("owner.property", "category.lighting", any other
 * key), then the lexicon, else the word itself. */
const char *wording_term(const struct wording *wording, const char *word, enum lang lang);
/* A place in words: "4号楼2单元4层楼道" / "Bldg 4, unit 2, floor 4, stairwell"; "" when nothing
 * is known. */
void wording_place(const struct wording *wording, const struct location *where, enum lang lang,
                   struct buf *out);
/* A moment told relative to `now_ms`: "今天18:00", "明天12:00", "3月5日18:00" / "today 18:00",
 * "tomorrow 12:00", "5 March 18:00". */
void wording_time(const struct wording *wording, int64_t time_ms, int64_t now_ms,
                  int utc_offset_s, enum lang lang, struct buf *out);

#endif
