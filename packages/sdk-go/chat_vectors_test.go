package px0

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/px0/px0/packages/sdk-go/internal/gotpl"
)

// chatVector is a chat, of which Go's text/template has made each text.
type chatVector struct {
	ID         string
	Entries    []chatEntry
	Program    json.RawMessage
	Variables  json.RawMessage
	MissingKey gotpl.MissingKey `json:"missing_key"`
}

// run gives the program, and what it is rendered with.
func (v chatVector) run(t *testing.T) (*program, map[string]any, gotpl.MissingKey) {
	t.Helper()
	compiled := newLinked("", v.Program).compile()
	if compiled == nil {
		t.Fatalf("%s is not compiled", v.ID)
	}
	variables, err := asJSON(v.Variables)
	if err != nil {
		t.Fatal(v.ID, err)
	}
	missingKey := gotpl.MissingKeyError
	if v.MissingKey != "" {
		missingKey = v.MissingKey
	}
	return compiled, variables, missingKey
}

// chatEntry is a message as px0's JSON has it.
type chatEntry struct {
	Role, Template, Placeholder string
	Content                     string
	Required                    bool
	Parts                       []struct {
		Type, Template, URL string
		MediaType           string `json:"media_type"`
	}
}

func (e chatEntry) hasEmptyURL() bool {
	for _, part := range e.Parts {
		if part.Type == "media" && part.URL == "" {
			return true
		}
	}
	return false
}

func fallbackMessages(entries []chatEntry) []FallbackMessage {
	messages := make([]FallbackMessage, len(entries))
	for i, e := range entries {
		messages[i] = FallbackMessage{Role: e.Role, Content: e.Content, Template: e.Template, Placeholder: e.Placeholder, Required: e.Required}
		if e.Parts != nil {
			messages[i].Parts = []FallbackPart{}
		}
		for _, part := range e.Parts {
			messages[i].Parts = append(messages[i].Parts, FallbackPart{Template: part.Template, URL: part.URL, MediaType: part.MediaType})
		}
	}
	return messages
}

func TestAChatIsLinkedIntoTheProgramOfPx0(t *testing.T) {
	for _, file := range []string{"programs.json", "chats.json"} {
		var read []chatVector
		readVectors(t, file, &read)
		for _, v := range read {
			if slices.ContainsFunc(v.Entries, chatEntry.hasEmptyURL) {
				// It would be an empty text.
				continue
			}
			root, units, outline := FallbackChat{Messages: fallbackMessages(v.Entries)}.texts()
			text, stretches, err := gotpl.Link(root, units)
			if err != nil {
				t.Errorf("%s: %v", v.ID, err)
				continue
			}
			var want struct {
				Template string
				Outline  []outlineEntry
				Sources  json.RawMessage
			}
			if err := json.Unmarshal(v.Program, &want); err != nil {
				t.Fatal(err)
			}
			sources, _ := readStretches(want.Sources)
			expect(t, text, want.Template)
			expect(t, stretches, sources)
			expect(t, asText(outline), asText(want.Outline))
		}
	}
}

type wantedText struct{ Output, Error string }

func (want wantedText) check(t *testing.T, what, got string, err error) {
	t.Helper()
	failure := ""
	if err != nil {
		failure = err.Error()
	}
	if got != want.Output || failure != want.Error {
		t.Errorf("%s:\nwant %q %s\ngot  %q %s", what, want.Output, want.Error, got, failure)
	}
}

func TestEachUnitOfAProgramIsWhatGoMakesOfIt(t *testing.T) {
	var read []struct {
		chatVector
		Units []struct {
			Name string
			wantedText
		}
		Transcript wantedText
	}
	readVectors(t, "programs.json", &read)
	if len(read) < 300 {
		t.Fatalf("only %d cases", len(read))
	}
	for _, v := range read {
		compiled, variables, missingKey := v.run(t)
		for _, unit := range v.Units {
			texts, err := compiled.compiled.RenderUnits([]string{unit.Name}, variables, missingKey)
			unit.check(t, v.ID+", "+unit.Name, strings.Join(texts, "|"), err)
		}
		transcript, err := compiled.compiled.Render(variables, missingKey)
		v.Transcript.check(t, v.ID+", transcript", transcript, err)
	}
}

func TestTheMessagesOfAChatAreThoseOfPx0(t *testing.T) {
	var read []struct {
		chatVector
		Messages json.RawMessage
		Error    string
	}
	readVectors(t, "chats.json", &read)
	if len(read) < 300 {
		t.Fatalf("only %d cases", len(read))
	}
	compared := 0
	for _, v := range read {
		compiled, variables, missingKey := v.run(t)
		messages, err := compiled.messages(variables, missingKey)
		want := wantedText{Error: v.Error}
		if v.Error == "" {
			want.Output = canonical(t, v.Messages)
		}
		got := ""
		if err == nil {
			got = asText(messages)
		}
		want.check(t, v.ID, got, err)
		if err == nil && isWholeInTexts(compiled, variables, messages) {
			compared++
			transcript, err := compiled.compiled.Render(variables, missingKey)
			wantedText{Output: transcriptOf(messages)}.check(t, v.ID+", transcript", transcript, err)
		}
	}
	if compared < 30 {
		t.Fatalf("only %d transcripts", compared)
	}
}

// isWholeInTexts: no message is left out, and each content is a text. Then px0's transcript is that of the messages.
func isWholeInTexts(compiled *program, variables map[string]any, messages []map[string]any) bool {
	count := 0
	for _, entry := range compiled.outline {
		if entry.Placeholder != nil {
			given, _ := messagesOf(variables, *entry.Placeholder, false)
			count += len(given)
		} else {
			count++
		}
	}
	isOther := func(message map[string]any) bool { return !isText(message["content"]) }
	return count == len(messages) && !slices.ContainsFunc(messages, isOther)
}

// canonical is JSON as this package writes it.
func canonical(t *testing.T, text json.RawMessage) string {
	t.Helper()
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatal(err)
	}
	return asText(value)
}
