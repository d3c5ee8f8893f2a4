package px0

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	usagePath     = "/v1/delivery/usage"
	usageInterval = time.Minute
	// Of the interval: the clients of a fleet do not report together.
	usageJitter       = 0.2
	patienceWithUsage = 2 * time.Second
	usageKeptFor      = time.Hour
	// px0 takes no longer ones; a machine may have slept.
	longestUsageWindow = time.Hour
	mostUsageReports   = 20
	mostUsageBytes     = 1 << 20
	usageTime          = "2006-01-02T15:04:05.000Z"
)

// usage counts the renders of a client, and tells px0 of them from time to time. nil does nothing.
type usage struct {
	counters usageCounters
	settings *settings
	// post sends a body, and gives the status of the answer.
	post    func(context.Context, []byte) (int, error)
	process string
	// Ends what is under way.
	ctx context.Context
	end context.CancelFunc
	// Something of what follows has changed.
	wake   chan struct{}
	isOver chan struct{}

	// What follows is guarded by the counters' lock.
	state usageState
	// When the window ends; zero when nothing is due.
	dueAt time.Time
	// A window is to be sent at once.
	isUrgent bool
	number   int
	// What px0 has not taken yet, oldest first.
	pending []*usageWindow
}

type usageState int

const (
	usageNotBegun usageState = iota
	usageRunning
	usageClosing
)

type usageReport struct {
	Process   string           `json:"process"`
	Window    int              `json:"window"`
	StartedAt string           `json:"started_at"`
	EndedAt   string           `json:"ended_at"`
	Service   usageService     `json:"service"`
	SDK       string           `json:"sdk"`
	Rows      []usageReportRow `json:"rows"`
}

type usageService struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type usageReportRow struct {
	PromptID  *string                `json:"prompt_id"`
	Slug      string                 `json:"slug"`
	Version   *int                   `json:"version"`
	Source    Source                 `json:"source"`
	Renders   uint64                 `json:"renders"`
	Failures  uint64                 `json:"failures"`
	Latencies [latencyBuckets]uint64 `json:"latencies"`
	Variables []string               `json:"variables"`
}

func newUsage(s *settings, t *transport) *usage {
	if s.usage == UsageOff || s.mode == ModeFile {
		return nil
	}
	made := &usage{settings: s, process: newUUID(), wake: make(chan struct{}, 1), isOver: make(chan struct{})}
	made.post = func(ctx context.Context, body []byte) (int, error) {
		got, err := t.attempt(ctx, request{method: "POST", path: usagePath, body: body}, s.timeout)
		if err != nil {
			return 0, err
		}
		return got.status, nil
	}
	made.ctx, made.end = context.WithCancel(context.Background())
	made.counters.hasNames = s.usage == UsageFull
	made.counters.begun, made.counters.full, made.counters.makeRoom = made.begun, made.full, made.makeRoom
	return made
}

// newUUID gives a random UUID.
func newUUID() string {
	var random [16]byte
	// It never fails: the runtime would end the program.
	_, _ = rand.Read(random[:])
	random[6] = random[6]&0x0f | 0x40
	random[8] = random[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", random[:4], random[4:6], random[6:8], random[8:10], random[10:])
}

// count counts a render, unless px0 itself has made it.
func (u *usage) count(counted *countedRender, hasFailed bool, took time.Duration, variables map[string]any) {
	if u != nil && counted.key.source != "" && counted.key.source != SourceLive {
		u.counters.count(counted, hasFailed, took, variables)
	}
}

// begun: a window has its first row. A client that renders nothing itself has no goroutine.
func (u *usage) begun(now time.Time) {
	if u.state == usageNotBegun {
		u.state = usageRunning
		go u.run()
	}
	u.makeDue(now)
}

func (u *usage) makeDue(now time.Time) {
	if u.dueAt.IsZero() {
		factor := 1 - usageJitter + 2*usageJitter*u.settings.random()
		u.dueAt = now.Add(time.Duration(float64(usageInterval) * factor))
		u.changed()
	}
}

func (u *usage) changed() {
	select {
	case u.wake <- struct{}{}:
	default:
	}
}

// full: a window has ended because it was full.
func (u *usage) full(ended *usageWindow) {
	u.dueAt = time.Time{}
	u.keep(ended)
	u.isUrgent = true
	u.changed()
}

func (u *usage) keep(ended *usageWindow) {
	if ended != nil {
		u.number++
		ended.number = u.number
		u.pending = append(u.pending, ended)
	}
}

// makeRoom gives up the oldest windows when the current one is to have so many rows.
func (u *usage) makeRoom(rows int) {
	for _, window := range u.pending {
		rows += window.reportRows
	}
	for len(u.pending) > 0 && rows > mostUsageRowsKept {
		rows -= u.pending[0].reportRows
		u.pending = slices.Delete(u.pending, 0, 1)
	}
}

func (u *usage) run() {
	defer close(u.isOver)
	for {
		if dueAt, isDue := u.due(); !isDue {
			u.wait(dueAt)
			continue
		}
		isLast := u.endWindow()
		u.flush()
		if isLast {
			return
		}
	}
}

// due tells whether something is to be done now, or else when; zero for never.
func (u *usage) due() (at time.Time, isNow bool) {
	u.counters.mu.Lock()
	defer u.counters.mu.Unlock()
	isOver := !u.dueAt.IsZero() && !time.Now().Before(u.dueAt)
	return u.dueAt, u.state == usageClosing || u.isUrgent || isOver
}

// wait waits for a moment, and for what changes.
func (u *usage) wait(until time.Time) {
	if until.IsZero() {
		<-u.wake
		return
	}
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-u.wake:
	}
}

// endWindow ends the window if its time is over, and tells whether it is the last one.
func (u *usage) endWindow() bool {
	u.counters.mu.Lock()
	defer u.counters.mu.Unlock()
	u.isUrgent = false
	now := time.Now()
	isClosing := u.state == usageClosing
	if isClosing || !u.dueAt.IsZero() && !now.Before(u.dueAt) {
		u.dueAt = time.Time{}
		u.keep(u.counters.cut(now))
		isOld := func(window *usageWindow) bool { return now.Sub(window.endedAt) > usageKeptFor }
		u.pending = slices.DeleteFunc(u.pending, isOld)
	}
	return isClosing
}

// flush sends all that px0 has not taken yet, until an attempt fails.
func (u *usage) flush() {
	for u.ctx.Err() == nil {
		body, last := u.body()
		if body == nil {
			return
		}
		status, err := u.post(u.ctx, body)
		isRefused := err == nil && (status == 400 || status == 413)
		if isRefused {
			u.settings.warn(fmt.Sprintf("px0 does not take a report of usage, which is given up: it answered %d", status))
		}
		if !u.sent(last, isRefused || (err == nil && status == 204)) {
			return
		}
	}
}

// sent forgets what is done with, up to a number. Otherwise it is sent again, later.
func (u *usage) sent(last int, isDone bool) bool {
	u.counters.mu.Lock()
	defer u.counters.mu.Unlock()
	if isDone {
		u.pending = slices.DeleteFunc(u.pending, func(window *usageWindow) bool { return window.number <= last })
	} else {
		u.makeDue(time.Now())
	}
	return isDone
}

// body is the next request, and the number of its last window; nil when nothing waits.
func (u *usage) body() (body []byte, last int) {
	u.counters.mu.Lock()
	oldest := slices.Clone(u.pending[:min(len(u.pending), mostUsageReports)])
	u.counters.mu.Unlock()
	const head, tail = `{"reports":[`, `]}`
	for _, window := range oldest {
		report := u.report(window)
		if body == nil {
			body = []byte(head)
		} else if len(body)+1+len(report)+len(tail) > mostUsageBytes {
			break
		} else {
			body = append(body, ',')
		}
		body, last = append(body, report...), window.number
	}
	if body == nil {
		return nil, 0
	}
	return append(body, tail...), last
}

func (u *usage) report(window *usageWindow) []byte {
	made := usageReport{
		Process: u.process, Window: window.number,
		StartedAt: window.startedAt.UTC().Format(usageTime), EndedAt: window.endedAt.UTC().Format(usageTime),
		Service: usageService{u.settings.service, u.settings.serviceVersion}, SDK: "px0-go/" + Version,
		Rows: make([]usageReportRow, 0, window.reportRows),
	}
	for i := range window.rows {
		made.Rows = append(made.Rows, reportRows(&window.rows[i])...)
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	// Names of variables are not for HTML, and would become longer.
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(made)
	return bytes.TrimSpace(text.Bytes())
}

// reportRows cuts the names of a row into rows, of which the first has the counts.
func reportRows(counted *countedRow) []usageReportRow {
	row := usageReportRow{
		Slug: cleaned(counted.slug), Source: counted.key.source, Renders: counted.renders, Failures: counted.failures, Latencies: counted.latencies,
		Variables: []string{},
	}
	if counted.promptID != "" {
		row.PromptID = &counted.promptID
	}
	if counted.key.version != 0 {
		row.Version = &counted.key.version
	}
	names := make([]string, 0, len(counted.names))
	for name := range counted.names {
		names = append(names, name)
	}
	slices.SortFunc(names, compareNames)
	rows := []usageReportRow{row}
	for part := range slices.Chunk(names, namesOfRow) {
		if row.Variables = part; len(rows[0].Variables) == 0 {
			rows[0] = row
			continue
		}
		row.Renders, row.Failures, row.Latencies = 0, 0, [latencyBuckets]uint64{}
		rows = append(rows, row)
	}
	return rows
}

// compareNames puts what stands for other names last.
func compareNames(a, b string) int {
	if (a == moreNames) != (b == moreNames) {
		if a == moreNames {
			return 1
		}
		return -1
	}
	return strings.Compare(a, b)
}

// close sends what waits, for two seconds at most.
func (u *usage) close() {
	if u == nil {
		return
	}
	u.counters.mu.Lock()
	if u.state == usageNotBegun {
		close(u.isOver)
	}
	u.state = usageClosing
	u.changed()
	u.counters.mu.Unlock()
	timer := time.AfterFunc(patienceWithUsage, u.end)
	defer timer.Stop()
	<-u.isOver
	u.end()
}
