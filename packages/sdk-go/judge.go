package px0

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Of what an answer says of itself, in the message of an outage. It may be the page of a proxy.
const longestDetail = 500

// live is a render of px0.
type live struct {
	text     string
	version  int
	tags     []string
	revision string
	// Whether px0 says that it may lack the latest changes.
	stale bool
}

// judgement of an answer to a render; exactly one field is set.
type judgement struct {
	live        *live
	gone        *RefusedError
	refused     *RefusedError
	unreachable *UnreachableError
}

// judgeRender says what an answer means. Only px0 itself can say that a prompt is gone or that a caller is refused, and only
// when it does not also say that it may be behind; whatever else came instead of a text is an outage. A refusal is px0's own when
// it has px0's form and its revision, for a proxy, a firewall or a login page before px0 answers with the same statuses.
func judgeRender(s *settings, a *answer) judgement {
	isStale := a.header.Get("Px0-Stale") == "true"
	if a.isTooLong {
		return judgement{unreachable: noAnswer(s, a, "with more than 64 MiB")}
	}
	if a.status == 200 {
		if made := parseLive(a, isStale); made != nil {
			return judgement{live: made}
		}
		return judgement{unreachable: noAnswer(s, a, "which is no render of px0")}
	}
	told, isForm := errorText(a.body)
	if a.status < 400 || a.status > 499 || isOfTheMoment(a.status) {
		return judgement{unreachable: noAnswer(s, a, told)}
	}
	if !isForm || a.header.Get("Px0-Revision") == "" {
		return judgement{unreachable: noAnswer(s, a, strings.TrimSpace(told+" (which is no answer of px0)"))}
	}
	if isStale && (a.status == 401 || a.status == 403 || a.status == 404) {
		// A process that is behind has not heard of the key, the membership, the prompt.
		return judgement{unreachable: noAnswer(s, a, told+", but it may lack the latest changes")}
	}
	refusal := &RefusedError{Status: a.status, Message: s.withoutSecrets(told)}
	if a.status == 404 {
		return judgement{gone: refusal}
	}
	return judgement{refused: refusal}
}

// isOfTheMoment: statuses of the 4xx range that tell of the moment, not of the request.
func isOfTheMoment(status int) bool { return status == 408 || status == 425 || status == 429 }

// members gives what a JSON object holds, by its exact names: encoding/json would take "Error" for "error". It is nil for
// another JSON value.
func members(text []byte) map[string]json.RawMessage {
	var found map[string]json.RawMessage
	if json.Unmarshal(text, &found) != nil {
		return nil
	}
	return found
}

// read gives false for what is missing, null or of another type.
func read[T any](from map[string]json.RawMessage, name string) (T, bool) {
	var value *T
	if json.Unmarshal(from[name], &value) != nil || value == nil {
		var none T
		return none, false
	}
	return *value, true
}

func parseLive(a *answer, isStale bool) *live {
	body := members(a.body)
	text, hasText := read[string](body, "rendered")
	version, hasVersion := read[int](body, "version")
	// A null among the tags would become an empty text.
	found, hasTags := read[[]*string](body, "tags")
	if !hasText || !hasVersion || !hasTags || checkVersion(version) != nil || slices.Contains(found, nil) {
		return nil
	}
	tags := make([]string, len(found))
	for i, tag := range found {
		tags[i] = *tag
	}
	return &live{text, version, tags, a.header.Get("Px0-Revision"), isStale}
}

// parseTemplateAnswer gives the template of a version that is no draft; nothing for an answer about anything else.
func parseTemplateAnswer(text []byte, slug string, number int) (string, bool) {
	body := members(text)
	prompt, version := members(body["prompt"]), members(body["version"])
	gotSlug, _ := read[string](prompt, "slug")
	gotNumber, _ := read[int](version, "version")
	status, _ := read[string](version, "status")
	template, hasTemplate := read[string](version, "template")
	isIt := hasTemplate && gotSlug == slug && gotNumber == number && status != "draft"
	return template, isIt
}

// errorText is the error of a body in px0's form.
func errorText(body []byte) (string, bool) { return read[string](members(body), "error") }

func noAnswer(s *settings, a *answer, detail string) *UnreachableError {
	message := fmt.Sprintf("%s answered %d", s.host, a.status)
	if len(detail) > longestDetail {
		detail = strings.ToValidUTF8(detail[:longestDetail], "") + "..."
	}
	if detail != "" {
		message += ": " + s.withoutSecrets(detail)
	}
	return &UnreachableError{
		Status:     a.status,
		RetryAfter: parseRetryAfter(a.header.Get("Retry-After"), time.Now()),
		Message:    message,
	}
}
