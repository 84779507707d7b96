/* Reads a command's options by its table, with getopt_long for the walk over argv.
 *
 * A mistake ends the reading: it is said in one line, with what was expected and the nearest known
 * name. Options that are known but not built yet are checked like all others first, so that a
 * typing error is told before the missing feature. Prints help and mistakes; runs nothing.
 */
#include "cli/options.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"
#include "base/near.h"
#include "base/slice.h"
#include "model/money.h"

#define HELP_OPTION  1
#define FIRST_OPTION 2
#define SHOWN_MAX    40 /* bytes of a wrong value that are repeated */

const char *const option_formats[] = {"table", "json", NULL};

static const char *const kind_expected[] = {
    [OPTION_TEXT] = "a text",
    [OPTION_PATH] = "a file name",
    [OPTION_LIST] = "a text",
    [OPTION_USD] = "an amount in USD such as 5 or 0.25",
};

void option_list_deinit(struct option_list *l)
{
    mem_free(l->v);
    *l = (struct option_list){NULL, 0};
}

static int end_usage(const struct option_table *t)
{
    fprintf(stderr, "; try ticketmill %s --help\n", t->command);
    return status_exit(ST_USAGE);
}

int options_usage(const struct option_table *t, const char *fmt, ...)
{
    va_list ap;
    fprintf(stderr, "ticketmill %s: ", t->command);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    return end_usage(t);
}

int command_failed(const char *command, const struct fail *f)
{
    fprintf(stderr, "ticketmill %s: %s\n", command, f->text);
    return status_exit(f->code);
}

static void print_expected(const struct option_row *r)
{
    if (r->kind == OPTION_CHOICE) {
        fputs("expected ", stderr);
        for (int i = 0; r->names[i] != NULL; i++)
            fprintf(stderr, "%s%s",
                    i == 0                    ? ""
                    : r->names[i + 1] == NULL ? " or "
                                              : ", ",
                    r->names[i]);
    } else if (r->kind == OPTION_COUNT && r->max == INT64_MAX) {
        fprintf(stderr, "expected a whole number ≥ %lld", (long long)r->min);
    } else if (r->kind == OPTION_COUNT) {
        fprintf(stderr, "expected a whole number from %lld to %lld", (long long)r->min,
                (long long)r->max);
    } else {
        fprintf(stderr, "expected %s",
                r->kind == OPTION_PARSED ? r->expected : kind_expected[r->kind]);
    }
}

/* The wrong value as it was typed, made harmless for a terminal. */
static void print_found(const char *text)
{
    if (text[0] == '\0') {
        fputs("nothing", stderr);
        return;
    }
    fputc('"', stderr);
    for (size_t i = 0; text[i] != '\0' && i < SHOWN_MAX; i++)
        fputc((unsigned char)text[i] < ' ' || text[i] == 0x7f ? '?' : text[i], stderr);
    fputs(strlen(text) > SHOWN_MAX ? "…\"" : "\"", stderr);
}

static int wrong_value(const struct option_table *t, const struct option_row *r, const char *text)
{
    fprintf(stderr, "ticketmill %s: --%s: ", t->command, r->name);
    print_expected(r);
    fputs(", found ", stderr);
    print_found(text);
    return end_usage(t);
}

static bool take_count(const struct option_row *r, const char *text, int64_t *out)
{
    int64_t v;
    if (slice_to_i64(slice_str(text), &v) != ST_OK || v < r->min || v > r->max)
        return false;
    *out = v;
    return true;
}

static bool take_choice(const struct option_row *r, const char *text, int *out)
{
    for (int i = 0; r->names[i] != NULL; i++) {
        if (strcmp(text, r->names[i]) == 0) {
            *out = i;
            return true;
        }
    }
    return false;
}

static void take_list(struct option_list *l, const char *text)
{
    l->v = mem_grow(l->v, (size_t)l->count + 1, sizeof *l->v);
    l->v[l->count++] = text;
}

static bool take(const struct option_row *r, const char *text, void *field)
{
    switch (r->kind) {
    case OPTION_FLAG:
        *(bool *)field = true;
        return true;
    case OPTION_TEXT:
    case OPTION_PATH:
        *(const char **)field = text;
        return text[0] != '\0';
    case OPTION_COUNT:
        return take_count(r, text, field);
    case OPTION_USD:
        return money_parse_usd(slice_str(text), field) == ST_OK;
    case OPTION_CHOICE:
        return take_choice(r, text, field);
    case OPTION_LIST:
        take_list(field, text);
        return text[0] != '\0';
    case OPTION_PARSED:
        return r->parse(text, field);
    }
    return false;
}

/* `--limt` or `--limt=3` as found in argv. */
static int unknown_option(const struct option_table *t, const char *word)
{
    struct slice name = slice_str(word);
    const char *best = NULL;
    int least = NEAR_FAR, distance;

    while (name.n > 0 && *name.p == '-')
        name = slice_of(name.p + 1, name.n - 1);
    name.n = strcspn(name.p, "=");
    for (int i = 0; i < t->count; i++) {
        if (near_match(name, t->rows[i].name, &distance) && distance < least) {
            best = t->rows[i].name;
            least = distance;
        }
    }
    fprintf(stderr, "ticketmill %s: unknown option ", t->command);
    print_found(word);
    if (best != NULL)
        fprintf(stderr, ", did you mean --%s", best);
    return end_usage(t);
}

static struct option *long_options(const struct option_table *t)
{
    struct option *o = mem_array((size_t)t->count + 2, sizeof *o);
    for (int i = 0; i < t->count; i++) {
        o[i].name = t->rows[i].name;
        o[i].has_arg = t->rows[i].kind == OPTION_FLAG ? no_argument : required_argument;
        o[i].val = FIRST_OPTION + i;
    }
    o[t->count] = (struct option){"help", no_argument, NULL, HELP_OPTION};
    return o;
}

/* What getopt could not read: an unknown name, a flag with a value, an option without one. */
static int bad_option(const struct option_table *t, int c, char **argv)
{
    const char *word = argv[optind - 1];
    if (optopt >= FIRST_OPTION && optopt < FIRST_OPTION + t->count) {
        const struct option_row *r = &t->rows[optopt - FIRST_OPTION];
        if (c == ':')
            return wrong_value(t, r, "");
        return options_usage(t, "--%s: expected no value", r->name);
    }
    return unknown_option(t, word);
}

static int check_operands(const struct option_table *t, int count, char **operands)
{
    if (count < t->min_operands)
        return options_usage(t, "expected %s", t->usage);
    if (t->max_operands >= 0 && count > t->max_operands) {
        fprintf(stderr, "ticketmill %s: unexpected argument ", t->command);
        print_found(operands[t->max_operands]);
        return end_usage(t);
    }
    return OPTIONS_GO;
}

static int check_built(const struct option_table *t, const bool *given, const void *object)
{
    for (int i = 0; i < t->count; i++) {
        const struct option_row *r = &t->rows[i];
        if (r->kind != OPTION_CHOICE || r->available == 0 || !given[i])
            continue;
        int chosen = *(const int *)((const char *)object + r->at);
        if (chosen < r->available)
            continue;
        fprintf(stderr, "ticketmill %s: --%s %s: not available yet\n", t->command, r->name,
                r->names[chosen]);
        return status_exit(ST_CONFIG);
    }
    return OPTIONS_GO;
}

static int read_all(const struct option_table *t, int argc, char **argv, void *object, bool *given)
{
    struct option *o = long_options(t);
    int code = OPTIONS_GO;

    optind = 0; /* glibc: start anew, whatever was read before */
    opterr = 0;
    for (int c; code == OPTIONS_GO && (c = getopt_long(argc, argv, ":h", o, NULL)) != -1;) {
        if (c == HELP_OPTION || c == 'h') {
            options_help(t);
            code = 0;
        } else if (c < FIRST_OPTION || c >= FIRST_OPTION + t->count) {
            code = bad_option(t, c, argv);
        } else {
            const struct option_row *r = &t->rows[c - FIRST_OPTION];
            given[c - FIRST_OPTION] = true;
            if (!take(r, optarg, (char *)object + r->at))
                code = wrong_value(t, r, optarg);
        }
    }
    mem_free(o);
    return code;
}

int options_parse(const struct option_table *t, int argc, char **argv, void *object,
                  char ***operands)
{
    bool *given = mem_array((size_t)t->count + 1, sizeof *given);
    int code = read_all(t, argc, argv, object, given);
    if (code == OPTIONS_GO)
        code = check_operands(t, argc - optind, argv + optind);
    if (code == OPTIONS_GO)
        code = check_built(t, given, object);
    if (code == OPTIONS_GO && operands != NULL)
        *operands = argv + optind;
    mem_free(given);
    return code;
}

static void print_row(const char *name, const char *argument, const char *help)
{
    char left[64];
    int n = snprintf(left, sizeof left, "--%s%s%s", name, argument != NULL ? " " : "",
                     argument != NULL ? argument : "");
    if (n > 24)
        printf("  %s\n  %-24s  %s\n", left, "", help);
    else
        printf("  %-24s  %s\n", left, help);
}

void options_help(const struct option_table *t)
{
    printf("Usage: ticketmill %s %s\n\n%s\n\n", t->command, t->usage, t->about);
    for (int i = 0; i < t->count; i++)
        print_row(t->rows[i].name, t->rows[i].argument, t->rows[i].help);
    print_row("help", NULL, "this text");
    if (t->notes != NULL)
        printf("\n%s\n", t->notes);
    printf("\nExamples:\n%s", t->examples);
}
