package delivery

import (
	"mime"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/px0/px0/packages/sdk-go/internal/answers"
)

// The media of frames.
const (
	StreamMedia   = "text/event-stream"
	SnapshotMedia = "application/x-ndjson"
)

// Refusal is px0's word that a caller may not.
type Refusal struct {
	Status int
	Error  string
	// Hint is what may help, as a sentence.
	Hint string
}

// MeaningKind says what the answer to a delivery request means.
type MeaningKind string

// What an answer means.
const (
	// Delivery: frames follow.
	Delivery MeaningKind = "delivery"
	// Unchanged: what is held is what px0 has.
	Unchanged   MeaningKind = "unchanged"
	Unreachable MeaningKind = "unreachable"
	IsRefused   MeaningKind = "refused"
	// NoDelivery: a px0 of before there was delivery, or something before it.
	NoDelivery MeaningKind = "no delivery"
	TooLarge   MeaningKind = "too large"
	// OtherEpochs: its revisions are of an earlier epoch than those seen: for a while a replica that starts, for long another installation.
	OtherEpochs MeaningKind = "other epoch"
)

// Meaning of an answer.
type Meaning struct {
	Kind       MeaningKind
	Status     int
	Error      string
	RetryAfter time.Duration
	// Hint of a refusal is what may help, as a sentence.
	Hint string
}

const (
	tooLarge       = "audience is too large"
	notYet         = "revision not yet available"
	mostRetryAfter = time.Minute
)

var seconds = regexp.MustCompile(`^\d{1,9}$`)

// MeaningOf judges an answer. Only px0 can refuse a caller; whatever else stands between is an outage. Media is of the frames that were asked
// for, isConditional tells whether the request had an If-None-Match, and the body is that of an answer that is not 2xx, as far as it was read.
func MeaningOf(status int, header http.Header, media string, isConditional bool, body []byte, floor string) Meaning {
	made := Meaning{Kind: Unreachable, Status: status, RetryAfter: retryAfterOf(header)}
	if status == http.StatusOK {
		if got, _, _ := mime.ParseMediaType(header.Get("Content-Type")); got == media {
			made.Kind = Delivery
		} else {
			made.Error = "the answer is of another form"
		}
		return made
	}
	if status == http.StatusNotModified && isConditional {
		made.Kind = Unchanged
		return made
	}
	text, isForm := errorIn(body)
	revision := header.Get("Px0-Revision")
	if !isForm {
		made.Error = "the answer was " + strconv.Itoa(status)
		return made
	}
	made.Error = text
	switch {
	case (status == 401 || status == 403) && revision != "" && header.Get("Px0-Stale") == "":
		made.Kind = IsRefused
		made.Hint = answers.HintSentence(header)
	case status == 404 && revision == "":
		made.Kind = NoDelivery
	case status == 422 && strings.HasPrefix(text, tooLarge):
		made.Kind = TooLarge
	case status == 503 && text == notYet && floor != "" && isOfEarlierEpoch(revision, floor):
		made.Kind = OtherEpochs
	}
	return made
}

// retryAfterOf reads seconds only: px0 sends no dates, and clocks differ.
func retryAfterOf(header http.Header) time.Duration {
	text := header.Get("Retry-After")
	if !seconds.MatchString(text) {
		return 0
	}
	// Nine digits always fit.
	number, _ := strconv.Atoi(text)
	return min(time.Duration(number)*time.Second, mostRetryAfter)
}

func errorIn(body []byte) (string, bool) {
	return answers.Read[string](answers.Members(body), "error")
}
