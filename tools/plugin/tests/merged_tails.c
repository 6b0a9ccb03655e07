/* SPDX-License-Identifier: Apache-2.0 */
/* A table of operations as the SDK has it, whose names a linker keeps as the tails of each other where it can. */
struct name {
    unsigned long size;
    const char *text;
};

__attribute__((used)) const struct name merged_tails[] = {
    {14, "check_purchase"},
#if !defined(WITHOUT_PURCHASE)
    {8, "purchase"},
#endif
    {13, "check_account"},
    {15, "release_numbers"},
};
