package delivery

import (
	"bytes"
	"encoding/base64"
	"strings"
)

const longestRevision = 64

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
	if a == "" || (a != b && CompareRevisions(b, a) > 0) {
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

// positionOf reads what base64 has made of "1:<epoch>:<sequence>", both of at most 16 digits.
func positionOf(text string) (position, bool) {
	if len(text) > longestRevision {
		return position{}, false
	}
	var plain, decoded [longestRevision]byte
	length := copy(plain[:], strings.TrimRight(text, "="))
	for i, c := range plain[:length] {
		switch c {
		case '+':
			plain[i] = '-'
		case '/':
			plain[i] = '_'
		}
	}
	n, err := base64.RawURLEncoding.Decode(decoded[:], plain[:length])
	rest, isFirst := bytes.CutPrefix(decoded[:n], []byte("1:"))
	if err != nil || !isFirst {
		return position{}, false
	}
	epoch, sequence, _ := bytes.Cut(rest, []byte{':'})
	made := position{}
	var isEpoch, isSequence bool
	made.epoch, isEpoch = digits(epoch)
	made.sequence, isSequence = digits(sequence)
	return made, isEpoch && isSequence
}

// Sixteen digits always fit.
const mostDigits = 16

func digits(text []byte) (number uint64, areDigits bool) {
	if len(text) == 0 || len(text) > mostDigits {
		return 0, false
	}
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0, false
		}
		number = number*10 + uint64(c-'0')
	}
	return number, true
}
