package delivery

import "strings"

// Precedes tells whether a is meant by a slug that both have. An active prompt comes before an archived one, then the earliest created, then the
// lowest id.
func Precedes(a, b *Held) bool {
	if a.archived != b.archived {
		return b.archived
	}
	if a.instant != b.instant {
		return a.instant < b.instant
	}
	return a.Prompt.ID < b.Prompt.ID
}

// instantOf: timestamps drop trailing zeros of their fraction; without the Z they compare as texts in the order of time.
func instantOf(timestamp string) string { return strings.TrimSuffix(timestamp, "Z") }
