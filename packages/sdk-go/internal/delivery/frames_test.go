package delivery

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
)

const (
	someRevision = "MToxNzkwMDAwMDAwMDAwOjQy"
	someDigest   = "0123456789abcdef"
	somePrompt   = `{"id":"p1","slug":"greeting","status":"active","created_at":"2026-01-01T00:00:00Z","live":2,"tags":{"prod":2},
		"versions":[{"version":2,"status":"live","template":"Hello","language":1}],"etag":"` + someDigest + `"}`
)

var goodFrames = []string{
	`{"type":"hello","protocol":1,"resumed":false,"stale":false,"heartbeat_ms":15000,"retry_ms":[0,2000]}`,
	`{"type":"begin","team_id":"a","base":null}`,
	`{"type":"begin","team_id":"a","base":"` + someRevision + `"}`,
	`{"type":"put","team_id":"a","revision":"` + someRevision + `","prompt":` + somePrompt + `}`,
	`{"type":"delete","team_id":"a","revision":"` + someRevision + `","prompt_id":"p1"}`,
	`{"type":"drop","team_id":"a"}`,
	`{"type":"mark","revision":"` + someRevision + `","teams":[{"team_id":"a","prev":"` + someRevision + `","revision":"` + someRevision + `","digest":"` + someDigest + `","count":1}]}`,
	`{"type":"sync","revision":"` + someRevision + `","digest":"` + someDigest + `","count":1,"teams":[{"team_id":"a","revision":"` + someRevision + `"}]}`,
	`{"type":"heartbeat","revision":"` + someRevision + `","digest":"` + someDigest + `","count":1,"stale":true}`,
	`{"type":"goaway","reason":"drain","retry_ms":[0,5000],"grace_ms":10000}`,
	`{"type":"end","status":401,"error":"unauthorized"}`,
}

func TestFramesAreReadAndAnyOtherFormIsAnError(t *testing.T) {
	for _, line := range goodFrames {
		frame, err := ReadFrame([]byte(line))
		if err != nil || frame == nil {
			t.Fatalf("%s: %v", line, err)
		}
		var members map[string]any
		if err := json.Unmarshal([]byte(line), &members); err != nil {
			t.Fatal(err)
		}
		for key := range members {
			if key == "type" {
				continue
			}
			for _, wrong := range []any{map[string]any{"wrong": true}, nil} {
				other := map[string]any{}
				for name, value := range members {
					other[name] = value
				}
				other[key] = wrong
				if wrong == nil {
					delete(other, key)
				}
				text, _ := json.Marshal(other)
				var failure *FrameError
				if _, err := ReadFrame(text); !errors.As(err, &failure) {
					t.Errorf("%s is read: %v", text, err)
				}
			}
		}
	}
}

func TestAFrameOfALaterPx0IsNone(t *testing.T) {
	for _, line := range []string{`{"type":"experiment","team_id":4}`, `{"type":"constructor"}`} {
		if frame, err := ReadFrame([]byte(line)); frame != nil || err != nil {
			t.Errorf("%s: %v %v", line, frame, err)
		}
	}
	if frame, err := ReadFrame([]byte(`{"type":"hello","protocol":2,"something":"else"}`)); err != nil || frame.Protocol != 2 {
		t.Error(frame, err)
	}
	for _, line := range []string{"", " ", "x", "[]", "null", "{}", `{"type":1}`, `{"type":"drop"`, `"drop"`} {
		var failure *FrameError
		if _, err := ReadFrame([]byte(line)); !errors.As(err, &failure) {
			t.Errorf("%q: %v", line, err)
		}
	}
}

func TestAPromptKeepsTheKeysOfALaterPx0(t *testing.T) {
	later := strings.Replace(strings.Replace(somePrompt, `"id"`, `"rollout":[1],"id"`, 1), `"template"`, `"model":{"name":"m"},"template"`, 1)
	frame, err := ReadFrame([]byte(`{"type":"put","team_id":"a","revision":"` + someRevision + `","weight":3,"prompt":` + later + `}`))
	if err != nil {
		t.Fatal(err)
	}
	line := PutLine("a", someRevision, frame.Prompt)
	for _, key := range []string{`"rollout":[1]`, `"model":{"name":"m"}`} {
		if !bytes.Contains(line, []byte(key)) {
			t.Errorf("%s is missing in %s", key, line)
		}
	}
}

func TestAPromptOfAnotherFormIsAnError(t *testing.T) {
	for _, change := range [][2]string{
		{someDigest, "XYZ"}, {someDigest, strings.ToUpper(someDigest)}, {`"live":2`, `"live":"2"`}, {`"prod":2`, `"prod":null`},
		{`"version":2`, `"version":2.5`}, {`"Hello"`, "5"}, {`"version":2`, `"version":9007199254740992`},
	} {
		line := `{"type":"put","team_id":"a","revision":"` + someRevision + `","prompt":` + strings.Replace(somePrompt, change[0], change[1], 1) + `}`
		if _, err := ReadFrame([]byte(line)); err == nil || err.Error() != "a frame of type put has an unknown form" {
			t.Errorf("%v: %v", change, err)
		}
	}
}

func FuzzReadFrame(f *testing.F) {
	for _, line := range goodFrames {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		var failure *FrameError
		frame, err := ReadFrame(line)
		if err != nil && !errors.As(err, &failure) {
			t.Fatal(err)
		}
		if err == nil && frame != nil {
			NewReplica(func(string, *Prompt, *Prompt) {}).Apply(frame)
		}
	})
}

// cutAnywhere gives the text in pieces of random lengths.
func cutAnywhere(random *rand.Rand, text string) [][]byte {
	var pieces [][]byte
	for len(text) > 0 {
		n := 1 + random.IntN(min(len(text), 1+random.IntN(40)))
		pieces = append(pieces, []byte(text[:n]))
		text = text[n:]
	}
	return pieces
}

func TestAStreamGivesTheSameEventsWhereverItsBytesAreCut(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, end := range []string{"\n", "\r\n"} {
		text := ": hello\n\nretry: 5\n\n"
		for _, line := range goodFrames {
			text += "event: x\nid: 7\ndata: " + strings.ReplaceAll(line, "\n", "") + "\n\n"
		}
		text = strings.ReplaceAll(text, "\n", end)
		for range 200 {
			reader, count := NewEventReader(), 0
			for _, piece := range cutAnywhere(random, text) {
				err := reader.Read(piece, func(event StreamEvent) error {
					count++
					if event.ID != "7" || event.Event != "x" {
						t.Error(event)
					}
					_, err := ReadFrame(event.Data)
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			if count != len(goodFrames) {
				t.Fatalf("%d events, and not %d", count, len(goodFrames))
			}
		}
	}
}

func eventsOf(text string) (events []string, err error) {
	err = NewEventReader().Read([]byte(text), func(event StreamEvent) error {
		events = append(events, event.Event+" "+string(event.Data))
		return nil
	})
	return events, err
}

func TestEventsJoinTheirLinesAndAreBounded(t *testing.T) {
	events, err := eventsOf("data: a\ndata:b\ndata\n\nevent: x\n\ndata: c\n")
	if err != nil || len(events) != 1 || events[0] != "message a\nb\n" {
		t.Fatalf("%q %v", events, err)
	}
	longest := strings.Repeat("x", MaxLine)
	if events, err := eventsOf("data: " + longest + "\r\n\r\n"); err != nil || len(events) != 1 {
		t.Fatal(len(events), err)
	}
	for text, want := range map[string]string{
		"data: " + longest + "x\n\n":              "a line is too long",
		"data: " + longest[1:] + "\ndata: xx\n\n": "an event is too long",
		strings.Repeat("data:\n", 2_000):          "an event is too long",
		"data: \xff\n\n":                          "a line is not UTF-8",
	} {
		if _, err := eventsOf(text); err == nil || err.Error() != want {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

func TestLinesHoldNoMoreThanTheirBound(t *testing.T) {
	read := func(pieces ...string) (lines []string, err error) {
		reader := NewLineReader(4)
		for _, piece := range pieces {
			if err := reader.Read([]byte(piece), func(line []byte) error { lines = append(lines, string(line)); return nil }); err != nil {
				return lines, err
			}
		}
		return lines, nil
	}
	if lines, err := read("12", "34\r", "\n1234\n"); err != nil || strings.Join(lines, " ") != "1234 1234" {
		t.Fatal(lines, err)
	}
	for _, pieces := range [][]string{{"123", "45\n"}, {"123", "456"}} {
		if _, err := read(pieces...); err == nil || err.Error() != "a line is too long" {
			t.Error(pieces, err)
		}
	}
}
