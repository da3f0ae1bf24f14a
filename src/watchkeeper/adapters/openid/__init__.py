"""Sign-in by OpenID Connect: a client of one provider, over authlib, joserfc and httpx2."""
