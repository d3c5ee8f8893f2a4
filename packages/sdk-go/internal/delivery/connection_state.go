package delivery

import "time"

// State says what it is worth that a client holds something.
type State string

// The states of a client.
const (
	Initializing State = "initializing"
	Ready        State = "ready"
	Stale        State = "stale"
	Offline      State = "offline"
	Refused      State = "refused"
	Closed       State = "closed"
)

// Observed is what the state follows from. Times are zero where it has not happened.
type Observed struct {
	IsClosed, IsRefused bool
	// HoldsAnything at all: of px0, a file or a bundle.
	HoldsAnything bool
	StartedAt     time.Time
	// HeardAt is when the latest frame came on a connection that is in step with px0, or the latest poll succeeded.
	HeardAt time.Time
	// ConfirmedAt is when px0 confirmed last that all of it is current.
	ConfirmedAt time.Time
	// IsPx0Stale: px0 says itself that it may be behind.
	IsPx0Stale bool
}

// StateTimes are a client's own.
type StateTimes struct {
	InitTimeout time.Duration
	// Beat is the time between two signs of life: a heartbeat, or a poll.
	Beat time.Duration
}

const (
	// beatsOfPatience: a client is ready for so many of its beats after a sign of life.
	beatsOfPatience = 3
	// offlineAfter is longer than the longest pause between two attempts.
	offlineAfter = time.Minute
)

// StateAt is the state at a moment.
func StateAt(now time.Time, o Observed, t StateTimes) State {
	switch {
	case o.IsClosed:
		return Closed
	case o.IsRefused:
		return Refused
	case !o.HoldsAnything && now.Sub(o.StartedAt) < t.InitTimeout:
		return Initializing
	case !o.HoldsAnything || o.ConfirmedAt.IsZero():
		return Offline
	case !o.HeardAt.IsZero() && now.Sub(o.HeardAt) < beatsOfPatience*t.Beat && !o.IsPx0Stale:
		return Ready
	case now.Sub(o.ConfirmedAt) < offlineAfter:
		return Stale
	}
	return Offline
}

// NextChangeAfter is when the state may change next if nothing happens; false when never.
func NextChangeAfter(now time.Time, o Observed, t StateTimes) (time.Duration, bool) {
	moments := []time.Time{o.StartedAt.Add(t.InitTimeout)}
	if !o.HeardAt.IsZero() {
		moments = append(moments, o.HeardAt.Add(beatsOfPatience*t.Beat))
	}
	if !o.ConfirmedAt.IsZero() {
		moments = append(moments, o.ConfirmedAt.Add(offlineAfter))
	}
	var next time.Duration
	isFound := false
	for _, moment := range moments {
		if left := moment.Sub(now); left > 0 && (!isFound || left < next) {
			next, isFound = left, true
		}
	}
	return next, isFound
}
