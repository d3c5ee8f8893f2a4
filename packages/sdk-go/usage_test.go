package px0

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// usageReader answers what a deliveringPx0 does not deliver: it takes reports of usage, and refuses everything else.
type usageReader struct {
	mu      sync.Mutex
	status  int
	bodies  []string
	headers []http.Header
}

func (r *usageReader) answer(w http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	if request.URL.Path != usagePath {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	r.bodies, r.headers = append(r.bodies, string(body)), append(r.headers, request.Header)
	w.WriteHeader(r.status)
}

type reportedRow struct {
	PromptID  *string `json:"prompt_id"`
	Slug      string
	Version   *int
	Source    Source
	Renders   int
	Failures  int
	Latencies []int
	Variables []string
}

// rows gives what was reported, as a line for each row: prompt, version, source, renders, failures and names.
func (r *usageReader) rows(t *testing.T) []string {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	rows := []string{}
	for _, text := range r.bodies {
		var body struct {
			Reports []struct{ Rows []reportedRow }
		}
		if err := json.Unmarshal([]byte(text), &body); err != nil {
			t.Fatal(err)
		}
		for _, report := range body.Reports {
			for _, row := range report.Rows {
				rows = append(rows, lineOf(t, row))
			}
		}
	}
	return rows
}

func lineOf(t *testing.T, row reportedRow) string {
	t.Helper()
	counted, version := 0, 0
	for _, bucket := range row.Latencies {
		counted += bucket
	}
	expect(t, counted, row.Renders+row.Failures)
	expect(t, row.Version == nil, row.Source == SourceFallback)
	if row.Version != nil {
		version = *row.Version
	}
	return fmt.Sprint(orEmpty(row.PromptID), " ", row.Slug, " ", version, " ", row.Source, " ", row.Renders, " ", row.Failures, " ",
		strings.Join(row.Variables, ","))
}

func counting(t *testing.T, prompts ...string) (*deliveringPx0, *usageReader) {
	t.Helper()
	played, reader := deliver(t, prompts...), &usageReader{status: http.StatusNoContent}
	played.answer = reader.answer
	return played, reader
}

func TestAClosedClientHasToldWhatItRendered(t *testing.T) {
	played, reader := counting(t, deliveredPrompt("greeting", "One {{.name}}", "Two {{.name}}"))
	client := holding(t, played, WithServiceName("checkout"), WithFallbacks(map[string]string{"other": "Hi {{.name}}"}))
	if ready, err := client.Ready(context.Background()); !ready || err != nil {
		t.Fatal(ready, err)
	}
	render(t, client, "greeting", "Ada")
	render(t, client, "greeting", "Bob")
	render(t, client, "greeting", "Ada", WithVersion(1))
	_, err := client.Render(context.Background(), "greeting", Vars{"mood": "secret"})
	expect(t, Outcome(err), "invalid")
	// px0 says that there is no such prompt, and nothing was rendered.
	renderError(t, client, "unknown")
	expect(t, client.Close(), nil)
	expect(t, reader.rows(t), []string{"id-greeting greeting 2 stream 2 1 mood,name", "id-greeting greeting 1 stream 1 0 name"})
	expect(t, strings.Contains(reader.bodies[0], `"service":{"name":"checkout","version":""},"sdk":"px0-go/`+Version+`"`), true)
	expect(t, strings.Contains(reader.bodies[0], "secret"), false)
	expect(t, reader.headers[0].Get("Authorization"), "Bearer ak_test_token")
}

func TestFallbacksAndWhatIsKeptAreCounted(t *testing.T) {
	played := play(t)
	reader := &usageReader{status: http.StatusNoContent}
	isAway := false
	played.set(func() {
		played.answer = func(r playedRequest) *reply {
			if r.path == usagePath {
				reader.bodies = append(reader.bodies, r.body)
				return &reply{status: reader.status}
			}
			if isAway {
				return &reply{status: 503}
			}
			return nil
		}
	})
	client := keep(t, newClient(t, played, WithFallbacks(map[string]string{"other": "Hi {{.name}}", "broken": "{{index .name 99}}"})))
	played.set(func() { isAway = true })
	expect(t, render(t, client, "greeting", "Ada").Source, SourceCache)
	expect(t, render(t, client, "other", "Ada").Source, SourceFallback)
	renderError(t, client, "broken")
	// Neither kept nor with a fallback: nothing was rendered.
	renderError(t, client, "unknown")
	client.Close()
	expect(t, reader.rows(t), []string{" greeting 1 cache 1 0 name", " other 0 fallback 1 0 name", " broken 0 fallback 0 1 name"})
}

func TestALaterProcessCountsByTheIdOfThePrompt(t *testing.T) {
	played, reader := play(t), &usageReader{status: http.StatusNoContent}
	isAway := false
	played.set(func() {
		played.answer = func(r playedRequest) *reply {
			switch {
			case r.path == usagePath:
				reader.bodies = append(reader.bodies, r.body)
				return &reply{status: reader.status}
			case isAway:
				return &reply{status: 503}
			case r.method == http.MethodGet:
				made := played.usual(r)
				made.body = strings.Replace(made.body, `"slug":"greeting"`, `"id":"id-greeting","slug":"greeting"`, 1)
				return made
			}
			return nil
		}
	})
	file := filepath.Join(t.TempDir(), "state")
	keep(t, newClient(t, played, WithStateFile(file))).Close()
	played.set(func() { isAway = true })
	later := newClient(t, played, WithStateFile(file))
	expect(t, render(t, later, "greeting", "Ada").Source, SourceSnapshot)
	later.Close()
	expect(t, reader.rows(t), []string{"id-greeting greeting 1 snapshot 1 0 name"})
}

func TestNamesReachPx0WithoutControlCharacters(t *testing.T) {
	played, reader := counting(t, deliveredPrompt("greeting", "One"))
	client := holding(t, played)
	for range 2 {
		if _, err := client.Render(context.Background(), "greeting", Vars{"a\x00": 1, "b\u0085": 1, "c\n": 1}); err != nil {
			t.Fatal(err)
		}
	}
	_, err := client.Render(context.Background(), "no\x00thing", nil, WithFallback("Hi"))
	expect(t, Outcome(err), "not_found")
	client.usage.count(&countedRender{key: usageKey{"no\x00thing", 0, SourceFallback}, slug: "no\x00thing"}, false, 0, nil)
	client.Close()
	expect(t, reader.rows(t), []string{"id-greeting greeting 1 stream 2 0 a\ufffd,b\ufffd,c\ufffd", " no\ufffdthing 0 fallback 1 0 "})
	expect(t, cleaned("half \xed\xa0 of a pair"), "half \ufffd\ufffd of a pair")
}

func TestAReportStaysBelowOneMiB(t *testing.T) {
	s := usualSettings()
	s.usage = UsageFull
	made := newUsage(s, nil)
	made.state = usageRunning
	// As JSON, each name is twice as long.
	for prompt := range 40 {
		variables := map[string]any{}
		for number := range 500 {
			variables[fmt.Sprintf("%05d", number)+strings.Repeat(`"`, longestVariableName)] = true
		}
		counted := &call{}
		counted.counts(fmt.Sprint("p", prompt), "slug", 1, SourceStream)
		made.count(&counted.counted, false, 0, variables)
	}
	made.keep(made.counters.cut(time.Now()))
	renders := 0
	for len(made.pending) > 0 {
		body, last := made.body()
		expect(t, len(body) <= mostUsageBytes, true)
		for _, window := range made.pending[:last-made.pending[0].number+1] {
			renders += len(window.rows)
		}
		made.sent(last, true)
	}
	expect(t, renders, 40)
}

func TestRemoteRendersNameTheService(t *testing.T) {
	played := play(t)
	for _, each := range []struct {
		options []Option
		want    string
	}{
		{[]Option{WithServiceName("checkout")}, "checkout"},
		{[]Option{WithServiceName("")}, ""},
	} {
		played.set(func() { played.requests = nil })
		client := keep(t, newClient(t, played, each.options...))
		expect(t, played.made("POST")[0].header.Get("Px0-Service"), each.want)
		expect(t, played.made("GET")[0].header.Get("Px0-Service"), "")
		// px0 counts what it renders.
		client.Close()
		expect(t, len(played.made("POST")), 1)
	}
}

func TestUsageMayLeaveOutNamesOrBeOff(t *testing.T) {
	for usage, want := range map[Usage][]string{UsageCounts: {"id-greeting greeting 1 stream 1 0 "}, UsageOff: {}} {
		played, reader := counting(t, deliveredPrompt("greeting", "One {{.name}}"))
		client := holding(t, played, WithUsage(usage))
		expect(t, render(t, client, "greeting", "Ada").Source, SourceStream)
		client.Close()
		expect(t, reader.rows(t), want)
	}
	_, err := New(WithAccessToken("ak_test"), WithUsage("some"))
	expect(t, Outcome(err), "error")
}

func TestAFileTellsNothing(t *testing.T) {
	played, reader := counting(t, deliveredPrompt("greeting", "One {{.name}}"))
	file := filepath.Join(t.TempDir(), "state")
	holding(t, played, WithStateFile(file), WithUsage(UsageOff)).Ready(context.Background())
	first := holding(t, played, WithStateFile(file), WithUsage(UsageOff))
	render(t, first, "greeting", "Ada")
	first.Close()
	client := holding(t, played, WithStateFile(file), WithMode(ModeFile))
	expect(t, render(t, client, "greeting", "Ada").Source, SourceSnapshot)
	client.Close()
	expect(t, reader.rows(t), []string{})
}

func TestWhatPx0RefusesIsGivenUpWithAWarning(t *testing.T) {
	for _, status := range []int{http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusServiceUnavailable} {
		played, reader := counting(t, deliveredPrompt("greeting", "One {{.name}}"))
		reader.status = status
		var warnings []string
		client := holding(t, played, WithWarning(func(m string) { warnings = append(warnings, m) }))
		render(t, client, "greeting", "Ada")
		client.Close()
		expect(t, len(reader.bodies), 1)
		expect(t, len(client.usage.pending) == 0, status != http.StatusServiceUnavailable)
		if status == http.StatusServiceUnavailable {
			expect(t, len(warnings), 0)
		} else {
			expect(t, warnings, []string{fmt.Sprint("px0 does not take a report of usage, which is given up: it answered ", status)})
		}
	}
}

func TestCloseDoesNotWaitForAPx0ThatDoesNotAnswer(t *testing.T) {
	played := deliver(t, deliveredPrompt("greeting", "One {{.name}}"))
	asked := make(chan struct{}, 1)
	played.answer = func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		asked <- struct{}{}
		<-r.Context().Done()
	}
	// No time of a request ends it.
	client := holding(t, played, WithTimeout(time.Hour), WithAttemptTimeout(time.Hour))
	render(t, client, "greeting", "Ada")
	closed := make(chan error)
	go func() { closed <- client.Close() }()
	<-asked
	select {
	case err := <-closed:
		expect(t, err, nil)
	case <-time.After(time.Minute):
		t.Error("the client is not closed")
	}
}

func TestEveryRenderOfManyGoroutinesIsCounted(t *testing.T) {
	const goroutines, each = 8, 2_000
	counters := usageCounters{hasNames: true, begun: func(time.Time) {}, makeRoom: func(int) {}}
	var ended []*usageWindow
	counters.full = func(window *usageWindow) { ended = append(ended, window) }
	var all sync.WaitGroup
	for number := range goroutines {
		all.Add(1)
		go func() {
			defer all.Done()
			for i := range each {
				made := &call{}
				made.counts(fmt.Sprint("p", i%1_500), "slug", number, SourceStream)
				counters.count(&made.counted, false, 0, map[string]any{"name": 1})
				made.counts("shared", "slug", 1, SourceStream)
				counters.count(&made.counted, i%2 == 0, 0, nil)
			}
		}()
	}
	isOver := make(chan struct{})
	var cutting sync.WaitGroup
	cutting.Add(1)
	go func() {
		defer cutting.Done()
		for {
			select {
			case <-isOver:
				return
			default:
				counters.mu.Lock()
				ended = append(ended, counters.cut(time.Now()))
				counters.mu.Unlock()
			}
		}
	}()
	all.Wait()
	close(isOver)
	cutting.Wait()
	ended = append(ended, counters.cut(time.Now()))
	var renders, failures, shared uint64
	for _, window := range ended {
		if window == nil {
			continue
		}
		expect(t, window.reportRows <= mostUsageRows, true)
		for _, row := range window.rows {
			renders, failures = renders+row.renders, failures+row.failures
			if row.key.prompt == "shared" {
				shared += row.renders + row.failures
			}
		}
	}
	expect(t, []uint64{renders + failures, failures, shared}, []uint64{2 * goroutines * each, goroutines * each / 2, goroutines * each})
}

func TestAResultHasAttributes(t *testing.T) {
	result := Result{Slug: "greeting", Version: 7, Source: SourceStream, PromptID: "id", Revision: "r", Age: 1500 * time.Millisecond, Stale: true}
	expect(t, result.Attributes(), map[string]any{
		"gen_ai.prompt.name": "greeting", "gen_ai.prompt.version": "7", "px0.prompt.id": "id", "px0.source": "stream", "px0.revision": "r",
		"px0.stale": true, "px0.age_ms": int64(1500),
	})
	expect(t, Result{Slug: "greeting", Source: SourceFallback}.Attributes(), map[string]any{
		"gen_ai.prompt.name": "greeting", "px0.source": "fallback", "px0.stale": false,
	})
}

// playedObserver notes what it sees.
type playedObserver struct {
	mu   sync.Mutex
	seen []string
}

type observedKey struct{}

func (o *playedObserver) note(format string, args ...any) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.seen = append(o.seen, fmt.Sprintf(format, args...))
}

func (o *playedObserver) Render(ctx context.Context, slug string) (context.Context, func(Result, error)) {
	return context.WithValue(ctx, observedKey{}, true), func(result Result, err error) { o.note("%s %s %s", slug, result.Source, Outcome(err)) }
}

func (o *playedObserver) Watch(status func() Status) func() {
	if status().State != "" {
		o.note("watch")
	}
	return func() { o.note("stop") }
}

func TestAnObserverSeesRendersAndTheClientsEnd(t *testing.T) {
	observer := &playedObserver{}
	played, _ := counting(t, deliveredPrompt("greeting", "One {{.name}}"))
	client := holding(t, played, WithObserver(observer))
	render(t, client, "greeting", "Ada")
	_, err := client.Render(context.Background(), "greeting", nil)
	expect(t, Outcome(err), "invalid")
	client.Close()
	client.Close()
	expect(t, observer.seen, []string{"watch", "greeting stream ok", "greeting  invalid", "stop"})
	_, err = New(WithAccessToken("ak_test"), WithObserver(nil))
	expect(t, Outcome(err), "error")
}

// brokenObserver panics wherever it can.
type brokenObserver struct{ begins bool }

func (o brokenObserver) Render(ctx context.Context, _ string) (context.Context, func(Result, error)) {
	if o.begins {
		return ctx, func(Result, error) { panic("end") }
	}
	panic("render")
}

func (o brokenObserver) Watch(func() Status) func() {
	if o.begins {
		return func() { panic("stop") }
	}
	panic("watch")
}

func TestWhatFailsInAnObserverFailsNoRender(t *testing.T) {
	for begins, want := range map[bool][]string{false: {"watch", "render"}, true: {"end", "stop"}} {
		var warnings []string
		played, _ := counting(t, deliveredPrompt("greeting", "One {{.name}}"))
		client := holding(t, played, WithObserver(brokenObserver{begins}), WithWarning(func(m string) { warnings = append(warnings, m) }))
		expect(t, render(t, client, "greeting", "Ada").Text, "One Ada")
		expect(t, client.Close(), nil)
		for i, what := range want {
			want[i] = "the observer panicked: " + what
		}
		expect(t, warnings, want)
	}
}

func countersOfATest() *usageCounters {
	return &usageCounters{hasNames: true, begun: func(time.Time) {}, makeRoom: func(int) {}, full: func(*usageWindow) {}}
}

func TestCountingAgainTakesNoMemory(t *testing.T) {
	counters, made := countersOfATest(), &call{}
	made.counts("id", "greeting", 7, SourceStream)
	variables := map[string]any{"name": "Ada", "mood": "calm"}
	count := func() { counters.count(&made.counted, false, time.Microsecond, variables) }
	count()
	expect(t, testing.AllocsPerRun(100, count), 0)
}
