//@ SPDX-License-Identifier: Apache-2.0

// ------------------------------------------------------------- left to fill in
// Each fails until you have put your carrier's own where the line "fill in: ..." of its name stands, and deleted it.

@left_to_fill_in@

}  // namespace
}  // namespace porteur::testkit
