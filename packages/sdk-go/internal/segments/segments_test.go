package segments_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/px0/px0/packages/sdk-go/internal/segments"
)

func TestSegmentsThatWouldMoveARequestAreRefused(t *testing.T) {
	for _, value := range []string{"", ".", "..", "\xff"} {
		_, err := segments.Of("tag", value)
		if !errors.Is(err, segments.ErrUsage) || !strings.Contains(err.Error(), "tag ") {
			t.Errorf("%q: %v", value, err)
		}
	}
}

func TestOtherSegmentsArriveAsTheyAre(t *testing.T) {
	for value, want := range map[string]string{"...": "...", "%2e%2e": "%252e%252e", "a/b": "a%2Fb", "é": "%C3%A9", "a?b#c": "a%3Fb%23c"} {
		if got, err := segments.Of("tag", value); err != nil || got != want {
			t.Errorf("%q: %q, %v", value, got, err)
		}
	}
}
