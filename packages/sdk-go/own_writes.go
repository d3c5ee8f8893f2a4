package px0

import (
	"net/http"
	"regexp"
	"strings"
)

// HTTPClient is for requests of yours to px0, such as those of package api: what is written through it, this client's renders have in them.
//
//	configuration.HTTPClient = client.HTTPClient()
func (c *Client) HTTPClient() *http.Client {
	made := &http.Client{}
	if c.isMade() && c.settings.httpClient != nil {
		*made = *c.settings.httpClient
	}
	base := made.Transport
	if base == nil {
		base = http.DefaultTransport
	}
	made.Transport = notingTransport{base, c}
	return made
}

// rendering is the path of a render, which writes nothing.
var rendering = regexp.MustCompile(`/render(?:/batch)?$`)

// notingTransport notes the revisions of what is written.
type notingTransport struct {
	http.RoundTripper
	client *Client
}

func (t notingTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	got, err := t.RoundTripper.RoundTrip(request)
	if err != nil || !t.client.isMade() || !strings.HasPrefix(request.URL.String(), t.client.settings.host+"/") {
		return got, err
	}
	isRead := request.Method == http.MethodGet || request.Method == http.MethodHead || rendering.MatchString(request.URL.Path)
	if !isRead && got.StatusCode < 300 {
		revision := got.Header.Get("Px0-Revision")
		t.client.transport.revision.see(revision)
		t.client.written.see(revision)
	}
	return got, nil
}
