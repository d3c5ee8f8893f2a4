package delivery

import (
	"encoding/base64"
	"regexp"
	"strconv"
	"strings"
)

const longestRevision = 64

var decodedRevision = regexp.MustCompile(`^1:(\d{1,16}):(\d{1,16})$`)

type position struct{ epoch, sequence uint64 }

// IsRevision tells whether px0 can have issued it.
func IsRevision(text string) bool {
	_, ok := positionOf(text)
	return ok
}

// CompareRevisions is negative when a is the earlier one. A text that is no revision is earlier than every revision.
func CompareRevisions(a, b string) int {
	if a == b {
		return 0
	}
	left, isLeft := positionOf(a)
	right, isRight := positionOf(b)
	switch {
	case !isLeft && !isRight:
		return 0
	case !isLeft:
		return -1
	case !isRight:
		return 1
	case left.epoch != right.epoch:
		return order(left.epoch, right.epoch)
	}
	return order(left.sequence, right.sequence)
}

// LaterOf is the later of two revisions; a may be empty.
func LaterOf(a, b string) string {
	if a == "" || CompareRevisions(b, a) > 0 {
		return b
	}
	return a
}

// isOfEarlierEpoch tells whether a belongs to an earlier epoch than b. Both are revisions.
func isOfEarlierEpoch(a, b string) bool {
	left, isLeft := positionOf(a)
	right, isRight := positionOf(b)
	return isLeft && isRight && left.epoch < right.epoch
}

func order(a, b uint64) int {
	if a < b {
		return -1
	}
	if a > b {
		return 1
	}
	return 0
}

func positionOf(text string) (position, bool) {
	if len(text) > longestRevision {
		return position{}, false
	}
	plain := strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(text, "="))
	decoded, err := base64.RawURLEncoding.DecodeString(plain)
	match := decodedRevision.FindSubmatch(decoded)
	if err != nil || match == nil {
		return position{}, false
	}
	// Sixteen digits always fit.
	epoch, _ := strconv.ParseUint(string(match[1]), 10, 64)
	sequence, _ := strconv.ParseUint(string(match[2]), 10, 64)
	return position{epoch, sequence}, true
}
