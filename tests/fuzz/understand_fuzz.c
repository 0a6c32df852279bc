/* understand_fuzz.c: any bytes as a text; the first byte picks the hints. Nothing may be read
 * out of bounds, every span must lie in the text, and what a report claims must hold together.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "host/buf.h"
#include "host/conf.h"
#include "host/mem.h"
#include "words/lexicon.h"
#include "words/understand_inner.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_span(struct span span, size_t len)
{
    assert(span.from <= span.to && span.to <= len);
}

static void check_fault(const struct fault_found *fault, size_t len)
{
    check_span(fault->object_span, len);
    check_span(fault->symptom_span, len);
    check_span(fault->urgency_span, len);
    check_span(fault->where.building_span, len);
    check_span(fault->where.unit_span, len);
    check_span(fault->where.floor_span, len);
    check_span(fault->where.room_span, len);
    check_span(fault->where.place_span, len);
    assert(fault->score >= 0 && fault->score <= 1);
}

static struct lexicon *lexicon;

/* Here, since the time of an input is limited, and building the words takes long under two
 * sanitizers. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static struct faults *faults;
    faults = faults_create();
    lexicon = lexicon_create(NULL, 0, faults);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct hints hints = {.building = data[0] & 1 ? "4" : NULL,
                          .lang = data[0] & 2 ? LANG_EN : LANG_ZH,
                          .addressed = data[0] & 4};
    struct arena *arena = arena_create(1u << 20);
    struct meaning meaning;
    struct buf why;
    buf_init(&why, 1u << 20);
    understand_explain(lexicon, (const char *)data + 1, size - 1, &hints, arena, &meaning,
                       data[0] & 8 ? &why : NULL);
    check_fault(&meaning.fault, size - 1);
    assert(meaning.more_count <= MEANING_MORE && meaning.number_count <= MEANING_NUMBERS);
    for (size_t i = 0; i < meaning.more_count; i++)
        check_fault(&meaning.more[i], size - 1);
    check_span(meaning.intent_span, size - 1);
    assert(!meaning.report || meaning.fault.category != NULL);
    buf_finish(&why);
    arena_destroy(&arena);
    return 0;
}
