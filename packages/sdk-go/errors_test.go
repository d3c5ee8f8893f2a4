package px0

import (
	"errors"
	"testing"
)

func TestHintOfPx0(t *testing.T) {
	played := play(t)
	client := newClient(t, played)
	hint := "did-you-mean=tone_check"
	played.set(func() {
		played.answer = func(playedRequest) *reply {
			made := refused(404, "prompt not found")
			made.header["Px0-Hint"] = hint
			return made
		}
	})
	var refusal *RefusedError
	err := renderError(t, client, "tone-check")
	if !errors.As(err, &refusal) || !errors.Is(err, ErrNotFound) {
		t.Fatal(err)
	}
	expect(t, refusal.Message, "prompt not found")
	expect(t, refusal.Hint, "did you mean tone_check?")
	expect(t, err.Error(), "px0: prompt not found (status 404)")

	played.set(func() { hint = "weather=fine" })
	err = renderError(t, client, "tone-check")
	if !errors.As(err, &refusal) {
		t.Fatal(err)
	}
	expect(t, refusal.Hint, "")
	expect(t, err.Error(), "px0: prompt not found (status 404)")
}
