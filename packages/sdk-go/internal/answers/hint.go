package answers

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

const hintHeader = "Px0-Hint"

// longestHint: px0 sends no longer one.
const longestHint = 512

// hintItem is a text, or its two halves.
type hintItem struct {
	text, second string
	hasSecond    bool
}

// hint is the content of the header, by name.
type hint map[string][]hintItem

var hintPart = regexp.MustCompile(`^([a-z-]+)=([!-:<-~]+)$`)

// HintSentence makes a sentence of the header Px0-Hint, without a period at its end; empty when there is nothing to say. What it may hold, px0's description of
// its API says; names that are not known here are skipped, since a later px0 may say more.
func HintSentence(headers http.Header) string {
	header := headers.Get(hintHeader)
	if header == "" || len(header) > longestHint {
		return ""
	}
	held := hint{}
	var names []string
	for _, part := range strings.Split(header, "; ") {
		match := hintPart.FindStringSubmatch(part)
		if match == nil {
			return ""
		}
		items, isForm := hintItems(match[2])
		if !isForm {
			return ""
		}
		if _, has := held[match[1]]; !has {
			names = append(names, match[1])
		}
		held[match[1]] = items
	}
	var said []string
	for _, name := range names {
		if sentence := held.sentence(name); sentence != "" {
			said = append(said, sentence)
		}
	}
	return strings.Join(said, "; ")
}

// hintItems gives false for a text that is not percent-encoded UTF-8, which px0 has not sent.
func hintItems(list string) ([]hintItem, bool) {
	var items []hintItem
	for _, text := range strings.Split(list, ",") {
		first, second, hasSecond := strings.Cut(text, ":")
		second, _, _ = strings.Cut(second, ":")
		item := hintItem{hasSecond: hasSecond}
		var isFirst, isSecond bool
		item.text, isFirst = decodedHint(first)
		item.second, isSecond = decodedHint(second)
		if !isFirst || !isSecond {
			return nil, false
		}
		items = append(items, item)
	}
	return items, true
}

// decodedHint: a name may hold anything, and a message is shown in terminals and logs.
func decodedHint(text string) (string, bool) {
	decoded, err := url.PathUnescape(text)
	if err != nil || !utf8.ValidString(decoded) {
		return "", false
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return unicode.ReplacementChar
		}
		return r
	}, decoded), true
}

// hintWords are sentences by the only item of a hint.
var hintWords = map[string]map[string]string{
	"credentials": {
		"missing":        "the request has no Authorization header",
		"scheme":         `the Authorization header must begin with "Bearer "`,
		"form":           "the token is neither an API key (ak_...) nor a session (sess_...)",
		"incomplete-key": "the API key is not complete; copy it again",
		"unknown-key":    "the API key is unknown or was deleted",
		"expired-key":    "the API key has expired",
		"ended-session":  "the session has ended; log in again",
		"no-acting-user": "the organization has no verified admin for whom the API key could act",
	},
	"needs": {
		"session":   "this takes the session of a person, not an API key",
		"admin-key": "this takes an API key with the operation admin",
	},
	"key-may": {
		"read_render": "this key may only read and render",
		"admin":       "this key may manage teams and people, but not change prompts",
	},
	"body": {
		"empty":      "the request has no body",
		"media-type": "send the header Content-Type: application/json",
		"encoding":   "the body is not encoded as Content-Encoding says, which may be gzip",
		"utf-8":      "the body is not UTF-8",
	},
}

var hintLimits = map[string]string{"teams": "teams", "slugs": "prompts", "refs": "versions"}

var hintRules = map[string]string{
	"object":   "must be an object",
	"list":     "must be a list",
	"string":   "must be a string",
	"number":   "must be a number",
	"integer":  "must be an integer",
	"boolean":  "must be true or false",
	"uuid":     "must be a UUID",
	"known":    "is not a known field",
	"storable": "must not contain NUL characters or numbers beyond a double",
	"flatter":  "must be nested less deep",
}

// sentence gives an empty text for a hint that is not known here.
func (h hint) sentence(name string) string {
	items := h[name]
	switch name {
	case "did-you-mean":
		return "did you mean " + namesIn(items) + "?"
	case "in-team":
		return "it is in another team: " + namesIn(items)
	case "missing-variables":
		return "missing variables: " + namesIn(items) + h.more()
	case "beside-variables":
		return "put " + namesIn(items) + " inside of `variables`"
	case "key-limit":
		return limitSentence(items)
	case "body":
		if items[0].text == "json" {
			return "the body is not JSON" + h.place()
		}
	case "field":
		return fieldSentence("`"+items[0].text+"`", h["must"])
	case "must":
		if _, hasField := h["field"]; hasField {
			return ""
		}
		return fieldSentence("the body", items)
	}
	return hintWords[name][items[0].text]
}

func limitSentence(items []hintItem) string {
	var known []string
	for _, item := range items {
		if limit, isKnown := hintLimits[item.text]; isKnown {
			known = append(known, limit)
		}
	}
	if known == nil {
		return ""
	}
	return "this key is limited to some " + strings.Join(known, " and ")
}

func (h hint) more() string {
	if more := h["more"]; more != nil {
		return fmt.Sprintf(" and %s more", more[0].text)
	}
	return ""
}

// place is where a body stops being JSON.
func (h hint) place() string {
	if at := h["at"]; at != nil && at[0].hasSecond {
		return fmt.Sprintf(" at line %s, column %s", at[0].text, at[0].second)
	}
	return ""
}

func fieldSentence(subject string, must []hintItem) string {
	if must == nil {
		return ""
	}
	if must[0].text == "one-of" {
		return subject + " must be one of " + namesIn(must[1:])
	}
	if rule, isKnown := hintRules[must[0].text]; isKnown {
		return subject + " " + rule
	}
	return ""
}

func namesIn(items []hintItem) string {
	names := make([]string, len(items))
	for i, item := range items {
		names[i] = item.text
		if item.hasSecond {
			names[i] = fmt.Sprintf("%s (did you mean %s?)", item.text, item.second)
		}
	}
	return strings.Join(names, ", ")
}
