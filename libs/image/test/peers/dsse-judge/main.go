// Verifies and makes DSSE envelopes with the reference implementation (go-securesystemslib), and checks the in-toto
// statement inside. Only tests run it.
//
//	dsse-judge verify PUBLIC-KEY BUNDLE   prints the statement of a Sigstore bundle
//	dsse-judge sign PRIVATE-KEY STATEMENT prints a Sigstore bundle
package main

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
)

const (
	bundleType    = "application/vnd.dev.sigstore.bundle.v0.3+json"
	statementType = "application/vnd.in-toto+json"
)

type bundle struct {
	MediaType            string         `json:"mediaType"`
	VerificationMaterial map[string]any `json:"verificationMaterial"`
	Envelope             *dsse.Envelope `json:"dsseEnvelope"`
}

// Implements the library's interface for a key: signs and verifies bytes.
type key struct {
	private crypto.Signer
	public  crypto.PublicKey
}

func (k key) KeyID() (string, error)   { return "", nil }
func (k key) Public() crypto.PublicKey { return k.public }
func (k key) Sign(_ context.Context, data []byte) ([]byte, error) {
	if _, ok := k.public.(ed25519.PublicKey); ok {
		return k.private.Sign(rand.Reader, data, crypto.Hash(0))
	}
	sum := sha256.Sum256(data)
	return k.private.Sign(rand.Reader, sum[:], crypto.SHA256)
}

func (k key) Verify(_ context.Context, data, sig []byte) error {
	sum := sha256.Sum256(data)
	valid := false
	switch public := k.public.(type) {
	case ed25519.PublicKey:
		valid = ed25519.Verify(public, data, sig)
	case *ecdsa.PublicKey:
		valid = ecdsa.VerifyASN1(public, sum[:], sig)
	}
	if !valid {
		return errors.New("the signature is not by this key")
	}
	return nil
}

func main() {
	output, err := run(os.Args[1], os.Args[2], os.Args[3])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(string(output))
}

func run(verb, keyFile, file string) ([]byte, error) {
	text, err := os.ReadFile(keyFile)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if verb == "sign" {
		return sign(block.Bytes, content)
	}
	return verify(block.Bytes, content)
}

func verify(der, content []byte) ([]byte, error) {
	public, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, err
	}
	var read bundle
	if err := json.Unmarshal(content, &read); err != nil {
		return nil, err
	}
	if read.MediaType != bundleType || read.Envelope == nil || read.Envelope.PayloadType != statementType {
		return nil, errors.New("no Sigstore bundle with a statement")
	}
	verifier, err := dsse.NewEnvelopeVerifier(key{public: public})
	if err != nil {
		return nil, err
	}
	if _, err := verifier.Verify(context.Background(), read.Envelope); err != nil {
		return nil, err
	}
	return read.Envelope.DecodeB64Payload()
}

func sign(der, statement []byte) ([]byte, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, err
	}
	private := parsed.(crypto.Signer)
	signer, err := dsse.NewEnvelopeSigner(key{private, private.Public()})
	if err != nil {
		return nil, err
	}
	envelope, err := signer.SignPayload(context.Background(), statementType, statement)
	if err != nil {
		return nil, err
	}
	material := map[string]any{"publicKey": map[string]string{"hint": "another implementation"}}
	return json.Marshal(bundle{bundleType, material, envelope})
}
