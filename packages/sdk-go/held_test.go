package px0

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"text/template"
	"time"
)

// deliveringPx0 plays a px0 that delivers, and renders what is not delivered.
type deliveringPx0 struct {
	*httptest.Server

	mu sync.Mutex
	// What is sent to each stream at its beginning, and to those that are open.
	frames   []string
	streams  map[chan string]bool
	requests []string
	// The digest of all of them.
	etags map[string]uint64
	// What answers everything else.
	answer http.HandlerFunc
}

func deliver(t *testing.T, prompts ...string) *deliveringPx0 {
	t.Helper()
	p := &deliveringPx0{streams: map[chan string]bool{}, etags: map[string]uint64{}}
	p.set(1, prompts...)
	p.Server = httptest.NewServer(p)
	t.Cleanup(func() { p.CloseClientConnections(); p.Close() })
	return p
}

// deliveredPrompt is a prompt's JSON, with versions from 1 on, of which the last one is live.
func deliveredPrompt(slug string, templates ...string) string {
	var versions []any
	for i, template := range templates {
		versions = append(versions, map[string]any{"version": i + 1, "status": "live", "template": template, "language": 1})
	}
	return asText(map[string]any{
		"id": "id-" + slug, "slug": slug, "status": "active", "created_at": "2026-01-01T00:00:00Z", "live": len(templates),
		"tags": map[string]int{"old": 1, "first": 1}, "versions": versions, "etag": fmt.Sprintf("%016x", len(slug)*1000+len(templates)),
	})
}

// set makes these prompts all that there is, at a sequence.
func (p *deliveringPx0) set(sequence int, prompts ...string) {
	revision := revisionOf(1, sequence)
	digest := uint64(0)
	frames := []string{`{"type":"begin","team_id":"team","base":null}`}
	for _, prompt := range prompts {
		var read struct{ Etag string }
		_ = json.Unmarshal([]byte(prompt), &read)
		bits, _ := strconv.ParseUint(read.Etag, 16, 64)
		digest ^= bits
		frames = append(frames, fmt.Sprintf(`{"type":"put","team_id":"team","revision":%q,"prompt":%s}`, revision, prompt))
	}
	frames = append(frames, fmt.Sprintf(`{"type":"sync","revision":%q,"digest":"%016x","count":%d,"teams":[{"team_id":"team","revision":%q}]}`,
		revision, digest, len(prompts), revision))
	p.mu.Lock()
	defer p.mu.Unlock()
	p.frames = frames
	for stream := range p.streams {
		for _, frame := range frames {
			stream <- frame
		}
	}
}

// send sends one frame to all streams.
func (p *deliveringPx0) send(frame string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for stream := range p.streams {
		stream <- frame
	}
}

func (p *deliveringPx0) made() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string{}, p.requests...)
}

func (p *deliveringPx0) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.requests = append(p.requests, r.Method+" "+r.URL.RequestURI())
	answer := p.answer
	p.mu.Unlock()
	switch r.URL.Path {
	case "/v1/delivery/stream":
		p.stream(w, r)
	case "/v1/delivery/snapshot":
		w.Header().Set("Content-Type", "application/x-ndjson")
		p.mu.Lock()
		defer p.mu.Unlock()
		fmt.Fprintln(w, strings.Join(p.frames, "\n"))
	default:
		if answer == nil {
			answer = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }
		}
		answer(w, r)
	}
}

func (p *deliveringPx0) stream(w http.ResponseWriter, r *http.Request) {
	stream := make(chan string, 100)
	p.mu.Lock()
	frames := p.frames
	p.streams[stream] = true
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.streams, stream)
	}()
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	send := func(frame string) {
		fmt.Fprintf(w, "data: %s\n\n", frame)
		_ = http.NewResponseController(w).Flush()
	}
	send(`{"type":"hello","protocol":1,"resumed":false,"stale":false,"heartbeat_ms":15000,"retry_ms":[0,10]}`)
	for _, frame := range frames {
		send(frame)
	}
	for {
		select {
		case frame := <-stream:
			send(frame)
		case <-r.Context().Done():
			return
		}
	}
}

func holding(t *testing.T, px0 *deliveringPx0, options ...Option) *Client {
	t.Helper()
	usual := []Option{WithHost(px0.URL), WithAccessToken("ak_test_token"), WithRetries(0), WithMode(ModeStream),
		WithTimeout(patience), WithAttemptTimeout(patience), WithInitTimeout(patience)}
	client, err := New(append(usual, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

func TestWhatIsHeldIsRenderedWithoutARequest(t *testing.T) {
	for mode, source := range map[Mode]Source{ModeStream: SourceStream, ModePoll: SourcePoll} {
		played := deliver(t, deliveredPrompt("greeting", "One {{.name}}", "Two {{.name}}"))
		client := holding(t, played, WithMode(mode))
		if ready, err := client.Ready(context.Background()); !ready || err != nil {
			t.Fatal(ready, err)
		}
		result := render(t, client, "greeting", "Ada")
		expect(t, result.Age < 15*time.Second, true)
		result.Age = 0
		expect(t, result, Result{
			Text: "Two Ada", Source: source, Slug: "greeting", Version: 2, Tags: []string{}, PromptID: "id-greeting", TeamID: "team",
			Revision: revisionOf(1, 1),
		})
		expect(t, render(t, client, "greeting", "Ada", WithTag("old")).Tags, []string{"first", "old"})
		expect(t, render(t, client, "greeting", "Ada", WithVersion(1)).Text, "One Ada")
		expect(t, len(played.made()), 1)
		status := client.Status()
		expect(t, status.State, StateReady)
		expect(t, [3]int{status.Prompts, status.Teams, status.Repairs}, [3]int{1, 1, 0})
		expect(t, client.Prompts(), []HeldPrompt{{
			Slug: "greeting", PromptID: "id-greeting", TeamID: "team", Status: "active", Live: 2, Tags: map[string]int{"first": 1, "old": 1},
			Versions: []int{1, 2},
		}})
	}
}

func TestErrorsAreThoseOfPx0(t *testing.T) {
	client := holding(t, deliver(t, deliveredPrompt("greeting", "Hello {{.name}}")))
	_, err := client.Render(context.Background(), "greeting", nil, WithFallback("Hi"))
	var refusal *RefusedError
	if !errors.As(err, &refusal) || refusal.Status != 422 || !errors.Is(err, ErrInvalidRequest) {
		t.Fatal(err)
	}
	expect(t, refusal.Message, `template execution failed: template: prompt:1:8: executing "prompt" at <.name>: map has no entry for key "name"`)
	err = renderError(t, client, "unknown", WithFallback("Hi"))
	expect(t, errors.Is(err, ErrNotFound), true)
	_, err = client.Render(context.Background(), "greeting", Vars{"name": func() {}})
	expect(t, errors.Is(err, ErrUsage), true)
	_, err = client.Render(context.Background(), "greeting", Vars{"name": "Ada"}, WithMissingKey("other"))
	expect(t, errors.Is(err, ErrUsage), true)
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = client.Render(ended, "greeting", Vars{"name": "Ada"})
	expect(t, err, context.Canceled)
}

func TestAVersionThatIsNotDeliveredIsRenderedByPx0OnceAndThenKept(t *testing.T) {
	played := deliver(t, deliveredPrompt("greeting", "One"))
	file := filepath.Join(t.TempDir(), "state")
	client := holding(t, played, WithStateFile(file), WithTeam("team"))
	played.mu.Lock()
	played.answer = func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Px0-Revision", revisionOf(1, 1))
		if r.Method == http.MethodPost {
			fmt.Fprint(w, `{"rendered":"Nine Ada","version":9,"slug":"greeting","tags":[]}`)
			return
		}
		fmt.Fprint(w, `{"prompt":{"id":"id-greeting","slug":"greeting"},"version":{"version":9,"status":"stable","template":"Nine {{.name}}"}}`)
	}
	played.mu.Unlock()
	expect(t, render(t, client, "greeting", "Ada", WithVersion(9)).Source, SourceLive)
	eventually(t, "idle", client.isIdle)
	before := len(played.made())
	result := render(t, client, "greeting", "Grace", WithVersion(9))
	expect(t, result.Text, "Nine Grace")
	expect(t, result.Source, SourceFetched)
	expect(t, len(played.made()), before)
	client.Close()
	// In the file, too.
	played.Close()
	later := holding(t, played, WithStateFile(file), WithTeam("team"))
	result = render(t, later, "greeting", "Edith", WithVersion(9))
	expect(t, result.Text, "Nine Edith")
	expect(t, result.Stale, true)
	expect(t, render(t, later, "greeting", "Edith").Source, SourceSnapshot)
	// It is held no longer than its prompt.
	old := holding(t, played, WithStateFile(file), WithTeam("team"), WithMaxStale(time.Nanosecond))
	expect(t, render(t, old, "greeting", "Edith", WithVersion(9), WithFallback("Bye")).Source, SourceFallback)
}

func TestARevokedTokenRendersNothingAndEmptiesTheFile(t *testing.T) {
	played := deliver(t, deliveredPrompt("greeting", "A secret"))
	file := filepath.Join(t.TempDir(), "state")
	client := holding(t, played, WithStateFile(file), WithWarning(func(string) {}))
	expect(t, render(t, client, "greeting", "Ada").Text, "A secret")
	client.state.flush()
	expect(t, strings.Contains(readFile(t, file), "A secret"), true)
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, info.Mode().Perm(), os.FileMode(0o600))
	expect(t, strings.Contains(readFile(t, file), "ak_test"), false)
	// However large it is.
	client.state.mu.Lock()
	client.state.pause = time.Hour
	client.state.mu.Unlock()
	client.state.changed()
	played.send(`{"type":"end","status":401,"error":"unauthorized"}`)
	eventually(t, "refused", func() bool { return client.Status().State == StateRefused })
	err = renderError(t, client, "greeting", WithFallback("Hi"))
	expect(t, errors.Is(err, ErrUnauthorized), true)
	_, err = client.Ready(context.Background())
	expect(t, errors.Is(err, ErrUnauthorized), true)
	eventually(t, "an empty file", func() bool { return !strings.Contains(readFile(t, file), "A secret") })
	// The key is valid again.
	client.Reconnect()
	eventually(t, "ready again", func() bool { return client.Status().State == StateReady })
	expect(t, render(t, client, "greeting", "Ada").Text, "A secret")
}

func TestListenersHearOfChangesAndStatesInOrder(t *testing.T) {
	played := deliver(t, deliveredPrompt("greeting", "One"))
	client := holding(t, played)
	changes, states := make(chan Change, 10), make(chan State, 10)
	client.OnStatus(func(status Status) { states <- status.State })
	cancel := client.OnChange("greeting", func(change Change) { changes <- change })
	if ready, err := client.Ready(context.Background()); !ready || err != nil {
		t.Fatal(ready, err)
	}
	played.set(2, deliveredPrompt("greeting", "One", "Two"), deliveredPrompt("other", "x"))
	change := <-changes
	expect(t, [2]any{change.Slug, change.Kind}, [2]any{"greeting", ChangeLive})
	expect(t, [2]int{change.Before.Live, change.After.Live}, [2]int{1, 2})
	played.set(3, deliveredPrompt("other", "x"))
	expect(t, (<-changes).Kind, ChangeRemoved)
	cancel()
	played.set(4, deliveredPrompt("greeting", "One"), deliveredPrompt("other", "x"))
	eventually(t, "the prompt is back", func() bool { return client.Status().Prompts == 2 })
	expect(t, len(changes), 0)
	client.Close()
	eventually(t, "closed", func() bool { return len(states) > 0 && client.Status().State == StateClosed })
	_, err := client.Render(context.Background(), "greeting", nil)
	expect(t, errors.Is(err, ErrUsage), true)
}

func TestARenderHasInItWhatThisClientHasWritten(t *testing.T) {
	played := deliver(t, deliveredPrompt("greeting", "One"))
	client := holding(t, played)
	expect(t, render(t, client, "greeting", "Ada").Text, "One")
	played.mu.Lock()
	played.answer = func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Px0-Revision", revisionOf(1, 5))
		if strings.HasSuffix(r.URL.Path, "/render") {
			fmt.Fprint(w, `{"rendered":"Asked","version":2,"slug":"greeting","tags":[]}`)
		}
	}
	played.mu.Unlock()
	send := func(method, path string) {
		request, err := http.NewRequest(method, played.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := client.HTTPClient().Do(request)
		if err != nil {
			t.Fatal(err)
		}
		got.Body.Close()
	}
	send(http.MethodGet, "/v1/prompts/x/versions/2/promote")
	send(http.MethodPost, "/v1/prompts/greeting/render")
	send(http.MethodPost, "/v1/render/batch")
	expect(t, render(t, client, "greeting", "Ada").Source, SourceStream)
	send(http.MethodPost, "/v1/prompts/x/versions/2/promote")
	// It does not come, so px0 is asked.
	expect(t, render(t, client, "greeting", "Ada").Text, "Asked")
	// Nor can px0 be asked.
	played.mu.Lock()
	played.answer = nil
	played.mu.Unlock()
	late := render(t, client, "greeting", "Ada", WithFallback("Hi"))
	expect(t, [2]any{late.Text, late.Stale}, [2]any{"One", true})
	expect(t, errors.Is(late.Cause, ErrUnreachable), true)
	played.set(5, deliveredPrompt("greeting", "One", "Two"))
	eventually(t, "what was written", func() bool { return render(t, client, "greeting", "Ada").Source == SourceStream })
	expect(t, render(t, client, "greeting", "Ada").Text, "Two")
}

func TestWhatIsTooOldIsNotRendered(t *testing.T) {
	played := deliver(t, deliveredPrompt("greeting", "Held"))
	file := filepath.Join(t.TempDir(), "state")
	earlier := holding(t, played, WithStateFile(file))
	expect(t, render(t, earlier, "greeting", "Ada").Text, "Held")
	earlier.Close()
	played.Close()
	client := holding(t, played, WithStateFile(file), WithMaxStale(time.Nanosecond))
	expect(t, errors.Is(renderError(t, client, "greeting"), ErrUnreachable), true)
	expect(t, render(t, client, "greeting", "Ada", WithFallback("Hi")).Source, SourceFallback)
	expect(t, render(t, holding(t, played, WithStateFile(file)), "greeting", "Ada").Source, SourceSnapshot)
}

func TestWithoutDeliveryPx0Renders(t *testing.T) {
	played := newPlayedPx0()
	defer played.stop()
	played.set(func() {
		played.answer = func(r playedRequest) *reply {
			if strings.HasPrefix(r.path, "/v1/delivery") {
				return &reply{status: 404, body: `{"error":"not found"}`}
			}
			return nil
		}
	})
	warnings := make(chan string, 10)
	client := newClient(t, played, WithMode(ModeStream), WithInitTimeout(time.Millisecond), WithWarning(func(text string) { warnings <- text }))
	expect(t, render(t, client, "greeting", "Ada").Source, SourceLive)
	expect(t, strings.Contains(<-warnings, "does not deliver"), true)
	expect(t, client.Status().State, StateOffline)
}

func TestWhatAProxySaysIsToldWithoutTheToken(t *testing.T) {
	played := newPlayedPx0()
	defer played.stop()
	played.set(func() {
		played.answer = func(playedRequest) *reply {
			return &reply{status: 502, body: `{"error":"no route for Bearer ak_test_token"}`}
		}
	})
	client := newClient(t, played, WithAccessToken("ak_test_token"), WithMode(ModePoll), WithInitTimeout(time.Millisecond))
	eventually(t, "an error", func() bool { return client.Status().LastError != "" })
	expect(t, client.Status().LastError, "no route for Bearer ***")
}

func TestAnEarlierFileIsStillTheLastResort(t *testing.T) {
	played := deliver(t)
	played.Close()
	file := filepath.Join(t.TempDir(), "px0.json")
	text := fmt.Sprintf(`{"kind":"px0/snapshot/v1","host":%q,"saved_at":"2030-01-02T03:04:05.678Z","entries":[
		{"team_id":null,"slug":"greeting","ref":null,"version":3,"tags":["prod"],"template":"Hello {{.name}}","revision":null,
		"confirmed_at":"2030-01-02T03:04:01.000Z","fetched_at":"2030-01-02T03:04:01.000Z"}]}`, played.URL)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []Mode{ModeRemote, ModeStream} {
		client := holding(t, played, WithMode(mode), WithStateFile(file), WithInitTimeout(time.Millisecond))
		result := render(t, client, "greeting", "Ada")
		expect(t, result.Text, "Hello Ada")
		expect(t, result.Source, SourceSnapshot)
		expect(t, result.Version, 3)
	}
}

func TestAFileThatDoesNotAddUpIsNotUsed(t *testing.T) {
	played := deliver(t, deliveredPrompt("greeting", "Held"))
	file := filepath.Join(t.TempDir(), "state")
	holdingIt := holding(t, played, WithStateFile(file))
	expect(t, render(t, holdingIt, "greeting", "Ada").Text, "Held")
	holdingIt.Close()
	good := readFile(t, file)
	played.Close()
	for name, text := range map[string]string{
		"cut":        good[:len(good)-10],
		"no sync":    strings.Join(strings.Split(good, "\n")[:3], "\n"),
		"digest":     strings.Replace(good, `"digest":"0000`, `"digest":"f000`, 1),
		"other host": strings.Replace(good, played.URL, "http://else", 1),
		"version":    strings.Replace(good, `"version":2,"host"`, `"version":3,"host"`, 1),
		"nonsense":   "\x00\xff{",
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var told []string
		client, err := New(WithHost(played.URL), WithMode(ModeFile), WithStateFile(file), WithWarning(func(m string) { told = append(told, m) }))
		if err != nil {
			t.Fatal(err)
		}
		if client.Close(); len(told) != 1 || client.Status().Prompts != 0 {
			t.Errorf("%s: %v, and %d prompts", name, told, client.Status().Prompts)
		}
	}
}

func TestSettingsOfHeldPromptsThatCannotWorkAreRefused(t *testing.T) {
	for name, options := range map[string][]Option{
		"a mode":           {WithMode("other")},
		"file, no file":    {WithMode(ModeFile)},
		"no slug":          {WithSlugs()},
		"many slugs":       {WithSlugs(make([]string, 201)...)},
		"a comma":          {WithSlugs("a,b")},
		"poll":             {WithPollInterval(0)},
		"init":             {WithInitTimeout(-1)},
		"max stale":        {WithMaxStale(0)},
		"bundle, no keys":  {WithMode(ModeFile), WithBundle("x")},
		"bundle, no path":  {WithMode(ModeFile), WithBundle("", "px0pk_G3NiA0BxdFi4xbKANGtfvrOoczY1N5m_PEKZkeF6AeY")},
		"bundle, a key":    {WithMode(ModeFile), WithBundle("x", "px0pk_short")},
		"bundle in remote": {WithBundle("x", "px0pk_G3NiA0BxdFi4xbKANGtfvrOoczY1N5m_PEKZkeF6AeY")},
	} {
		if _, err := New(append(options, WithAccessToken("ak_test"))...); !errors.Is(err, ErrUsage) {
			t.Errorf("%s: %v", name, err)
		}
	}
	t.Setenv("PX0_MODE", "nowhere")
	_, err := New(WithAccessToken("ak_test"))
	expect(t, errors.Is(err, ErrUsage), true)
}

func TestAClientMayBeClosedByWhatItWarns(t *testing.T) {
	played := deliver(t, deliveredPrompt("greeting", "Held"))
	folder := filepath.Join(t.TempDir(), "state")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	var client *Client
	warned := make(chan bool, 10)
	client = holding(t, played, WithStateFile(filepath.Join(folder, "state")), WithWarning(func(string) {
		client.Close()
		warned <- true
	}))
	if err := os.Remove(folder); err != nil {
		t.Fatal(err)
	}
	expect(t, render(t, client, "greeting", "Ada").Text, "Held")
	go client.state.flush()
	<-warned
}

func TestNothingIsLeftOfAClosedClient(t *testing.T) {
	played := deliver(t, deliveredPrompt("greeting", "Held"))
	use := func() {
		client, err := New(WithHost(played.URL), WithAccessToken("ak_test"), WithMode(ModeStream))
		if err != nil {
			t.Fatal(err)
		}
		expect(t, render(t, client, "greeting", "Ada").Text, "Held")
		client.Close()
	}
	use()
	before := runtime.NumGoroutine()
	for range 50 {
		use()
	}
	eventually(t, "no goroutine is left", func() bool { return runtime.NumGoroutine() <= before+3 })
}

func TestRendersAndChangesMayGoOnAtOnce(t *testing.T) {
	played := deliver(t, deliveredPrompt("greeting", "1"))
	client := holding(t, played)
	expect(t, render(t, client, "greeting", "Ada").Text, "1")
	var all sync.WaitGroup
	stop := make(chan bool)
	for range 4 {
		all.Add(1)
		go func() {
			defer all.Done()
			for last := 0; ; {
				select {
				case <-stop:
					return
				default:
				}
				result, err := client.Render(context.Background(), "greeting", Vars{"a": 1})
				if err != nil || result.Version < last {
					t.Errorf("%d after %d: %v", result.Version, last, err)
					return
				}
				last = result.Version
				client.Prompts()
				client.Status()
			}
		}()
	}
	templates := []string{"1"}
	for sequence := 2; sequence <= 40; sequence++ {
		templates = append(templates, strconv.Itoa(sequence))
		played.set(sequence, deliveredPrompt("greeting", templates...))
	}
	eventually(t, "the last version", func() bool { return render(t, client, "greeting", "Ada").Version == 40 })
	close(stop)
	all.Wait()
}

func TestAClientForTests(t *testing.T) {
	client, err := ForTests(map[string]any{
		"greeting": "Hello {{.name}}",
		"tutor":    FallbackChat{Messages: []FallbackMessage{{Role: "user", Template: "{{.name}}?"}}, Config: map[string]any{"model": "m"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	plain := client.Client
	expect(t, render(t, plain, "greeting", "Ada", WithTeam("any")).Text, "Hello Ada")
	result := render(t, plain, "tutor", "Ada")
	expect(t, result.Messages, []map[string]any{{"role": "user", "content": "Ada?"}})
	expect(t, result.Config, map[string]any{"model": "m"})
	expect(t, result.Stale, false)
	expect(t, errors.Is(renderError(t, plain, "unknown", WithFallback("Hi")), ErrNotFound), true)
	if ready, err := plain.Ready(context.Background()); !ready || err != nil || plain.Status().State != StateReady {
		t.Fatal(ready, err, plain.Status())
	}
	changes := make(chan Change, 10)
	plain.OnChange("greeting", func(change Change) { changes <- change })
	expect(t, client.Set("greeting", "Hi {{.name}}"), nil)
	change := <-changes
	expect(t, change.Kind, ChangeLive)
	expect(t, [2]int{change.Before.Live, change.After.Live}, [2]int{1, 2})
	expect(t, render(t, plain, "greeting", "Ada").Text, "Hi Ada")
	expect(t, render(t, plain, "greeting", "Ada", WithVersion(1)).Text, "Hello Ada")
	client.Remove("greeting")
	expect(t, (<-changes).Kind, ChangeRemoved)
	expect(t, errors.Is(renderError(t, plain, "greeting"), ErrNotFound), true)
	expect(t, client.Set("greeting", "Back"), nil)
	expect(t, (<-changes).Kind, ChangeAdded)
	for _, broken := range []any{"{{if", 4, FallbackChat{}} {
		expect(t, errors.Is(client.Set("greeting", broken), ErrUsage), true)
	}
	_, err = ForTests(map[string]any{"greeting": "{{if"})
	expect(t, errors.Is(err, ErrUsage), true)
}

func TestMessagesOfVariablesAreNotThoseOfTheResult(t *testing.T) {
	client, err := ForTests(map[string]any{"tutor": FallbackChat{Messages: []FallbackMessage{{Placeholder: "history"}}}})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	variables := Vars{"history": []any{map[string]any{"role": "user", "content": "Hi"}}}
	result, err := client.Render(context.Background(), "tutor", variables)
	if err != nil {
		t.Fatal(err)
	}
	result.Messages[0]["content"] = "changed"
	expect(t, reflect.DeepEqual(variables, Vars{"history": []any{map[string]any{"role": "user", "content": "Hi"}}}), true)
}

// A render as an application sees it, result and all, beside the bare text/template.
func BenchmarkHeldRender(b *testing.B) {
	const source = "{{.system}}\n{{range .messages}}{{if eq .role \"user\"}}User: {{.content}}{{else}}Assistant: {{.content}}{{end}}\n{{end}}Assistant:"
	for _, count := range []int{0, 4, 100} {
		messages := []any{}
		for i := range count {
			content := fmt.Sprintf("Message number %d: %s", i, strings.Repeat("The quick brown fox jumps. ", 3))
			messages = append(messages, map[string]any{"role": []string{"user", "assistant"}[i%2], "content": content})
		}
		variables := Vars{"system": "You are a helpful assistant.", "messages": messages}
		b.Run(fmt.Sprintf("held/%d", count), func(b *testing.B) {
			client, err := ForTests(map[string]any{"chat": source})
			if err != nil {
				b.Fatal(err)
			}
			defer client.Close()
			b.ReportAllocs()
			for range b.N {
				if _, err := client.Render(context.Background(), "chat", variables); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("text-template/%d", count), func(b *testing.B) {
			parsed := template.Must(template.New("chat").Option("missingkey=error").Parse(source))
			b.ReportAllocs()
			for range b.N {
				var text strings.Builder
				if err := parsed.Execute(&text, map[string]any(variables)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Loading a file must not take much longer than reading its JSON.
func BenchmarkLoad(b *testing.B) {
	var text bytes.Buffer
	var prompts []string
	for i := range 10_000 {
		prompts = append(prompts, deliveredPrompt(strings.Repeat("x", i%7)+strconv.Itoa(i), strings.Repeat("Some text of a prompt. ", 35)))
	}
	played := &deliveringPx0{streams: map[chan string]bool{}}
	played.set(1, prompts...)
	fmt.Fprintln(&text, `{"type":"state","version":2,"host":"h"}`)
	fmt.Fprintln(&text, strings.Join(played.frames, "\n"))
	b.Run("state", func(b *testing.B) {
		for range b.N {
			if state, refused := readState(text.Bytes(), "h", nil); refused != "" || state.replica.Size() == 0 {
				b.Fatal(refused)
			}
		}
	})
	b.Run("json", func(b *testing.B) {
		for range b.N {
			for _, line := range bytes.Split(text.Bytes(), []byte("\n")) {
				var value any
				_ = json.Unmarshal(line, &value)
			}
		}
	})
}
