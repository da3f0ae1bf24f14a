"""Signing in at a provider that the plan names, to read (OpenID Connect Core 1.0, 3.1).

Nothing that comes back is believed but through the provider itself: the browser that comes back
must be the one that left, and brings a code that only this process can exchange.
"""
