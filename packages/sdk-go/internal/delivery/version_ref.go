package delivery

import (
	"regexp"
	"strconv"
)

var signedDecimal = regexp.MustCompile(`^[+-]?[0-9]+$`)

// ParseVersionRef reads a version reference as px0 does: an optional sign and decimal digits that fit a signed 64-bit integer are a number;
// every other text is a tag, compared exactly.
func ParseVersionRef(text string) (number int64, isNumber bool) {
	if !signedDecimal.MatchString(text) {
		return 0, false
	}
	number, err := strconv.ParseInt(text, 10, 64)
	return number, err == nil
}
