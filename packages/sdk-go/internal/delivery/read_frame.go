package delivery

import (
	"bytes"
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// Longer than any px0 asks to wait.
const mostMilliseconds = 3_600_000

// ReadFrame gives the frame of a line; nil for one of a type that only a later px0 knows. The error is a *FrameError for a text that is no
// frame, and for a known type in another form.
func ReadFrame(line []byte) (*Frame, error) {
	kind, isQuick := quickType(line)
	if !isQuick {
		if !json.Valid(line) {
			return nil, errNoJSON
		}
		var head struct {
			Type *string `json:"type"`
		}
		if line = bytes.TrimSpace(line); line[0] != '{' || json.Unmarshal(line, &head) != nil || head.Type == nil {
			return nil, &FrameError{"a line is no frame"}
		}
		kind = *head.Type
	}
	made := &Frame{Type: kind}
	switch read, isKnown := readers[kind]; {
	case isKnown && read(line, made):
		return made, nil
	case isQuick && !json.Valid(line):
		return nil, errNoJSON
	case !isKnown:
		return nil, nil
	}
	return nil, &FrameError{"a frame of type " + kind + " has an unknown form"}
}

var errNoJSON = &FrameError{"a line is not JSON"}

var beforeType = []byte(`{"type":"`)

// quickType gives the type where it stands first, as px0 writes it: large files have many lines.
func quickType(line []byte) (string, bool) {
	rest, isFirst := bytes.CutPrefix(line, beforeType)
	end := bytes.IndexByte(rest, '"')
	if !isFirst || end < 0 || bytes.IndexByte(rest[:end], '\\') >= 0 {
		return "", false
	}
	return string(rest[:end]), true
}

// readers fill in a frame; false for another form. Unknown keys say nothing.
var readers = map[string]func(line []byte, into *Frame) bool{
	"hello": readHello, "begin": readBegin, "put": readPut, "delete": readDelete, "drop": readDrop, "mark": readMark, "sync": readSync,
	"heartbeat": readHeartbeat, "goaway": readGoaway, "end": readEnd,
}

func readHello(line []byte, into *Frame) bool {
	var protocol struct {
		Protocol count `json:"protocol"`
	}
	if json.Unmarshal(line, &protocol) != nil || !protocol.Protocol.isOne {
		return false
	}
	into.Protocol = protocol.Protocol.value
	if into.Protocol != Protocol {
		// Of another protocol nothing else is known.
		return true
	}
	var read struct {
		Resumed     *bool        `json:"resumed"`
		Stale       *bool        `json:"stale"`
		HeartbeatMS milliseconds `json:"heartbeat_ms"`
		RetryMS     retryRange   `json:"retry_ms"`
	}
	if json.Unmarshal(line, &read) != nil || read.Resumed == nil || read.Stale == nil || !read.HeartbeatMS.isOne || !read.RetryMS.isOne {
		return false
	}
	into.Stale, into.Heartbeat, into.Retry = *read.Stale, read.HeartbeatMS.value, read.RetryMS.value
	return into.Heartbeat > 0
}

func readBegin(line []byte, into *Frame) bool {
	var read struct {
		TeamID *string         `json:"team_id"`
		Base   json.RawMessage `json:"base"`
	}
	if json.Unmarshal(line, &read) != nil || read.TeamID == nil {
		return false
	}
	into.TeamID = *read.TeamID
	if string(read.Base) == "null" {
		return true
	}
	return json.Unmarshal(read.Base, &into.Base) == nil && IsRevision(into.Base)
}

// putAsWritten is the beginning of a put as px0 writes it.
var putAsWritten = regexp.MustCompile(`^\{"type":"put","team_id":"([^"\\]*)","revision":"([^"\\]*)","prompt":`)

func readPut(line []byte, into *Frame) bool {
	if found := putAsWritten.FindSubmatchIndex(line); found != nil && line[len(line)-1] == '}' {
		into.TeamID, into.Revision = string(line[found[2]:found[3]]), string(line[found[4]:found[5]])
		into.Prompt = readPrompt(bytes.Clone(line[found[1] : len(line)-1]))
		if into.Prompt != nil && IsRevision(into.Revision) {
			return true
		}
	}
	var read struct {
		TeamID   *string         `json:"team_id"`
		Revision *string         `json:"revision"`
		Prompt   json.RawMessage `json:"prompt"`
	}
	if json.Unmarshal(line, &read) != nil || read.TeamID == nil || !isRevision(read.Revision) {
		return false
	}
	into.TeamID, into.Revision, into.Prompt = *read.TeamID, *read.Revision, readPrompt(read.Prompt)
	return into.Prompt != nil
}

func readDelete(line []byte, into *Frame) bool {
	var read struct {
		TeamID   *string `json:"team_id"`
		Revision *string `json:"revision"`
		PromptID *string `json:"prompt_id"`
	}
	if json.Unmarshal(line, &read) != nil || read.TeamID == nil || !isRevision(read.Revision) || read.PromptID == nil {
		return false
	}
	into.TeamID, into.Revision, into.PromptID = *read.TeamID, *read.Revision, *read.PromptID
	return true
}

func readDrop(line []byte, into *Frame) bool {
	var read struct {
		TeamID *string `json:"team_id"`
	}
	if json.Unmarshal(line, &read) != nil || read.TeamID == nil {
		return false
	}
	into.TeamID = *read.TeamID
	return true
}

func readMark(line []byte, into *Frame) bool {
	type team struct {
		TeamID   *string `json:"team_id"`
		Prev     *string `json:"prev"`
		Revision *string `json:"revision"`
		Digest   *string `json:"digest"`
		Count    count   `json:"count"`
	}
	var read struct {
		Revision *string  `json:"revision"`
		Teams    *[]*team `json:"teams"`
	}
	if json.Unmarshal(line, &read) != nil || !isRevision(read.Revision) || read.Teams == nil {
		return false
	}
	into.Revision = *read.Revision
	for _, each := range *read.Teams {
		if each == nil || each.TeamID == nil || !isRevision(each.Prev) || !isRevision(each.Revision) || !isFingerprint(each.Digest) || !each.Count.isOne {
			return false
		}
		into.Marks = append(into.Marks, Mark{*each.TeamID, *each.Prev, *each.Revision, *each.Digest, each.Count.value})
	}
	return true
}

func readSync(line []byte, into *Frame) bool {
	type team struct {
		TeamID   *string `json:"team_id"`
		Revision *string `json:"revision"`
	}
	var read struct {
		Revision     *string  `json:"revision"`
		Digest       *string  `json:"digest"`
		Count        count    `json:"count"`
		KeyExpiresAt *string  `json:"key_expires_at"`
		Teams        *[]*team `json:"teams"`
	}
	if json.Unmarshal(line, &read) != nil || !isRevision(read.Revision) || !isFingerprint(read.Digest) || !read.Count.isOne || read.Teams == nil {
		return false
	}
	into.Revision, into.Digest, into.Count = *read.Revision, *read.Digest, read.Count.value
	for _, each := range *read.Teams {
		if each == nil || each.TeamID == nil || !isRevision(each.Revision) {
			return false
		}
		into.Teams = append(into.Teams, SyncedTeam{*each.TeamID, *each.Revision})
	}
	return true
}

func readHeartbeat(line []byte, into *Frame) bool {
	var read struct {
		Revision *string `json:"revision"`
		Digest   *string `json:"digest"`
		Count    count   `json:"count"`
		Stale    *bool   `json:"stale"`
	}
	if json.Unmarshal(line, &read) != nil || !isRevision(read.Revision) || !isFingerprint(read.Digest) || !read.Count.isOne || read.Stale == nil {
		return false
	}
	into.Revision, into.Digest, into.Count, into.Stale = *read.Revision, *read.Digest, read.Count.value, *read.Stale
	return true
}

func readGoaway(line []byte, into *Frame) bool {
	var read struct {
		Reason  *string      `json:"reason"`
		RetryMS retryRange   `json:"retry_ms"`
		GraceMS milliseconds `json:"grace_ms"`
	}
	if json.Unmarshal(line, &read) != nil || read.Reason == nil || !read.RetryMS.isOne || !read.GraceMS.isOne {
		return false
	}
	into.Reason, into.Retry, into.Grace = *read.Reason, read.RetryMS.value, read.GraceMS.value
	return true
}

func readEnd(line []byte, into *Frame) bool {
	var read struct {
		Status count   `json:"status"`
		Error  *string `json:"error"`
	}
	if json.Unmarshal(line, &read) != nil || !read.Status.isOne || read.Error == nil {
		return false
	}
	into.Status, into.Error = read.Status.value, *read.Error
	return true
}

// readPrompt gives nil for another form. What a program is made of is looked at by the engine, which declines what it does not know.
func readPrompt(text json.RawMessage) *Prompt {
	type version struct {
		Version  count `json:"version"`
		Template kind  `json:"template"`
		// Whatever these are, they are not of another form.
		Status   anyText `json:"status"`
		Missing  anyText `json:"missing"`
		Language count   `json:"language"`
	}
	var read *struct {
		ID        *string           `json:"id"`
		Slug      *string           `json:"slug"`
		Status    *string           `json:"status"`
		CreatedAt *string           `json:"created_at"`
		Live      nullableCount     `json:"live"`
		Tags      *map[string]count `json:"tags"`
		Versions  *[]*version       `json:"versions"`
		Contract  policy            `json:"contract"`
		Etag      *string           `json:"etag"`
	}
	if json.Unmarshal(text, &read) != nil || read == nil {
		return nil
	}
	if slices.Contains([]*string{read.ID, read.Slug, read.Status, read.CreatedAt}, nil) || !isFingerprint(read.Etag) {
		return nil
	}
	if !read.Live.isOne || read.Tags == nil || read.Versions == nil {
		return nil
	}
	made := &Prompt{
		ID: *read.ID, Slug: *read.Slug, Status: *read.Status, CreatedAt: *read.CreatedAt, Live: read.Live.value,
		Tags: make(map[string]int, len(*read.Tags)), Etag: *read.Etag, Raw: text,
		Contract: string(read.Contract), arrival: arrivals.Add(1),
	}
	for tag, number := range *read.Tags {
		if !number.isOne {
			return nil
		}
		made.Tags[tag] = number.value
	}
	for i, each := range *read.Versions {
		if each == nil || !each.Version.isOne || (each.Template != 'n' && each.Template != '"') {
			return nil
		}
		made.Versions = append(made.Versions, &Version{
			Number: each.Version.value, Status: string(each.Status), HasTemplate: each.Template == '"', Missing: string(each.Missing),
			Language: each.Language.orUnknown(), Compiled: &atomic.Value{}, index: i,
		})
	}
	return made
}

func isRevision(text *string) bool { return text != nil && IsRevision(*text) }

func isFingerprint(text *string) bool {
	isOther := func(r rune) bool { return (r < '0' || r > '9') && (r < 'a' || r > 'f') }
	return text != nil && len(*text) == 16 && !strings.ContainsFunc(*text, isOther)
}

// What follows reads values without an error, so that what is wrong is told from what is only unknown.

// kind is the first byte of a value: 'n' for null, '"' for a text; 0 when there is none.
type kind byte

func (k *kind) UnmarshalJSON(text []byte) error {
	*k = kind(text[0])
	return nil
}

// count is a whole number that is at least 0 and exact.
type count struct {
	value int
	isOne bool
}

func (c *count) UnmarshalJSON(text []byte) error {
	value, err := strconv.ParseFloat(string(text), 64)
	c.isOne = err == nil && value >= 0 && value <= 1<<53-1 && value == math.Trunc(value)
	if c.isOne {
		c.value = int(value)
	}
	return nil
}

// nullableCount is 0 for null.
type nullableCount struct{ count }

func (c *nullableCount) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		c.isOne = true
		return nil
	}
	return c.count.UnmarshalJSON(text)
}

// anyText is empty for what is no text.
type anyText string

func (t *anyText) UnmarshalJSON(text []byte) error {
	var read *string
	if json.Unmarshal(text, &read) == nil && read != nil {
		*t = anyText(*read)
	}
	return nil
}

// policy is a text, or what stands in place of one, which is a policy of a later px0. It is empty for null.
type policy string

func (p *policy) UnmarshalJSON(text []byte) error {
	var read anyText
	_ = read.UnmarshalJSON(text)
	if *p = policy(read); read == "" && string(text) != "null" {
		*p = policy(text)
	}
	return nil
}

// orUnknown is a number beyond all others for a level that is absent or no number: it is one of a later px0.
func (c count) orUnknown() int {
	if !c.isOne {
		return math.MaxInt
	}
	return c.value
}

// milliseconds are a time that px0 may ask to wait.
type milliseconds struct {
	value time.Duration
	isOne bool
}

func (m *milliseconds) UnmarshalJSON(text []byte) error {
	value, err := strconv.ParseFloat(string(text), 64)
	m.isOne = err == nil && value >= 0 && value <= mostMilliseconds
	if m.isOne {
		m.value = time.Duration(value * float64(time.Millisecond))
	}
	return nil
}

type retryRange struct {
	value RetryRange
	isOne bool
}

func (r *retryRange) UnmarshalJSON(text []byte) error {
	var read []milliseconds
	if json.Unmarshal(text, &read) != nil || len(read) != 2 {
		return nil
	}
	r.value = RetryRange{read[0].value, read[1].value}
	r.isOne = read[0].isOne && read[1].isOne && read[0].value <= read[1].value
	return nil
}
