/* SPDX-License-Identifier: Apache-2.0 */
/* porteur/plugin.h - carrier adapter plugin ABI, major 0 (a draft: becomes 1, frozen, when three plugins by
 * different hands have used it). Plain C (C99 and later, and C++), self-contained: all that host and plugin
 * share at run time. docs/plugins/contract.md explains each rule.
 *
 * R1 Major = the symbol name. Minor = append-only: new struct tail fields, new enum values, new effect kinds.
 * R2 Every struct starts with its byte size, set by whoever fills it. Test a tail field with PORTEUR_HAS before
 *    use; a LARGER struct than you know is fine (ignore the tail), only a needed minor you lack is a refusal.
 *    Lists are arrays of POINTERS, so that an element may grow.
 * R3 Memory never changes hands. A porteur_view is borrowed: host->plugin for the call; plugin->host until the
 *    next call on the same op (or op_end); views in porteur_plugin for ever. Errors are copied into the caller's
 *    buffer.
 * R4 [op]: calls on ONE op never overlap but may move between threads (so: no thread_local, no thread affinity).
 *    [any]: any thread, concurrently. There is no init/deinit: all state hangs off a porteur_op.
 * R5 No exception, longjmp, signal or exit() crosses. No plugin threads, sockets, files, clocks, randomness,
 *    environment or mutable globals: ask for an effect. Same (operation, input, completions) => same effects,
 *    byte for byte.
 * R6 Strings are UTF-8; "JSON" is canonical (sorted keys, no blanks, integers only) so that equal means
 *    memcmp == 0.
 * R7 Secrets are names, never values. The host puts them in only where the head's "secrets" list says
 *    ({"at":"/password","name":"pin"}: JSON pointer, form field or header); bodies are never searched for
 *    placeholders. */
#ifndef PORTEUR_PLUGIN_H
#define PORTEUR_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#define PORTEUR_NX noexcept /* part of the type: a throwing boundary function does not compile */
#else
#define PORTEUR_NX
#endif

#define PORTEUR_EXPORT __attribute__((visibility("default")))
#define PORTEUR_ABI_MAJOR 0
#define PORTEUR_ABI_MINOR 0u
#define PORTEUR_ENTRY_SYMBOL "porteur_entry_v0"
#define PORTEUR_DESCRIPTOR_SECTION ".porteur_descriptor"
/* 1 when the struct that p points to reaches as far as field f. */
#define PORTEUR_HAS(p, T, f) ((p)->size >= offsetof(T, f) + sizeof((p)->f))

/* Borrowed bytes. Not zero-terminated; {0, 0} = absent. Lifetime: R3. */
typedef struct porteur_view {
    const char *ptr;
    size_t len;
} porteur_view;

/* Return codes of every boundary function that can fail. */
enum {
    PORTEUR_OK = 0,
    PORTEUR_E_UNSUPPORTED = -1, /* operation or extension not offered */
    PORTEUR_E_FAILED = -2,      /* see porteur_error */
    PORTEUR_E_MISUSE = -3,      /* the host broke a precondition */
    PORTEUR_E_BUG = -4          /* an exception was stopped at the boundary */
};

/* What the host does next about a failure; also the kind of a completion. */
enum {
    PORTEUR_KIND_NONE = 0,          /* no failure: the effect was carried out */
    PORTEUR_KIND_INVALID_INPUT = 1, /* nothing sent; the caller mends the input */
    PORTEUR_KIND_UNSUPPORTED = 2,   /* nothing sent; another way is offered */
    PORTEUR_KIND_UNAUTHORIZED = 3,  /* the account stops; a person is asked */
    PORTEUR_KIND_REJECTED = 4,      /* the carrier said no; never sent again as it is */
    PORTEUR_KIND_THROTTLED = 5,     /* certainly not carried out; sent again after retry_after_s */
    PORTEUR_KIND_UNAVAILABLE = 6,   /* certainly not carried out; sent again with back-off */
    PORTEUR_KIND_IN_DOUBT = 7,      /* may have been carried out; look it up before anything else */
    PORTEUR_KIND_CANCELLED = 8,     /* called off; only effects that undo may follow */
    PORTEUR_KIND_INTERNAL = 9       /* a defect; an attempt that may have left counts as in doubt */
};

/* Caller-owned; the caller sets size. The callee fills the rest when it returns anything but PORTEUR_OK, or
 * when a turn ends as PORTEUR_FAILED. Texts are zero-terminated and cut to fit, never inside a character. */
typedef struct porteur_error {
    uint32_t size;
    int32_t kind; /* PORTEUR_KIND_* */
    uint32_t reserved;
    uint32_t retry_after_s; /* whole seconds; 0 = none */
    char reason[32];        /* canonical reason: "PIN_INVALID", "NUMBER_TAKEN"; empty if none */
    char code[64];          /* the carrier's own code, verbatim */
    char message[448];      /* one English line for a person; no secrets, no personal data */
} porteur_error;

/* Effect kinds. docs/effects.md has the JSON of each head and of its completion. */
enum {
    PORTEUR_FX_HTTP = 1,     /* one request to the carrier */
    PORTEUR_FX_MAIL = 2,     /* one e-mail */
    PORTEUR_FX_SLEEP = 3,    /* wait */
    PORTEUR_FX_MANUAL = 4,   /* a person does it, and says how it ended */
    PORTEUR_FX_EVENT = 5,    /* wait for a webhook, mail or file that matches */
    PORTEUR_FX_NOW = 6,      /* the time */
    PORTEUR_FX_RANDOM = 7,   /* random bytes */
    PORTEUR_FX_SIGN = 8,     /* HMAC or RSA with a named secret */
    PORTEUR_FX_PATCH = 9,    /* reserved: "does this op run the new branch?" */
    PORTEUR_FX_PROGRESS = 10 /* normalised status for the caller; completes at once */
};

/* What the host may do when the outcome is lost: a crash or time-out after the first byte left, a 5xx, an
 * unreadable answer. */
enum {
    PORTEUR_SAFE = 0,  /* read-only: send again */
    PORTEUR_KEYED = 1, /* the carrier dedups on the host's idempotency key: resend the same bytes */
    PORTEUR_ONCE = 2   /* never resent by the host: completes in doubt; look it up or ask a person */
};

/* One thing a plugin asks for. Filled by the plugin; lifetime R3. */
typedef struct porteur_effect {
    uint32_t size, kind;     /* PORTEUR_FX_* */
    uint32_t seq, guarantee; /* seq = 1, 2, 3.. within the op; PORTEUR_SAFE.. */
    porteur_view step;       /* the author's stable name, e.g. "create-order" */
    porteur_view head, body; /* canonical JSON; raw bytes */
} porteur_effect;

/* How an effect ended. Delivered in journal order, live or replayed: the plugin cannot tell which. */
typedef struct porteur_completion {
    uint32_t size, seq;
    int32_t kind; /* PORTEUR_KIND_*; NONE = carried out */
    uint32_t reserved;
    porteur_view head, body;
} porteur_completion;

enum { PORTEUR_WAITING = 0, PORTEUR_DONE = 1, PORTEUR_FAILED = 2 };

/* What one step gave. The host sets size and zeroes the rest; the plugin fills. */
typedef struct porteur_turn {
    uint32_t size, state;                  /* PORTEUR_WAITING.. */
    const porteur_effect *const *effects;  /* NEW effects of this turn, ascending seq */
    uint32_t effect_count, reserved;
    porteur_view output;                   /* PORTEUR_DONE: result JSON, by the operation's model */
} porteur_turn;

/* The host as a plugin sees it; valid for as long as the plugin is loaded. */
typedef struct porteur_host {
    uint32_t size, abi_minor; /* highest minor this host speaks */
    porteur_view name, version;
    /* [any] One structured line; the host redacts, rate-limits, and drops it while replaying. level: 0 debug,
     * 1 info, 2 warning, 3 error. */
    void (*log)(const struct porteur_host *host, porteur_view op_id, int32_t level, porteur_view json) PORTEUR_NX;
    /* [any] "porteur.name/REV"; 0 when absent. */
    const void *(*get_extension)(const struct porteur_host *host, const char *id) PORTEUR_NX;
} porteur_host;

typedef struct porteur_op porteur_op; /* opaque, plugin-owned, one run of one operation */

typedef struct porteur_plugin {
    uint32_t size, abi_minor;      /* lowest host minor this plugin NEEDS */
    porteur_view id, version, sdk; /* id and version equal the embedded descriptor */
    /* [any] Starts an operation ("submit_port", "purchase", ...). No effect leaves yet. `operation` and `input`
     * are borrowed for the call only. Fails with UNSUPPORTED (not offered) or FAILED (err says why); then
     * *out = 0. */
    int32_t (*op_begin)(const porteur_host *host, porteur_view operation, porteur_view input, porteur_op **out,
                        porteur_error *err) PORTEUR_NX;
    /* [op] First call: count = 0. Then 1..n completions per call, each seq once. Must return within 50 ms.
     * PORTEUR_OK with turn->state; state FAILED fills err with the classified failure. */
    int32_t (*op_step)(porteur_op *op, const porteur_completion *const *done, uint32_t count, porteur_turn *turn,
                       porteur_error *err) PORTEUR_NX;
    /* [op] Every open effect completes as CANCELLED; the op may still emit effects to undo. */
    int32_t (*op_cancel)(porteur_op *op, porteur_view why, porteur_turn *turn, porteur_error *err) PORTEUR_NX;
    /* [op] Always called once per op, in any state; never fails. Frees all that hangs off the op. */
    void (*op_end)(porteur_op *op) PORTEUR_NX;
    /* [any] "porteur.name/REV"; 0 when absent. Pure functions only. */
    const void *(*get_extension)(const char *id) PORTEUR_NX;
} porteur_plugin;

/* The only exported symbol. [any] Cheap (< 10 ms), no effects, may be called again; same pointer every time.
 * 0 = refused, err filled in. The descriptor (TOML) sits in ELF section ".porteur_descriptor" and is read
 * WITHOUT dlopen. */
PORTEUR_EXPORT const porteur_plugin *porteur_entry_v0(const porteur_host *host, porteur_error *err) PORTEUR_NX;

#ifdef __cplusplus
}
static_assert(sizeof(void *) == 8 && sizeof(porteur_view) == 16 && sizeof(porteur_effect) == 64 &&
                  sizeof(porteur_turn) == 40 && sizeof(porteur_error) == 560,
              "porteur plugin ABI");
#endif
#endif
