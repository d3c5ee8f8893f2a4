package px0

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/px0/px0/packages/sdk-go/internal/gotpl"
)

// TestMain: the examples run against the px0 of PX0_HOST, and against a played one without it.
func TestMain(m *testing.M) {
	if os.Getenv("PX0_HOST") != "" {
		os.Exit(m.Run())
	}
	played := newPlayedPx0()
	played.templates[1] = "Hello, {{.name}}!"
	os.Setenv("PX0_HOST", played.host())
	os.Setenv("PX0_ACCESS_TOKEN", "ak_test")
	code := m.Run()
	played.stop()
	os.Exit(code)
}

type playedRequest struct {
	method, path string
	header       http.Header
	body         string
}

type reply struct {
	status int
	body   string
	header map[string]string
	delay  time.Duration
}

// playedPx0 plays px0, well and badly: one prompt, `greeting`, with versions. answer may take a request over.
type playedPx0 struct {
	mu        sync.Mutex
	requests  []playedRequest
	templates map[int]string
	// The JSON of the live version's program; empty for a px0 that has no programs.
	program  string
	live     int
	status   string
	sequence int
	answer   func(playedRequest) *reply
	server   *httptest.Server
	address  string
}

func newPlayedPx0() *playedPx0 {
	p := &playedPx0{templates: map[int]string{1: "Hello {{.name}}"}, live: 1, status: "live", sequence: 1}
	p.start()
	return p
}

func (p *playedPx0) host() string { return "http://" + p.address }

func (p *playedPx0) start() {
	if p.address == "" {
		p.address = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", p.address)
	if err != nil {
		panic(err)
	}
	p.address = listener.Addr().String()
	p.server = httptest.NewUnstartedServer(http.HandlerFunc(p.serve))
	p.server.Listener.Close()
	p.server.Listener = listener
	p.server.Start()
}

func (p *playedPx0) stop() {
	p.server.CloseClientConnections()
	p.server.Close()
}

// set changes what is played, between requests.
func (p *playedPx0) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

func (p *playedPx0) made(method string) []playedRequest {
	p.mu.Lock()
	defer p.mu.Unlock()
	var found []playedRequest
	for _, r := range p.requests {
		if r.method == method {
			found = append(found, r)
		}
	}
	return found
}

func (p *playedPx0) serve(w http.ResponseWriter, r *http.Request) {
	var body strings.Builder
	buffer := make([]byte, 4096)
	for {
		n, err := r.Body.Read(buffer)
		body.Write(buffer[:n])
		if err != nil {
			break
		}
	}
	request := playedRequest{r.Method, r.URL.RequestURI(), r.Header, body.String()}
	p.mu.Lock()
	p.requests = append(p.requests, request)
	var made *reply
	if p.answer != nil {
		made = p.answer(request)
	}
	if made == nil {
		made = p.usual(request)
	}
	p.mu.Unlock()
	if made.delay > 0 {
		select {
		case <-time.After(made.delay):
		case <-r.Context().Done():
		}
	}
	w.Header().Set("Content-Type", "application/json")
	for name, value := range made.header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(made.status)
	fmt.Fprint(w, made.body)
}

func (p *playedPx0) usual(r playedRequest) *reply {
	header := map[string]string{"Px0-Revision": revisionOf(1700000000000, p.sequence)}
	source, ok := p.templates[p.live]
	if !ok {
		return &reply{status: 404, body: `{"error":"no live version found for this prompt"}`, header: header}
	}
	if r.method == http.MethodGet {
		version := map[string]any{"version": p.live, "template": source, "status": p.status, "tags": []string{"prod"}}
		if p.program != "" && strings.Contains(r.path, "include=program") {
			version["program"] = json.RawMessage(p.program)
		}
		return &reply{status: 200, header: header, body: asText(map[string]any{
			"prompt": map[string]any{"slug": "greeting"}, "version": version,
		})}
	}
	var body struct {
		Variables map[string]any
		Options   struct{ Transcript *bool }
	}
	if err := json.Unmarshal([]byte(r.body), &body); err != nil {
		return refused(400, "invalid request body")
	}
	compiled := newLinked(source, []byte(p.program)).compile()
	if compiled == nil {
		return refused(500, "template parse error")
	}
	hasTranscript := body.Options.Transcript == nil || *body.Options.Transcript
	made, err := compiled.render(body.Variables, gotpl.MissingKeyError, true)
	if err != nil {
		return refused(422, "template execution failed: "+err.Error())
	}
	answer := map[string]any{"rendered": made.text, "version": p.live, "slug": "greeting", "tags": []string{"prod"}}
	if made.messages != nil {
		answer["messages"] = made.messages
		if !hasTranscript {
			answer["rendered"] = ""
		}
	}
	if made.config != nil {
		answer["config"] = made.config
	}
	return &reply{status: 200, header: header, body: asText(answer)}
}

func refused(status int, message string) *reply {
	header := map[string]string{"Px0-Revision": revisionOf(1700000000000, 1)}
	return &reply{status: status, body: asText(map[string]string{"error": message}), header: header}
}

func asText(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func revisionOf(epoch, sequence int) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "1:%d:%d", epoch, sequence))
}
