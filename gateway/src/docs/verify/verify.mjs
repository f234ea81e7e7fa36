// Verifies the gateway's identity JWT with what Node itself has (18 or newer).
import { createPublicKey, verify } from 'node:crypto';
import { createInterface } from 'node:readline';

const decoded = (part) => JSON.parse(Buffer.from(part, 'base64url'));

export function verifier(jwksUrl, issuer, audience) {
  let keys = new Map(), fetched = -Infinity;
  async function keyOf(kid) {
    if (!keys.has(kid) && Date.now() - fetched > 10_000) { // a stranger's kid asks no more often than this
      fetched = Date.now();
      const set = await (await fetch(jwksUrl)).json();
      keys = new Map(set.keys.map((jwk) => [jwk.kid, createPublicKey({ key: jwk, format: 'jwk' })]));
    }
    return keys.get(kid);
  }
  return async (token) => {
    const [head, body, signature] = token.split('.');
    const { alg, kid } = decoded(head), key = alg === 'ES256' && await keyOf(kid);
    if (!key || !verify('sha256', Buffer.from(`${head}.${body}`), { key, dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'))) throw new Error('not signed by the gateway');
    const claims = decoded(body), now = Date.now() / 1000;
    if (claims.iss !== issuer || ![].concat(claims.aud).includes(audience)) throw new Error('not meant for this app');
    if (!(claims.exp > now - 5) || claims.nbf > now + 5) throw new Error('not valid now');
    return claims;
  };
}

// Tokens come in on standard input, one a line.
const check = verifier(...process.argv.slice(2));
for await (const token of createInterface({ input: process.stdin })) {
  console.log(await check(token).then((claims) => `yes ${claims.sub}`, () => 'no'));
}
