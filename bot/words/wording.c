/* wording.c: the templates of both languages, compiled once, and the dictionary of terms.
 *
 * A template is one file templates/<lang>/<name>.mustache; its last line end does not belong to
 * the message. A folder of the community's own may hold better wordings under the same names;
 * what it lacks comes from the binary.
 *
 * When you add a message, add its file in both languages; `loubot check` names a missing one.
 */
#include "words/wording.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/assets.h"
#include "host/conf.h"
#include "host/mem.h"
#include "words/lexicon.h"

#define TEMPLATE_FILE_MAX (64 * 1024)
#define SUFFIX ".mustache"
#define LANGS 2

static const char *const folders[LANGS] = {[LANG_ZH] = "zh-CN", [LANG_EN] = "en"};

struct entry {
    char *name;
    struct template *templates[LANGS];
};

struct term {
    char *key, *text;
};

struct terms {
    struct term *items;
    size_t count, cap;
};

struct wording {
    const struct lexicon *lexicon;
    struct entry *entries; /* sorted by name once all are read */
    size_t count, cap;
    struct terms terms[LANGS];
    struct faults *faults; /* while reading */
    enum lang reading;
};

static struct entry *entry_find(const struct wording *w, const char *name)
{
    for (size_t i = 0; i < w->count; i++)
        if (strcmp(w->entries[i].name, name) == 0)
            return &w->entries[i];
    return NULL;
}

static struct entry *entry_get(struct wording *w, const char *name)
{
    struct entry *entry = entry_find(w, name);
    if (entry)
        return entry;
    if (w->count == w->cap) {
        w->cap = w->cap ? w->cap * 2 : 64;
        w->entries = xrealloc(w->entries, w->cap * sizeof *w->entries);
    }
    entry = &w->entries[w->count++];
    *entry = (struct entry){.name = xstrdup(name)};
    return entry;
}

static void take_template(struct wording *w, const char *file, const char *name,
                          size_t name_len, const char *text, size_t len)
{
    while (len && (text[len - 1] == '\n' || text[len - 1] == '\r'))
        len--;
    struct template *template = template_compile(file, text, len, w->faults);
    if (!template)
        return;
    char *own = xstrndup(name, name_len);
    struct entry *entry = entry_get(w, own);
    free(own);
    template_destroy(&entry->templates[w->reading]);
    entry->templates[w->reading] = template;
}

static void term_set(struct terms *terms, const char *key, const char *text)
{
    for (size_t i = 0; i < terms->count; i++) {
        if (strcmp(terms->items[i].key, key) == 0) {
            free(terms->items[i].text);
            terms->items[i].text = xstrdup(text);
            return;
        }
    }
    if (terms->count == terms->cap) {
        terms->cap = terms->cap ? terms->cap * 2 : 64;
        terms->items = xrealloc(terms->items, terms->cap * sizeof *terms->items);
    }
    terms->items[terms->count++] = (struct term){xstrdup(key), xstrdup(text)};
}

/* terms.yaml is a mapping of mappings: {owner: {property: 物业}} is the term "owner.property".
 */
static void take_terms(struct wording *w, const char *file, const char *text, size_t len)
{
    struct conf *conf = conf_read_bytes(file, text, len, w->faults);
    if (!conf)
        return;
    struct conf_node *root = conf_root(conf);
    for (size_t i = 0, n = conf_keys(root); i < n; i++) {
        struct conf_node *group;
        const char *prefix = conf_key(root, i, &group);
        for (size_t k = 0, m = conf_keys(group); k < m; k++) {
            struct conf_node *node;
            const char *key = conf_key(group, k, &node);
            char *full = xasprintf("%s.%s", prefix, key);
            term_set(&w->terms[w->reading], full, conf_string(node, "", w->faults));
            free(full);
        }
    }
    conf_destroy(&conf);
}

static void take_file(struct wording *w, const char *file, const char *text, size_t len)
{
    const char *slash = strrchr(file, '/');
    const char *name = slash ? slash + 1 : file;
    size_t name_len = strlen(name), suffix = strlen(SUFFIX);
    if (strcmp(name, "terms.yaml") == 0)
        take_terms(w, file, text, len);
    else if (name_len > suffix && strcmp(name + name_len - suffix, SUFFIX) == 0)
        take_template(w, file, name, name_len - suffix, text, len);
    else
        faults_add(w->faults, file, 0,
                   "neither a template nor terms.yaml; templates are named NAME" SUFFIX);
}

static void take_asset(void *arg, const struct asset *asset)
{
    take_file(arg, asset->path, asset->bytes, asset->len);
}

static void take_path(struct wording *w, const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) {
        faults_add(w->faults, path, 0, "cannot be read");
        return;
    }
    char *text = xmalloc(TEMPLATE_FILE_MAX);
    size_t len = fread(text, 1, TEMPLATE_FILE_MAX, f);
    fclose(f);
    if (len == TEMPLATE_FILE_MAX)
        faults_add(w->faults, path, 0, "is larger than %d KB", TEMPLATE_FILE_MAX / 1024);
    else
        take_file(w, path, text, len);
    free(text);
}

static void take_folder(struct wording *w, const char *folder)
{
    char *own = xasprintf("%s/%s", folder, folders[w->reading]);
    DIR *dir = opendir(own);
    struct dirent *found;
    while (dir && (found = readdir(dir))) {
        if (found->d_name[0] == '.')
            continue;
        char *path = xasprintf("%s/%s", own, found->d_name);
        take_path(w, path);
        free(path);
    }
    if (dir)
        closedir(dir);
    free(own);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static void check_pairs(const struct wording *w)
{
    for (size_t i = 0; i < w->count; i++)
        for (int lang = 0; lang < LANGS; lang++)
            if (!w->entries[i].templates[lang]) {
                char *file =
                    xasprintf("templates/%s/%s" SUFFIX, folders[lang], w->entries[i].name);
                faults_add(w->faults, file, 0, "is missing; the other language has it");
                free(file);
            }
}

struct wording *wording_create(const struct lexicon *lexicon, const char *folder,
                               struct faults *faults)
{
    struct wording *w = xcalloc(1, sizeof *w);
    w->lexicon = lexicon;
    w->faults = faults;
    for (int lang = 0; lang < LANGS; lang++) {
        char prefix[32];
        w->reading = lang;
        snprintf(prefix, sizeof prefix, "templates/%s/", folders[lang]);
        asset_each(prefix, take_asset, w);
        if (folder)
            take_folder(w, folder);
    }
    if (w->count)
        qsort(w->entries, w->count, sizeof *w->entries, by_name);
    check_pairs(w);
    w->faults = NULL;
    return w;
}

void wording_destroy(struct wording **wording)
{
    struct wording *w = *wording;
    if (!w)
        return;
    for (size_t i = 0; i < w->count; i++) {
        free(w->entries[i].name);
        for (int lang = 0; lang < LANGS; lang++)
            template_destroy(&w->entries[i].templates[lang]);
    }
    free(w->entries);
    for (int lang = 0; lang < LANGS; lang++) {
        for (size_t i = 0; i < w->terms[lang].count; i++) {
            free(w->terms[lang].items[i].key);
            free(w->terms[lang].items[i].text);
        }
        free(w->terms[lang].items);
    }
    free(w);
    *wording = NULL;
}

static const struct template *template_of(const struct wording *w, const char *name,
                                          enum lang lang)
{
    if (!w->count)
        return NULL;
    const struct entry key = {.name = (char *)(uintptr_t)name};
    const struct entry *entry =
        bsearch(&key, w->entries, w->count, sizeof *w->entries, by_name);
    if (!entry)
        return NULL;
    return entry->templates[lang] ? entry->templates[lang] : entry->templates[!lang];
}

bool wording_render(const struct wording *wording, const char *name, enum lang lang,
                    const struct value *values, struct buf *out)
{
    const struct template *template = template_of(wording, name, lang);
    if (template)
        template_render(template, values, out);
    return template != NULL;
}

bool wording_has(const struct wording *wording, const char *name)
{
    return template_of(wording, name, LANG_ZH) != NULL;
}

const char *wording_term(const struct wording *wording, const char *word, enum lang lang)
{
    const struct terms *terms = &wording->terms[lang];
    for (size_t i = 0; i < terms->count; i++)
        if (strcmp(terms->items[i].key, word) == 0)
            return terms->items[i].text;
    return wording->lexicon ? lexicon_term(wording->lexicon, word, lang_name(lang)) : word;
}
