/* SPDX-License-Identifier: Apache-2.0 */
/* A plugin with one thing wrong, chosen by a macro: what the checks before and while loading must find. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <porteur/plugin.h>

#if defined(BROKEN_SOCKET)
#include <sys/socket.h>
#elif defined(BROKEN_THREAD)
#include <pthread.h>
static void *run(void *argument) { return argument; }
#endif

#ifndef PLUGIN_ID
#define PLUGIN_ID "broken"
#endif
#ifndef PLUGIN_VERSION
#define PLUGIN_VERSION "1.0.0"
#endif
#ifndef PLUGIN_MINOR
#define PLUGIN_MINOR 0
#endif

#define VIEW(text) { (text), sizeof(text) - 1 }

struct porteur_op {
    int nothing;
};

static void say(porteur_error *err, int32_t kind, const char *message) {
#if defined(BROKEN_CLEARS_THE_ERROR)
    memset(err, 0, err->size);
#endif
    err->reason[0] = err->code[0] = '\0';
#if defined(BROKEN_HALF_ERROR)
    memset(err->message, 'x', sizeof err->message);
    (void)message;
#else
    snprintf(err->message, sizeof err->message, "%s", message);
#endif
    err->kind = kind;
}

static int is(porteur_view view, const char *text) {
#if defined(BROKEN_TAKES_PREFIXES)
    for (size_t each = 0; each < view.len; each++)
        if (view.ptr[each] != text[each]) return 0;
    return 1;
#else
    return view.len == strlen(text) && memcmp(view.ptr, text, view.len) == 0;
#endif
}

#if defined(BROKEN_SLOW_ENTRY)
/* Longer than 100 ms on any machine, without a clock that the scan would find. */
static void compute(void) {
    for (volatile uint64_t each = 0; each < 600000000; each++) continue;
}
#elif defined(BROKEN_TEXT_RELOCATION)
__asm__(".pushsection .text\n.quad op_end\n.popsection");
#elif defined(BROKEN_UNIQUE)
__asm__(".pushsection .data\n.globl porteur_kept\n.type porteur_kept,@gnu_unique_object\n"
        "porteur_kept: .quad 0\n.size porteur_kept,8\n.popsection");
#endif

static int32_t op_begin(const porteur_host *host, porteur_view operation, porteur_view input, porteur_op **out,
                        porteur_error *err) PORTEUR_NX {
    (void)host;
    (void)input;
    *out = NULL;
#if defined(BROKEN_BEGINS_NOTHING)
    return PORTEUR_OK;
#elif defined(BROKEN_BEGIN_CRASHES)
    abort();
#endif
#if defined(BROKEN_READS_NOTHING)
    if (input.ptr[0] != '{') abort();
#endif
#if defined(BROKEN_UNDECLARED)
    if (is(operation, "list_numbers")) operation = (porteur_view)VIEW("check_account");
#endif
    if (is(operation, "check_account")) {
        *out = calloc(1, sizeof **out);
        return PORTEUR_OK;
    }
    say(err, PORTEUR_KIND_UNSUPPORTED, "only check_account is offered");
    return PORTEUR_E_UNSUPPORTED;
}

static int32_t op_step(porteur_op *op, const porteur_completion *const *completions, uint32_t count,
                       porteur_turn *turn, porteur_error *err) PORTEUR_NX {
    (void)op;
    (void)completions;
    (void)count;
    (void)turn;
    (void)err;
#if defined(BROKEN_CLEARS_THE_TURN)
    memset(turn, 0, turn->size);
#endif
#if defined(BROKEN_SOCKET)
    return socket(AF_INET, SOCK_STREAM, 0);
#elif defined(BROKEN_FILE)
    return fopen("/etc/passwd", "r") != NULL;
#elif defined(BROKEN_EXEC)
    return system("true");
#elif defined(BROKEN_THREAD)
    pthread_t thread;
    return pthread_create(&thread, NULL, run, NULL);
#elif defined(USES_CLOCK)
    return (int32_t)((unsigned)time(NULL) + (unsigned)rand() + (getenv("HOME") != NULL));
#elif defined(BROKEN_WAITS)
    return poll(NULL, 0, 1);
#elif defined(BROKEN_TIME_ZONE)
    return (int32_t)mktime(&(struct tm){.tm_year = 126});
#elif defined(BROKEN_UNRESOLVED)
    extern int a_function_that_nobody_has(void);
    return a_function_that_nobody_has();
#else
    return PORTEUR_E_MISUSE;
#endif
}

static int32_t op_cancel(porteur_op *op, porteur_view why, porteur_turn *turn, porteur_error *err) PORTEUR_NX {
    (void)op;
    (void)why;
    (void)turn;
    (void)err;
    return PORTEUR_E_MISUSE;
}

static void op_end(porteur_op *op) PORTEUR_NX { free(op); }

#if defined(BROKEN_KNOWS_EVERYTHING)
static const void *get_extension(const char *id) PORTEUR_NX { return id; }
#endif

#if defined(BROKEN_CONSTRUCTOR)
__attribute__((constructor)) static void on_load(void) { abort(); }
#elif defined(BROKEN_ENDLESS_CONSTRUCTOR)
__attribute__((constructor)) static void on_load(void) {
    for (volatile int again = 1; again;) continue;
}
#endif

__attribute__((used)) static const porteur_plugin plugin = {
#if defined(BROKEN_SHORT_TABLE)
    .size = 16,
#else
    .size = sizeof plugin,
#endif
    .abi_minor = PLUGIN_MINOR,
    .id = VIEW(PLUGIN_ID),
    .version = VIEW(PLUGIN_VERSION),
    .sdk = VIEW("none"),
    .op_begin = op_begin,
#if !defined(BROKEN_NO_STEP)
    .op_step = op_step,
#endif
    .op_cancel = op_cancel,
    .op_end = op_end,
#if defined(BROKEN_KNOWS_EVERYTHING)
    .get_extension = get_extension,
#endif
};

#if defined(BROKEN_TWO_SYMBOLS)
PORTEUR_EXPORT int porteur_another(void);
int porteur_another(void) { return 1; }
#endif

#if defined(BROKEN_OTHER_SYMBOL)
PORTEUR_EXPORT const porteur_plugin *porteur_entry_v9(const porteur_host *host, porteur_error *err);
const porteur_plugin *porteur_entry_v9(const porteur_host *host, porteur_error *err) {
#elif defined(BROKEN_NO_SYMBOL)
__attribute__((used)) static const porteur_plugin *entry(const porteur_host *host, porteur_error *err) {
#else
const porteur_plugin *porteur_entry_v0(const porteur_host *host, porteur_error *err) PORTEUR_NX {
#endif
    (void)host;
    (void)err;
    (void)op_step;
#if defined(BROKEN_SLOW_ENTRY)
    compute();
#elif defined(BROKEN_TWO_TABLES)
    static porteur_plugin tables[2];
    static unsigned called;
    porteur_plugin *table = &tables[called++ % 2];
    *table = plugin;
    return table;
#elif defined(BROKEN_REFUSES_THE_NEW)
    if (host->abi_minor != plugin.abi_minor) {
        say(err, PORTEUR_KIND_UNSUPPORTED, "the host is not mine");
        return NULL;
    }
#elif defined(BROKEN_REFUSES_THE_LONG)
    if (host->size != sizeof *host) {
        say(err, PORTEUR_KIND_UNSUPPORTED, "the host is not mine");
        return NULL;
    }
#endif
#if defined(BROKEN_REFUSES)
    snprintf(err->message, sizeof err->message, "the host is too old for me");
    return NULL;
#else
    return &plugin;
#endif
}
