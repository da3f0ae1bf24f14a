"""How people come in: by passkey, by a one-time code, by OpenID Connect; and what they sign then."""
