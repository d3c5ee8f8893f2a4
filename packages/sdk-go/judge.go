package px0

import (
	"encoding/json"
	"fmt"
	"time"
)

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
// when it does not also say that it may be behind; whatever else came instead of a text is an outage.
func judgeRender(host string, a *answer) judgement {
	isStale := a.header.Get("Px0-Stale") == "true"
	if a.status == 200 {
		if made := parseLive(a, isStale); made != nil {
			return judgement{live: made}
		}
		return judgement{unreachable: noAnswer(host, a, "which is no render of px0")}
	}
	told, isPx0 := errorText(a.body)
	if a.status < 400 || a.status > 499 || isOfTheMoment(a.status) {
		return judgement{unreachable: noAnswer(host, a, told)}
	}
	if isStale && (a.status == 401 || a.status == 403 || a.status == 404) {
		// A process that is behind has not heard of the key, the membership, the prompt.
		return judgement{unreachable: noAnswer(host, a, told+", but it may lack the latest changes")}
	}
	if a.status != 404 {
		if !isPx0 {
			told = fmt.Sprintf("status %d", a.status)
		}
		return judgement{refused: &RefusedError{Status: a.status, Message: told}}
	}
	if !isPx0 {
		return judgement{unreachable: noAnswer(host, a, "which is no answer of px0")}
	}
	return judgement{gone: &RefusedError{Status: a.status, Message: told}}
}

// isOfTheMoment: statuses of the 4xx range that tell of the moment, not of the request.
func isOfTheMoment(status int) bool { return status == 408 || status == 425 || status == 429 }

func parseLive(a *answer, isStale bool) *live {
	var body struct {
		Rendered *string   `json:"rendered"`
		Version  *int      `json:"version"`
		Tags     *[]string `json:"tags"`
	}
	if json.Unmarshal(a.body, &body) != nil || body.Rendered == nil || body.Version == nil || body.Tags == nil {
		return nil
	}
	return &live{*body.Rendered, *body.Version, *body.Tags, a.header.Get("Px0-Revision"), isStale}
}

// errorText is the error of a body in px0's form.
func errorText(body []byte) (string, bool) {
	var told struct {
		Error *string `json:"error"`
	}
	if json.Unmarshal(body, &told) != nil || told.Error == nil {
		return "", false
	}
	return *told.Error, true
}

func noAnswer(host string, a *answer, detail string) *UnreachableError {
	message := fmt.Sprintf("%s answered %d", host, a.status)
	if detail != "" {
		message += ": " + detail
	}
	return &UnreachableError{
		Status:     a.status,
		RetryAfter: parseRetryAfter(a.header.Get("Retry-After"), time.Now()),
		Message:    message,
	}
}
