package px0

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/px0/px0/packages/sdk-go/internal/delivery"
	"github.com/px0/px0/packages/sdk-go/internal/segments"
)

const (
	// As a precaution: a team may be deleted and made anew, and its prompts' numbers with it.
	fetchAgainAfter        = 5 * time.Minute
	fetchRetryAfter        = 10 * time.Second
	longestClose           = 10 * time.Second
	mostFailuresRemembered = 1_000
	// Smaller progress of a confirmation is not worth a write.
	saveConfirmationAfter = time.Minute
)

// Client renders prompts, and keeps working while px0 is unreachable. Create one with New, use it from all goroutines, and close it at the end.
// It must not be copied.
type Client struct {
	settings   *settings
	transport  *transport
	kept       *keptTemplates
	outage     *outage
	background *background
	// nil without a file.
	state    *stateFile
	isClosed atomic.Bool
	madeAt   time.Time

	// What is held, and rendered here; nil in ModeRemote.
	delivery *delivery.Client
	// nil without a bundle.
	bundle *bundleFile
	// nil when px0 is told nothing.
	usage *usage
	// Ends what the observer sees; nil without one.
	stopObserving func()
	// The highest revision that this client itself has written.
	written         highestRevision
	statusListeners *statusListeners
	// Of the client's own transport for deliveries.
	closeDelivery func()
	forgetEarlier sync.Once

	mu sync.Mutex
	// While a template is fetched: the answer of px0 that it has to suit.
	awaited       map[wanted]*live
	fetchFailedAt map[wanted]time.Time
}

// call is one render, with everything that does not change on its way.
type call struct {
	wanted     wanted
	version    int
	tag        string
	body       []byte
	variables  map[string]any
	missingKey string
	// Of a chat: whether px0 makes the transcript, and not the SDK of the messages.
	hasTranscript bool
	// What happens to variables that violate the contract, where the prompt is less strict; empty for what the prompt says.
	contract string
	fallback fallback
	// What is held, but earlier than what this client has written; nil if nothing is.
	late func() (Result, bool)
	// What usage counts of it; its source is empty while nothing was rendered here.
	counted countedRender
}

// New makes a client. The error is ErrUsage for settings with which it cannot work.
func New(options ...Option) (*Client, error) {
	s, err := newSettings(options)
	if err != nil {
		return nil, err
	}
	c := clientOf(s)
	if s.mode != ModeRemote {
		c.delivery = delivery.NewClient(c.deliveryOptions())
	}
	c.loadFiles()
	if c.delivery != nil {
		c.delivery.Start()
	}
	if s.observer != nil && c.delivery != nil {
		c.watch(s.observer)
	}
	return c, nil
}

func clientOf(s *settings) *Client {
	c := &Client{
		settings:      s,
		transport:     newTransport(s),
		kept:          newKeptTemplates(0, 0),
		outage:        &outage{now: time.Now, draw: rand.Float64},
		background:    newBackground(),
		awaited:       map[wanted]*live{},
		fetchFailedAt: map[wanted]time.Time{},

		madeAt:          time.Now(),
		closeDelivery:   func() {},
		statusListeners: &statusListeners{warn: s.warn},
	}
	c.usage = newUsage(s, c.transport)
	if s.cache != nil {
		c.kept = newKeptTemplates(s.cache.MaxEntries, s.cache.MaxBytes)
	}
	if s.mode != ModeRemote {
		c.kept = newKeptTemplates(mostFetched, mostBytesFetched)
	}
	return c
}

// Render makes the text of a prompt's live version, or of the one named by WithVersion or WithTag. px0 makes it, or the client itself of
// what it holds (see WithMode).
//
// For errors.Is an error is ErrUsage for a call that cannot work; ErrRefused (a *RefusedError) when px0 refuses, and ErrNotFound,
// ErrUnauthorized, ErrForbidden or ErrInvalidRequest by its status; ErrUnreachable (an *UnreachableError) when px0 is away and there
// is nothing to fall back on; ErrTemplate when the fallback fails; and the cause of ctx when that ends.
func (c *Client) Render(ctx context.Context, slug string, variables Vars, options ...RenderOption) (Result, error) {
	if !c.isMade() {
		return Result{}, errNotMade
	}
	if ctx == nil {
		return Result{}, usageError("the context is nil")
	}
	if c.isClosed.Load() {
		return Result{}, usageError("the client is closed")
	}
	made, err := c.newCall(slug, options)
	if err != nil {
		return Result{}, err
	}
	return c.observed(ctx, made, variables)
}

// observed renders, counts, and tells the observer.
func (c *Client) observed(ctx context.Context, made *call, variables Vars) (Result, error) {
	if c.settings.observer == nil {
		return c.counted(ctx, made, variables)
	}
	inside, end := c.beginObserved(ctx, made.wanted.slug)
	result, err := c.counted(inside, made, variables)
	c.endObserved(end, result, err)
	return result, err
}

func (c *Client) counted(ctx context.Context, made *call, variables Vars) (Result, error) {
	if c.usage == nil {
		return c.render(ctx, made, variables)
	}
	began := time.Now()
	result, err := c.render(ctx, made, variables)
	if err != nil || result.Source != SourceLive {
		c.usage.count(&made.counted, err != nil, time.Since(began), made.variables)
	}
	return result, err
}

// counts: a version was rendered here, or px0 would have refused to; of a fallback, there is no version.
func (c *call) counts(promptID, slug string, version int, source Source) {
	prompt := promptID
	if prompt == "" {
		prompt = slug
	}
	c.counted = countedRender{key: usageKey{prompt, version, source}, promptID: promptID, slug: slug}
}

func (c *Client) render(ctx context.Context, made *call, variables Vars) (Result, error) {
	if c.delivery != nil {
		if cause := ended(ctx); cause != nil {
			return Result{}, cause
		}
		return c.renderHeld(ctx, made, variables)
	}
	if err := made.encode(variables); err != nil {
		return Result{}, err
	}
	if cause := ended(ctx); cause != nil {
		return Result{}, cause
	}
	if result, ok := c.fresh(made); ok {
		return result, nil
	}
	return c.renderRemotely(ctx, made)
}

// renderRemotely asks px0, and goes on without it while it is away.
func (c *Client) renderRemotely(ctx context.Context, made *call) (Result, error) {
	if result, ok, err := c.duringPause(made); ok || err != nil {
		return result, err
	}
	answer, err := c.ask(ctx, made)
	if c.isClosed.Load() {
		// Closed meanwhile: the connection of this call has become idle after those that Close has closed.
		c.transport.close()
	}
	if err == nil {
		return liveResult(made, answer), nil
	}
	if cause := ended(ctx); cause != nil {
		return Result{}, cause
	}
	var away *UnreachableError
	if !errors.As(err, &away) {
		return Result{}, err
	}
	result, ok, failure := c.withoutPx0(made, away)
	if ok || failure != nil {
		return result, failure
	}
	return Result{}, err
}

// Close waits for what goes on in the background, for as long as a call may take and ten seconds at most, tells px0 what was rendered, for two
// seconds at most, writes the state file and closes idle connections. It may be called more than once. The error is ErrUsage for a client that New has not made, and nil
// otherwise: a file that cannot be written is a warning.
func (c *Client) Close() error {
	if !c.isMade() {
		return errNotMade
	}
	isFirst := !c.isClosed.Swap(true)
	if c.bundle != nil {
		c.bundle.close()
	}
	if c.delivery != nil {
		c.delivery.Close()
		c.closeDelivery()
		if isFirst && c.state != nil && c.settings.mode != ModeFile && !c.delivery.View().SavedAt().IsZero() {
			// It may have been confirmed since it was written.
			c.state.changed()
		}
	}
	c.background.close(min(c.settings.timeout, longestClose))
	// At last, with all that was rendered until now.
	c.usage.close()
	if isFirst {
		c.endWatch()
	}
	if c.state != nil {
		c.state.close()
	}
	c.transport.close()
	return nil
}

var errNotMade = usageError("the client was not created with New")

func (c *Client) isMade() bool { return c != nil && c.settings != nil }

func (c *Client) newCall(slug string, options []RenderOption) (*call, error) {
	if _, err := segments.Of("slug", slug); err != nil {
		return nil, err
	}
	made := &call{wanted: wanted{team: c.settings.team, slug: slug}, fallback: c.settings.fallbacks[slug]}
	for _, option := range options {
		if option == nil {
			return nil, usageError("an option is nil")
		}
		if err := option.change(made); err != nil {
			return nil, err
		}
	}
	if made.version != 0 && made.tag != "" {
		return nil, usageError("pass either a version or a tag, not both")
	}
	made.wanted.ref = made.tag
	if made.version != 0 {
		made.wanted.ref = strconv.Itoa(made.version)
	}
	return made, nil
}

func (c *call) encode(variables Vars) error {
	if variables == nil {
		variables = Vars{}
	}
	encoded, decoded, err := encodeVariables(variables)
	if err != nil {
		return variablesError(err)
	}
	c.variables = decoded
	var given struct {
		MissingKey string `json:"missing_key,omitempty"`
		Transcript bool   `json:"transcript"`
		Contract   string `json:"contract,omitempty"`
	}
	given.MissingKey, given.Transcript, given.Contract = c.missingKey, c.hasTranscript, c.contract
	if !isMissingKey(c.missingKey) {
		return errMissingKey
	}
	options, err := json.Marshal(given)
	c.body = fmt.Appendf(nil, `{"variables":%s,"options":%s}`, encoded, options)
	return err
}

func isMissingKey(text string) bool {
	return slices.Contains([]string{"", "error", "default", "zero"}, text)
}

// fresh serves from what is kept, while that is young enough for the client.
func (c *Client) fresh(made *call) (Result, bool) {
	cache := c.settings.cache
	if cache == nil || cache.Fresh+cache.StaleWhileRevalidate == 0 {
		return Result{}, false
	}
	entry := c.kept.get(made.wanted)
	if entry == nil || !entry.mayBeFresh {
		return Result{}, false
	}
	age := ageOf(entry)
	if age >= cache.Fresh+cache.StaleWhileRevalidate {
		return Result{}, false
	}
	result, ok := keptResult(made, entry, nil)
	if ok && age >= cache.Fresh {
		c.background.start("revalidate "+made.wanted.name(), func(ctx context.Context) { c.askAlone(ctx, made) })
	}
	return result, ok
}

// duringPause: while px0 is known to be away, whoever has something to go on with does not wait.
func (c *Client) duringPause(made *call) (Result, bool, error) {
	cause := c.outage.cause()
	if cause == nil {
		return Result{}, false, nil
	}
	result, ok, err := c.withoutPx0(made, cause)
	if ok && c.outage.beginProbe() {
		c.probe(made)
	}
	return result, ok, err
}

func (c *Client) probe(made *call) {
	c.background.start("probe", func(ctx context.Context) {
		defer c.outage.endProbe()
		c.askAlone(ctx, made)
	})
}

// askAlone is for the background: the caller's context has its own end, and failures are dealt with where they are noticed.
func (c *Client) askAlone(ctx context.Context, made *call) {
	_, _ = c.ask(ctx, made)
}

func (c *Client) ask(ctx context.Context, made *call) (*live, error) {
	got, err := c.transport.send(ctx, request{method: "POST", path: made.wanted.renderPath(), body: made.body, isRender: true})
	if err != nil {
		var away *UnreachableError
		if errors.As(err, &away) && ended(ctx) == nil {
			c.outage.found(away)
		}
		return nil, err
	}
	judged := judgeRender(c.settings, got)
	if judged.unreachable != nil {
		c.outage.found(judged.unreachable)
		return nil, judged.unreachable
	}
	c.outage.answered()
	switch {
	case judged.gone != nil:
		c.forget(made.wanted)
		return nil, judged.gone
	case judged.refused != nil:
		c.endFreshness(made.wanted)
		return nil, judged.refused
	}
	c.confirm(made.wanted, judged.live)
	return judged.live, nil
}

// withoutPx0 tries what is held or kept, then the fallback. The error is the fallback's.
func (c *Client) withoutPx0(made *call, cause *UnreachableError) (Result, bool, error) {
	if made.late != nil {
		if result, ok := made.late(); ok {
			result.Cause = cause
			return result, true, nil
		}
	}
	if entry := c.kept.get(made.wanted); entry != nil && c.mayStandIn(entry) {
		if result, ok := keptResult(made, entry, cause); ok {
			return result, true, nil
		}
	}
	// A version that could not be rendered is not what counts.
	made.counted = countedRender{}
	if made.fallback == nil {
		return Result{}, false, nil
	}
	made.counts("", made.wanted.slug, 0, SourceFallback)
	rendered, err := made.fallback(made)
	if err != nil {
		return Result{}, false, err
	}
	result := rendered.result(made)
	// Not nil, as of a version without tags: in JSON it is a list.
	result.Source, result.Stale, result.Cause, result.Tags = SourceFallback, true, cause, []string{}
	return result, true, nil
}

// mayStandIn: what was fetched for a prompt is rendered where that is held, and nowhere else.
func (c *Client) mayStandIn(entry *kept) bool {
	if c.delivery == nil {
		return true
	}
	return entry.promptID == "" && (c.settings.maxStale == 0 || ageOf(entry) <= c.settings.maxStale)
}

func (c *Client) confirm(w wanted, got *live) {
	if c.settings.cache == nil {
		return
	}
	now := time.Now()
	before, _ := c.kept.update(w, func(entry *kept) *kept {
		if entry == nil || (entry.version == got.version && got.stale) {
			return entry
		}
		if entry.version == got.version && !entry.holds(got) {
			return nil
		}
		changed := *entry
		changed.mayBeFresh = entry.version == got.version
		if changed.mayBeFresh {
			changed.tags, changed.revision, changed.confirmedAt, changed.origin = got.tags, got.revision, now, SourceCache
		}
		return &changed
	})
	isHeld := before.holds(got)
	if isHeld && !got.stale && now.Sub(before.confirmedAt) > saveConfirmationAfter {
		c.changed()
	}
	if !isHeld || now.Sub(before.fetchedAt) > fetchAgainAfter {
		c.fetchTemplate(w, got)
	}
}

func (c *Client) forget(w wanted) {
	c.mu.Lock()
	delete(c.awaited, w)
	c.mu.Unlock()
	if before, _ := c.kept.update(w, func(*kept) *kept { return nil }); before != nil {
		c.changed()
	}
}

func (c *Client) endFreshness(w wanted) {
	c.kept.update(w, func(entry *kept) *kept {
		if entry == nil || !entry.mayBeFresh {
			return entry
		}
		changed := *entry
		changed.mayBeFresh = false
		return &changed
	})
}

func (c *Client) changed() {
	if c.state != nil {
		c.state.changed()
	}
}

// fetchTemplate works in the background, for the caller has its text already; and for the latest answer, should another come
// meanwhile.
func (c *Client) fetchTemplate(w wanted, got *live) {
	c.mu.Lock()
	failedAt, hasFailed := c.fetchFailedAt[w]
	if hasFailed && time.Since(failedAt) < fetchRetryAfter {
		c.mu.Unlock()
		return
	}
	// Another call may have fetched it since this one looked.
	entry := c.kept.get(w)
	if entry.holds(got) && time.Since(entry.fetchedAt) <= fetchAgainAfter {
		c.mu.Unlock()
		return
	}
	c.awaited[w] = got
	c.mu.Unlock()
	c.background.start("fetch "+w.name(), func(ctx context.Context) { c.fetch(ctx, w) })
}

func (c *Client) fetch(ctx context.Context, w wanted) {
	for {
		version, isAwaited := c.awaitedVersion(w)
		if !isAwaited {
			return
		}
		if c.settle(w, version, c.programOf(ctx, w, version, "")) {
			return
		}
	}
}

func (c *Client) awaitedVersion(w wanted) (int, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	got, ok := c.awaited[w]
	if !ok {
		return 0, false
	}
	return got.version, true
}

// settle keeps a fetched program, unless px0 has meanwhile answered with another version. It is nil when it could not be had.
func (c *Client) settle(w wanted, version int, fetched *linked) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	got, isAwaited := c.awaited[w]
	if !isAwaited {
		return true
	}
	if got.version != version {
		return false
	}
	delete(c.awaited, w)
	if fetched == nil || (got.needsProgram() && fetched.rest == nil) {
		if len(c.fetchFailedAt) >= mostFailuresRemembered {
			clear(c.fetchFailedAt)
		}
		c.fetchFailedAt[w] = time.Now()
		return true
	}
	delete(c.fetchFailedAt, w)
	now := time.Now()
	// A later px0 may know a function that this module does not: then the program is of no use here.
	compiled := fetched.compile()
	c.kept.update(w, func(*kept) *kept {
		return &kept{
			wanted: w, version: version, tags: got.tags, linked: *fetched, revision: got.revision,
			confirmedAt: now, fetchedAt: now, origin: SourceCache, mayBeFresh: !got.stale, compiled: compiled, id: fetched.id,
		}
	})
	c.changed()
	return true
}

// programOf gives nil when the program cannot be had at the moment, and for a draft, whose text may change under its number. The id of the prompt
// may be empty, for any.
func (c *Client) programOf(ctx context.Context, w wanted, number int, promptID string) *linked {
	query := url.Values{"version": {strconv.Itoa(number)}, "include": {"program"}}
	if w.team != "" {
		query.Set("team_id", w.team)
	}
	path := "/v1/prompts/" + url.PathEscape(w.slug) + "?" + query.Encode()
	got, err := c.transport.send(ctx, request{method: "GET", path: path})
	if err != nil || got.status != 200 || got.isTooLong {
		return nil
	}
	return parseProgramAnswer(got.body, w.slug, number, promptID)
}

func (w wanted) renderPath() string {
	path := "/v1/prompts/" + url.PathEscape(w.slug)
	if w.ref != "" {
		path += "/versions/" + url.PathEscape(w.ref)
	}
	path += "/render"
	if w.team != "" {
		path += "?" + url.Values{"team_id": {w.team}}.Encode()
	}
	return path
}

// name is different for what is differently wanted.
func (w wanted) name() string { return fmt.Sprintf("%q %q %q", w.team, w.slug, w.ref) }

func liveResult(made *call, got *live) Result {
	rendered := got.rendition
	if rendered.messages != nil && !made.hasTranscript {
		rendered.text = transcriptOf(rendered.messages)
	}
	result := rendered.result(made)
	result.Source, result.Version, result.Tags = SourceLive, got.version, slices.Clone(got.tags)
	result.Revision, result.Stale, result.Contract = got.revision, got.stale, got.contract
	return result
}

// keptResult gives nothing when the program cannot be run with these variables, or the contract refuses them.
func keptResult(made *call, entry *kept, cause *UnreachableError) (Result, bool) {
	if entry.compiled == nil {
		return Result{}, false
	}
	result, err := runJudged(made, entry.compiled, entry.compiled.judge, entry.linked.contract)
	if err != nil {
		return Result{}, false
	}
	id := entry.id
	if id == "" {
		id = entry.promptID
	}
	made.counts(id, entry.wanted.slug, entry.version, entry.origin)
	result.Source, result.Version, result.Tags = entry.origin, entry.version, slices.Clone(entry.tags)
	result.Revision, result.Age, result.Stale = entry.revision, ageOf(entry), true
	if cause != nil {
		result.Cause = cause
	}
	return result, true
}

// ageOf is not negative, though clocks are set back.
func ageOf(entry *kept) time.Duration { return max(0, time.Since(entry.confirmedAt)) }

func warnToLog(message string) { slog.Warn("px0: " + message) }
