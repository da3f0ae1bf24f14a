"""The evidence bundle: one file that an auditor can take away (`docs/concepts/bundle.md`).

`container` is the file in its one spelling, `manifest` what it claims to hold, `range_proof` the
proof of a run of records, `file` a bundle as it is read, `compose` how one is made.
"""
