"""How people come in: by passkey, one-time code or OpenID Connect; and what they sign then."""
