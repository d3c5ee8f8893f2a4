package delivery

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"net/http"
	"reflect"
	"testing"
	"time"
)

func token(epoch, sequence int) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "1:%d:%d", epoch, sequence))
}

func expect[T any](t *testing.T, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got %v, and not %v", got, want)
	}
}

func TestWhatAnAnswerMeans(t *testing.T) {
	ofPx0 := map[string]string{"Px0-Revision": token(5, 1)}
	stale := map[string]string{"Px0-Revision": token(5, 1), "Px0-Stale": "true"}
	for _, each := range []struct {
		want   MeaningKind
		status int
		header map[string]string
		body   string
	}{
		{Delivery, 200, map[string]string{"Content-Type": "Text/Event-Stream; charset=utf-8"}, ""},
		{Unreachable, 200, map[string]string{"Content-Type": "text/html"}, ""},
		{Unchanged, 304, nil, ""},
		{IsRefused, 401, ofPx0, `{"error":"unauthorized"}`},
		{IsRefused, 403, ofPx0, `{"error":"user is not verified"}`},
		{Unreachable, 401, stale, `{"error":"unauthorized"}`},
		{Unreachable, 401, nil, `{"error":"unauthorized"}`},
		{Unreachable, 401, ofPx0, "<html>"},
		{Unreachable, 401, ofPx0, `{"message":"who?"}`},
		{NoDelivery, 404, nil, `{"error":"not found"}`},
		{Unreachable, 404, ofPx0, `{"error":"not found"}`},
		{Unreachable, 404, nil, "not found"},
		{TooLarge, 422, ofPx0, `{"error":"audience is too large; name teams or slugs"}`},
		{Unreachable, 422, ofPx0, `{"error":"something else"}`},
		{Unreachable, 429, ofPx0, `{"error":"too many streams"}`},
		{Unreachable, 503, ofPx0, `{"error":"service unavailable"}`},
		{OtherEpochs, 503, ofPx0, `{"error":"revision not yet available"}`},
		{Unreachable, 503, map[string]string{"Px0-Revision": token(6, 0)}, `{"error":"revision not yet available"}`},
		{Unreachable, 503, nil, `{"error":"revision not yet available"}`},
		{Unreachable, 302, nil, ""},
	} {
		header := http.Header{}
		for name, value := range each.header {
			header.Set(name, value)
		}
		got := MeaningOf(each.status, header, StreamMedia, true, []byte(each.body), token(6, 1))
		header.Set("Px0-Hint", "credentials=expired-key")
		hinted, hint := MeaningOf(each.status, header, StreamMedia, true, []byte(each.body), token(6, 1)), ""
		if got.Kind == IsRefused {
			hint = "the API key has expired"
		}
		expect(t, hinted.Hint, hint)
		if got.Kind != each.want {
			t.Errorf("%d %v %s means %s, and not %s", each.status, each.header, each.body, got.Kind, each.want)
		}
	}
	for value, want := range map[string]time.Duration{"5": 5 * time.Second, "600": time.Minute, "Wed, 21 Oct 2026 07:28:00 GMT": 0, "-1": 0, "": 0} {
		expect(t, MeaningOf(503, http.Header{"Retry-After": {value}}, StreamMedia, true, nil, "").RetryAfter, want)
	}
}

func TestTheStateOfAClient(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	at := func(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }
	times := StateTimes{2 * time.Second, 15 * time.Second}
	nothing := Observed{StartedAt: start}
	held := nothing
	held.HoldsAnything = true
	inStep := held
	inStep.HeardAt, inStep.ConfirmedAt = at(100_000), at(100_000)
	stale, heard, refused, closed := inStep, inStep, inStep, inStep
	stale.IsPx0Stale = true
	heard.HeardAt, heard.IsPx0Stale = at(159_999), true
	refused.IsRefused = true
	closed.IsRefused, closed.IsClosed = true, true
	for _, each := range []struct {
		want     State
		now      int
		observed Observed
	}{
		{Initializing, 1_999, nothing}, {Offline, 2_000, nothing}, {Offline, 0, held}, {Ready, 144_999, inStep}, {Stale, 145_000, inStep},
		{Stale, 159_999, inStep}, {Offline, 160_000, inStep}, {Stale, 100_001, stale}, {Offline, 160_000, heard}, {Refused, 100_000, refused},
		{Closed, 100_000, closed},
	} {
		if got := StateAt(at(each.now), each.observed, times); got != each.want {
			t.Errorf("at %d it is %s, and not %s", each.now, got, each.want)
		}
	}
	for now, want := range map[int]time.Duration{100_000: 45 * time.Second, 145_000: 15 * time.Second, 160_000: 0} {
		got, isAny := NextChangeAfter(at(now), inStep, times)
		expect(t, got, want)
		expect(t, isAny, want != 0)
	}
}

func TestTheNextAttempt(t *testing.T) {
	half := func() float64 { return 0.5 }
	retry := RetryRange{0, 2 * time.Second}
	policy := NewReconnectPolicy(half)
	expect(t, policy.AfterBreak(10*time.Second, retry, 0), time.Second)
	expect(t, policy.AfterBreak(10*time.Second, RetryRange{time.Second, 2 * time.Second}, 0), 1_500*time.Millisecond)
	for _, want := range []int{500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000} {
		expect(t, policy.AfterBreak(9_999*time.Millisecond, retry, 0), time.Duration(want)*time.Millisecond)
	}
	policy.AfterBreak(10*time.Second, retry, 0)
	expect(t, policy.AfterBreak(0, retry, 0), 500*time.Millisecond)
	expect(t, policy.AfterBreak(0, retry, 5*time.Second), 5*time.Second)
	for _, want := range []int{30, 60, 120, 240, 480, 600, 600} {
		expect(t, policy.AfterRefusal(), time.Duration(want)*time.Second)
	}
	policy.Delivered()
	expect(t, policy.AfterRefusal(), 30*time.Second)
	expect(t, NewReconnectPolicy(func() float64 { return 0 }).Spread(30*time.Second), 27*time.Second)
}

func TestAVersionReferenceIsReadAsPx0ReadsIt(t *testing.T) {
	for text, want := range map[string]int64{"7": 7, "007": 7, "+7": 7, "-7": -7, "9223372036854775807": 9223372036854775807} {
		number, isNumber := ParseVersionRef(text)
		expect(t, isNumber, true)
		expect(t, number, want)
	}
	for _, text := range []string{"", "prod", "7a", "9223372036854775808", "1_0", "0x7", " 7"} {
		_, isNumber := ParseVersionRef(text)
		expect(t, isNumber, false)
	}
}

func TestRevisionsHaveAnOrder(t *testing.T) {
	ordered := []string{"none", token(5, 9), token(5, 10), token(40, 1)}
	for i, a := range ordered {
		for k, b := range ordered {
			expect(t, order(uint64(10+CompareRevisions(a, b)), 10), order(uint64(i), uint64(k)))
		}
	}
	expect(t, LaterOf("", ordered[1]), ordered[1])
	expect(t, LaterOf(ordered[2], ordered[1]), ordered[2])
}

// An index holds what a plain list says, whatever was there before, and what was published does not change.
func TestASlugMeansThePromptThatComesBeforeAllOthers(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	for range 300 {
		var index PromptIndex
		held := map[string]*Held{}
		published, count := &PublishedIndex{}, 0
		for range random.IntN(30) {
			team := pick("x", "y")
			prompt := &Prompt{
				ID: pick("1", "2", "3"), Slug: pick("a", "b"), Status: pick("active", "archived"),
				CreatedAt: pick("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.1Z", "2026-01-01T00:00:00.12Z"),
			}
			key := team + prompt.ID
			var before *Prompt
			if held[key] != nil {
				before = held[key].Prompt
			}
			if random.IntN(3) == 0 {
				index.Edit(team, before, nil)
				delete(held, key)
			} else {
				index.Edit(team, before, prompt)
				held[key] = &Held{team, prompt, prompt.Status == "archived", instantOf(prompt.CreatedAt)}
			}
			if random.IntN(4) == 0 {
				if next, isNew := index.Publish(); isNew {
					published, count = next, len(held)
				}
			}
		}
		found := 0
		for range published.All() {
			found++
		}
		expect(t, found, count)
		if next, isNew := index.Publish(); isNew {
			published = next
		}
		for _, slug := range []string{"a", "b"} {
			for _, team := range []string{"", "x", "y"} {
				best := published.Find(slug, team)
				for _, each := range held {
					isCandidate := each.Prompt.Slug == slug && (team == "" || each.TeamID == team)
					if isCandidate && (best == nil || Precedes(each, best)) {
						t.Fatalf("%s in %q: %v comes before %v", slug, team, each.Prompt, best)
					}
				}
			}
		}
	}
}

func TestWhatIsToldOfAChange(t *testing.T) {
	make := func(live int, tag int, status, draft string) *Prompt {
		line := fmt.Sprintf(`{"type":"put","team_id":"t1","revision":"%s","prompt":{"id":"p1","slug":"greeting","status":"%s","created_at":"","live":%d,
			"tags":{"beta":%d},"versions":[{"version":2,"status":"live","template":"Hello"},{"version":3,"status":"draft","template":%s}],"etag":"%s"}}`,
			someRevision, status, live, tag, draft, someDigest)
		frame, err := ReadFrame([]byte(line))
		if err != nil {
			t.Fatal(err)
		}
		return frame.Prompt
	}
	kinds := func(before, after *Prompt) (kinds []ChangeKind) {
		for _, change := range ChangesOf("t1", before, after) {
			kinds = append(kinds, change.Kind)
		}
		return kinds
	}
	before := make(2, 3, "active", `"Draft"`)
	expect(t, ChangesOf("t1", before, make(3, 3, "active", `"Draft"`)), []Change{{
		"greeting", "p1", "t1", Live, &ChangedState{2, map[string]int{"beta": 3}, "active"}, &ChangedState{3, map[string]int{"beta": 3}, "active"},
	}})
	expect(t, kinds(before, make(3, 2, "archived", `"Other"`)), []ChangeKind{Live, Tags, Status, Text})
	expect(t, kinds(make(2, 3, "active", "null"), before), nil)
	expect(t, kinds(nil, before), []ChangeKind{Added})
	expect(t, kinds(before, nil), []ChangeKind{Removed})
	other := make(2, 3, "active", `"Draft"`)
	other.Slug = "hi"
	expect(t, kinds(before, other), []ChangeKind{Removed, Added})
}

func TestAFeedTellsInOrderAndSaysManyBeyondItsBound(t *testing.T) {
	feed := NewChangeFeed(func(any) {})
	begun, release, done := make(chan bool), make(chan bool), make(chan bool)
	var told []string
	cancel := feed.Listen("*", func(change Change) {
		if len(told) == 0 {
			begun <- true
			<-release
		}
		told = append(told, change.Slug)
		if change.Slug == "last" {
			done <- true
		}
	})
	feed.Push(Change{Slug: "first"})
	<-begun
	for i := range 5_000 {
		feed.Push(Change{Slug: fmt.Sprint(i)})
	}
	feed.Push(Change{Slug: "last"})
	release <- true
	<-done
	expect(t, told[:3], []string{"first", "*", "4001"})
	expect(t, len(told), mostWaiting+2)
	cancel()
	feed.Push(Change{Slug: "unheard"})
}

func TestAListenerThatPanicsIsAWarning(t *testing.T) {
	failures := make(chan any, 1)
	feed := NewChangeFeed(func(failure any) { failures <- failure })
	heard := make(chan Change, 1)
	feed.Listen("a", func(Change) { panic("no") })
	feed.Listen("a", func(change Change) { heard <- change })
	feed.Listen("b", func(Change) { t.Error("b was told of a") })
	feed.Push(Change{Slug: "a"})
	expect(t, <-failures, any("no"))
	expect(t, (<-heard).Slug, "a")
}
