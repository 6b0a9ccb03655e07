/* SPDX-License-Identifier: Apache-2.0 */
/* A plugin that does what its input says ({"do":"crash"}), mostly something forbidden. Raw system calls, as the
 * names of the C library would be found by the import scan. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include <porteur/plugin.h>

#define VIEW(text) { (text), sizeof(text) - 1 }

struct porteur_op {
    char what[64];
    int asked;
    porteur_effect effects[80];
    const porteur_effect *list[80];
    char *output;
    const porteur_host *host;
};

static long raw(long number, long a, long b, long c, long d) {
    long result;
    register long r10 __asm__("r10") = d;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
                     : "rcx", "r11", "memory");
    return result;
}

/* What the library's constructor found: a descriptor, or an error of the system. */
static long constructor_opened, constructor_listed, constructor_wrote;

__attribute__((constructor)) static void look_around(void) {
    constructor_opened = raw(SYS_openat, -100, (long)"/etc/passwd", 0, 0);
    if (constructor_opened >= 0) raw(SYS_close, constructor_opened, 0, 0, 0);
    constructor_listed = raw(SYS_openat, -100, (long)"/etc", 0200000, 0); /* a folder */
    if (constructor_listed >= 0) raw(SYS_close, constructor_listed, 0, 0, 0);
    constructor_wrote = raw(SYS_openat, -100, (long)"/tmp", 020200002, 0600); /* a file without a name, to write */
    if (constructor_wrote >= 0) raw(SYS_close, constructor_wrote, 0, 0, 0);
}

static void say(porteur_error *err, int32_t kind, const char *message) {
    err->kind = kind;
    err->reason[0] = err->code[0] = '\0';
    snprintf(err->message, sizeof err->message, "%s", message);
}

__attribute__((no_sanitize("all"))) static void crash(void) {
    *(volatile int *)8 = 1;
}

__attribute__((no_sanitize("all"), noinline)) static long recurse(long depth) {
    volatile char room[4096];
    room[0] = (char)depth;
    return depth == 0 ? 0 : recurse(depth + 1) + room[0];
}

__attribute__((no_sanitize("all"))) static void raw_put(char *at, char letter) { *(volatile char *)at = letter; }

static void loop(void) {
    for (volatile unsigned long turns = 0;; ++turns) {}
}

static void deadlock(void) {
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&mutex);
    pthread_mutex_lock(&mutex);
}

static int does(const porteur_op *op, const char *what) { return strcmp(op->what, what) == 0; }

/* The text after "do":" in the input. */
static void read_order(porteur_view input, char *into, size_t room) {
    static const char key[] = "\"do\":\"";
    size_t at = 0, length = 0;
    into[0] = '\0';
    for (; at + sizeof key - 1 < input.len; ++at)
        if (memcmp(input.ptr + at, key, sizeof key - 1) == 0) break;
    if (at + sizeof key - 1 >= input.len) return;
    for (at += sizeof key - 1; at < input.len && input.ptr[at] != '"' && length + 1 < room; ++at)
        into[length++] = input.ptr[at];
    into[length] = '\0';
}

static int32_t op_begin(const porteur_host *host, porteur_view operation, porteur_view input, porteur_op **out,
                        porteur_error *err) PORTEUR_NX {
    char what[64];
    (void)operation;
    *out = NULL;
    read_order(input, what, sizeof what);
    if (strcmp(what, "crash-in-begin") == 0) crash();
    if (strcmp(what, "loop-in-begin") == 0) loop();
    if (strcmp(what, "refuse") == 0) {
        say(err, PORTEUR_KIND_INVALID_INPUT, "it does not like the input");
        return PORTEUR_E_FAILED;
    }
    if (strcmp(what, "succeed-without-op") == 0) return PORTEUR_OK;
    *out = calloc(1, sizeof **out);
    snprintf((*out)->what, sizeof (*out)->what, "%s", what);
    (*out)->host = host;
    return PORTEUR_OK;
}

static int32_t ask(porteur_op *op, porteur_turn *turn, uint32_t count) {
    static const porteur_view step = VIEW("ask"), head = VIEW("{\"method\":\"GET\",\"path\":\"/\"}");
    for (uint32_t index = 0; index < count && index < 80; ++index) {
        porteur_effect *effect = &op->effects[index];
        effect->size = sizeof *effect;
        effect->kind = PORTEUR_FX_HTTP;
        effect->seq = index + 1;
        effect->guarantee = PORTEUR_SAFE;
        effect->step = step;
        effect->head = head;
        op->list[index] = effect;
    }
    turn->state = PORTEUR_WAITING;
    turn->effects = op->list;
    turn->effect_count = count;
    op->asked = 1;
    return PORTEUR_OK;
}

static int32_t done(porteur_op *op, porteur_turn *turn, size_t size) {
    op->output = malloc(size);
    if (op->output == NULL) crash();
    memset(op->output, '1', size);
    turn->state = PORTEUR_DONE;
    turn->output.ptr = op->output;
    turn->output.len = size;
    return PORTEUR_OK;
}

static int32_t first_step(porteur_op *op, porteur_turn *turn, porteur_error *err) {
    porteur_effect *effect = &op->effects[0];
    if (does(op, "bug")) {
        say(err, PORTEUR_KIND_INTERNAL, "it found a defect in itself");
        return PORTEUR_E_BUG;
    }
    if (does(op, "no-effects")) {
        turn->state = PORTEUR_WAITING;
        return PORTEUR_OK;
    }
    if (does(op, "unknown-state")) {
        turn->state = 7;
        return PORTEUR_OK;
    }
    if (does(op, "65-effects")) return ask(op, turn, 65);
    if (does(op, "huge-count")) return ask(op, turn, 0xFFFFFFFFu);
    if (does(op, "no-list")) {
        turn->state = PORTEUR_WAITING;
        turn->effect_count = 3;
        return PORTEUR_OK;
    }
    if (does(op, "64-dangling")) {
        turn->state = PORTEUR_WAITING;
        turn->effects = (const porteur_effect *const *)0x1000;
        turn->effect_count = 64;
        return PORTEUR_OK;
    }
    ask(op, turn, 1);
    if (does(op, "seq-2")) effect->seq = 2;
    if (does(op, "seq-0")) effect->seq = 0;
    if (does(op, "kind-99")) effect->kind = 99;
    if (does(op, "kind-patch")) effect->kind = PORTEUR_FX_PATCH;
    if (does(op, "guarantee-9")) effect->guarantee = 9;
    if (does(op, "short-struct")) effect->size = 8;
    if (does(op, "step-name")) effect->step = (porteur_view)VIEW("Not A Name");
    if (does(op, "no-step-name")) effect->step.len = 0;
    if (does(op, "long-step-name")) effect->step.len = 65;
    if (does(op, "head-blank")) effect->head = (porteur_view)VIEW("{ \"a\":1}");
    if (does(op, "head-list")) effect->head = (porteur_view)VIEW("[]");
    if (does(op, "head-fraction")) effect->head = (porteur_view)VIEW("{\"a\":1.5}");
    if (does(op, "head-order")) effect->head = (porteur_view)VIEW("{\"b\":1,\"a\":2}");
    if (does(op, "head-long")) effect->head.len = 100000;
    if (does(op, "body-huge")) effect->body = (porteur_view){op->what, (size_t)1 << 62};
    if (does(op, "body-without-bytes")) effect->body = (porteur_view){NULL, 5};
    if (does(op, "dangling-body")) effect->body = (porteur_view){(const char *)0x1000, 100};
    if (does(op, "done-with-effects")) turn->state = PORTEUR_DONE;
    return PORTEUR_OK;
}

static int32_t second_step(porteur_op *op, const porteur_completion *completion, porteur_turn *turn,
                           porteur_error *err) {
    if (does(op, "crash")) crash();
    if (does(op, "loop")) loop();
    if (does(op, "deadlock")) deadlock();
    if (does(op, "recurse")) recurse(1);
    if (does(op, "scribble")) {
        /* Over its own heap: the administration of the blocks, and the pointers in them. */
        char *volatile block = malloc(64);
        for (size_t at = 0; at < (size_t)64 << 20; ++at) raw_put(block + at, 0x41);
        free(block);
        crash();
    }
    if (does(op, "proc")) raw(SYS_openat, -100, (long)"/proc/1/environ", 0, 0);
    if (does(op, "abort")) abort();
    if (does(op, "exit")) exit(3);
    if (does(op, "allocate")) {
        static char *volatile kept; /* or the compiler leaves the allocation out */
        for (;;) {
            char *block = kept = malloc((size_t)16 << 20);
            if (block == NULL) crash();
            memset(block, 1, (size_t)16 << 20);
        }
    }
    if (does(op, "open")) raw(SYS_openat, -100, (long)"/etc/shadow", 0, 0);
    if (does(op, "open-old")) raw(SYS_open, (long)"/etc/passwd", 0, 0, 0);
    if (does(op, "socket")) raw(SYS_socket, 2, 1, 0, 0);
    if (does(op, "connect")) raw(SYS_connect, 3, 0, 0, 0);
    if (does(op, "exec")) raw(SYS_execve, (long)"/bin/sh", 0, 0, 0);
    if (does(op, "fork")) raw(SYS_fork, 0, 0, 0, 0);
    if (does(op, "clone")) raw(SYS_clone, 17, 0, 0, 0);
    if (does(op, "ptrace")) raw(SYS_ptrace, 16, 1, 0, 0);
    if (does(op, "kill")) raw(SYS_kill, 0x3FFFFF, 0, 0, 0); /* nobody, and no signal: only the try counts */
    if (does(op, "unlink")) raw(SYS_unlinkat, -100, (long)"/tmp/x", 0, 0);
    if (does(op, "executable-memory")) raw(SYS_mmap, 0, 4096, 7, 0x22);
    if (does(op, "frame")) {
        static const char garbage[] = "\xff\xff\xff\xff garbage";
        raw(SYS_write, 3, (long)garbage, sizeof garbage, 0);
        loop();
    }
    if (does(op, "forged-turn")) {
        static const char forged[] = "\x0e\0\0\0\x12\x63\0\0\0\0\0\0\0\0\0\0\0\0";
        raw(SYS_write, 3, (long)forged, sizeof forged - 1, 0);
        loop();
    }
    if (does(op, "close")) {
        raw(SYS_close, 3, 0, 0, 0);
        loop();
    }
    if (does(op, "print")) {
        printf("a line on standard output\n");
        fprintf(stderr, "a line on standard error\n");
        fflush(stdout);
    }
    if (does(op, "flood")) {
        for (int line = 0; line < 20000; ++line) fprintf(stderr, "line %d of far too many\n", line);
        for (int line = 0; line < 20000; ++line)
            op->host->log(op->host, (porteur_view)VIEW("1"), 1, (porteur_view)VIEW("{\"flood\":true}"));
    }
    if (does(op, "log"))
        op->host->log(op->host, (porteur_view)VIEW("1"), 2, (porteur_view)VIEW("{\"said\":\"hello\"}"));
    if (does(op, "constructor")) {
        char found[96];
        snprintf(found, sizeof found, "opened %ld, listed %ld, wrote %ld", constructor_opened, constructor_listed, constructor_wrote);
        say(err, PORTEUR_KIND_REJECTED, found);
        turn->state = PORTEUR_FAILED;
        return PORTEUR_OK;
    }
    if (does(op, "fail")) {
        say(err, PORTEUR_KIND_REJECTED, "the carrier \x1b[31msaid\x1b no");
        strcpy(err->reason, "NOT_A_REASON");
        memset(err->code, 'c', sizeof err->code);
        turn->state = PORTEUR_FAILED;
        return PORTEUR_OK;
    }
    if (does(op, "output-100-mb")) return done(op, turn, (size_t)100 << 20);
    if (does(op, "output-huge")) {
        done(op, turn, 1);
        turn->output.len = (size_t)1 << 62;
        return PORTEUR_OK;
    }
    if (does(op, "output-not-json")) {
        done(op, turn, 8);
        op->output[3] = ' ';
        return PORTEUR_OK;
    }
    if (does(op, "misuse")) return PORTEUR_E_MISUSE;
    if (does(op, "unknown-code")) return 77;
    (void)completion;
    return done(op, turn, 1);
}

static int32_t op_step(porteur_op *op, const porteur_completion *const *completions, uint32_t count,
                       porteur_turn *turn, porteur_error *err) PORTEUR_NX {
    if (!op->asked) return first_step(op, turn, err);
    return count == 0 ? PORTEUR_E_MISUSE : second_step(op, completions[0], turn, err);
}

static int32_t op_cancel(porteur_op *op, porteur_view why, porteur_turn *turn, porteur_error *err) PORTEUR_NX {
    (void)why;
    if (does(op, "crash-in-cancel")) crash();
    say(err, PORTEUR_KIND_CANCELLED, "called off");
    turn->state = PORTEUR_FAILED;
    return PORTEUR_OK;
}

static void op_end(porteur_op *op) PORTEUR_NX {
    if (does(op, "crash-in-end")) crash();
    free(op->output);
    free(op);
}

static const void *get_extension(const char *id) PORTEUR_NX {
    (void)id;
    return NULL;
}

static const porteur_plugin plugin = {
    .size = sizeof plugin,
    .abi_minor = 0,
    .id = VIEW("rogue"),
    .version = VIEW("1.0.0"),
    .sdk = VIEW("none"),
    .op_begin = op_begin,
    .op_step = op_step,
    .op_cancel = op_cancel,
    .op_end = op_end,
    .get_extension = get_extension,
};

const porteur_plugin *porteur_entry_v0(const porteur_host *host, porteur_error *err) PORTEUR_NX {
    (void)host;
    (void)err;
    return &plugin;
}
