/* SPDX-License-Identifier: Apache-2.0 */
/* One operation, check_account: one GET, then the answer's body becomes the account's identity. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <porteur/plugin.h>

#define VIEW(text) { (text), sizeof(text) - 1 }

struct porteur_op {
    int asked, is_input_wrong;
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
    /* The host gives {"input":{...},"settings":{...}}; there is nothing to be read in this operation's. */
    static const char envelope[] = "{\"input\":{";
    (void)host;
    *out = NULL;
    if (!is(operation, "check_account")) {
        say(err, PORTEUR_KIND_UNSUPPORTED, "only check_account is offered");
        return PORTEUR_E_UNSUPPORTED;
    }
    *out = calloc(1, sizeof **out);
    if (*out != NULL) {
        (*out)->is_input_wrong = input.len < sizeof envelope - 1 || memcmp(input.ptr, envelope, sizeof envelope - 1) != 0;
        return PORTEUR_OK;
    }
    say(err, PORTEUR_KIND_INTERNAL, "out of memory");
    return PORTEUR_E_FAILED;
}

/* The head of an answer is canonical JSON, {"headers":{...},"status":200}: the status stands last. */
static int status_of(porteur_view head) {
    static const char key[] = "\"status\":";
    int status = 0;
    size_t at = head.len;
    while (at > 0 && head.ptr[at - 1] != ':') --at;
    if (at < sizeof key - 1 || memcmp(head.ptr + at - (sizeof key - 1), key, sizeof key - 1) != 0) return 0;
    for (; at < head.len && head.ptr[at] >= '0' && head.ptr[at] <= '9'; ++at) status = status * 10 + (head.ptr[at] - '0');
    return status;
}

/* What a status means to the host. */
static int32_t kind_of(int status) {
    if (status >= 200 && status < 300) return PORTEUR_KIND_NONE;
    if (status == 401 || status == 403) return PORTEUR_KIND_UNAUTHORIZED;
    if (status == 429) return PORTEUR_KIND_THROTTLED;
    if (status == 408 || status == 425 || status >= 500) return PORTEUR_KIND_UNAVAILABLE;
    return status == 0 ? PORTEUR_KIND_INTERNAL : PORTEUR_KIND_REJECTED;
}

static int is_name(porteur_view body) {
    if (body.len == 0 || body.len > 100) return 0;
    for (size_t at = 0; at < body.len; at++)
        if (body.ptr[at] < ' ' || body.ptr[at] > '~' || body.ptr[at] == '"' || body.ptr[at] == '\\') return 0;
    return 1;
}

static int32_t op_step(porteur_op *op, const porteur_completion *const *done, uint32_t count, porteur_turn *turn,
                       porteur_error *err) PORTEUR_NX {
    if (op->is_input_wrong) {
        say(err, PORTEUR_KIND_INVALID_INPUT, "the input is no JSON object");
        turn->state = PORTEUR_FAILED;
        return PORTEUR_OK;
    }
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
    turn->state = PORTEUR_FAILED;
    if (done[0]->kind != PORTEUR_KIND_NONE) {
        say(err, done[0]->kind, "the account could not be asked for");
        return PORTEUR_OK;
    }
    const int32_t kind = kind_of(status_of(done[0]->head));
    if (kind != PORTEUR_KIND_NONE) {
        say(err, kind, "the carrier does not show the account");
        return PORTEUR_OK;
    }
    /* The carrier answers with the bare name: what would have to be escaped in our JSON is none. */
    if (!is_name(done[0]->body)) {
        say(err, PORTEUR_KIND_INTERNAL, "the account's name is not what this example expects");
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
