package px0

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/px0/px0/packages/sdk-go/internal/answers"
	"github.com/px0/px0/packages/sdk-go/internal/delivery"
)

const (
	// How long a render waits for what this client itself has written.
	patienceForOwnWrite = 50 * time.Millisecond
	mostFetched         = 1_000
	mostBytesFetched    = 64 << 20
)

// renderHeld renders what is held, without any request if it can.
func (c *Client) renderHeld(ctx context.Context, made *call, variables Vars) (Result, error) {
	if variables == nil {
		variables = Vars{}
	}
	plain, err := plainVariables(variables)
	if err != nil {
		return Result{}, variablesError(err)
	}
	if !isMissingKey(made.missingKey) {
		return Result{}, errMissingKey
	}
	made.variables = plain
	if c.settings.isForTests {
		// Tests know no teams.
		made.wanted.team = ""
	}
	view, state, err := c.settledView(ctx)
	if err != nil {
		return Result{}, err
	}
	reason := "a later revision was written"
	var held *delivery.Held
	if caughtUp := c.caughtUp(ctx, view); caughtUp != nil {
		view = caughtUp
		state = view.StateAt(time.Now())
		location := locate(made, view, state)
		switch location.Kind {
		case delivery.IsGone:
			return Result{}, &RefusedError{Status: 404, Message: location.Reason}
		case delivery.IsHeld:
			result, isRendered, err := c.renderVersion(made, view, &location, state)
			if isRendered || err != nil {
				return result, err
			}
		}
		reason, held = location.Reason, location.Held
		if result, isRendered, err := c.renderFetched(made, view, held, state); isRendered || err != nil {
			return result, err
		}
	} else {
		made.late = func() (Result, bool) { return c.renderLate(made, view, state) }
	}
	if cause := ended(ctx); cause != nil {
		return Result{}, cause
	}
	if c.settings.isNeverRemote || c.settings.mode == ModeFile {
		return c.notHeld(made, reason)
	}
	if err := made.encode(variables); err != nil {
		return Result{}, err
	}
	result, err := c.renderRemotely(ctx, made)
	if err == nil && held != nil && result.Source == SourceLive {
		c.keepVersion(made, held, result.Version)
	}
	return result, err
}

func locate(made *call, view *delivery.View, state delivery.State) delivery.Location {
	return view.Locate(delivery.Wanted{Slug: made.wanted.slug, TeamID: made.wanted.team, Ref: made.wanted.ref}, state)
}

// renderLate renders what is held although this client has written something later, for px0 is away and cannot say it.
func (c *Client) renderLate(made *call, view *delivery.View, state delivery.State) (Result, bool) {
	location := locate(made, view, state)
	var result Result
	var isRendered bool
	if location.Kind == delivery.IsHeld {
		result, isRendered, _ = c.renderVersion(made, view, &location, state)
	} else {
		result, isRendered, _ = c.renderFetched(made, view, location.Held, state)
	}
	result.Stale = true
	return result, isRendered
}

// settledView is what is held once the time for a first state is over.
func (c *Client) settledView(ctx context.Context) (*delivery.View, delivery.State, error) {
	view := c.delivery.View()
	state := view.StateAt(time.Now())
	if state == delivery.Initializing {
		// The client leaves the state by itself, in time.
		isSettled := func(view *delivery.View) bool { return view.State != delivery.Initializing }
		if !c.delivery.Wait(ctx, isSettled) {
			return nil, "", ended(ctx)
		}
		view = c.delivery.View()
		state = view.StateAt(time.Now())
	}
	switch {
	case state == delivery.Closed:
		return nil, "", usageError("the client is closed")
	case view.Refusal != nil:
		return nil, "", c.refusalIn(view)
	}
	return view, state, nil
}

// caughtUp is what is held once this client's own writes are in it; nil when that takes too long.
func (c *Client) caughtUp(ctx context.Context, view *delivery.View) *delivery.View {
	written := c.written.get()
	if written == "" || c.settings.mode == ModeFile || delivery.CompareRevisions(view.Revision, written) >= 0 {
		return view
	}
	limited, cancel := context.WithTimeout(ctx, patienceForOwnWrite)
	defer cancel()
	isReached := func(view *delivery.View) bool {
		return delivery.CompareRevisions(view.Revision, written) >= 0
	}
	if !c.delivery.Wait(limited, isReached) {
		return nil
	}
	return c.delivery.View()
}

// compiledBox holds what was made of a version; nil for one that this version of the SDK cannot run.
type compiledBox struct{ program *program }

func compiledOf(held *delivery.Held, version *delivery.Version) *program {
	if box, isMade := version.Compiled.Load().(compiledBox); isMade {
		return box.program
	}
	members := held.Prompt.MembersOf(version)
	template, hasTemplate := answers.Read[string](members, "template")
	box := compiledBox{}
	if hasTemplate {
		box.program = compileMembers(template, members)
	}
	version.Compiled.Store(box)
	return box.program
}

// renderVersion gives nothing when only px0 can render it, and then says why in the location.
func (c *Client) renderVersion(made *call, view *delivery.View, location *delivery.Location, state delivery.State) (Result, bool, error) {
	if c.isTooOld(view, state) {
		location.Reason = "what is held is too old"
		return Result{}, false, nil
	}
	location.Reason = "its program cannot be run here"
	program := compiledOf(location.Held, location.Version)
	judge := func() *schemaJudge { return judgeOf(location.Held, location.Version) }
	return c.run(made, program, judge, view, location.Held, location.Version.Number, Source(view.Source), state)
}

func (c *Client) isTooOld(view *delivery.View, state delivery.State) bool {
	if c.settings.maxStale == 0 || state == delivery.Ready {
		return false
	}
	age, isKnown := view.AgeAt(time.Now())
	return !isKnown || age > c.settings.maxStale
}

func (c *Client) run(
	made *call, compiled *program, judge func() *schemaJudge, view *delivery.View, held *delivery.Held, version int, source Source,
	state delivery.State,
) (Result, bool, error) {
	if compiled == nil {
		return Result{}, false, nil
	}
	result, err := runJudged(made, compiled, judge, held.Prompt.Contract)
	if err != nil {
		failure := refusalOf(err)
		if failure != nil {
			made.counts(held.Prompt.ID, held.Prompt.Slug, version, source)
		}
		// Of another kind: something in the program, or a contract, that this version of the SDK does not know.
		return Result{}, false, failure
	}
	made.counts(held.Prompt.ID, held.Prompt.Slug, version, source)
	result.Source, result.Version, result.Tags = source, version, tagsOf(held.Prompt, version)
	result.PromptID, result.TeamID, result.Revision = held.Prompt.ID, held.TeamID, view.Revision
	result.Age, _ = view.AgeAt(time.Now())
	result.Stale = state != delivery.Ready
	return result, true, nil
}

// refusalOf is what px0 says of a program that fails with these variables; nil for another failure.
func refusalOf(err error) error {
	var refused *RefusedError
	if errors.As(err, &refused) {
		return refused
	}
	var variables chatVariablesError
	if errors.As(err, &variables) {
		return &RefusedError{Status: 422, Message: "invalid variables: " + variables.Error()}
	}
	return nil
}

// tagsOf gives the tags of a version, as px0 lists them: by their bytes.
func tagsOf(prompt *delivery.Prompt, version int) []string {
	tags := []string{}
	for tag, number := range prompt.Tags {
		if number == version {
			tags = append(tags, tag)
		}
	}
	slices.Sort(tags)
	return tags
}

// notHeld is what a render comes to when px0 is not to be asked.
func (c *Client) notHeld(made *call, reason string) (Result, error) {
	cause := &UnreachableError{Message: fmt.Sprintf("%s is not held, and px0 is not asked: %s", made.wanted.slug, reason)}
	result, ok, err := c.withoutPx0(made, cause)
	if ok || err != nil {
		return result, err
	}
	return Result{}, cause
}

// keptVersion is the name of a version that was fetched by its number: it is kept for as long as its prompt is delivered.
func keptVersion(held *delivery.Held, version int) wanted {
	return wanted{team: held.TeamID, slug: held.Prompt.Slug, ref: strconv.Itoa(version)}
}

func (c *Client) renderFetched(made *call, view *delivery.View, held *delivery.Held, state delivery.State) (Result, bool, error) {
	if held == nil || made.version == 0 || c.isTooOld(view, state) {
		return Result{}, false, nil
	}
	entry := c.kept.get(keptVersion(held, made.version))
	if entry == nil || entry.promptID != held.Prompt.ID {
		return Result{}, false, nil
	}
	if entry.compiled == nil {
		return Result{}, false, nil
	}
	return c.run(made, entry.compiled, entry.compiled.judge, view, held, entry.version, SourceFetched, state)
}

// keepVersion fetches the program of a version that px0 has rendered, because it is not delivered.
func (c *Client) keepVersion(made *call, held *delivery.Held, version int) {
	if made.version != version || held.Prompt.Find(int64(version)) != nil {
		return
	}
	w := keptVersion(held, version)
	c.background.start("fetch "+w.name(), func(ctx context.Context) {
		fetched := c.programOf(ctx, w, version, held.Prompt.ID)
		if fetched == nil {
			return
		}
		now := time.Now()
		c.kept.update(w, func(*kept) *kept {
			return &kept{
				wanted: w, version: version, tags: []string{}, linked: *fetched, revision: c.transport.revision.get(), confirmedAt: now,
				fetchedAt: now, origin: SourceFetched, compiled: fetched.compile(), promptID: held.Prompt.ID,
			}
		})
		c.changed()
	})
}

// HeldPrompt is a prompt that a client holds.
type HeldPrompt struct {
	Slug, PromptID, TeamID, Status string
	// Live is the number of the live version; 0 for none.
	Live int
	Tags map[string]int
	// Versions are the numbers of those that are held.
	Versions []int
}

// Prompts gives what the client holds, by slug, and then by team; nothing in ModeRemote.
func (c *Client) Prompts() []HeldPrompt {
	prompts := []HeldPrompt{}
	if !c.isMade() {
		return prompts
	}
	for held := range c.delivery.View().Prompts {
		prompt := held.Prompt
		made := HeldPrompt{
			Slug: prompt.Slug, PromptID: prompt.ID, TeamID: held.TeamID, Status: prompt.Status, Live: prompt.Live, Tags: map[string]int{},
		}
		for tag, number := range prompt.Tags {
			made.Tags[tag] = number
		}
		for _, version := range prompt.Versions {
			made.Versions = append(made.Versions, version.Number)
		}
		prompts = append(prompts, made)
	}
	slices.SortFunc(prompts, func(a, b HeldPrompt) int {
		if a.Slug != b.Slug {
			return strings.Compare(a.Slug, b.Slug)
		}
		return strings.Compare(a.TeamID, b.TeamID)
	})
	return prompts
}
