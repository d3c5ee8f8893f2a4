package px0

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

func play(t *testing.T) *playedPx0 {
	t.Helper()
	played := newPlayedPx0()
	t.Cleanup(played.stop)
	return played
}

// Of calls of the tests: a machine that stands still for a moment must not look like a px0 that does not answer.
const patience = time.Minute

func newClient(t *testing.T, played *playedPx0, options ...Option) *Client {
	t.Helper()
	usual := []Option{WithHost(played.host()), WithAccessToken("ak_test"), WithRetries(0), WithTimeout(patience), WithAttemptTimeout(patience)}
	client, err := New(append(usual, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

func render(t *testing.T, client *Client, slug, name string, options ...RenderOption) Result {
	t.Helper()
	result, err := client.Render(context.Background(), slug, Vars{"name": name}, options...)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func renderError(t *testing.T, client *Client, slug string, options ...RenderOption) error {
	t.Helper()
	result, err := client.Render(context.Background(), slug, Vars{"name": "Ada"}, options...)
	if err == nil {
		t.Fatalf("an error was expected, and not %q", result.Text)
	}
	return err
}

func expect[T any](t *testing.T, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got %v, and not %v", got, want)
	}
}

func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); !condition(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("never: " + what)
		}
	}
}

// isIdle: nothing goes on in the background.
func (c *Client) isIdle() bool {
	c.background.mu.Lock()
	defer c.background.mu.Unlock()
	return len(c.background.names) == 0
}

// keep renders once, and waits until the client holds the template.
func keep(t *testing.T, client *Client) *Client {
	t.Helper()
	expect(t, render(t, client, "greeting", "Ada").Source, SourceLive)
	eventually(t, "idle", client.isIdle)
	return client
}

func TestALiveRenderSaysWhatItIs(t *testing.T) {
	result := render(t, newClient(t, play(t)), "greeting", "Ada")
	expect(t, result, Result{
		Text: "Hello Ada", Source: SourceLive, Slug: "greeting", Version: 1, Tags: []string{"prod"},
		Revision: revisionOf(1700000000000, 1),
	})
	expect(t, fmt.Sprint(result), "Hello Ada")
}

func TestVersionsTagsTeamsAndOptionsAreAskedFor(t *testing.T) {
	played := play(t)
	client := newClient(t, played, WithTeam("t1"), WithoutCache())
	render(t, client, "greeting", "Ada", WithVersion(3), WithMissingKey("zero"))
	render(t, client, "über alles", "Ada", WithTag("a/b"), WithTeam("t2"))
	asked := played.made("POST")
	expect(t, asked[0].path, "/v1/prompts/greeting/versions/3/render?team_id=t1")
	expect(t, asked[1].path, "/v1/prompts/%C3%BCber%20alles/versions/a%2Fb/render?team_id=t2")
	expect(t, asked[0].body, `{"variables":{"name":"Ada"},"options":{"missing_key":"zero","transcript":false}}`)
	expect(t, asked[0].header.Get("Authorization"), "Bearer ak_test")
}

func TestTheHighestRevisionIsSentBack(t *testing.T) {
	played := play(t)
	client := newClient(t, played, WithoutCache())
	for _, sequence := range []int{9, 7, 10, 1} {
		played.set(func() { played.sequence = sequence })
		render(t, client, "greeting", "Ada")
	}
	var sent []string
	for _, r := range played.made("POST") {
		sent = append(sent, r.header.Get("Px0-Min-Revision"))
	}
	nine, ten := revisionOf(1700000000000, 9), revisionOf(1700000000000, 10)
	expect(t, sent, []string{"", nine, nine, ten})
}

func TestALaterEpochBeatsAHigherSequence(t *testing.T) {
	var highest highestRevision
	for _, text := range []string{revisionOf(9, 5), revisionOf(10, 4), revisionOf(9, 99), "!", "", revisionOf(10, 3)} {
		highest.see(text)
	}
	expect(t, highest.get(), revisionOf(10, 4))
}

func TestWhatDecidesNothingIsAnOutage(t *testing.T) {
	stale := map[string]string{"Px0-Stale": "true"}
	for _, given := range []reply{
		{status: 500, body: `{"error":"internal error"}`},
		{status: 503, body: "busy"},
		{status: 429, body: `{"error":"too many requests"}`},
		{status: 408},
		{status: 404, body: "<html>no such host</html>"},
		{status: 302, header: map[string]string{"Location": "/elsewhere"}},
		{status: 200, body: `{"hello":"world"}`},
		{status: 401, body: `{"error":"unauthorized"}`, header: stale},
		{status: 404, body: `{"error":"prompt not found"}`, header: stale},
	} {
		t.Run(fmt.Sprintf("%d %s", given.status, given.body), func(t *testing.T) {
			played := play(t)
			client := keep(t, newClient(t, played))
			played.set(func() { played.answer = func(playedRequest) *reply { return &given } })
			cached := render(t, client, "greeting", "Grace", WithFallback("Hi {{.name}}"))
			expect(t, cached.Text, "Hello Grace")
			expect(t, cached.Source, SourceCache)
			var away *UnreachableError
			if !errors.As(cached.Cause, &away) {
				t.Fatalf("the cause is %v", cached.Cause)
			}
			expect(t, away.Status, given.status)
			other := render(t, client, "farewell", "Grace", WithFallback("Bye {{.name}}"))
			expect(t, other.Text, "Bye Grace")
			expect(t, other.Source, SourceFallback)
			expect(t, errors.Is(renderError(t, client, "farewell"), ErrUnreachable), true)
		})
	}
}

func TestARefusalIsAnErrorAndRemovesNothing(t *testing.T) {
	for status, kind := range map[int]error{
		400: ErrInvalidRequest, 401: ErrUnauthorized, 403: ErrForbidden, 413: ErrInvalidRequest, 422: ErrInvalidRequest,
	} {
		played := newPlayedPx0()
		client := keep(t, newClient(t, played))
		played.set(func() { played.answer = func(playedRequest) *reply { return refused(status, "the reason") } })
		err := renderError(t, client, "greeting", WithFallback("Hi"))
		var refusal *RefusedError
		if !errors.Is(err, kind) || !errors.As(err, &refusal) || refusal.Message != "the reason" {
			t.Fatalf("%d gave %v", status, err)
		}
		played.stop()
		expect(t, render(t, client, "greeting", "Ada").Source, SourceCache)
	}
}

func TestGoneIsAnErrorAndRemovesWhatIsKept(t *testing.T) {
	played := newPlayedPx0()
	file := filepath.Join(t.TempDir(), "px0.json")
	client := keep(t, newClient(t, played, WithSnapshotFile(file)))
	client.state.flush()
	expect(t, strings.Contains(readFile(t, file), "greeting"), true)
	played.set(func() { played.live = 0 })
	err := renderError(t, client, "greeting", WithFallback("Hi"))
	expect(t, errors.Is(err, ErrNotFound), true)
	client.state.flush()
	expect(t, strings.Contains(readFile(t, file), "greeting"), false)
	played.stop()
	expect(t, render(t, client, "greeting", "Ada", WithFallback("Hi")).Source, SourceFallback)
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAnApplicationStartsFromTheSnapshotWhilePx0IsAway(t *testing.T) {
	played := newPlayedPx0()
	folder := t.TempDir()
	file := filepath.Join(folder, "px0.json")
	keep(t, newClient(t, played, WithSnapshotFile(file))).Close()
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, info.Mode().Perm(), os.FileMode(0o600))
	left, _ := os.ReadDir(folder)
	expect(t, len(left), 1)
	expect(t, strings.Contains(readFile(t, file), "ak_test"), false)
	played.stop()
	result := render(t, newClient(t, played, WithSnapshotFile(file)), "greeting", "Grace")
	expect(t, result.Text, "Hello Grace")
	expect(t, result.Source, SourceSnapshot)
	expect(t, result.Revision, revisionOf(1700000000000, 1))
}

func TestAUselessSnapshotIsAWarning(t *testing.T) {
	played := play(t)
	for _, text := range []string{"", "nonsense", "{}", `{"kind":"px0/snapshot/v1","host":"http://else"}`} {
		file := filepath.Join(t.TempDir(), "px0.json")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var told []string
		client := newClient(t, played, WithSnapshotFile(file), WithWarning(func(m string) { told = append(told, m) }))
		expect(t, render(t, client, "greeting", "Ada").Source, SourceLive)
		expect(t, len(told), 1)
	}
}

func TestASnapshotIsReadAsItWasWrittenAndOtherFormsArePassedOver(t *testing.T) {
	confirmed := time.Date(2030, 1, 2, 3, 4, 5, 678_000_000, time.UTC)
	entry := &kept{
		wanted: wanted{"t", "greeting", "prod"}, version: 3, tags: []string{"prod"}, linked: linked{template: "Hello ü<"},
		revision: "r", confirmedAt: confirmed, fetchedAt: confirmed,
	}
	var text strings.Builder
	for line := range stateLines("http://x", nil, confirmed, nil, []*kept{entry}) {
		text.Write(line)
	}
	state, refused := readState([]byte(text.String()), "http://x", nil)
	read := state.kept
	if refused != "" || len(read) != 1 {
		t.Fatal(read, refused)
	}
	expect(t, read[0].wanted, entry.wanted)
	expect(t, read[0].linked.template, entry.linked.template)
	expect(t, read[0].confirmedAt, confirmed)
	expect(t, read[0].origin, SourceSnapshot)
	for _, change := range [][2]string{{`"version":3`, `"version":"3"`}, {`"confirmed_at":"2030`, `"confirmed_at":"x`}} {
		other := strings.Replace(text.String(), change[0], change[1], 1)
		state, refused := readState([]byte(other), "http://x", nil)
		if refused != "" || len(state.kept) != 0 {
			t.Fatal(other, state.kept, refused)
		}
	}
}

func TestATemplateIsFetchedOnceForEachVersion(t *testing.T) {
	played := newPlayedPx0()
	client := keep(t, newClient(t, played))
	for range 5 {
		render(t, client, "greeting", "Ada")
	}
	played.set(func() { played.templates[2], played.live = "Good day {{.name}}", 2 })
	expect(t, render(t, client, "greeting", "Ada").Text, "Good day Ada")
	eventually(t, "idle", client.isIdle)
	fetched := played.made("GET")
	expect(t, len(fetched), 2)
	expect(t, fetched[1].path, "/v1/prompts/greeting?include=program&version=2")
	played.stop()
	expect(t, render(t, client, "greeting", "Grace").Text, "Good day Grace")
}

func TestADraftIsNotKept(t *testing.T) {
	played := newPlayedPx0()
	played.status = "draft"
	client := keep(t, newClient(t, played))
	played.stop()
	expect(t, errors.Is(renderError(t, client, "greeting"), ErrUnreachable), true)
}

func TestAFreshTemplateIsRenderedWithoutAsking(t *testing.T) {
	played := play(t)
	client := keep(t, newClient(t, played, WithCache(Cache{Fresh: time.Hour})))
	result := render(t, client, "greeting", "Grace")
	expect(t, result.Text, "Hello Grace")
	expect(t, result.Source, SourceCache)
	expect(t, result.Cause, nil)
	expect(t, len(played.made("POST")), 1)
}

func TestAStaleTemplateIsRenderedWhileOneRequestAsks(t *testing.T) {
	played := play(t)
	client := keep(t, newClient(t, played, WithCache(Cache{StaleWhileRevalidate: time.Hour})))
	played.set(func() { played.templates[2], played.live = "Good day {{.name}}", 2 })
	expect(t, render(t, client, "greeting", "Ada").Text, "Hello Ada")
	eventually(t, "the new version", func() bool { return render(t, client, "greeting", "Ada").Text == "Good day Ada" })
	eventually(t, "idle", client.isIdle)
	played.set(func() { played.live = 0 })
	expect(t, render(t, client, "greeting", "Ada").Source, SourceCache)
	eventually(t, "gone", func() bool {
		_, err := client.Render(context.Background(), "greeting", Vars{"name": "Ada"})
		return errors.Is(err, ErrNotFound)
	})
}

func TestPx0StoppedAndStartedAgainIsFoundWithoutARestart(t *testing.T) {
	played := play(t)
	client := keep(t, newClient(t, played, WithFallbacks(map[string]string{"farewell": "Bye"})))
	played.stop()
	for range 5 {
		expect(t, render(t, client, "greeting", "Ada").Source, SourceCache)
		expect(t, render(t, client, "farewell", "Ada").Source, SourceFallback)
	}
	played.start()
	eventually(t, "live again", func() bool { return render(t, client, "greeting", "Ada").Source == SourceLive })
}

func TestACallWithAFallbackDoesNotWaitDuringAnOutage(t *testing.T) {
	played := play(t)
	played.answer = func(playedRequest) *reply { return &reply{status: 503} }
	client := newClient(t, played)
	for range 3 {
		render(t, client, "greeting", "Ada", WithFallback("Hi"))
	}
	for range 100 {
		expect(t, render(t, client, "greeting", "Ada", WithFallback("Hi")).Source, SourceFallback)
	}
	if asked := len(played.made("POST")); asked > 5 {
		t.Fatalf("px0 was asked %d times", asked)
	}
	renderError(t, client, "greeting")
}

func TestPassingFailuresAreTriedAgain(t *testing.T) {
	played := play(t)
	for _, status := range []int{429, 502, 503, 504} {
		left := 1
		played.set(func() {
			played.answer = func(playedRequest) *reply {
				if left--; left < 0 {
					return nil
				}
				return refused(status, "later")
			}
		})
		expect(t, render(t, newClient(t, played, WithRetries(2), WithoutCache()), "greeting", "Ada").Source, SourceLive)
	}
	expect(t, len(played.made("POST")), 8)
}

func TestARetryThatPx0AsksToMakeTooLateIsNotMade(t *testing.T) {
	played := play(t)
	played.answer = func(playedRequest) *reply {
		return &reply{status: 429, body: `{"error":"later"}`, header: map[string]string{"Retry-After": "60"}}
	}
	var away *UnreachableError
	if err := renderError(t, newClient(t, played, WithRetries(2)), "greeting"); !errors.As(err, &away) {
		t.Fatal(err)
	}
	expect(t, away.RetryAfter, time.Minute)
	expect(t, len(played.made("POST")), 1)
}

func TestRetriesHaveABudget(t *testing.T) {
	played := play(t)
	played.answer = func(playedRequest) *reply { return &reply{status: 503} }
	client := newClient(t, played, WithRetries(1), WithAttemptTimeout(10*time.Second))
	for range 15 {
		renderError(t, client, "greeting")
	}
	expect(t, len(played.made("POST")), 15+10)
}

func TestASilentPx0IsGivenUp(t *testing.T) {
	played := play(t)
	played.answer = func(playedRequest) *reply { return &reply{status: 200, delay: time.Minute} }
	err := renderError(t, newClient(t, played, WithAttemptTimeout(50*time.Millisecond)), "greeting")
	expect(t, errors.Is(err, ErrUnreachable), true)
	expect(t, strings.Contains(err.Error(), "has not answered within 50ms"), true)
}

func TestTheEndOfTheContextIsTheCallersAndNoOutage(t *testing.T) {
	played := play(t)
	played.answer = func(playedRequest) *reply { return &reply{status: 200, delay: time.Minute} }
	client := newClient(t, played, WithFallbacks(map[string]string{"greeting": "Hi"}))
	ctx, cancel := context.WithCancelCause(context.Background())
	reason := errors.New("the user has left")
	time.AfterFunc(20*time.Millisecond, func() { cancel(reason) })
	_, err := client.Render(ctx, "greeting", nil)
	expect(t, err, reason)
	_, err = client.Render(ctx, "greeting", nil)
	expect(t, err, reason)
	expect(t, client.outage.failures, 0)
}

func TestOneClientServesManyGoroutines(t *testing.T) {
	played := play(t)
	client := newClient(t, played, WithSnapshotFile(filepath.Join(t.TempDir(), "px0.json")))
	var all sync.WaitGroup
	for number := range 8 {
		all.Add(1)
		go func() {
			defer all.Done()
			for turn := range 50 {
				name := fmt.Sprintf("%d-%d", number, turn)
				result, err := client.Render(context.Background(), "greeting", Vars{"name": name})
				if err != nil || result.Text != "Hello "+name {
					t.Errorf("%q, %v", result.Text, err)
				}
			}
		}()
	}
	all.Wait()
	eventually(t, "idle", client.isIdle)
	expect(t, len(played.made("GET")), 1)
}

func TestAClosedClientRendersNoMore(t *testing.T) {
	client := newClient(t, play(t))
	render(t, client, "greeting", "Ada")
	client.Close()
	expect(t, errors.Is(renderError(t, client, "greeting"), ErrUsage), true)
}

func TestCallsAndSettingsThatCannotWorkAreRefused(t *testing.T) {
	client := newClient(t, play(t))
	for name, options := range map[string][]RenderOption{
		"":  nil,
		"a": {WithVersion(1), WithTag("b")},
		"b": {WithMissingKey("panic")},
		"c": {WithFallback("{{range .x}}")},
		"d": {WithFallback("{{px0LookUp . }}")},
		"e": {WithVersion(-1)},
	} {
		expect(t, errors.Is(renderError(t, client, name, options...), ErrUsage), true)
	}
	_, err := client.Render(context.Background(), "a", Vars{"x": func() {}})
	expect(t, errors.Is(err, ErrUsage), true)
	for _, option := range []Option{
		WithAccessToken(""), WithHost("ftp://x"), WithTimeout(-1), WithRetries(-1), WithCache(Cache{Fresh: -1}),
		WithFallbacks(map[string]string{"a": "{{"}),
	} {
		_, err := New(WithHost("http://x"), WithAccessToken("x"), option)
		expect(t, errors.Is(err, ErrUsage), true)
	}
	_, err = New(WithAccessToken("x"), WithoutCache(), WithSnapshotFile("x"))
	expect(t, errors.Is(err, ErrUsage), true)
}

func TestAFallbackMayBeAFunctionAndItsFailureIsTold(t *testing.T) {
	played := newPlayedPx0()
	played.stop()
	client := newClient(t, played, WithFallbackFuncs(map[string]func(Vars) (string, error){
		"greeting": func(v Vars) (string, error) { return fmt.Sprint("Hi ", v["name"]), nil },
	}))
	expect(t, render(t, client, "greeting", "Ada").Text, "Hi Ada")
	for _, broken := range []func(Vars) (string, error){
		func(Vars) (string, error) { return "", errors.New("no") },
		func(Vars) (string, error) { panic("no") },
	} {
		expect(t, errors.Is(renderError(t, client, "greeting", WithFallbackFunc(broken)), ErrTemplate), true)
	}
	expect(t, render(t, client, "greeting", "Ada", WithFallback("Hi {{.nobody}}")).Text, "Hi <no value>")
	err := renderError(t, client, "greeting", WithFallback("Hi {{.nobody}}"), WithMissingKey("error"))
	expect(t, errors.Is(err, ErrTemplate), true)
}

func TestAPauseDoublesWithEachFailedProbeAndEndsWithAnAnswer(t *testing.T) {
	now := time.Now()
	o := &outage{now: func() time.Time { return now }, draw: func() float64 { return 1 }}
	away := &UnreachableError{}
	o.found(away)
	o.found(away)
	expect(t, o.cause(), nil)
	o.found(away)
	expect(t, o.cause(), away)
	for _, seconds := range []int{1, 2, 4, 8, 10, 10} {
		now = now.Add(time.Duration(seconds)*time.Second - 1)
		expect(t, o.beginProbe(), false)
		now = now.Add(1)
		expect(t, o.beginProbe(), true)
		expect(t, o.beginProbe(), false)
		o.found(away)
		o.endProbe()
	}
	o.answered()
	expect(t, o.cause(), nil)
}

func TestWaitsAreJitteredAndBoundedAndNeverShorterThanAsked(t *testing.T) {
	most := func() float64 { return 1 }
	var waits []time.Duration
	for retry := range 6 {
		waits = append(waits, waitBeforeRetry(retry, 0, most)/time.Millisecond)
	}
	expect(t, waits, []time.Duration{100, 200, 400, 800, 1000, 1000})
	expect(t, waitBeforeRetry(0, 3*time.Second, most), 3*time.Second)
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	expect(t, parseRetryAfter("7", now), 7*time.Second)
	expect(t, parseRetryAfter("Wed, 02 Jan 2030 03:04:15 GMT", now), 10*time.Second)
	expect(t, parseRetryAfter("soon", now), 0)
}

func TestTheLeastRecentlyUsedGoesFirst(t *testing.T) {
	templates := newKeptTemplates(2, 100_000)
	put := func(slug, source string) {
		templates.update(wanted{slug: slug}, func(*kept) *kept { return &kept{wanted: wanted{slug: slug}, linked: linked{template: source}} })
	}
	slugs := func() (all []string) {
		for _, entry := range templates.all() {
			all = append(all, entry.wanted.slug)
		}
		return all
	}
	put("a", "x")
	put("b", "x")
	templates.get(wanted{slug: "a"})
	put("c", "x")
	expect(t, slugs(), []string{"a", "c"})
	put("d", strings.Repeat("x", 24_700))
	expect(t, slugs(), []string{"d"})
	put("e", strings.Repeat("x", 100_000))
	expect(t, slugs(), nil)
}
