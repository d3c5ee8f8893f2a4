package delivery

import (
	"encoding/json"
	"sync/atomic"
	"time"

	"github.com/px0/px0/packages/sdk-go/internal/answers"
)

const (
	// Protocol is the one protocol of hello that there is.
	Protocol = 1
	// LanguageLevel is the lowest version of the template language that all templates of today need: gotpl/1.
	LanguageLevel = 1
)

// FrameError says that whatever answers does not speak this protocol.
type FrameError struct{ message string }

func (e *FrameError) Error() string { return e.message }

// Frame is what travels: one fact. Only what belongs to its Type is set.
type Frame struct {
	Type string

	TeamID   string
	Revision string
	// Of begin; empty for null: all of the team.
	Base     string
	Prompt   *Prompt
	PromptID string

	// Of hello.
	Protocol  int
	Heartbeat time.Duration
	// Of hello and goaway.
	Retry RetryRange
	// Of hello and heartbeat.
	Stale bool

	Marks  []Mark
	Teams  []SyncedTeam
	Digest string
	Count  int

	Reason string
	Grace  time.Duration

	Status int
	Error  string
}

// RetryRange is from when to when to wait at random before the next attempt.
type RetryRange struct{ Least, Most time.Duration }

// Mark is what a mark says of a team.
type Mark struct {
	TeamID, Prev, Revision, Digest string
	Count                          int
}

// SyncedTeam is what a sync says of a team.
type SyncedTeam struct{ TeamID, Revision string }

// Prompt is a prompt as it is delivered. Entries are not changed but replaced.
type Prompt struct {
	ID, Slug, Status, CreatedAt string
	// Number of the live version; 0 for none.
	Live int
	Tags map[string]int
	// The live version and every tagged one, ascending by number.
	Versions []*Version
	// The policy for contracts; empty where it is off.
	Contract string
	// The fingerprint: 16 hexadecimal digits.
	Etag string
	// The prompt's JSON, with the keys that only a later px0 knows. What renders it is read from here when it is needed.
	Raw json.RawMessage
	// When it came, among all prompts of this process.
	arrival uint64
}

// Version is a delivered version, but for what renders it.
type Version struct {
	Number int
	Status string
	// HasTemplate is false when Missing says why.
	HasTemplate bool
	Missing     string
	Language    int
	// Compiled belongs to whoever renders the version: what was made of it, once.
	Compiled *atomic.Value
	// Judge belongs to them, too: what judges the variables. It is not carried over to the prompt's next state.
	Judge atomic.Value
	index int
}

// MembersOf gives what px0 says of a version of the prompt, each as its JSON.
func (p *Prompt) MembersOf(v *Version) map[string]json.RawMessage {
	versions, _ := answers.Read[[]json.RawMessage](answers.Members(p.Raw), "versions")
	if v.index >= len(versions) {
		return nil
	}
	return answers.Members(versions[v.index])
}

// carryOver keeps what was compiled of versions that cannot have changed: only drafts do.
func (p *Prompt) carryOver(before *Prompt) {
	for _, version := range p.Versions {
		previous := before.Find(int64(version.Number))
		if previous != nil && previous.HasTemplate && version.HasTemplate && previous.Status != "draft" && version.Status != "draft" {
			version.Compiled = previous.Compiled
		}
	}
}

// Find gives the version with a number; nil when it is not delivered.
func (p *Prompt) Find(number int64) *Version {
	for _, v := range p.Versions {
		if int64(v.Number) == number {
			return v
		}
	}
	return nil
}
