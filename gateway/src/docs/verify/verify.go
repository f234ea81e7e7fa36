// Verifies the gateway's identity JWT with Go's standard library alone.
package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"os"
	"strings"
	"time"
)

type Verifier struct {
	JWKS, Issuer, Audience string
	keys                   map[string]*ecdsa.PublicKey
	fetched                time.Time
}

func number(text string) *big.Int {
	bytes, _ := base64.RawURLEncoding.DecodeString(text)
	return new(big.Int).SetBytes(bytes)
}

// Not for several goroutines at once: guard it with a mutex there.
func (v *Verifier) key(kid string) *ecdsa.PublicKey {
	if v.keys[kid] == nil && time.Since(v.fetched) > 10*time.Second { // a stranger's kid asks no more often than this
		v.fetched = time.Now()
		var set struct{ Keys []struct{ Kid, Crv, X, Y string } }
		if answer, err := http.Get(v.JWKS); err == nil {
			defer answer.Body.Close()
			if json.NewDecoder(answer.Body).Decode(&set) == nil {
				v.keys = map[string]*ecdsa.PublicKey{}
				for _, k := range set.Keys {
					v.keys[k.Kid] = &ecdsa.PublicKey{Curve: elliptic.P256(), X: number(k.X), Y: number(k.Y)}
				}
			}
		}
	}
	return v.keys[kid]
}

func decode(part string, into any) error {
	bytes, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(bytes, into)
}

func (v *Verifier) Verify(token string) (string, error) {
	var head struct{ Alg, Kid string }
	var claims struct {
		Iss, Aud, Sub string
		Exp, Nbf      int64
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 || decode(parts[0], &head) != nil || decode(parts[1], &claims) != nil || head.Alg != "ES256" {
		return "", errors.New("not a JWT of the gateway's")
	}
	key, signature := v.key(head.Kid), parts[2]
	hash := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	raw, err := base64.RawURLEncoding.DecodeString(signature)
	if key == nil || err != nil || len(raw) != 64 ||
		!ecdsa.Verify(key, hash[:], new(big.Int).SetBytes(raw[:32]), new(big.Int).SetBytes(raw[32:])) {
		return "", errors.New("not signed by the gateway")
	}
	now := time.Now().Unix()
	if claims.Iss != v.Issuer || claims.Aud != v.Audience || claims.Exp <= now-5 || claims.Nbf > now+5 {
		return "", errors.New("not meant for this app, or not valid now")
	}
	return claims.Sub, nil
}

// Tokens come in on standard input, one a line.
func main() {
	verifier := &Verifier{JWKS: os.Args[1], Issuer: os.Args[2], Audience: os.Args[3]}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		if sub, err := verifier.Verify(lines.Text()); err == nil {
			fmt.Println("yes", sub)
		} else {
			fmt.Println("no")
		}
	}
}
