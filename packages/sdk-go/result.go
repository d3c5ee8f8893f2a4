package px0

import "time"

// Source says where a text was made, and from what.
type Source string

const (
	// SourceLive: by px0, for this call.
	SourceLive Source = "live"
	// SourceCache: here, from a template that px0 has served to this process.
	SourceCache Source = "cache"
	// SourceSnapshot: here, from a template that an earlier process had kept.
	SourceSnapshot Source = "snapshot"
	// SourceStream: here, from what px0's stream confirmed last.
	SourceStream Source = "stream"
	// SourcePoll: here, from what a poll confirmed last.
	SourcePoll Source = "poll"
	// SourceFetched: here, from a version that is not delivered, and was fetched by its number.
	SourceFetched Source = "fetched"
	// SourceBundle: here, from a signed bundle.
	SourceBundle Source = "bundle"
	// SourceFallback: here, from the fallback given in code.
	SourceFallback Source = "fallback"
)

// Result is a text or a chat, and where it comes from: enough to explain a wrong prompt by one log line.
type Result struct {
	// Text is the text. Of a chat it is a transcript for logs: each message as its role and its content. To send a chat to a model, use
	// Messages, or ToOpenAI, ToAnthropic and ToGemini.
	Text string
	// Messages are those of a chat, each with its role and its content: a text, or a list of parts. Messages that came from the variables are
	// as they were given. nil for a text.
	Messages []map[string]any
	// Config is the configuration of the version, such as the model and its settings; nil when it has none. Its numbers are json.Number, which
	// keeps their digits.
	Config map[string]any
	// Contract says how the variables violate the contract of the version, where that is told of and not refused; nil when they do not.
	Contract *ContractProblems
	Source   Source
	Slug     string
	// Version is the version's number; 0 for a fallback.
	Version int
	Tags    []string
	// PromptID and TeamID are of a prompt that is held (see WithMode); empty otherwise.
	PromptID, TeamID string
	// Revision is px0's when it last confirmed that this is the version; empty for a fallback.
	Revision string
	// Age is how long ago that was; 0 when live and for a fallback.
	Age time.Duration
	// Stale says that something newer may exist: the text is not live, or px0 has said that it may be behind.
	Stale bool
	// Cause is what kept the text from being live; nil when nothing did.
	Cause error
}

// String is the text.
func (r Result) String() string { return r.Text }
