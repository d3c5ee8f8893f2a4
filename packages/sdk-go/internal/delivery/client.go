package delivery

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Mode says how a client comes to hold what it holds.
type Mode string

const (
	Stream Mode = "stream"
	Poll   Mode = "poll"
	// File: no network at all.
	File Mode = "file"
)

// Options of a client.
type Options struct {
	Mode      Mode
	Transport Transport
	// From 0 to 1, the latter excluded.
	Random func() float64
	// These narrow what is delivered; nil and empty stand for all.
	Slugs []string
	Team  string
	// PollInterval is LeastPollInterval at least.
	PollInterval time.Duration
	InitTimeout  time.Duration
	// These are called one at a time, in order, and never while a frame is applied.
	OnWarning func(string)
	OnState   func(*View)
	// OnChanged is called under the client's lock: something that a file has was changed, or only confirmed, or px0 has refused the caller.
	OnChanged func(isRefused, isOther bool)
	// OnOtherInstallation is called under the client's lock: another px0 answers at the address, where no revision of the earlier one means anything.
	OnOtherInstallation func()
	// ForTests: what Put gives is all there is, and current.
	ForTests bool
}

const (
	// LeastPollInterval bounds what a fleet may ask of px0.
	LeastPollInterval = 5 * time.Second

	usualHeartbeat   = 15 * time.Second
	pauseOfWarnings  = time.Minute
	mostOfRetryAfter = 2 * time.Second
)

// Client holds every prompt that a key may render, and keeps it as px0 has it: by a stream, or by polling where streams do not get through. It
// renders nothing itself; a View says what a render would be made of.
type Client struct {
	options     Options
	view        atomic.Pointer[View]
	feed        *ChangeFeed
	teller      teller
	connections sync.WaitGroup

	mu      sync.Mutex
	policy  *ReconnectPolicy
	index   PromptIndex
	replica *Replica
	// Closed and replaced at each change of what somebody may wait for.
	changed   chan struct{}
	warnedAt  map[string]time.Time
	startedAt time.Time

	current *connection
	// The connection that shall take the place of the current one.
	next *connection
	// Calls of later; nil when there is none.
	attempting, gracing, stating *time.Timer
	stateAt                      time.Time

	isClosed    bool
	refusal     *Refusal
	isPx0Stale  bool
	heardAt     time.Time
	confirmedAt time.Time
	// Of a file or a bundle: when it was current.
	savedAt      time.Time
	confirmation Confirmation
	// Whether there is a state that changes are told against.
	hasFirstState   bool
	heartbeat       time.Duration
	retry           RetryRange
	silentStreams   int
	pollUntil       time.Time
	otherEpochSince time.Time
	repairs         int
	lastError       string
	state           State
	since           time.Time
	published       *PublishedIndex
	teams           map[string]bool
}

// NewClient makes a client that does nothing before Start.
func NewClient(options Options) *Client {
	c := &Client{
		options: options, policy: NewReconnectPolicy(options.Random), changed: make(chan struct{}), warnedAt: map[string]time.Time{},
		startedAt: time.Now(), confirmation: BySnapshot, heartbeat: usualHeartbeat, retry: RetryRange{0, mostOfRetryAfter}, state: Initializing,
		published: &PublishedIndex{},
	}
	c.since = c.startedAt
	// As px0 writes ids; an application may write them in capitals.
	c.options.Team = strings.ToLower(options.Team)
	c.options.PollInterval = max(options.PollInterval, LeastPollInterval)
	c.feed = NewChangeFeed(func(failure any) {
		c.options.OnWarning(fmt.Sprintf("a listener of changes panicked: %v", failure))
	})
	c.replica = NewReplica(func(teamID string, before, after *Prompt) {
		c.index.Edit(teamID, before, after)
		if c.hasFirstState {
			c.feed.Push(ChangesOf(teamID, before, after)...)
		}
	})
	c.mu.Lock()
	defer c.mu.Unlock()
	c.publish()
	return c
}

// View is what is held now.
func (c *Client) View() *View { return c.view.Load() }

// Start begins; before that it may be given what was kept.
func (c *Client) Start() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.options.Mode != File {
		c.attemptAfter(0)
	}
	c.update()
}

// Load takes what an earlier process has kept, or a bundle. Of each team the later revision stays. It gives the teams that were passed over
// because what is held is as late.
func (c *Client) Load(kept *Replica, origin Confirmation, savedAt time.Time) (older []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.isClosed {
		return nil
	}
	isFirst := !c.hasFirstState
	if isFirst && origin == BySnapshot {
		c.replica.Adopt(kept)
	} else {
		for _, team := range kept.Teams() {
			if held := c.replica.RevisionOf(team.TeamID); held != "" && CompareRevisions(team.Revision, held) <= 0 {
				older = append(older, team.TeamID)
				continue
			}
			c.replica.AdoptTeam(team.TeamID, kept)
		}
	}
	c.hasFirstState = true
	if isFirst || savedAt.After(c.savedAt) {
		c.savedAt = savedAt
		if c.confirmedAt.IsZero() {
			c.confirmation = origin
		}
	}
	c.update()
	return older
}

// Close ends everything. What is held stays readable for a last file, and renders nothing any more.
func (c *Client) Close() {
	c.mu.Lock()
	c.isClosed = true
	c.disconnect()
	stop(&c.stating)
	c.update()
	c.mu.Unlock()
	c.connections.Wait()
	c.feed.Close()
}

// Reconnect connects at once, whatever it waits for.
func (c *Client) Reconnect() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.isClosed && c.options.Mode != File && c.current == nil && c.next == nil {
		c.attemptAfter(0)
	}
}

// OnChange calls tell for the changes of a slug, or all with "*". The result ends it.
func (c *Client) OnChange(slug string, tell func(Change)) (cancel func()) {
	return c.feed.Listen(slug, tell)
}

// Wait waits until the view is as asked for, or the context ends.
func (c *Client) Wait(ctx context.Context, isDone func(*View) bool) bool {
	for {
		c.mu.Lock()
		changed, view := c.changed, c.View()
		c.mu.Unlock()
		if isDone(view) {
			return true
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return isDone(c.View())
		}
	}
}

// WithReplica looks at all that is held. It must not be changed, and not be kept.
func (c *Client) WithReplica(look func(*Replica, *View)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	look(c.replica, c.View())
}

// Put sets a prompt of a client for tests; nil removes what has the id.
func (c *Client) Put(teamID, promptID string, prompt *Prompt) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.replica.teams[teamID] == nil {
		c.replica.teams[teamID] = emptyTeam()
	}
	if prompt == nil {
		c.replica.remove(teamID, promptID)
	} else {
		c.replica.set(teamID, prompt)
	}
	c.update()
}

// Complete: all is there that a client for tests begins with. From now on changes are told.
func (c *Client) Complete() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hasFirstState = true
	c.confirmedAt = time.Now()
	c.confirmation = ByStream
	c.update()
}

func (c *Client) polls() bool {
	return c.options.Mode == Poll || time.Now().Before(c.pollUntil)
}

// after has the task run later under the lock, unless the timer is stopped or replaced before.
func (c *Client) after(d time.Duration, slot **time.Timer, task func()) {
	stop(slot)
	var timer *time.Timer
	timer = time.AfterFunc(d, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if *slot == timer {
			*slot = nil
			task()
			c.publish()
		}
	})
	*slot = timer
}

func stop(slot **time.Timer) {
	if *slot != nil {
		(*slot).Stop()
		*slot = nil
	}
}

func (c *Client) attemptAfter(d time.Duration) {
	stop(&c.attempting)
	switch {
	case c.isClosed:
	case d > 0:
		c.after(d, &c.attempting, c.attempt)
	default:
		c.attempt()
	}
}

func (c *Client) attempt() {
	stop(&c.attempting)
	if c.isClosed || c.next != nil {
		return
	}
	made := &connection{client: c, media: StreamMedia, replica: c.replica, lastByteAt: time.Now(), patience: Hello}
	if c.polls() {
		made.media = SnapshotMedia
	}
	if c.current == nil {
		c.current = made
	} else {
		// Two connections at once would contradict each other in one replica.
		made.replica = c.replica.Fork()
		c.next = made
	}
	ctx, cancel := context.WithCancel(context.Background())
	made.cancel = cancel
	made.watch()
	c.connections.Add(1)
	go made.run(ctx, c.requestOf(made))
}

func (c *Client) requestOf(made *connection) Request {
	replica, isPoll := made.replica, made.media == SnapshotMedia
	var query []string
	if c.options.Team != "" {
		query = append(query, "team_id="+url.QueryEscape(c.options.Team))
	}
	if c.options.Slugs != nil {
		escaped := make([]string, len(c.options.Slugs))
		for i, slug := range c.options.Slugs {
			escaped[i] = url.QueryEscape(slug)
		}
		query = append(query, "slugs="+strings.Join(escaped, ","))
	}
	header := http.Header{"Accept": {made.media}}
	path := "/v1/delivery/stream"
	if isPoll {
		path = "/v1/delivery/snapshot"
	}
	if last := replica.Last; last != "" {
		if isPoll {
			query = append(query, "since="+last)
			if replica.IsSynced {
				digest := replica.Digest()
				header.Set("If-None-Match", fmt.Sprintf(`"%s.%d"`, digest.Text(), digest.Count))
			}
		} else {
			header.Set("Last-Event-ID", last)
		}
	}
	if replica.Floor != "" {
		// Whatever replica answers, nothing here goes back in time.
		header.Set("Px0-Min-Revision", replica.Floor)
		header.Set("Px0-Consistency", "require")
	}
	if len(query) > 0 {
		path += "?" + strings.Join(query, "&")
	}
	return Request{path, header}
}

func (c *Client) delivers(follower *connection, header http.Header) {
	c.refusal = nil
	c.otherEpochSince = time.Time{}
	if follower.media == SnapshotMedia {
		follower.replica.ForgetTransfer()
		c.isPx0Stale = header.Get("Px0-Stale") != ""
	}
	c.update()
}

func (c *Client) receive(follower *connection, frame *Frame) {
	if (follower != c.current && follower != c.next) || c.isClosed {
		return
	}
	switch frame.Type {
	case "end":
		// At once: not one more render.
		c.refuse(Refusal{Status: frame.Status, Error: frame.Error})
		c.attemptAfter(c.policy.AfterRefusal())
		c.update()
		return
	case "hello":
		if !c.greet(follower, frame) {
			return
		}
	case "goaway":
		c.goAway(follower, frame)
	}
	if reason := follower.replica.Apply(frame); reason != "" {
		c.repair(follower, reason)
		return
	}
	c.note(follower, frame)
	c.swapWhenInStep(follower)
	// The others change no state.
	if frame.Type != "put" && frame.Type != "delete" && frame.Type != "begin" {
		c.update()
	}
}

func (c *Client) greet(follower *connection, frame *Frame) bool {
	if frame.Protocol != Protocol {
		follower.close(protocolError(frame.Protocol))
		return false
	}
	c.silentStreams = 0
	c.heartbeat, c.retry = frame.Heartbeat, frame.Retry
	if follower == c.current {
		c.isPx0Stale = frame.Stale
	}
	return true
}

// note learns from a frame how current all is.
func (c *Client) note(follower *connection, frame *Frame) {
	if frame.Type == "sync" {
		follower.isInStep = true
	}
	if follower != c.current || !follower.isInStep {
		return
	}
	switch frame.Type {
	case "heartbeat":
		c.isPx0Stale = frame.Stale
	case "mark":
		// It shows what it hears, so it hears.
		c.isPx0Stale = false
	}
	c.heardAt = time.Now()
	closes := frame.Type == "mark" || frame.Type == "sync" || frame.Type == "heartbeat"
	if closes && !follower.replica.IsInTransfer() {
		c.confirm(follower.media)
	}
}

func (c *Client) confirm(media string) {
	c.hasFirstState = true
	c.policy.Delivered()
	c.lastError = ""
	c.confirmation = ByStream
	if media == SnapshotMedia {
		c.confirmation = ByPoll
	}
	c.heardAt = time.Now()
	// px0 may lack something itself: what it confirms is not the present.
	if !c.isPx0Stale || c.confirmedAt.IsZero() {
		c.confirmedAt = c.heardAt
	}
	c.options.OnChanged(false, false)
}

// goAway: another connection is opened, and this one read until that one has all.
func (c *Client) goAway(follower *connection, frame *Frame) {
	if follower != c.current || c.next != nil || c.attempting != nil {
		return
	}
	c.attemptAfter(max(c.policy.Within(frame.Retry), time.Millisecond))
	c.after(frame.Grace, &c.gracing, func() { follower.close(outcome{kind: closedHere}) })
}

func (c *Client) swapWhenInStep(follower *connection) {
	if follower != c.next || !follower.isInStep || follower.replica.IsInTransfer() {
		return
	}
	last, floor := follower.replica.Last, c.replica.Floor
	// The other connection may have shown more meanwhile.
	if last == "" || (floor != "" && CompareRevisions(last, floor) < 0) {
		return
	}
	before := c.current
	c.current, c.next = follower, nil
	c.replica.Adopt(follower.replica)
	follower.replica = c.replica
	c.confirm(follower.media)
	stop(&c.gracing)
	if before != nil {
		before.close(outcome{kind: closedHere})
	}
}

func (c *Client) repair(follower *connection, reason RepairReason) {
	c.repairs++
	c.policy.Repairs()
	c.warn(fmt.Sprintf("what was delivered did not add up (%s); everything is asked for again", reason))
	c.replica.ForgetLast()
	follower.close(outcome{kind: ended, error: string(reason)})
	c.update()
}

func (c *Client) ended(follower *connection, why outcome) {
	wasNext := follower == c.next
	switch follower {
	case c.next:
		c.next = nil
	case c.current:
		c.current = nil
	default:
		return
	}
	if c.isClosed {
		return
	}
	wait := c.waitAfter(follower, why)
	// Of two connections one still goes on, or is about to.
	if wasNext || (c.next == nil && c.attempting == nil) {
		c.attemptAfter(wait)
	}
	c.update()
}

// waitAfter says what an outcome means, and how long to wait.
func (c *Client) waitAfter(follower *connection, why outcome) time.Duration {
	switch why.kind {
	case silent:
		c.lastError = "a stream said nothing"
		c.silentStreams++
		if c.silentStreams >= MostSilentStreams {
			c.warnOnce("streams do not get through, something on the way holds them back; px0 is polled instead")
			c.pollUntil = time.Now().Add(LongPause)
			return 0
		}
		return c.policy.AfterBreak(0, c.retry, 0)
	case ended, closedHere:
		if follower.media == SnapshotMedia && follower.isInStep && why.kind == ended && why.error == "" {
			c.policy.Polled()
			return c.policy.Spread(c.options.PollInterval)
		}
		c.lastError = why.error
		if why.error == "" {
			c.lastError = "the connection ended"
		}
		return c.policy.AfterBreak(follower.lived(), c.retry, 0)
	}
	return c.waitAfterAnswer(follower, why)
}

func (c *Client) waitAfterAnswer(follower *connection, why outcome) time.Duration {
	c.lastError = why.meaning.Error
	switch why.meaning.Kind {
	case Unchanged:
		if revision := why.header.Get("Px0-Revision"); IsRevision(revision) {
			c.replica.Confirm(revision)
		}
		c.isPx0Stale = why.header.Get("Px0-Stale") != ""
		c.confirm(follower.media)
		c.policy.Polled()
		return c.policy.Spread(c.options.PollInterval)
	case IsRefused:
		c.refuse(Refusal{why.meaning.Status, why.meaning.Error, why.meaning.Hint})
		return c.policy.AfterRefusal()
	case NoDelivery:
		c.lastError = "px0 does not deliver prompts there"
		c.warnOnce("px0 does not deliver prompts at this address; prompts are rendered remotely")
		return c.policy.AfterRefusal()
	case TooLarge:
		c.warnOnce(why.meaning.Error)
		return c.policy.Spread(LongPause)
	case OtherEpochs:
		if c.isOtherInstallation() {
			return 0
		}
	}
	return c.policy.AfterBreak(0, c.retry, why.meaning.RetryAfter)
}

func (c *Client) refuse(refusal Refusal) {
	c.refusal = &refusal
	c.lastError = refusal.Error
	c.confirmedAt, c.savedAt, c.heardAt = time.Time{}, time.Time{}, time.Time{}
	c.hasFirstState = false
	c.replica.Clear()
	c.disconnect()
	c.options.OnChanged(true, true)
}

func (c *Client) isOtherInstallation() bool {
	if c.otherEpochSince.IsZero() {
		c.otherEpochSince = time.Now()
	}
	if time.Since(c.otherEpochSince) < OtherEpoch {
		return false
	}
	c.warnOnce("another px0 answers at this address; what it delivers replaces what was held")
	c.otherEpochSince = time.Time{}
	c.replica.ForgetRevisions()
	if c.options.OnOtherInstallation != nil {
		c.options.OnOtherInstallation()
	}
	return true
}

func (c *Client) disconnect() {
	stop(&c.attempting)
	stop(&c.gracing)
	for _, follower := range []*connection{c.current, c.next} {
		if follower != nil {
			follower.close(outcome{kind: closedHere})
		}
	}
	c.current, c.next = nil, nil
}

func (c *Client) observed() Observed {
	return Observed{c.isClosed, c.refusal != nil, c.hasFirstState, c.startedAt, c.heardAt, c.confirmedAt, c.isPx0Stale}
}

func (c *Client) times() StateTimes {
	beat := c.heartbeat
	if c.confirmation == ByPoll {
		beat = c.options.PollInterval
	}
	return StateTimes{c.options.InitTimeout, beat}
}

// update publishes what is held, and tells of a new state.
func (c *Client) update() {
	now := time.Now()
	state := StateAt(now, c.observed(), c.times())
	if c.options.ForTests && !c.isClosed {
		state = Ready
	}
	isOther := state != c.state
	if isOther {
		c.state, c.since = state, now
	}
	c.publish()
	if isOther {
		view := c.View()
		c.teller.post(func() { c.options.OnState(view) })
	}
	next, isAny := NextChangeAfter(now, c.observed(), c.times())
	if c.isClosed || c.options.ForTests || !isAny {
		stop(&c.stating)
		return
	}
	// One that comes too early looks again.
	if c.stating == nil || c.stateAt.After(now.Add(next)) {
		c.stateAt = now.Add(next)
		c.after(next, &c.stating, c.update)
	}
}

// publish lets all goroutines see what is held.
func (c *Client) publish() {
	if published, isNew := c.index.Publish(); isNew {
		c.published = published
		c.options.OnChanged(false, true)
	}
	if !c.isSameTeams() {
		c.teams = make(map[string]bool, len(c.replica.teams))
		for id := range c.replica.teams {
			c.teams[id] = true
		}
	}
	c.view.Store(&View{
		index: c.published, observed: c.observed(), times: c.times(), isForTests: c.options.ForTests, slugs: c.options.Slugs, team: c.options.Team,
		teams: c.teams, savedAt: c.savedAt, State: c.state, Since: c.since, Refusal: c.refusal, Source: c.confirmation, Revision: c.replica.Last,
		PromptCount: c.replica.Size(), Repairs: c.repairs, LastError: c.lastError,
	})
	close(c.changed)
	c.changed = make(chan struct{})
}

func (c *Client) isSameTeams() bool {
	if len(c.teams) != len(c.replica.teams) {
		return false
	}
	for id := range c.replica.teams {
		if !c.teams[id] {
			return false
		}
	}
	return true
}

func (c *Client) warnOnce(text string) {
	if _, hasWarned := c.warnedAt[text]; !hasWarned {
		c.warn(text)
	}
}

func (c *Client) warn(text string) {
	if at, hasWarned := c.warnedAt[text]; hasWarned && time.Since(at) < pauseOfWarnings {
		return
	}
	c.warnedAt[text] = time.Now()
	c.teller.post(func() { c.options.OnWarning(text) })
}

// teller runs tasks one at a time, in order, on a goroutine that is there only while there are some.
type teller struct {
	mu        sync.Mutex
	tasks     []func()
	isRunning bool
}

func (t *teller) post(task func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tasks = append(t.tasks, task)
	if !t.isRunning {
		t.isRunning = true
		go t.run()
	}
}

func (t *teller) run() {
	for {
		t.mu.Lock()
		if len(t.tasks) == 0 {
			t.isRunning = false
			t.mu.Unlock()
			return
		}
		task := t.tasks[0]
		t.tasks = t.tasks[1:]
		t.mu.Unlock()
		task()
	}
}
