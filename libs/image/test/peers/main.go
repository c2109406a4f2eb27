// The in-memory registry of go-containerregistry with the referrers API of OCI 1.1, which `crane registry serve`
// does not enable. Only tests run it.
package main

import (
	"fmt"
	"net"
	"net/http"

	"github.com/google/go-containerregistry/pkg/registry"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println("serving on", listener.Addr())
	panic(http.Serve(listener, registry.New(registry.WithReferrersSupport(true))))
}
