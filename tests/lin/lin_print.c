/* SPDX-License-Identifier: MIT */
/*
 * lin/lin_print.c - a history, and why it is wrong, for people.
 */
#include "lin_core.h"

static void
print_before(FILE *out, const struct lin_history *h, unsigned lane,
             uint64_t before)
{
    const char *comma = "   after ";

    for (unsigned t = 0; t < h->lanes; t++) {
        if (t == lane || lin_count(before, t) == 0)
            continue;
        fprintf(out, "%s%c%u", comma, 'A' + (int)t, lin_count(before, t));
        comma = ", ";
    }
}

void
lin_print(FILE *out, const struct lin_model *model, const struct lin_history *h)
{
    unsigned lanes = h->lanes < LIN_THREADS ? h->lanes : LIN_THREADS;

    fprintf(out, "# history of %s %u; \"after C2\": C's second had returned\n",
            model->name, model->param);
    for (unsigned t = 0; t < lanes; t++)
        for (unsigned i = 0; i < h->lane[t].count; i++) {
            const struct lin_op *op = &h->lane[t].op[i];

            fprintf(out, "#   %c%-2u ", 'A' + (int)t, i + 1);
            model->print_op(out, op);
            print_before(out, h, t, op->before);
            fprintf(out, "\n");
        }
}

static void
print_path(FILE *out, const struct lin_checker *ck)
{
    unsigned seen[LIN_THREADS] = { 0 };

    fprintf(out, "# longest legal order (%u):", ck->best_len);
    for (unsigned i = 0; i < ck->best_len; i++) {
        unsigned t = ck->best[i];

        fprintf(out, " %c%u", 'A' + (int)t, ++seen[t]);
    }
    fprintf(out, "\n");
}

void
lin_explain(FILE *out, const struct lin_checker *ck,
            const struct lin_model *model, const struct lin_history *h)
{
    lin_print(out, model, h);
    print_path(out, ck);
    fprintf(out, "# then the state is ");
    model->print_state(out, model, ck->best_state);
    fprintf(out, ", and next could be, each illegal:\n");
    for (unsigned t = 0; t < h->lanes; t++) {
        unsigned n = lin_count(ck->best_pos, t);
        const struct lin_op *op = &h->lane[t].op[n];

        if (n >= h->lane[t].count || !lin_enabled(ck->best_pos, op))
            continue;
        fprintf(out, "#   %c%-2u ", 'A' + (int)t, n + 1);
        model->print_op(out, op);
        fprintf(out, "\n");
    }
}
