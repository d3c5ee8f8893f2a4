package delivery

import (
	"slices"
	"strings"
	"time"
)

// Wanted is a prompt by its slug, in one team or any, and its live version or another, by number or tag. Empty stands for any, and for live.
type Wanted struct{ Slug, TeamID, Ref string }

// LocationKind says what answers a render.
type LocationKind int

const (
	// IsHeld: it is here.
	IsHeld LocationKind = iota
	// IsGone: px0 would say the same: it does not exist.
	IsGone
	// IsElsewhere: only px0 can answer.
	IsElsewhere
)

// Location is what a render is made of, or who else must answer.
type Location struct {
	Kind LocationKind
	// Held is the prompt, also where its version is elsewhere; nil when it is not here.
	Held    *Held
	Version *Version
	// Reason is px0's word of what is gone, or why only px0 can answer.
	Reason string
}

// Confirmation says how px0 confirmed last what is held.
type Confirmation string

// How it was confirmed: the values of a result's source.
const (
	ByStream   Confirmation = "stream"
	ByPoll     Confirmation = "poll"
	BySnapshot Confirmation = "snapshot"
	ByBundle   Confirmation = "bundle"
)

// View is what a client holds at a moment, for all goroutines. Nothing in it changes.
type View struct {
	index       *PublishedIndex
	observed    Observed
	times       StateTimes
	isForTests  bool
	slugs       []string
	team        string
	teams       map[string]bool
	savedAt     time.Time
	State       State
	Since       time.Time
	Refusal     *Refusal
	Source      Confirmation
	Revision    string
	PromptCount int
	Repairs     int
	LastError   string
}

// StateAt is the state at a moment: a timer may be late.
func (v *View) StateAt(now time.Time) State {
	if v.isForTests && !v.observed.IsClosed {
		return Ready
	}
	return StateAt(now, v.observed, v.times)
}

// AgeAt is how long ago what is held was confirmed; false when it never was.
func (v *View) AgeAt(now time.Time) (time.Duration, bool) {
	if v.isForTests {
		return 0, true
	}
	at := v.SavedAt()
	if at.IsZero() {
		return 0, false
	}
	return max(0, now.Sub(at)), true
}

// IsConfirmed tells whether a state of px0 was applied.
func (v *View) IsConfirmed() bool { return !v.observed.ConfirmedAt.IsZero() }

// SavedAt is when what is held was current; zero when nothing is held.
func (v *View) SavedAt() time.Time {
	if v.observed.ConfirmedAt.IsZero() {
		return v.savedAt
	}
	return v.observed.ConfirmedAt
}

// TeamCount is how many teams are held.
func (v *View) TeamCount() int { return len(v.teams) }

// Find gives the prompt that a slug means; nil when it is not here.
func (v *View) Find(slug, teamID string) *Held { return v.index.Find(slug, teamID) }

// Prompts gives all that is held, in no particular order.
func (v *View) Prompts(yield func(*Held) bool) { v.index.All()(yield) }

// Locate finds what a render is made of.
func (v *View) Locate(wanted Wanted, state State) Location {
	wanted.TeamID = strings.ToLower(wanted.TeamID)
	found := v.index.Find(wanted.Slug, wanted.TeamID)
	if found == nil {
		return v.absent("prompt not found", wanted, state, nil)
	}
	prompt := found.Prompt
	number, isNumber := int64(prompt.Live), true
	if wanted.Ref == "" {
		if prompt.Live == 0 {
			return v.absent("no live version found for this prompt", wanted, state, found)
		}
	} else if number, isNumber = ParseVersionRef(wanted.Ref); !isNumber {
		tagged, isTag := prompt.Tags[wanted.Ref]
		if !isTag {
			return v.absent("version not found", wanted, state, found)
		}
		number = int64(tagged)
	}
	version := prompt.Find(number)
	switch {
	case version == nil:
		return elsewhere(found, "the version is not delivered")
	case !version.HasTemplate && version.Missing != "":
		return elsewhere(found, "the version is "+version.Missing)
	case !version.HasTemplate:
		return elsewhere(found, "the version is missing")
	case version.Language > LanguageLevel:
		return elsewhere(found, "the version needs a later template language")
	}
	return Location{Kind: IsHeld, Held: found, Version: version}
}

// absent: it does not exist only if all that may exist is held. Of a team that is not held px0 may say that the caller must not see it.
func (v *View) absent(reason string, wanted Wanted, state State, found *Held) Location {
	if state != Ready {
		return elsewhere(found, "the state is "+string(state))
	}
	isWithin := (wanted.TeamID == "" || v.teams[wanted.TeamID]) && (v.slugs == nil || slices.Contains(v.slugs, wanted.Slug)) &&
		(v.team == "" || wanted.TeamID == v.team)
	if !isWithin {
		return elsewhere(found, "the prompt is outside of what was asked for")
	}
	return Location{Kind: IsGone, Held: found, Reason: reason}
}

func elsewhere(found *Held, reason string) Location {
	return Location{Kind: IsElsewhere, Held: found, Reason: reason}
}
