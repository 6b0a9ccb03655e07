/* SPDX-License-Identifier: Apache-2.0 */
/* One operation, check_account: one GET, then the answer's body becomes the account's identity. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <porteur/plugin.h>

#define VIEW(text) { (text), sizeof(text) - 1 }

struct porteur_op {
    int asked;
    porteur_effect effect;
    const porteur_effect *effects[1];
    char output[256];
};

static void say(porteur_error *err, int32_t kind, const char *message) {
    if (err == NULL || err->size < sizeof *err) return;
    err->kind = kind;
    err->reason[0] = err->code[0] = '\0';
    snprintf(err->message, sizeof err->message, "%s", message);
}

static int is(porteur_view view, const char *text) {
    return view.len == strlen(text) && memcmp(view.ptr, text, view.len) == 0;
}

static int32_t op_begin(const porteur_host *host, porteur_view operation, porteur_view input, porteur_op **out,
                        porteur_error *err) PORTEUR_NX {
    (void)host;
    (void)input;
    *out = NULL;
    if (!is(operation, "check_account")) {
        say(err, PORTEUR_KIND_UNSUPPORTED, "only check_account is offered");
        return PORTEUR_E_UNSUPPORTED;
    }
    *out = calloc(1, sizeof **out);
    if (*out != NULL) return PORTEUR_OK;
    say(err, PORTEUR_KIND_INTERNAL, "out of memory");
    return PORTEUR_E_FAILED;
}

static int32_t op_step(porteur_op *op, const porteur_completion *const *done, uint32_t count, porteur_turn *turn,
                       porteur_error *err) PORTEUR_NX {
    if (!op->asked) {
        static const porteur_view step = VIEW("account"), head = VIEW("{\"method\":\"GET\",\"path\":\"/account\"}");
        if (count != 0) return PORTEUR_E_MISUSE;
        op->asked = 1;
        op->effect.size = sizeof op->effect;
        op->effect.kind = PORTEUR_FX_HTTP;
        op->effect.seq = 1;
        op->effect.guarantee = PORTEUR_SAFE;
        op->effect.step = step;
        op->effect.head = head;
        op->effects[0] = &op->effect;
        turn->state = PORTEUR_WAITING;
        turn->effects = op->effects;
        turn->effect_count = 1;
        return PORTEUR_OK;
    }
    if (count != 1 || done[0]->seq != 1) return PORTEUR_E_MISUSE;
    if (done[0]->kind != PORTEUR_KIND_NONE) {
        say(err, done[0]->kind, "the account could not be asked for");
        turn->state = PORTEUR_FAILED;
        return PORTEUR_OK;
    }
    /* The carrier answers with the bare name. Quotes would break our JSON, so such a name is refused. */
    if (done[0]->body.len > 100 || memchr(done[0]->body.ptr, '"', done[0]->body.len) != NULL ||
        memchr(done[0]->body.ptr, '\\', done[0]->body.len) != NULL) {
        say(err, PORTEUR_KIND_INTERNAL, "the account's name is not what this example expects");
        turn->state = PORTEUR_FAILED;
        return PORTEUR_OK;
    }
    snprintf(op->output, sizeof op->output, "{\"identity\":\"%.*s\",\"problems\":[]}", (int)done[0]->body.len,
             done[0]->body.ptr);
    turn->state = PORTEUR_DONE;
    turn->output.ptr = op->output;
    turn->output.len = strlen(op->output);
    return PORTEUR_OK;
}

static int32_t op_cancel(porteur_op *op, porteur_view why, porteur_turn *turn, porteur_error *err) PORTEUR_NX {
    (void)op;
    (void)why;
    say(err, PORTEUR_KIND_CANCELLED, "cancelled");
    turn->state = PORTEUR_FAILED;
    return PORTEUR_OK;
}

static void op_end(porteur_op *op) PORTEUR_NX { free(op); }

static const void *get_extension(const char *id) PORTEUR_NX {
    (void)id;
    return NULL;
}

static const porteur_plugin plugin = {
    .size = sizeof plugin,
    .abi_minor = 0,
    .id = VIEW("plain_c"),
    .version = VIEW("1.0.0"),
    .sdk = VIEW("none"),
    .op_begin = op_begin,
    .op_step = op_step,
    .op_cancel = op_cancel,
    .op_end = op_end,
    .get_extension = get_extension,
};

const porteur_plugin *porteur_entry_v0(const porteur_host *host, porteur_error *err) PORTEUR_NX {
    if (host != NULL && host->abi_minor >= plugin.abi_minor) return &plugin;
    say(err, PORTEUR_KIND_UNSUPPORTED, "the host is too old");
    return NULL;
}
