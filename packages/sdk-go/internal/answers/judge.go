package answers

import (
	"encoding/json"
	"net/http"
)

// Sense is what an answer without a result means.
type Sense int

const (
	// OfNothing: an outage, in px0's own words or in those of somebody else.
	OfNothing Sense = iota
	// OfSomebodyElse: a proxy, a firewall or a login page before px0 answers with the statuses of a refusal.
	OfSomebodyElse
	// MayBeBehind: px0 says so itself; it may not have heard of the key, the membership, the prompt.
	MayBeBehind
	// Refusal: px0 has refused the request.
	Refusal
)

// Judge says what an answer without a result means, and gives the words of its error. A refusal is px0's own when it has px0's
// form and its revision.
func Judge(status int, header http.Header, body []byte) (Sense, string) {
	words, isForm := Read[string](Members(body), "error")
	isOfTheMoment := status == 408 || status == 425 || status == 429
	switch {
	case status < 400 || status > 499 || isOfTheMoment:
		return OfNothing, words
	case !isForm || header.Get("Px0-Revision") == "":
		return OfSomebodyElse, words
	case header.Get("Px0-Stale") == "true" && (status == 401 || status == 403 || status == 404):
		return MayBeBehind, words
	}
	return Refusal, words
}

// Members gives what a JSON object holds, by its exact names: encoding/json would take "Error" for "error". It is nil for
// another JSON value.
func Members(text []byte) map[string]json.RawMessage {
	var found map[string]json.RawMessage
	if json.Unmarshal(text, &found) != nil {
		return nil
	}
	return found
}

// Read gives false for what is missing, null or of another type.
func Read[T any](from map[string]json.RawMessage, name string) (T, bool) {
	var value *T
	if json.Unmarshal(from[name], &value) != nil || value == nil {
		var none T
		return none, false
	}
	return *value, true
}
