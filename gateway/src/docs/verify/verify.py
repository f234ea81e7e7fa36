# Verifies the gateway's identity JWT with PyJWT and cryptography (Debian: python3-jwt, python3-cryptography).
import sys

import jwt

jwks_url, issuer, audience = sys.argv[1:4]
keys = jwt.PyJWKClient(jwks_url)  # keeps them for five minutes, and looks again for a kid it does not know


def verify(token):
    key = keys.get_signing_key_from_jwt(token).key
    required = {"require": ["exp", "iss", "aud", "sub"]}
    return jwt.decode(token, key, algorithms=["ES256"], issuer=issuer, audience=audience, leeway=5, options=required)


# Tokens come in on standard input, one a line.
for line in sys.stdin:
    try:
        print("yes", verify(line.strip())["sub"], flush=True)
    except jwt.PyJWTError:
        print("no", flush=True)
