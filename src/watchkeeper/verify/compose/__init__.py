"""Making an evidence bundle from a published log, and from a home where values are disclosed.

`shelf` reads single records quickly, `glance` sees what one is about, `choose` picks records,
`closure` adds what they rest on, `pack` writes the file, `compose` does it all in turn.
"""
