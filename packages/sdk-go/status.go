package px0

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/px0/px0/packages/sdk-go/internal/delivery"
)

// State says what it is worth that a client holds something.
type State string

const (
	// StateInitializing: nothing is held yet. Renders wait for a moment.
	StateInitializing State = "initializing"
	// StateReady: what is held is what px0 has.
	StateReady State = "ready"
	// StateStale: px0 has confirmed it within the last minute.
	StateStale State = "stale"
	// StateOffline: px0 has not confirmed it for a minute, or never.
	StateOffline State = "offline"
	// StateRefused: px0 refuses the token. Nothing is rendered.
	StateRefused State = "refused"
	// StateClosed: the client was closed.
	StateClosed State = "closed"
)

// Status is how a client is.
type Status struct {
	State State
	// Since is when the state began.
	Since time.Time
	// Revision is px0's, of what is held.
	Revision string
	// Age is how long ago px0 confirmed it; 0 when it never did.
	Age time.Duration
	// Prompts and Teams count what is held.
	Prompts, Teams int
	// Repairs counts how often what was delivered did not add up, and was asked for again.
	Repairs int
	// LastError is what went wrong last, until px0 confirms what is held; empty when nothing did.
	LastError string
}

// Change is what has changed of a prompt that is held.
type Change = delivery.Change

// ChangedState is what a prompt was, or is.
type ChangedState = delivery.ChangedState

// ChangeKind says what has changed.
type ChangeKind = delivery.ChangeKind

// The kinds of changes.
const (
	ChangeAdded   = delivery.Added
	ChangeRemoved = delivery.Removed
	ChangeLive    = delivery.Live
	ChangeTags    = delivery.Tags
	ChangeStatus  = delivery.Status
	// ChangeText is of a tagged draft.
	ChangeText = delivery.Text
	// ChangeMany stands for so many changes that they are not told one by one. Its slug is "*".
	ChangeMany = delivery.Many
)

// Status says how the client is. In ModeRemote nothing is held, and it is ready unless px0 is known to be away.
func (c *Client) Status() Status {
	if !c.isMade() {
		return Status{State: StateClosed}
	}
	if c.delivery != nil {
		return c.statusOf(c.delivery.View())
	}
	made := Status{State: StateReady, Since: c.madeAt}
	if cause := c.outage.cause(); cause != nil {
		made.State, made.LastError = StateOffline, cause.Message
	}
	if c.isClosed.Load() {
		made.State = StateClosed
	}
	return made
}

func (c *Client) statusOf(view *delivery.View) Status {
	now := time.Now()
	made := Status{
		State: State(view.StateAt(now)), Since: view.Since, Revision: view.Revision, Prompts: view.PromptCount, Teams: view.TeamCount(),
		Repairs: view.Repairs, LastError: c.settings.withoutSecrets(view.LastError),
	}
	made.Age, _ = view.AgeAt(now)
	return made
}

// Ready waits until the client holds what px0 has, and says whether it does; false when ctx ends before. The error is a *RefusedError when px0
// refuses the token, and nil otherwise. In ModeRemote it is true at once.
func (c *Client) Ready(ctx context.Context) (bool, error) {
	if !c.isMade() {
		return false, errNotMade
	}
	if ctx == nil {
		return false, usageError("the context is nil")
	}
	if c.delivery == nil {
		return !c.isClosed.Load(), nil
	}
	if c.settings.mode == ModeFile {
		_, isHeld := c.delivery.View().AgeAt(time.Now())
		return isHeld, nil
	}
	isDone := func(view *delivery.View) bool {
		return view.IsConfirmed() || view.Refusal != nil || view.State == delivery.Closed
	}
	c.delivery.Wait(ctx, isDone)
	view := c.delivery.View()
	if view.Refusal != nil {
		return false, c.refusalIn(view)
	}
	return view.IsConfirmed() && view.State != delivery.Closed, nil
}

func (c *Client) refusalIn(view *delivery.View) error {
	refused := view.Refusal
	return &RefusedError{
		Status:  refused.Status,
		Message: c.settings.withoutSecrets(refused.Error),
		Hint:    c.settings.withoutSecrets(refused.Hint),
	}
}

// Reconnect has a client that holds prompts ask px0 at once, whatever it waits for.
func (c *Client) Reconnect() {
	if c.isMade() && c.delivery != nil {
		c.delivery.Reconnect()
	}
}

// OnChange calls listener for each change of the prompts with this slug, or of all with "*", after the change has taken effect: one at a time, in
// order, and not for the first state. cancel ends it. In ModeRemote nothing is told.
func (c *Client) OnChange(slug string, listener func(Change)) (cancel func()) {
	if !c.isMade() || c.delivery == nil || listener == nil {
		return func() {}
	}
	return c.delivery.OnChange(slug, listener)
}

// OnStatus calls listener once for each change of the state, one at a time and in order. cancel ends it. In ModeRemote nothing is told.
func (c *Client) OnStatus(listener func(Status)) (cancel func()) {
	if !c.isMade() || listener == nil {
		return func() {}
	}
	return c.statusListeners.add(listener)
}

// statusListeners are told of each change of the state.
type statusListeners struct {
	mu   sync.Mutex
	each []*func(Status)
	warn func(string)
}

func (l *statusListeners) add(listener func(Status)) (cancel func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	made := &listener
	l.each = append(l.each, made)
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.each = slices.DeleteFunc(slices.Clone(l.each), func(one *func(Status)) bool { return one == made })
	}
}

func (l *statusListeners) tell(status Status) {
	l.mu.Lock()
	listeners := l.each
	l.mu.Unlock()
	for _, listener := range listeners {
		func() {
			defer func() {
				if failure := recover(); failure != nil {
					l.warn(fmt.Sprintf("a listener of the status panicked: %v", failure))
				}
			}()
			(*listener)(status)
		}()
	}
}
