/* parse.c: see parse.h. Needs no Redis and no config.
 *
 * --building N  the building of the group that the texts are from
 * --lang L      language of texts without letters
 * --addressed   as if each text mentioned the bot
 * --words FILE  a community's own words, may be repeated
 * --explain     before each object, on stderr, the rules that spoke
 * --null        only understand; at the end a count and lines a second on stderr
 */
#include "cli/parse.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/buf.h"
#include "host/conf.h"
#include "host/mem.h"
#include "words/lexicon.h"
#include "words/understand_inner.h"

#define WORDS_FILES_MAX 16
#define LINE_ARENA_MAX (1u << 20)

struct options {
    struct hints hints;
    bool explain, null;
    const char *files[WORDS_FILES_MAX];
    size_t file_count;
};

static json_t *text_or_null(const char *text)
{
    return text != NULL ? json_string(text) : json_null();
}

static void add_span(json_t *spans, const char *name, struct span span)
{
    if (span.from != span.to)
        json_object_set_new(spans, name, json_pack("[ii]", (int)span.from, (int)span.to));
}

static json_t *floor_json(int32_t floor, struct span span)
{
    return floor != FLOOR_NONE && span.from != span.to ? json_integer(floor) : json_null();
}

static void add_fault(json_t *object, const struct fault_found *fault)
{
    const struct location *where = &fault->where;
    json_t *spans = json_object();
    json_object_set_new(object, "category", text_or_null(fault->category));
    json_object_set_new(object, "class", text_or_null(fault->code));
    json_object_set_new(object, "object", text_or_null(fault->object));
    json_object_set_new(object, "symptom", text_or_null(fault->symptom));
    json_object_set_new(object, "building", text_or_null(where->building));
    json_object_set_new(object, "unit", text_or_null(where->unit));
    json_object_set_new(object, "floor", floor_json(where->floor, where->floor_span));
    if (where->floor_to != FLOOR_NONE)
        json_object_set_new(object, "floor_to", json_integer(where->floor_to));
    json_object_set_new(object, "room", text_or_null(where->room));
    json_object_set_new(object, "place", text_or_null(where->place));
    json_object_set_new(object, "urgency", json_string(urgency_name(fault->urgency)));
    json_object_set_new(object, "score", json_real(fault->score));
    add_span(spans, "object", fault->object_span);
    add_span(spans, "symptom", fault->symptom_span);
    add_span(spans, "urgency", fault->urgency_span);
    add_span(spans, "building", where->building_span);
    add_span(spans, "unit", where->unit_span);
    add_span(spans, "floor", where->floor_span);
    add_span(spans, "room", where->room_span);
    add_span(spans, "place", where->place_span);
    json_object_set_new(object, "spans", spans);
}

static json_t *meaning_json(const struct meaning *meaning)
{
    json_t *object = json_object();
    json_object_set_new(object, "report", json_boolean(meaning->report));
    json_object_set_new(object, "intent", json_string(intent_name(meaning->intent)));
    json_object_set_new(object, "lang", json_string(lang_name(meaning->lang)));
    add_fault(object, &meaning->fault);
    if (meaning->unsure)
        json_object_set_new(object, "unsure", json_true());
    add_span(json_object_get(object, "spans"), "intent", meaning->intent_span);
    json_t *numbers = json_array();
    for (size_t i = 0; i < meaning->number_count; i++)
        json_array_append_new(numbers, json_integer(meaning->numbers[i]));
    json_object_set_new(object, "numbers", numbers);
    json_t *more = json_array();
    for (size_t i = 0; i < meaning->more_count; i++) {
        json_t *one = json_object();
        add_fault(one, &meaning->more[i]);
        json_array_append_new(more, one);
    }
    json_object_set_new(object, "more", more);
    if (meaning->owner != NULL)
        json_object_set_new(object, "owner", json_string(meaning->owner));
    if (meaning->command != NULL)
        json_object_set_new(object, "command", json_string(meaning->command));
    if (meaning->reason != NULL)
        json_object_set_new(object, "reason", json_string(meaning->reason));
    if (meaning->rating != 0)
        json_object_set_new(object, "rating", json_integer(meaning->rating));
    if (meaning->is_yes || meaning->is_no)
        json_object_set_new(object, "answer", json_string(meaning->is_yes ? "yes" : "no"));
    return object;
}

static void parse_line(const struct options *options, const struct lexicon *lexicon,
                       const char *line, size_t len, struct arena *arena)
{
    struct meaning meaning;
    if (options->null) {
        understand(lexicon, line, len, &options->hints, arena, &meaning);
        return;
    }
    struct buf why;
    buf_init(&why, 1u << 20);
    understand_explain(lexicon, line, len, &options->hints, arena, &meaning,
                       options->explain ? &why : NULL);
    if (options->explain)
        fputs(buf_text(&why), stderr);
    json_t *object = meaning_json(&meaning);
    char *text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(3));
    puts(text != NULL ? text : "{}");
    free(text);
    json_decref(object);
    buf_finish(&why);
}

static int usage(void)
{
    fputs("usage: loubot parse [--building N] [--lang zh|en] [--addressed] [--words FILE] "
          "[--explain] [--null] < TEXTS\n",
          stderr);
    return 2;
}

static bool read_options(int argc, char **argv, struct options *options)
{
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (strcmp(argv[i], "--explain") == 0) {
            options->explain = true;
        } else if (strcmp(argv[i], "--null") == 0) {
            options->null = true;
        } else if (strcmp(argv[i], "--addressed") == 0) {
            options->hints.addressed = true;
        } else if (value == NULL) {
            return false;
        } else if (strcmp(argv[i], "--building") == 0) {
            options->hints.building = value;
            i++;
        } else if (strcmp(argv[i], "--lang") == 0) {
            if (strcmp(value, "zh") != 0 && strcmp(value, "en") != 0)
                return false;
            options->hints.lang = strcmp(value, "en") == 0 ? LANG_EN : LANG_ZH;
            i++;
        } else if (strcmp(argv[i], "--words") == 0 && options->file_count < WORDS_FILES_MAX) {
            options->files[options->file_count++] = value;
            i++;
        } else {
            return false;
        }
    }
    return true;
}

/* Of this process' own time, so that a busy machine does not change the figure. */
static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void parse_lines(const struct options *options, const struct lexicon *lexicon)
{
    char *line = NULL;
    size_t cap = 0;
    size_t count = 0;
    struct arena *arena = arena_create(LINE_ARENA_MAX);
    double began = seconds();
    for (ssize_t len; (len = getline(&line, &cap, stdin)) >= 0; count++) {
        if (len > 0 && line[len - 1] == '\n')
            len--;
        parse_line(options, lexicon, line, (size_t)len, arena);
        arena_clear(arena);
    }
    double took = seconds() - began;
    free(line);
    arena_destroy(&arena);
    if (options->null)
        fprintf(stderr, "%zu lines, %.0f lines/s of processor time, lexicon %zu bytes\n", count,
                took > 0 ? (double)count / took : 0, lexicon_bytes(lexicon));
}

int cli_parse(int argc, char **argv)
{
    struct options options = {0};
    if (!read_options(argc, argv, &options))
        return usage();
    struct faults *faults = faults_create();
    struct lexicon *lexicon = lexicon_create(options.files, options.file_count, faults);
    faults_print(faults, stderr);
    int status = faults_count(faults) > 0 ? 1 : 0;
    parse_lines(&options, lexicon);
    faults_destroy(&faults);
    lexicon_destroy(&lexicon);
    return status;
}
