"""Making an evidence bundle from a published log, and from a home where values are disclosed.

`shelf` reads single records quickly, `needle` and `choose` pick records, `releases` and
`closure` add what they rest on, `disclose` takes values from payloads, `pack` writes the file,
`compose` does it all in turn.
"""
