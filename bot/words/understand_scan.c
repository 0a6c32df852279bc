/* understand_scan.c: the one pass over the text: glyphs, clauses, words. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "words/understand_inner.h"

/* A word in Latin letters stands between borders; a plural s may follow (after a hissing sound
 * es). */
static bool stands_alone(const struct reading *reading, const struct word_def *word,
                         uint32_t from, uint32_t to)
{
    const struct glyph *g = reading->glyphs;
    if (word->latin_start && from > 0 &&
        (glyph_is_latin(g[from - 1].cp) ||
         (glyph_is_digit(g[from].cp) && glyph_is_digit(g[from - 1].cp))))
        return false;
    if (!word->latin_end || to >= reading->count)
        return true;
    if (glyph_is_digit(g[to - 1].cp))
        return !glyph_is_digit(g[to].cp);
    uint32_t last = g[to - 1].cp;
    if (g[to].cp == 's' && word->len > 2 && last != 's')
        to++;
    else if (g[to].cp == 'e' && to + 1 < reading->count && g[to + 1].cp == 's' &&
             (last == 's' || last == 'x' || last == 'z' || last == 'h'))
        to += 2;
    return to >= reading->count || !glyph_is_latin(g[to].cp);
}

static bool at_border(const struct reading *reading, uint32_t flags, uint32_t from, uint32_t to)
{
    const struct glyph *g = reading->glyphs;
    if (flags & WORD_AT_START) {
        while (from > 0 && g[from - 1].cp == ' ')
            from--;
        if (from > 0 && !glyph_is_silent(g[from - 1].cp))
            return false;
    }
    if (flags & WORD_AT_END) {
        while (to < reading->count && g[to].cp == ' ')
            to++;
        if (to < reading->count && !glyph_is_silent(g[to].cp))
            return false;
    }
    return true;
}

/* Whether a longer word of one group hides a shorter one of the other inside it. Symptoms do
 * not hide each other, since the longer may be said of other things than the shorter; answers
 * and marks that speak for a report hide only their like. */
static bool hides(const struct group_def *longer, const struct group_def *shorter)
{
    if (longer->kind == WORD_SYMPTOM)
        return shorter->kind != WORD_SYMPTOM;
    bool speaks_for = longer->weight > 0 || longer->mark == MARK_URGENT;
    if (longer->kind == WORD_SAY || (longer->kind == WORD_MARK && speaks_for))
        return shorter->kind == WORD_SAY || shorter->kind == WORD_MARK;
    return true;
}

/* Whether a mark that speaks against a report only begins with the end of a trouble's word: the
 * "灵了" of "失灵了". */
static bool is_tail(const struct hit *trouble, const struct group_def *group, uint32_t from)
{
    return trouble->group->kind == WORD_SYMPTOM && trouble->from < from &&
           group->kind == WORD_MARK && group->weight < 0;
}

/* Marks earlier hits inside the new one as inner, and tells whether the new one lies inside an
 * earlier one (which ends with the same glyph) or is the tail of one. Outer hits have growing
 * starts, so only the last ones need to be looked at. */
static bool settle(struct reading *reading, const struct group_def *group, uint32_t from,
                   uint32_t to)
{
    bool inner = false;
    for (size_t i = reading->hit_count; i > 0; i--) {
        struct hit *hit = &reading->hits[i - 1];
        if (hit->to <= from)
            break;
        if (hit->pair)
            continue;
        if (hit->from >= from && hit->to - hit->from < to - from)
            hit->inner |= hides(group, hit->group);
        else if (hit->from <= from && hit->to >= to && hit->to - hit->from > to - from)
            inner |= hides(hit->group, group);
        else
            inner |= is_tail(hit, group, from);
    }
    return inner;
}

static void add_hit(struct reading *reading, const struct group_def *group, uint32_t from,
                    uint32_t tail, uint32_t to, bool inner)
{
    if (reading->hit_count == HITS_MAX)
        return;
    reading->hits[reading->hit_count++] = (struct hit){.group = group,
                                                       .from = from,
                                                       .to = to,
                                                       .tail = tail,
                                                       .clause = reading->clauses,
                                                       .inner = inner,
                                                       .pair = tail != from};
    reading->kinds |= 1u << group->kind;
    reading->marks |= UINT64_C(1) << group->mark;
}

/* Whether a word that only looks like one covers some of these glyphs. */
static bool is_ignored(const struct reading *reading, uint32_t from, uint32_t to)
{
    for (size_t i = reading->hit_count; i > 0; i--) {
        const struct hit *hit = &reading->hits[i - 1];
        if (hit->to + GAP_LATIN < from)
            break;
        if (hit->group->kind == WORD_IGNORE && hit->from < to && hit->to > from)
            return true;
    }
    return false;
}

/* Where this form of the A of a pair stands before `from`, in the same clause and not too far;
 * UINT32_MAX: nowhere. */
static uint32_t opening(const struct reading *reading, const struct pair_def *def,
                        uint32_t from)
{
    uint32_t reach = reading->has_han ? GAP_HAN : GAP_LATIN;
    for (size_t i = reading->part_count; i > 0; i--) {
        const struct part *part = &reading->parts[(i - 1) % PARTS_MAX];
        if (part->clause != reading->clauses || part->to + reach < from ||
            i + PARTS_MAX <= reading->part_count)
            return UINT32_MAX;
        if (part->word == def->word && part->to <= from &&
            (!def->at_start || at_border(reading, WORD_AT_START, part->from, part->to)) &&
            !is_ignored(reading, part->from, part->to))
            return part->from;
    }
    return UINT32_MAX;
}

static uint32_t first_part(const struct reading *reading, uint16_t pair, uint32_t from)
{
    for (; pair != 0; pair = reading->lexicon->pairs[pair].next) {
        const struct pair_def *def = &reading->lexicon->pairs[pair];
        if (!(reading->opened[def->word / 64 % OPEN_SETS] >> def->word % 64 & 1))
            continue; /* as nearly always: many words are the second part of others */
        uint32_t begin = opening(reading, def, from);
        if (begin != UINT32_MAX)
            return begin;
    }
    return UINT32_MAX;
}

static void add_sense(struct reading *reading, const struct sense *sense, uint32_t from,
                      uint32_t to)
{
    const struct group_def *group = &reading->lexicon->groups[sense->group];
    if (sense->pair != 0) {
        uint32_t begin = first_part(reading, sense->pair, from);
        if (begin != UINT32_MAX && !is_ignored(reading, from, to))
            add_hit(reading, group, begin, from, to, false);
    } else {
        bool inner = settle(reading, group, from, to);
        add_hit(reading, group, from, from, to, inner);
    }
}

static void add_word(struct reading *reading, uint32_t pattern, uint32_t to)
{
    const struct lexicon *lexicon = reading->lexicon;
    const struct word_def *word = &lexicon->words[pattern];
    uint32_t from = to - word->len;
    if (!stands_alone(reading, word, from, to))
        return;
    if (word->opens) {
        reading->opened[pattern / 64 % OPEN_SETS] |= UINT64_C(1) << pattern % 64;
        reading->parts[reading->part_count++ % PARTS_MAX] =
            (struct part){from, to, reading->clauses, pattern};
    }
    for (uint32_t s = word->first; s != 0; s = lexicon->senses[s - 1].next)
        if (lexicon->senses[s - 1].flags == 0 ||
            at_border(reading, lexicon->senses[s - 1].flags, from, to))
            add_sense(reading, &lexicon->senses[s - 1], from, to);
}

/* The words that end with the last glyph, longest first. */
static void add_words(struct reading *reading, uint32_t state, uint32_t to)
{
    const struct automaton *automaton = &reading->lexicon->automaton;
    for (uint32_t word = automaton->longest[state]; word != 0;
         word = automaton->shorter[word - 1])
        add_word(reading, word - 1, to);
}

bool reading_scan(struct reading *reading, const char *text, size_t len)
{
    const struct lexicon *lexicon = reading->lexicon;
    const struct automaton *automaton = &lexicon->automaton;
    long count = normalise(&lexicon->fold, text, len, reading->glyphs, GLYPHS_MAX);
    if (count < 0)
        return false;
    reading->text = text;
    reading->count = (uint32_t)count;
    uint32_t state = AUTOMATON_ROOT;
    unsigned seen = 0, before = 0;
    for (uint32_t i = 0; i < reading->count; i++) {
        uint32_t cp = reading->glyphs[i].cp;
        unsigned here = glyph_class(cp);
        state = automaton_step(automaton, state, lexicon_symbol(lexicon, cp),
                               glyphs_join(before, here));
        if (automaton->cells[state].hint & AUTOMATON_WORD)
            add_words(reading, state, i + 1);
        reading->clauses +=
            (here & GLYPH_ENDS_CLAUSE) != 0 || (cp == '.' && reading->glyphs[i + 1].cp == ' ');
        if (i < CLOSED_MAX && !(here & GLYPH_SILENT) && cp != '#')
            reading->loud |= UINT64_C(1) << i;
        reading->has_han |= (here & GLYPH_HAN) != 0; /* pairs ask for it meanwhile */
        seen |= before = here;
    }
    reading->has_number = (seen & (GLYPH_DIGIT | GLYPH_NUMERAL)) != 0;
    reading->has_latin = (seen & GLYPH_LATIN) != 0;
    return true;
}

/* One code point of text that is known to be valid. */
static inline const char *next_code_point(const char *utf8, uint32_t *ret_cp)
{
    const unsigned char *b = (const unsigned char *)utf8;
    if (b[0] < 0x80) {
        *ret_cp = b[0];
        return utf8 + 1;
    }
    if (b[0] < 0xe0) {
        *ret_cp = (b[0] & 0x1fu) << 6 | (b[1] & 0x3fu);
        return utf8 + 2;
    }
    if (b[0] < 0xf0) {
        *ret_cp = (b[0] & 0x0fu) << 12 | (b[1] & 0x3fu) << 6 | (b[2] & 0x3fu);
        return utf8 + 3;
    }
    *ret_cp = (b[0] & 7u) << 18 | (b[1] & 0x3fu) << 12 | (b[2] & 0x3fu) << 6 | (b[3] & 0x3fu);
    return utf8 + 4;
}

bool reading_is(const struct reading *reading, uint32_t at, const char *utf8)
{
    while (*utf8 != '\0') {
        uint32_t cp;
        utf8 = next_code_point(utf8, &cp);
        if (at >= reading->count || reading->glyphs[at].cp != cp)
            return false;
        at++;
    }
    return true;
}

struct span reading_span(const struct reading *reading, uint32_t from, uint32_t to)
{
    return (struct span){reading->glyphs[from].at, reading->glyphs[to].at};
}

void reading_explain(struct reading *reading, uint32_t from, uint32_t to, int points,
                     const char *format, ...)
{
    if (reading->explain == NULL)
        return;
    va_list args;
    va_start(args, format);
    char line[300];
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    struct span span = reading_span(reading, from, to);
    buf_printf(reading->explain, "%+4d  %-44s \"%.*s\"\n", points, line,
               (int)(span.to - span.from), reading->text + span.from);
}

static uint64_t bits_below(uint32_t at)
{
    return at < CLOSED_MAX ? (UINT64_C(1) << at) - 1 : UINT64_MAX;
}

/* The glyphs between two, as a bit set. */
static uint64_t stretch(uint32_t from, uint32_t to)
{
    return from < to ? bits_below(to) & ~bits_below(from) : 0;
}

static uint64_t stretch_of_span(const struct reading *reading, struct span span)
{
    uint64_t bits = 0;
    if (span.from == span.to)
        return 0;
    for (uint32_t i = 0; i < reading->count; i++)
        if (reading->glyphs[i].at >= span.from && reading->glyphs[i].at < span.to)
            bits |= UINT64_C(1) << i;
    return bits;
}

void reading_residue(struct reading *reading)
{
    reading->residue = reading->count;
    if (reading->count > CLOSED_MAX)
        return;
    uint64_t covered = stretch(reading->numbers_from, reading->numbers_to);
    for (size_t i = 0; i < reading->hit_count; i++)
        if (reading->hits[i].group->kind != WORD_IGNORE && !reading->hits[i].group->cue)
            covered |= stretch(reading->hits[i].from, reading->hits[i].to);
    const struct location *where = &reading->where;
    covered |= stretch_of_span(reading, where->building_span) |
               stretch_of_span(reading, where->unit_span) |
               stretch_of_span(reading, where->floor_span) |
               stretch_of_span(reading, where->room_span);
    reading->residue = (uint32_t)__builtin_popcountll(reading->loud & ~covered);
}
